#include "control.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * A message is a row of parts, each a 32-bit length (the machine's own order: both ends are the
 * same machine) and bytes: the number of words, the words, the number of files, then path and bytes
 * of each.
 */
enum {
    WAIT_SECONDS = 30, /* for the other side's next bytes */
    PAUSE_MS = 200,    /* when the kernel has no descriptor for one more */
    ARENA_MAX = 2 * FILES_BYTES_MAX,
    REPLY_MAX = 4 * 1024 * 1024
};

struct control {
    int listen_fd, stop_fd;
    char path[64]; /* through /proc/self/fd, for DIR may be longer than a socket's address */
    int dir_fd;
    pthread_t thread;
    sem_t ended; /* posted by the thread when it is about to end */
    control_run *run;
    void *arg;
};

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Where bytes come from; `stop` (or -1) becomes readable when they are not wanted any more. */
struct source {
    int fd, stop;
    int wait_ms; /* for the next bytes; -1: without end */
};

static bool await(const struct source *from)
{
    struct pollfd fds[] = { { .fd = from->fd, .events = POLLIN },
                            { .fd = from->stop, .events = POLLIN } };
    int n = poll(fds, COUNT(fds), from->wait_ms);
    return n < 0 ? errno == EINTR : n > 0 && !fds[1].revents;
}

static bool read_all(const struct source *from, char *to, size_t n)
{
    while (n) {
        if (!await(from))
            return false;
        ssize_t got = recv(from->fd, to, n, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return false;
        to += got;
        n -= (size_t)got;
    }
    return true;
}

static bool write_all(int fd, struct str s)
{
    while (s.n) {
        ssize_t put = send(fd, s.s, s.n, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        s = str_sub(s, (size_t)put, s.n);
    }
    return true;
}

static bool write_number(int fd, uint32_t v)
{
    char bytes[sizeof v];
    memcpy(bytes, &v, sizeof v);
    return write_all(fd, (struct str){ bytes, sizeof v });
}

static bool read_number(const struct source *from, uint32_t most, uint32_t *ret)
{
    uint32_t v = 0;
    char bytes[sizeof v];
    if (!read_all(from, bytes, sizeof v))
        return false;
    memcpy(&v, bytes, sizeof v);
    if (v > most)
        return false;
    *ret = v;
    return true;
}

static bool write_part(int fd, struct str s)
{
    return s.n <= FILES_BYTES_MAX && write_number(fd, (uint32_t)s.n) && write_all(fd, s);
}

/* *left is what the parts together may still hold. */
static bool read_part(const struct source *from, struct arena *a, size_t *left, struct str *ret)
{
    uint32_t n = 0;
    if (!read_number(from, (uint32_t)*left, &n))
        return false;
    *left -= n;
    char *bytes = arena_new(a, char, n);
    *ret = (struct str){ bytes, n };
    return read_all(from, bytes, n);
}

static bool read_words(const struct source *from, struct arena *a, size_t *left, struct message *m)
{
    uint32_t n = 0;
    if (!read_number(from, ARGS_MAX, &n))
        return false;
    struct str *words = arena_new(a, struct str, n + 1);
    for (uint32_t i = 0; i < n; i++)
        if (!read_part(from, a, left, &words[i]))
            return false;
    m->words = words;
    m->word_count = n;
    return true;
}

static bool read_files(const struct source *from, struct arena *a, size_t *left, struct message *m)
{
    uint32_t n = 0;
    if (!read_number(from, FILES_MAX, &n))
        return false;
    m->files = arena_new(a, struct file, n + 1);
    m->file_count = n;
    for (uint32_t i = 0; i < n; i++)
        if (!read_part(from, a, left, &m->files[i].path) ||
            !read_part(from, a, left, &m->files[i].bytes))
            return false;
    return true;
}

static bool read_message(const struct source *from, struct arena *a, struct message *ret)
{
    size_t left = FILES_BYTES_MAX;
    return read_words(from, a, &left, ret) && read_files(from, a, &left, ret);
}

static bool write_message(int fd, const struct message *m)
{
    if (!write_number(fd, (uint32_t)m->word_count))
        return false;
    for (size_t i = 0; i < m->word_count; i++)
        if (!write_part(fd, m->words[i]))
            return false;
    if (!write_number(fd, (uint32_t)m->file_count))
        return false;
    for (size_t i = 0; i < m->file_count; i++)
        if (!write_part(fd, m->files[i].path) || !write_part(fd, m->files[i].bytes))
            return false;
    return true;
}

static bool may_ask(int fd)
{
    struct ucred who = { 0 };
    socklen_t n = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n))
        return false;
    return who.uid == geteuid() || who.uid == 0;
}

