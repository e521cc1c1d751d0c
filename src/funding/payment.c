#include "base/check.h"
#include "funding/contribution_inside.h"
#include "funding/giver.h"
#include "funding/payment_inside.h"

#include <string.h>

/*
 * Booking. settle() looks once at one event and says what became of it; what it lacked leaves it
 * waiting. Whenever an event is booked, those that waited for its object are looked at again, and
 * so on: a list of objects that is worked off.
 */

enum { OBJECTS_FIRST = 8 }; // a power of two

struct booking {
    struct tx *tx;
    struct arena *a;
    int64_t now;
    struct str *objects; // of booked events: others may have waited for them
    size_t first, end;
    int64_t released;
};

/* What was there before a doubling is left behind in the arena. */
static void push(struct booking *b, struct str object)
{
    if (b->end == 0 || (b->end >= OBJECTS_FIRST && (b->end & (b->end - 1)) == 0)) {
        size_t room = b->end ? 2 * b->end : OBJECTS_FIRST;
        struct str *more = arena_new(b->a, struct str, room);
        if (b->end)
            memcpy(more, b->objects, b->end * sizeof *more);
        b->objects = more;
    }
    b->objects[b->end++] = object;
}

static void waits(struct payment_row *row, const char *why)
{
    row->why = str_from_z(why);
}

static err find(struct booking *b, const struct payment_row *row, struct str object,
                enum payment_kind kind, struct payment_row *ret)
{
    return payment_find(b->tx, row->event.channel, object, kind, b->a, ret);
}

static bool same_amount(struct amount x, struct amount y)
{
    return asset_eq(x.asset, y.asset) && x.units == y.units;
}

/* Who gave, as the event tells. What stands in the table has no payer: it was told when it came. */
static struct giver told_giver(const struct payment_event *e, int64_t now)
{
    return (struct giver){ .channel = e->channel,
                           .name = e->payer.name,
                           .email = e->payer.email,
                           .message = e->payer.message,
                           .named = e->payer.named,
                           .created_at = now };
}

static bool tells_giver(const struct payment_event *e)
{
    return (e->kind == PAYMENT_PENDING || e->kind == PAYMENT_RECEIVED) &&
           (e->payer.name.n || e->payer.email.n || e->payer.message.n);
}

/* Two messages tell of one gift, and perhaps only the second who gave. Of a payment that waits
 * there is no gift: what was typed in with its number stands there by the treasurer's word. */
static err learn(struct booking *b, struct payment_row *row)
{
    struct giver g = told_giver(&row->event, b->now);
    if (!row->contribution || !tells_giver(&row->event))
        return OK;
    return giver_learn(b->tx, row->contribution, &g, &row->giver);
}

/* A new gift of what the event tells. */
static err gift(struct booking *b, struct payment_row *row, struct str reference,
                enum payment_state *ret)
{
    const struct payment_event *e = &row->event;
    struct giver giver = told_giver(e, b->now);
    err why = tells_giver(e) ? giver_add(b->tx, &giver, &row->giver) : OK;
    if (why)
        return why;
    struct contribution_draft d = {
        .channel = e->channel,
        .amount = e->amount,
        .occurred_on = date_from_days(e->day),
        .pending = e->kind == PAYMENT_PENDING,
        .source = e->source,
        .reference = reference,
        .public_reference = e->reference,
        .occurred_at = e->occurred_at,
        .giver = row->giver,
        .by = ACTOR_CLI,
        .now = b->now,
    };
    why = contribution_book(b->tx, &d, b->a, &row->contribution, &row->ledger_transaction);
    if (why == CONTRIBUTION_REFERENCE_USED) {
        waits(row, "funding_wait_reference");
        return OK;
    }
    check(why <= 0); // the event was checked before it was kept
    if (!why)
        *ret = PAYMENT_IS_BOOKED;
    return why;
}

/* A payment or an announcement whose gift the treasurer named, or named by what was told of it
 * earlier: a gift by hand of just this amount, which no other payment is. *ret_id 0: none. */
static err named(struct booking *b, const struct payment_row *row, struct contribution *ret)
{
    bool other = false;
    int64_t id = row->matched;
    *ret = (struct contribution){ 0 };
    err e = id ? OK : payment_matched_of(b->tx, row->event.channel, row->event.object, &id);
    if (e || !id)
        return e;
    struct contribution c = { 0 };
    e = contribution_get(b->tx, id, b->a, &c);
    if (!e)
        e = payment_is_of_other(b->tx, id, row->event.object, &other);
    if (!e && !other && c.source == LEDGER_BY_HAND && same_amount(c.amount, row->event.amount))
        *ret = c;
    return e;
}

