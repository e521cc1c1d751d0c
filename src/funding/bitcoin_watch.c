#include "funding/bitcoin_watch.h"
#include "base/check.h"
#include "base/encoding.h"
#include "funding/bitcoin_book.h"
#include "funding/channel_health.h"
#include "funding/mempool.h"
#include "funding/wallet_address.h"
#include "render/format.h"

#include <inttypes.h>
#include <string.h>

CONFIG_INT(wallets_seconds, "wallets", "seconds", 20, 1, 3600,
           "How often nodes of block chains are asked for new blocks.");

CONFIG_INT(
    wallets_mempool_seconds, "wallets", "mempool_seconds", 30, 0, 3600,
    "How often nodes are asked for payments that no block holds yet, which are shown apart; 0: "
    "never.");

enum {
    BLOCKS_A_PASS = 200, /* then others have their turn */
    ENVELOPE = 1024,     /* bytes of an answer beside the block's hex */
    SMALL_ARENA = 64 * 1024 * 1024,
    NO_SUCH_HEIGHT = -8, /* Bitcoin Core's RPC_INVALID_PARAMETER, which all of them give for it */
};

/* One look. A refusal of the functions below is STOP, and why is in the pass. */
enum { STOP = 1 };
struct pass {
    const struct app *app;
    const struct setup *setup;
    const struct job *job;
    const struct channel *channel;
    const struct wallet *wallet;
    struct bitcoin_state state;
    const struct wallet_address *addresses;
    size_t address_count;
    struct script_set *set;
    struct hasher hasher;
    struct arena arena; /* of the pass */
    struct arena block; /* of one block */
    int64_t tip;
    enum health_fact fact; /* HEARD: nothing went wrong */
    struct str why;
    bool more; /* the next look comes at once */
};

static err stop(struct pass *p, enum health_fact fact, const char *why)
{
    p->fact = fact;
    p->why = str_from_z(why);
    return STOP;
}

static bool give_up(void *arg)
{
    const struct pass *p = arg;
    return job_stopping(p->job);
}

/* ---- asking the node ---- */

static err ask(struct pass *p, const struct node_call *c, struct arena *a, const struct json **ret,
               int64_t *ret_code)
{
    struct node_call call = *c;
    call.node = &p->wallet->node;
    call.give_up = give_up;
    call.arg = p;
    err e = node_call(&call, a, ret, ret_code);
    if (e == NODE_GIVEN_UP) {
        p->more = true; // nothing is wrong; the next start goes on
        return STOP;
    }
    if (e > 0 && e != NODE_ERROR)
        return stop(p, HEALTH_POLL_FAILED, node_refusal(e));
    return e;
}

static err ask_tip(struct pass *p)
{
    const struct node_call c = { .method = "getblockcount",
                                 .params = S("[]"),
                                 .answer_max = NODE_ANSWER_SMALL };
    const struct json *j = NULL;
    int64_t code = 0;
    err e = ask(p, &c, &p->arena, &j, &code);
    if (e == NODE_ERROR || (!e && (j->kind != JSON_KIND_INT || j->number < 0)))
        return stop(p, HEALTH_POLL_FAILED, "the node does not say how long its chain is");
    if (!e)
        p->tip = j->number;
    return e;
}

/* *ret_found is false when the node has no block at this height. */
static err ask_hash(struct pass *p, int64_t height, uint8_t ret[CHAIN_HASH], bool *ret_found)
{
    const struct node_call c = {
        .method = "getblockhash",
        .params = str_print(&p->block, "[%" PRId64 "]", height),
        .answer_max = NODE_ANSWER_SMALL,
    };
    const struct json *j = NULL;
    int64_t code = 0;
    err e = ask(p, &c, &p->block, &j, &code);
    *ret_found = !e;
    if (e == NODE_ERROR && code == NO_SUCH_HEIGHT)
        return OK;
    if (e == NODE_ERROR || (!e && (j->kind != JSON_KIND_STR || !chain_hash_parse(j->text, ret))))
        return stop(p, HEALTH_POLL_FAILED, "the node does not say which block is at a height");
    return e;
}

