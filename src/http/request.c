#include "base/check.h"
#include "base/utf8.h"
#include "http/cookie.h"
#include "http/engine.h"

#include <stdarg.h>
#include <stdio.h>

bool request_segment(const struct request *r, const char *name, struct str *ret)
{
    return route_segment(r->route, &r->in->work->path, str_from_z(name), ret);
}

bool request_query(const struct request *r, const char *name, struct str *ret)
{
    return fields_find(&r->in->work->query, str_from_z(name), ret);
}

bool request_field(const struct request *r, const char *name, struct str *ret)
{
    return fields_find(&r->in->work->form, str_from_z(name), ret);
}

const char *request_damage(const struct request *r)
{
    return r->in->work->damage;
}

bool request_cookie(const struct request *r, const char *name, struct str *ret)
{
    r->in->work->personal = true;
    struct str n = str_from_z(name);
    if (r->in->work->guest && str_starts(n, S("__Host-")))
        return false;
    return cookie_find(r->in->field[HEAD_COOKIE], n, ret);
}

bool request_header(const struct request *r, const char *name, struct str *ret)
{
    r->in->work->personal = true;
    const char *value = NULL;
    size_t n = 0;
    if (MHD_lookup_connection_value_n(r->in->connection, MHD_HEADER_KIND, name, str_from_z(name).n,
                                      &value, &n) != MHD_YES ||
        !value)
        return false;
    struct str v = str_trim((struct str){ value, n });
    if (!utf8_valid(v))
        return false;
    *ret = v;
    return true;
}

struct str request_body(const struct request *r)
{
    return buf_str(&r->in->body);
}

size_t request_uploads(const struct request *r, const struct upload **ret)
{
    *ret = r->in->work->uploads;
    return r->in->work->upload_count;
}

struct client request_client(const struct request *r)
{
    r->in->work->personal = true;
    const struct address *a = &r->in->work->origin.client;
    struct address own = address_cut(a, 32, 64);
    struct address near = address_cut(a, 24, 48);
    struct client c = { .address = address_print(r->arena, &own),
                        .prefix = address_print(r->arena, &near) };
    if (a->kind == ADDRESS_IPV6)
        c.address = str_print(r->arena, STR_FMT "/64", STR_ARG(c.address));
    if (a->kind == ADDRESS_IPV6 || a->kind == ADDRESS_IPV4)
        c.prefix = str_print(r->arena, STR_FMT "/%d", STR_ARG(c.prefix),
                             a->kind == ADDRESS_IPV6 ? 48 : 24);
    return c;
}

bool request_limit(struct request *r, enum limit_kind kind)
{
    struct incoming *in = r->in;
    struct address client = address_cut(&in->work->origin.client, 32, 64);
    return limiter_take(in->server->limiter, kind, &client, in->settings->rates[kind], r->now,
                        &in->refusal.wait);
}

bool request_by_script(const struct request *r)
{
    return r->in->script;
}

bool request_on_live(const struct request *r)
{
    return r->in->live;
}

bool request_fresh(const struct request *r)
{
    r->in->work->personal |= r->in->fresh; // others get the page of those who did not write
    return r->in->fresh;
}

void request_topic(struct request *r, const char *topic, ...)
{
    char text[TOPIC_TEXT_MAX];
    va_list args;
    va_start(args, topic);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 loses sight of va_start
    int n = vsnprintf(text, sizeof text, topic, args);
    va_end(args);
    check(n > 0 && (size_t)n < sizeof text);
    topics_note(&r->in->work->topics, &r->in->server->generations, (struct str){ text, (size_t)n });
}
