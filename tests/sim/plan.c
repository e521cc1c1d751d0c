#include "base/clock.h"
#include "sim/sim.h"

#include <stdlib.h>

/*
 * What happens in a seed: stories of gifts, each a few events in the order in which they happened,
 * then told late, early, twice, differently or not at all.
 */
enum { DRAFTS = SIM_OPS + 400, LAST_DAYS = 88 };

struct draft {
    int64_t when; /* it is told */
    struct op op;
};
struct maker {
    struct dice dice;
    struct draft drafts[DRAFTS];
    int n, objects, gifts;
    int goals[SIM_GOALS];
};

static int below(struct maker *m, int n)
{
    return dice_below(&m->dice, n);
}

static bool chance(struct maker *m, int percent)
{
    return dice_chance(&m->dice, percent);
}

static int object(struct maker *m)
{
    return m->objects < SIM_OBJECTS - 1 ? ++m->objects : 1 + below(m, m->objects);
}

static void tell(struct maker *m, const struct op *op, int64_t when)
{
    if (m->n < DRAFTS)
        m->drafts[m->n++] = (struct draft){ when, *op };
}

static int64_t delay(struct maker *m)
{
    if (chance(m, 86))
        return below(m, 60) * SECOND;
    return chance(m, 70) ? below(m, 3 * 24 * 60) * MINUTE : -below(m, 2 * 24 * 60) * MINUTE;
}

/* Told again, with something in it that is not what it was. */
static struct op altered(struct maker *m, struct op op)
{
    int which = below(m, 3);
    if (which == 0)
        op.units += 1;
    else if (which == 1)
        op.asset = (op.asset + 1) % 2;
    else
        op.of = op.of ? 1 + below(m, m->objects) : 0;
    return op;
}

/* Nonsense that must be refused whole, or wait for ever. */
static struct op spoilt(struct maker *m, struct op op)
{
    switch (below(m, 6)) {
    case 0: op.units = 0; break;
    case 1: op.units = -op.units; break;
    case 2: op.units = (int128)INT64_MAX * 100000; break;
    case 3: op.day = below(m, 2) ? 10956 : op.day + 40; break;
    case 4: op.of = op.of ? 0 : 1; break;
    case 5: op.fee = -1; break;
    }
    op.object = object(m);
    return op;
}

static void event(struct maker *m, struct op op, int64_t at)
{
    op.kind = OP_EVENT;
    op.at = at;
    op.day = at / DAY;
    tell(m, &op, at + delay(m));
    if (chance(m, 22))
        tell(m, &op, at + delay(m) + below(m, 2000) * MINUTE);
    if (chance(m, 3)) {
        struct op other = altered(m, op);
        tell(m, &other, at + delay(m));
    }
    if (chance(m, 3)) {
        struct op bad = spoilt(m, op);
        tell(m, &bad, at + delay(m));
    }
}

static int128 units_of(struct maker *m, int asset)
{
    int128 whole = 1;
    for (int i = 0; i < sim_decimals[asset]; i++)
        whole *= 10;
    int128 any = (int128)(dice_next(&m->dice) >> 1);
    if (chance(m, 2)) // as much as there may be
        return INT64_C(10000000000000) * (int128)(asset == 5 ? 1000000000 : 1);
    if (chance(m, 5))
        return 1 + below(m, 3); // dust
    return 1 + any % (asset < 4 ? 200 * whole : whole);
}

static struct op payment(struct maker *m, int channel)
{
    static const int assets[SIM_CHANNELS][4] = {
        { 0, 1, 2, 3 }, { 0, 0, 0, 1 }, { 1, 1, 0, 2 }, { 4, 4, 4, 4 }, { 5, 5, 5, 0 }
    };
    int asset = assets[channel][below(m, 4)];
    struct op op = { .event = PAYMENT_RECEIVED,
                     .channel = channel,
                     .object = object(m),
                     .asset = asset,
                     .units = units_of(m, asset) };
    if (channel < 2 && chance(m, 50) && op.units > 100) {
        op.fee = op.units / 30 + 1;
        op.fee_asset = chance(m, 95) ? asset : 0;
    }
    op.giver = channel < 3 && chance(m, 25);
    return op;
}

static struct op follow(struct maker *m, const struct op *of, enum payment_kind kind)
{
    return (struct op){ .event = kind,
                        .channel = of->channel,
                        .object = object(m),
                        .of = of->object,
                        .asset = of->asset,
                        .units = 1 + below(m, 1000) }; // not looked at where all moves
}

