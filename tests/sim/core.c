#include "base/check.h"
#include "funding/contribution.h"
#include "funding/giver.h"
#include "funding/goal.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_verify.h"
#include "funding/meter.h"
#include "funding/payment_match.h"
#include "funding/rate.h"
#include "sim/sim.h"

#include <inttypes.h>
#include <stdio.h>

/* The shipped code, told what happens, and asked what it has. */

extern const struct row_check __start_row_checks[], __stop_row_checks[];

QUERY(sim_events,
      "select channel, object, kind, of_object, asset, minor, fine, fee_asset, fee_minor, fee_fine,"
      " occurred_at, day, taken_at, giver is not null from payment_event order by id");
QUERY(sim_event_id,
      "select id from payment_event where channel = $1 and object = $2 and kind = $3");
QUERY(sim_gift_id, "select id from contribution where channel = $1 and reference = $2");
QUERY(sim_giver_id, "select giver from contribution where id = $1");

static struct str name(struct arena *a, int object)
{
    return object ? str_print(a, "o%d", object) : S("");
}

static struct amount amount(int asset, int128 units)
{
    return (struct amount){ .units = units, .asset = sim_assets[asset] };
}

static struct str price(struct arena *a, int64_t v)
{
    return str_print(a, "%" PRId64 ".%04d", v / 10000, (int)(v % 10000));
}

err core_start(struct tx *tx, const struct plan *p, struct arena *a)
{
    for (int i = 0; i < SIM_GOALS; i++) {
        struct goal_draft d = { .first_day = sim_goal_days[i],
                                .end_day = sim_goal_days[i + 1],
                                .by = ACTOR_CLI,
                                .now = SIM_START };
        int64_t id = 0;
        if (p->goals[i] < 0)
            continue;
        check(amount_money(amount(p->goals[i], 500000), &d.amount));
        err e = goal_set(tx, &d, a, &id);
        if (e)
            return e;
    }
    return OK;
}

static err take(struct tx *tx, const struct op *op, struct arena *a, struct answer *ret)
{
    struct payment_result r = { 0 };
    struct payment_event e = { .channel = str_from_z(sim_channels[op->channel]),
                               .kind = op->event,
                               .object = name(a, op->object),
                               .of = name(a, op->of),
                               .amount = amount(op->asset, op->units),
                               .fee = amount(op->fee_asset, op->fee),
                               .occurred_at = op->at,
                               .day = op->day,
                               .source = sim_source_of(op->channel) };
    if (op->giver)
        e.payer = (struct payer){ .name = S("A giver"), .email = S("giver@example.org") };
    err why = payment_take(tx, &e, op->now, a, &r);
    if (!why)
        *ret =
            (struct answer){ .outcome = r.outcome, .gift = r.contribution, .released = r.released };
    return why;
}

static err hand(struct tx *tx, const struct op *op, struct arena *a)
{
    struct contribution_draft d = { .channel = str_from_z(sim_channels[op->channel]),
                                    .amount = amount(op->asset, op->units),
                                    .occurred_on = date_from_days(op->day),
                                    .pending = op->pending,
                                    .reference = name(a, op->object),
                                    .by = ACTOR_CLI,
                                    .now = op->now };
    int64_t id = 0;
    return contribution_add(tx, &d, a, &id);
}

static err take_back(struct tx *tx, const struct op *op, struct arena *a)
{
    struct contribution_part p = { .id = op->id,
                                   .kind = LEDGER_REVERSAL,
                                   .amount = amount(op->asset, op->units),
                                   .by = ACTOR_CLI,
                                   .now = op->now };
    int64_t transaction = 0;
    return contribution_take_back(tx, &p, a, &transaction);
}

static err add_rate(struct tx *tx, const struct op *op, struct arena *a)
{
    struct rate r = { .asset = sim_assets[op->asset],
                      .currency = sim_assets[op->fee_asset],
                      .price = price(a, op->price),
                      .source = S("sim"),
                      .at = op->at,
                      .valid_until = op->at + HOUR };
    return rate_add(tx, &r);
}

static err freeze(struct tx *tx, const struct op *op)
{
    return contribution_freeze(tx, &(struct contribution_freezing){ .id = op->id,
                                                                    .frozen = op->kind == OP_FREEZE,
                                                                    .reason = S("sim"),
                                                                    .by = ACTOR_CLI,
                                                                    .now = op->now });
}

/* 0: there is none. */
static err id_of(struct stmt *s, int64_t *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    *ret = !e && row ? column_int(s, 0) : 0;
    if (!e && row)
        query_end(s);
    return e;
}

