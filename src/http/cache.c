#include "http/cache.h"
#include "base/check.h"
#include "http/compress.h"
#include "http/engine.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHARDS = 16,
    BUCKETS = 1024,     /* of a shard */
    ENTRY_COST = 4096,  /* bytes of an entry besides its texts: responses with their headers */
    WARM_TENTHS = 8,    /* of a shard's bytes that pages asked for more than once may take */
    TOUCH = SECOND,     /* an entry moves in its list at most that often */
    IMPROVE_HITS = 32,  /* since it was rendered, for a page to deserve Brotli's best */
    IMPROVE_LOOKS = 64, /* pages of a shard that are looked at */
    IMPROVE_MAX = 512 * 1024, /* bytes of a page that is compressed at Brotli's best */
    FILED_MAX = 4,            /* pages of a shard that are sent from files, each a descriptor */
    FILED = 1,                /* the quality of a plain page once that was tried */
};

/* Kept entries stand in one of two lists, the last used first. */
enum heat { COLD, WARM, HEATS };

struct entry {
    struct entry *next_in_bucket, *newer, *older;
    uint64_t hash;
    struct str key;
    char *key_text;        /* its memory */
    struct source *source; /* NULL: no page yet */
    struct coded coded[CODINGS];
    struct topics *topics;
    uint64_t epoch; /* at which it was found fresh last */
    const char *pattern;
    struct incoming *waiting;
    bool busy; /* a worker is at it: not to be evicted */
    enum heat heat;
    int64_t used, credit_full; /* monotonic; when its renders are all to be had again */
    unsigned hits, plain_hits; /* of these, sent uncompressed */
    size_t cost;
};

struct shard {
    pthread_mutex_t lock;
    struct entry *buckets[BUCKETS];
    struct entry *newest[HEATS], *oldest[HEATS];
    size_t bytes[HEATS], pages, filed;
};

struct cache {
    struct hash_key hash;
    struct generations *generations;
    const char *folder;
    size_t shard_bytes;
    struct shard shards[SHARDS];
};

static void lock(struct shard *s)
{
    check(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct shard *s)
{
    check(pthread_mutex_unlock(&s->lock) == 0);
}

struct cache *cache_make(size_t bytes, struct generations *g, const char *folder)
{
    struct cache *c = calloc(1, sizeof *c);
    check(c);
    c->hash = hash_key_make();
    c->generations = g;
    c->folder = folder;
    c->shard_bytes = bytes / SHARDS;
    for (size_t i = 0; i < SHARDS; i++)
        check(pthread_mutex_init(&c->shards[i].lock, NULL) == 0);
    return c;
}

/* The two lists. */

static void list_remove(struct shard *s, struct entry *e)
{
    *(e->newer ? &e->newer->older : &s->newest[e->heat]) = e->older;
    *(e->older ? &e->older->newer : &s->oldest[e->heat]) = e->newer;
    e->newer = e->older = NULL;
    s->bytes[e->heat] -= e->cost;
}

static void list_add(struct shard *s, struct entry *e, enum heat heat)
{
    e->heat = heat;
    e->newer = NULL;
    e->older = s->newest[heat];
    *(e->older ? &e->older->newer : &s->oldest[heat]) = e;
    s->newest[heat] = e;
    s->bytes[heat] += e->cost;
}

/* Entries. */

static struct entry *find(struct shard *s, uint64_t hash, struct str key)
{
    struct entry *e = s->buckets[hash / SHARDS % BUCKETS];
    while (e && (e->hash != hash || !str_eq(e->key, key)))
        e = e->next_in_bucket;
    return e;
}

static struct entry *add(struct shard *s, uint64_t hash, struct str key)
{
    struct entry *e = calloc(1, sizeof *e);
    char *text = malloc(key.n);
    check(e && text);
    memcpy(text, key.s, key.n);
    e->hash = hash;
    e->key = (struct str){ text, key.n };
    e->key_text = text;
    e->cost = ENTRY_COST + key.n;
    struct entry **bucket = &s->buckets[hash / SHARDS % BUCKETS];
    e->next_in_bucket = *bucket;
    *bucket = e;
    list_add(s, e, COLD);
    s->pages++;
    return e;
}

static void drop_page(struct shard *s, struct entry *e)
{
    s->filed -= e->coded[CODING_IDENTITY].filed;
    for (size_t i = 0; i < CODINGS; i++)
        coded_free(&e->coded[i]);
    source_drop(e->source);
    free(e->topics);
    e->source = NULL;
    e->topics = NULL;
    e->hits = e->plain_hits = 0;
}

static void remove_entry(struct shard *s, struct entry *e)
{
    struct entry **at = &s->buckets[e->hash / SHARDS % BUCKETS];
    while (*at != e)
        at = &(*at)->next_in_bucket;
    *at = e->next_in_bucket;
    list_remove(s, e);
    s->pages--;
    drop_page(s, e);
    free(e->key_text);
    free(e);
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &c->shards[i];
        for (size_t heat = 0; heat < HEATS; heat++)
            while (s->newest[heat])
                remove_entry(s, s->newest[heat]);
        (void)pthread_mutex_destroy(&s->lock); // its last user
    }
    free(c);
}