static void undo(struct maker *m, const struct op *out, enum payment_kind kind, int64_t at)
{
    struct op back = follow(m, out, kind);
    if (chance(m, 60))
        back.object = out->object; // the same number, as Stripe has it
    event(m, back, at);
}

static void refunds(struct maker *m, const struct op *paid, int64_t at)
{
    int n = 1 + below(m, 4);
    for (int i = 0; i < n; i++) {
        struct op out = follow(m, paid, chance(m, 70) ? PAYMENT_REFUND : PAYMENT_DISPUTE);
        out.units = paid->units / (1 + below(m, 4)) + (chance(m, 10) ? 1 : 0);
        out.units += out.units == 0;
        if (chance(m, 4))
            out.asset = (out.asset + 1) % SIM_ASSETS;
        event(m, out, at += below(m, 600) * MINUTE);
        if (chance(m, 45))
            undo(m, &out, out.event == PAYMENT_REFUND ? PAYMENT_REFUND_FAILED : PAYMENT_DISPUTE_WON,
                 at + below(m, 6000) * MINUTE);
    }
}

/* Out of the chain and in again, as often as a hundred blocks can do it. */
static void reorganise(struct maker *m, const struct op *paid, int64_t at)
{
    int depth = chance(m, 4) ? 20 + below(m, 81) : 1 + below(m, 4);
    for (int i = 0; i < depth; i++) {
        struct op out = follow(m, paid, PAYMENT_REORG_REVERSAL);
        if (chance(m, 50))
            out.units = 0;
        event(m, out, at += below(m, 60) * MINUTE);
        if (i + 1 < depth || chance(m, 80))
            undo(m, &out, PAYMENT_REORG_RESTORE, at += below(m, 60) * MINUTE);
    }
}

static void announce(struct maker *m, const struct op *paid, int64_t at)
{
    struct op pending = *paid;
    pending.event = PAYMENT_PENDING;
    pending.fee = 0;
    if (chance(m, 12))
        pending.units += 1 + below(m, 100);
    event(m, pending, at - below(m, 3000) * MINUTE);
    if (chance(m, 25)) {
        struct op failed = follow(m, paid, PAYMENT_FAILED);
        if (chance(m, 50))
            failed.object = paid->object;
        event(m, failed, at + below(m, 3000) * MINUTE);
    }
}

/* Rates of about that time; sometimes too old, sometimes none: an outage. */
static void rates(struct maker *m, int asset, int64_t at)
{
    static const int64_t prices[SIM_ASSETS] = { 10000, 12000, 92, 33000, 93000000, 7000000 };
    int goal = sim_goal_of(at / DAY);
    int currency = goal < SIM_GOALS ? m->goals[goal] : -1;
    if (currency < 0 || currency == asset || chance(m, 30))
        return;
    int64_t price = prices[asset] * 10000 / prices[currency];
    struct op op = { .kind = OP_RATE,
                     .asset = asset,
                     .fee_asset = currency,
                     .at = at - below(m, 75 * 60) * SECOND - below(m, 1000000),
                     .price = 1 + price / 2 + below(m, (int)(price % 1000000 + 2)) };
    tell(m, &op, op.at);
}

static void by_hand(struct maker *m, int64_t at)
{
    struct op op = payment(m, chance(m, 80) ? 2 : below(m, SIM_CHANNELS));
    op.kind = OP_HAND;
    op.day = at / DAY - (chance(m, 30) ? below(m, 20) : 0);
    op.pending = chance(m, 30);
    op.object = chance(m, 50) ? 0 : chance(m, 60) ? op.object : 1 + below(m, m->objects);
    rates(m, op.asset, at);
    tell(m, &op, at);
    if (chance(m, 5)) {
        op = spoilt(m, op);
        tell(m, &op, at);
    }
}

/* The treasurer at some gift, which may be there or not: at any, or at the one of that reference.
 */
static void at_the_desk(struct maker *m, int channel, int reference, int64_t at)
{
    static const enum op_kind kinds[] = { OP_SETTLE, OP_TAKE_BACK, OP_REVERSE, OP_VALUE, OP_FREEZE,
                                          OP_FREEZE, OP_FREE,      OP_ERASE,   OP_ERASE, OP_MATCH };
    struct op op = { .kind = kinds[below(m, 10)],
                     .channel = channel,
                     .event = (enum payment_kind)below(m, PAYMENT_KINDS),
                     .object = 1 + below(m, m->objects + 1),
                     .of = reference,
                     .id = reference ? 0 : 1 + below(m, m->gifts + 5),
                     .asset = below(m, SIM_ASSETS),
                     .price = below(m, 20) ? 1 + below(m, 100000000) : 0 };
    if (chance(m, 50))
        op.units = 1 + below(m, 5000);
    tell(m, &op, at);
}

