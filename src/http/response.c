#include "base/check.h"
#include "http/cookie.h"
#include "http/engine.h"

#include <inttypes.h>
#include <string.h>

void response_header(struct response *ret, const char *name, struct str value)
{
    check(ret->header_count < RESPONSE_HEADERS_MAX);
    check(!str_has(value, '\r') && !str_has(value, '\n') && !str_has(value, '\0'));
    ret->headers[ret->header_count++] = (struct header){ .name = name, .value = value };
}

void response_cookie(struct request *r, struct response *ret, const struct cookie *c)
{
    check(cookie_value_valid(c->value) && !ret->embeddable && ret->cache == CACHE_PRIVATE);
    struct buf b = buf_make(4096);
    buf_print(&b, "%s=" STR_FMT "; Path=%s", c->name, STR_ARG(c->value), c->path ? c->path : "/");
    if (c->seconds)
        buf_print(&b, "; Max-Age=%" PRId64, c->seconds > 0 ? c->seconds : 0);
    buf_print(&b, "; HttpOnly; SameSite=%s", c->strict ? "Strict" : "Lax");
    // Browsers take a __Host- cookie only with Secure, and that over http from this machine too.
    if (r->https || str_starts(str_from_z(c->name), S("__Host-")))
        buf_put(&b, S("; Secure"));
    check(!buf_full(&b));
    response_header(ret, "Set-Cookie", buf_copy(&b, r->arena));
    buf_free(&b);
}

/* A path of ours, and nothing that a browser reads as another host. */
static bool is_own_path(struct str location)
{
    for (size_t i = 0; i < location.n; i++)
        if (location.s[i] <= 0x20 || location.s[i] >= 0x7F || location.s[i] == '\\')
            return false;
    return str_starts(location, S("/")) && !str_starts(location, S("//"));
}

err response_redirect(struct request *r, struct response *ret, int status, struct str location)
{
    (void)r; // one day it may say where in words
    ret->status = status ? status : 303;
    ret->body = S("");
    // What comes from a form and leads elsewhere leads home instead.
    response_header(ret, "Location", is_own_path(location) ? location : S("/"));
    return OK;
}

void response_fresh(struct request *r, struct response *ret)
{
    response_cookie(r, ret,
                    &(struct cookie){ .name = "fresh",
                                      .value = S("1"),
                                      .seconds = r->in->settings->fresh_seconds });
}

err http_refuse(struct request *r, struct response *ret, int status, const char *word)
{
    ret->type = NULL;
    ret->body = S("");
    r->in->server->o.hooks.error_page(r, ret, status, word);
    ret->status = status;
    ret->cache = CACHE_PRIVATE;
    return OK;
}
