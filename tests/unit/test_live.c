/* Without these a slow reader could fill the memory, a message could be lost between two, or a
 * server that stops could hang on its open streams. */
#include "live/live.h"
#include "unit/http_client.h"
#include "unit/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The streams of the test that runs. */
struct stage {
    struct site site;
    struct live *live;
};
static struct live *live_now;

/* ?topics=1 opens a stream of topic 1, catching up with "before" when asked. */
static err open_stream(struct request *r, struct response *ret)
{
    struct live_wish w = { .topics = { 1 }, .topic_count = 1, .client = S("x") };
    struct live_stream *s = NULL;
    struct str text = { 0 };
    if (request_query(r, "topic", &text))
        w.topics[0] = text.s[0] - '0';
    (void)request_query(r, "client", &w.client); // all are one client's otherwise
    err e = live_open(live_now, r->setup->config, &w, &s);
    if (e) {
        ret->status = 500 + e;
        return OK;
    }
    if (request_query(r, "before", &text))
        live_catch_up(s, S("data: before\n\n"), 7);
    live_respond(s, ret);
    return OK;
}

static const struct route routes[] = {
    { .pattern = "/live/x", .run = open_stream, .query = "topic client before" },
};

static void stage_open(struct stage *s, const char *config)
{
    *s = (struct stage){ .live = live_start() };
    live_now = s->live;
    site_start(&s->site, routes, COUNT(routes), config);
}

static void stage_close(struct stage *s)
{
    live_end(s->live);
    site_stop(&s->site);
    live_free(s->live);
}

static int open_at(struct stage *s, const char *query)
{
    int fd = client_connect(&s->site);
    struct str line =
        str_print(&s->site.arena, "GET /live/x%s HTTP/1.1\r\nHost: site.test\r\n\r\n", query);
    client_send(fd, line);
    return fd;
}

/* Reads until `what` has come; false when the connection ends or nothing comes. */
static bool comes_in(int fd, const char *what, struct buf *seen)
{
    struct timeval wait = { .tv_sec = 5 };
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    for (;;) {
        char bytes[4096];
        size_t at = 0;
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0)
            return false;
        buf_put(seen, (struct str){ bytes, (size_t)got });
        if (str_find(buf_str(seen), str_from_z(what), &at))
            return true;
    }
}

static bool comes(int fd, const char *what)
{
    struct buf seen CLEANUP(buf_free) = buf_make(16 * 1024 * 1024);
    return comes_in(fd, what, &seen);
}

static void say(struct stage *s, int64_t topic, int64_t id, const char *text)
{
    struct buf out CLEANUP(buf_free) = buf_make(LIVE_MESSAGE_MAX);
    live_put(&out, id, "e", str_from_z(text));
    const struct live_message m = { topic, id, buf_str(&out) };
    live_say(s->live, &m, 1, clock_monotonic());
}

TEST(a_stream_hears_its_topic_and_what_is_for_everyone)
{
    struct stage s;
    stage_open(&s, "");
    int one = open_at(&s, "");
    int two = open_at(&s, "?topic=2");
    expect(comes(one, "retry: ") && comes(two, "retry: "));
    expect(live_any(s.live) && live_heard(s.live, 2) && !live_heard(s.live, 3));
    say(&s, 1, 5, "first");
    expect(comes(one, "id: 5\nevent: e\ndata: first\n\n"));
    say(&s, 2, 6, "second");
    say(&s, LIVE_EVERYONE, 0, "all");
    expect(comes(one, "event: e\ndata: all\n\n") && comes(two, "data: all\n\n"));
    (void)close(one);
    (void)close(two);
    stage_close(&s);
}

TEST(of_what_is_said_together_the_last_that_is_heard_has_the_id)
{
    struct stage s;
    stage_open(&s, "");
    int two = open_at(&s, "?topic=2");
    int one = open_at(&s, "");
    expect(comes(two, "retry: ") && comes(one, "retry: "));
    struct buf a CLEANUP(buf_free) = buf_make(LIVE_MESSAGE_MAX);
    struct buf b CLEANUP(buf_free) = buf_make(LIVE_MESSAGE_MAX);
    live_put(&a, 9, "e", S("all"));
    live_put(&b, 9, "e", S("one"));
    const struct live_message m[] = { { LIVE_EVERYONE, 9, buf_str(&a) }, { 1, 9, buf_str(&b) } };
    live_say(s.live, m, COUNT(m), clock_monotonic());
    expect(comes(two, "id: 9\nevent: e\ndata: all\n\n"));
    expect(comes(one, "\nevent: e\ndata: all\n\nid: 9\nevent: e\ndata: one\n\n"));
    (void)close(one);
    (void)close(two);
    stage_close(&s);
}

