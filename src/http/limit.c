#include "http/limit.h"
#include "base/check.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 8, LOCKS = 64 };

struct bucket {
    uint64_t key;    /* 0: free */
    int64_t full_at; /* when it will hold all its tokens again */
};

struct limiter {
    struct hash_key hash;
    size_t sets; /* a power of two */
    struct bucket *at;
    pthread_mutex_t locks[LOCKS];
};

struct limiter *limiter_make(size_t slots)
{
    struct limiter *l = calloc(1, sizeof *l);
    check(l);
    l->hash = hash_key_make();
    for (l->sets = 1; l->sets * WAYS < slots;)
        l->sets *= 2;
    l->at = calloc(l->sets * WAYS, sizeof *l->at); // pages that no client touches stay unused
    check(l->at);
    for (size_t i = 0; i < LOCKS; i++)
        check(pthread_mutex_init(&l->locks[i], NULL) == 0);
    return l;
}

void limiter_free(struct limiter *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < LOCKS; i++)
        (void)pthread_mutex_destroy(&l->locks[i]); // nobody holds one any more
    free(l->at);
    free(l);
}

static struct bucket *find_bucket(struct bucket *set, uint64_t key)
{
    struct bucket *best = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (best->key && (!set[i].key || set[i].full_at < best->full_at))
            best = &set[i];
    }
    *best = (struct bucket){ .key = key };
    return best;
}

static bool take_token(struct bucket *b, struct rate rate, int64_t now, int64_t *ret_wait)
{
    int64_t one = MINUTE / rate.per_minute; // microseconds a token
    if (one < 1)
        one = 1;
    int64_t full_at = b->full_at > now ? b->full_at : now;
    if (full_at - now > rate.burst * one) // the clock was set back, or the limit lowered
        full_at = now + rate.burst * one;
    int64_t wait = full_at - now - (rate.burst - 1) * one;
    if (wait > 0) {
        *ret_wait = wait;
        return false;
    }
    b->full_at = full_at + one;
    return true;
}

bool limiter_take(struct limiter *l, enum limit_kind kind, const struct address *client,
                  struct rate rate, int64_t now, int64_t *ret_wait)
{
    char text[2 + sizeof client->bytes];
    text[0] = (char)kind;
    text[1] = (char)client->kind;
    memcpy(text + 2, client->bytes, sizeof client->bytes);
    uint64_t key = hash_bytes(&l->hash, (struct str){ text, sizeof text }) | 1; // 0 means free
    size_t set = (size_t)(key >> 8) & (l->sets - 1);
    pthread_mutex_t *lock = &l->locks[set % LOCKS];
    check(pthread_mutex_lock(lock) == 0);
    bool taken = take_token(find_bucket(&l->at[set * WAYS], key), rate, now, ret_wait);
    check(pthread_mutex_unlock(lock) == 0);
    return taken;
}
