/* Any bytes may be asked for. What is taken apart has no escape, dot or slash left in it, and the
 * routes find the same for it when it is written in its one form. */
#include "base/check.h"
#include "base/utf8.h"
#include "http/http.h"
#include "http/route.h"
#include "http/url.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_segment(struct str s)
{
    check(s.n && utf8_valid(s) && !str_has(s, '\0') && !str_has(s, '/') && !str_has(s, '\\'));
    check(!str_eq(s, S(".")) && !str_eq(s, S("..")));
}

/* Written again, it is the same path. */
static void check_again(const struct path *p, struct arena *a)
{
    char *text = arena_new(a, char, 3 * TARGET_MAX + PATH_SEGMENTS_MAX + 1);
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        text[n++] = '/';
        n += url_escape_into(p->at[i], text + n);
    }
    struct path again = { 0 };
    char *room = arena_new(a, char, n + 1);
    check(path_split((struct str){ text, n }, room, &again) == OK && again.n == p->n);
    for (size_t i = 0; i < p->n; i++)
        check(str_eq(again.at[i], p->at[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct target t = { 0 };
    if (n > TARGET_MAX || target_split((struct str){ p, n }, S("site.test"), &t))
        return 0;
    check(str_starts(t.path, S("/")) && !str_has(t.path, '?'));
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct path path = { 0 };
    char *room = arena_new(&a, char, t.path.n);
    if (path_split(t.path, room, &path))
        return 0;
    check(path.n <= PATH_SEGMENTS_MAX);
    for (size_t i = 0; i < path.n; i++)
        check_segment(path.at[i]);
    check_again(&path, &a);
    return 0;
}
