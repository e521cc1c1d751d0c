#include "people/throttle.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"

#include <pthread.h>

enum { WAYS = 8, SETS = THROTTLE_SLOTS / WAYS, DOUBLINGS_MAX = 30 };
#define FORGET_AFTER (1 * HOUR)

struct slot {
    uint64_t name;
    int64_t last;
    int count; /* 0: free */
};
struct throttle {
    pthread_mutex_t lock;
    uint8_t key[SIPHASH_KEY_BYTES];
    struct slot slots[THROTTLE_KINDS][SETS][WAYS];
};

struct throttle_rule throttle_rule_of(enum throttle_kind kind)
{
    static const struct throttle_rule rules[THROTTLE_KINDS] = {
        [THROTTLE_PAIR] = { .free = 4, .longest = 15 * MINUTE },
        [THROTTLE_CLIENT] = { .free = 20, .longest = 15 * MINUTE },
        [THROTTLE_ACCOUNT] = { .free = 10, .longest = 30 * SECOND },
    };
    check(kind < THROTTLE_KINDS);
    return rules[kind];
}

struct throttle *throttle_make(struct arena *a)
{
    struct throttle *t = arena_new(a, struct throttle, 1);
    check(pthread_mutex_init(&t->lock, NULL) == 0);
    random_bytes(t->key, sizeof t->key);
    return t;
}

void throttle_end(struct throttle *t)
{
    check(pthread_mutex_destroy(&t->lock) == 0);
}

/* The name's slot, or the one to use for it: a free one, else the one untouched for longest. */
static struct slot *slot_of(struct throttle *t, size_t kind, struct str name)
{
    uint64_t hash = siphash(t->key, name);
    struct slot *set = t->slots[kind][hash % SETS];
    struct slot *oldest = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].count && set[i].name == hash)
            return &set[i];
        if (!set[i].count || (oldest->count && set[i].last < oldest->last))
            oldest = &set[i];
    }
    *oldest = (struct slot){ .name = hash };
    return oldest;
}

static int64_t pause_after(int count, struct throttle_rule rule)
{
    int over = count - rule.free;
    if (over <= 0)
        return 0;
    int64_t pause = over > DOUBLINGS_MAX ? rule.longest : SECOND << (over - 1);
    return pause < rule.longest ? pause : rule.longest;
}

/* How long from now until the next guess; never more than the longest, should the clock go back. */
static int64_t wait_of(struct slot *s, struct throttle_rule rule, int64_t now)
{
    if (now - s->last > FORGET_AFTER)
        s->count = 0;
    int64_t wait = s->last + pause_after(s->count, rule) - now;
    if (wait <= 0 || !s->count)
        return 0;
    return wait < rule.longest ? wait : rule.longest;
}

static int64_t longest_wait(struct throttle *t, const struct guess *g, int64_t now)
{
    int64_t longest = 0;
    for (size_t i = 0; i < THROTTLE_KINDS; i++) {
        if (!g->counts[i])
            continue;
        struct throttle_rule rule = throttle_rule_of((enum throttle_kind)i);
        int64_t wait = wait_of(slot_of(t, i, g->name[i]), rule, now);
        longest = wait > longest ? wait : longest;
    }
    return longest;
}

int64_t throttle_take(struct throttle *t, const struct guess *g, int64_t now)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    int64_t wait = longest_wait(t, g, now);
    for (size_t i = 0; i < THROTTLE_KINDS && !wait; i++) {
        if (!g->counts[i])
            continue;
        struct slot *s = slot_of(t, i, g->name[i]);
        s->count += s->count < INT32_MAX;
        s->last = now;
    }
    check(pthread_mutex_unlock(&t->lock) == 0);
    return wait;
}

static void give_back(struct throttle *t, const struct guess *g, bool forget)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    for (size_t i = 0; i < THROTTLE_KINDS; i++) {
        if (!g->counts[i])
            continue;
        struct slot *s = slot_of(t, i, g->name[i]);
        s->count = forget && i != THROTTLE_CLIENT ? 0 : s->count - (s->count > 0);
    }
    check(pthread_mutex_unlock(&t->lock) == 0);
}

void throttle_forgive(struct throttle *t, const struct guess *g)
{
    give_back(t, g, true);
}

void throttle_take_back(struct throttle *t, const struct guess *g)
{
    give_back(t, g, false);
}
