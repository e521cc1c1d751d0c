/* What the gate remembers of votes: new voters, and votes that come close together. */
#include "base/check.h"
#include "base/clock.h"
#include "discussion/gate_inside.h"
#include "discussion/vote.h"
#include "people/visitor.h"

#include <string.h>

CONFIG_INT(limit_new_voters, "limits", "new_voters", 50, 1, 1000000,
           "New voters a day from one neighbourhood (an IPv4 /24, an IPv6 /48); further ones must "
           "wait until the next day.");
CONFIG_INT(limit_vote_burst, "limits", "vote_burst", 5, 0, BURST_VOTERS_MAX,
           "Votes of one neighbourhood on one comment within ten minutes that are believed; with "
           "one more they are a burst, of which one vote counts. 0: no bursts.");

enum { BURST_SETS = 1024, BURST_WAYS = 4 };

/* Votes of one neighbourhood on one comment. */
struct burst {
    uint64_t what;
    int64_t last; /* 0: empty */
    int64_t count;
    uint8_t voters[BURST_VOTERS_MAX][VISITOR_HASH_BYTES]; /* the first ones */
};
struct bursts {
    pthread_mutex_t lock;
    struct burst sets[BURST_SETS][BURST_WAYS];
};

struct bursts *bursts_make(struct arena *a)
{
    struct bursts *b = arena_new(a, struct bursts, 1);
    check(pthread_mutex_init(&b->lock, NULL) == 0);
    return b;
}

void bursts_end(struct bursts *b)
{
    if (b)
        pthread_mutex_destroy(&b->lock);
}

/* The place of these votes; else an empty one, or the one that was quiet for the longest time. */
static struct burst *find(struct bursts *all, uint64_t what, int64_t now)
{
    struct burst *set = all->sets[(what ^ what >> 29) % BURST_SETS];
    struct burst *oldest = set;
    for (size_t i = 0; i < BURST_WAYS; i++) {
        if (set[i].last && set[i].what == what && now - set[i].last < BURST_SPAN)
            return &set[i];
        if (set[i].last < oldest->last)
            oldest = &set[i];
    }
    *oldest = (struct burst){ .what = what };
    return oldest;
}

static bool among(const struct burst *b, struct str voter, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (memcmp(b->voters[i], voter.s, VISITOR_HASH_BYTES) == 0)
            return true;
    return false;
}

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

/* Takes note of the vote and says what it is. */
static void note(struct burst *b, int64_t most, struct arena *a, struct vote *v)
{
    int64_t kept = at_most(b->count, most);
    b->last = v->now;
    if (!among(b, v->voter, kept)) {
        if (b->count < most)
            memcpy(b->voters[b->count], v->voter.s, VISITOR_HASH_BYTES);
        b->count++;
    }
    if (b->count <= most)
        return;
    v->burst = memcmp(b->voters[0], v->voter.s, VISITOR_HASH_BYTES) != 0;
    for (int64_t i = 1; i < most; i++)
        v->uncount[v->uncount_n++] =
            str_copy(a, (struct str){ (const char *)b->voters[i], VISITOR_HASH_BYTES });
}

void gate_vote(const struct request *r, struct vote *v)
{
    struct gate *g = r->app->gate;
    int64_t most = config_int(r->setup->config, &limit_vote_burst);
    if (!g || !most || !v->value || !v->prefix.n || v->voter.n != VISITOR_HASH_BYTES)
        return;
    uint64_t what = rates_hash(rates_hash_int(RATES_HASH, v->comment), v->prefix);
    pthread_mutex_lock(&g->bursts->lock);
    note(find(g->bursts, what, v->now), most, r->arena, v);
    pthread_mutex_unlock(&g->bursts->lock);
    if (v->burst)
        gate_trouble(r);
}

bool gate_new_voter(const struct request *r, struct str voter)
{
    struct gate *g = r->app->gate;
    if (!g || rates_add(g->newcomers, rates_hash(RATES_HASH, voter), DAY, r->now) > 1)
        return true;
    struct str prefix = visitor_address_of(r).prefix;
    int64_t n = rates_add(g->voters, rates_hash(RATES_HASH, prefix), DAY, r->now);
    return n <= config_int(r->setup->config, &limit_new_voters);
}

bool gate_first_vote(const struct request *r, int64_t comment)
{
    struct gate *g = r->app->gate;
    if (!g)
        return true;
    uint64_t what = rates_hash_int(RATES_HASH, comment);
    what = rates_hash(what, visitor_address_of(r).address);
    return rates_add(g->first_votes, what, DAY, r->now) == 1;
}
