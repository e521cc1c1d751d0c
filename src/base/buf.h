#pragma once
#include "base/str.h"

/*
 * Text that grows, up to a maximum. What is put past the maximum is dropped and remembered: callers
 * put freely and ask buf_full() once, at the end. The memory is the heap's (a buf may outlive the
 * request that fills it); buf_free() gives it back, and bufs on the stack are made with
 * CLEANUP(buf_free).
 */
struct buf {
    char *s;
    size_t n, room, max;
    bool full;
};

struct buf buf_make(size_t max); /* holds nothing yet */
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* empties it, keeps its memory, forgets that it was full */
bool buf_full(const struct buf *b);

void buf_put(struct buf *b, struct str s);
void buf_put_char(struct buf *b, char c);
void buf_put_int(struct buf *b, int64_t v); /* decimal */
PRINTF(2, 3) void buf_print(struct buf *b, const char *fmt, ...);
char *buf_reserve(struct buf *b,
                  size_t n); /* n writable bytes at the end, or NULL when it would be full */
void buf_added(struct buf *b, size_t n); /* n of the reserved bytes were written */

struct str buf_str(const struct buf *b);                   /* borrowed until the next put */
struct str buf_copy(const struct buf *b, struct arena *a); /* its text, in the arena */
