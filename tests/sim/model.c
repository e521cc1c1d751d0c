#include "base/check.h"
#include "base/clock.h"
#include "funding/contribution.h"
#include "sim/sim.h"

#include <string.h>

/*
 * The second account, from docs/ledger.md, docs/channels.md and the headers: arrays, whole numbers,
 * and one function a rule. Where the contract leaves an order open (which of several that do not
 * all fit is booked) it is the one payment.c states at its top: those that waited are looked at
 * oldest first, a list of objects worked off.
 */

const int64_t sim_goal_days[SIM_GOALS + 1] = { 17652, 17683, 17713, 17744 }; // May to July 2018

int sim_goal_of(int64_t day)
{
    for (int i = 0; i < SIM_GOALS; i++)
        if (day >= sim_goal_days[i] && day < sim_goal_days[i + 1])
            return i;
    return SIM_GOALS;
}

void model_start(struct model *m, const struct plan *p)
{
    memset(m, 0, sizeof *m);
    memcpy(m->goals, p->goals, sizeof m->goals);
}

static int128 power(int n)
{
    int128 v = 1;
    while (n-- > 0)
        v *= 10;
    return v;
}

static bool amount_is_wrong(int asset, int128 units)
{
    int128 most = (int128)CONTRIBUTION_MINOR_MAX * (sim_decimals[asset] > 9 ? power(9) : 1);
    return units <= 0 || units > most;
}

static int64_t day_of(int64_t at)
{
    return at / DAY;
}

static int goal_currency(const struct model *m, int64_t day)
{
    int goal = sim_goal_of(day);
    return goal < SIM_GOALS ? m->goals[goal] : -1;
}

static void post(struct model *m, const struct gift *g, enum ledger_account account, int asset,
                 int128 units)
{
    m->sums[sim_goal_of(g->day)][account][g->channel][g->source][asset] += units;
}

/* What `units` of an asset are worth; 0: nothing, or more than a ledger takes. */
static int128 worth(int asset, int currency, int128 units, int64_t price)
{
    int128 unit = power(sim_decimals[asset] + 4 - sim_decimals[currency]);
    int128 v = (2 * units * price + unit) / (2 * unit);
    return v > CONTRIBUTION_MINOR_MAX ? 0 : v;
}

/* The latest rate at that moment, while it is valid. */
static int64_t price_at(const struct model *m, int asset, int currency, int64_t at)
{
    const struct price *best = NULL;
    for (int i = 0; i < m->price_count; i++) {
        const struct price *p = &m->prices[i];
        if (p->asset == asset && p->currency == currency && p->at <= at &&
            (!best || p->at > best->at))
            best = p;
    }
    return best && best->at + HOUR >= at ? best->price : 0;
}

static void arrive(struct model *m, struct gift *g, int64_t at)
{
    int currency = goal_currency(m, g->day);
    int64_t price = 0;
    if (at && currency >= 0 && currency != g->asset)
        price = price_at(m, g->asset, currency, at);
    int128 value = price ? worth(g->asset, currency, g->units, price) : 0;
    g->state = CONTRIBUTION_SETTLED;
    post(m, g, LEDGER_ASSETS, g->asset, g->units);
    if (!value) {
        post(m, g, LEDGER_INCOME, g->asset, -g->units);
        return;
    }
    g->value = value;
    g->value_asset = currency;
    post(m, g, LEDGER_TRADING, g->asset, -g->units);
    post(m, g, LEDGER_TRADING, currency, value);
    post(m, g, LEDGER_INCOME, currency, -value);
}

static void promise(struct model *m, const struct gift *g, int sign)
{
    post(m, g, LEDGER_RECEIVABLE, g->asset, sign * g->units);
    post(m, g, LEDGER_PENDING, g->asset, -sign * g->units);
}

/* `sign` 1: out; -1: back in, at what it went out for. */
static void take_out(struct model *m, struct gift *g, int128 part, int128 value, int sign)
{
    g->out += sign * part;
    g->value_out += sign * value;
    g->state = g->out == g->units ? CONTRIBUTION_REVERSED : CONTRIBUTION_SETTLED;
    post(m, g, LEDGER_ASSETS, g->asset, -sign * part);
    if (g->value_asset < 0) {
        post(m, g, LEDGER_INCOME, g->asset, sign * part);
        return;
    }
    post(m, g, LEDGER_TRADING, g->asset, sign * part);
    post(m, g, LEDGER_TRADING, g->value_asset, -sign * value);
    post(m, g, LEDGER_INCOME, g->value_asset, sign * value);
}