static err ask_bytes(struct pass *p, const uint8_t hash[CHAIN_HASH], struct str *ret)
{
    const struct node_call c = {
        .method = "getblock",
        .params =
            str_print(&p->block, "[\"" STR_FMT "\",0]", STR_ARG(chain_hash_print(&p->block, hash))),
        .answer_max = 2 * p->wallet->chain->block_max + ENVELOPE,
        .timeout_ms = NODE_TIMEOUT_LONG,
    };
    const struct json *j = NULL;
    int64_t code = 0;
    err e = ask(p, &c, &p->block, &j, &code);
    if (e == NODE_ERROR)
        return stop(p, HEALTH_POLL_FAILED,
                    "the node does not give a block: it may have been pruned");
    if (e)
        return e;
    size_t n = j->kind == JSON_KIND_STR ? j->text.n / 2 : 0;
    char *bytes = arena_new(&p->block, char, n + 1);
    if (!n || !hex_parse(j->text, bytes, n))
        return stop(p, HEALTH_POLL_FAILED, "the node gives a block that is not in hex");
    *ret = (struct str){ bytes, n };
    return OK;
}

static err parse(struct pass *p, struct str bytes, struct chain_block *ret)
{
    switch (chain_block_parse(bytes, p->wallet->chain, p->set, &p->block, ret)) {
    case OK: return OK;
    case CHAIN_BLOCK_WORK:
        return stop(p, HEALTH_POLL_FAILED, "the node gave a block without the work it claims");
    case CHAIN_BLOCK_ROOT:
        return stop(p, HEALTH_POLL_FAILED,
                    "the node gave a block with other transactions than its header says");
    case ERR_LIMIT: return stop(p, HEALTH_POLL_FAILED, "the node gave a block that is too large");
    default: return stop(p, HEALTH_POLL_FAILED, "the node gave what is not a block");
    }
}

/* The block at a height, which must follow `before` (NULL: whatever it follows). */
static err ask_block(struct pass *p, int64_t height, const struct bitcoin_place *before,
                     struct str *ret_bytes, struct chain_block *ret)
{
    uint8_t hash[CHAIN_HASH] = { 0 };
    bool found = false;
    arena_reset(&p->block);
    err e = ask_hash(p, height, hash, &found);
    if (e)
        return e;
    if (!found)
        return stop(p, HEALTH_POLL_FAILED, "the node lacks a block that it says it has");
    e = ask_bytes(p, hash, ret_bytes);
    if (!e)
        e = parse(p, *ret_bytes, ret);
    if (e)
        return e;
    if (memcmp(ret->header.hash, hash, CHAIN_HASH) != 0)
        return stop(p, HEALTH_POLL_FAILED, "the node gave another block than it was asked for");
    if (before && memcmp(ret->header.previous, before->hash, CHAIN_HASH) != 0)
        return stop(p, HEALTH_POLL_FAILED, "the node gave a block that does not follow ours");
    if (before && !chain_bits_may_follow(p->wallet->chain, height, before->bits, ret->header.bits))
        return stop(p, HEALTH_POLL_FAILED,
                    "the node gave a block that is easier than its chain allows");
    return OK;
}

/* ---- a step ---- */

static struct bitcoin_step step_of(struct pass *p)
{
    return (struct bitcoin_step){
        .channel = p->channel->name,
        .asset = p->wallet->minimum.asset,
        .depth = p->wallet->depth,
        .minimum = (int64_t)p->wallet->minimum.units,
        .state = p->state,
        .now = clock_now(&p->app->clock),
        .arena = &p->block,
        .tip = p->tip,
    };
}

static struct bitcoin_place place_of(const struct chain_header *h, int64_t height)
{
    struct bitcoin_place place = { .height = height, .bits = h->bits };
    memcpy(place.hash, h->hash, CHAIN_HASH);
    return place;
}

