#include "funding/ethereum_watch.h"
#include "base/check.h"
#include "base/config.h"
#include "funding/ethereum_inside.h"
#include "funding/wallet.h"

#include <inttypes.h>
#include <string.h>

CONFIG_INT(ethereum_seconds, "funding", "ethereum_seconds", 20, 1, 3600,
           "How often the nodes of channels of kind ethereum are asked for new blocks.");

enum { KEEP_BYTES = 64 * 1024 * 1024 };
/* Beside the refusals of node_rpc.h, with q.why. */
enum {
    WATCH_PAUSED = 100, /* until the node says something else */
    WATCH_BEHIND,
    WATCH_EARLY, /* nothing to look at yet; no failure */
};

static err refuse(struct ethereum_pass *p, err what, const char *why)
{
    p->q.why = why;
    return what;
}

bool ethereum_pass_over(const struct ethereum_pass *p)
{
    return job_stopping(p->job) || clock_monotonic() >= p->deadline;
}

static bool give_up(void *arg)
{
    const struct ethereum_pass *p = arg;
    return job_stopping(p->job);
}

/* ---- what the node is and where it stands */

static err check_network(struct ethereum_pass *p)
{
    int64_t id = 0;
    err e = ethereum_ask_chain(&p->q, &id);
    if (e || id == p->wallet->chain_id)
        return e;
    struct str why = str_print(&p->keep,
                               "the node is of the network with chain id %" PRId64
                               ", the channel of that with %" PRId64,
                               id, p->wallet->chain_id);
    return refuse(p, WATCH_PAUSED, str_z(&p->keep, why));
}

static err look_at_tips(struct ethereum_pass *p)
{
    err e = ethereum_ask_tip(&p->q, "finalized", &p->finalized);
    if (!e)
        e = ethereum_ask_tip(&p->q, "latest", &p->latest);
    if (e)
        return e;
    if (p->finalized.number > p->latest.number)
        return refuse(p, NODE_WRONG, "the node calls a block final that it does not have");
    if (p->now - p->finalized.at > ETHEREUM_BEHIND)
        return refuse(p, WATCH_BEHIND,
                      "the newest final block is hours old: the node is behind, or the network is");
    return OK;
}

/* The highest block that settles what it holds. */
static int64_t settled(const struct ethereum_pass *p)
{
    int64_t deep = p->latest.number - p->wallet->depth + 1;
    return deep < p->finalized.number ? deep : p->finalized.number;
}

/* ---- where we stand */

static err read_state(struct ethereum_pass *p)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct wallet_address *list = NULL;
    size_t n = 0;
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = wallet_address_list(&tx, p->channel->name, &p->keep, &list, &n);
    if (!e)
        e = ethereum_final_position(&tx, p->watch, &p->keep, &p->last);
    tx_end(&tx);
    return e ? fault(e) : ethereum_places_make(p->wallet, list, n, &p->keep, &p->places);
}

/* The first look, or `start` was set above where we are. */
static err begin(struct ethereum_pass *p)
{
    struct ethereum_header h = { 0 };
    int64_t start = p->wallet->start;
    int64_t before = start < 0 ? settled(p) : start - (start > 0);
    if (p->last.there && (start < 0 || before <= p->last.number))
        return OK;
    if (before > settled(p) || before < 0)
        return WATCH_EARLY;
    err e = ethereum_ask_block(&p->q, before, &h, NULL);
    return e ? e : ethereum_book_start(p, &h);
}

/* What was final must be so for ever. */
static err check_last(struct ethereum_pass *p)
{
    struct ethereum_header h = { 0 };
    if (p->finalized.number < p->last.number)
        return refuse(p, WATCH_BEHIND,
                      "the node calls fewer blocks final than it did: it is behind");
    err e = ethereum_ask_block(&p->q, p->last.number, &h, NULL);
    if (e || ethereum_hash_eq(&h.hash, &p->last.hash))
        return e;
    struct str why = str_print(&p->keep,
                               "the node tells another block %" PRId64
                               " than it did when that was final: nothing is counted until it "
                               "tells the same, or `start` is set above it",
                               p->last.number);
    return refuse(p, WATCH_PAUSED, str_z(&p->keep, why));
}

/* ---- blocks */

static err scan(struct ethereum_pass *p, int64_t number, struct ethereum_found *ret)
{
    arena_reset(&p->block);
    arena_reset(&p->answers);
    return ethereum_scan(&p->q, &p->places, number, &p->block, ret);
}

static err take_final(struct ethereum_pass *p)
{
    struct ethereum_found found = { 0 };
    err e = scan(p, p->last.number + 1, &found);
    if (e)
        return e;
    if (!ethereum_hash_eq(&found.header.parent, &p->last.hash))
        return refuse(p, NODE_WRONG, "the node tells final blocks that do not follow one another");
    if (found.header.number == p->finalized.number &&
        !ethereum_hash_eq(&found.header.hash, &p->finalized.hash))
        return refuse(p, NODE_WRONG, "the node tells two blocks of one number that are both final");
    return ethereum_book_block(p, &found, true);
}

static err take_finals(struct ethereum_pass *p)
{
    err e = OK;
    for (int i = 0; !e && i < ETHEREUM_PASS_BLOCKS && p->last.number < settled(p); i++) {
        if (ethereum_pass_over(p))
            return OK;
        e = take_final(p);
    }
    return e;
}

static err drop_head(struct tx *tx, void *arg)
{
    const struct ethereum_pass *p = arg;
    return ethereum_head_drop(tx, p->watch);
}

static err head_of(struct ethereum_pass *p, struct ethereum_position *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = ethereum_head_position(&tx, p->watch, &p->keep, ret);
    return e ? fault(e) : OK;
}

