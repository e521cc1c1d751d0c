/* Without this the program could be made to ask servers inside the operator's network, follow where
 * a stranger sends it, or wait and read without end. */
#include "base/buf.h"
#include "outgoing/address.h"
#include "outgoing/fetch.h"
#include "outgoing/smtp.h"
#include "unit/script_server.h"
#include "unit/test.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

static bool is_public(const char *text)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
    struct addrinfo *found = NULL;
    expect(getaddrinfo(text, NULL, &hints, &found) == 0);
    bool yes = address_public(found->ai_addr);
    freeaddrinfo(found);
    return yes;
}

TEST(only_addresses_of_the_public_internet_are_public)
{
    const char *const inside[] = {
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "::7f00:1",
        "2001::1",
        "3fff::1",
        "100::1",
        "::ffff:10.1.2.3",
    };
    const char *const outside[] = {
        "1.1.1.1",     "9.255.255.255",  "11.0.0.1",       "100.63.255.255",
        "100.128.0.0", "172.15.0.1",     "172.32.0.1",     "192.0.1.1",
        "192.167.1.1", "198.17.255.255", "198.20.0.0",     "223.255.255.1",
        "2a00::1",     "2606:4700::1",   "::ffff:1.1.1.1", "64:ff9b::808:808",
    };
    for (size_t i = 0; i < COUNT(inside); i++)
        expect(!is_public(inside[i]));
    for (size_t i = 0; i < COUNT(outside); i++)
        expect(is_public(outside[i]));
    expect(!address_public(&(struct sockaddr){ .sa_family = AF_UNIX }));
}

struct trial {
    struct arena a;
    struct script_server server;
    struct fetch_request q;
    struct fetch_answer answer;
};

static err ask(struct trial *t, const struct script_step *steps, size_t n)
{
    arena_init(&t->a, 1 << 20);
    t->server.steps = steps;
    t->server.n = n;
    script_start(&t->server);
    if (!t->q.url.n)
        t->q.url = str_print(&t->a, "http://127.0.0.1:%d/hook?a=b", t->server.port);
    if (!t->q.answer_max)
        t->q.answer_max = 1000;
    if (!t->q.timeout_ms)
        t->q.timeout_ms = 10000;
    err e = fetch(&t->q, &t->a, &t->answer);
    script_end(&t->server);
    return e;
}

static bool was_heard(const struct trial *t, const char *what)
{
    size_t at = 0;
    struct str all = { t->server.heard, t->server.heard_n };
    return str_find(all, str_from_z(what), &at);
}

TEST(a_post_is_sent_with_its_headers_and_the_answer_comes_back)
{
    static const struct script_step steps[] = {
        { "hello", "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nRetry-After: 7\r\nContent-Length: 4"
                   "\r\n\r\ndone" }
    };
    const struct fetch_header headers[] = { { S("X-One"), S("1") } };
    static struct trial t = { .q = {
                                  .post = true, .body = { "hello", 5 }, .allow_private = true } };
    t.q.headers = headers;
    t.q.header_count = 1;
    expect(ask(&t, steps, COUNT(steps)) == OK);
    expect(t.answer.status == 200 && t.answer.retry_after == 7);
    expect_str(t.answer.body, S("done"));
    expect_str(t.answer.type, S("text/x"));
    expect(was_heard(&t, "POST /hook?a=b HTTP/1.1\r\n") && was_heard(&t, "X-One: 1\r\n"));
}

TEST(a_private_address_is_not_connected_to)
{
    static const struct script_step steps[] = { { "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" } };
    static struct trial t;
    expect(ask(&t, steps, COUNT(steps)) == FETCH_PRIVATE);
    expect(t.server.heard_n == 0);
}

TEST(a_name_of_a_private_address_is_no_way_round)
{
    static const struct script_step steps[] = { { "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" } };
    static const char *const hosts[] = { "localhost",          "127.1", "0x7f000001", "2130706433",
                                         "[::ffff:127.0.0.1]", "[::1]" };
    for (size_t i = 0; i < COUNT(hosts); i++) {
        static struct trial t;
        t = (struct trial){ 0 };
        arena_init(&t.a, 1 << 16);
        t.server.steps = steps;
        t.server.n = 1;
        script_start(&t.server);
        t.q = (struct fetch_request){ .url =
                                          str_print(&t.a, "http://%s:%d/", hosts[i], t.server.port),
                                      .answer_max = 100,
                                      .timeout_ms = 5000 };
        err e = fetch(&t.q, &t.a, &t.answer);
        script_end(&t.server);
        expect(e == FETCH_PRIVATE || e == FETCH_UNREACHABLE);
        expect(t.server.heard_n == 0);
        arena_free(&t.a);
    }
}

