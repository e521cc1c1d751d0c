#include "render/shown_text.h"
#include "base/attr.h"

/* What the renderer and render/escape.h write. */
static const struct {
    struct str entity;
    char c;
} entities[] = {
    { { "&amp;", 5 }, '&' },  { { "&lt;", 4 }, '<' },   { { "&gt;", 4 }, '>' },
    { { "&quot;", 6 }, '"' }, { { "&#39;", 5 }, '\'' },
};
static const struct str inline_tags[] = {
    { "a", 1 }, { "em", 2 }, { "strong", 6 }, { "del", 3 }, { "code", 4 }, { "span", 4 },
};

static bool within_a_line(struct str tag)
{
    if (str_starts(tag, S("/")))
        tag = str_sub(tag, 1, tag.n);
    size_t n = 0;
    while (n < tag.n && tag.s[n] != ' ')
        n++;
    for (size_t i = 0; i < COUNT(inline_tags); i++)
        if (str_eq(str_sub(tag, 0, n), inline_tags[i]))
            return true;
    return false;
}

/* Takes a tag, or one character, which `ret` then is; a tag that ends a line is a space. */
static bool take(struct str *s, char *ret)
{
    struct str tag = { 0 };
    struct str rest = { 0 };
    if (*s->s == '<') {
        bool ends = str_cut(str_sub(*s, 1, s->n), '>', &tag, &rest);
        *s = ends ? rest : (struct str){ 0 };
        *ret = ' ';
        return !within_a_line(tag);
    }
    for (size_t i = 0; *s->s == '&' && i < COUNT(entities); i++) {
        if (!str_starts(*s, entities[i].entity))
            continue;
        *ret = entities[i].c;
        *s = str_sub(*s, entities[i].entity.n, s->n);
        return true;
    }
    *ret = *s->s;
    *s = str_sub(*s, 1, s->n);
    return true;
}

struct str shown_text(struct arena *a, struct html h)
{
    struct str rest = h.s;
    char *p = arena_new(a, char, rest.n + 1);
    size_t n = 0;
    while (rest.n)
        if (take(&rest, &p[n]))
            n++;
    return (struct str){ p, n };
}
