#include "http/listen.h"
#include "base/check.h"
#include "base/scan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

union any {
    struct sockaddr general;
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    struct sockaddr_un local;
};

static err refusal_of(int e)
{
    switch (e) {
    case EADDRINUSE: return LISTEN_USED;
    case EACCES:
    case EPERM:
    case EADDRNOTAVAIL:
    case ENOENT:
    case ENOTDIR:
    case EROFS:
    case EAFNOSUPPORT: return LISTEN_REFUSED;
    }
    return ERR_IO;
}

/* Keeps errno over the close. */
static err give_up(int fd)
{
    int error = errno;
    err e = refusal_of(error);
    (void)close(fd); // nothing was written
    errno = error;
    return e < 0 ? fault(e) : e;
}

static bool parse_port(struct str s, in_port_t *ret)
{
    int64_t port = 0;
    if (!int_parse(s, 0, 65535, &port))
        return false;
    *ret = htons((uint16_t)port);
    return true;
}

/* "HOST:PORT" with a numeric host, or localhost. */
static bool parse_address(struct str s, struct arena *a, union any *ret, socklen_t *ret_n)
{
    struct str port = s;
    struct str host = { 0 };
    bool six = scan_char(&port, '[');
    host = scan_until(&port, six ? ']' : ':');
    if (six && !scan_char(&port, ':'))
        return false;
    *ret = (union any){ 0 };
    if (six) {
        ret->in6.sin6_family = AF_INET6;
        *ret_n = sizeof ret->in6;
        return parse_port(port, &ret->in6.sin6_port) &&
               inet_pton(AF_INET6, str_z(a, host), &ret->in6.sin6_addr) == 1;
    }
    ret->in4.sin_family = AF_INET;
    *ret_n = sizeof ret->in4;
    if (str_eq(host, S("localhost")))
        host = S("127.0.0.1");
    return parse_port(port, &ret->in4.sin_port) &&
           inet_pton(AF_INET, str_z(a, host), &ret->in4.sin_addr) == 1;
}

static int port_of(int fd)
{
    union any a = { 0 };
    socklen_t n = sizeof a;
    if (getsockname(fd, &a.general, &n) != 0)
        return 0;
    return ntohs(a.general.sa_family == AF_INET6 ? a.in6.sin6_port : a.in4.sin_port);
}

static err open_tcp(struct str address, struct arena *a, struct listener *ret)
{
    union any to;
    socklen_t n = 0;
    if (!parse_address(address, a, &to, &n))
        return LISTEN_WRONG;
    int fd = socket(to.general.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fault(ERR_IO);
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, &to.general, n) != 0 || listen(fd, BACKLOG) != 0)
        return give_up(fd);
    *ret = (struct listener){ .fd = fd, .port = port_of(fd) };
    return OK;
}

static bool somebody_answers(const union any *to)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true;
    bool answers = connect(fd, &to->general, sizeof to->local) == 0 || errno == EAGAIN;
    (void)close(fd); // nothing was sent
    return answers;
}

/* A socket that nobody listens on any more is in the way of bind(). Other files are left alone. */
static void remove_stale(const union any *to)
{
    struct stat st;
    if (lstat(to->local.sun_path, &st) == 0 && S_ISSOCK(st.st_mode) && !somebody_answers(to))
        (void)unlink(to->local.sun_path); // if it stays, bind says so
}

static err open_unix(struct str path, struct arena *a, struct listener *ret)
{
    union any to = { 0 };
    to.local.sun_family = AF_UNIX;
    if (!path.n || path.n >= sizeof to.local.sun_path || str_has(path, '\0'))
        return LISTEN_WRONG;
    memcpy(to.local.sun_path, path.s, path.n);
    remove_stale(&to);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fault(ERR_IO);
    // Nobody can connect before listen(), so the mode is right from the first client on.
    if (bind(fd, &to.general, sizeof to.local) != 0 || chmod(to.local.sun_path, 0660) != 0 ||
        listen(fd, BACKLOG) != 0)
        return give_up(fd);
    *ret = (struct listener){ .fd = fd, .path = str_copy(a, path) };
    return OK;
}

err listener_open(struct str address, struct arena *a, struct listener *ret)
{
    struct str path = address;
    return scan_text(&path, S("unix:")) ? open_unix(path, a, ret) : open_tcp(address, a, ret);
}

void listener_unlink(const struct listener *l, struct arena *a)
{
    if (l->path.n)
        (void)unlink(str_z(a, l->path)); // a leftover is removed by the next start
}

err listener_try(struct str address, struct arena *a, struct str *ret_why)
{
    struct listener l = { .fd = -1 };
    err e = listener_open(address, a, &l);
    if (!e) {
        (void)close(l.fd); // nothing was written
        listener_unlink(&l, a);
        return OK;
    }
    int error = errno;
    if (e == LISTEN_WRONG)
        *ret_why = S("an address is HOST:PORT with a host in numbers, or unix:PATH");
    else if (e == LISTEN_USED)
        *ret_why = S("another program does");
    else
        *ret_why = str_from_z(strerrordesc_np(error));
    return e;
}
