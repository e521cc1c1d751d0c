#include "base/scan.h"
#include "http/cookie.h"
#include "http/engine.h"
#include "http/error.h"
#include "http/incoming.h"

#include <stdlib.h>
#include <string.h>

/*
 * The head of a request, judged. The library's parser (0.9.75) is loose: it skips, cuts and joins
 * what it should refuse, and a parser that reads another message than the proxy before it did is
 * how requests are smuggled. Two defences:
 *
 * 1. the fields as we are given them are checked against RFC 9110 and 9112;
 * 2. all its pieces lie in one buffer, as they came, so that whatever it skipped, cut or joined - a
 *    folded line, a NUL, a line that ends in LF alone, spaces where none belong - shows as a gap
 *    between them, or as a piece that lies elsewhere. Version 1.0 refuses all of that itself.
 */
enum {
    DRAIN_MAX = 1024 * 1024,        /* bytes over the limit that are read and dropped */
    ADMIT_FIRST_BYTES = 256 * 1024, /* larger bodies come from people who may send them */
};

struct scan {
    struct incoming *in;
    const char *why;  /* the first fault found */
    const char *next; /* where the next field must begin; NULL: the library sees to it */
    size_t count;
};

static bool is_tchar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool name_valid(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!is_tchar(name.s[i]))
            return false;
    return name.n > 0;
}

static bool value_valid(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (((unsigned char)value.s[i] < 0x20 && value.s[i] != '\t') || value.s[i] == 0x7F)
            return false;
    return true;
}

/* Between name and value: the colon (now NUL), spaces and tabs. Behind the value: CR LF. */
static bool lies_right(struct scan *s, struct str name, struct str value)
{
    if (!s->next)
        return true;
    const char *at = name.s + name.n + 1;
    bool right = name.s == s->next && value.s >= at && value.s - at < TARGET_MAX;
    while (right && at < value.s) {
        right = *at == ' ' || *at == '\t';
        at++;
    }
    s->next = value.s + value.n + 2;
    return right;
}

struct known {
    struct str name;
    bool once;
};

static enum head_field find_known(struct str name, bool *ret_once)
{
    const struct known known[HEAD_FIELDS] = {
        [HEAD_HOST] = { S("Host"), true },
        [HEAD_COOKIE] = { S("Cookie"), true },
        [HEAD_ACCEPT_ENCODING] = { S("Accept-Encoding"), false },
        [HEAD_IF_NONE_MATCH] = { S("If-None-Match"), false },
        [HEAD_CONTENT_TYPE] = { S("Content-Type"), true },
        [HEAD_CONTENT_LENGTH] = { S("Content-Length"), true },
        [HEAD_TRANSFER_ENCODING] = { S("Transfer-Encoding"), true },
        [HEAD_ORIGIN] = { S("Origin"), true },
        [HEAD_SEC_FETCH_SITE] = { S("Sec-Fetch-Site"), true },
        [HEAD_FORWARDED] = { S("Forwarded"), false },
        [HEAD_X_FORWARDED_FOR] = { S("X-Forwarded-For"), false },
        [HEAD_X_FORWARDED_PROTO] = { S("X-Forwarded-Proto"), false },
        [HEAD_SCRIPT] = { S("Diurnal-Script"), false },
    };
    for (size_t i = 0; i < HEAD_FIELDS; i++) {
        if (!str_eq_nocase(known[i].name, name))
            continue;
        *ret_once = known[i].once;
        return (enum head_field)i;
    }
    return HEAD_FIELDS;
}

static const char *keep_field(struct scan *s, struct str name, struct str value)
{
    if (!name_valid(name))
        return "Bad request: a header field's name.\n";
    if (!value_valid(value))
        return "Bad request: a control character in a header field.\n";
    if (!lies_right(s, name, value))
        return "Bad request: a folded line, or bytes out of place.\n";
    bool once = false;
    enum head_field i = find_known(name, &once);
    if (i == HEAD_FIELDS)
        return NULL;
    if (once && s->in->field[i].s)
        return "Bad request: a header field that may come once only.\n";
    s->in->field[i] = str_trim(value); // of lists the last one counts, the one of the last hop
    return NULL;
}

static enum MHD_Result each_field(void *arg, enum MHD_ValueKind kind, const char *key,
                                  size_t key_size, const char *value, size_t value_size)
{
    struct scan *s = arg;
    (void)kind; // only header fields are asked for
    s->count++;
    struct str v = { value ? value : "", value ? value_size : 0 };
    s->why = keep_field(s, (struct str){ key, key_size }, v);
    return s->why ? MHD_NO : MHD_YES;
}

static enum method find_method(const char *method)
{
    struct str m = str_from_z(method);
    if (str_eq(m, S("GET")))
        return METHOD_GET;
    if (str_eq(m, S("HEAD")))
        return METHOD_HEAD;
    return str_eq(m, S("POST")) ? METHOD_POST : METHOD_OTHER;
}

static const char *check_lengths(const struct incoming *in, const char *version)
{
    struct str coding = in->field[HEAD_TRANSFER_ENCODING];
    struct str length = in->field[HEAD_CONTENT_LENGTH];
    if (coding.s && length.s)
        return "Bad request: Content-Length and Transfer-Encoding.\n";
    if (coding.s && (!str_eq_nocase(coding, S("chunked")) || strcmp(version, "HTTP/1.0") == 0))
        return "Bad request: a Transfer-Encoding other than chunked.\n";
    return NULL;
}

