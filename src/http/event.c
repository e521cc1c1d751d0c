#include "base/check.h"
#include "http/cache.h"
#include "http/engine.h"
#include "http/error.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The event threads' side. For each request the library calls event_line (the first line is there),
 * event_request once when the head is there, again for each piece of the body, and once at its end;
 * then event_completed. A reply that is queued in the very first call ends the connection, so only
 * requests that break the protocol, or whose body will not be read, are answered there.
 *
 * What is not in the cache is parked: suspended first, handed over then, for the other thread may
 * resume it at once.
 */
enum { BYTES_A_SECOND = 16 * 1024 /* the slowest client that a deadline allows for */ };

static struct address address_of(const struct sockaddr *a)
{
    struct address address = { .kind = ADDRESS_LOCAL };
    if (a && a->sa_family == AF_INET) {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)(const void *)a;
        address.kind = ADDRESS_IPV4;
        memcpy(address.bytes, &in4->sin_addr, 4);
    } else if (a && a->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)a;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
        address.kind = mapped ? ADDRESS_IPV4 : ADDRESS_IPV6;
        memcpy(address.bytes, in6->sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
    }
    return address;
}

static struct incoming *connection_begin(struct server *s, struct MHD_Connection *connection,
                                         bool live)
{
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct address address = address_of(peer ? peer->client_addr : NULL);
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct incoming *in = calloc(1, sizeof *in);
    check(in && socket);
    in->server = s;
    in->connection = connection;
    in->peer = address;
    in->live = live;
    in->settings = engine_settings(s);
    in->task.run = serve_task;
    // Our proxy keeps a few connections ready, and loses a post if one ends as it sends it.
    in->watch.gives_way =
        address.kind != ADDRESS_LOCAL && !networks_hold(&in->settings->proxies, &address);
    watch_set(&in->watch, clock_monotonic() + in->settings->idle, true);
    watchdog_add(&s->watchdog, &in->watch, socket->connect_fd);
    return in;
}

/* Gives back what the request had; the connection may carry another. */
static void request_end(struct incoming *in)
{
    if (in->reply.response)
        MHD_destroy_response(in->reply.response);
    (void)atomic_fetch_sub(&in->server->bodies, in->reserved);
    buf_free(&in->body);
    buf_free(&in->raw_copy);
    buf_free(&in->key_copy);
    in->stage = STAGE_IDLE;
    in->reply = (struct reply){ 0 };
    in->reserved = 0;
}

static void connection_end(struct server *s, struct incoming *in)
{
    watchdog_remove(&s->watchdog, &in->watch);
    request_end(in);
    settings_drop(in->settings);
    free(in);
}

void event_connection(void *arg, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode code)
{
    bool started = code == MHD_CONNECTION_NOTIFY_STARTED;
    if (!started)
        connection_end(arg, *socket_context);
    *socket_context = started ? connection_begin(arg, connection, false) : NULL;
}

/* Pages come first: who waits for one looks at the screen. Linux: of this thread; if not, so be it.
 */
static void stand_back(struct server *s)
{
    enum { NICE = 5 };
    if (!s->live_stands_back)
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    s->live_stands_back = true;
}

void event_live_connection(void *arg, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code)
{
    stand_back(arg);
    bool started = code == MHD_CONNECTION_NOTIFY_STARTED;
    if (!started)
        connection_end(arg, *socket_context);
    *socket_context = started ? connection_begin(arg, connection, true) : NULL;
}

/* The settings of a request are those in force when it begins. */
static void renew_settings(struct incoming *in)
{
    if (atomic_load(&in->server->settings) == in->settings)
        return;
    settings_drop(in->settings);
    in->settings = engine_settings(in->server);
}

/* The library is about to cut the query to pieces, in place. */
static void keep_target(struct incoming *in, const char *target)
{
    in->line = target;
    in->raw = str_from_z(target);
    if (!str_has(in->raw, '?'))
        return;
    buf_put(&in->raw_copy, in->raw);
    in->raw = buf_str(&in->raw_copy);
}

void *event_line(void *arg, const char *target, struct MHD_Connection *connection)
{
    (void)arg; // the connection knows its server
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct incoming *in = info ? info->socket_context : NULL;
    check(in);
    renew_settings(in);
    in->stage = STAGE_LINE;
    in->began = clock_monotonic();
    in->target = (struct target){ 0 };
    memset(in->field, 0, sizeof in->field);
    in->tapped = in->has_body = in->fresh = in->script = in->early = in->admit_first = false;
    in->key = (struct str){ 0 };
    in->alone = in->rendered = false;
    in->body_max = in->drain_max = in->received = 0;
    in->body = in->raw_copy = in->key_copy = buf_make(SIZE_MAX); // bounded where they are filled
    in->refusal = (struct refusal){ 0 };
    in->pattern = NULL;
    in->cached = CACHED_NONE;
    keep_target(in, target);
    watch_set(&in->watch, in->began + in->settings->head, false);
    return in;
}