/* Makes the shard fit its bytes: the oldest cold pages go, then the oldest warm ones. */
static void evict(struct cache *c, struct shard *s)
{
    for (size_t heat = 0; heat < HEATS; heat++) {
        struct entry *e = s->oldest[heat];
        while (e && s->bytes[COLD] + s->bytes[WARM] > c->shard_bytes) {
            struct entry *newer = e->newer;
            if (!e->busy)
                remove_entry(s, e);
            e = newer;
        }
    }
}

static size_t cost_of(const struct entry *e)
{
    size_t n = ENTRY_COST + e->key.n;
    for (size_t i = 0; i < CODINGS; i++)
        n += e->coded[i].bytes;
    return n;
}

static void weigh(struct cache *c, struct shard *s, struct entry *e)
{
    enum heat heat = e->heat;
    list_remove(s, e);
    e->cost = cost_of(e);
    list_add(s, e, heat);
    evict(c, s);
}

/* Asked for again: it is warm. The warm ones take no more than their part. */
static void touch(struct cache *c, struct shard *s, struct entry *e, int64_t now)
{
    e->hits++;
    if (now - e->used < TOUCH && e->heat == WARM)
        return;
    e->used = now;
    list_remove(s, e);
    list_add(s, e, WARM);
    while (s->bytes[WARM] > c->shard_bytes / 10 * WARM_TENTHS && s->oldest[WARM] != e) {
        struct entry *old = s->oldest[WARM];
        list_remove(s, old);
        list_add(s, old, COLD);
    }
}

/* Freshness. */

static bool is_fresh(struct cache *c, struct entry *e)
{
    uint64_t epoch = atomic_load(&c->generations->epoch);
    if (e->epoch == epoch)
        return true;
    if (!topics_fresh(e->topics, c->generations))
        return false;
    e->epoch = epoch;
    return true;
}

static bool may_render(const struct entry *e, const struct incoming *in)
{
    return e->credit_full - in->began <= (in->settings->renders_burst - 1) * SECOND;
}

static void take_credit(struct entry *e, const struct incoming *in)
{
    e->credit_full = (e->credit_full > in->began ? e->credit_full : in->began) + SECOND;
}

/* It has a page that may be sent: a fresh one, one its own renderer made, or the stale one of a
 * page that changes too often. */
static bool servable(struct cache *c, struct entry *e, const struct incoming *in)
{
    return e->source && (in->rendered || is_fresh(c, e) || !may_render(e, in));
}

/* The coding to be sent. False: the best one that the client takes was not tried yet. */
static bool choose_coding(const struct entry *e, const struct incoming *in, enum coding *ret)
{
    unsigned accepted = codings_accepted(in->field[HEAD_ACCEPT_ENCODING]);
    for (int i = CODING_BROTLI; i > CODING_IDENTITY; i--) {
        if (!(accepted & 1u << i) || e->coded[i].state == CODED_USELESS)
            continue;
        *ret = (enum coding)i;
        return e->coded[i].state == CODED_READY;
    }
    *ret = CODING_IDENTITY;
    return true;
}

static struct shard *shard_of(struct cache *c, struct str key, uint64_t *ret_hash)
{
    *ret_hash = hash_bytes(&c->hash, key);
    return &c->shards[*ret_hash % SHARDS];
}

