#include "funding/mempool.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "funding/chain_transaction.h"
#include "funding/channel.h"
#include "funding/node_rpc.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

QUERY(mempool_rows, "select object from wallet_unconfirmed where channel = $1 limit $2");
QUERY(mempool_drop, "delete from wallet_unconfirmed where channel = $1 and object = $2");
QUERY(mempool_empty, "delete from wallet_unconfirmed where channel = $1");
QUERY(mempool_add, "insert into wallet_unconfirmed (channel, object, asset, value, seen_at)"
                   " values ($1, $2, $3, $4, $5) on conflict do nothing");
QUERY(mempool_total, "select asset, sum(value) from wallet_unconfirmed group by asset"
                     " order by asset limit $1");

enum {
    KEY_BYTES = 8,
    ASSETS = 8,
    ENVELOPE = 1024,
    TRANSACTION_BYTES = 4 * 1024 * 1024, /* Bitcoin's largest, and more than others relay */
};

/* ---- what was seen */

struct seen {
    char name[CHANNEL_NAME_MAX]; /* of the channel */
    size_t name_n;
    struct buf keys; /* uint64_t each, sorted */
    int64_t at;      /* of the last look; 0: there was none */
};
struct mempools {
    pthread_mutex_t lock; /* of the list; a channel's own is touched by its job alone */
    struct seen list[CHANNELS_MAX];
    size_t n;
};

struct mempools *mempools_make(struct arena *a)
{
    struct mempools *m = arena_new(a, struct mempools, 1);
    *m = (struct mempools){ 0 };
    check(pthread_mutex_init(&m->lock, NULL) == 0);
    return m;
}

void mempools_end(struct mempools *m)
{
    for (size_t i = 0; i < m->n; i++)
        buf_free(&m->list[i].keys);
    (void)pthread_mutex_destroy(&m->lock); // its last user
}

static struct str name_of(const struct seen *s)
{
    return (struct str){ s->name, s->name_n };
}

/* Of a channel; NULL when there were too many over time. */
static struct seen *seen_of(struct mempools *m, struct str channel)
{
    struct seen *found = NULL;
    check(pthread_mutex_lock(&m->lock) == 0);
    for (size_t i = 0; i < m->n && !found; i++)
        if (str_eq(name_of(&m->list[i]), channel))
            found = &m->list[i];
    if (!found && m->n < COUNT(m->list) && channel.n <= CHANNEL_NAME_MAX) {
        found = &m->list[m->n++];
        found->keys = buf_make(MEMPOOL_LIST_BYTES);
        found->name_n = channel.n;
        memcpy(found->name, channel.s, channel.n);
    }
    check(pthread_mutex_unlock(&m->lock) == 0);
    return found;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, KEY_BYTES);
}

struct keys {
    const char *bytes;
    size_t n;
};

static bool has_key(struct keys k, const uint8_t id[CHAIN_HASH])
{
    return k.n && bsearch(id, k.bytes, k.n, KEY_BYTES, compare);
}

static struct keys keys_of(const struct buf *b)
{
    struct str s = buf_str(b);
    return (struct keys){ s.s, s.n / KEY_BYTES };
}

/* ---- asking */

struct txid {
    uint8_t bytes[CHAIN_HASH];
};
struct looking {
    const struct mempool_look *l;
    struct seen *seen;
    struct keys now; /* the list of this look, sorted */
    struct buf next; /* what was seen by its end, as seen.keys */
    const struct txid *ids;
    size_t id_count;
    struct hasher hasher;
    struct row *fresh;
    size_t fresh_count;
    const struct str *gone;
    size_t gone_count;
};
struct row {
    struct str object;
    int64_t value;
};

/* True: there is an answer. What goes wrong here is no concern of the channel. */
static bool ask(const struct looking *k, const struct node_call *c, const struct json **ret)
{
    struct node_call call = *c;
    int64_t code = 0;
    call.node = &k->l->wallet->node;
    call.give_up = k->l->give_up;
    call.arg = k->l->arg;
    return node_call(&call, k->l->arena, ret, &code) == OK;
}