/* Blocks that may change: when they did, they are looked at again from the last final one. */
static err take_heads(struct ethereum_pass *p)
{
    struct ethereum_position head = { 0 };
    err e = head_of(p, &head);
    if (!e && head.number == p->latest.number && !ethereum_hash_eq(&head.hash, &p->latest.hash))
        return store_write(p->app->store, drop_head, p);
    for (int i = 0; !e && i < ETHEREUM_PASS_BLOCKS && head.number < p->latest.number; i++) {
        struct ethereum_found found = { 0 };
        if (ethereum_pass_over(p))
            return OK;
        e = scan(p, head.number + 1, &found);
        if (!e && !ethereum_hash_eq(&found.header.parent, &head.hash))
            return store_write(p->app->store, drop_head, p);
        if (!e)
            e = ethereum_book_block(p, &found, false);
        head.number = found.header.number;
        head.hash = found.header.hash;
    }
    return e;
}

/* ---- a pass */

static bool caught_up(const struct ethereum_pass *p)
{
    return p->last.there && p->last.number >= settled(p);
}

static err go(struct ethereum_pass *p)
{
    err e = check_network(p);
    if (!e)
        e = look_at_tips(p);
    if (!e)
        e = begin(p);
    if (!e)
        e = check_last(p);
    if (!e)
        e = ethereum_balance_begin(p);
    if (!e)
        e = take_finals(p);
    if (!e && caught_up(p))
        e = ethereum_balance_compare(p);
    if (!e && caught_up(p))
        e = take_heads(p);
    return e ? e : ethereum_book_overdue(p);
}

static err end(struct ethereum_pass *p, err e)
{
    int64_t every = config_int(p->setup->config, &ethereum_seconds) * SECOND;
    int64_t wait = every * ETHEREUM_WAIT_PASSES;
    if (e < 0)
        return e;
    if (e == NODE_GIVEN_UP)
        return ERR_BUSY; // runs again when the program does
    if (e == WATCH_EARLY)
        return ethereum_book_end(p, HEALTH_HEARD, S(""), p->now + every);
    if (e)
        return ethereum_book_end(p, e == WATCH_PAUSED ? HEALTH_PAUSED : HEALTH_POLL_FAILED,
                                 str_from_z(p->q.why), p->now + wait);
    return ethereum_book_end(p, HEALTH_HEARD, S(""), caught_up(p) ? p->now + every : p->now);
}

static err run(struct ethereum_pass *p)
{
    err e = read_state(p);
    return e ? e : end(p, go(p));
}

/* ---- jobs */

static bool is_watched(const struct channel *c)
{
    return c->kind == CHANNEL_ETHEREUM && c->wallet && c->wallet->watched;
}

static err find_channel(struct ethereum_pass *p)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str name = { 0 };
    int64_t chain = 0;
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = ethereum_watch_get(&tx, p->watch, &p->keep, &name, &chain);
    if (e)
        return fault(e);
    const struct channel *c = name.n ? channels_find(p->setup->channels, name) : NULL;
    if (c && is_watched(c) && c->wallet->chain_id == chain) {
        p->channel = c;
        p->wallet = c->wallet;
    }
    return OK;
}

err ethereum_watch_job(const struct app *app, const struct setup *s, const struct job *job)
{
    struct ethereum_pass p = {
        .app = app,
        .setup = s,
        .job = job,
        .watch = job->subject,
        .now = clock_now(&app->clock),
        .deadline = clock_monotonic() + ETHEREUM_PASS_SECONDS * SECOND,
    };
    arena_init(&p.keep, KEEP_BYTES);
    arena_init(&p.block, KEEP_BYTES);
    arena_init(&p.answers, ETHEREUM_ARENA);
    err e = find_channel(&p);
    if (!e && p.channel) { // else the configuration has changed
        p.q = (struct ethereum_asking){
            .node = &p.wallet->node, .give_up = give_up, .arg = &p, .arena = &p.answers
        };
        e = run(&p);
    }
    arena_free(&p.keep);
    arena_free(&p.block);
    arena_free(&p.answers);
    return e;
}

struct promise {
    const struct channel *channel;
    struct wallet_place place;
    int64_t now;
};

static err promise_one(struct tx *tx, void *arg)
{
    const struct promise *w = arg;
    const struct wallet_address first = {
        .channel = w->channel->name,
        .plan_id = w->channel->wallet->plan_id,
        .text = w->place.text,
        .script = w->place.script,
        .number = w->place.number,
        .purpose = WALLET_FIXED,
    };
    int64_t id = 0;
    int64_t watch = 0;
    bool fresh = false;
    err e = wallet_address_hand(tx, &first, w->now, &id, &fresh);
    if (!e)
        e = ethereum_watch_begin(tx, w->channel->name, w->channel->wallet->chain_id, &watch);
    return e ? e : job_add(tx, S(ETHEREUM_WATCH_JOB), watch, w->now);
}

static err promise_channel(const struct app *app, const struct channel *c, struct arena *a)
{
    struct promise w = { .channel = c, .now = clock_now(&app->clock) };
    err e = wallet_place(c->wallet, 0, a, &w.place);
    return e ? e : store_write(app->store, promise_one, &w);
}

err ethereum_watch_promise(const struct app *app, const struct setup *s)
{
    const struct channel *list = NULL;
    size_t n = channels_list(s->channels, &list);
    struct arena a CLEANUP(arena_free);
    err e = OK;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; !e && i < n; i++)
        if (is_watched(&list[i]))
            e = promise_channel(app, &list[i], &a);
    return e;
}
