#include "discussion/cursor.h"
#include "base/buf.h"
#include "base/scan.h"

/* A sort by its name, as queries have it; in a cursor it is one letter. */

static const char *const sort_names[] = { "newest", "oldest", "votes" };

struct str listing_sort_str(enum listing_sort s)
{
    return str_from_z(sort_names[s]);
}

bool listing_sort_parse(struct str s, enum listing_sort *ret)
{
    for (size_t i = 0; i < COUNT(sort_names); i++) {
        if (str_eq(s, str_from_z(sort_names[i]))) {
            *ret = (enum listing_sort)i;
            return true;
        }
    }
    return false;
}

static const char sort_letters[] = { 'n', 'o', 'v' };

static bool scan_sort(struct str *s, enum listing_sort *ret)
{
    for (size_t i = 0; i < COUNT(sort_letters); i++) {
        if (scan_char(s, sort_letters[i])) {
            *ret = (enum listing_sort)i;
            return true;
        }
    }
    return false;
}

static enum listing_only scan_only(struct str *s)
{
    if (scan_char(s, 'a'))
        return LISTING_ANSWERS;
    return scan_char(s, 'q') ? LISTING_QUESTION : LISTING_EVERY;
}

static bool scan_id(struct str *s, int64_t least, int64_t *ret)
{
    return scan_char(s, '.') && scan_int(s, INT64_MAX, ret) && *ret >= least;
}

/* SORT ONLY .REPORT.KEY.ROOT: a score may be below zero, a time may not. */
static bool scan_thread(struct str *s, struct cursor *c)
{
    if (!scan_sort(s, &c->sort))
        return false;
    c->only = scan_only(s);
    if (!scan_id(s, 1, &c->scope) || !scan_char(s, '.'))
        return false;
    bool minus = str_starts(*s, S("-"));
    bool key = c->sort == LISTING_VOTES ? scan_signed(s, INT64_MAX, &c->key)
                                        : scan_int(s, INT64_MAX, &c->key);
    return key && !(minus && c->key == 0) && scan_id(s, 1, &c->id);
}

bool cursor_parse(struct str s, struct cursor *ret)
{
    struct cursor c = { 0 };
    bool fine = false;
    if (s.n > LISTING_CURSOR_MAX)
        return false;
    if (scan_char(&s, 't')) {
        c.kind = CURSOR_THREADS;
        fine = scan_thread(&s, &c);
    } else if (scan_char(&s, 'r')) {
        c.kind = CURSOR_REPLIES;
        fine = scan_id(&s, 1, &c.scope) && scan_id(&s, 1, &c.id);
    } else if (scan_char(&s, 'a')) {
        c.kind = CURSOR_ALL;
        fine = scan_thread(&s, &c) && scan_id(&s, 0, &c.reply);
    }
    if (!fine || s.n)
        return false;
    *ret = c;
    return true;
}

struct str cursor_print(struct arena *a, const struct cursor *c)
{
    struct buf b CLEANUP(buf_free) = buf_make(LISTING_CURSOR_MAX);
    const int64_t replies[] = { c->scope, c->id };
    const int64_t threads[] = { c->scope, c->key, c->id, c->reply };
    const int64_t *numbers = c->kind == CURSOR_REPLIES ? replies : threads;
    size_t n = c->kind == CURSOR_REPLIES ? 2 : c->kind == CURSOR_THREADS ? 3 : 4;
    buf_put_char(&b, "tra"[c->kind]);
    if (c->kind != CURSOR_REPLIES)
        buf_put_char(&b, sort_letters[c->sort]);
    if (c->only)
        buf_put_char(&b, c->only == LISTING_ANSWERS ? 'a' : 'q');
    for (size_t i = 0; i < n; i++) {
        buf_put_char(&b, '.');
        buf_put_int(&b, numbers[i]);
    }
    return buf_copy(&b, a);
}
