#include "publishing/media_http.h"
#include "http/error.h"
#include "publishing/media.h"

/* Pictures up to WHOLE_MAX are sent in one body with its length, larger ones piece by piece. */
enum { WHOLE_MAX = 4 * MEDIA_PIECE_BYTES };

struct sending {
    struct str hash;
    int64_t place;
};

static err send_more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                     bool *ret_end)
{
    struct sending *at = state;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = media_piece(&tx, at->hash, at->place, scratch, out, ret_end);
    at->place++;
    return e ? fault(e) : OK;
}

static err read_whole(struct tx *tx, struct request *r, const struct media *m, struct str *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make((size_t)m->size);
    bool end = false;
    for (int64_t place = 0; !end; place++) {
        err e = media_piece(tx, m->hash, place, r->arena, &out, &end);
        if (e)
            return fault(e);
    }
    *ret = buf_copy(&out, r->arena);
    return OK;
}

err media_show(struct request *r, struct response *ret)
{
    struct str hash = { 0 };
    struct str name = { 0 };
    if (!request_segment(r, "hash", &hash) || !request_segment(r, "name", &name))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct media m = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = media_get(&tx, hash, r->arena, &m);
    if (e < 0)
        return fault(e);
    if (e == MEDIA_NONE)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!str_eq(m.name, name)) // one picture, one address
        return response_redirect(r, ret, 301, media_url(r->arena, &m));
    ret->type = str_z(r->arena, m.type);
    ret->cache = CACHE_FOR_EVER;
    if (m.size <= WHOLE_MAX)
        return read_whole(&tx, r, &m, &ret->body);
    struct sending *at = arena_new(r->arena, struct sending, 1);
    *at = (struct sending){ .hash = m.hash };
    ret->source = (struct body_source){ .more = send_more, .state = at };
    return OK;
}
