#include "funding/hook_http.h"
#include "base/config.h"
#include "funding/channel.h"
#include "funding/provider_take.h"
#include "http/error.h"

CONFIG_INT(limit_hook_bytes, "limits", "hook_bytes", 262144, 4096, 1048576,
           "Bytes of a message from a payment provider.");

static bool header(const void *from, const char *name, struct str *ret)
{
    return request_header(from, name, ret);
}

/* Each is counted, but no stranger can make us write without end. */
static err refuse_forged(struct request *r, struct response *ret, const struct provider_call *c)
{
    if (!request_limit(r, LIMIT_SIGN_IN))
        return http_refuse(r, ret, 429, ERROR_TOO_OFTEN);
    err e = provider_hook_forged(r->app, c);
    return e ? e : http_refuse(r, ret, 401, "error_hook_forged");
}

static err refuse_full(struct request *r, struct response *ret)
{
    err e = http_refuse(r, ret, 503, ERROR_BUSY_NOW);
    response_header(ret, "Retry-After", S("60"));
    return e;
}

err hook_post(struct request *r, struct response *ret)
{
    struct str name = { 0 };
    enum hook_verdict verdict = HOOK_FORGED;
    (void)request_segment(r, "channel", &name); // the pattern has it
    const struct channel *c = channels_find(r->setup->channels, name);
    if (!c || !provider_listens(c) || !c->provider->receive)
        return http_refuse(r, ret, 404, "error_no_hook");
    struct provider_call call = {
        .channel = c, .formats = r->setup->formats, .now = r->now, .arena = r->arena
    };
    if (c->provider->proves_later && !request_limit(r, LIMIT_HOOK))
        return http_refuse(r, ret, 429, ERROR_TOO_OFTEN);
    struct provider_message m = { .body = request_body(r), .header = header, .from = r };
    err e = provider_hook(r->app, &call, &m, &verdict);
    if (e)
        return e;
    if (verdict == HOOK_FORGED)
        return refuse_forged(r, ret, &call);
    if (verdict == HOOK_MALFORMED)
        return http_refuse(r, ret, 400, "error_hook_malformed");
    if (verdict == HOOK_FULL)
        return refuse_full(r, ret);
    ret->type = "application/json";
    ret->body = S("{\"taken\":true}\n");
    return OK;
}
