#pragma once
#include "base/app.h"
#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * HTTP as handlers see it. A handler is a plain function run by a worker thread: it reads a request
 * that is already bounded, decoded and allowed, and fills a response. It returns a fault (< 0) to
 * end in 500 or 503; refusals it answers itself, mostly through http_refuse().
 */
enum http_method { HTTP_GET, HTTP_POST }; /* HEAD is answered from GET */

/* What proves that a POST is meant by the one who sends it (DESIGN section 6). */
enum guard {
    GUARD_NONE,  /* reads */
    GUARD_FORM,  /* Sec-Fetch-Site: same-origin or our Origin. With neither header (old clients) a
                    public route goes on as a guest: request_cookie() then hides every cookie named
                    __Host-…; a route with `need` refuses */
    GUARD_API,   /* JSON: as GUARD_FORM when a cookie is sent, else free */
    GUARD_TOKEN, /* JSON: a token in Authorization alone says who asks; cookies are not looked at */
};
enum body_kind {
    BODY_NONE,
    BODY_FORM,
    BODY_MULTIPART,
    BODY_JSON,
    BODY_RAW, /* any type, for webhooks that come in: only request_body() */
};

/* Token buckets, one a client and kind; rates and bursts are keys under [limits]. */
enum limit_kind {
    LIMIT_READ,
    LIMIT_COMMENT,
    LIMIT_VOTE,
    LIMIT_FLAG,
    LIMIT_SIGN_IN,
    LIMIT_DESK,
    LIMIT_ADDRESS,
    LIMIT_HOOK, /* messages that a job must ask about */
    LIMIT_KINDS
};

enum { PUBLIC = 0 }; /* struct route.need; others are people/permission.h's */

struct request;
struct response;
struct config;
struct config_key;
struct route {
    const char *pattern; /* "/{year}/{month}/{day}/{slug}/comments"; a {name} is one segment */
    err (*run)(struct request *r, struct response *ret);
    const char *query; /* names of the query's parameters, spaces between; all others are ignored */
    const struct config_key *body_max; /* most bytes of the body; NULL: limits.form_bytes,
                                          limits.multipart_bytes or limits.json_bytes */
    enum http_method method;
    enum guard guard;
    enum body_kind body;
    enum limit_kind
        limit;        /* taken by the server before `run`, but LIMIT_COMMENT, _VOTE and _FLAG, which
                         the handler takes with request_limit(), to keep the person's words */
    int need;         /* PUBLIC, or the permission that is asked for before `run` */
    int scope;        /* of GUARD_TOKEN: bits of people/api_token.h that the token must have */
    bool api;         /* errors are problem details (RFC 9457), not pages */
    bool keeps_words; /* of BODY_FORM: a damaged form (text that is not UTF-8, a NUL, a field sent
                         twice) reaches `run`, which must ask request_damage() first and show the
                         form again; without it the server answers 400 */
};

struct request {
    const struct app *app;
    const struct setup *setup; /* pinned for this request */
    struct arena *arena;
    const struct route *route;
    enum http_method method;
    struct str path; /* as sent, percent-encoded, without the query */
    int64_t now;     /* one reading of the clock for all of it */
    bool https;      /* by the configured proxies' word, or site.url's */
    bool secure;     /* https, or site.url is on a loopback host: the desk may be used */
    const struct person *person; /* signed-in staff (people/person.h); NULL on public routes */
    struct incoming *in;         /* the server's own */
};

/*
 * All values are valid UTF-8, percent-decoded once, without NUL. Missing: false and *ret untouched.
 * Whoever looks at a cookie, a header or the client, or is told so by request_fresh(), makes a
 * personal page: its response is never kept in the cache, whatever it says.
 */
bool request_segment(const struct request *r, const char *name,
                     struct str *ret); /* of the pattern */
bool request_query(const struct request *r, const char *name,
                   struct str *ret); /* as the route names them */
bool request_field(const struct request *r, const char *name,
                   struct str *ret); /* of the form; repeats were refused */
/*
 * Of a route that keeps_words: the key of the word that says how the form is damaged, or NULL when
 * it is whole. The fields of a damaged one are mended (http/form.h) to be shown, with status 400,
 * and for nothing else.
 */
const char *request_damage(const struct request *r);
bool request_cookie(const struct request *r, const char *name, struct str *ret);
bool request_header(const struct request *r, const char *name, struct str *ret);
struct str request_body(const struct request *r); /* the raw bytes, for JSON and signatures */

/* A file of a multipart form. */
struct upload {
    struct str field, file_name, type, bytes;
};
size_t request_uploads(const struct request *r, const struct upload **ret);

/*
 * The client: what stands for its address (IPv4 /32, IPv6 /64) and its neighbourhood (/24, /48), as
 * canonical text. Never log, store or show it: people/visitor.h hashes it.
 */
struct client {
    struct str address, prefix;
};
struct client request_client(const struct request *r);
/* Takes a token. False: none is left; the answer has status 429 then, and gets its Retry-After. */
bool request_limit(struct request *r, enum limit_kind kind);

/* "fetch me a part": true when script asked (header `Diurnal-Script: 1`). The page cache keeps its
 * answers apart from the pages at the same addresses. */
