#include "http/server.h"
#include "base/check.h"
#include "base/log.h"
#include "http/cache.h"
#include "http/engine.h"
#include "http/listen.h"
#include "http/metrics.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FILES_FOR_OTHERS = 128, /* descriptors left to the database, logs and outgoing requests */
    EVENT_STACK_BYTES = 512 * 1024,
    ARENA_BYTES = 65536,
    HEAP_ARENAS = 4,        /* glibc would make eight a core, and keep what each of them freed */
    LIVE_POOL_BYTES = 4608, /* of one open stream: a browser's head behind a proxy is about 2 KB */
    LIVE_SEND_BYTES = 16 * 1024,
};
#define IDLE_WHEN_CROWDED (2 * SECOND)

struct settings *engine_settings(struct server *s)
{
    check(pthread_mutex_lock(&s->settings_lock) == 0);
    struct settings *held = atomic_load(&s->settings);
    settings_hold(held);
    check(pthread_mutex_unlock(&s->settings_lock) == 0);
    return held;
}

const struct setup *engine_pin(struct server *s)
{
    return s->o.hooks.pin(s->o.hooks.arg);
}

void engine_drop(struct server *s, const struct setup *setup)
{
    s->o.hooks.drop(s->o.hooks.arg, setup);
}

size_t engine_route_limit(struct server *s, const struct route *route)
{
    const struct setup *setup = engine_pin(s);
    int64_t most = config_int(setup->config, route->body_max);
    engine_drop(s, setup);
    return most > 0 ? (size_t)most : 0;
}

/* As many descriptors as we are allowed; returns how many connections that makes. */
static unsigned raise_files(unsigned wanted)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0)
        return wanted;
    l.rlim_cur = l.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &l); // what we got is read back
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur == RLIM_INFINITY)
        return wanted;
    rlim_t others = FILES_FOR_OTHERS;
    rlim_t room = l.rlim_cur > 2 * others ? l.rlim_cur - others : others;
    return room < wanted ? (unsigned)room : wanted;
}

/* When there are too few for all, both listeners have less. */
static void share_files(struct shape *shape, unsigned files)
{
    unsigned asked = shape->connections + shape->live_connections;
    uint64_t part = (uint64_t)files * shape->live_connections / asked;
    shape->live_connections = (unsigned)part;
    shape->connections = files - shape->live_connections;
}

/* Waits for `micros`, or until the server stops: then false. */
static bool wait_tick(struct server *s, int64_t micros)
{
    int64_t next = clock_monotonic() + micros;
    struct timespec until = { .tv_sec = next / SECOND, .tv_nsec = next % SECOND * 1000 };
    check(pthread_mutex_lock(&s->tick_lock) == 0);
    while (!s->tick_stop && clock_monotonic() < next)
        (void)pthread_cond_clockwait(&s->tick, &s->tick_lock, CLOCK_MONOTONIC,
                                     &until); // the clock and the flag tell why it returned
    bool goes_on = !s->tick_stop;
    check(pthread_mutex_unlock(&s->tick_lock) == 0);
    return goes_on;
}

/*
 * Whoever holds many connections and asks for nothing would shut the others out for as long as a
 * connection may be idle. When seven eighths are taken, idle ones therefore end after a moment.
 */
static int64_t hurry_of(struct server *s)
{
    if (watchdog_count(&s->watchdog) < s->shape.connections - s->shape.connections / 8)
        return 0;
    struct settings *settings = engine_settings(s);
    int64_t idle = settings->idle;
    settings_drop(settings);
    return idle > IDLE_WHEN_CROWDED ? idle - IDLE_WHEN_CROWDED : 0;
}

/* Twice a second: who is late is shut down, the log is written. */
static void *tick(void *arg)
{
    struct server *s = arg;
    while (wait_tick(s, SECOND / 2)) {
        // How many it ends is nobody's concern.
        (void)watchdog_sweep(&s->watchdog, clock_monotonic(), hurry_of(s));
        tally_tick(s->tally, clock_now(&(struct clock){ 0 }));
    }
    return NULL;
}

