#pragma once
#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

/*
 * How often something happened lately, by a 64-bit hash of what: comments of a neighbourhood, the
 * same words, new voters. A fixed number of places in memory; the one not touched for the longest
 * time makes way. Counts are of a window that begins with the first one and is `span` long, so that
 * at most twice the number can pass in any span. Nothing is kept on disk. Any thread.
 */
struct rates;
enum { RATES_SMALL = 4096, RATES_LARGE = 65536 };         /* places, 24 bytes each */
struct rates *rates_make(struct arena *a, size_t places); /* a power of two; rates_end() */
void rates_end(struct rates *t);

/* Counts one and returns how many there were in the window, this one included. */
int64_t rates_add(struct rates *t, uint64_t what, int64_t span, int64_t now);
int64_t rates_get(struct rates *t, uint64_t what, int64_t span, int64_t now); /* counts none */

/* FNV-1a over pieces, for `what`. */
#define RATES_HASH UINT64_C(0xCBF29CE484222325)
uint64_t rates_hash(uint64_t h, struct str s);
uint64_t rates_hash_int(uint64_t h, int64_t v);
