#include "http/metrics.h"
#include "base/check.h"
#include "http/cache.h"
#include "http/engine.h"
#include "http/listen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECTIONS = 16,
    IDLE_SECONDS = 30,
    TEXT_MAX = 64 * 1024,
    POOL_BYTES = 8192,
    ARENA_BYTES = 65536
};

struct metrics {
    struct server *server;
    struct listener listener;
    struct arena arena;
    struct MHD_Daemon *daemon;
};

static void put_counter(struct buf *b, const char *name, uint64_t v)
{
    buf_print(b, "# TYPE %s counter\n%s %" PRIu64 "\n", name, name, v);
}

static void put_gauge(struct buf *b, const char *name, uint64_t v)
{
    buf_print(b, "# TYPE %s gauge\n%s %" PRIu64 "\n", name, name, v);
}

static void put_durations(struct buf *b, const struct counts *c)
{
    uint64_t sum = 0;
    buf_print(b, "# TYPE diurnal_request_seconds histogram\n");
    for (size_t i = 0; i < DURATIONS; i++) {
        sum += c->durations[i];
        buf_print(b,
                  "diurnal_request_seconds_bucket{le=\"%" PRId64 ".%06" PRId64 "\"} %" PRIu64 "\n",
                  duration_bounds[i] / SECOND, duration_bounds[i] % SECOND, sum);
    }
    sum += c->durations[DURATIONS];
    buf_print(b, "diurnal_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
    buf_print(b, "diurnal_request_seconds_sum %" PRIu64 ".%06" PRIu64 "\n",
              c->micros / (uint64_t)SECOND, c->micros % (uint64_t)SECOND);
    buf_print(b, "diurnal_request_seconds_count %" PRIu64 "\n", sum);
}

static void put_all(struct buf *b, struct server *s)
{
    static const char *const cached[] = { "none", "hit", "miss" };
    struct counts c = tally_sum(s->tally);
    struct workers_state w = workers_look(s->workers);
    struct cache_state kept = cache_look(s->cache);
    buf_print(b, "# TYPE diurnal_requests_total counter\n");
    for (unsigned i = 1; i < STATUS_CLASSES; i++)
        buf_print(b, "diurnal_requests_total{status=\"%uxx\"} %" PRIu64 "\n", i, c.classes[i]);
    buf_print(b, "# TYPE diurnal_cache_total counter\n");
    for (unsigned i = 0; i < CACHED_KINDS; i++)
        buf_print(b, "diurnal_cache_total{result=\"%s\"} %" PRIu64 "\n", cached[i], c.cached[i]);
    put_durations(b, &c);
    put_counter(b, "diurnal_response_bytes_total", c.bytes);
    put_counter(b, "diurnal_requests_aborted_total", c.aborted);
    put_counter(b, "diurnal_access_log_failures_total", c.lost_lines);
    put_gauge(b, "diurnal_connections", watchdog_count(&s->watchdog));
    put_gauge(b, "diurnal_workers", w.threads);
    put_gauge(b, "diurnal_workers_busy", w.busy);
    put_gauge(b, "diurnal_queue", w.waiting);
    put_gauge(b, "diurnal_cache_bytes", kept.bytes);
    put_gauge(b, "diurnal_cache_pages", kept.pages);
    put_gauge(b, "diurnal_bodies_bytes", atomic_load(&s->bodies));
    if (s->o.hooks.metrics)
        s->o.hooks.metrics(s->o.hooks.arg, b);
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
                                 struct str text)
{
    struct MHD_Response *response = reply_copy(text);
    reply_header(response, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    reply_header(response, "Cache-Control", "no-store");
    reply_header(response, "X-Content-Type-Options", "nosniff");
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result send_metrics(struct metrics *m, struct MHD_Connection *connection)
{
    struct buf b = buf_make(TEXT_MAX);
    put_all(&b, m->server);
    enum MHD_Result queued = send_text(connection, 200, buf_str(&b));
    buf_free(&b);
    return queued;
}

// NOLINTNEXTLINE(readability-function-size): the parameters are the library's
static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *bytes_n, void **context)
{
    struct metrics *m = arg;
    (void)version;
    (void)bytes;     // bodies are ignored
    if (!*context) { // the first call: the body may follow
        *context = m;
        return MHD_YES;
    }
    if (*bytes_n) {
        *bytes_n = 0;
        return MHD_YES;
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return send_text(connection, 405, S("GET only\n"));
    if (strcmp(url, "/healthz") == 0)
        return send_text(connection, 200, S("ok\n"));
    if (strcmp(url, "/metrics") == 0)
        return send_metrics(m, connection);
    return send_text(connection, 404, S("/metrics or /healthz\n"));
}

err metrics_start(struct server *s, struct str listen, struct metrics **ret)
{
    struct metrics *m = calloc(1, sizeof *m);
    check(m);
    m->server = s;
    m->listener.fd = -1;
    arena_init(&m->arena, ARENA_BYTES);
    err e = listener_open(listen, &m->arena, &m->listener);
    if (!e)
        m->daemon = MHD_start_daemon(
            MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, m, MHD_OPTION_LISTEN_SOCKET,
            m->listener.fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_END);
    if (e || !m->daemon) {
        metrics_stop(m);
        return e ? e : fault(ERR_IO);
    }
    *ret = m;
    return OK;
}

void metrics_stop(struct metrics *m)
{
    if (!m)
        return;
    if (m->daemon)
        MHD_stop_daemon(m->daemon); // closes the socket too
    else if (m->listener.fd >= 0)
        (void)close(m->listener.fd); // nothing was served yet
    listener_unlink(&m->listener, &m->arena);
    arena_free(&m->arena);
    free(m);
}
