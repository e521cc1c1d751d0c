#include "unit/http_client.h"
#include "base/scan.h"
#include "unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_MAX = 4 * 1024 * 1024, WAIT_MS = 8000 };

static const struct setup *pin(void *arg)
{
    struct site *s = arg;
    __atomic_fetch_add(&s->pins, 1, __ATOMIC_RELAXED);
    return &s->setup;
}

static void drop(void *arg, const struct setup *setup)
{
    struct site *s = arg;
    expect(setup == &s->setup);
    __atomic_fetch_sub(&s->pins, 1, __ATOMIC_RELAXED);
}

/* Whoever has the cookie __Host-desk=ok may pass. */
static err admit(struct request *r, struct response *ret)
{
    struct str cookie = { 0 };
    if (request_cookie(r, "__Host-desk", &cookie) && str_eq(cookie, S("ok")))
        return OK;
    (void)http_refuse(r, ret, 401, "error_sign_in");
    return HTTP_ANSWERED;
}

static void error_page(struct request *r, struct response *ret, int status, const char *word)
{
    ret->status = status;
    ret->type = r->route && r->route->api ? "application/problem+json" : "text/html; charset=utf-8";
    ret->body = str_print(r->arena, "%s", word);
}

static struct config *configure(struct site *s, const char *config)
{
    struct config *c = NULL;
    struct str why = S("");
    struct str text = str_print(&s->arena, "%s%s", config,
                                strstr(config, "url") ? "" : "\n[site]\nurl = http://site.test\n");
    if (config_parse(S("test.ini"), text, &s->arena, &c, &why))
        printf("# " STR_FMT "\n", STR_ARG(why));
    expect(c && s->config_count < COUNT(s->configs));
    s->configs[s->config_count++] = c;
    return c;
}

void site_configure(struct site *s, const char *config)
{
    s->setup.config = configure(s, config);
}

void site_start(struct site *s, const struct route *routes, size_t n, const char *config)
{
    arena_init(&s->arena, 64 << 20);
    s->setup.config = configure(s, config);
    err e =
        server_start(&(struct server_options){ .app = &s->app,
                                               .routes = routes,
                                               .route_count = n,
                                               .hooks = { .pin = pin,
                                                          .drop = drop,
                                                          .admit = s->admit ? s->admit : admit,
                                                          .error_page = error_page,
                                                          .arg = s },
                                               .listen = s->listen.n ? s->listen : S("127.0.0.1:0"),
                                               .listen_metrics = s->metrics },
                     &s->server);
    expect(e == OK);
}

void site_stop(struct site *s)
{
    expect(server_stop(s->server, 3 * SECOND));
    expect(s->pins == 0);
    for (size_t i = 0; i < s->config_count; i++)
        config_free(s->configs[i]);
    arena_free(&s->arena);
}

static int connect_to(const struct sockaddr *to, socklen_t n)
{
    int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    expect(fd >= 0 && connect(fd, to, n) == 0);
    return fd;
}

int client_connect(const struct site *s)
{
    struct str path = s->listen;
    if (scan_text(&path, S("unix:"))) {
        struct sockaddr_un to = { .sun_family = AF_UNIX };
        memcpy(to.sun_path, path.s, path.n);
        return connect_to((const struct sockaddr *)&to, sizeof to);
    }
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)server_port(s->server)),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    return connect_to((const struct sockaddr *)&to, sizeof to);
}

void client_send(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.s, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return; // the server may close while we still send
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
}

static bool readable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, WAIT_MS) == 1;
}

/* Reads up to the blank line, byte by byte, so that nothing of a second response is taken. */
static struct str read_head(struct site *s, int fd)
{
    struct buf b = buf_make(READ_MAX);
    char c = 0;
    while (!str_ends(buf_str(&b), S("\r\n\r\n"))) {
        if (!readable(fd) || recv(fd, &c, 1, 0) != 1)
            break;
        buf_put_char(&b, c);
    }
    struct str head = buf_copy(&b, &s->arena);
    buf_free(&b);
    return head;
}

static struct str read_body(struct site *s, int fd, size_t n)
{
    char *at = arena_new(&s->arena, char, n);
    size_t got = 0;
    while (got < n && readable(fd)) {
        ssize_t one = recv(fd, at + got, n - got, 0);
        if (one <= 0)
            break;
        got += (size_t)one;
    }
    expect(got == n);
    return (struct str){ at, n };
}

struct str seen_header(struct reply_seen seen, const char *name)
{
    struct str rest = seen.head;
    (void)scan_line(&rest);
    while (rest.n) {
        struct str value = scan_line(&rest);
        struct str one = scan_until(&value, ':');
        if (str_eq_nocase(one, str_from_z(name)))
            return str_trim(value);
    }
    return (struct str){ 0 };
}

/* A body in chunks, put together. `whole` tells whether its last chunk came. */
static struct str read_chunks(struct site *s, int fd, bool *ret_whole)
{
    struct buf b = buf_make(READ_MAX);
    struct buf line = buf_make(100);
    char c = 0;
    bool whole = false;
    while (!whole && readable(fd) && recv(fd, &c, 1, 0) == 1) {
        buf_put_char(&line, c);
        if (c != '\n')
            continue;
        size_t n = strtoul(str_z(&s->arena, buf_str(&line)), NULL, 16);
        buf_clear(&line);
        struct str chunk = read_body(s, fd, n + 2); // with its line end
        buf_put(&b, str_sub(chunk, 0, n));
        whole = n == 0;
    }
    *ret_whole = whole;
    struct str body = buf_copy(&b, &s->arena);
    buf_free(&line);
    buf_free(&b);
    return body;
}

struct reply_seen client_read(struct site *s, int fd, bool head)
{
    struct reply_seen seen = { .head = read_head(s, fd) };
    struct str line = seen.head;
    int64_t status = 0;
    int64_t length = 0;
    if (!scan_text(&line, S("HTTP/1.1 ")) || !scan_digits(&line, 3, &status))
        return seen;
    seen.status = (int)status;
    (void)int_parse(seen_header(seen, "Content-Length"), 0, READ_MAX, &length);
    if (!head && str_eq(seen_header(seen, "Transfer-Encoding"), S("chunked"))) {
        bool whole = false;
        seen.body = read_chunks(s, fd, &whole);
        seen.status = whole ? seen.status : 0;
    } else if (!head && status != 304 && status >= 200)
        seen.body = read_body(s, fd, (size_t)length);
    return seen;
}

bool client_ended(int fd)
{
    char c = 0;
    return readable(fd) && recv(fd, &c, 1, 0) <= 0;
}

struct reply_seen client_ask(struct site *s, const char *request)
{
    int fd = client_connect(s);
    client_send(fd, str_from_z(request));
    struct reply_seen seen = client_read(s, fd, strncmp(request, "HEAD", 4) == 0);
    close(fd);
    return seen;
}

struct reply_seen client_get(struct site *s, const char *path, const char *lines)
{
    return client_ask(
        s, str_z(&s->arena, str_print(&s->arena, "GET %s HTTP/1.1\r\nHost: site.test\r\n%s\r\n",
                                      path, lines ? lines : "")));
}

struct reply_seen client_post(struct site *s, const char *path, const char *lines, struct str body)
{
    int fd = client_connect(s);
    client_send(fd,
                str_print(&s->arena,
                          "POST %s HTTP/1.1\r\nHost: site.test\r\nContent-Length: %zu\r\n%s\r\n",
                          path, body.n, lines ? lines : ""));
    client_send(fd, body);
    struct reply_seen seen = client_read(s, fd, false);
    close(fd);
    return seen;
}
