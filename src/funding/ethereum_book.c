#include "base/check.h"
#include "funding/ethereum_inside.h"
#include "render/format.h"

static int64_t day_of(const struct ethereum_pass *p, int64_t at)
{
    return date_to_days(format_day_of(p->setup->formats, at));
}

static err note(struct tx *tx, const struct ethereum_pass *p, enum health_fact fact,
                const char *why)
{
    return channel_health_note(tx, p->channel->name, fact, str_from_z(why), p->now);
}

err ethereum_take(struct tx *tx, struct ethereum_pass *p, const struct payment_event *e,
                  enum payment_outcome *ret)
{
    struct payment_result r = { .outcome = PAYMENT_WAITS };
    err why = payment_take(tx, e, p->now, &p->block, &r);
    if (why == PAYMENT_WRONG)
        return note(tx, p, HEALTH_MALFORMED,
                    "a gift on the chain of more than can be counted, or of a day that cannot be");
    if (why)
        return why;
    if (ret)
        *ret = r.outcome;
    return r.outcome == PAYMENT_DIFFERS && e->kind == PAYMENT_RECEIVED
               ? note(tx, p, HEALTH_DIFFERS, "a gift on the chain that is booked as another amount")
               : OK;
}

/* ---- a block */

struct block_write {
    struct ethereum_pass *p;
    const struct ethereum_found *found;
    int64_t day;
    bool final;
};

static err write_gift(struct tx *tx, const struct block_write *w, const struct ethereum_gift *g)
{
    struct ethereum_pass *p = w->p;
    enum payment_outcome outcome = PAYMENT_WAITS;
    const struct payment_event event = {
        .channel = p->channel->name,
        .kind = w->final ? PAYMENT_RECEIVED : PAYMENT_PENDING,
        .object = g->object,
        .amount = g->amount,
        .occurred_at = w->found->header.at,
        .day = w->day,
        .source = LEDGER_BY_CHAIN,
        .reference = g->transaction,
    };
    bool elsewhere = false;
    err e = payment_is_elsewhere(tx, &event, &elsewhere);
    if (e || elsewhere)
        return e ? e : note(tx, p, HEALTH_IGNORED, "a gift that another channel counts");
    e = ethereum_take(tx, p, &event, &outcome);
    if (!e)
        e = wallet_address_paid(tx, p->places.list[g->place].id, w->found->header.at);
    if (!e && w->final)
        return ethereum_pending_end(tx, p->watch, g->object);
    bool awaited = outcome == PAYMENT_BOOKED || outcome == PAYMENT_SEEN;
    return e || !awaited ? e
                         : ethereum_pending_set(tx, p->watch, g->object, w->found->header.number);
}

static err write_flow(struct tx *tx, const struct block_write *w, const struct ethereum_flow *f)
{
    return ethereum_flow_add(tx, w->p->watch, w->p->places.list[f->place].id, f->units,
                             &w->p->block);
}

static err write_block(struct tx *tx, void *arg)
{
    const struct block_write *w = arg;
    const struct ethereum_found *f = w->found;
    err e = OK;
    for (size_t i = 0; !e && i < f->gift_count; i++)
        e = write_gift(tx, w, &f->gifts[i]);
    for (size_t i = 0; !e && w->final && i < f->flow_count; i++)
        e = write_flow(tx, w, &f->flows[i]);
    if (!e && w->final && f->ignored)
        e = note(tx, w->p, HEALTH_IGNORED, f->why);
    return e ? e : ethereum_block_add(tx, w->p->watch, &f->header, w->final);
}

err ethereum_book_block(struct ethereum_pass *p, const struct ethereum_found *f, bool final)
{
    struct block_write w = { .p = p, .found = f, .day = day_of(p, f->header.at), .final = final };
    err e = store_write(p->app->store, write_block, &w);
    if (!e && final)
        p->last = (struct ethereum_position){
            .there = true, .number = f->header.number, .at = f->header.at, .hash = f->header.hash
        };
    return e;
}

/* ---- the beginning */

struct start_write {
    struct ethereum_pass *p;
    const struct ethereum_header *header;
};

static err write_start(struct tx *tx, void *arg)
{
    const struct start_write *w = arg;
    err e = ethereum_blocks_drop(tx, w->p->watch);
    return e ? e : ethereum_block_add(tx, w->p->watch, w->header, true);
}

err ethereum_book_start(struct ethereum_pass *p, const struct ethereum_header *h)
{
    struct start_write w = { .p = p, .header = h };
    err e = store_write(p->app->store, write_start, &w);
    if (!e)
        p->last = (struct ethereum_position){
            .there = true, .number = h->number, .at = h->at, .hash = h->hash
        };
    return e;
}

/* ---- what did not come */

struct overdue_write {
    struct ethereum_pass *p;
    const struct str *objects;
    size_t n;
    int64_t day;
};

static err write_overdue(struct tx *tx, void *arg)
{
    const struct overdue_write *w = arg;
    err e = OK;
    for (size_t i = 0; !e && i < w->n; i++) {
        const struct payment_event event = {
            .channel = w->p->channel->name,
            .kind = PAYMENT_FAILED,
            .object = w->objects[i],
            .of = w->objects[i],
            .occurred_at = w->p->now,
            .day = w->day,
            .source = LEDGER_BY_CHAIN,
        };
        e = ethereum_take(tx, w->p, &event, NULL);
        if (!e)
            e = ethereum_pending_end(tx, w->p->watch, w->objects[i]);
    }
    return e;
}

static err find_overdue(struct ethereum_pass *p, struct str **ret, size_t *ret_n)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = ethereum_pending_old(&tx, p->watch, p->last.number - ETHEREUM_PENDING_BLOCKS, &p->keep,
                                 ret, ret_n);
    return e ? fault(e) : OK;
}

err ethereum_book_overdue(struct ethereum_pass *p)
{
    struct str *objects = NULL;
    size_t n = 0;
    err e = find_overdue(p, &objects, &n);
    if (e || !n)
        return e;
    struct overdue_write w = { .p = p, .objects = objects, .n = n, .day = day_of(p, p->now) };
    return store_write(p->app->store, write_overdue, &w);
}

/* ---- the end */

struct end_write {
    struct ethereum_pass *p;
    enum health_fact fact;
    struct str why;
    int64_t next;
};

static err write_end(struct tx *tx, void *arg)
{
    const struct end_write *w = arg;
    struct ethereum_pass *p = w->p;
    err e = channel_health_note(tx, p->channel->name, w->fact, w->why, p->now);
    if (!e && w->fact == HEALTH_HEARD)
        e = channel_health_note(tx, p->channel->name, HEALTH_RESUMED, S(""), p->now);
    return e ? e : job_add(tx, S(ETHEREUM_WATCH_JOB), p->watch, w->next);
}

err ethereum_book_end(struct ethereum_pass *p, enum health_fact fact, struct str why, int64_t next)
{
    struct end_write w = { .p = p, .fact = fact, .why = why, .next = next };
    return store_write(p->app->store, write_end, &w);
}
