#include "funding/goal_close.h"
#include "base/check.h"
#include "base/config.h"
#include "base/crypto.h"
#include "funding/ledger_csv.h"
#include "funding/meter.h"
#include "http/http.h"
#include "people/keys.h"
#include "render/format.h"
#include "store/job.h"

#include <inttypes.h>
#include <string.h>

QUERY(goal_close_one,
      "select goal, closed_at, by_staff, seq, last_transaction, settled, net, pending, statement,"
      " public_key, signature from goal_close where goal = $1");
QUERY(goal_close_after,
      "select c.goal, closed_at, by_staff, c.seq, last_transaction, settled, net, pending,"
      " statement, public_key, signature, g.currency, e.hash"
      " from goal_close c join goal g on g.id = c.goal left join ledger_entry e on e.seq = c.seq"
      " where c.goal > $1 order by c.goal limit 1");
QUERY(goal_close_insert,
      "insert into goal_close (goal, closed_at, by_staff, seq, last_transaction, settled, net,"
      " pending, statement, public_key, signature)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (goal) do nothing");
QUERY(goal_close_transaction, "select coalesce(max(id), 0) from ledger_transaction");
/* Those that are over, and were not set only lately for a time long past. */
QUERY(goal_close_due, "select id from goal where dropped = 0 and end_day <= $1 and set_at <= $2"
                      " and not exists (select 1 from goal_close where goal = goal.id)"
                      " order by end_day limit $3");
/* Day by day, for each has its transactions in order: what was there at the closing is passed over
 * however much it is. */
QUERY(goal_close_later,
      "with recursive days (day) as"
      " (select $1 + 0 union all select day + 1 from days where day + 1 < $2)"
      " select e.seq, t.contribution, t.day, t.booked_at, t.channel, t.kind, e.account, e.asset,"
      " e.minor, e.fine from days cross join ledger_transaction t cross join ledger_entry e"
      " where t.day = days.day and t.id > $3 and e.ledger_transaction = t.id"
      " and e.account in ('income', 'fees') order by e.seq limit $4");
CHECK_ROWS(goal_closes, "a closed period's head is in the chain",
           "select c.goal, c.seq from goal_close c where c.seq > 0 and not exists"
           " (select 1 from ledger_entry e where e.seq = c.seq) order by c.goal");

CHECK_ROWS(goal_close_totals, "a closed period's total is what its days had until its last entry",
           "select c.goal, c.settled from goal_close c join goal g on g.id = c.goal"
           " where c.settled <> -(select coalesce(sum(e.minor), 0)"
           " from ledger_transaction t join ledger_entry e on e.ledger_transaction = t.id"
           " where t.day >= g.first_day and t.day < g.end_day and e.seq <= c.seq"
           " and e.account = 'income' and e.asset = g.currency) order by c.goal");

CONFIG_INT(funding_close_after_days, "funding", "close_after_days", 30, 0, 3660,
           "Days after its end at which a goal's period closes by itself, its totals frozen and "
           "signed; 0: only by command or at the desk.");

enum { JOB_BYTES = 4 << 20, CLOSED_AT_ONCE = 24 };

static const struct refusal {
    const char *sentence, *word;
} refusals[GOAL_CLOSE_REFUSALS] = {
    [GOAL_CLOSE_MISSING] = { "there is no such goal", "funding_refused_no_goal" },
    [GOAL_CLOSE_EARLY] = { "the period has not ended yet", "funding_refused_close_early" },
    [GOAL_CLOSE_DONE] = { "the period is closed already", "funding_refused_closed" },
    [GOAL_CLOSE_MOVED] = { "the goal was changed in the same moment; try again",
                           "funding_refused_close_moved" },
};

const char *goal_close_refusal(err refusal)
{
    check(refusal > 0 && refusal < GOAL_CLOSE_REFUSALS);
    return refusals[refusal].sentence;
}

const char *goal_close_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < GOAL_CLOSE_REFUSALS);
    return refusals[refusal].word;
}

static err row_read(struct stmt *s, struct arena *a, struct goal_close *ret)
{
    struct goal_close c = {
        .goal = column_int(s, 0),
        .closed_at = column_int(s, 1),
        .by = column_int(s, 2),
        .seq = column_int(s, 3),
        .last_transaction = column_int(s, 4),
        .settled = column_int(s, 5),
        .net = column_int(s, 6),
        .pending = column_int(s, 7),
        .statement = column_str(s, 8, a),
    };
    struct str key = column_str(s, 9, a);
    struct str signature = column_str(s, 10, a);
    if (key.n != sizeof c.public_key || signature.n != sizeof c.signature)
        return fault(ERR_DATA);
    memcpy(c.public_key, key.s, key.n);
    memcpy(c.signature, signature.s, signature.n);
    *ret = c;
    return OK;
}