TEST(a_redirect_is_an_answer_and_not_followed)
{
    static const struct script_step steps[] = {
        { "\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0"
                      "\r\n\r\n" }
    };
    static struct trial t = { .q = { .allow_private = true } };
    expect(ask(&t, steps, COUNT(steps)) == OK && t.answer.status == 302);
}

TEST(an_answer_at_the_limit_is_taken_and_one_past_it_is_not)
{
    static const struct script_step steps[] = {
        { "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345" }
    };
    static struct trial fits = { .q = { .allow_private = true, .answer_max = 5 } };
    static struct trial over = { .q = { .allow_private = true, .answer_max = 4 } };
    expect(ask(&fits, steps, COUNT(steps)) == OK && fits.answer.body.n == 5);
    expect(ask(&over, steps, COUNT(steps)) == FETCH_TOO_LARGE);
}

/* A head of `bytes`, in lines that are short enough for any client. */
static err ask_with_head(size_t bytes)
{
    enum { LINE = 1000 };
    static const char start[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    struct buf head CLEANUP(buf_free) = buf_make(FETCH_HEAD_MAX * 2);
    static struct trial t;
    buf_put(&head, (struct str){ start, sizeof start - 1 });
    for (size_t left = bytes - head.n - 2; left; left = bytes - head.n - 2) {
        size_t line = left < 2 * LINE ? left : LINE; // the last one is no shorter than the others
        buf_print(&head, "a: %0*d\r\n", (int)(line - sizeof "a: \r\n" + 1), 0);
    }
    buf_put(&head, S("\r\n"));
    buf_put_char(&head, 0);
    expect(!buf_full(&head) && head.n == bytes + 1);
    const struct script_step steps[] = { { "\r\n\r\n", head.s } };
    t = (struct trial){ .q = { .allow_private = true } };
    err e = ask(&t, steps, COUNT(steps));
    arena_free(&t.a);
    return e;
}

TEST(a_head_at_the_limit_is_taken_and_one_past_it_is_not)
{
    expect(ask_with_head(FETCH_HEAD_MAX) == OK);
    expect(ask_with_head(FETCH_HEAD_MAX + 1) == FETCH_TOO_LARGE);
}

static bool at_once(void *arg)
{
    int *asked = arg;
    return ++*asked > 1;
}

TEST(a_request_is_given_up_when_its_caller_says_so)
{
    int asked = 0;
    static struct trial t = { .q = { .allow_private = true, .give_up = at_once },
                              .server = { .hang = true } };
    t.q.arg = &asked;
    expect(ask(&t, NULL, 0) == FETCH_GIVEN_UP && asked == 2);
}

TEST(nothing_is_sent_but_what_the_caller_gave)
{
    static const struct script_step steps[] = { { "body", "HTTP/1.1 204 No Content\r\n\r\n" } };
    static struct trial t = { .q = { .post = true, .body = { "body", 4 }, .allow_private = true } };
    expect(ask(&t, steps, COUNT(steps)) == OK && t.answer.status == 204 && !t.answer.body.n);
    expect(was_heard(&t, "Content-Length: 4\r\n") && !was_heard(&t, "Authorization"));
    expect(!was_heard(&t, "Expect:") && !was_heard(&t, "Accept-Encoding"));
    expect(!was_heard(&t, "Cookie"));
}

TEST(a_server_that_says_nothing_is_left_in_time)
{
    static struct trial t = { .q = { .allow_private = true, .timeout_ms = 300 },
                              .server = { .hang = true } };
    expect(ask(&t, NULL, 0) == FETCH_TIMEOUT);
}

TEST(what_is_not_http_and_what_ends_early_is_broken)
{
    static const struct script_step noise[] = { { "\r\n\r\n", "220 mail here\r\n" } };
    static const struct script_step cut[] = {
        { "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n12345" }
    };
    static struct trial a = { .q = { .allow_private = true } };
    static struct trial b = { .q = { .allow_private = true } };
    expect(ask(&a, noise, COUNT(noise)) == FETCH_BROKEN);
    expect(ask(&b, cut, COUNT(cut)) == FETCH_BROKEN);
}

TEST(addresses_that_are_not_plain_http_are_refused)
{
    static const char *const urls[] = {
        "",
        "example.org/x",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org",
        "http://",
        "http://user@example.org/",
        "http://user:word@example.org/",
        "http://example.org/a b",
        "http://example.org/\r\nX: y",
        "http://ex\xc3\xa4mple.org/",
    };
    struct arena a;
    struct fetch_answer answer = { 0 };
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct fetch_request q = { .url = str_from_z(urls[i]), .answer_max = 1, .timeout_ms = 100 };
        expect(fetch(&q, &a, &answer) == FETCH_WRONG_URL);
    }
    arena_free(&a);
}

