#pragma once
#include "base/config.h"
#include "http/http.h"
#include "http/server.h"

/*
 * A server of test routes in this process, and a client that speaks to it in raw bytes: what is
 * sent is exactly what the test says. Everything is freed when the test's process ends, but the
 * server, which a test stops with site_stop() so that the leak checker has its say.
 */
struct site {
    struct app app;
    struct setup setup;
    struct arena arena;
    struct server *server;
    struct str listen;                                     /* "127.0.0.1:0" unless set */
    struct str metrics;                                    /* empty: none */
    err (*admit)(struct request *r, struct response *ret); /* NULL: cookie __Host-desk=ok passes */
    int pins;                                              /* of the setup, not yet dropped */
    struct config *configs[8];                             /* freed at the end */
    size_t config_count;
};
/* `config` is the text of an INI file. The site is at http://site.test unless it says otherwise. */
void site_start(struct site *s, const struct route *routes, size_t n, const char *config);
void site_configure(struct site *s, const char *config); /* then server_reload() */
void site_stop(struct site *s);

struct reply_seen {
    int status; /* 0: the connection ended without one */
    struct str head, body;
};
int client_connect(const struct site *s);
void client_send(int fd, struct str bytes);
/* Reads one response; `head`: of a HEAD request, so that no body follows. */
struct reply_seen client_read(struct site *s, int fd, bool head);
bool client_ended(int fd); /* waits for the other side to close */
/* One request on a connection of its own. */
struct reply_seen client_ask(struct site *s, const char *request);
/* "GET path", with Host and whatever other lines (each ending in \r\n). */
struct reply_seen client_get(struct site *s, const char *path, const char *lines);
struct reply_seen client_post(struct site *s, const char *path, const char *lines, struct str body);
/* A header field of a response; a NULL pointer when it is not there. */
struct str seen_header(struct reply_seen seen, const char *name);
