#include "base/check.h"
#include "funding/ethereum_inside.h"
#include "render/format.h"

#include <inttypes.h>
#include <string.h>

/*
 * Ether that comes without a transaction to the address. Of each address is kept what it held after
 * a final block, and all that transactions have moved since (flow, fees too); when it holds more
 * than that, the difference came some other way. It is a gift once it is the channel's minimum: as
 * long as it is less, the row stays, and small ones add up.
 *
 * Nodes keep the state of old blocks for a while only (Geth: 128 of them). When they no longer have
 * it nothing is compared, and the flow goes on adding up until they do.
 */

static struct ethereum_address address_of(const struct wallet_address *w)
{
    struct ethereum_address address = { 0 };
    memcpy(address.bytes, w->script.s, sizeof address.bytes); // its length was looked at
    return address;
}

static const struct wallet_address *place_of(const struct ethereum_pass *p, int64_t id)
{
    for (size_t i = 0; i < p->places.n; i++)
        if (p->places.list[i].id == id)
            return &p->places.list[i];
    return NULL;
}

/* Rows to be written together. */
struct looking {
    struct ethereum_pass *p;
    struct ethereum_balance *rows;
    struct payment_event *events; /* beside them; units 0: none */
    size_t n;
    int64_t short_of; /* addresses that hold less than their transactions say */
};

static err write_rows(struct tx *tx, void *arg)
{
    const struct looking *l = arg;
    struct ethereum_pass *p = l->p;
    err e = OK;
    for (size_t i = 0; !e && i < l->n; i++) {
        const struct payment_event *event = &l->events[i];
        e = ethereum_balance_set(tx, p->watch, &l->rows[i]);
        if (!e && event->amount.units)
            e = ethereum_take(tx, p, event, NULL);
        if (!e && event->amount.units)
            e = wallet_address_paid(tx, l->rows[i].address, event->occurred_at);
    }
    if (!e && l->short_of)
        e = channel_health_note(
            tx, p->channel->name, HEALTH_IGNORED,
            S("an address holds less than its transactions say: something else spent from it"),
            p->now);
    return e;
}

static err write_all(struct looking *l)
{
    return l->n ? store_write(l->p->app->store, write_rows, l) : OK;
}

static err ask(struct ethereum_pass *p, const struct wallet_address *w, int128 *ret)
{
    struct ethereum_address who = address_of(w);
    arena_reset(&p->answers);
    return ethereum_ask_balance(&p->q, &who, p->last.number, ret);
}

/* ---- the first look at an address */

static err find_new(struct ethereum_pass *p, size_t *ret, size_t *ret_n)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(p->app->store, &tx);
    for (size_t i = 0; !e && i < p->places.n && *ret_n < ETHEREUM_BALANCES_PAGE; i++) {
        bool known = false;
        e = ethereum_balance_known(&tx, p->watch, p->places.list[i].id, &known);
        if (!e && !known)
            ret[(*ret_n)++] = i;
    }
    return e ? fault(e) : OK;
}

err ethereum_balance_begin(struct ethereum_pass *p)
{
    struct looking l = {
        .p = p,
        .rows = arena_new(&p->keep, struct ethereum_balance, ETHEREUM_BALANCES_PAGE),
        .events = arena_new(&p->keep, struct payment_event, ETHEREUM_BALANCES_PAGE),
    };
    size_t *found = arena_new(&p->keep, size_t, ETHEREUM_BALANCES_PAGE);
    size_t n = 0;
    err e = find_new(p, found, &n);
    while (!e && l.n < n) {
        const struct wallet_address *w = &p->places.list[found[l.n]];
        int128 balance = 0;
        e = ask(p, w, &balance);
        if (!e)
            l.rows[l.n++] = (struct ethereum_balance){ .address = w->id,
                                                       .number = p->last.number,
                                                       .balance = balance };
    }
    if (e && e != NODE_ERROR)
        return e;
    return write_all(&l); // what the node has no state of is looked at later
}

/* ---- comparing */

static struct payment_event event_of(struct ethereum_pass *p, const struct wallet_address *w,
                                     const struct ethereum_balance *was, int128 units)
{
    struct ethereum_address who = address_of(w);
    char text[ETHEREUM_TEXT + 1];
    ethereum_print(&who, text);
    struct str object =
        str_print(&p->keep, "%s@%" PRId64 "..%" PRId64, text, was->number, p->last.number);
    return (struct payment_event){
        .channel = p->channel->name,
        .kind = PAYMENT_RECEIVED,
        .object = object,
        .amount = { .units = units, .asset = p->wallet->minimum.asset },
        .occurred_at = p->last.at,
        .day = date_to_days(format_day_of(p->setup->formats, p->last.at)),
        .source = LEDGER_BY_CHAIN,
        .reference = object,
    };
}

/* *ret_kept: less than the minimum has come, so the row stays. */
static err judge(struct looking *l, const struct ethereum_balance *was, int128 balance)
{
    struct ethereum_pass *p = l->p;
    const struct wallet_address *w = place_of(p, was->address);
    int128 more = 0;
    if (__builtin_sub_overflow(balance - was->balance, was->flow, &more))
        return fault(ERR_OVERFLOW);
    if (more > 0 && more < p->wallet->minimum.units)
        return OK;
    if (more > 0)
        l->events[l->n] = event_of(p, w, was, more);
    l->short_of += more < 0;
    l->rows[l->n++] = (struct ethereum_balance){ .address = was->address,
                                                 .number = p->last.number,
                                                 .balance = balance };
    return OK;
}

static err find_old(struct ethereum_pass *p, struct ethereum_balance **ret, size_t *ret_n)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = ethereum_balances(&tx, p->watch, p->last.number, &p->keep, ret, ret_n);
    return e ? fault(e) : OK;
}

err ethereum_balance_compare(struct ethereum_pass *p)
{
    struct ethereum_balance *old = NULL;
    size_t n = 0;
    err e = find_old(p, &old, &n);
    if (e)
        return e;
    struct looking l = { .p = p,
                         .rows = arena_new(&p->keep, struct ethereum_balance, n + 1),
                         .events = arena_new(&p->keep, struct payment_event, n + 1) };
    for (size_t i = 0; !e && i < n; i++) {
        const struct wallet_address *w = place_of(p, old[i].address);
        int128 balance = 0;
        check(w); // addresses are rows for ever
        e = ask(p, w, &balance);
        if (!e)
            e = judge(&l, &old[i], balance);
    }
    if (e && e != NODE_ERROR)
        return e;
    return write_all(&l);
}