static err match(struct tx *tx, const struct op *op, struct arena *a)
{
    struct payment_match m = { .contribution = op->id, .by = ACTOR_CLI, .now = op->now };
    struct payment_result r = { 0 };
    struct stmt *s = query_start(tx, &sim_event_id);
    bind_str(s, 1, str_from_z(sim_channels[op->channel]));
    bind_str(s, 2, name(a, op->object));
    bind_str(s, 3, payment_kind_name(op->event));
    err e = id_of(s, &m.event);
    return e ? e : payment_match(tx, &m, a, &r);
}

static err erase(struct tx *tx, const struct op *op)
{
    int64_t giver = 0;
    struct stmt *s = query_start(tx, &sim_giver_id);
    bind_int(s, 1, op->id);
    err e = id_of(s, &giver);
    return e ? e : giver_erase(tx, giver, ACTOR_CLI, op->now);
}

static err at_the_desk(struct tx *tx, const struct op *op, struct arena *a)
{
    struct contribution_reversal r = { .id = op->id, .by = ACTOR_CLI, .now = op->now };
    struct contribution_price v = { .id = op->id,
                                    .price = price(a, op->price),
                                    .source = S("sim"),
                                    .by = ACTOR_CLI,
                                    .now = op->now };
    switch (op->kind) {
    case OP_SETTLE: return contribution_settle(tx, op->id, ACTOR_CLI, op->now, a);
    case OP_TAKE_BACK: return take_back(tx, op, a);
    case OP_REVERSE: return contribution_reverse(tx, &r, a);
    case OP_VALUE: return contribution_value(tx, &v, a);
    case OP_FREEZE:
    case OP_FREE: return freeze(tx, op);
    case OP_MATCH: return match(tx, op, a);
    case OP_ERASE: return erase(tx, op);
    case OP_EVENT:
    case OP_RATE:
    case OP_HAND:
    case OP_KINDS: break;
    }
    check(false);
}

static err do_one(struct tx *tx, const struct op *op, struct arena *a, struct answer *ret)
{
    struct op full = *op;
    if (op->kind == OP_EVENT)
        return take(tx, op, a, ret);
    if (op->kind == OP_RATE)
        return add_rate(tx, op, a);
    if (op->kind == OP_HAND)
        return hand(tx, op, a);
    if (op->id)
        return at_the_desk(tx, op, a);
    struct stmt *s = query_start(tx, &sim_gift_id);
    bind_str(s, 1, str_from_z(sim_channels[op->channel]));
    bind_str(s, 2, name(a, op->of));
    err e = id_of(s, &full.id);
    return e ? e : at_the_desk(tx, &full, a);
}

err core_do(struct tx *tx, const struct op *op, struct arena *a, struct answer *ret)
{
    *ret = (struct answer){ 0 };
    err e = do_one(tx, op, a, ret);
    if (e > 0)
        *ret = (struct answer){ .refused = true };
    return e;
}

static int number(struct str s)
{
    int n = 0;
    for (size_t i = 1; i < s.n; i++)
        n = 10 * n + (s.s[i] - '0');
    return n;
}

static int128 units_at(struct stmt *s, int column, int *ret_asset, struct arena *a)
{
    int asset = sim_asset_of(column_str(s, column, a));
    *ret_asset = asset < 0 ? 0 : asset;
    if (asset < 0)
        return 0;
    return amount_join(column_int(s, column + 1), column_int(s, column + 2), sim_assets[asset])
        .units;
}

int core_events(struct tx *tx, struct arena *a, struct op *ret, int most)
{
    bool row = false;
    int n = 0;
    struct stmt *s = query_start(tx, &sim_events);
    while (!query_step(s, &row) && row && n < most) {
        struct op op = { .kind = OP_EVENT,
                         .channel = sim_channel_of(column_str(s, 0, a)),
                         .object = number(column_str(s, 1, a)),
                         .of = number(column_str(s, 3, a)),
                         .at = column_int(s, 10),
                         .day = column_int(s, 11),
                         .now = column_int(s, 12),
                         .giver = column_int(s, 13) };
        op.units = units_at(s, 4, &op.asset, a);
        op.fee = units_at(s, 7, &op.fee_asset, a);
        if (!payment_kind_parse(column_str(s, 2, a), &op.event))
            return -1;
        ret[n++] = op;
    }
    query_end(s);
    return n;
}

/* --- comparing --- */

static bool differs(const char *what, int64_t where)
{
    printf("# %s differs: %" PRId64 "\n", what, where);
    return false;
}