static int128 share_of(const struct gift *g, int128 part)
{
    int128 left = g->value - g->value_out;
    int128 share = g->value * part / g->units;
    if (part == g->units - g->out || share > left)
        return left;
    return share;
}

static int gift_add(struct model *m, const struct gift *g)
{
    check(m->gift_count + 1 < SIM_GIFTS);
    m->gifts[++m->gift_count] = *g;
    return m->gift_count;
}

/* --- events --- */

static struct told *find(struct model *m, int channel, int object, enum payment_kind kind)
{
    int i = m->at[channel][object][kind];
    return i ? &m->told[i] : NULL;
}

static void look_again(struct model *m, int object)
{
    m->waiting_of[m->end++] = object;
}

/* The gift that the treasurer named for a payment, or for what was told of it before: typed in, of
 * just its amount, and no other payment's. */
static bool is_of_other(const struct model *m, int gift, int object)
{
    for (int i = 1; i <= m->told_count; i++)
        if (m->told[i].gift == gift && m->told[i].op.object != object &&
            (m->told[i].op.event == PAYMENT_PENDING || m->told[i].op.event == PAYMENT_RECEIVED))
            return true;
    return false;
}

static int named(const struct model *m, const struct told *t)
{
    int gift = t->matched;
    for (int i = 1; i <= m->told_count && !gift; i++)
        if (m->told[i].op.channel == t->op.channel && m->told[i].op.of == t->op.object)
            gift = m->told[i].matched;
    const struct gift *g = &m->gifts[gift];
    bool good = gift && g->source == LEDGER_BY_HAND && g->asset == t->op.asset &&
                g->units == t->op.units && !is_of_other(m, gift, t->op.object);
    return good ? gift : 0;
}

/* Who gave, told of a gift that is there: whoever stands with it already, or somebody new. */
static int learn(struct model *m, int gift, const struct op *op)
{
    bool tells =
        gift && op->giver && (op->event == PAYMENT_PENDING || op->event == PAYMENT_RECEIVED);
    if (tells && !m->gifts[gift].giver)
        m->gifts[gift].giver = ++m->giver_count;
    return tells ? m->gifts[gift].giver : 0;
}

static void of_gift(struct model *m, struct told *t, int gift)
{
    t->gift = gift;
    if (t->fresh)
        t->giver = learn(m, gift, &t->op);
}

static void new_gift(struct model *m, struct told *t, bool with_reference)
{
    const struct op *op = &t->op;
    if (t->fresh && op->giver)
        t->giver = ++m->giver_count;
    if (with_reference && m->used[op->channel][op->object])
        return; // typed in already: waits
    if (with_reference)
        m->used[op->channel][op->object] = true;
    t->gift = gift_add(m, &(struct gift){ .channel = op->channel,
                                          .asset = op->asset,
                                          .units = op->units,
                                          .value_asset = -1,
                                          .day = op->day,
                                          .state = CONTRIBUTION_PENDING,
                                          .source = sim_source_of(op->channel),
                                          .reference = with_reference ? op->object : 0,
                                          .giver = t->giver });
    t->state = TOLD_BOOKED;
    if (op->event == PAYMENT_PENDING)
        promise(m, &m->gifts[t->gift], 1);
    else
        arrive(m, &m->gifts[t->gift], op->at < m->now ? op->at : m->now);
}

static void do_pending(struct model *m, struct told *t)
{
    struct told *received = find(m, t->op.channel, t->op.object, PAYMENT_RECEIVED);
    int gift = received && !t->matched ? 0 : named(m, t);
    if (!received && !gift) {
        new_gift(m, t, true);
        return;
    }
    t->state = TOLD_SUPERSEDED;
    of_gift(m, t, gift ? gift : received->gift);
}

static void receive(struct model *m, struct told *t)
{
    struct told *pending = find(m, t->op.channel, t->op.object, PAYMENT_PENDING);
    int gift = pending && !t->matched && pending->gift ? pending->gift : named(m, t);
    struct gift *g = gift ? &m->gifts[gift] : NULL;
    if (!g) {
        new_gift(m, t, true);
    } else if (g->state == CONTRIBUTION_SETTLED ||
               (g->state == CONTRIBUTION_REVERSED && g->source == LEDGER_BY_HAND)) {
        t->state = TOLD_SUPERSEDED;
        of_gift(m, t, gift);
    } else if (g->state == CONTRIBUTION_PENDING && g->asset == t->op.asset &&
               g->units == t->op.units) {
        promise(m, g, -1);
        of_gift(m, t, gift);
        t->state = TOLD_BOOKED;
        arrive(m, g, t->op.at < m->now ? t->op.at : m->now);
    } else {
        if (g->state == CONTRIBUTION_PENDING) {
            promise(m, g, -1);
            g->state = CONTRIBUTION_REVERSED;
        }
        new_gift(m, t, false);
    }
}

