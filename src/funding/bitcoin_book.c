#include "funding/bitcoin_book.h"
#include "base/check.h"
#include "base/clock.h"
#include "funding/channel_health.h"
#include "funding/payment.h"
#include "funding/wallet_address.h"

#define GONE_AFTER HOUR

static struct str txid_of(struct str object)
{
    return str_sub(object, 0, (size_t)2 * CHAIN_HASH);
}

/* "txid:vout@HASH", or with "/n" from the second reversal on. */
static struct str block_object(const struct bitcoin_output *o, struct arena *a)
{
    uint8_t hash[CHAIN_HASH];
    check(o->block.n == CHAIN_HASH);
    for (size_t i = 0; i < CHAIN_HASH; i++)
        hash[i] = (uint8_t)o->block.s[i];
    struct str block = chain_hash_print(a, hash);
    if (o->reversals <= 1)
        return str_print(a, STR_FMT "@" STR_FMT, STR_ARG(o->object), STR_ARG(block));
    return str_print(a, STR_FMT "@" STR_FMT "/%lld", STR_ARG(o->object), STR_ARG(block),
                     (long long)o->reversals);
}

/* What was told cannot be booked only when it is nonsense, and then a person must look. */
static err tell(struct tx *tx, const struct bitcoin_step *s, struct payment_event *e)
{
    struct payment_result r = { 0 };
    e->channel = s->channel;
    e->source = LEDGER_BY_CHAIN;
    err why = payment_take(tx, e, s->now, s->arena, &r);
    if (why == PAYMENT_WRONG)
        return channel_health_note(tx, s->channel, HEALTH_MALFORMED,
                                   S("a payment with a day or an amount that cannot be"), s->now);
    if (!why && r.outcome == PAYMENT_DIFFERS)
        return channel_health_note(tx, s->channel, HEALTH_DIFFERS,
                                   S("another amount than before was told"), s->now);
    return why;
}

static err tell_gift(struct tx *tx, const struct bitcoin_step *s, const struct bitcoin_output *o,
                     enum payment_kind kind)
{
    struct payment_event e = {
        .kind = kind,
        .object = o->object,
        .amount = { .units = o->value, .asset = s->asset },
        .occurred_at = o->time,
        .day = o->day,
        .reference = txid_of(o->object),
    };
    return tell(tx, s, &e);
}

static err tell_later(struct tx *tx, const struct bitcoin_step *s, const struct bitcoin_output *o,
                      enum payment_kind kind, struct str object, struct str of)
{
    struct payment_event e = {
        .kind = kind,
        .object = object,
        .of = of,
        .amount = { .asset = s->asset },
        .occurred_at = s->now,
        .day = o->day,
        .reference = txid_of(o->object),
    };
    return tell(tx, s, &e);
}

/* ---- a block comes ---- */

static int64_t depth_of(const struct bitcoin_step *s, bool coinbase)
{
    return coinbase && s->depth < BITCOIN_COINBASE_DEPTH ? BITCOIN_COINBASE_DEPTH : s->depth;
}

/* One that is new to us may be another channel's. */
static err is_elsewhere(struct tx *tx, const struct bitcoin_step *s, struct str object, bool *ret)
{
    const struct payment_event e = { .channel = s->channel,
                                     .object = object,
                                     .amount = { .asset = s->asset } };
    err why = payment_is_elsewhere(tx, &e, ret);
    if (why || !*ret)
        return why;
    return channel_health_note(tx, s->channel, HEALTH_IGNORED,
                               S("payments that another channel counts were left out"), s->now);
}

static err take_match(struct tx *tx, const struct bitcoin_step *s, const struct bitcoin_match *m)
{
    struct bitcoin_output o = { 0 };
    struct wallet_proof proof = m->proof;
    bool elsewhere = false;
    err e = bitcoin_output_find(tx, s->channel, proof.object, s->arena, &o);
    if (!e && !o.id)
        e = is_elsewhere(tx, s, proof.object, &elsewhere);
    if (e || elsewhere)
        return e;
    o.channel = s->channel;
    o.object = proof.object;
    o.address = m->address;
    o.value = m->value;
    o.coinbase = m->coinbase;
    o.height = s->place.height;
    o.block = proof.block;
    o.time = s->time;
    o.day = s->day;
    o.seen_at = s->now;
    if (!o.told && depth_of(s, o.coinbase) > 1) {
        o.told = BITCOIN_TOLD_PENDING;
        e = tell_gift(tx, s, &o, PAYMENT_PENDING);
    }
    if (!e)
        e = bitcoin_output_put(tx, &o);
    if (!e)
        e = wallet_address_paid(tx, o.address, s->now);
    proof.channel = s->channel;
    proof.height = s->place.height;
    return e ? e : wallet_proof_add(tx, &proof);
}

