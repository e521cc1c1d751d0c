#include "discussion/rates.h"
#include "base/check.h"

#include <pthread.h>

enum { WAYS = 4, LOCKS = 16 };
struct place {
    uint64_t what;
    int64_t begun; /* 0: empty */
    int64_t count;
};
struct rates {
    pthread_mutex_t locks[LOCKS]; /* each of every sixteenth set */
    size_t sets;
    struct place *places;
};

struct rates *rates_make(struct arena *a, size_t places)
{
    check(places >= WAYS && (places & (places - 1)) == 0);
    struct rates *t = arena_new(a, struct rates, 1);
    *t = (struct rates){ .sets = places / WAYS, .places = arena_new(a, struct place, places) };
    for (size_t i = 0; i < LOCKS; i++)
        check(pthread_mutex_init(&t->locks[i], NULL) == 0);
    return t;
}

void rates_end(struct rates *t)
{
    for (size_t i = 0; t && i < LOCKS; i++)
        pthread_mutex_destroy(&t->locks[i]);
}

/* The low bits of FNV are weak: fold the high ones in. */
static size_t set_of(const struct rates *t, uint64_t what)
{
    return (what ^ what >> 29) & (t->sets - 1);
}

/* The place of `what`, or the one of its set that makes way for it. Within a set the latest touched
 * comes first. */
static struct place *find(struct place *set, uint64_t what)
{
    size_t at = 0;
    while (at < WAYS - 1 && set[at].what != what)
        at++;
    struct place found = set[at].what == what ? set[at] : (struct place){ .what = what };
    for (; at > 0; at--)
        set[at] = set[at - 1];
    set[0] = found;
    return set;
}

int64_t rates_add(struct rates *t, uint64_t what, int64_t span, int64_t now)
{
    size_t set = set_of(t, what);
    pthread_mutex_lock(&t->locks[set % LOCKS]);
    struct place *p = find(t->places + set * WAYS, what);
    if (!p->begun || now - p->begun >= span || now < p->begun)
        *p = (struct place){ .what = what, .begun = now };
    int64_t count = ++p->count;
    pthread_mutex_unlock(&t->locks[set % LOCKS]);
    return count;
}

int64_t rates_get(struct rates *t, uint64_t what, int64_t span, int64_t now)
{
    size_t set = set_of(t, what);
    const struct place *places = t->places + set * WAYS;
    int64_t count = 0;
    pthread_mutex_lock(&t->locks[set % LOCKS]);
    for (size_t i = 0; i < WAYS; i++)
        if (places[i].what == what && places[i].begun && now - places[i].begun < span)
            count = places[i].count;
    pthread_mutex_unlock(&t->locks[set % LOCKS]);
    return count;
}

uint64_t rates_hash(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.s[i]) * UINT64_C(0x100000001B3);
    return h;
}

uint64_t rates_hash_int(uint64_t h, int64_t v)
{
    for (int i = 0; i < 8; i++)
        h = (h ^ ((uint64_t)v >> 8 * i & 0xFF)) * UINT64_C(0x100000001B3);
    return h;
}
