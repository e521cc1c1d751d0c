#pragma once
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * One HTTP(S) request to somebody else's server, by libcurl; for threads that may wait, never for
 * one that answers a reader. http and https only, certificates are checked, redirects are not
 * followed (a 3xx is an answer like others), no cookies, no proxy from the environment, and the
 * size of the answer, of its head too, and the time of all of it are bounded.
 *
 * The address that the name resolves to is judged at the very moment the socket to it is made:
 * private, loopback, link-local and all other addresses that are not of the public Internet are
 * refused, unless `allow_private` says otherwise. A name that resolves to something else the second
 * time gains nothing.
 */
enum {
    FETCH_HEADERS_MAX = 16,
    FETCH_ANSWER_MAX = 130 * 1024 * 1024, /* bytes of a body, at the very most: a block of 64 MB in
                                             hex, from the operator's own node */
    FETCH_HEAD_MAX = 64 * 1024,           /* bytes of status lines and headers */
    FETCH_URL_MAX = 2000,                 /* bytes */
};
struct fetch_header {
    struct str name, value; /* checked: a name is a token, a value has no controls */
};
struct fetch_request {
    struct str url;
    bool post;       /* else GET */
    struct str body; /* of a POST; its type is a header */
    const struct fetch_header *headers;
    size_t header_count;
    size_t answer_max;          /* bytes of the body, 1..FETCH_ANSWER_MAX */
    int timeout_ms;             /* for all of it, 1..600,000 */
    bool allow_private;         /* as the operator configured */
    struct str ca_file;         /* certificates trusted instead of the machine's; mostly empty */
    bool (*give_up)(void *arg); /* asked before, and about once a second while it lasts; or NULL */
    void *arg;
};
bool fetch_url_good(struct str url, struct arena *a); /* else FETCH_WRONG_URL */

struct fetch_answer {
    int status;
    struct str type;     /* Content-Type; empty when missing */
    int64_t retry_after; /* seconds, as it asks; 0: it does not */
    struct str body;     /* bytes of any kind, in the caller's arena */
};
enum {
    FETCH_WRONG_URL = 1, /* not http(s)://host…, or with user and password in it */
    FETCH_PRIVATE,       /* its address is not one of the public Internet */
    FETCH_UNREACHABLE,   /* no such name, no connection, no TLS, no certificate we trust */
    FETCH_TIMEOUT,
    FETCH_TOO_LARGE,
    FETCH_BROKEN,   /* what came is not HTTP, or ended early */
    FETCH_GIVEN_UP, /* give_up() said so */
};
MUST_USE err fetch(const struct fetch_request *q, struct arena *a, struct fetch_answer *ret);
const char *fetch_refusal(err refusal); /* a sentence for the operator */