static const struct bitcoin_match *matches_of(struct pass *p, const struct chain_block *b,
                                              struct str bytes)
{
    struct bitcoin_match *all = arena_new(&p->block, struct bitcoin_match, b->match_count + 1);
    for (size_t i = 0; i < b->match_count; i++) {
        const struct chain_match *m = &b->matches[i];
        all[i] = (struct bitcoin_match){
            .address = p->addresses[m->watched].id,
            .value = m->output.value,
            .coinbase = m->coinbase,
            .proof = wallet_proof_make(b, bytes, m, &p->hasher, &p->block),
        };
    }
    return all;
}

static err connect(struct pass *p, const struct chain_block *b, struct str bytes)
{
    struct bitcoin_step step = step_of(p);
    int64_t at = (int64_t)b->header.time * SECOND;
    step.place = place_of(&b->header, p->state.at.height + 1);
    step.time = at < step.now ? at : step.now; // miners' clocks may be two hours ahead
    step.day = date_to_days(format_day_of(p->setup->formats, step.time));
    step.matches = matches_of(p, b, bytes);
    step.match_count = b->match_count;
    err e = store_write(p->app->store, bitcoin_connect, &step);
    if (!e)
        p->state.at = step.place;
    return e;
}

static err disconnect(struct pass *p)
{
    struct bitcoin_step step = step_of(p);
    struct bitcoin_place before = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool found = false;
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = bitcoin_place_get(&tx, p->channel->name, p->state.at.height - 1, &p->arena, &before,
                              &found);
    tx_end(&tx);
    if (e)
        return e;
    check(found); // the search for the common block went past it
    e = store_write(p->app->store, bitcoin_disconnect, &step);
    if (!e)
        p->state.at = before;
    return e;
}

/* ---- the chain ---- */

static err check_network(struct pass *p)
{
    uint8_t hash[CHAIN_HASH] = { 0 };
    bool found = false;
    if (chain_parse(p->state.network) != p->wallet->chain)
        return stop(p, HEALTH_PAUSED,
                    "this channel was watched on another network before: give it another name");
    err e = ask_hash(p, 0, hash, &found);
    if (!e && (!found || memcmp(hash, p->wallet->chain->genesis, CHAIN_HASH) != 0))
        return stop(p, HEALTH_PAUSED, "the node is of another network");
    return e;
}

struct first {
    struct bitcoin_state state;
    struct bitcoin_place place;
};

static err write_first(struct tx *tx, void *arg)
{
    const struct first *f = arg;
    return bitcoin_place_add(tx, &f->state, &f->place, f->place.height);
}

/* The block before the first that is looked at. */
static err first_place(struct pass *p)
{
    int64_t height = p->wallet->start < 0 ? p->tip : p->wallet->start - 1;
    struct str bytes = { 0 };
    struct chain_block b = { 0 };
    if (height > p->tip)
        return stop(p, HEALTH_POLL_FAILED, "the node has not come to the first block to look at");
    err e = ask_block(p, height < 0 ? 0 : height, NULL, &bytes, &b);
    if (e)
        return e;
    struct first f = { .state = p->state, .place = place_of(&b.header, height < 0 ? 0 : height) };
    e = store_write(p->app->store, write_first, &f);
    if (!e)
        p->state.at = f.place;
    return e;
}

/* Whether the node has our block at a height. *ret_kept is false when we do not know it any more.
 */
static err same_at(struct pass *p, int64_t height, struct bitcoin_place *ret, bool *ret_kept,
                   bool *ret_same)
{
    uint8_t hash[CHAIN_HASH] = { 0 };
    bool found = false;
    struct tx tx CLEANUP(tx_end) = { 0 };
    arena_reset(&p->block);
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = bitcoin_place_get(&tx, p->channel->name, height, &p->block, ret, ret_kept);
    tx_end(&tx);
    if (e || !*ret_kept)
        return e;
    e = ask_hash(p, height, hash, &found);
    *ret_same = found && memcmp(hash, ret->hash, CHAIN_HASH) == 0;
    return e;
}