static bool ask_list(struct looking *k)
{
    const struct node_call c = { .method = "getrawmempool",
                                 .params = S("[]"),
                                 .answer_max = MEMPOOL_LIST_BYTES };
    const struct json *j = NULL;
    if (!ask(k, &c, &j) || j->kind != JSON_KIND_ARRAY)
        return false;
    struct txid *ids = arena_new(k->l->arena, struct txid, j->n + 1);
    char *keys = arena_new(k->l->arena, char, j->n *KEY_BYTES + 1);
    for (size_t i = 0; i < j->n; i++) {
        if (j->items[i].kind != JSON_KIND_STR || !chain_hash_parse(j->items[i].text, ids[i].bytes))
            return false;
        memcpy(keys + i * KEY_BYTES, ids[i].bytes, KEY_BYTES);
    }
    qsort(keys, j->n, KEY_BYTES, compare);
    k->ids = ids;
    k->id_count = j->n;
    k->now = (struct keys){ keys, j->n };
    return true;
}

/* The bytes of one, or none: it may have left meanwhile. */
static struct str ask_transaction(struct looking *k, const uint8_t id[CHAIN_HASH])
{
    struct arena *a = k->l->arena;
    const struct node_call c = {
        .method = "getrawtransaction",
        .params = str_print(a, "[\"" STR_FMT "\"]", STR_ARG(chain_hash_print(a, id))),
        .answer_max = 2 * TRANSACTION_BYTES + ENVELOPE,
    };
    const struct json *j = NULL;
    if (!ask(k, &c, &j) || j->kind != JSON_KIND_STR)
        return S("");
    size_t n = j->text.n / 2;
    char *bytes = arena_new(a, char, n + 1);
    return hex_parse(j->text, bytes, n) ? (struct str){ bytes, n } : S("");
}

/* ---- what is new, what is gone */

static void take_outputs(struct looking *k, const struct chain_transaction *t)
{
    struct arena *a = k->l->arena;
    struct chain_outputs all = chain_outputs(t, k->l->wallet->chain);
    struct chain_output o;
    uint32_t number = 0;
    while (chain_output_next(&all, &o) && k->fresh_count < MEMPOOL_ROWS)
        if (script_set_find(k->l->set, o.script, &number) && o.value >= k->l->wallet->minimum.units)
            k->fresh[k->fresh_count++] = (struct row){
                .object = str_print(a, STR_FMT ":%" PRIu32, STR_ARG(chain_hash_print(a, t->txid)),
                                    o.vout),
                .value = o.value,
            };
}

static void look_at(struct looking *k, const uint8_t id[CHAIN_HASH])
{
    struct chain_transaction t;
    struct str bytes = ask_transaction(k, id);
    if (bytes.n && !chain_transaction_take(&bytes, k->l->wallet->chain, &k->hasher, &t) &&
        !bytes.n && memcmp(t.txid, id, CHAIN_HASH) == 0)
        take_outputs(k, &t);
}

/* Those of the list that were in none before; what is too much stays unseen. */
static void find_fresh(struct looking *k)
{
    struct keys before = keys_of(&k->seen->keys);
    bool first = !k->seen->at;
    size_t asked = 0;
    k->next = buf_make(MEMPOOL_LIST_BYTES);
    k->fresh = arena_new(k->l->arena, struct row, MEMPOOL_ROWS);
    for (size_t i = 0; i < k->id_count; i++) {
        bool fresh = !first && !has_key(before, k->ids[i].bytes);
        if (fresh && (asked == MEMPOOL_NEWS || arena_full(k->l->arena)))
            continue;
        if (fresh) {
            look_at(k, k->ids[i].bytes);
            asked++;
        }
        buf_put(&k->next, bytes_str(k->ids[i].bytes, KEY_BYTES));
    }
    if (k->next.n)
        qsort(k->next.s, k->next.n / KEY_BYTES, KEY_BYTES, compare);
}