err goal_close_get(struct tx *tx, int64_t goal, struct arena *a, struct goal_close *ret)
{
    struct goal_close c = { 0 };
    bool row = false;
    struct stmt *s = query_start(tx, &goal_close_one);
    bind_int(s, 1, goal);
    err e = query_step(s, &row);
    if (!e && row) {
        e = row_read(s, a, &c);
        query_end(s);
    }
    if (e)
        return fault(e);
    *ret = c;
    return OK;
}

/* A closing on its way: what was read, and what is made of it. */
struct closing {
    const struct goal_close_order *order;
    struct arena *arena;
    struct meter meter;
    struct ledger_head head;
    struct goal_close row;
};

static err last_transaction(struct tx *tx, int64_t *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &goal_close_transaction);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err read_in(struct tx *tx, struct closing *c)
{
    struct goal goal = { 0 };
    err e = goal_get(tx, c->order->goal, c->arena, &goal);
    if (e)
        return e > 0 ? GOAL_CLOSE_MISSING : e;
    e = goal_close_get(tx, goal.id, c->arena, &c->row);
    if (!e)
        e = meter_get(tx, &goal, c->arena, &c->meter);
    if (!e)
        e = ledger_head(tx, c->arena, &c->head);
    if (!e && !c->row.goal)
        e = last_transaction(tx, &c->row.last_transaction);
    return e;
}

static err read_totals(struct closing *c)
{
    const struct setup *s = c->order->setup;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(c->order->app->store, &tx);
    if (!e)
        e = read_in(&tx, c);
    if (e)
        return e;
    if (c->row.goal)
        return GOAL_CLOSE_DONE;
    int64_t today = date_to_days(format_day_of(s->formats, c->order->now));
    return c->meter.goal.end_day <= today ? OK : GOAL_CLOSE_EARLY;
}

static void put_amount(struct buf *out, const struct closing *c, const char *name, int64_t minor)
{
    struct money m = { .minor = minor, .cur = c->meter.goal.amount.cur };
    struct str text = money_print(c->arena, m);
    buf_print(out, "%s " STR_FMT "\n", name, STR_ARG(text));
}

static void put_day(struct buf *out, const struct closing *c, const char *name, int64_t day)
{
    struct str text = date_print(c->arena, date_from_days(day));
    buf_print(out, "%s " STR_FMT "\n", name, STR_ARG(text));
}

static void put_totals(struct buf *out, const struct closing *c)
{
    const struct meter *m = &c->meter;
    put_amount(out, c, "settled", m->settled);
    put_amount(out, c, "provable", m->provable);
    put_amount(out, c, "attested", m->attested);
    put_amount(out, c, "by-hand", m->by_hand);
    put_amount(out, c, "fees", m->fees);
    put_amount(out, c, "net", meter_net(m));
    put_amount(out, c, "pending", m->pending);
    for (size_t i = 0; i < m->unvalued_count; i++) {
        struct str text = amount_print(c->arena, m->unvalued[i]);
        buf_print(out, "unvalued " STR_FMT " %s\n", STR_ARG(text), m->unvalued[i].asset.code);
    }
}

/* The statement, which is the same bytes for whoever has the same facts. */
static err make_statement(struct closing *c)
{
    const struct goal *g = &c->meter.goal;
    struct buf out CLEANUP(buf_free) = buf_make(GOAL_STATEMENT_MAX);
    struct str site = site_url(c->order->setup->config);
    struct str period = goal_period_print(c->arena, g->first_day, g->end_day);
    struct str closed = time_print(c->arena, c->order->now);
    char hash[2 * LEDGER_HASH];
    ledger_hash_print(c->head.hash, hash);
    buf_print(&out, "diurnal period closed, version 1\nsite " STR_FMT "\nperiod " STR_FMT "\n",
              STR_ARG(site), STR_ARG(period));
    put_day(&out, c, "from", g->first_day);
    put_day(&out, c, "to", g->end_day);
    buf_print(&out, "currency %s\n", g->amount.cur.code);
    put_amount(&out, c, "goal", g->amount.minor);
    put_totals(&out, c);
    buf_print(&out, "entries %" PRId64 "\nhead %.*s\nclosed " STR_FMT "\n", c->head.seq,
              (int)sizeof hash, hash, STR_ARG(closed));
    if (buf_full(&out))
        return fault(ERR_LIMIT);
    c->row.statement = buf_copy(&out, c->arena);
    return OK;
}