static bool same_gift(const struct model *m, int64_t id, const struct contribution *c)
{
    const struct gift *g = &m->gifts[id];
    int goal = sim_goal_of(g->day);
    int currency = goal < SIM_GOALS ? m->goals[goal] : -1;
    bool unvalued = g->value_asset < 0 && currency >= 0 && currency != g->asset;
    if (!str_eq(c->channel, str_from_z(sim_channels[g->channel])) ||
        !asset_eq(c->amount.asset, sim_assets[g->asset]) || c->amount.units != g->units)
        return differs("a gift's amount", id);
    if ((int)c->state != g->state || c->source != g->source)
        return differs("a gift's state", id);
    if (date_to_days(c->occurred_on) != g->day)
        return differs("a gift's day", id);
    if (c->out.units != g->out)
        return differs("what went out of a gift", id);
    if (c->frozen != g->frozen || c->giver != g->giver)
        return differs("whether a gift is frozen, or who gave it", id);
    if (c->unvalued != unvalued || c->value.units != g->value || c->value_out.units != g->value_out)
        return differs("a gift's value", id);
    return true;
}

static bool compare_gifts(struct tx *tx, const struct model *m, struct arena *a)
{
    for (int64_t id = 1; id <= m->gift_count + 1; id++) {
        struct contribution c = { 0 };
        err e = contribution_get(tx, id, a, &c);
        if (id > m->gift_count)
            return e == CONTRIBUTION_MISSING || differs("the number of gifts", id);
        if (e || !same_gift(m, id, &c))
            return e ? differs("the number of gifts", id) : false;
    }
    return true;
}

static bool compare_givers(struct tx *tx, const struct model *m, struct arena *a)
{
    struct giver g = { 0 };
    for (int id = 1; id <= m->giver_count; id++) {
        if (giver_get(tx, id, a, &g))
            return differs("the number of givers", id);
        bool empty = !g.name.n && !g.email.n;
        if ((g.erased_at != 0) != m->erased[id] || empty != m->erased[id])
            return differs("whether a giver is erased", id);
    }
    return giver_get(tx, m->giver_count + 1, a, &g) == GIVER_MISSING ||
           differs("the number of givers", m->giver_count);
}

static bool compare_sums(struct tx *tx, const struct model *m, int goal, struct arena *a)
{
    sim_sums left;
    const struct ledger_sum *sums = NULL;
    size_t n = 0;
    __builtin_memcpy(left, m->sums, sizeof left);
    int64_t first = goal < SIM_GOALS ? sim_goal_days[goal] : sim_goal_days[SIM_GOALS];
    int64_t end = goal < SIM_GOALS ? sim_goal_days[goal + 1] : LEDGER_END_DAY;
    if (ledger_sums(tx, first, end, a, &sums, &n))
        return differs("reading sums", goal);
    if (goal == SIM_GOALS) { // no goal: before them too
        const struct ledger_sum *before = NULL;
        size_t k = 0;
        if (ledger_sums(tx, 0, sim_goal_days[0], a, &before, &k))
            return differs("reading sums", goal);
        for (size_t i = 0; i < k; i++)
            left[goal][before[i].account][sim_channel_of(before[i].channel)][before[i].source]
                [sim_asset_of(asset_str(&before[i].sum.asset))] -= before[i].sum.units;
    }
    for (size_t i = 0; i < n; i++)
        left[goal][sums[i].account][sim_channel_of(sums[i].channel)][sums[i].source]
            [sim_asset_of(asset_str(&sums[i].sum.asset))] -= sums[i].sum.units;
    for (int i = 0; i < SIM_ACCOUNTS * SIM_CHANNELS * SIM_SOURCES * SIM_ASSETS; i++)
        if ((&left[goal][0][0][0][0])[i])
            return differs("a sum (account, channel, source, asset in mixed base)", i);
    return true;
}

static int128 sum_of(const struct model *m, int goal, enum ledger_account account, int source,
                     int asset)
{
    int128 v = 0;
    for (int c = 0; c < SIM_CHANNELS; c++)
        for (int s = 0; s < SIM_SOURCES; s++)
            v += source < 0 || source == s ? m->sums[goal][account][c][s][asset] : 0;
    return v;
}

