#include "funding/payment_match.h"
#include "base/check.h"
#include "funding/contribution_inside.h"
#include "funding/payment_inside.h"

#include <inttypes.h>

QUERY(payment_match_set, "update payment_event set matched = $2, matched_by = $3, matched_at = $4"
                         " where id = $1");
QUERY(payment_aside_set, "update payment_event set aside_why = $2, aside_reason = $3,"
                         " aside_by = $4, aside_at = $5 where id = $1");
QUERY(payment_aside_rows, "select " PAYMENT_COLUMNS " from payment_event where state = 'waiting'"
                          " and aside_why = why and id < $1 order by id desc limit $2");
QUERY(payment_open_count, "select count(*) from (select 1 from payment_event"
                          " where state = 'waiting' and aside_why <> why limit $1) as open_events");
QUERY(payment_gifts_alike,
      "select id from contribution where channel = $1 and minor = $2 and fine = $3 and asset = $4"
      " and state <> 'reversed' order by id desc limit $5");

const char *payment_match_word(err refusal)
{
    static const char *const words[PAYMENT_MATCH_REFUSALS] = {
        [PAYMENT_MATCH_MISSING] = "funding_match_missing",
        [PAYMENT_MATCH_KIND] = "funding_match_kind",
        [PAYMENT_MATCH_NO_GIFT] = "funding_match_no_gift",
        [PAYMENT_MATCH_CHANNEL] = "funding_match_channel",
        [PAYMENT_MATCH_ASSET] = "funding_match_asset",
        [PAYMENT_MATCH_AMOUNT] = "funding_match_amount",
        [PAYMENT_MATCH_STATE] = "funding_match_state",
        [PAYMENT_MATCH_FROZEN] = "funding_match_frozen",
        [PAYMENT_MATCH_TAKEN] = "funding_match_taken",
        [PAYMENT_MATCH_REASON] = "funding_match_reason",
    };
    check(refusal > 0 && refusal < PAYMENT_MATCH_REFUSALS);
    return words[refusal];
}

static bool is_payment(enum payment_kind k)
{
    return k == PAYMENT_PENDING || k == PAYMENT_RECEIVED;
}

bool payment_may_match(enum payment_kind k)
{
    return is_payment(k) || k == PAYMENT_FEE || k == PAYMENT_REFUND || k == PAYMENT_DISPUTE ||
           k == PAYMENT_REORG_REVERSAL;
}

err payment_waiting_get(struct tx *tx, int64_t event, struct arena *a, struct payment_row *ret)
{
    err e = payment_by_id(tx, event, a, ret);
    if (e)
        return e;
    bool waits = ret->id && str_eq(ret->state, payment_state_name(PAYMENT_IS_WAITING));
    return waits ? OK : PAYMENT_MATCH_MISSING;
}

/* A payment is a gift by hand of its amount that no other payment is. */
static err check_payment(struct tx *tx, const struct payment_row *row, const struct contribution *c)
{
    bool other = false;
    err e = payment_is_of_other(tx, c->id, row->event.object, &other);
    if (e)
        return e;
    if (other || c->source != LEDGER_BY_HAND)
        return PAYMENT_MATCH_TAKEN;
    if (!asset_eq(c->amount.asset, row->event.amount.asset))
        return PAYMENT_MATCH_ASSET;
    if (c->amount.units != row->event.amount.units)
        return PAYMENT_MATCH_AMOUNT;
    bool late = row->event.kind == PAYMENT_PENDING && c->state != CONTRIBUTION_PENDING;
    return late ? PAYMENT_MATCH_STATE : OK;
}

static err check_part(const struct payment_row *row, const struct contribution *c)
{
    const struct amount *m = &row->event.amount;
    bool out = row->event.kind == PAYMENT_REFUND || row->event.kind == PAYMENT_DISPUTE;
    if (c->state == CONTRIBUTION_PENDING)
        return PAYMENT_MATCH_STATE;
    if (row->event.kind == PAYMENT_FEE)
        return OK;
    if (c->state != CONTRIBUTION_SETTLED)
        return PAYMENT_MATCH_STATE;
    if (out && !asset_eq(m->asset, c->amount.asset))
        return PAYMENT_MATCH_ASSET;
    return out && m->units > c->amount.units - c->out.units ? PAYMENT_MATCH_AMOUNT : OK;
}

static err check_match(struct tx *tx, const struct payment_row *row, const struct contribution *c)
{
    if (!str_eq(c->channel, row->event.channel))
        return PAYMENT_MATCH_CHANNEL;
    if (c->frozen)
        return PAYMENT_MATCH_FROZEN;
    return is_payment(row->event.kind) ? check_payment(tx, row, c) : check_part(row, c);
}