static void sign(struct closing *c)
{
    const struct goal_close_order *o = c->order;
    c->row.goal = o->goal;
    c->row.closed_at = o->now;
    c->row.by = o->by.person;
    c->row.seq = c->head.seq;
    c->row.settled = c->meter.settled;
    c->row.net = meter_net(&c->meter);
    c->row.pending = c->meter.pending;
    keys_ledger_public(o->app->keys, c->row.public_key);
    keys_ledger_sign(o->app->keys, c->row.statement, c->row.signature);
}

static err insert(struct tx *tx, const struct goal_close *c)
{
    int64_t changes = 0;
    struct stmt *s = query_start(tx, &goal_close_insert);
    bind_int(s, 1, c->goal);
    bind_int(s, 2, c->closed_at);
    bind_int(s, 3, c->by);
    bind_int(s, 4, c->seq);
    bind_int(s, 5, c->last_transaction);
    bind_int(s, 6, c->settled);
    bind_int(s, 7, c->net);
    bind_int(s, 8, c->pending);
    bind_str(s, 9, c->statement);
    bind_blob(s, 10, bytes_str(c->public_key, sizeof c->public_key));
    bind_blob(s, 11, bytes_str(c->signature, sizeof c->signature));
    err e = query_run(s, &changes);
    if (e)
        return fault(e);
    return changes ? OK : GOAL_CLOSE_DONE;
}

/* ---- looking again */

struct closed {
    struct goal_close row;
    struct currency currency;
    struct str hash; /* of the ledger's entry `seq`; empty: there is none */
};

static err read_closed(struct tx *tx, int64_t after, struct arena *a, struct closed *ret,
                       bool *ret_row)
{
    struct stmt *s = query_start(tx, &goal_close_after);
    bind_int(s, 1, after);
    err e = query_step(s, ret_row);
    if (e || !*ret_row)
        return e ? fault(e) : OK;
    e = row_read(s, a, &ret->row);
    if (!e && !currency_parse(column_str(s, 11, a), &ret->currency))
        e = fault(ERR_DATA);
    ret->hash = column_str(s, 12, a);
    query_end(s);
    return e;
}

/* The end of the ledger then, as make_statement() writes it. */
static struct str print_head(const struct closed *c, struct arena *a)
{
    uint8_t none[LEDGER_HASH];
    char text[2 * LEDGER_HASH];
    sha256(ledger_csv_header, none);
    if (c->row.seq && c->hash.n != LEDGER_HASH)
        return S("\nentries that are not there\n");
    const void *hash = c->row.seq ? c->hash.s : (const void *)none;
    ledger_hash_print(hash, text);
    return str_print(a, "\nentries %" PRId64 "\nhead %.*s\n", c->row.seq, (int)sizeof text, text);
}

/* What is wrong with it; NULL: nothing. */
static const char *closed_wrong(const struct closed *c, struct arena *a)
{
    const struct {
        const char *name;
        int64_t minor;
    } totals[] = { { "settled", c->row.settled },
                   { "net", c->row.net },
                   { "pending", c->row.pending } };
    size_t at = 0;
    for (size_t i = 0; i < COUNT(totals); i++) {
        struct money m = { .minor = totals[i].minor, .cur = c->currency };
        struct str amount = money_print(a, m);
        struct str line = str_print(a, "\n%s " STR_FMT "\n", totals[i].name, STR_ARG(amount));
        if (!str_find(c->row.statement, line, &at))
            return "its statement says other totals than are frozen";
    }
    if (!str_find(c->row.statement, print_head(c, a), &at))
        return "the head in its statement is not in the chain";
    if (!ed25519_verify(c->row.public_key, c->row.statement, c->row.signature))
        return "its signature does not hold";
    return NULL;
}

err goal_close_check(struct tx *tx, struct arena *a, struct str *ret_why)
{
    struct arena one CLEANUP(arena_free);
    struct closed c = { 0 };
    bool row = true;
    arena_init(&one, 8 * (size_t)GOAL_STATEMENT_MAX);
    for (;;) {
        err e = read_closed(tx, c.row.goal, &one, &c, &row);
        if (e || !row)
            return e;
        const char *why = closed_wrong(&c, &one);
        if (why) {
            *ret_why = str_print(a, "closed period of goal %" PRId64 ": %s", c.row.goal, why);
            return GOAL_CLOSE_WRONG;
        }
        arena_reset(&one);
    }
}

/* What was booked between reading and this is an adjustment: the statement says up to which entry
 * it speaks. The goal must be the one that was read. */
