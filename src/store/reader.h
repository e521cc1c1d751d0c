#pragma once
#include "store/db.h"

#include <pthread.h>

/*
 * The read-only connections: opened when first needed, at most `most` of them, kept for reuse. The
 * last given back is the next given out, for its cache is warm; readers_rest() closes
 * those that lie at the bottom of the stack.
 */
enum { READERS_MAX = 64 };

struct readers {
    struct db_options options;
    int64_t wait;         /* microseconds, for one to be given back: then ERR_BUSY */
    pthread_mutex_t lock; /* for all below */
    pthread_cond_t given_back;
    struct db *idle[READERS_MAX];
    int idle_count, opened, most;
    bool fixed;     /* all were opened at once, and none can be opened again */
    int idle_least; /* idle at any moment since the last rest: those have not been needed */
    uint64_t reads, busy;
};
void readers_init(struct readers *p, int most);
void readers_free(struct readers *p);
MUST_USE err readers_open_all(struct readers *p); /* for a file whose name goes away */
MUST_USE err readers_take(struct readers *p, struct db **ret_db);
void readers_give(struct readers *p, struct db *db);
void readers_count(struct readers *p, struct store_statistics *ret); /* their part of them */
/* Closes those that were not needed since the last call; fixed ones only forget cached pages. */
void readers_rest(struct readers *p);
