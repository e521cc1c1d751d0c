#include "discussion/recent.h"

QUERY(latest_said, "select said, comment from comment_origin order by comment desc limit $1");

enum { WAYS = 4, SETS = RECENT_MAX / WAYS };
struct entry {
    int64_t said, comment;
};
struct recent {
    struct entry entries[SETS][WAYS]; /* of a set, the latest first */
};

struct recent *recent_make(struct arena *a)
{
    return arena_new(a, struct recent, 1);
}

void recent_add(struct recent *r, int64_t said, int64_t comment)
{
    struct entry *set = r->entries[(uint64_t)said % SETS];
    for (size_t i = WAYS - 1; i > 0; i--)
        set[i] = set[i - 1];
    set[0] = (struct entry){ said, comment };
}

int64_t recent_find(const struct recent *r, int64_t said)
{
    const struct entry *set = r->entries[(uint64_t)said % SETS];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].comment && set[i].said == said)
            return set[i].comment;
    return 0;
}

err recent_warm(struct recent *r, struct store *s)
{
    struct entry latest[RECENT_WARM];
    size_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(s, &tx);
    if (e)
        return fault(e);
    struct stmt *q = query_start(&tx, &latest_said);
    bind_int(q, 1, RECENT_WARM);
    for (;;) {
        bool row = false;
        e = query_step(q, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        latest[n++] = (struct entry){ column_int(q, 0), column_int(q, 1) };
    }
    while (n > 0) {
        n--;
        recent_add(r, latest[n].said, latest[n].comment);
    }
    return OK;
}
