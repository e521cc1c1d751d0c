#include "base/buf.h"
#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 256 };

struct buf buf_make(size_t max)
{
    return (struct buf){ .max = max };
}

void buf_free(struct buf *b)
{
    free(b->s);
    *b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->full = false;
}

bool buf_full(const struct buf *b)
{
    return b->full;
}

static void grow(struct buf *b, size_t need)
{
    size_t room = b->room ? b->room : ROOM_FIRST;
    while (room < need)
        room *= 2;
    b->s = realloc(b->s, room);
    check(b->s); /* out of memory ends the program */
    b->room = room;
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (b->full || n > b->max || b->n > b->max - n) {
        b->full = true;
        return NULL;
    }
    if (b->room - b->n < n)
        grow(b, b->n + n);
    return b->s + b->n;
}

void buf_added(struct buf *b, size_t n)
{
    check(n <= b->room - b->n);
    b->n += n;
}

void buf_put(struct buf *b, struct str s)
{
    char *p = s.n ? buf_reserve(b, s.n) : NULL;
    if (!p)
        return;
    memcpy(p, s.s, s.n);
    b->n += s.n;
}

void buf_put_char(struct buf *b, char c)
{
    char *p = buf_reserve(b, 1);
    if (!p)
        return;
    *p = c;
    b->n++;
}

void buf_put_int(struct buf *b, int64_t v)
{
    char digits[20]; // those of INT64_MIN, with its sign
    size_t at = sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (v < 0)
        digits[--at] = '-';
    buf_put(b, (struct str){ digits + at, sizeof digits - at });
}

void buf_print(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    check(n >= 0);
    char *p = buf_reserve(b, (size_t)n + 1); /* vsnprintf ends with a NUL, which is not kept */
    if (!p)
        return;
    va_start(args, fmt);
    check(vsnprintf(p, (size_t)n + 1, fmt, args) == n);
    va_end(args);
    b->n += (size_t)n;
}

struct str buf_str(const struct buf *b)
{
    return (struct str){ b->s, b->n };
}

struct str buf_copy(const struct buf *b, struct arena *a)
{
    return str_copy(a, buf_str(b));
}