static err settle_pending(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    struct contribution c = { 0 };
    struct payment_row received = { 0 };
    err e = find(b, row, row->event.object, PAYMENT_RECEIVED, &received);
    if (e)
        return e;
    e = received.id && !row->matched ? OK : named(b, row, &c);
    if (e)
        return e;
    if (!received.id && !c.id)
        return gift(b, row, row->event.object, ret);
    row->contribution = c.id ? c.id : received.contribution;
    *ret = PAYMENT_IS_SUPERSEDED;
    return learn(b, row);
}

/* What was announced is another amount than what came: the first will not come, this is a new gift.
 */
static err replace_pending(struct booking *b, struct payment_row *row, int64_t contribution,
                           enum payment_state *ret)
{
    int64_t transaction = 0;
    err e = contribution_fail(b->tx, contribution, b->now, b->a, &transaction);
    return e ? e : gift(b, row, S(""), ret);
}

static err arrive(struct booking *b, struct payment_row *row, int64_t contribution,
                  enum payment_state *ret)
{
    struct contribution_arrival v = { .id = contribution,
                                      .occurred_at = row->event.occurred_at,
                                      .public_reference = row->event.reference,
                                      .by = ACTOR_CLI,
                                      .now = b->now };
    row->contribution = contribution;
    err e = learn(b, row); // before it arrives and a receipt falls due
    if (!e)
        e = contribution_arrive(b->tx, &v, b->a, &row->ledger_transaction);
    check(e <= 0); // it is pending
    if (!e)
        *ret = PAYMENT_IS_BOOKED;
    return e;
}

static err receive(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    struct payment_row pending = { 0 };
    struct contribution c = { 0 };
    err e = find(b, row, row->event.object, PAYMENT_PENDING, &pending);
    if (e)
        return e;
    e = pending.contribution && !row->matched
            ? contribution_get(b->tx, pending.contribution, b->a, &c)
            : named(b, row, &c);
    if (e)
        return e;
    if (!c.id)
        return gift(b, row, row->event.object, ret);
    if (c.state == CONTRIBUTION_REVERSED &&
        c.source != LEDGER_BY_HAND) // it had failed, and came after all
        return gift(b, row, S(""), ret);
    if (c.state != CONTRIBUTION_PENDING) { // the treasurer was faster
        row->contribution = c.id;
        *ret = PAYMENT_IS_SUPERSEDED;
        return learn(b, row);
    }
    return same_amount(c.amount, row->event.amount) ? arrive(b, row, c.id, ret)
                                                    : replace_pending(b, row, c.id, ret);
}

static err settle_payment(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    int64_t transaction = 0;
    err e = receive(b, row, ret);
    if (!e && *ret == PAYMENT_IS_BOOKED && row->event.fee.units)
        e = contribution_fee(b->tx, row->contribution, row->event.fee, b->now, b->a, &transaction);
    return e;
}

static err settle_failed(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    struct payment_row pending = { 0 };
    struct payment_row received = { 0 };
    struct contribution c = { 0 };
    err e = find(b, row, row->event.of, PAYMENT_RECEIVED, &received);
    if (!e)
        e = find(b, row, row->event.of, PAYMENT_PENDING, &pending);
    if (e)
        return e;
    if (received.id) {
        row->contribution = received.contribution;
        *ret = PAYMENT_IS_SUPERSEDED;
        return OK;
    }
    if (!pending.contribution) {
        waits(row, "funding_wait_payment");
        return OK;
    }
    e = contribution_get(b->tx, pending.contribution, b->a, &c);
    if (e)
        return e;
    row->contribution = c.id;
    *ret = PAYMENT_IS_SUPERSEDED;
    if (c.state != CONTRIBUTION_PENDING)
        return OK;
    e = contribution_fail(b->tx, c.id, b->now, b->a, &row->ledger_transaction);
    if (!e)
        *ret = PAYMENT_IS_BOOKED;
    return e;
}

/* The gift that an event of a payment is about; 0: it is not here yet. */
static err payment_of(struct booking *b, struct payment_row *row, int64_t *ret)
{
    struct payment_row received = { 0 };
    *ret = row->matched;
    if (row->matched)
        return OK;
    err e = find(b, row, row->event.of, PAYMENT_RECEIVED, &received);
    if (e)
        return e;
    *ret = received.contribution;
    if (!received.contribution)
        waits(row, "funding_wait_payment");
    return OK;
}

