#include "site/me.h"
#include "base/json.h"
#include "discussion/discussion_http.h"

enum { ME_BYTES_MAX = 64 * 1024 };

err me_show(struct request *r, struct response *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(ME_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    err e = discussion_me(r, &w);
    if (e)
        return fault(e);
    json_write_end(&w);
    if (buf_full(&out))
        return fault(ERR_LIMIT);
    ret->type = "application/json";
    ret->body = buf_copy(&out, r->arena);
    ret->cache = CACHE_PRIVATE;
    return OK;
}