/* At the lowest priority, while no worker is busy, and at most a tenth of the time. */
static void *improve(void *arg)
{
    struct server *s = arg;
    int64_t pause = SECOND;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), 19); // Linux: of this thread; if not, so be it
    while (wait_tick(s, pause)) {
        int64_t began = clock_monotonic();
        bool improved = workers_look(s->workers).busy == 0 && cache_improve(s->cache);
        pause = improved ? 10 * (clock_monotonic() - began) : SECOND;
        if (improved)
            (void)malloc_trim(0); // what the compressor needed
    }
    return NULL;
}

/* Percent-encoding stays on: url.c takes it off, once. */
static size_t keep_escapes(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection; // the same for everyone
    return strlen(text);
}

/*
 * A server that stops takes nobody in. The library's own way to do that, MHD_quiesce_daemon, takes
 * the socket out of the event thread's set from outside, and ends the program when that thread does
 * so in the same moment (0.9.75).
 */
static enum MHD_Result may_connect(void *arg, const struct sockaddr *address, socklen_t n)
{
    (void)address; // whoever it is
    (void)n;
    const struct server *s = arg;
    return atomic_load(&s->stopping) ? MHD_NO : MHD_YES;
}

/* What one of the listeners asks of the library. */
struct daemon_shape {
    int fd;
    unsigned threads, connections;
    size_t pool_bytes;
    MHD_NotifyConnectionCallback connected;
};

static struct MHD_Daemon *start_daemon(struct server *s, const struct daemon_shape *d)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem more[3] = { { MHD_OPTION_END, 0, NULL } };
    size_t n = 0;
    if (d->threads > 1)
        more[n++] = (struct MHD_OptionItem){ MHD_OPTION_THREAD_POOL_SIZE, d->threads, NULL };
#if MHD_VERSION >= 0x01000000
    more[n++] = (struct MHD_OptionItem){ MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL };
#endif
    more[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
    return MHD_start_daemon(
        flags, 0, may_connect, s, event_request, s, MHD_OPTION_LISTEN_SOCKET, d->fd,
        MHD_OPTION_URI_LOG_CALLBACK, event_line, s, MHD_OPTION_NOTIFY_CONNECTION, d->connected, s,
        MHD_OPTION_NOTIFY_COMPLETED, event_completed, s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes,
        NULL, MHD_OPTION_CONNECTION_LIMIT, d->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        d->pool_bytes, MHD_OPTION_THREAD_STACK_SIZE, (size_t)EVENT_STACK_BYTES, MHD_OPTION_ARRAY,
        more, MHD_OPTION_END);
}

static struct MHD_Daemon *start_main(struct server *s)
{
    struct daemon_shape d = { .fd = s->listener.fd,
                              .threads = s->shape.threads,
                              .connections = s->shape.connections,
                              .pool_bytes = s->shape.pool_bytes,
                              .connected = event_connection };
    return start_daemon(s, &d);
}

/* A slow reader shall be noticed, not buffered: the kernel keeps little for each. */
static struct MHD_Daemon *start_live(struct server *s)
{
    int bytes = LIVE_SEND_BYTES;
    if (setsockopt(s->live_listener.fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) != 0)
        return NULL;
    struct daemon_shape d = { .fd = s->live_listener.fd,
                              .threads = 1,
                              .connections = s->shape.live_connections,
                              .pool_bytes = LIVE_POOL_BYTES,
                              .connected = event_live_connection };
    return start_daemon(s, &d);
}

static err log_to(struct server *s, const struct config *c)
{
    if (!tally_log_to(s->tally, access_log_name(c)))
        return OK;
    log_event("event=access_log_not_opened file=\"" STR_FMT "\"", STR_ARG(access_log_name(c)));
    return SERVER_LOG_WRONG;
}