static void do_fee(struct model *m, int gift, int asset, int128 fee)
{
    post(m, &m->gifts[gift], LEDGER_FEES, asset, fee);
    post(m, &m->gifts[gift], LEDGER_ASSETS, asset, -fee);
}

static void do_received(struct model *m, struct told *t)
{
    receive(m, t);
    if (t->state == TOLD_BOOKED && t->op.fee)
        do_fee(m, t->gift, t->op.fee_asset, t->op.fee);
}

static void do_failed(struct model *m, struct told *t)
{
    struct told *received = find(m, t->op.channel, t->op.of, PAYMENT_RECEIVED);
    struct told *pending = find(m, t->op.channel, t->op.of, PAYMENT_PENDING);
    if (received) {
        t->state = TOLD_SUPERSEDED;
        t->gift = received->gift;
        return;
    }
    if (!pending || !pending->gift)
        return;
    struct gift *g = &m->gifts[pending->gift];
    t->gift = pending->gift;
    t->state = TOLD_SUPERSEDED;
    if (g->state == CONTRIBUTION_PENDING) {
        promise(m, g, -1);
        g->state = CONTRIBUTION_REVERSED;
        t->state = TOLD_BOOKED;
    }
}

static int payment_of(struct model *m, const struct told *t)
{
    struct told *received = find(m, t->op.channel, t->op.of, PAYMENT_RECEIVED);
    return t->matched ? t->matched : received ? received->gift : 0;
}

static void do_out(struct model *m, struct told *t)
{
    int gift = payment_of(m, t);
    if (!gift)
        return;
    struct gift *g = &m->gifts[gift];
    bool all = t->op.event == PAYMENT_REORG_REVERSAL;
    int128 part = all ? g->units - g->out : t->op.units;
    if (g->state != CONTRIBUTION_SETTLED || (!all && g->asset != t->op.asset) ||
        part > g->units - g->out)
        return;
    t->part = part;
    t->value = g->value_asset >= 0 ? share_of(g, part) : 0;
    t->gift = gift;
    t->state = TOLD_BOOKED;
    take_out(m, g, t->part, t->value, 1);
}

static void do_undo(struct model *m, struct told *t, enum payment_kind kind)
{
    struct told *out = find(m, t->op.channel, t->op.of, kind);
    if (!out || out->state == TOLD_WAITING)
        return;
    t->gift = out->gift;
    if (out->state == TOLD_UNDONE) {
        t->state = TOLD_SUPERSEDED;
        return;
    }
    take_out(m, &m->gifts[out->gift], out->part, out->value, -1);
    out->state = TOLD_UNDONE;
    t->state = TOLD_BOOKED;
    look_again(m, out->op.of);
}

static void do_kind(struct model *m, struct told *t)
{
    int gift = 0;
    switch (t->op.event) {
    case PAYMENT_PENDING: do_pending(m, t); break;
    case PAYMENT_RECEIVED: do_received(m, t); break;
    case PAYMENT_FAILED: do_failed(m, t); break;
    case PAYMENT_FEE:
        gift = payment_of(m, t);
        if (gift) {
            t->gift = gift;
            t->state = TOLD_BOOKED;
            do_fee(m, t->gift, t->op.asset, t->op.units);
        }
        break;
    case PAYMENT_REFUND:
    case PAYMENT_DISPUTE:
    case PAYMENT_REORG_REVERSAL: do_out(m, t); break;
    case PAYMENT_REFUND_FAILED: do_undo(m, t, PAYMENT_REFUND); break;
    case PAYMENT_DISPUTE_WON: do_undo(m, t, PAYMENT_DISPUTE); break;
    case PAYMENT_REORG_RESTORE: do_undo(m, t, PAYMENT_REORG_REVERSAL); break;
    case PAYMENT_KINDS: check(false);
    }
    if (t->state != TOLD_WAITING)
        look_again(m, t->op.object);
}

