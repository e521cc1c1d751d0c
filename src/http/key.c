#include "http/cache.h"
#include "http/engine.h"

#include <string.h>

enum { ARENA_BYTES = 65536 /* eight times the longest query, decoded */ };

struct writer {
    char *out;
    size_t n;
    bool full;
};

static void put_char(struct writer *w, char c)
{
    if (w->n == CACHE_KEY_MAX)
        w->full = true;
    else
        w->out[w->n++] = c;
}

static void put_escaped(struct writer *w, struct str s)
{
    if (s.n > (CACHE_KEY_MAX - w->n) / 3)
        w->full = true;
    else
        w->n += url_escape_into(s, w->out + w->n);
}

static void put_path(struct writer *w, const struct path *p)
{
    for (size_t i = 0; i < p->n; i++) {
        put_char(w, '/');
        put_escaped(w, p->at[i]);
    }
    if (!p->n)
        put_char(w, '/');
}

static err put_query(struct writer *w, const struct incoming *in, const struct route *route)
{
    struct fields f = { 0 };
    struct arena a;
    arena_init(&a, ARENA_BYTES);
    err e = query_parse(in->target.query, route->query, in->settings->query_params, &a, &f);
    for (size_t i = 0; !e && i < f.n; i++) {
        put_char(w, i ? '&' : '?');
        put_escaped(w, f.at[i].name);
        put_char(w, '=');
        put_escaped(w, f.at[i].value);
    }
    arena_free(&a);
    return e ? KEY_NONE : OK;
}

err key_make(const struct incoming *in, char out[CACHE_KEY_MAX], size_t *ret_n)
{
    char room[CACHE_KEY_MAX];
    struct path path = { 0 };
    if (in->target.path.n > sizeof room || path_split(in->target.path, room, &path) || path.slash)
        return KEY_NONE;
    struct route_found f = routes_find(in->server->routes, &path, HTTP_GET);
    if (!f.route || f.route->need != PUBLIC || atomic_load(&in->server->personal[f.index]))
        return KEY_NONE;
    struct writer w = { .out = out };
    put_path(&w, &path);
    if (in->target.query.n && put_query(&w, in, f.route))
        return KEY_NONE;
    if (in->script)
        put_char(&w, '\n'); // in no address, so never the key of a page
    if (w.full)
        return KEY_NONE;
    *ret_n = w.n;
    return OK;
}