/* Everything but the sockets and threads. */
static struct server *make(const struct server_options *o, const struct config *c)
{
    struct server *s = calloc(1, sizeof *s);
    check(s);
    s->o = *o;
    s->shape = shape_read(c);
    if (!o->listen_live.n)
        s->shape.live_connections = 0;
    unsigned files = raise_files(s->shape.connections + s->shape.live_connections);
    share_files(&s->shape, files);
    s->library_is_loose = strncmp(MHD_get_version(), "0.", 2) == 0;
    s->listener.fd = s->live_listener.fd = -1;
    arena_init(&s->arena, ARENA_BYTES);
    s->routes = routes_make(o->routes, o->route_count);
    s->tally = tally_make();
    s->limiter = limiter_make(s->shape.client_slots);
    generations_init(&s->generations);
    s->cache = cache_make(s->shape.cache_bytes, &s->generations, o->app->data_dir);
    s->personal = calloc(o->route_count + 1, sizeof *s->personal);
    check(s->personal);
    watchdog_init(&s->watchdog);
    check(pthread_mutex_init(&s->settings_lock, NULL) == 0);
    check(pthread_mutex_init(&s->tick_lock, NULL) == 0);
    check(pthread_mutex_init(&s->streams_lock, NULL) == 0);
    check(pthread_cond_init(&s->tick, NULL) == 0);
    s->workers = workers_start(&(struct workers_options){ .most = s->shape.workers,
                                                          .queue = s->shape.queue,
                                                          .idle = s->shape.worker_idle,
                                                          .begin = serve_begin,
                                                          .end = serve_end,
                                                          .arg = s });
    return s;
}

static void end_threads(struct server *s)
{
    check(pthread_mutex_lock(&s->tick_lock) == 0);
    s->tick_stop = true;
    check(pthread_cond_broadcast(&s->tick) == 0);
    check(pthread_mutex_unlock(&s->tick_lock) == 0);
    if (s->ticking)
        check(pthread_join(s->ticker, NULL) == 0);
    if (s->improving)
        check(pthread_join(s->improver, NULL) == 0);
}

static void free_all(struct server *s)
{
    end_threads(s);
    metrics_stop(s->metrics);
    workers_stop(s->workers);
    listener_unlink(&s->listener, &s->arena);
    listener_unlink(&s->live_listener, &s->arena);
    if (s->listener.fd >= 0)
        (void)close(s->listener.fd); // nothing can be lost
    if (s->live_listener.fd >= 0)
        (void)close(s->live_listener.fd); // as above
    settings_drop(atomic_load(&s->settings));
    cache_free(s->cache);
    free(s->personal);
    routes_free(s->routes);
    tally_free(s->tally);
    limiter_free(s->limiter);
    watchdog_free(&s->watchdog);
    (void)pthread_mutex_destroy(&s->settings_lock); // all threads are joined
    (void)pthread_mutex_destroy(&s->tick_lock);
    (void)pthread_mutex_destroy(&s->streams_lock);
    (void)pthread_cond_destroy(&s->tick);
    arena_free(&s->arena);
    free(s);
}

static err listen_refusal(err e)
{
    if (e < 0)
        return fault(e);
    return e == LISTEN_USED ? SERVER_ADDRESS_USED : SERVER_ADDRESS_WRONG;
}

static err read_settings(struct server *s, const struct config *c, struct settings **ret)
{
    struct str why = { 0 };
    struct arena a;
    arena_init(&a, ARENA_BYTES);
    err e = settings_make(c, s->listener.port, &a, ret, &why);
    if (e)
        log_event("event=configuration_wrong why=\"" STR_FMT "\"", STR_ARG(why));
    arena_free(&a);
    return e ? SERVER_CONFIG_WRONG : OK;
}