static err find_gone(struct looking *k)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str *gone = arena_new(k->l->arena, struct str, MEMPOOL_ROWS);
    bool row = false;
    err e = store_read(k->l->app->store, &tx);
    if (e)
        return fault(e);
    struct stmt *s = query_start(&tx, &mempool_rows);
    bind_str(s, 1, k->l->channel);
    bind_int(s, 2, MEMPOOL_ROWS);
    while (!(e = query_step(s, &row)) && row) {
        uint8_t id[CHAIN_HASH] = { 0 };
        struct str object = column_str(s, 0, k->l->arena);
        if (!chain_hash_parse(str_sub(object, 0, (size_t)2 * CHAIN_HASH), id) ||
            !has_key(k->now, id))
            gone[k->gone_count++] = object;
    }
    k->gone = gone;
    return e ? fault(e) : OK;
}

static err drop(struct tx *tx, const struct looking *k, struct str object)
{
    struct stmt *s = query_start(tx, &mempool_drop);
    bind_str(s, 1, k->l->channel);
    bind_str(s, 2, object);
    return query_run(s, NULL);
}

static err add(struct tx *tx, const struct looking *k, const struct row *r)
{
    struct stmt *s = query_start(tx, &mempool_add);
    bind_str(s, 1, k->l->channel);
    bind_str(s, 2, r->object);
    bind_str(s, 3, asset_str(&k->l->wallet->minimum.asset));
    bind_int(s, 4, r->value);
    bind_int(s, 5, clock_now(&k->l->app->clock));
    return query_run(s, NULL);
}

static err write_rows(struct tx *tx, void *arg)
{
    const struct looking *k = arg;
    err e = OK;
    for (size_t i = 0; !e && i < k->gone_count; i++)
        e = drop(tx, k, k->gone[i]);
    for (size_t i = 0; !e && i < k->fresh_count; i++)
        e = add(tx, k, &k->fresh[i]);
    if (!e)
        tx_touch(tx, "meter");
    return e;
}

static err look(struct looking *k)
{
    if (!ask_list(k))
        return mempool_forget(k->l->app, k->l->channel);
    find_fresh(k);
    err e = find_gone(k);
    if (!e && (k->fresh_count || k->gone_count))
        e = store_write(k->l->app->store, write_rows, k);
    if (e) { // what was not written was not seen: the next look asks again
        buf_free(&k->next);
        return e;
    }
    buf_free(&k->seen->keys);
    k->seen->keys = k->next;
    k->seen->at = clock_now(&k->l->app->clock);
    return OK;
}

err mempool_look(const struct mempool_look *l)
{
    struct seen *seen = l->app->mempools ? seen_of(l->app->mempools, l->channel) : NULL;
    int64_t now = clock_now(&l->app->clock); // which may be set back: then it is time
    if (!seen || (!l->now && seen->at && now >= seen->at && now - seen->at < l->every))
        return OK;
    struct looking k = { .l = l, .seen = seen, .hasher = hasher_make() };
    arena_reset(l->arena);
    err e = look(&k);
    hasher_free(&k.hasher);
    return e;
}

/* ---- forgetting, showing */

static err forget_work(struct tx *tx, void *arg)
{
    const struct str *channel = arg;
    struct stmt *s = query_start(tx, &mempool_empty);
    int64_t changes = 0;
    bind_str(s, 1, *channel);
    err e = query_run(s, &changes);
    if (!e && changes)
        tx_touch(tx, "meter");
    return e;
}

err mempool_forget(const struct app *app, struct str channel)
{
    return store_write(app->store, forget_work, &channel);
}

err mempool_sums(struct tx *tx, struct arena *a, const struct amount **ret, size_t *ret_n)
{
    struct amount *all = arena_new(a, struct amount, ASSETS);
    bool row = false;
    err e = OK;
    size_t n = 0;
    struct stmt *s = query_start(tx, &mempool_total);
    bind_int(s, 1, ASSETS);
    while (!e && !(e = query_step(s, &row)) && row) {
        struct asset asset = { 0 };
        if (asset_parse(column_str(s, 0, a), &asset))
            all[n++] = amount_join(column_int(s, 1), 0, asset);
        else
            e = ERR_DATA;
    }
    query_end(s);
    *ret = all;
    *ret_n = n;
    return e ? fault(e) : OK;
}