static void handle(struct maker *m, const struct op *paid, int64_t at)
{
    for (int i = 1 + below(m, 4); i > 0; i--)
        at_the_desk(m, paid->channel, paid->object, at + below(m, 9000) * MINUTE);
}

static void match(struct maker *m, const struct op *told, int reference, int64_t at)
{
    struct op op = { .kind = OP_MATCH,
                     .channel = told->channel,
                     .event = told->event,
                     .object = told->object,
                     .of = reference };
    tell(m, &op, at);
}

/* A gift that was typed in, and is told in part, early or later, by its channel: the treasurer says
 * that it is the same. */
static void typed_and_told(struct maker *m, int64_t at)
{
    struct op paid = payment(m, below(m, SIM_CHANNELS));
    struct op hand = paid;
    hand.kind = OP_HAND;
    hand.day = at / DAY;
    hand.pending = chance(m, 40);
    hand.object = chance(m, 60) ? paid.object : object(m);
    if (chance(m, 15))
        hand.units += 1; // they are not the same
    rates(m, paid.asset, at);
    tell(m, &hand, at);
    if (chance(m, 30))
        announce(m, &paid, at);
    if (chance(m, 60))
        event(m, paid, at + below(m, 600) * MINUTE);
    struct op out = follow(m, &paid, chance(m, 50) ? PAYMENT_REFUND : PAYMENT_FEE);
    out.units = 1 + paid.units / (1 + below(m, 4));
    event(m, out, at + below(m, 600) * MINUTE);
    for (int i = 1 + below(m, 3); i > 0; i--) {
        paid.event = chance(m, 25) ? PAYMENT_PENDING : PAYMENT_RECEIVED;
        match(m, chance(m, 50) ? &paid : &out, hand.object, at + below(m, 900) * MINUTE);
    }
    if (chance(m, 30))
        undo(m, &out, PAYMENT_REFUND_FAILED, at + below(m, 1200) * MINUTE);
    if (chance(m, 30))
        handle(m, &hand, at);
}

static void story(struct maker *m)
{
    int64_t at = SIM_START + HOUR + below(m, LAST_DAYS * 24 * 60) * MINUTE;
    m->gifts++;
    if (chance(m, 12)) {
        by_hand(m, at);
        return;
    }
    if (chance(m, 10)) {
        at_the_desk(m, below(m, SIM_CHANNELS), 0, at);
        return;
    }
    if (chance(m, 6)) {
        typed_and_told(m, at);
        return;
    }
    struct op paid = payment(m, below(m, SIM_CHANNELS));
    rates(m, paid.asset, at);
    if (chance(m, 25))
        announce(m, &paid, at);
    if (chance(m, 8))
        handle(m, &paid, at - HOUR);
    if (chance(m, 94))
        event(m, paid, at);
    if (chance(m, 10)) {
        struct op fee = follow(m, &paid, PAYMENT_FEE);
        event(m, fee, at + below(m, 100) * MINUTE);
    }
    if (paid.channel >= 3 ? chance(m, 10) : chance(m, 30))
        refunds(m, &paid, at + below(m, 2000) * MINUTE);
    if (paid.channel >= 3 && chance(m, 30))
        reorganise(m, &paid, at + below(m, 200) * MINUTE);
}

static int by_time(const void *x, const void *y)
{
    const struct draft *a = x;
    const struct draft *b = y;
    return a->when < b->when ? -1 : a->when > b->when;
}

/* The first of the latest are left out where there is too much: the rest of a seed is whole. */
void plan_make(struct plan *p, uint64_t seed)
{
    static const int currencies[] = { 0, 0, 1, 2, 3, -1 };
    static _Thread_local struct maker m;
    int64_t skew = 0;
    m.n = m.objects = m.gifts = 0;
    m.dice = (struct dice){ seed };
    for (int i = 0; i < SIM_GOALS; i++)
        p->goals[i] = m.goals[i] = currencies[below(&m, 6)];
    while (m.n < SIM_OPS)
        story(&m);
    qsort(m.drafts, (size_t)m.n, sizeof m.drafts[0], by_time);
    for (p->n = 0; p->n < SIM_OPS; p->n++) {
        if (chance(&m, 2)) // the clock jumps, and comes back
            skew = chance(&m, 50) ? 0 : (below(&m, 120) - 60) * HOUR;
        p->ops[p->n] = m.drafts[p->n].op;
        p->ops[p->n].now = m.drafts[p->n].when + skew;
    }
}
