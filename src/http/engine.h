#pragma once
#include "http/incoming.h"
#include "http/listen.h"
#include "http/server.h"

#include <pthread.h>

/*
 * The server's own parts, as its files share them.
 *
 *   server.c    starts, stops and reloads; the thread that ticks once a second
 *   event.c     the HTTP library's callbacks, run by event threads
 *   head.c      judges a request's head
 *   serve.c     what a worker does with a request
 *   reply.c     makes the library's responses out of ours
 *   cache.c     pages kept ready; page.c what one consists of, key.c what it is kept by
 *   stream.c    bodies made in pieces; tap.c bodies without an end
 *   request.c   what handlers ask of a request
 *   response.c  what handlers say in a response
 */
struct server {
    struct server_options o;
    struct shape shape;
    struct routes *routes;
    bool library_is_loose; /* its version is older than 1.0 (head.c) */

    _Atomic(struct settings *) settings;
    pthread_mutex_t settings_lock; /* taken to replace them, and to hold new ones */

    struct MHD_Daemon *daemon;
    struct listener listener;
    struct MHD_Daemon *live; /* for open streams: its own thread, small pools; NULL: none */
    struct listener live_listener;
    bool live_stands_back; /* its thread's own */
    struct workers *workers;
    struct watchdog watchdog;
    struct tally *tally;
    struct limiter *limiter;
    struct generations generations;
    struct metrics *metrics;
    struct cache *cache;
    atomic_bool *personal; /* routes whose pages were found to be personal: never coalesced */
    atomic_uint streams;   /* bodies being made in pieces */
    struct stream *first_stream;
    pthread_mutex_t streams_lock; /* of the list that begins there */
    atomic_size_t bodies;         /* bytes of all bodies being received */

    pthread_t ticker, improver;
    bool ticking, improving;
    pthread_mutex_t tick_lock;
    pthread_cond_t tick;
    bool tick_stop;
    atomic_bool stopping;
    struct arena arena; /* texts that live as long as the server */
};

/* The settings now in force, held for the caller. */
struct settings *engine_settings(struct server *s);
const struct setup *engine_pin(struct server *s);
void engine_drop(struct server *s, const struct setup *setup);
/* A route's own limit of its body, by the configuration in force. */
size_t engine_route_limit(struct server *s, const struct route *route);

/* event.c: the library's callbacks; `arg` is the server. */
void event_connection(void *arg, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode code);
/* The same on the listener for open streams. */
void event_live_connection(void *arg, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code);
void *event_line(void *arg, const char *target, struct MHD_Connection *connection);
enum MHD_Result event_request(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *bytes_n, void **request_context);
void event_completed(void *arg, struct MHD_Connection *connection, void **request_context,
                     enum MHD_RequestTerminationCode how);

/* What a worker has for itself: the memory of the request it is at, and the setup pinned for it
 * (NULL when a stream took that over). */
struct bench {
    struct arena arena;
    const struct setup *setup;
};

/* serve.c: a worker's side. */
void *serve_begin(void *arg);
void serve_task(void *arg, void *bench, struct task *task);
void serve_end(void *arg, void *bench);

/*
 * stream.c: bodies made in pieces. The first piece is made at once: a body that it ends becomes a
 * plain one. STREAM_TOO_MANY: as many as may be are under way.
 */
enum { STREAM_TOO_MANY = 1 };
MUST_USE err stream_first(struct request *r, struct response *response);
/* Takes over the bench's arena and setup, which live as long as the body. */
struct reply stream_reply(struct request *r, const struct response *response, struct bench *b);

/* tap.c */
struct reply tap_reply(struct request *r, const struct response *response);

/* reply.c */
/* One line of plain text, for what has no page: broken protocol, a full queue. */
struct reply reply_plain(const struct settings *s, unsigned status, const char *line);
/* A handler's response, for this request only. */
struct reply reply_own(struct request *r, const struct response *response);
/* The headers of every answer; `embeddable` pages may be framed by anyone. */
/* What reply_own() puts on: all headers but those of a coding. */
void reply_headers(struct MHD_Response *to, const struct request *r,
                   const struct response *response, bool compressible);
/* The same for a body without an end: of those headers that guard documents only what is needed,
 * for each open stream keeps its own. */
void reply_stream(struct MHD_Response *to, const struct request *r,
                  const struct response *response);
void reply_secure(struct MHD_Response *response, const struct settings *s, bool embeddable);
struct MHD_Response *reply_copy(struct str body); /* without headers yet */
void reply_header(struct MHD_Response *response, const char *name, const char *value);
bool reply_compressible(struct str type, size_t bytes);