static err settle_fee(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    int64_t contribution = 0;
    err e = payment_of(b, row, &contribution);
    if (e || !contribution)
        return e;
    e = contribution_fee(b->tx, contribution, row->event.amount, b->now, b->a,
                         &row->ledger_transaction);
    if (e)
        return e;
    row->contribution = contribution;
    *ret = PAYMENT_IS_BOOKED;
    return OK;
}

static const enum ledger_kind ledger_kinds[PAYMENT_KINDS] = {
    [PAYMENT_REFUND] = LEDGER_REFUND,
    [PAYMENT_REFUND_FAILED] = LEDGER_REFUND_FAILED,
    [PAYMENT_DISPUTE] = LEDGER_DISPUTE,
    [PAYMENT_DISPUTE_WON] = LEDGER_DISPUTE_WON,
    [PAYMENT_REORG_REVERSAL] = LEDGER_REORG_REVERSAL,
    [PAYMENT_REORG_RESTORE] = LEDGER_REORG_RESTORE,
};

static err settle_out(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    bool has_amount = payment_kind_has_amount(row->event.kind); // else all that is left
    struct contribution_part part = { .kind = ledger_kinds[row->event.kind],
                                      .amount =
                                          has_amount ? row->event.amount : (struct amount){ 0 },
                                      .public_reference = row->event.reference,
                                      .told = true,
                                      .by = ACTOR_CLI,
                                      .now = b->now };
    err e = payment_of(b, row, &part.id);
    if (e || !part.id)
        return e;
    e = contribution_take_back(b->tx, &part, b->a, &row->ledger_transaction);
    if (e < 0)
        return e;
    if (e) {
        waits(row, e == CONTRIBUTION_OTHER_ASSET ? "funding_wait_asset" : "funding_wait_too_much");
        return OK;
    }
    row->contribution = part.id;
    *ret = PAYMENT_IS_BOOKED;
    return OK;
}

static enum payment_kind undone_by(enum payment_kind k)
{
    if (k == PAYMENT_REFUND_FAILED)
        return PAYMENT_REFUND;
    return k == PAYMENT_DISPUTE_WON ? PAYMENT_DISPUTE : PAYMENT_REORG_REVERSAL;
}

/* Room was made in a gift: what was too much for it may fit now. */
static err push_payment_of(struct booking *b, const struct payment_row *out)
{
    push(b, out->event.of);
    return payment_undo(b->tx, out->id);
}

static err settle_undo(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    struct payment_row out = { 0 };
    err e = find(b, row, row->event.of, undone_by(row->event.kind), &out);
    if (e)
        return e;
    if (str_eq(out.state, payment_state_name(PAYMENT_IS_UNDONE))) {
        row->contribution = out.contribution;
        *ret = PAYMENT_IS_SUPERSEDED;
        return OK;
    }
    if (!out.ledger_transaction) {
        waits(row, "funding_wait_payment");
        return OK;
    }
    struct contribution_undo undo = { .id = out.contribution,
                                      .transaction = out.ledger_transaction,
                                      .kind = ledger_kinds[row->event.kind],
                                      .public_reference = row->event.reference,
                                      .told = true,
                                      .by = ACTOR_CLI,
                                      .now = b->now };
    e = contribution_put_back(b->tx, &undo, b->a, &row->ledger_transaction);
    if (e)
        return e;
    row->contribution = out.contribution;
    *ret = PAYMENT_IS_BOOKED;
    return push_payment_of(b, &out);
}

static err settle_kind(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    switch (row->event.kind) {
    case PAYMENT_PENDING: return settle_pending(b, row, ret);
    case PAYMENT_RECEIVED: return settle_payment(b, row, ret);
    case PAYMENT_FAILED: return settle_failed(b, row, ret);
    case PAYMENT_FEE: return settle_fee(b, row, ret);
    case PAYMENT_REFUND:
    case PAYMENT_DISPUTE:
    case PAYMENT_REORG_REVERSAL: return settle_out(b, row, ret);
    case PAYMENT_REFUND_FAILED:
    case PAYMENT_DISPUTE_WON:
    case PAYMENT_REORG_RESTORE: return settle_undo(b, row, ret);
    case PAYMENT_KINDS: break;
    }
    check(false);
}

/* Looks once at an event that is new or waits, and keeps what became of it: nothing when it waits
 * on for what it waited for. */
static err settle(struct booking *b, struct payment_row *row, enum payment_state *ret)
{
    enum payment_state state = PAYMENT_IS_WAITING;
    struct str why = row->why;
    err e = settle_kind(b, row, &state);
    check(e <= 0); // refusals of contributions were told apart
    if (e)
        return e;
    if (state != PAYMENT_IS_WAITING) {
        row->why = S("");
        push(b, row->event.object);
    }
    *ret = state;
    if (row->id && state == PAYMENT_IS_WAITING && str_eq(why, row->why))
        return OK;
    return payment_keep(b->tx, row, state);
}

