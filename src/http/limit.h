#pragma once
#include "http/hash.h"
#include "http/http.h"
#include "http/proxy.h"

/*
 * How often one client may do one kind of thing: a bucket of `burst` tokens that fills up at `rate`
 * tokens a minute, kept as one time stamp (the generic cell rate algorithm of ITU-T I.371). The
 * table has a fixed size; when a set of it is full, the bucket closest to being full makes room,
 * which is the one whose loss forgives least.
 */
struct limiter;
struct rate {
    int64_t per_minute, burst; /* both at least 1 */
};
struct limiter *limiter_make(size_t slots); /* rounded up to a power of two */
void limiter_free(struct limiter *l);

/* Takes a token at `now` microseconds; else says after how many microseconds there will be one. */
bool limiter_take(struct limiter *l, enum limit_kind kind, const struct address *client,
                  struct rate rate, int64_t now, int64_t *ret_wait);