static err take_matches(struct tx *tx, const struct bitcoin_step *s)
{
    int dust = 0;
    for (size_t i = 0; i < s->match_count; i++) {
        if (s->matches[i].value < s->minimum || s->matches[i].value <= 0) {
            dust++;
            continue;
        }
        err e = take_match(tx, s, &s->matches[i]);
        if (e)
            return e;
    }
    if (!dust)
        return OK;
    return channel_health_note(tx, s->channel, HEALTH_IGNORED,
                               S("payments below the minimum were left out"), s->now);
}

static err settle(struct tx *tx, const struct bitcoin_step *s, const struct bitcoin_output *due)
{
    struct bitcoin_output o = *due;
    err e = OK;
    if (o.told & BITCOIN_TOLD_RECEIVED)
        e = tell_later(tx, s, &o, PAYMENT_REORG_RESTORE, block_object(&o, s->arena), o.reversal);
    else
        e = tell_gift(tx, s, &o, PAYMENT_RECEIVED);
    o.told |= BITCOIN_TOLD_RECEIVED;
    o.settled = true;
    o.reversal = S("");
    return e ? e : bitcoin_output_put(tx, &o);
}

static err settle_due(struct tx *tx, const struct bitcoin_step *s)
{
    size_t n = BITCOIN_OUTPUTS;
    err e = OK;
    while (!e && n == BITCOIN_OUTPUTS) { // those that were settled are not due any more
        const struct bitcoin_output *due = NULL;
        struct bitcoin_due up_to = { s->place.height - s->depth + 1,
                                     s->place.height - depth_of(s, true) + 1 };
        e = bitcoin_outputs_due(tx, s->channel, up_to, s->arena, &due, &n);
        for (size_t i = 0; !e && i < n; i++)
            e = settle(tx, s, &due[i]);
    }
    return e;
}

err bitcoin_connect(struct tx *tx, void *step)
{
    const struct bitcoin_step *s = step;
    err e = take_matches(tx, s);
    if (!e)
        e = settle_due(tx, s);
    if (!e)
        e = bitcoin_place_add(tx, &s->state, &s->place, s->place.height - BITCOIN_KEPT);
    return e ? e : bitcoin_tip_set(tx, s->state.id, s->tip);
}

/* ---- the last block goes ---- */

static err unsettle(struct tx *tx, const struct bitcoin_step *s, const struct bitcoin_output *of)
{
    struct bitcoin_output o = *of;
    err e = OK;
    if (o.settled) {
        o.reversals++;
        o.reversal = block_object(&o, s->arena);
        e = tell_later(tx, s, &o, PAYMENT_REORG_REVERSAL, o.reversal, o.object);
    }
    o.settled = false;
    o.height = -1;
    o.block = (struct str){ 0 };
    o.seen_at = s->now;
    return e ? e : bitcoin_output_put(tx, &o);
}

err bitcoin_disconnect(struct tx *tx, void *step)
{
    const struct bitcoin_step *s = step;
    size_t n = BITCOIN_OUTPUTS;
    err e = OK;
    while (!e && n == BITCOIN_OUTPUTS) { // those that were taken off have no height any more
        const struct bitcoin_output *in = NULL;
        e = bitcoin_outputs_of(tx, s->channel, s->state.at.height, s->arena, &in, &n);
        for (size_t i = 0; !e && i < n; i++)
            e = unsettle(tx, s, &in[i]);
    }
    return e ? e : bitcoin_place_drop(tx, &s->state);
}

/* ---- what does not come ---- */

err bitcoin_give_up(struct tx *tx, void *step)
{
    const struct bitcoin_step *s = step;
    const struct bitcoin_output *gone = NULL;
    size_t n = 0;
    err e = bitcoin_outputs_gone(tx, s->channel, s->now - GONE_AFTER, s->arena, &gone, &n);
    for (size_t i = 0; !e && i < n; i++) {
        struct bitcoin_output o = gone[i];
        o.told |= BITCOIN_TOLD_FAILED;
        e = tell_later(tx, s, &o, PAYMENT_FAILED, o.object, o.object);
        if (!e)
            e = bitcoin_output_put(tx, &o);
    }
    return e;
}
