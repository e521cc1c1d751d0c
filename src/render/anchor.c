#include "render/anchor.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <unicode/uchar.h>

struct anchor {
    struct str name; /* .s is NULL in a free slot */
    int64_t next;    /* the number to try next behind this name */
};

static struct str slug(struct arena *a, struct str words)
{
    struct buf out = buf_make(ANCHOR_MAX);
    buf_put(&out, S("s-"));
    bool hyphen = false;
    while (words.n && !buf_full(&out)) {
        UChar32 c = (UChar32)utf8_next(&words);
        bool letter = u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK ||
                      u_charType(c) == U_COMBINING_SPACING_MARK;
        if (letter && hyphen && out.n > 2)
            buf_put_char(&out, '-');
        hyphen = !letter;
        char bytes[4];
        if (letter)
            buf_put(&out, (struct str){ bytes, utf8_put(bytes, (uint32_t)u_tolower(c)) });
    }
    struct str name = buf_copy(&out, a);
    buf_free(&out);
    return name;
}

static uint64_t hash(struct str s)
{
    uint64_t h = UINT64_C(14695981039346656037); // FNV-1a
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.s[i]) * UINT64_C(1099511628211);
    return h;
}

/* The slot of that name, or the free one where it belongs. */
static struct anchor *slot(const struct anchors *t, struct str name)
{
    size_t i = (size_t)hash(name) & (t->room - 1);
    while (t->table[i].name.s && !str_eq(t->table[i].name, name))
        i = (i + 1) & (t->room - 1);
    return &t->table[i];
}

static void grow(struct anchors *t, struct arena *a)
{
    struct anchors bigger = { .room = t->room ? t->room * 2 : 64, .n = t->n };
    bigger.table = arena_new(a, struct anchor, bigger.room);
    for (size_t i = 0; i < t->room; i++)
        if (t->table[i].name.s)
            *slot(&bigger, t->table[i].name) = t->table[i];
    *t = bigger;
}

static bool add(struct anchors *t, struct arena *a, struct str name)
{
    if (t->n * 2 >= t->room)
        grow(t, a);
    struct anchor *at = slot(t, name);
    if (at->name.s)
        return false;
    *at = (struct anchor){ .name = name, .next = 2 };
    t->n++;
    return true;
}

struct str anchor_make(struct anchors *t, struct arena *a, struct str words)
{
    struct str base = slug(a, words);
    bool named = base.n > 2;
    if (!named)
        base = S("s"); // a heading without letters: s-2, s-3
    if (add(t, a, base) && named)
        return base;
    for (;;) {
        int64_t n = slot(t, base)->next++;
        struct str name = str_print(a, STR_FMT "-%" PRId64, STR_ARG(base), n);
        if (add(t, a, name))
            return name;
    }
}