static bool queue(struct cache *c, struct shard *s, struct entry *e, struct incoming *in)
{
    enum coding coding = CODING_IDENTITY;
    if (!e || !servable(c, e, in) || !choose_coding(e, in, &coding))
        return false;
    const struct coded *coded = &e->coded[coding];
    bool has_it = in->field[HEAD_IF_NONE_MATCH].s &&
                  etag_listed(in->field[HEAD_IF_NONE_MATCH], str_from_z(coded->tag));
    in->reply.status = has_it ? 304 : 200;
    in->reply.bytes = has_it ? 0 : coded->bytes;
    in->pattern = e->pattern;
    if (in->cached == CACHED_NONE)
        in->cached = CACHED_HIT;
    if (!in->rendered) { // its own renderer is no sign that it is wanted
        touch(c, s, e, in->began);
        e->plain_hits += coding == CODING_IDENTITY;
    }
    in->corked = coded->filed && !has_it && in->method == METHOD_GET;
    // The library takes its own hold of the response, so it may leave the cache right after.
    check(MHD_queue_response(in->connection, in->reply.status,
                             has_it ? coded->unchanged : coded->whole) == MHD_YES);
    return true;
}

bool cache_queue(struct cache *c, struct incoming *in)
{
    uint64_t hash = 0;
    struct shard *s = shard_of(c, in->key, &hash);
    lock(s);
    bool queued = queue(c, s, find(s, hash, in->key), in);
    unlock(s);
    return queued;
}

static enum cache_turn take_turn(struct cache *c, struct shard *s, struct entry *e,
                                 struct incoming *in)
{
    enum coding coding = CODING_IDENTITY;
    bool page = servable(c, e, in);
    if (page && choose_coding(e, in, &coding))
        return TURN_SERVE;
    in->cached = CACHED_MISS;
    if (e->busy) {
        in->next_waiting = e->waiting;
        e->waiting = in;
        return TURN_WAIT;
    }
    e->busy = true;
    in->entry = e;
    in->shard = s;
    in->coding = coding;
    if (page)
        return TURN_CODE;
    take_credit(e, in);
    return TURN_RENDER;
}

enum cache_turn cache_join(struct cache *c, struct incoming *in)
{
    uint64_t hash = 0;
    struct shard *s = shard_of(c, in->key, &hash);
    lock(s);
    struct entry *e = find(s, hash, in->key);
    enum cache_turn turn = take_turn(c, s, e ? e : add(s, hash, in->key), in);
    unlock(s);
    return turn;
}

/* The worker's side. */

/* Ends the turn; the waiting are resumed without the lock. */
static void end_turn(struct shard *s, struct incoming *in, bool alone)
{
    struct entry *e = in->entry;
    struct incoming *w = e->waiting;
    e->waiting = NULL;
    e->busy = false;
    if (!e->source)
        remove_entry(s, e);
    in->entry = NULL;
    unlock(s);
    while (w) {
        struct incoming *next = w->next_waiting;
        w->alone = alone;
        w->stage = STAGE_AGAIN;
        MHD_resume_connection(w->connection);
        w = next;
    }
}

static struct topics *copy_topics(const struct topics *t)
{
    struct topics *copy = malloc(sizeof *copy);
    check(copy);
    *copy = *t;
    return copy;
}

void cache_keep(struct cache *c, struct incoming *in, const struct response *response)
{
    struct shard *s = in->shard;
    struct entry *e = in->entry;
    struct source *source = source_make(response, in->settings);
    struct coded coded[CODINGS] = { 0 };
    coded[CODING_IDENTITY] = coded_make(source, CODING_IDENTITY, 0);
    for (int i = CODING_BROTLI; i > CODING_IDENTITY; i--) {
        if (!(codings_accepted(in->field[HEAD_ACCEPT_ENCODING]) & 1u << i))
            continue;
        coded[i] = coded_make(source, (enum coding)i, i == CODING_GZIP ? GZIP_KEPT : BROTLI_KEPT);
        if (coded[i].state == CODED_READY)
            break;
    }
    struct topics *topics = copy_topics(&in->work->topics);
    lock(s);
    drop_page(s, e);
    e->source = source;
    e->topics = topics;
    e->epoch = 0;
    e->pattern = in->pattern;
    memcpy(e->coded, coded, sizeof coded);
    weigh(c, s, e);
    in->rendered = true;
    end_turn(s, in, false);
}