/* The reply is on its way: how long may the client take it? */
static void note_sending(struct incoming *in, int64_t now)
{
    int64_t more = (int64_t)(in->reply.bytes / BYTES_A_SECOND) * SECOND;
    in->stage = STAGE_ANSWERED;
    watch_set(&in->watch, now + in->settings->response + more, false);
}

static enum MHD_Result send_reply(struct incoming *in)
{
    struct MHD_Response *response = in->reply.response;
    in->reply.response = NULL;
    note_sending(in, clock_monotonic());
    enum MHD_Result queued = MHD_queue_response(in->connection, in->reply.status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result send_plain(struct incoming *in, unsigned status, const char *line)
{
    in->reply = reply_plain(in->settings, status, line);
    return send_reply(in);
}

static void suspend(struct incoming *in)
{
    in->stage = STAGE_PARKED;
    watch_set(&in->watch, INT64_MAX, false);
    MHD_suspend_connection(in->connection);
}

/* Hands the suspended request to a worker. Nothing of it may be touched after that. */
static void enqueue(struct incoming *in)
{
    struct server *s = in->server;
    if (workers_add(s->workers, &in->task))
        return;
    if (in->entry)
        cache_give_up(s->cache, in, 503);
    in->reply = reply_plain(in->settings, 503, "Busy: please try again in a moment.\n");
    in->stage = STAGE_READY;
    MHD_resume_connection(in->connection);
}

static enum MHD_Result park(struct incoming *in)
{
    suspend(in);
    enqueue(in);
    return MHD_YES;
}

/* Streams are nobody else's, and all the listener for them has. */
static bool is_live(const struct incoming *in)
{
    return str_starts(in->target.path, S("/live/"));
}

/* Pages that may be shared are GET or HEAD, of no one in particular. */
static bool shareable(const struct incoming *in)
{
    return in->method <= METHOD_HEAD && !in->has_body && !in->fresh && !in->refusal.status &&
           !is_live(in);
}

/* Without it the head of what is sent from a file would be a packet of its own. The last of it
 * leaves when the cork is drawn. Unix sockets have none: there it is no loss. */
static void set_cork(struct incoming *in, int on)
{
    (void)setsockopt(in->watch.fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on); // see above
    in->corked = on;
}

static bool queue_from_cache(struct incoming *in)
{
    if (!cache_queue(in->server->cache, in))
        return false;
    if (in->corked)
        set_cork(in, 1);
    note_sending(in, in->stage == STAGE_BODY && !in->has_body ? in->began : clock_monotonic());
    return true;
}

/* An address without escapes and query is its own key, if it has one. */
static bool queue_plain_address(struct incoming *in)
{
    if (in->target.query.n || in->script || str_has(in->target.path, '%'))
        return false;
    in->key = in->target.path;
    return queue_from_cache(in);
}

static void make_key(struct incoming *in)
{
    char key[CACHE_KEY_MAX];
    size_t n = 0;
    in->key = (struct str){ 0 };
    if (key_make(in, key, &n))
        return;
    buf_put(&in->key_copy, (struct str){ key, n });
    in->key = buf_str(&in->key_copy);
}

/* Suspended first: whoever ends the turn of another may resume this one at once. */
static enum MHD_Result take_turn(struct incoming *in)
{
    suspend(in);
    in->turn = cache_join(in->server->cache, in);
    switch (in->turn) {
    case TURN_WAIT: break;
    case TURN_SERVE:
        in->stage = STAGE_AGAIN;
        MHD_resume_connection(in->connection);
        break;
    case TURN_RENDER:
    case TURN_CODE: enqueue(in); break;
    }
    return MHD_YES;
}

/* For whoever watches over the server: this thread is alive, and the queue is not full. */
static enum MHD_Result send_healthy(struct incoming *in)
{
    bool full = workers_look(in->server->workers).waiting >= in->server->shape.queue;
    in->pattern = "/healthz";
    return full ? send_plain(in, 503, "busy\n") : send_plain(in, 200, "ok\n");
}

/* Whoever asks, with whatever cookies. */
static bool asks_for_health(const struct incoming *in)
{
    return in->method <= METHOD_HEAD && !in->refusal.status &&
           str_eq(in->target.path, S("/healthz"));
}

/* The whole request is here. */
static enum MHD_Result last_call(struct incoming *in)
{
    if (asks_for_health(in))
        return send_healthy(in);
    if (in->live && !is_live(in))
        return send_plain(in, 404, "Only /live/ is here.\n");
    if (!shareable(in))
        return park(in);
    if (queue_plain_address(in))
        return MHD_YES;
    make_key(in);
    if (!in->key.n)
        return park(in);
    return queue_from_cache(in) ? MHD_YES : take_turn(in);
}

/* The cache woke it. A page that it rendered itself and that is gone already is not kept again. */
static enum MHD_Result again_call(struct incoming *in)
{
    if (!in->alone && queue_from_cache(in))
        return MHD_YES;
    if (!in->alone && !in->rendered)
        return take_turn(in);
    in->key = (struct str){ 0 };
    return park(in);
}

static void expect_body(struct incoming *in)
{
    int64_t more = (int64_t)(in->body_max / BYTES_A_SECOND) * SECOND;
    in->stage = STAGE_BODY;
    watch_set(&in->watch, clock_monotonic() + in->settings->body + more, false);
}

static enum MHD_Result first_call(struct incoming *in, const char *method, const char *version)
{
    const char *why = head_read(in, method, version);
    if (why)
        return send_plain(in, 400, why);
    body_judge(in);
    if (in->early || in->admit_first)
        return park(in);
    expect_body(in);
    return MHD_YES;
}

/* The memory of all bodies together is bounded; a small body may always come. */
static bool reserve(struct incoming *in, size_t n)
{
    enum { ALWAYS = 16 * 1024 };
    struct server *s = in->server;
    if (in->received + n <= ALWAYS)
        return true;
    size_t before = atomic_fetch_add(&s->bodies, n);
    in->reserved += n;
    return before + n <= in->settings->bodies_bytes;
}

static void take_body(struct incoming *in, const char *bytes, size_t n)
{
    bool room = in->received + n <= in->body_max;
    if (!room && in->body_max && !in->refusal.status)
        in->refusal = (struct refusal){ .status = 413, .word = ERROR_TOO_LARGE };
    if (!in->refusal.status && room && !reserve(in, n))
        in->refusal = (struct refusal){ .status = 503, .word = ERROR_BUSY_NOW };
    if (!in->refusal.status && room)
        buf_put(&in->body, (struct str){ bytes, n });
    in->received += n;
}

static enum MHD_Result body_call(struct incoming *in, const char *bytes, size_t *n)
{
    take_body(in, bytes, *n);
    *n = 0;
    return in->received <= in->drain_max ? MHD_YES : MHD_NO; // no end in sight: it is closed
}

// NOLINTNEXTLINE(readability-function-size): the parameters are the library's
enum MHD_Result event_request(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *bytes_n, void **request_context)
{
    (void)arg;        // the request knows its server,
    (void)connection; // and its connection;
    (void)url;        // and has the target as it was sent
    struct incoming *in = *request_context;
    switch (in->stage) {
    case STAGE_LINE: return first_call(in, method, version);
    case STAGE_BODY: return *bytes_n ? body_call(in, bytes, bytes_n) : last_call(in);
    case STAGE_ADMITTED: expect_body(in); return MHD_YES;
    case STAGE_AGAIN: return again_call(in);
    case STAGE_READY: return send_reply(in);
    case STAGE_ANSWERED: *bytes_n = 0; return MHD_YES;
    case STAGE_IDLE:
    case STAGE_PARKED: break;
    }
    check(false);
    return MHD_NO;
}

static const char *method_name(enum method m)
{
    static const char *const names[] = { "GET", "HEAD", "POST", "OTHER" };
    return names[m];
}

void event_completed(void *arg, struct MHD_Connection *connection, void **request_context,
                     enum MHD_RequestTerminationCode how)
{
    (void)connection; // the request knows it
    struct server *s = arg;
    struct incoming *in = *request_context;
    if (!in)
        return;
    if (in->corked)
        set_cork(in, 0);
    int64_t now = clock_monotonic();
    bool body_sent = in->method != METHOD_HEAD && in->reply.status != 304;
    if (in->tapped)
        (void)how; // how long it was open is no time of an answer, and each ends somehow
    else if (in->stage == STAGE_ANSWERED && how == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        tally_add(s->tally, &(struct answer){ .method = method_name(in->method),
                                              .route = in->pattern ? in->pattern : "-",
                                              .status = in->reply.status,
                                              .bytes = body_sent ? in->reply.bytes : 0,
                                              .micros = now - in->began,
                                              .cached = in->cached });
    else
        tally_add_aborted(s->tally);
    request_end(in);
    watch_set(&in->watch, now + in->settings->idle, true);
    if (atomic_load(&s->stopping))
        watch_set(&in->watch, 0, true); // the next sweep ends it
    *request_context = NULL;
}
