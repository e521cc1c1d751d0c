#include "base/check.h"
#include "http/compress.h"
#include "http/engine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "   \
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "                                    \
    "require-trusted-types-for 'script'; trusted-types diurnal-work; frame-ancestors "

/* Empty values are left out: the library does not take them. */
void reply_header(struct MHD_Response *response, const char *name, const char *value)
{
    check(!*value || MHD_add_response_header(response, name, value) == MHD_YES);
}

void reply_secure(struct MHD_Response *response, const struct settings *s, bool embeddable)
{
    reply_header(response, "Content-Security-Policy", embeddable ? POLICY "*" : POLICY "'none'");
    reply_header(response, "X-Content-Type-Options", "nosniff");
    reply_header(response, "Referrer-Policy", "same-origin");
    reply_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    reply_header(response, "Cross-Origin-Resource-Policy",
                 embeddable ? "cross-origin" : "same-origin");
    reply_header(response, "Permissions-Policy",
                 "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if (s->https)
        reply_header(response, "Strict-Transport-Security", "max-age=31536000");
}

struct MHD_Response *reply_copy(struct str body)
{
    void *bytes = NULL; // the library only reads, but asks for a pointer to what may be written
    memcpy(&bytes, &body.s, sizeof bytes);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.n, bytes, MHD_RESPMEM_MUST_COPY);
    check(response);
    return response;
}

struct reply reply_plain(const struct settings *s, unsigned status, const char *line)
{
    struct MHD_Response *response = reply_copy(str_from_z(line));
    reply_header(response, "Content-Type", "text/plain; charset=utf-8");
    reply_header(response, "Cache-Control", "private, no-store");
    if (status == 503)
        reply_header(response, "Retry-After", "1");
    reply_secure(response, s, false);
    return (struct reply){ .response = response, .status = status, .bytes = strlen(line) };
}

bool reply_compressible(struct str type, size_t bytes)
{
    static const char *const texts[] = { "text/", "application/json", "application/xml",
                                         "application/javascript", "image/svg+xml" };
    if (bytes < COMPRESS_LEAST)
        return false;
    for (size_t i = 0; i < COUNT(texts); i++)
        if (str_starts(type, str_from_z(texts[i])))
            return true;
    size_t at = 0;
    return str_starts(type, S("application/")) &&
           (str_find(type, S("+json"), &at) || str_find(type, S("+xml"), &at));
}

static enum coding choose(const struct request *r)
{
    unsigned accepted = codings_accepted(r->in->field[HEAD_ACCEPT_ENCODING]);
    if (accepted & 1u << CODING_BROTLI)
        return CODING_BROTLI;
    return accepted & 1u << CODING_GZIP ? CODING_GZIP : CODING_IDENTITY;
}

/* The body, compressed when that is worth it; says how. */
static struct MHD_Response *make_body(const struct request *r, struct str body, bool compressible,
                                      enum coding *ret_coding, size_t *ret_bytes)
{
    enum coding coding = compressible ? choose(r) : CODING_IDENTITY;
    static const int quality[CODINGS] = { 0, GZIP_ONCE, BROTLI_ONCE };
    char *bytes = NULL;
    struct MHD_Response *response = NULL;
    if (coding_apply(coding, quality[coding], body, &bytes, ret_bytes)) {
        response = MHD_create_response_from_buffer_with_free_callback(*ret_bytes, bytes, free);
        *ret_coding = coding;
    } else {
        response = reply_copy(body);
        *ret_coding = CODING_IDENTITY;
        *ret_bytes = body.n;
    }
    check(response);
    return response;
}

static const char *type_of(const struct response *response)
{
    return response->type ? response->type : "text/html; charset=utf-8";
}

static const char *cache_control(const struct request *r, const struct response *response)
{
    switch (response->cache) {
    case CACHE_PRIVATE: break;
    case CACHE_SHARED:
        if (!r->in->fresh && !r->in->work->personal)
            return "no-cache";
        break;
    case CACHE_FOR_EVER: return "public, max-age=31536000, immutable";
    }
    return "private, no-store";
}

static bool has_header(const struct response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (strcmp(response->headers[i].name, name) == 0)
            return true;
    return false;
}

void reply_headers(struct MHD_Response *to, const struct request *r,
                   const struct response *response, bool compressible)
{
    if (response->body.n || response->type)
        reply_header(to, "Content-Type", type_of(response));
    reply_header(to, "Cache-Control", cache_control(r, response));
    if (response->cache == CACHE_SHARED)
        reply_header(to, "Vary", "Accept-Encoding, Cookie");
    else if (compressible)
        reply_header(to, "Vary", "Accept-Encoding");
    for (size_t i = 0; i < response->header_count; i++)
        reply_header(to, response->headers[i].name, str_z(r->arena, response->headers[i].value));
    if (response->status == 429 && !has_header(response, "Retry-After"))
        reply_header(
            to, "Retry-After",
            str_z(r->arena, str_print(r->arena, "%" PRId64, r->in->refusal.wait / SECOND + 1)));
    reply_secure(to, r->in->settings, response->embeddable);
}

void reply_stream(struct MHD_Response *to, const struct request *r, const struct response *response)
{
    reply_header(to, "Content-Type", type_of(response));
    reply_header(to, "Cache-Control", "private, no-store");
    for (size_t i = 0; i < response->header_count; i++)
        reply_header(to, response->headers[i].name, str_z(r->arena, response->headers[i].value));
    reply_header(to, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    reply_header(to, "X-Content-Type-Options", "nosniff");
    reply_header(to, "Cross-Origin-Resource-Policy", "same-origin");
    if (r->in->settings->https)
        reply_header(to, "Strict-Transport-Security", "max-age=31536000");
}

struct reply reply_own(struct request *r, const struct response *response)
{
    bool compressible = reply_compressible(str_from_z(type_of(response)), response->body.n);
    enum coding coding = CODING_IDENTITY;
    struct reply reply = { .status = response->status ? (unsigned)response->status : 200 };
    reply.response = make_body(r, response->body, compressible, &coding, &reply.bytes);
    if (coding != CODING_IDENTITY)
        reply_header(reply.response, "Content-Encoding", coding_name(coding));
    reply_headers(reply.response, r, response, compressible);
    return reply;
}