static err open_parts(struct server *s, const struct config *c)
{
    err e = listener_open(s->o.listen, &s->arena, &s->listener);
    if (e)
        return listen_refusal(e);
    if (s->o.listen_live.n)
        e = listener_open(s->o.listen_live, &s->arena, &s->live_listener);
    if (e)
        return listen_refusal(e);
    struct settings *settings = NULL;
    e = read_settings(s, c, &settings);
    if (e)
        return e;
    atomic_store(&s->settings, settings);
    e = log_to(s, c);
    if (e)
        return e;
    e = s->o.listen_metrics.n ? metrics_start(s, s->o.listen_metrics, &s->metrics) : OK;
    return e ? listen_refusal(e) : OK;
}

static err start_threads(struct server *s)
{
    s->ticking = pthread_create(&s->ticker, NULL, tick, s) == 0;
    s->improving = pthread_create(&s->improver, NULL, improve, s) == 0;
    if (!s->ticking || !s->improving)
        return fault(ERR_IO);
    if (s->o.listen_live.n) {
        s->live = start_live(s);
        s->live_listener.fd = -1; // the library's now, even where it fails
        if (!s->live)
            return fault(ERR_IO);
    }
    s->daemon = start_main(s);
    s->listener.fd = -1; // as above
    return s->daemon ? OK : fault(ERR_IO);
}

err server_start(const struct server_options *o, struct server **ret)
{
    // Signals go to the program's own thread, never to one of ours.
    sigset_t all;
    sigset_t before;
    check(sigfillset(&all) == 0 && pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    (void)mallopt(M_ARENA_MAX, HEAP_ARENAS); // a matter of memory only
    const struct setup *setup = o->hooks.pin(o->hooks.arg);
    struct server *s = make(o, setup->config);
    err e = open_parts(s, setup->config);
    o->hooks.drop(o->hooks.arg, setup);
    if (!e)
        e = start_threads(s);
    check(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    if (e) {
        free_all(s);
        return e;
    }
    *ret = s;
    return OK;
}

int server_port(const struct server *s)
{
    return s->listener.port;
}

int server_live_port(const struct server *s)
{
    return s->live_listener.port;
}

void server_reload(struct server *s)
{
    const struct setup *setup = engine_pin(s);
    struct settings *fresh = NULL;
    if (!read_settings(s, setup->config, &fresh)) {
        check(pthread_mutex_lock(&s->settings_lock) == 0);
        struct settings *old = atomic_exchange(&s->settings, fresh);
        check(pthread_mutex_unlock(&s->settings_lock) == 0);
        settings_drop(old);
        (void)log_to(s, setup->config); // logged; the old file goes on
    }
    engine_drop(s, setup);
    generations_move(&s->generations, TOPIC_SITE);
}

void server_topic_moved(struct server *s, struct str topic)
{
    generations_move(&s->generations, topic);
}

/* Waits in small steps until every connection is gone; false when `deadline` comes first. */
static bool wait_for_connections(struct server *s, int64_t deadline)
{
    while (watchdog_count(&s->watchdog) > 0) {
        if (clock_monotonic() > deadline)
            return false;
        (void)usleep(2000); // the event threads need a moment to see their sockets end
        watchdog_end_idle(&s->watchdog);
    }
    return true;
}

bool server_stop(struct server *s, int64_t deadline)
{
    if (!s)
        return true;
    int64_t until = clock_monotonic() + deadline;
    atomic_store(&s->stopping, true);
    bool in_time = wait_for_connections(s, until - deadline / 4);
    if (!in_time)
        watchdog_end_all(&s->watchdog);
    in_time = workers_drain(s->workers, until) && wait_for_connections(s, until + SECOND);
    if (!in_time) {
        log_event("event=stop_late connections=%u", watchdog_count(&s->watchdog));
        return false;
    }
    MHD_stop_daemon(s->daemon);
    if (s->live)
        MHD_stop_daemon(s->live);
    free_all(s);
    return true;
}
