#pragma once
#include "http/http.h"

/*
 * The server: event threads that answer hits of the page cache, workers that run handlers,
 * deadlines, limits, logs and metrics. It knows no domain: what it needs from above is handed to
 * it. /healthz is its own page, on the main listener and, beside /metrics, on that for metrics.
 */
struct server;

struct server_hooks {
    /* Pins the setup now in force; drop gives it back when the request has ended. Any thread. */
    const struct setup *(*pin)(void *arg);
    void (*drop)(void *arg, const struct setup *s);
    /* Who asks, on a route with `need`: sets r->person and returns OK; or fills *ret (303 to the
       sign-in, 401, 403) and returns HTTP_ANSWERED; or a fault. */
    err (*admit)(struct request *r, struct response *ret);
    /* Fills *ret with an error page or problem details. Must not fail: falls back to plain text
     * itself. r->route is NULL when no route was found, r->person always may be. */
    void (*error_page)(struct request *r, struct response *ret, int status, const char *word);
    /* Adds lines to /metrics; may be NULL. */
    void (*metrics)(void *arg, struct buf *out);
    void *arg;
};
enum { HTTP_ANSWERED = 1 };

struct server_options {
    const struct app *app;
    const struct route *routes;
    size_t route_count;
    struct server_hooks hooks;
    struct str listen; /* "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock"; port 0: the kernel's
                          choice */
    struct str listen_metrics; /* empty: none */
    struct str listen_live;    /* for addresses under /live/ alone, with memory for thousands of
                                  connections that stay; empty: none. The main one has them too. */
};
enum {
    SERVER_ADDRESS_WRONG = 1, /* not an address of ours, or not allowed to be used */
    SERVER_ADDRESS_USED,      /* another program listens there */
    SERVER_CONFIG_WRONG,      /* server_config_check() says why */
    SERVER_LOG_WRONG,         /* server.access_log cannot be opened */
};
/*
 * What only this room can judge in a parsed configuration: site.url, server.proxies. Main asks
 * before it puts a setup in force. False: ret_why is one line, made in `a`.
 */
bool server_config_check(const struct config *c, struct arena *a, struct str *ret_why);
/* Starts threads: call it after the process has forked, and with SIGPIPE ignored. */
MUST_USE err server_start(const struct server_options *o, struct server **ret);
int server_port(const struct server *s); /* the TCP port in use; 0 for a Unix socket */
int server_live_port(const struct server *s);
/* After a SIGHUP, once the new setup is in force: limits, proxies and site.url are read anew, the
 * access log is opened anew, all cached pages are stale. The keys of [server] that shape threads
 * and memory need a restart. */
void server_reload(struct server *s);
/*
 * Accepts no more, finishes what is under way within `deadline` microseconds, then cuts off what is
 * left, and frees everything. False: a handler still runs; then nothing was freed, what it uses
 * must not be either, and the program leaves with _exit().
 */
MUST_USE bool server_stop(struct server *s, int64_t deadline);

/* Pages made from this topic are stale. Any thread; made for store_set_hook(). */
void server_topic_moved(struct server *s, struct str topic);
