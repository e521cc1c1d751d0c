#include "http/topic.h"

void generations_init(struct generations *g)
{
    g->hash = hash_key_make();
    atomic_init(&g->epoch, 1);
    for (unsigned i = 0; i < TOPIC_COUNTERS; i++)
        atomic_init(&g->at[i], 1);
}

static unsigned counter_of(const struct generations *g, struct str topic)
{
    return (unsigned)(hash_bytes(&g->hash, topic) % TOPIC_COUNTERS);
}

/* The topic first: who sees the old epoch may trust the old generations. */
void generations_move(struct generations *g, struct str topic)
{
    (void)atomic_fetch_add(&g->at[counter_of(g, topic)], 1);
    (void)atomic_fetch_add(&g->epoch, 1);
}

void topics_note(struct topics *t, struct generations *g, struct str topic)
{
    unsigned counter = counter_of(g, topic);
    for (unsigned i = 0; i < t->n; i++)
        if (t->at[i].counter == counter)
            return; // the older reading counts
    if (t->n == TOPICS_OF_A_PAGE) {
        t->full = true;
        return;
    }
    t->at[t->n].counter = counter;
    t->at[t->n].generation = atomic_load(&g->at[counter]);
    t->n++;
}

bool topics_fresh(const struct topics *t, const struct generations *g)
{
    for (unsigned i = 0; i < t->n; i++)
        if (atomic_load(&g->at[t->at[i].counter]) != t->at[i].generation)
            return false;
    return !t->full;
}