TEST(what_was_caught_up_with_is_not_told_again)
{
    struct stage s;
    stage_open(&s, "");
    int fd = open_at(&s, "?before=1");
    expect(comes(fd, "data: before\n\n"));
    struct buf seen CLEANUP(buf_free) = buf_make(16 * 1024 * 1024);
    size_t at = 0;
    say(&s, 1, 7, "known");
    say(&s, 1, 8, "news");
    expect(comes_in(fd, "id: 8\nevent: e\ndata: news\n\n", &seen));
    expect(!str_find(buf_str(&seen), S("known"), &at));
    (void)close(fd);
    stage_close(&s);
}

TEST(a_stream_that_hears_nothing_for_long_is_not_taken_for_slow)
{
    struct stage s;
    stage_open(&s, "");
    int fd = open_at(&s, "");
    expect(comes(fd, "retry: "));
    for (int i = 0; i < 2000; i++)
        say(&s, 2, i + 1, "of another topic");
    say(&s, 1, 3000, "mine");
    expect(comes(fd, "data: mine\n\n"));
    (void)close(fd);
    stage_close(&s);
}

TEST(a_reader_that_takes_nothing_is_cut_off_and_others_are_not)
{
    struct stage s;
    stage_open(&s, "");
    int slow = open_at(&s, "");
    int good = open_at(&s, "?topic=2");
    expect(comes(slow, "retry: ") && comes(good, "retry: "));
    char *text = arena_new(&s.site.arena, char, LIVE_MESSAGE_MAX - 100);
    memset(text, 'x', LIVE_MESSAGE_MAX - 101);
    for (int i = 0; i < 4000; i++)
        say(&s, 1, i + 1, text);
    say(&s, 2, 5000, "still here");
    expect(comes(good, "data: still here\n\n"));
    struct buf out CLEANUP(buf_free) = buf_make(4096);
    live_metrics(s.live, &out);
    size_t at = 0;
    expect(str_find(buf_str(&out), S("\ndiurnal_live_slow_total 1\n"), &at));
    expect(!comes(slow, "no such text")); // what the kernel had of it, and the end
    for (int i = 0; i < 500 && live_heard(s.live, 1); i++)
        (void)usleep(10000);
    expect(!live_heard(s.live, 1));
    (void)close(slow);
    (void)close(good);
    stage_close(&s);
}

TEST(who_takes_nothing_within_the_time_is_cut_off)
{
    struct stage s;
    stage_open(&s, "[limits]\nlive_stall_seconds = 1\n");
    int slow = open_at(&s, "");
    expect(comes(slow, "retry: "));
    char *text = arena_new(&s.site.arena, char, LIVE_MESSAGE_MAX - 100);
    memset(text, 'x', LIVE_MESSAGE_MAX - 101);
    for (int i = 0; i < 500; i++)
        say(&s, 1, i + 1, text);
    for (int i = 0; i < 500 && live_any(s.live); i++)
        (void)usleep(10000);
    expect(!live_any(s.live));
    (void)close(slow);
    stage_close(&s);
}

TEST(streams_are_limited_in_all_and_for_each_client)
{
    struct stage s;
    stage_open(&s, "[limits]\nlive_streams_main = 3\nlive_streams_client = 2\n");
    int a = open_at(&s, "");
    int b = open_at(&s, "");
    expect(comes(a, " 200 ") && comes(b, " 200 "));
    int third = open_at(&s, "");
    expect(comes(third, " 503 ")); // LIVE_CLIENT
    int c = open_at(&s, "?client=y");
    expect(comes(c, " 200 "));
    int fourth = open_at(&s, "?client=z");
    expect(comes(fourth, " 502 ")); // LIVE_FULL
    (void)close(a);
    (void)close(b);
    (void)close(c);
    (void)close(third);
    (void)close(fourth);
    stage_close(&s);
}

TEST(streams_off_by_configuration_are_refused)
{
    struct stage s;
    stage_open(&s, "[limits]\nlive_streams = 0\n");
    int fd = open_at(&s, "");
    expect(comes(fd, " 501 "));
    (void)close(fd);
    stage_close(&s);
}

TEST(streams_are_kept_alive_and_the_dead_are_noticed)
{
    struct stage s;
    stage_open(&s, "[limits]\nlive_heartbeat_seconds = 1\n");
    int fd = open_at(&s, "");
    expect(comes(fd, "retry: ") && comes(fd, ":\n\n") && comes(fd, ":\n\n"));
    (void)close(fd);
    for (int i = 0; i < 500 && live_any(s.live); i++)
        (void)usleep(10000);
    expect(!live_any(s.live));
    stage_close(&s);
}

TEST(when_it_ends_streams_end_in_order_and_new_ones_are_refused)
{
    struct stage s;
    stage_open(&s, "");
    int fd = open_at(&s, "");
    expect(comes(fd, "retry: "));
    live_end(s.live);
    expect(comes(fd, "0\r\n\r\n"));
    int late = open_at(&s, "");
    expect(comes(late, " 501 "));
    (void)close(fd);
    (void)close(late);
    stage_close(&s);
}
