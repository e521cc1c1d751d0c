#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * What was answered: the access log and the counts for /metrics. One note a request, taken under
 * the lock of one of a few shards (by processor, so mostly without contention); log lines gather in
 * the shard's buffer and are written when it is full or at the next tick.
 *
 * A line is `time=2018-05-04T10:00:00Z method=GET route=/{year}/{month}/{day}/{slug} status=200
 * bytes=61234 ms=0.1 cache=hit`: the route's pattern instead of the address, no client, no query.
 */
enum cached { CACHED_NONE, CACHED_HIT, CACHED_MISS, CACHED_KINDS };
enum { DURATIONS = 13, STATUS_CLASSES = 6 };

struct answer {
    const char *method, *route; /* route: "-" when none was found */
    unsigned status;
    size_t bytes;   /* of the body, 0 for HEAD and 304 */
    int64_t micros; /* from the request's first line to the end of its response */
    enum cached cached;
};

struct counts {
    uint64_t classes[STATUS_CLASSES]; /* [2] counts 2xx */
    uint64_t cached[CACHED_KINDS];
    uint64_t durations[DURATIONS + 1]; /* up to duration_bounds[i]; the last: longer */
    uint64_t bytes, micros, aborted, lost_lines;
};
extern const int64_t duration_bounds[DURATIONS]; /* microseconds */

struct tally;
struct tally *tally_make(void);
void tally_free(struct tally *t); /* writes what is left */

/* "off", "-" or a file, from now on; what was gathered goes where it belonged. ERR_IO: unchanged.
 */
MUST_USE err tally_log_to(struct tally *t, struct str name);
/* Writes what is gathered, and takes the new time. */
void tally_tick(struct tally *t, int64_t now);
void tally_add(struct tally *t, const struct answer *a);
void tally_add_aborted(struct tally *t); /* the client went away first */
struct counts tally_sum(struct tally *t);