static size_t head_size(const struct incoming *in)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(in->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

static void refuse(struct incoming *in, int status, const char *word)
{
    if (!in->refusal.status)
        in->refusal = (struct refusal){ .status = status, .word = word };
}

static void check_limits(struct incoming *in, size_t count)
{
    const struct settings *s = in->settings;
    if (in->raw.n > s->target_bytes)
        refuse(in, 414, ERROR_TARGET_TOO_LONG);
    if (head_size(in) > s->head_bytes || count > s->headers ||
        cookie_count(in->field[HEAD_COOKIE]) > s->cookies)
        refuse(in, 431, ERROR_HEAD_TOO_LARGE);
    if (in->method == METHOD_OTHER) {
        refuse(in, 405, ERROR_METHOD);
        in->refusal.allow = "GET, HEAD, POST";
    }
}

/* The request line and the end of the head, where the library is one that must be watched. */
static bool line_lies_right(const struct incoming *in, const char *method, const char *version)
{
    return in->line == method + strlen(method) + 1 && version == in->line + in->raw.n + 1 &&
           strlen(version) == sizeof "HTTP/1.1" - 1;
}

const char *head_read(struct incoming *in, const char *method, const char *version)
{
    struct scan s = { .in = in };
    bool watch = in->server->library_is_loose;
    in->method = find_method(method);
    if (watch && !line_lies_right(in, method, version))
        return "Bad request: the request line.\n";
    if (watch)
        s.next = version + strlen(version) + 2;
    (void)MHD_get_connection_values_n(in->connection, MHD_HEADER_KIND, each_field, &s); // see s.why
    if (s.why)
        return s.why;
    if (watch && s.next + 2 != method + head_size(in))
        return "Bad request: the end of the header fields.\n";
    const char *why = check_lengths(in, version);
    if (why)
        return why;
    if (!host_valid(in->field[HEAD_HOST]))
        return "Bad request: the Host field.\n";
    in->has_body =
        in->field[HEAD_TRANSFER_ENCODING].s ||
        (in->field[HEAD_CONTENT_LENGTH].n && !str_eq(in->field[HEAD_CONTENT_LENGTH], S("0")));
    check_limits(in, s.count);
    bool asterisk = in->method == METHOD_OTHER && str_eq(in->raw, S("*"));
    if (!asterisk && target_split(in->raw, in->field[HEAD_HOST], &in->target))
        return "Bad request: the request target.\n";
    struct str value = { 0 };
    in->fresh = cookie_find(in->field[HEAD_COOKIE], S("fresh"), &value);
    in->script = str_eq(in->field[HEAD_SCRIPT], S("1"));
    return NULL;
}

/* The media type before its parameters. */
static bool type_is(struct str content_type, struct str wanted)
{
    struct str type = content_type;
    struct str rest = { 0 };
    (void)str_cut(content_type, ';', &type, &rest); // without parameters all of it is the type
    return str_eq_nocase(str_trim(type), wanted);
}

static bool type_fits(const struct route *route, struct str type)
{
    struct str boundary = { 0 };
    switch (route->body) {
    case BODY_NONE:
    case BODY_RAW: return true;
    case BODY_FORM: return type_is(type, S("application/x-www-form-urlencoded"));
    case BODY_JSON: return type_is(type, S("application/json"));
    case BODY_MULTIPART:
        return type_is(type, S("multipart/form-data")) && multipart_boundary(type, &boundary);
    }
    return false;
}

static size_t most_bytes(const struct incoming *in, const struct route *route)
{
    const struct settings *s = in->settings;
    if (route->body_max)
        return engine_route_limit(in->server, route);
    switch (route->body) {
    case BODY_NONE: return 0;
    case BODY_FORM: return s->form_bytes;
    case BODY_MULTIPART: return s->multipart_bytes;
    case BODY_JSON:
    case BODY_RAW: return s->json_bytes;
    }
    return 0;
}

static const struct route *find_route(const struct incoming *in)
{
    char room[TARGET_MAX];
    struct path path = { 0 };
    if (in->method != METHOD_POST || in->target.path.n > sizeof room ||
        path_split(in->target.path, room, &path))
        return NULL;
    return routes_find(in->server->routes, &path, HTTP_POST).route;
}

void body_judge(struct incoming *in)
{
    if (!in->has_body)
        return;
    const struct route *route = in->refusal.status ? NULL : find_route(in);
    if (route && !type_fits(route, in->field[HEAD_CONTENT_TYPE]))
        refuse(in, 415, ERROR_MEDIA_TYPE);
    in->body_max = route && !in->refusal.status ? most_bytes(in, route) : 0;
    int64_t length = 0;
    bool known = int_parse(in->field[HEAD_CONTENT_LENGTH], 0, INT64_MAX, &length);
    if (known && route && route->body != BODY_NONE && (uint64_t)length > in->body_max)
        refuse(in, 413, ERROR_TOO_LARGE);
    in->drain_max = in->body_max + DRAIN_MAX;
    in->early = known && (uint64_t)length > in->drain_max;
    if (in->early)
        refuse(in, 413, ERROR_TOO_LARGE);
    in->admit_first = route && !in->refusal.status && route->need != PUBLIC &&
                      in->body_max > ADMIT_FIRST_BYTES && (!known || length > ADMIT_FIRST_BYTES);
}