TEST(a_mail_servers_address_is_a_host_and_perhaps_a_port)
{
    static const char *const good[] = { "smtp://mail.example.org", "smtps://mail.example.org:465",
                                        "smtp://127.0.0.1:25/", "smtp://[::1]:25", "smtp://a" };
    static const char *const bad[] = {
        "",           "mail.example.org", "http://a",     "smtp://",    "smtp://a:",
        "smtp://a:0", "smtp://a:65536",   "smtp://u@a",   "smtp://a/b", "smtp://[::1",
        "smtp://a b", "smtp://a?b",       "smtp://a\r\nb"
    };
    for (size_t i = 0; i < COUNT(good); i++)
        expect(smtp_url_good(str_from_z(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(!smtp_url_good(str_from_z(bad[i])));
    expect(smtp_url_loopback(S("smtp://127.0.0.1:25")) && smtp_url_loopback(S("smtp://localhost")));
    expect(smtp_url_loopback(S("smtp://[::1]:25")));
    expect(!smtp_url_loopback(S("smtp://localhost.example.org")));
}

struct mailing {
    struct arena a;
    struct smtp_answer answer;
};

static err send_to(struct mailing *m, struct script_server *server)
{
    arena_init(&m->a, 1 << 20);
    script_start(server);
    struct smtp_server o = { .url = str_print(&m->a, "smtp://127.0.0.1:%d", server->port),
                             .name = S("news.example.org"),
                             .connect_ms = 2000,
                             .mail_ms = 2000 };
    struct smtp *s = smtp_open(&o);
    struct smtp_mail mail = { S("a@example.org"), S("b@example.net"), S("A: b\r\n\r\n.dot\r\n") };
    err e = smtp_send(s, &mail, &m->a, &m->answer);
    smtp_close(s);
    script_end(server);
    return e;
}

TEST(dots_at_the_beginning_of_a_line_are_stuffed)
{
    static const struct script_step steps[] = {
        { NULL, "220 hi\r\n" },    { "EHLO news.example.org\r\n", "250 hi\r\n" },
        { "MAIL", "250 ok\r\n" },  { "RCPT", "250 ok\r\n" },
        { "DATA", "354 go\r\n" },  { "\r\n.\r\n", "250 2.0.0 taken\r\n" },
        { "QUIT", "221 bye\r\n" },
    };
    static struct mailing m;
    static struct script_server server = { .steps = steps, .n = COUNT(steps) };
    size_t at = 0;
    expect(send_to(&m, &server) == OK && m.answer.code == 250);
    struct str all = { server.heard, server.heard_n };
    expect(str_find(all, S("MAIL FROM:<a@example.org>"), &at));
    expect(str_find(all, S("RCPT TO:<b@example.net>\r\n"), &at));
    expect(str_find(all, S("\r\n\r\n..dot\r\n.\r\n"), &at));
}

TEST(a_refusal_of_several_lines_is_told_with_its_status_and_without_its_controls)
{
    static const struct script_step steps[] = {
        { NULL, "220 hi\r\n" },
        { "EHLO", "250 hi\r\n" },
        { "MAIL", "250 ok\r\n" },
        { "RCPT", "550-5.1.1 no \x1b[31msuch\xff user\r\n550 5.1.1 x\r\n" },
        { "QUIT", "221 bye\r\n" },
    };
    static struct mailing m;
    static struct script_server server = { .steps = steps, .n = COUNT(steps) };
    expect(send_to(&m, &server) == SMTP_REFUSED);
    expect(m.answer.code == 550 && m.answer.recipient);
    expect_str(m.answer.status, S("5.1.1"));
    expect_str(m.answer.text, S("5.1.1 no ?[31msuch? user"));
}

TEST(nobody_there_and_a_server_that_says_no_word_are_the_servers_fault)
{
    static struct mailing a;
    static struct mailing b;
    static struct script_server silent = { .hang = true };
    static struct script_server gone;
    expect(send_to(&a, &silent) == SMTP_DOWN && !a.answer.code && a.answer.text.n);
    expect(send_to(&b, &gone) == SMTP_DOWN);
}
