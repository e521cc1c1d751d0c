#pragma once
#include "base/config.h"
#include "http/limit.h"
#include "http/proxy.h"

#include <stdatomic.h>

/*
 * What the configuration says about this room, read once and then never changed: each request holds
 * the settings it began with. A reload makes new ones.
 */
extern const struct config_key site_url_key; /* site.url */

struct settings {
    atomic_int holders;
    struct arena arena; /* of the texts and networks below */
    struct str origins; /* ours, spaces between: "https://example.org" */
    bool https, secure; /* site.url begins with https; or is on a loopback host */
    bool configured;    /* site.url is set */
    struct networks proxies;
    struct rate rates[LIMIT_KINDS];
    size_t head_bytes, target_bytes, fields, uploads, query_params, cookies, headers;
    size_t form_bytes, json_bytes, multipart_bytes, bodies_bytes, memory_bytes;
    int64_t idle, head, body, response, live_stall; /* deadlines, microseconds */
    int64_t fresh_seconds;
    int64_t renders_burst;
};

/* `port` is what unconfigured sites are reached at. Refuses with a line in ret_why, made in `a`. */
enum { SETTINGS_WRONG = 1 };
MUST_USE err settings_make(const struct config *c, int port, struct arena *a, struct settings **ret,
                           struct str *ret_why);
void settings_hold(struct settings *s);
void settings_drop(struct settings *s); /* the last holder frees; NULL is fine */

/* What only a restart changes. */
struct shape {
    unsigned threads, workers, queue, connections, streams, live_connections;
    int64_t worker_idle; /* microseconds */
    size_t cache_bytes, client_slots;
    size_t
        pool_bytes; /* of one connection: its head, the library's notes on it, the reply's head */
};
struct shape shape_read(const struct config *c);
/* "off", "-" or a file; borrowed from the configuration. */
struct str access_log_name(const struct config *c);