static bool compare_meter(struct tx *tx, const struct model *m, int goal, struct arena *a)
{
    struct meter t = { 0 };
    int cur = m->goals[goal];
    if (meter_for_day(tx, date_from_days(sim_goal_days[goal] + 3), a, &t))
        return differs("reading a meter", goal);
    if (cur < 0)
        return !t.goal.id || differs("a goal", goal);
    if (t.settled != -sum_of(m, goal, LEDGER_INCOME, -1, cur) ||
        t.provable != -sum_of(m, goal, LEDGER_INCOME, LEDGER_BY_CHAIN, cur) ||
        t.attested != -sum_of(m, goal, LEDGER_INCOME, LEDGER_BY_PROVIDER, cur) ||
        t.by_hand != -sum_of(m, goal, LEDGER_INCOME, LEDGER_BY_HAND, cur) ||
        t.pending != -sum_of(m, goal, LEDGER_PENDING, -1, cur) ||
        t.fees != sum_of(m, goal, LEDGER_FEES, -1, cur))
        return differs("a meter", goal);
    size_t unvalued = 0;
    for (int i = 0; i < SIM_ASSETS; i++)
        unvalued +=
            i != cur &&
            sum_of(m, goal, LEDGER_INCOME, -1, i) + sum_of(m, goal, LEDGER_PENDING, -1, i) != 0;
    for (size_t i = 0; i < t.unvalued_count; i++) {
        int asset = sim_asset_of(asset_str(&t.unvalued[i].asset));
        if (t.unvalued[i].units !=
            -sum_of(m, goal, LEDGER_INCOME, -1, asset) - sum_of(m, goal, LEDGER_PENDING, -1, asset))
            return differs("an unvalued sum", asset);
    }
    return t.unvalued_count == unvalued || differs("the number of unvalued sums", goal);
}

static bool compare_waiting(struct tx *tx, const struct model *m, struct arena *a)
{
    int i = m->told_count;
    int64_t before = INT64_MAX;
    for (;;) {
        const struct payment_row *rows = NULL;
        size_t n = 0;
        if (payment_waiting(tx, before, PAYMENT_PAGE, a, &rows, &n))
            return differs("reading what waits", 0);
        for (size_t k = 0; k < n; k++) {
            while (i > 0 && m->told[i].state != TOLD_WAITING)
                i--;
            const struct op *op = &m->told[i].op;
            if (i < 1 || number(rows[k].event.object) != op->object ||
                rows[k].event.kind != op->event || !rows[k].why.n)
                return differs("what waits", rows[k].id);
            i--;
        }
        if (n < PAYMENT_PAGE)
            break;
        before = rows[n - 1].id;
    }
    while (i > 0 && m->told[i].state != TOLD_WAITING)
        i--;
    return i == 0 || differs("what should wait", i);
}

static bool verify_file(struct tx *tx, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(4 << 20);
    struct ledger_verifier *v = ledger_verify_start(a);
    struct ledger_head head = { 0 };
    int64_t after = 0;
    if (ledger_head(tx, a, &head))
        return differs("reading the head", 0);
    do {
        buf_clear(&out);
        if (ledger_csv_piece(tx, &after, head.seq, a, &out) || buf_full(&out))
            return differs("reading ledger.csv", after);
        if (!ledger_verify_put(v, buf_str(&out)))
            break;
    } while (after < head.seq);
    struct ledger_verdict verdict = ledger_verify_end(v);
    if (!verdict.good) {
        printf("# ledger verify: line %" PRId64 ": %s\n", verdict.line, verdict.why);
        return false;
    }
    return (verdict.head.seq == head.seq &&
            !__builtin_memcmp(verdict.head.hash, head.hash, LEDGER_HASH)) ||
           differs("the head", head.seq);
}

bool core_compare(struct tx *tx, const struct model *m, struct arena *a)
{
    struct str why = { 0 };
    if (!compare_gifts(tx, m, a) || !compare_givers(tx, m, a) || !compare_waiting(tx, m, a))
        return false;
    for (int i = 0; i <= SIM_GOALS; i++)
        if (!compare_sums(tx, m, i, a) || (i < SIM_GOALS && !compare_meter(tx, m, i, a)))
            return false;
    if (ledger_check(tx, a, &why)) {
        printf("# ledger_check: " STR_FMT "\n", STR_ARG(why));
        return false;
    }
    return verify_file(tx, a);
}

bool core_rows_hold(struct tx *tx, bool whole_file, struct arena *a)
{
    for (const struct row_check *c = __start_row_checks; c < __stop_row_checks; c++) {
        bool row = false;
        if (!whole_file && str_eq(str_from_z(c->query->name), S("integrity")))
            continue;
        struct stmt *q = query_start(tx, c->query);
        if (query_step(q, &row) || row) {
            printf("# %s\n", c->must_hold);
            return false;
        }
    }
    (void)a;
    return true;
}