static err write_close(struct tx *tx, void *arg)
{
    const struct closing *c = arg;
    const struct goal *read = &c->meter.goal;
    struct goal now = { 0 };
    err e = goal_get(tx, read->id, c->arena, &now);
    if (e > 0 || (!e && now.set_at != read->set_at))
        return GOAL_CLOSE_MOVED;
    if (!e)
        e = insert(tx, &c->row);
    if (e)
        return e;
    struct audit_note n = {
        .action = S("goal.close"),
        .kind = S("goal"),
        .object = read->id,
        .detail = goal_period_print(c->arena, read->first_day, read->end_day),
        .now = c->order->now,
    };
    e = audit_add(tx, c->order->by, &n);
    if (e)
        return fault(e);
    tx_touch(tx, "meter");
    tx_touch(tx, "funding");
    return OK;
}

err goal_close(const struct goal_close_order *o, struct arena *a)
{
    struct closing c = { .order = o, .arena = a };
    err e = read_totals(&c);
    if (!e)
        e = make_statement(&c);
    if (e)
        return e;
    sign(&c);
    return store_write(o->app->store, write_close, &c);
}

static err adjustment_read(struct stmt *s, struct arena *a, struct goal_adjustment *ret)
{
    struct asset asset = { 0 };
    struct goal_adjustment v = {
        .seq = column_int(s, 0),
        .contribution = column_int(s, 1),
        .day = column_int(s, 2),
        .booked = date_to_days(date_of_utc(column_int(s, 3))),
        .channel = column_str(s, 4, a),
        .kind = column_str(s, 5, a),
    };
    if (!ledger_account_parse(column_str(s, 6, a), &v.account) ||
        !asset_parse(column_str(s, 7, a), &asset))
        return fault(ERR_DATA);
    // what came in is negative in income, and what a provider kept is positive in fees
    v.amount = amount_negative(amount_join(column_int(s, 8), column_int(s, 9), asset));
    *ret = v;
    return OK;
}

err goal_adjustments(struct tx *tx, const struct goal *goal, const struct goal_close *c,
                     struct arena *a, const struct goal_adjustment **ret, size_t *ret_n,
                     bool *ret_more)
{
    struct goal_adjustment *list = arena_new(a, struct goal_adjustment, GOAL_ADJUSTMENTS_MAX + 1);
    size_t n = 0; // one more than is given says whether there are others
    bool row = false;
    struct stmt *s = query_start(tx, &goal_close_later);
    bind_int(s, 1, goal->first_day);
    bind_int(s, 2, goal->end_day);
    bind_int(s, 3, c->last_transaction);
    bind_int(s, 4, GOAL_ADJUSTMENTS_MAX + 1);
    err e = query_step(s, &row);
    while (!e && row) {
        e = adjustment_read(s, a, &list[n]);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret = list;
    *ret_more = n > GOAL_ADJUSTMENTS_MAX;
    *ret_n = *ret_more ? GOAL_ADJUSTMENTS_MAX : n;
    return OK;
}

static int64_t next_run(int64_t now)
{
    return (now / DAY + 1) * DAY;
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(GOAL_CLOSE_JOB), 0, *at);
}

err goal_close_promise(const struct app *app)
{
    int64_t at = next_run(clock_now(&app->clock));
    return store_write(app->store, promise, &at);
}

struct due {
    int64_t end_day, set_before;
    int64_t goals[CLOSED_AT_ONCE];
    size_t n;
};

static err find_due(const struct app *app, struct due *d)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    err e = store_read(app->store, &tx);
    if (e)
        return fault(e);
    struct stmt *s = query_start(&tx, &goal_close_due);
    bind_int(s, 1, d->end_day);
    bind_int(s, 2, d->set_before);
    bind_int(s, 3, CLOSED_AT_ONCE);
    e = query_step(s, &row);
    while (!e && row) {
        d->goals[d->n++] = column_int(s, 0);
        e = query_step(s, &row);
    }
    return e ? fault(e) : OK;
}

static err close_due(const struct app *app, const struct setup *setup, int64_t now, int64_t days)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, JOB_BYTES);
    struct due due = {
        .end_day = date_to_days(format_day_of(setup->formats, now)) - days,
        .set_before = now - days * DAY,
    };
    err e = find_due(app, &due);
    for (size_t i = 0; !e && i < due.n; i++) {
        struct goal_close_order o = {
            .app = app, .setup = setup, .goal = due.goals[i], .by = ACTOR_CLI, .now = now
        };
        arena_reset(&a);
        e = goal_close(&o, &a);
        e = e > 0 ? OK : e; // changed or closed by somebody else meanwhile: as well
    }
    return e;
}

err goal_close_job(const struct app *app, const struct setup *setup)
{
    int64_t now = clock_now(&app->clock);
    int64_t days = config_int(setup->config, &funding_close_after_days);
    err e = days ? close_due(app, setup, now, days) : OK;
    return e ? fault(e) : goal_close_promise(app);
}