static err release_round(struct booking *b, struct str channel, const struct payment_row *rows,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct payment_row row = rows[i];
        enum payment_state state = PAYMENT_IS_WAITING;
        check(str_eq(row.event.channel, channel));
        err e = settle(b, &row, &state);
        if (e)
            return e;
        b->released += state == PAYMENT_IS_BOOKED;
    }
    return OK;
}

/* Those that waited for an object, a round at a time. */
static err release_one(struct booking *b, struct str channel, struct str object)
{
    struct payment_wait wait = { .channel = channel, .object = object };
    for (;;) {
        const struct payment_row *rows = NULL;
        size_t n = 0;
        err e = payment_waiting_for(b->tx, &wait, b->a, &rows, &n);
        if (!e)
            e = release_round(b, channel, rows, n);
        if (e || n < PAYMENT_ROUND)
            return e;
        wait.after = rows[n - 1].id;
    }
}

static err release(struct booking *b, struct str channel)
{
    while (b->first < b->end) {
        err e = release_one(b, channel, b->objects[b->first++]);
        if (e)
            return e;
    }
    return OK;
}

static bool is_object(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < '!' || s.s[i] > '~')
            return false;
    return s.n <= PAYMENT_OBJECT_MAX;
}

bool payment_event_is_sound(const struct payment_event *e, int64_t now)
{
    bool alone = e->kind == PAYMENT_PENDING || e->kind == PAYMENT_RECEIVED;
    if (!channel_name_is_valid(e->channel) || !e->object.n || !is_object(e->object) ||
        !is_object(e->of) || (e->of.n == 0) != alone || !ledger_reference_is_valid(e->reference))
        return false;
    err why = alone ? contribution_day_check(date_from_days(e->day), now) : OK;
    if (!why && payment_kind_has_amount(e->kind))
        why = contribution_amount_check(e->amount);
    if (!why && e->kind == PAYMENT_RECEIVED && e->fee.units)
        why = contribution_amount_check(e->fee);
    return !why;
}

static enum payment_outcome seen(const struct payment_row *row, const struct payment_event *e)
{
    bool same = str_eq(row->event.of, e->of) &&
                (!payment_kind_has_amount(e->kind) || same_amount(row->event.amount, e->amount));
    return same ? PAYMENT_SEEN : PAYMENT_DIFFERS;
}

static struct payment_result result_of(const struct booking *b, const struct payment_row *row,
                                       enum payment_state state)
{
    return (struct payment_result){
        .outcome = state == PAYMENT_IS_BOOKED       ? PAYMENT_BOOKED
                   : state == PAYMENT_IS_SUPERSEDED ? PAYMENT_SUPERSEDED
                                                    : PAYMENT_WAITS,
        .event = row->id,
        .contribution = row->contribution,
        .released = b->released,
    };
}

static err take(struct booking *b, struct payment_row *row, struct payment_result *ret)
{
    enum payment_state state = PAYMENT_IS_WAITING;
    err e = settle(b, row, &state);
    if (!e)
        e = release(b, row->event.channel);
    if (!e)
        *ret = result_of(b, row, state);
    return e;
}

err payment_settle(struct tx *tx, struct payment_row *row, int64_t now, struct arena *a,
                   struct payment_result *ret)
{
    struct booking b = { .tx = tx, .a = a, .now = now };
    enum payment_state state = PAYMENT_IS_WAITING;
    err e = settle(&b, row, &state);
    if (!e)
        e = release(&b, row->event.channel);
    if (!e)
        *ret = result_of(&b, row, state);
    return e;
}

err payment_take(struct tx *tx, const struct payment_event *e, int64_t now, struct arena *a,
                 struct payment_result *ret)
{
    struct payment_row known = { 0 };
    if (!payment_event_is_sound(e, now))
        return PAYMENT_WRONG;
    err why = payment_find(tx, e->channel, e->object, e->kind, a, &known);
    if (why)
        return why;
    struct booking b = { .tx = tx, .a = a, .now = now };
    struct payment_row row = { .event = *e, .taken_at = now, .contribution = known.contribution };
    if (!known.id)
        return take(&b, &row, ret);
    *ret = (struct payment_result){ .outcome = seen(&known, e),
                                    .event = known.id,
                                    .contribution = known.contribution };
    return ret->outcome == PAYMENT_SEEN ? learn(&b, &row) : OK;
}