/* The node's chain is another one: takes ours back to where they part, once the first block of the
 * other was seen to be a real one. */
static err go_back(struct pass *p)
{
    struct bitcoin_place common = { 0 };
    struct str bytes = { 0 };
    struct chain_block b = { 0 };
    bool same = false;
    for (int64_t h = p->state.at.height - 1; !same; h--) {
        bool kept = false;
        err e = h < 0 ? OK : same_at(p, h, &common, &kept, &same);
        if (e)
            return e;
        if (!kept)
            return stop(p, HEALTH_PAUSED,
                        "the node's chain is another one, from further back than is kept here");
    }
    err e = ask_block(p, common.height + 1, &common, &bytes, &b);
    while (!e && p->state.at.height > common.height) {
        arena_reset(&p->block);
        e = disconnect(p);
    }
    return e;
}

static err find_place(struct pass *p)
{
    struct bitcoin_place place = { 0 };
    int64_t top = p->tip < p->state.at.height ? p->tip : p->state.at.height;
    bool kept = false;
    bool same = false;
    if (p->state.at.height < 0)
        return first_place(p);
    err e = same_at(p, top, &place, &kept, &same);
    if (e)
        return e;
    if (p->tip < p->state.at.height)
        return stop(p, HEALTH_POLL_FAILED,
                    same ? "the node is behind: it lacks blocks that it had"
                         : "the node is on another chain, which is shorter than ours");
    return same ? OK : go_back(p);
}

static err extend(struct pass *p)
{
    for (int i = 0; i < BLOCKS_A_PASS && p->state.at.height < p->tip; i++) {
        struct str bytes = { 0 };
        struct chain_block b = { 0 };
        err e = ask_block(p, p->state.at.height + 1, &p->state.at, &bytes, &b);
        if (!e)
            e = connect(p, &b, bytes);
        if (e)
            return e;
    }
    p->more = p->state.at.height < p->tip;
    return OK;
}

static err give_up_old(struct pass *p)
{
    struct bitcoin_step step = step_of(p);
    arena_reset(&p->block);
    return p->more ? OK : store_write(p->app->store, bitcoin_give_up, &step);
}

/* Once all blocks were looked at: what is on its way, and what is not any more. */
static err look_ahead(struct pass *p, int64_t height_before)
{
    int64_t every = config_int(p->setup->config, &wallets_mempool_seconds) * SECOND;
    struct mempool_look l = { .app = p->app,
                              .channel = p->channel->name,
                              .wallet = p->wallet,
                              .set = p->set,
                              .now = p->state.at.height != height_before,
                              .every = every,
                              .arena = &p->block,
                              .give_up = give_up,
                              .arg = p };
    return p->more || !every ? OK : mempool_look(&l);
}

static err look(struct pass *p)
{
    int64_t height_before = p->state.at.height;
    err e = ask_tip(p);
    if (!e)
        e = check_network(p);
    if (!e)
        e = find_place(p);
    if (!e)
        e = extend(p);
    if (!e)
        e = give_up_old(p);
    if (e == STOP && p->fact != HEALTH_HEARD) {
        err forgotten = mempool_forget(p->app, p->channel->name);
        return forgotten ? forgotten : e;
    }
    return e ? e : look_ahead(p, height_before);
}

/* ---- the job ---- */

static err prepare(struct pass *p)
{
    p->set = script_set_make(&p->arena, p->address_count + 1);
    for (size_t i = 0; i < p->address_count; i++) {
        err e = script_set_add(p->set, p->addresses[i].script, (uint32_t)i);
        check(!e || e == SCRIPT_SET_TWICE); // one address of two plans; the first has it
    }
    return OK;
}