static int64_t release(struct model *m, int channel)
{
    int64_t released = 0;
    while (m->first < m->end) {
        int object = m->waiting_of[m->first++];
        for (int i = 1; i <= m->told_count; i++) {
            struct told *t = &m->told[i];
            if (t->state != TOLD_WAITING || t->op.channel != channel || t->op.of != object)
                continue;
            do_kind(m, t);
            released += t->state == TOLD_BOOKED;
        }
    }
    return released;
}

static bool has_amount(enum payment_kind k)
{
    return k == PAYMENT_PENDING || k == PAYMENT_RECEIVED || k == PAYMENT_FEE ||
           k == PAYMENT_REFUND || k == PAYMENT_DISPUTE;
}

static bool is_wrong(const struct model *m, const struct op *op)
{
    bool alone = op->event == PAYMENT_PENDING || op->event == PAYMENT_RECEIVED;
    if (!op->object || (op->of == 0) != alone)
        return true;
    if (alone && (op->day < CONTRIBUTION_FIRST_DAY || op->day > day_of(m->now) + 1))
        return true;
    if (has_amount(op->event) && amount_is_wrong(op->asset, op->units))
        return true;
    return op->event == PAYMENT_RECEIVED && op->fee && amount_is_wrong(op->fee_asset, op->fee);
}

static struct answer take(struct model *m, const struct op *op)
{
    if (is_wrong(m, op))
        return (struct answer){ .refused = true };
    struct told *known = find(m, op->channel, op->object, op->event);
    if (known) {
        bool same = known->op.of == op->of &&
                    (!has_amount(op->event) ||
                     (known->op.asset == op->asset && known->op.units == op->units));
        if (same)
            (void)learn(m, known->gift, op);
        return (struct answer){ .outcome = same ? PAYMENT_SEEN : PAYMENT_DIFFERS,
                                .gift = known->gift };
    }
    struct told *t = &m->told[++m->told_count];
    *t = (struct told){ .op = *op, .fresh = true };
    m->at[op->channel][op->object][op->event] = (int16_t)m->told_count;
    m->first = m->end = 0;
    do_kind(m, t);
    t->fresh = false;
    enum told_state state = t->state;
    struct answer a = { .gift = t->gift, .released = release(m, op->channel) };
    a.outcome = state == TOLD_BOOKED       ? PAYMENT_BOOKED
                : state == TOLD_SUPERSEDED ? PAYMENT_SUPERSEDED
                                           : PAYMENT_WAITS;
    return a;
}

/* --- by hand --- */

/* Of a gift that was typed in, only today's is worth what it is worth now. */
static int64_t moment(const struct model *m, int64_t day)
{
    return day == day_of(m->now) ? m->now : 0;
}

static bool hand(struct model *m, const struct op *op)
{
    if (amount_is_wrong(op->asset, op->units) || op->day < CONTRIBUTION_FIRST_DAY ||
        op->day > day_of(m->now) + 1 || (op->object && m->used[op->channel][op->object]))
        return false;
    if (op->object)
        m->used[op->channel][op->object] = true;
    int id = gift_add(m, &(struct gift){ .channel = op->channel,
                                         .asset = op->asset,
                                         .units = op->units,
                                         .value_asset = -1,
                                         .day = op->day,
                                         .state = CONTRIBUTION_PENDING,
                                         .source = LEDGER_BY_HAND,
                                         .reference = op->object });
    if (op->pending)
        promise(m, &m->gifts[id], 1);
    else
        arrive(m, &m->gifts[id], moment(m, op->day));
    return true;
}

static bool settle(struct model *m, struct gift *g)
{
    if (g->state != CONTRIBUTION_PENDING || g->frozen)
        return false;
    promise(m, g, -1);
    arrive(m, g, moment(m, g->day));
    return true;
}

static bool take_back(struct model *m, struct gift *g, const struct op *op)
{
    int128 part = op->units ? op->units : g->units - g->out;
    if (g->state != CONTRIBUTION_SETTLED || g->frozen || (op->units && op->asset != g->asset) ||
        part <= 0 || part > g->units - g->out)
        return false;
    take_out(m, g, part, g->value_asset >= 0 ? share_of(g, part) : 0, 1);
    return true;
}

static bool reverse(struct model *m, struct gift *g)
{
    if (g->state == CONTRIBUTION_PENDING && !g->frozen) {
        promise(m, g, -1);
        g->state = CONTRIBUTION_REVERSED;
        return true;
    }
    return take_back(m, g, &(struct op){ 0 });
}