static void limit_writing(int fd)
{
    struct timeval t = { .tv_sec = WAIT_SECONDS };
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t); // without it we only wait longer
}

static void serve_one(struct control *c, int fd)
{
    limit_writing(fd);
    if (!may_ask(fd)) {
        log_event("event=control_refused reason=user");
        return;
    }
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ARENA_MAX);
    struct message m = { 0 };
    struct source from = { fd, c->stop_fd, WAIT_SECONDS * 1000 };
    if (!read_message(&from, &a, &m)) {
        log_event("event=control_refused reason=message");
        return;
    }
    struct buf out CLEANUP(buf_free) = buf_make(REPLY_MAX);
    int status = c->run(c->arg, &a, &m, &out);
    if (!write_number(fd, (uint32_t)status) || !write_part(fd, buf_str(&out)))
        log_event("event=control_reply_lost");
}

static void *control_thread(void *arg)
{
    struct control *c = arg;
    for (;;) {
        struct pollfd fds[] = { { .fd = c->stop_fd, .events = POLLIN },
                                { .fd = c->listen_fd, .events = POLLIN } };
        if (poll(fds, COUNT(fds), -1) < 0 && errno != EINTR)
            check(false);
        if (fds[0].revents)
            break;
        if (!fds[1].revents)
            continue;
        int fd CLEANUP(close_fd) = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve_one(c, fd);
        else
            (void)poll(fds, 1, PAUSE_MS); // that it is still waiting is seen in the next round
    }
    check(sem_post(&c->ended) == 0);
    return NULL;
}

/* The socket's address below the folder's own descriptor. */
static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    check(strlen(path) < sizeof at.sun_path);
    memcpy(at.sun_path, path, strlen(path) + 1);
    return at;
}

static int open_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void control_free(struct control *c)
{
    close_fd(&c->listen_fd);
    close_fd(&c->stop_fd);
    close_fd(&c->dir_fd);
    (void)sem_destroy(&c->ended); // nobody waits for it any more
    free(c);
}

static bool control_listen(struct control *c)
{
    (void)unlink(c->path); // left by a server that was killed; the folder's lock says none runs now
    struct sockaddr_un at = address_of(c->path);
    return bind(c->listen_fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
           chmod(c->path, 0600) == 0 && listen(c->listen_fd, 8) == 0;
}

err control_start(const char *data_dir, control_run *run, void *arg, struct control **ret)
{
    struct control *c = calloc(1, sizeof *c);
    check(c);
    *c = (struct control){ .run = run, .arg = arg };
    c->dir_fd = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    c->listen_fd = open_socket();
    c->stop_fd = eventfd(0, EFD_CLOEXEC);
    check(sem_init(&c->ended, 0, 0) == 0);
    snprintf(c->path, sizeof c->path, "/proc/self/fd/%d/control.sock", c->dir_fd);
    if (c->dir_fd < 0 || c->listen_fd < 0 || c->stop_fd < 0 || !control_listen(c)) {
        log_event("event=control_failed error=\"%s\"", strerror(errno));
        control_free(c);
        return fault(ERR_IO);
    }
    check(pthread_create(&c->thread, NULL, control_thread, c) == 0);
    *ret = c;
    return OK;
}

bool control_stop(struct control *c, int64_t wait)
{
    if (!c)
        return true;
    check(eventfd_write(c->stop_fd, 1) == 0);
    int64_t until = clock_monotonic() + wait;
    struct timespec at = { .tv_sec = until / SECOND, .tv_nsec = until % SECOND * 1000 };
    while (sem_clockwait(&c->ended, CLOCK_MONOTONIC, &at)) {
        if (errno == ETIMEDOUT)
            return false;
        check(errno == EINTR);
    }
    check(pthread_join(c->thread, NULL) == 0);
    (void)unlink(c->path); // a leftover is removed at the next start
    control_free(c);
    return true;
}

err control_send(const char *data_dir, const struct message *m, int *ret_status, struct buf *out)
{
    int dir CLEANUP(close_fd) = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd CLEANUP(close_fd) = open_socket();
    if (dir < 0 || fd < 0)
        return CONTROL_NOBODY;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d/control.sock", dir);
    struct sockaddr_un at = address_of(path);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at))
        return CONTROL_NOBODY;
    struct source from = { fd, -1, -1 };
    uint32_t status = 0;
    uint32_t n = 0;
    if (!write_message(fd, m) || !read_number(&from, 255, &status) ||
        !read_number(&from, REPLY_MAX, &n))
        return fault(ERR_IO);
    char *room = n ? buf_reserve(out, n) : NULL;
    if (n && (!room || !read_all(&from, room, n)))
        return fault(ERR_IO);
    buf_added(out, n);
    *ret_status = (int)status;
    return OK;
}
