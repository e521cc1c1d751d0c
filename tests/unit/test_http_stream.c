/* Without these tests a long download could hold a thread, look whole when it was not, or a few
 * slow readers could keep the public ledger from everybody else. */
#include "base/clock.h"
#include "base/scan.h"
#include "http/engine.h"
#include "http/error.h"
#include "unit/http_routes.h"
#include "unit/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A body of so many pieces, each of as many bytes as there may be; the route's state. */
struct long_body {
    int pieces, made, broken_at;
};

static err make_more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                     bool *ret_end)
{
    (void)app;
    struct long_body *l = state;
    if (l->made++ == l->broken_at)
        return ERR_DATA;
    char *z = arena_new(scratch, char, BODY_PIECE_MAX);
    memset(z, 'a' + l->made % 26, BODY_PIECE_MAX);
    buf_put(out, (struct str){ z, BODY_PIECE_MAX });
    *ret_end = l->made == l->pieces;
    return OK;
}

static err download(struct request *r, struct response *ret)
{
    struct str pieces = S("1");
    struct str broken = S("-1");
    (void)request_query(r, "pieces", &pieces);
    (void)request_query(r, "broken", &broken);
    struct long_body *l = arena_new(r->arena, struct long_body, 1);
    int64_t count = 0;
    expect(int_parse(pieces, 1, 100, &count));
    l->pieces = (int)count;
    l->broken_at = broken.s[0] - '0';
    ret->type = "text/csv";
    ret->source = (struct body_source){ .more = make_more, .state = l };
    return OK;
}

static const struct route routes[] = {
    { .pattern = "/download", .run = download, .query = "pieces broken" },
};

static void begin(struct site *s, const char *config)
{
    site_start(s, routes, COUNT(routes), config);
}

TEST(a_long_body_is_made_while_it_is_read)
{
    struct site s = { 0 };
    begin(&s, "");
    int fd = client_connect(&s);
    client_send(fd, S("GET /download?pieces=5 HTTP/1.1\r\n" HOST "\r\n"));
    struct reply_seen seen = client_read(&s, fd, false);
    expect(seen.status == 200 && seen.body.n == 5 * BODY_PIECE_MAX);
    expect(seen.body.s[0] == 'b' && seen.body.s[seen.body.n - 1] == 'f');
    expect_str(seen_header(seen, "Content-Type"), S("text/csv"));
    expect(!seen_header(seen, "Content-Length").s &&
           seen_header(seen, "Content-Security-Policy").n);
    // The connection goes on; what is whole at once has a length, and is compressed.
    client_send(fd, S("GET /download?pieces=1 HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n"));
    seen = client_read(&s, fd, false);
    expect(seen.status == 200 && seen.body.n < 10000);
    expect_str(seen_header(seen, "Content-Encoding"), S("gzip"));
    client_send(fd, S("HEAD /download?pieces=5 HTTP/1.1\r\n" HOST "\r\n"));
    expect(client_read(&s, fd, true).status == 200);
    close(fd);
    while (atomic_load(&s.server->streams) > 0)
        usleep(1000);
    site_stop(&s);
}

TEST(a_long_body_that_fails_is_broken_off_and_never_looks_whole)
{
    struct site s = { 0 };
    begin(&s, "");
    struct reply_seen seen = client_get(&s, "/download?pieces=5&broken=0", "");
    expect(seen.status == 500); // nothing had been sent
    expect_str(seen.body, S(ERROR_BROKEN));
    int fd = client_connect(&s);
    client_send(fd, S("GET /download?pieces=5&broken=2 HTTP/1.1\r\n" HOST "\r\n"));
    seen = client_read(&s, fd, false);
    expect(seen.status == 0 && seen.body.n == 2 * BODY_PIECE_MAX);
    expect(client_ended(fd));
    close(fd);
    site_stop(&s);
}

TEST(slow_readers_of_long_bodies_are_bounded_and_a_stop_ends_them)
{
    struct site s = { 0 };
    int fds[2];
    begin(&s, "[server]\nstreams = 2\n");
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = client_connect(&s);
        int small = 4096;
        (void)setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        client_send(fds[i], S("GET /download?pieces=60 HTTP/1.1\r\n" HOST "\r\n"));
    }
    while (atomic_load(&s.server->streams) < 2)
        usleep(1000);
    struct reply_seen seen = client_get(&s, "/download?pieces=9", "");
    expect(seen.status == 503);
    expect_str(seen.body, S(ERROR_BUSY_NOW));
    int64_t start = clock_monotonic();
    site_stop(&s);
    expect(clock_monotonic() - start < 4 * SECOND);
    close(fds[0]);
    close(fds[1]);
}

/* Asks for more than the kernel buffers, from behind a proxy, and reads nothing of it. */
static int ask_and_wait(const struct site *s, const char *client)
{
    int fd = client_connect(s);
    int small = 4096;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_send(fd, S("GET /download?pieces=60 HTTP/1.1\r\n" HOST "X-Forwarded-For: "));
    client_send(fd, str_from_z(client));
    client_send(fd, S("\r\n\r\n"));
    return fd;
}

TEST(one_client_takes_an_eighth_of_the_long_downloads_and_leaves_the_rest)
{
    enum { STREAMS = 32, SHARE = STREAMS / 8 };
    struct site s = { 0 };
    int fds[SHARE];
    begin(&s, "[server]\nstreams = 32\nproxies = 127.0.0.1\n");
    for (unsigned i = 0; i < SHARE; i++) {
        fds[i] = ask_and_wait(&s, i % 2 ? "2001:db8::1" : "2001:db8::2"); // one /64, one client
        while (atomic_load(&s.server->streams) < i + 1)
            usleep(1000);
    }
    const char *path = "/download?pieces=2";
    expect(client_get(&s, path, "X-Forwarded-For: 2001:db8::3\r\n").status == 503);
    expect(client_get(&s, path, "X-Forwarded-For: 192.0.2.1\r\n").status == 200);
    close(fds[0]);
    while (client_get(&s, path, "X-Forwarded-For: 2001:db8::3\r\n").status == 503)
        usleep(1000); // until the server has seen that one go
    for (size_t i = 1; i < SHARE; i++)
        close(fds[i]);
    site_stop(&s);
}