void cache_give_up(struct cache *c, struct incoming *in, unsigned status)
{
    (void)c; // the shard is known
    struct shard *s = in->shard;
    lock(s);
    struct entry *e = in->entry;
    if (status < 500)
        drop_page(s, e); // what was there is no more; a fault says nothing about it
    end_turn(s, in, !e->source);
}

void cache_code(struct cache *c, struct incoming *in)
{
    struct shard *s = in->shard;
    struct entry *e = in->entry;
    enum coding coding = in->coding;
    lock(s);
    struct source *source = e->source; // the entry is busy: its page stays
    source_hold(source);
    unlock(s);
    struct coded coded =
        coded_make(source, coding, coding == CODING_GZIP ? GZIP_KEPT : BROTLI_KEPT);
    lock(s);
    coded_free(&e->coded[coding]); // cache_improve may have been quicker
    e->coded[coding] = coded;
    weigh(c, s, e);
    in->rendered = true;
    end_turn(s, in, false);
    source_drop(source);
}

static bool deserves_best(const struct entry *e)
{
    const struct coded *b = &e->coded[CODING_BROTLI];
    return b->state == CODED_READY && b->quality < BROTLI_BEST && e->hits >= IMPROVE_HITS &&
           e->source->n <= IMPROVE_MAX;
}

static bool deserves_file(const struct cache *c, const struct shard *s, const struct entry *e)
{
    return c->folder && s->filed < FILED_MAX && e->coded[CODING_IDENTITY].quality != FILED &&
           e->plain_hits >= IMPROVE_HITS && e->source->n >= FILED_LEAST;
}

/* One that is worth it, and in which coding; its source is held. The lock is held. */
static struct entry *find_worthy(struct cache *c, struct shard *s, enum coding *ret)
{
    int left = IMPROVE_LOOKS;
    for (struct entry *e = s->newest[WARM]; e && left > 0; e = e->older, left--) {
        if (!e->source || !is_fresh(c, e))
            continue;
        bool file = deserves_file(c, s, e);
        if (!file && !deserves_best(e))
            continue;
        *ret = file ? CODING_IDENTITY : CODING_BROTLI;
        source_hold(e->source);
        return e;
    }
    return NULL;
}

static struct coded make_better(const struct cache *c, struct source *source, enum coding coding)
{
    struct coded better = { .state = CODED_USELESS };
    if (coding == CODING_BROTLI)
        return coded_make(source, CODING_BROTLI, BROTLI_BEST);
    if (!coded_file(source, c->folder, &better))
        better.state = CODED_USELESS;
    return better;
}

/* The lock is held. What is not taken stays in `better`. */
static void take_better(struct shard *s, struct entry *e, enum coding coding, struct coded *better)
{
    struct coded *now = &e->coded[coding];
    bool file = coding == CODING_IDENTITY;
    if (better->state == CODED_READY && (file || better->bytes < now->bytes)) {
        s->filed += (size_t)better->filed - (size_t)now->filed;
        coded_free(now);
        *now = *better;
        *better = (struct coded){ 0 };
    }
    now->quality = file ? FILED : BROTLI_BEST; // it is as good as it gets
}

static bool improve_one(struct cache *c, struct shard *s)
{
    enum coding coding = CODING_BROTLI;
    lock(s);
    struct entry *e = find_worthy(c, s, &coding);
    struct source *source = e ? e->source : NULL;
    uint64_t hash = e ? e->hash : 0;
    unlock(s);
    if (!source)
        return false;
    struct coded better = make_better(c, source, coding);
    lock(s);
    e = s->buckets[hash / SHARDS % BUCKETS];
    while (e && e->source != source) // it may have been rendered anew meanwhile, or be gone
        e = e->next_in_bucket;
    if (e) {
        take_better(s, e, coding, &better);
        weigh(c, s, e);
    }
    unlock(s);
    coded_free(&better);
    source_drop(source);
    return true;
}

bool cache_improve(struct cache *c)
{
    for (size_t i = 0; i < SHARDS; i++)
        if (improve_one(c, &c->shards[i]))
            return true;
    return false;
}

size_t cache_body_max(const struct cache *c)
{
    return c->shard_bytes / 2;
}

struct cache_state cache_look(struct cache *c)
{
    struct cache_state sum = { 0 };
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &c->shards[i];
        lock(s);
        sum.bytes += s->bytes[COLD] + s->bytes[WARM];
        sum.pages += s->pages;
        sum.filed += s->filed;
        unlock(s);
    }
    return sum;
}
