#include "http/tally.h"
#include "base/check.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SHARDS = 16,
    LOG_BYTES = 64 * 1024, /* of one shard */
    METHOD_MAX = 16,
    ROUTE_MAX = 256, /* patterns are ours and short */
    LINE_MAX = METHOD_MAX + ROUTE_MAX + 200,
    TIME_MAX = 32
};

const int64_t duration_bounds[DURATIONS] = { 100,   250,   500,    1000,   2500,    5000,   10000,
                                             25000, 50000, 100000, 250000, 1000000, 5000000 };

struct shard {
    pthread_mutex_t lock;
    struct counts counts;
    struct buf log;
    char time[TIME_MAX]; /* of the last tick, as the log writes it */
    size_t time_length;
};

struct tally {
    struct shard shards[SHARDS];
    int fd; /* -1: no log. Written under all locks, read under one. */
};

static void lock(struct shard *s)
{
    check(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct shard *s)
{
    check(pthread_mutex_unlock(&s->lock) == 0);
}

static void write_time(struct shard *s, int64_t now)
{
    struct arena a;
    arena_init(&a, 1024);
    struct str t = time_print(&a, now);
    check(t.n <= TIME_MAX);
    memcpy(s->time, t.s, t.n);
    s->time_length = t.n;
    arena_free(&a);
}

struct tally *tally_make(void)
{
    struct tally *t = calloc(1, sizeof *t);
    check(t);
    t->fd = -1;
    for (size_t i = 0; i < SHARDS; i++) {
        check(pthread_mutex_init(&t->shards[i].lock, NULL) == 0);
        t->shards[i].log = buf_make(LOG_BYTES);
        write_time(&t->shards[i], clock_now(&(struct clock){ 0 }));
    }
    return t;
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t wrote = write(fd, bytes, n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

/* Lines that cannot be written are counted and dropped: the site goes on without its log. */
static void flush(struct shard *s, int fd)
{
    if (s->log.n && !write_all(fd, s->log.s, s->log.n))
        s->counts.lost_lines++;
    buf_clear(&s->log);
}

static void close_log(int fd)
{
    if (fd > STDERR_FILENO)
        (void)close(fd); // all was written; nothing is left to be told
}

static err open_log(struct str name, int *ret)
{
    *ret = -1;
    if (!name.n || str_eq(name, S("off")))
        return OK;
    if (str_eq(name, S("-"))) {
        *ret = STDERR_FILENO;
        return OK;
    }
    struct arena a;
    arena_init(&a, 4096);
    *ret = open(str_z(&a, name), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    arena_free(&a);
    return *ret < 0 ? fault(ERR_IO) : OK;
}

err tally_log_to(struct tally *t, struct str name)
{
    int fd = -1;
    err e = open_log(name, &fd);
    if (e)
        return e;
    for (size_t i = 0; i < SHARDS; i++) {
        lock(&t->shards[i]);
        flush(&t->shards[i], t->fd);
    }
    int old = t->fd;
    t->fd = fd;
    for (size_t i = 0; i < SHARDS; i++)
        unlock(&t->shards[i]);
    close_log(old);
    return OK;
}

void tally_free(struct tally *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        flush(&t->shards[i], t->fd);
        buf_free(&t->shards[i].log);
        (void)pthread_mutex_destroy(&t->shards[i].lock); // its last user
    }
    close_log(t->fd);
    free(t);
}

void tally_tick(struct tally *t, int64_t now)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &t->shards[i];
        lock(s);
        flush(s, t->fd);
        write_time(s, now);
        unlock(s);
    }
}

static char *put(char *at, struct str text)
{
    memcpy(at, text.s, text.n);
    return at + text.n;
}

static char *put_number(char *at, uint64_t v)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    while (n)
        *at++ = digits[--n];
    return at;
}

/* By hand, because this is a good part of what a cached page costs us. */
static size_t write_line(char *line, const struct shard *s, const struct answer *a)
{
    const struct str cached[CACHED_KINDS] = { S("none"), S("hit"), S("miss") };
    uint64_t micros = a->micros > 0 ? (uint64_t)a->micros : 0;
    char *at = put(line, S("time="));
    at = put(at, (struct str){ s->time, s->time_length });
    at = put(at, S(" method="));
    at = put(at, str_sub(str_from_z(a->method), 0, METHOD_MAX));
    at = put(at, S(" route="));
    at = put(at, str_sub(str_from_z(a->route), 0, ROUTE_MAX));
    at = put(at, S(" status="));
    at = put_number(at, a->status);
    at = put(at, S(" bytes="));
    at = put_number(at, a->bytes);
    at = put(at, S(" ms="));
    at = put_number(at, micros / 1000);
    at = put(at, S("."));
    at = put_number(at, micros / 100 % 10);
    at = put(at, S(" cache="));
    at = put(at, cached[a->cached]);
    at = put(at, S("\n"));
    return (size_t)(at - line);
}

static void log_line(struct shard *s, int fd, const struct answer *a)
{
    char *at = buf_reserve(&s->log, LINE_MAX);
    if (!at) {
        flush(s, fd);
        at = buf_reserve(&s->log, LINE_MAX);
    }
    check(at);
    buf_added(&s->log, write_line(at, s, a));
}

static struct shard *own_shard(struct tally *t)
{
    int cpu = sched_getcpu();
    return &t->shards[cpu > 0 ? (unsigned)cpu % SHARDS : 0];
}

void tally_add(struct tally *t, const struct answer *a)
{
    struct shard *s = own_shard(t);
    size_t i = 0;
    while (i < DURATIONS && a->micros > duration_bounds[i])
        i++;
    lock(s);
    s->counts.classes[a->status / 100 < STATUS_CLASSES ? a->status / 100 : 0]++;
    s->counts.cached[a->cached]++;
    s->counts.durations[i]++;
    s->counts.bytes += a->bytes;
    s->counts.micros += a->micros > 0 ? (uint64_t)a->micros : 0;
    if (t->fd >= 0)
        log_line(s, t->fd, a);
    unlock(s);
}

void tally_add_aborted(struct tally *t)
{
    struct shard *s = own_shard(t);
    lock(s);
    s->counts.aborted++;
    unlock(s);
}

static void add_counts(struct counts *sum, const struct counts *c)
{
    for (size_t i = 0; i < STATUS_CLASSES; i++)
        sum->classes[i] += c->classes[i];
    for (size_t i = 0; i < CACHED_KINDS; i++)
        sum->cached[i] += c->cached[i];
    for (size_t i = 0; i <= DURATIONS; i++)
        sum->durations[i] += c->durations[i];
    sum->bytes += c->bytes;
    sum->micros += c->micros;
    sum->aborted += c->aborted;
    sum->lost_lines += c->lost_lines;
}

struct counts tally_sum(struct tally *t)
{
    struct counts sum = { 0 };
    for (size_t i = 0; i < SHARDS; i++) {
        lock(&t->shards[i]);
        add_counts(&sum, &t->shards[i].counts);
        unlock(&t->shards[i]);
    }
    return sum;
}