static err keep_match(struct tx *tx, const struct payment_match *m)
{
    struct stmt *s = query_start(tx, &payment_match_set);
    bind_int(s, 1, m->event);
    bind_int(s, 2, m->contribution);
    bind_int(s, 3, m->by.person);
    bind_int(s, 4, m->now);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err note(struct tx *tx, struct actor by, int64_t now, const struct audit_note *n)
{
    struct audit_note full = *n;
    full.kind = S("payment_event");
    full.now = now;
    err e = audit_add(tx, by, &full);
    return e ? fault(e) : OK;
}

/* Checked above: what is booked now cannot be refused. */
static err book(struct tx *tx, const struct payment_match *m, struct payment_row *row,
                struct arena *a, struct payment_result *ret)
{
    row->matched = m->contribution;
    err e = keep_match(tx, m);
    if (!e)
        e = payment_settle(tx, row, m->now, a, ret);
    if (e)
        return e;
    check(ret->outcome != PAYMENT_WAITS);
    struct audit_note n = { .action = S("payment.match"),
                            .object = m->event,
                            .detail = str_print(a, "gift %" PRId64, m->contribution) };
    e = note(tx, m->by, m->now, &n);
    if (!e)
        tx_touch(tx, "funding");
    return e;
}

err payment_match(struct tx *tx, const struct payment_match *m, struct arena *a,
                  struct payment_result *ret)
{
    struct payment_row row = { 0 };
    struct contribution c = { 0 };
    err e = payment_waiting_get(tx, m->event, a, &row);
    if (e)
        return e;
    if (!payment_may_match(row.event.kind))
        return PAYMENT_MATCH_KIND;
    e = contribution_get(tx, m->contribution, a, &c);
    if (e)
        return e > 0 ? PAYMENT_MATCH_NO_GIFT : e;
    e = check_match(tx, &row, &c);
    return e ? e : book(tx, m, &row, a, ret);
}

static err keep_aside(struct tx *tx, const struct payment_aside *s, struct str why)
{
    struct stmt *q = query_start(tx, &payment_aside_set);
    bind_int(q, 1, s->event);
    bind_str(q, 2, why);
    bind_str(q, 3, s->reason);
    bind_int(q, 4, s->by.person);
    bind_int(q, 5, s->now);
    err e = query_run(q, NULL);
    return e ? fault(e) : OK;
}

enum { ROW_BYTES = 64 * 1024 };

static err set_aside(struct tx *tx, const struct payment_aside *s, bool aside)
{
    struct arena a CLEANUP(arena_free);
    struct payment_row row = { 0 };
    arena_init(&a, ROW_BYTES);
    err e = payment_waiting_get(tx, s->event, &a, &row);
    if (!e)
        e = keep_aside(tx, s, aside ? row.why : S(""));
    if (e)
        return e;
    struct audit_note n = { .action = aside ? S("payment.aside") : S("payment.take_up"),
                            .object = s->event };
    return note(tx, s->by, s->now, &n);
}

err payment_set_aside(struct tx *tx, const struct payment_aside *s)
{
    if (!s->reason.n || s->reason.n > PAYMENT_REASON_MAX || !contribution_note_is_fine(s->reason))
        return PAYMENT_MATCH_REASON;
    return set_aside(tx, s, true);
}

err payment_take_up(struct tx *tx, int64_t event, struct actor by, int64_t now)
{
    return set_aside(tx, &(struct payment_aside){ .event = event, .by = by, .now = now }, false);
}

err payment_aside_list(struct tx *tx, int64_t before, size_t most, struct arena *a,
                       const struct payment_row **ret, size_t *ret_n)
{
    check(most > 0 && most <= PAYMENT_PAGE + 1);
    struct stmt *s = query_start(tx, &payment_aside_rows);
    bind_int(s, 1, before);
    bind_int(s, 2, (int64_t)most);
    return payment_read_all(s, most, a, ret, ret_n);
}

err payment_waiting_count(struct tx *tx, int64_t *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &payment_open_count);
    bind_int(s, 1, PAYMENT_COUNT_MAX);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

err payment_candidates(struct tx *tx, const struct payment_row *row,
                       int64_t ret[PAYMENT_CANDIDATES], size_t *ret_n)
{
    int64_t minor = 0;
    int64_t fine = 0;
    bool found = false;
    *ret_n = 0;
    if (!row->event.amount.units || !payment_may_match(row->event.kind) ||
        amount_split(row->event.amount, &minor, &fine))
        return OK;
    struct stmt *s = query_start(tx, &payment_gifts_alike);
    bind_str(s, 1, row->event.channel);
    bind_int(s, 2, minor);
    bind_int(s, 3, fine);
    bind_str(s, 4, asset_str(&row->event.amount.asset));
    bind_int(s, 5, PAYMENT_CANDIDATES);
    err e = query_step(s, &found);
    while (!e && found) {
        ret[(*ret_n)++] = column_int(s, 0);
        e = query_step(s, &found);
    }
    return e ? fault(e) : OK;
}