/* False: there is nothing to watch any more. */
static err begin(struct pass *p, bool *ret_watched)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool found = false;
    *ret_watched = false;
    err e = store_read(p->app->store, &tx);
    if (!e)
        e = bitcoin_state_get(&tx, p->job->subject, &p->arena, &p->state, &found);
    if (e || !found)
        return e;
    p->channel = channels_find(p->setup->channels, p->state.channel);
    p->wallet = p->channel ? p->channel->wallet : NULL;
    if (!p->wallet || !p->wallet->chain || !p->wallet->watched)
        return OK;
    e = wallet_address_list(&tx, p->state.channel, &p->arena, &p->addresses, &p->address_count);
    *ret_watched = !e;
    return e ? e : prepare(p);
}

struct ending {
    struct str channel, why;
    enum health_fact fact;
    int64_t subject, now, next;
};

static err write_end(struct tx *tx, void *arg)
{
    const struct ending *end = arg;
    err e = OK;
    if (end->fact == HEALTH_HEARD)
        e = channel_health_note(tx, end->channel, HEALTH_RESUMED, S(""), end->now);
    if (!e)
        e = channel_health_note(tx, end->channel, end->fact, end->why, end->now);
    return e ? e : job_add(tx, S(BITCOIN_WATCH_JOB), end->subject, end->next);
}

static err end(const struct pass *p)
{
    int64_t now = clock_now(&p->app->clock);
    int64_t pause = config_int(p->setup->config, &wallets_seconds) * SECOND;
    struct ending end = { .channel = p->channel->name,
                          .why = p->why,
                          .fact = p->fact,
                          .subject = p->job->subject,
                          .now = now,
                          .next = p->more ? now : now + pause };
    return store_write(p->app->store, write_end, &end);
}

err bitcoin_watch_job(const struct app *app, const struct setup *s, const struct job *job)
{
    struct pass p = {
        .app = app, .setup = s, .job = job, .hasher = hasher_make(), .fact = HEALTH_HEARD
    };
    bool watched = false;
    arena_init(&p.arena, SMALL_ARENA);
    arena_init(&p.block, SMALL_ARENA);
    err e = begin(&p, &watched);
    if (watched)
        p.block.limit += 4 * p.wallet->chain->block_max;
    if (!e && watched) {
        e = look(&p);
        if (e >= 0)
            e = end(&p);
    }
    hasher_free(&p.hasher);
    arena_free(&p.block);
    arena_free(&p.arena);
    return e;
}

/* ---- the promise ---- */

struct beginning {
    const struct channel *channel;
    struct wallet_address first;
    struct str network;
    int64_t now;
};

static err write_begin(struct tx *tx, void *arg)
{
    const struct beginning *b = arg;
    int64_t id = 0;
    bool fresh = false;
    err e = wallet_address_hand(tx, &b->first, b->now, &id, &fresh);
    if (!e)
        e = bitcoin_state_begin(tx, b->channel->name, b->network, &id);
    return e ? e : job_add(tx, S(BITCOIN_WATCH_JOB), id, b->now);
}

static err promise(const struct app *app, const struct channel *c)
{
    struct arena a;
    struct wallet_place place = { 0 };
    arena_init(&a, 1 << 16);
    err e = wallet_place(c->wallet, 0, &a, &place);
    struct beginning b = { .channel = c,
                           .network = chain_print(c->wallet->chain, &a),
                           .now = clock_now(&app->clock) };
    b.first = (struct wallet_address){ .channel = c->name,
                                       .plan_id = c->wallet->plan_id,
                                       .number = place.number,
                                       .text = place.text,
                                       .script = place.script,
                                       .purpose = WALLET_FIXED };
    if (!e)
        e = store_write(app->store, write_begin, &b);
    arena_free(&a);
    return e;
}

err bitcoin_watch_promise(const struct app *app, const struct setup *s)
{
    const struct channel *list = NULL;
    size_t n = channels_list(s->channels, &list);
    err e = OK;
    for (size_t i = 0; !e && i < n; i++)
        if (list[i].wallet && list[i].wallet->chain && list[i].wallet->watched)
            e = promise(app, &list[i]);
    return e;
}