static bool value(struct model *m, struct gift *g, const struct op *op)
{
    int currency = goal_currency(m, g->day);
    if (g->state != CONTRIBUTION_SETTLED || g->value_asset >= 0 || currency < 0 ||
        currency == g->asset || g->out || !op->price || g->frozen)
        return false;
    int128 v = worth(g->asset, currency, g->units, op->price);
    if (!v)
        return false;
    g->value = v;
    g->value_asset = currency;
    post(m, g, LEDGER_INCOME, g->asset, g->units);
    post(m, g, LEDGER_TRADING, g->asset, -g->units);
    post(m, g, LEDGER_TRADING, currency, v);
    post(m, g, LEDGER_INCOME, currency, -v);
    return true;
}

static bool freeze(struct gift *g, bool frozen)
{
    if (g->frozen == frozen)
        return false;
    g->frozen = frozen;
    return true;
}

/* 0: none. */
static int gift_of(const struct model *m, const struct op *op)
{
    if (op->id)
        return op->id > 0 && op->id <= m->gift_count ? (int)op->id : 0;
    for (int i = 1; i <= m->gift_count && op->of; i++)
        if (m->gifts[i].channel == op->channel && m->gifts[i].reference == op->of)
            return i;
    return 0;
}

static bool payment_may_be(const struct model *m, const struct told *t, int gift)
{
    const struct gift *g = &m->gifts[gift];
    return g->source == LEDGER_BY_HAND && g->asset == t->op.asset && g->units == t->op.units &&
           !is_of_other(m, gift, t->op.object) &&
           (t->op.event == PAYMENT_RECEIVED || g->state == CONTRIBUTION_PENDING);
}

static bool part_may_be(const struct told *t, const struct gift *g)
{
    if (t->op.event == PAYMENT_FEE)
        return g->state != CONTRIBUTION_PENDING;
    if (t->op.event == PAYMENT_REORG_REVERSAL)
        return g->state == CONTRIBUTION_SETTLED;
    return (t->op.event == PAYMENT_REFUND || t->op.event == PAYMENT_DISPUTE) &&
           g->state == CONTRIBUTION_SETTLED && g->asset == t->op.asset &&
           t->op.units <= g->units - g->out;
}

static bool match(struct model *m, const struct op *op, int gift)
{
    struct told *t = op->object ? find(m, op->channel, op->object, op->event) : NULL;
    if (!t || t->state != TOLD_WAITING)
        return false;
    const struct gift *g = &m->gifts[gift];
    bool alone = t->op.event == PAYMENT_RECEIVED || t->op.event == PAYMENT_PENDING;
    if (g->channel != t->op.channel || g->frozen ||
        !(alone ? payment_may_be(m, t, gift) : part_may_be(t, g)))
        return false;
    t->matched = gift;
    m->first = m->end = 0;
    do_kind(m, t);
    (void)release(m, op->channel);
    return true;
}

static bool erase(struct model *m, int giver)
{
    if (!giver)
        return false;
    for (int i = 1; i <= m->gift_count; i++)
        if (m->gifts[i].giver == giver && m->gifts[i].frozen)
            return false;
    m->erased[giver] = true;
    return true;
}

struct answer model_do(struct model *m, const struct op *op)
{
    bool done = true;
    m->now = op->now;
    bool at_the_desk = op->kind > OP_HAND;
    int gift = at_the_desk ? gift_of(m, op) : 0;
    struct gift *g = gift ? &m->gifts[gift] : NULL;
    switch (op->kind) {
    case OP_EVENT: return take(m, op);
    case OP_RATE:
        m->prices[m->price_count++] = (struct price){
            .asset = op->asset, .currency = op->fee_asset, .at = op->at, .price = op->price
        };
        break;
    case OP_HAND: done = hand(m, op); break;
    case OP_SETTLE: done = g && settle(m, g); break;
    case OP_TAKE_BACK: done = g && take_back(m, g, op); break;
    case OP_REVERSE: done = g && reverse(m, g); break;
    case OP_VALUE: done = g && value(m, g, op); break;
    case OP_FREEZE: done = g && freeze(g, true); break;
    case OP_FREE: done = g && freeze(g, false); break;
    case OP_MATCH: done = g && match(m, op, gift); break;
    case OP_ERASE: done = g && erase(m, g->giver); break;
    case OP_KINDS: check(false);
    }
    return (struct answer){ .refused = !done };
}
