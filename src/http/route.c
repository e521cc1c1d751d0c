#include "http/route.h"
#include "base/check.h"
#include "base/scan.h"
#include "http/url.h"

#include <stdlib.h>
#include <string.h>

struct pattern {
    const struct route *route;
    size_t index;
    struct str at[PATH_SEGMENTS_MAX];
    size_t n;
};

struct routes {
    struct pattern *at; /* shortest first, then literals before names from the left */
    size_t n;
    size_t first[PATH_SEGMENTS_MAX + 2]; /* where the patterns of each length begin */
};

static bool is_name(struct str segment)
{
    return segment.n > 2 && segment.s[0] == '{';
}

static bool segment_allowed(struct str s)
{
    return s.n && !str_eq(s, S(".")) && !str_eq(s, S("..")) && !str_has(s, '/') &&
           !str_has(s, '\\');
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.s[i] < 0x20 || s.s[i] == 0x7F)
            return true;
    return false;
}

err path_split(struct str encoded, char *room, struct path *ret)
{
    struct path p = { 0 };
    struct str rest = str_sub(encoded, 1, encoded.n);
    bool nowhere = false;
    while (rest.n && !nowhere) {
        bool slash = str_has(rest, '/');
        struct str one = scan_until(&rest, '/');
        size_t n = 0;
        if (!url_decode_into(one, false, room, &n) || has_control((struct str){ room, n }))
            return PATH_WRONG;
        nowhere = p.n == PATH_SEGMENTS_MAX || !segment_allowed((struct str){ room, n });
        if (!nowhere)
            p.at[p.n++] = (struct str){ room, n };
        p.slash = slash && !rest.n;
        room += n;
    }
    if (nowhere)
        return PATH_NOWHERE;
    *ret = p;
    return OK;
}

static struct pattern read_pattern(const struct route *route, size_t index)
{
    struct pattern p = { .route = route, .index = index };
    struct str rest = str_from_z(route->pattern);
    check(scan_char(&rest, '/'));
    while (rest.n) {
        check(p.n < PATH_SEGMENTS_MAX);
        struct str one = scan_until(&rest, '/');
        check(one.n && (!str_has(one, '{') || (is_name(one) && one.s[one.n - 1] == '}')));
        p.at[p.n++] = one;
    }
    return p;
}

/* By shape alone: all names are alike. */
static int compare_shape(const struct pattern *a, const struct pattern *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (size_t i = 0; i < a->n; i++) {
        bool x = is_name(a->at[i]);
        bool y = is_name(b->at[i]);
        int c = x || y ? x - y : str_cmp(a->at[i], b->at[i]);
        if (c)
            return c;
    }
    return 0;
}

static int compare(const void *x, const void *y)
{
    const struct pattern *a = x;
    const struct pattern *b = y;
    int c = compare_shape(a, b);
    return c ? c : (int)a->route->method - (int)b->route->method;
}

static void check_routes(const struct routes *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct route *route = r->at[i].route;
        check(i == 0 || compare(&r->at[i - 1], &r->at[i]) != 0);
        check(route->run && route->limit < LIMIT_KINDS);
        check(route->method == HTTP_GET || route->need == PUBLIC || route->guard != GUARD_NONE);
        check(route->method == HTTP_POST || route->body == BODY_NONE);
    }
}

struct routes *routes_make(const struct route *at, size_t n)
{
    check(n <= ROUTES_MAX);
    struct routes *r = calloc(1, sizeof *r);
    check(r);
    r->at = calloc(n ? n : 1, sizeof *r->at);
    check(r->at);
    r->n = n;
    for (size_t i = 0; i < n; i++)
        r->at[i] = read_pattern(&at[i], i);
    qsort(r->at, n, sizeof *r->at, compare);
    check_routes(r);
    size_t i = 0;
    for (size_t length = 0; length <= PATH_SEGMENTS_MAX; length++) {
        r->first[length] = i;
        while (i < n && r->at[i].n == length)
            i++;
    }
    r->first[PATH_SEGMENTS_MAX + 1] = n;
    return r;
}

void routes_free(struct routes *r)
{
    if (!r)
        return;
    free(r->at);
    free(r);
}

static bool fits(const struct pattern *pattern, const struct path *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (!is_name(pattern->at[i]) && !str_eq(pattern->at[i], p->at[i]))
            return false;
    return true;
}

static const char *allow_text(unsigned methods)
{
    static const char *const texts[] = { NULL, "GET, HEAD", "POST", "GET, HEAD, POST" };
    return texts[methods];
}

struct route_found routes_find(const struct routes *r, const struct path *p, int method)
{
    struct route_found found = { 0 };
    size_t i = r->first[p->n];
    size_t end = r->first[p->n + 1];
    while (i < end && !fits(&r->at[i], p))
        i++;
    unsigned methods = 0;
    for (size_t best = i; i < end && compare_shape(&r->at[best], &r->at[i]) == 0; i++) {
        methods |= 1u << r->at[i].route->method;
        if ((int)r->at[i].route->method != method)
            continue;
        found.route = r->at[i].route;
        found.index = r->at[i].index;
    }
    found.allow = allow_text(methods);
    return found;
}

bool route_segment(const struct route *route, const struct path *p, struct str name,
                   struct str *ret)
{
    struct str rest = str_from_z(route->pattern);
    (void)scan_char(&rest, '/');
    for (size_t i = 0; rest.n && i < p->n; i++) {
        struct str one = scan_until(&rest, '/');
        if (!is_name(one) || !str_eq(str_sub(one, 1, one.n - 2), name))
            continue;
        *ret = p->at[i];
        return true;
    }
    return false;
}