bool request_by_script(const struct request *r);

/*
 * Says what the page is made from, *before* it is read: when any of these topics moves, the page
 * kept in the cache is stale. Only responses with CACHE_SHARED need it.
 */
PRINTF(2, 3) void request_topic(struct request *r, const char *topic, ...);

/*
 * A GET of a public route that answers CACHE_PRIVATE says that the route's pages are personal:
 * until one of them is kept again none is shared or waited for. So it is the route's nature, never
 * the answer to an odd query, or readers could switch the cache off.
 */
enum cache_kind {
    CACHE_PRIVATE,  /* Cache-Control: private, no-store. The standard. */
    CACHE_SHARED,   /* an anonymous public page: kept, compressed, `no-cache` with an ETag */
    CACHE_FOR_EVER, /* addresses with a hash in them: public, max-age=31536000, immutable */
};

/*
 * A body too long for one buffer (/funding/ledger.csv, exports): made in pieces by workers while
 * the client reads, at most one piece waiting. `more` puts the next piece, at most BODY_PIECE_MAX
 * bytes, at the end of `out`, which is empty, and sets *ret_end with the last one. It runs on any
 * worker, never twice at once; `state` lives in the request's arena, which lives until the body has
 * ended or the client has gone. What it makes on the way goes into `scratch`, emptied after each
 * piece. A fault breaks the connection off, so that nobody takes half a body for a whole one.
 * Such a response is never kept in the cache and has no Content-Length.
 */
enum { BODY_PIECE_MAX = 256 * 1024 };
struct body_source {
    err (*more)(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                bool *ret_end);
    void *state;
};

/*
 * A body without an end, for server-sent events: `take` puts at most `most` bytes at `out` and says
 * how many. When there are none for now it calls tap_sleep() and returns 0; later another thread
 * calls tap_wake(), and `take` is asked again. The two, and the look whether there is something,
 * happen under one lock of the caller's, or a wake-up would be lost; and tap_wake() is for taps
 * that sleep. `take` runs on an event thread, so it only copies. TAP_END ends the body in order.
 *
 * `begin` gives the handle before the first `take`; `end` is called once, when the connection is
 * done with it, and never while the other two run; after `begin` or without it. A client that does
 * not take what it was given within [limits] live_stall_seconds is cut off.
 */
struct tap;
enum { TAP_END = -1 };
struct body_tap {
    void (*begin)(void *state, struct tap *t);
    int64_t (*take)(void *state, char *out, size_t most);
    void (*end)(void *state);
    void *state;
};
void tap_sleep(struct tap *t);
void tap_wake(struct tap *t);
void tap_cut(struct tap *t); /* does not sleep and takes nothing: its connection ends now */

enum { RESPONSE_HEADERS_MAX = 16 };
struct header {
    const char *name;
    struct str value;
};
struct response {
    int status;                /* 200 unless set */
    const char *type;          /* "text/html; charset=utf-8" unless set */
    struct str body;           /* in the request's arena, or static */
    struct body_source source; /* instead of `body` when .more is set */
    struct body_tap tap;       /* instead of `body` when .take is set */
    enum cache_kind cache;
    struct str field; /* of a problem: the member of what was sent that is to blame, or empty */
    bool embeddable;  /* /embed/ only: may be framed by anyone */
    struct header headers[RESPONSE_HEADERS_MAX];
    size_t header_count;
};

/* The value may not hold CR, LF or NUL (check). Security headers are the server's, on every answer.
 */
void response_header(struct response *ret, const char *name, struct str value);
/* Whether the request came in on the listener for live streams (server_options.listen_live). */
bool request_on_live(const struct request *r);

struct cookie {
    const char *name;
    struct str value; /* cookie-octets only */
    const char *path; /* "/" unless set */
    int64_t seconds;  /* lifetime; 0: until the browser closes; -1: delete it */
    bool strict;      /* SameSite=Strict, else Lax; always HttpOnly; Secure with https */
};
void response_cookie(struct request *r, struct response *ret, const struct cookie *c);

/* 303 unless another status is given; `location` is a path of ours, percent-encoded: for anything
 * else it becomes "/". */
err response_redirect(struct request *r, struct response *ret, int status, struct str location);

/*
 * The person just wrote: for `limits.fresh_seconds` their pages bypass the cache (cookie `fresh`),
 * so that they see what they did.
 */
void response_fresh(struct request *r, struct response *ret);
bool request_fresh(const struct request *r); /* this one bypasses the cache */

/*
 * Ends the request with an error in the site's language: a page, or problem details on API routes.
 * `word` is the key in theme/words that says what is wrong ("error_no_such_report"). The words that
 * the server itself uses are in http/error.h.
 */
err http_refuse(struct request *r, struct response *ret, int status, const char *word);

/*
 * Where the site is: `site.url` without a slash at its end ("https://example.org"), the only source
 * of absolute links and the only origin whose forms we take. Not configured: http://localhost:8080.
 */
struct str site_url(const struct config *c);

/* Percent-encoding (RFC 3986) of one path segment or query value. */
struct str url_escape(struct arena *a, struct str s);
