#include "control.h"
#include "base/check.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
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
    ARENA_MAX = 2 * FILES_BYTES_MAX,
    REPLY_MAX = 4 * 1024 * 1024
};

struct control {
    int listen_fd, stop_fd;
    char path[64]; /* through /proc/self/fd, for DIR may be longer than a socket's address */
    int dir_fd;
    pthread_t thread;
    control_run *run;
    void *arg;
};

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool read_all(int fd, char *to, size_t n)
{
    while (n) {
        ssize_t got = recv(fd, to, n, 0);
        if (got < 0 && errno == EINTR)
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

static bool read_number(int fd, uint32_t most, uint32_t *ret)
{
    uint32_t v = 0;
    char bytes[sizeof v];
    if (!read_all(fd, bytes, sizeof v))
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
static bool read_part(int fd, struct arena *a, size_t *left, struct str *ret)
{
    uint32_t n = 0;
    if (!read_number(fd, (uint32_t)*left, &n))
        return false;
    *left -= n;
    char *bytes = arena_new(a, char, n);
    *ret = (struct str){ bytes, n };
    return read_all(fd, bytes, n);
}

static bool read_message(int fd, struct arena *a, struct str **ret_words, uint32_t *ret_word_count,
                         struct file **ret_files, uint32_t *ret_file_count)
{
    size_t left = FILES_BYTES_MAX;
    if (!read_number(fd, ARGS_MAX, ret_word_count))
        return false;
    *ret_words = arena_new(a, struct str, *ret_word_count + 1);
    for (uint32_t i = 0; i < *ret_word_count; i++)
        if (!read_part(fd, a, &left, &(*ret_words)[i]))
            return false;
    if (!read_number(fd, FILES_MAX, ret_file_count))
        return false;
    *ret_files = arena_new(a, struct file, *ret_file_count + 1);
    for (uint32_t i = 0; i < *ret_file_count; i++)
        if (!read_part(fd, a, &left, &(*ret_files)[i].path) ||
            !read_part(fd, a, &left, &(*ret_files)[i].bytes))
            return false;
    return true;
}

static bool write_message(int fd, const struct str *words, size_t word_count,
                          const struct file *files, size_t file_count)
{
    if (!write_number(fd, (uint32_t)word_count))
        return false;
    for (size_t i = 0; i < word_count; i++)
        if (!write_part(fd, words[i]))
            return false;
    if (!write_number(fd, (uint32_t)file_count))
        return false;
    for (size_t i = 0; i < file_count; i++)
        if (!write_part(fd, files[i].path) || !write_part(fd, files[i].bytes))
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

static void limit_waits(int fd)
{
    struct timeval t = { .tv_sec = WAIT_SECONDS };
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t); // without it we only wait longer
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

static void serve_one(struct control *c, int fd)
{
    limit_waits(fd);
    if (!may_ask(fd)) {
        log_event("event=control_refused reason=user");
        return;
    }
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ARENA_MAX);
    struct str *words = NULL;
    struct file *files = NULL;
    uint32_t word_count = 0;
    uint32_t file_count = 0;
    if (!read_message(fd, &a, &words, &word_count, &files, &file_count)) {
        log_event("event=control_refused reason=message");
        return;
    }
    struct buf out CLEANUP(buf_free) = buf_make(REPLY_MAX);
    int status = c->run(c->arg, &a, words, word_count, files, file_count, &out);
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
            return NULL;
        if (!fds[1].revents)
            continue;
        int fd CLEANUP(close_fd) = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve_one(c, fd);
    }
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

void control_stop(struct control *c)
{
    if (!c)
        return;
    check(eventfd_write(c->stop_fd, 1) == 0);
    check(pthread_join(c->thread, NULL) == 0);
    (void)unlink(c->path); // a leftover is removed at the next start
    control_free(c);
}

err control_send(const char *data_dir, const struct str *words, size_t word_count,
                 const struct file *files, size_t file_count, int *ret_status, struct buf *out)
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
    uint32_t status = 0;
    uint32_t n = 0;
    if (!write_message(fd, words, word_count, files, file_count) ||
        !read_number(fd, 255, &status) || !read_number(fd, REPLY_MAX, &n))
        return fault(ERR_IO);
    char *room = n ? buf_reserve(out, n) : NULL;
    if (n && (!room || !read_all(fd, room, n)))
        return fault(ERR_IO);
    buf_added(out, n);
    *ret_status = (int)status;
    return OK;
}
