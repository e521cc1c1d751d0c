/* Without these tests one request could cost the server more than was promised, or a post could be
 * taken from another site. */
#include "base/clock.h"
#include "http/error.h"
#include "unit/http_routes.h"
#include "unit/test.h"

#include <string.h>
#include <unistd.h>

static struct str filler(struct site *s, size_t n)
{
    char *z = arena_new(&s->arena, char, n);
    memset(z, 'x', n);
    return (struct str){ z, n };
}

TEST(an_address_of_the_limit_passes_and_one_byte_more_does_not)
{
    struct site s = { 0 };
    site_begin(&s, "[limits]\ntarget_bytes = 512\n");
    struct str path = str_print(&s.arena, "/2018/05/04/" STR_FMT, STR_ARG(filler(&s, 500)));
    expect(path.n == 512);
    expect(client_get(&s, str_z(&s.arena, path), "").status == 200);
    path = str_print(&s.arena, STR_FMT "x", STR_ARG(path));
    struct reply_seen seen = client_get(&s, str_z(&s.arena, path), "");
    expect(seen.status == 414);
    expect_str(seen.body, S(ERROR_TARGET_TOO_LONG));
    site_stop(&s);
}

static int ask_with_head_of(struct site *s, size_t bytes)
{
    struct str before = S("GET / HTTP/1.1\r\n" HOST "X-A: ");
    struct str request = str_print(&s->arena, STR_FMT STR_FMT "\r\n\r\n", STR_ARG(before),
                                   STR_ARG(filler(s, bytes - before.n - 4)));
    expect(request.n == bytes);
    return client_ask(s, str_z(&s->arena, request)).status;
}

TEST(a_head_of_the_limit_passes_and_one_byte_more_does_not)
{
    struct site s = { 0 };
    site_begin(&s, "[limits]\nhead_bytes = 2048\n");
    expect(ask_with_head_of(&s, 2048) == 200);
    expect(ask_with_head_of(&s, 2049) == 431);
    expect(ask_with_head_of(&s, 100000) == 431);
    site_stop(&s);
}

TEST(header_fields_and_cookies_are_counted)
{
    struct site s = { 0 };
    site_begin(&s, "[limits]\nheaders = 20\ncookies = 5\n");
    struct buf b = buf_make(1000);
    for (int i = 0; i < 19; i++) // and Host
        buf_print(&b, "X-%d: y\r\n", i);
    buf_put_char(&b, '\0');
    expect(client_get(&s, "/", b.s).status == 200);
    b.n--;
    buf_put(&b, S("X: y\r\n"));
    buf_put_char(&b, '\0');
    expect(client_get(&s, "/", b.s).status == 431);
    buf_free(&b);
    expect(client_get(&s, "/", "Cookie: a=1; b=2; c=3; d=4; e=5\r\n").status == 200);
    struct reply_seen seen = client_get(&s, "/", "Cookie: a=1; b=2; c=3; d=4; e=5; f=6\r\n");
    expect(seen.status == 431);
    expect_str(seen.body, S(ERROR_HEAD_TOO_LARGE));
    site_stop(&s);
}

TEST(bodies_of_the_limit_pass_and_one_byte_more_does_not)
{
    struct site s = { 0 };
    site_begin(&s, "[limits]\nform_bytes = 4096\njson_bytes = 5000\n");
    struct str form = str_print(&s.arena, "body=" STR_FMT, STR_ARG(filler(&s, 4091)));
    expect(client_post(&s, "/say", FORM, form).status == 200);
    form = str_print(&s.arena, STR_FMT "x", STR_ARG(form));
    struct reply_seen seen = client_post(&s, "/say", FORM, form);
    expect(seen.status == 413);
    expect_str(seen.body, S(ERROR_TOO_LARGE));
    expect_str(client_post(&s, "/api", JSON, filler(&s, 5000)).body, S("5000"));
    expect(client_post(&s, "/api", JSON, filler(&s, 5001)).status == 413);
    expect_str(client_post(&s, "/hook", "Content-Type: a/b\r\n", filler(&s, 5000)).body, S("5000"));
    expect(client_post(&s, "/hook", "", filler(&s, 5001)).status == 413);
    site_stop(&s);
}

/* The connection goes on after a body that was a little too large, and ends after a huge one. */
TEST(a_body_that_is_too_large_still_gets_its_answer)
{
    struct site s = { 0 };
    site_begin(&s, "[limits]\nform_bytes = 4096\n");
    int fd = client_connect(&s);
    client_send(fd, S("POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 300000\r\n\r\n"));
    client_send(fd, filler(&s, 300000));
    expect(client_read(&s, fd, false).status == 413);
    client_send(fd, S("GET / HTTP/1.1\r\n" HOST "\r\n"));
    expect(client_read(&s, fd, false).status == 200);
    client_send(fd, S("POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 100000000\r\n"
                      "Expect: 100-continue\r\n\r\n"));
    expect(client_read(&s, fd, false).status == 413);
    expect(client_ended(fd));
    close(fd);
    site_stop(&s);
}

TEST(a_chunked_body_without_end_is_cut_off)
{
    struct site s = { 0 };
    site_begin(&s, "[limits]\nform_bytes = 4096\n");
    int fd = client_connect(&s);
    client_send(fd, S("POST /say HTTP/1.1\r\n" HOST FORM "Transfer-Encoding: chunked\r\n\r\n"));
    struct str chunk = str_print(&s.arena, "10000\r\n" STR_FMT "\r\n", STR_ARG(filler(&s, 65536)));
    for (int i = 0; i < 40; i++)
        client_send(fd, chunk);
    expect(client_ended(fd));
    close(fd);
    // A chunked body that is only a little too large gets its answer.
    fd = client_connect(&s);
    client_send(fd, S("POST /say HTTP/1.1\r\n" HOST FORM "Transfer-Encoding: chunked\r\n\r\n"));
    client_send(fd, chunk);
    client_send(fd, S("0\r\n\r\n"));
    expect(client_read(&s, fd, false).status == 413);
    close(fd);
    site_stop(&s);
}

TEST(a_client_that_asks_first_is_told_to_go_on)
{
    struct site s = { 0 };
    site_begin(&s, "");
    int fd = client_connect(&s);
    client_send(fd, S("POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 6\r\n"
                      "Expect: 100-continue\r\n\r\n"));
    expect(client_read(&s, fd, true).status == 100);
    client_send(fd, S("body=a"));
    expect_str(client_read(&s, fd, false).body, S("guest said a"));
    close(fd);
    site_stop(&s);
}

TEST(a_large_body_comes_only_from_those_who_may_send_it)
{
    struct site s = { 0 };
    site_begin(&s, "");
#define PICTURE "Content-Type: multipart/form-data; boundary=B\r\nSec-Fetch-Site: same-origin\r\n"
    struct str body = str_print(&s.arena,
                                "--B\r\nContent-Disposition: form-data; name=p; filename=a.png\r\n"
                                "\r\n" STR_FMT "\r\n--B--\r\n",
                                STR_ARG(filler(&s, 300000)));
    struct reply_seen seen =
        client_post(&s, "/picture", PICTURE "Cookie: __Host-desk=ok\r\n", body);
    expect(seen.status == 200);
    expect_str(seen.body, S("1 uploads, 300000 bytes"));
    // Nobody reads the bytes of others: the answer is there before they were sent.
    int fd = client_connect(&s);
    client_send(fd, S("POST /picture HTTP/1.1\r\n" HOST PICTURE "Content-Length: 300000\r\n\r\n"));
    expect(client_read(&s, fd, false).status == 401);
    close(fd);
    // The route has a limit of its own.
    fd = client_connect(&s);
    client_send(fd, S("POST /picture HTTP/1.1\r\n" HOST PICTURE
                      "Cookie: __Host-desk=ok\r\nContent-Length: 400001\r\n\r\n"));
    client_send(fd, filler(&s, 400001));
    expect(client_read(&s, fd, false).status == 413);
    close(fd);
    site_stop(&s);
}

TEST(bodies_are_taken_in_the_type_of_their_route_only)
{
    struct site s = { 0 };
    site_begin(&s, "");
    static const struct {
        const char *path, *type;
        int status;
    } cases[] = {
        { "/say", "", 415 },
        { "/say", JSON, 415 },
        { "/say", "Content-Type: application/x-www-form-urlencodedx\r\n", 415 },
        { "/say", "Content-Type: Application/X-WWW-form-urlencoded ; charset=UTF-8\r\n", 200 },
        { "/api", FORM, 415 },
        { "/api", "Content-Type: application/json;charset=utf-8\r\n", 200 },
        { "/hook", FORM, 200 },
        { "/hook", "", 200 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reply_seen seen = client_post(&s, cases[i].path, cases[i].type, S("body=x"));
        expect(seen.status == cases[i].status);
        expect(seen.status != 415 || str_eq(seen.body, S(ERROR_MEDIA_TYPE)));
    }
    expect(client_post(&s, "/say", "", S("")).status == 200);
    expect(client_post(&s, "/api", "", S("")).status == 415);
    expect_str(seen_header(client_post(&s, "/api", FORM, S("a=b")), "Content-Type"),
               S("application/problem+json"));
    site_stop(&s);
}

TEST(forms_are_refused_with_the_word_that_says_why)
{
    struct site s = { 0 };
    site_begin(&s, "[limits]\nfields = 20\nuploads = 1\n");
    expect_str(client_post(&s, "/say", FORM, S("a=1&a=2")).body, S(ERROR_REPEATED_FIELD));
    expect_str(client_post(&s, "/say", FORM, S("a=%ff")).body, S(ERROR_BAD_FORM));
    expect_str(client_post(&s, "/say", FORM, S("a=%00")).body, S(ERROR_BAD_FORM));
    struct buf b = buf_make(1000);
    for (int i = 0; i < 20; i++)
        buf_print(&b, "f%d=x&", i);
    expect(client_post(&s, "/say", FORM, buf_str(&b)).status == 200);
    buf_put(&b, S("more=x"));
    expect_str(client_post(&s, "/say", FORM, buf_str(&b)).body, S(ERROR_TOO_MANY_FIELDS));
    buf_free(&b);
    site_stop(&s);
}

TEST(posts_are_guarded)
{
    struct site s = { 0 };
    site_begin(&s, "");
#define DESK_COOKIE "Cookie: __Host-desk=ok\r\n"
    static const struct {
        const char *lines;
        const char *body;
    } cases[] = {
        { FORM "Sec-Fetch-Site: same-origin\r\n" DESK_COOKIE, "ok said x" },
        { FORM "Origin: http://site.test\r\n" DESK_COOKIE, "ok said x" },
        { FORM DESK_COOKIE, "guest said x" }, // neither header: the desk's cookie does not count
        { FORM, "guest said x" },
        { FORM "Sec-Fetch-Site: cross-site\r\n" DESK_COOKIE, ERROR_NOT_FROM_HERE },
        { FORM "Origin: https://evil.test\r\n", ERROR_NOT_FROM_HERE },
        { FORM "Origin: null\r\n", ERROR_NOT_FROM_HERE },
        { FORM "Origin: null\r\nSec-Fetch-Site: same-origin\r\n", "guest said x" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_str(client_post(&s, "/say", cases[i].lines, S("body=x")).body,
                   str_from_z(cases[i].body));
    expect(client_post(&s, "/api", JSON, S("{}")).status == 200);
    expect(
        client_post(&s, "/api", JSON DESK_COOKIE "Origin: https://evil.test\r\n", S("{}")).status ==
        403);
    expect(client_post(&s, "/hook", "Origin: https://evil.test\r\n", S("{}")).status == 200);
    expect(client_get(&s, "/desk", DESK_COOKIE).status == 200);
    expect(client_get(&s, "/desk", "").status == 401);
    site_stop(&s);
}

TEST(a_site_without_an_address_takes_forms_from_this_machine)
{
    struct site s = { 0 };
    site_begin(&s, "[site]\nurl =\n");
    struct str lines =
        str_print(&s.arena, FORM "Origin: http://localhost:%d\r\n", server_port(s.server));
    expect(client_post(&s, "/say", str_z(&s.arena, lines), S("body=x")).status == 200);
    expect(client_post(&s, "/say", FORM "Origin: http://localhost:1\r\n", S("body=x")).status ==
           403);
    expect_str(site_url(s.setup.config), S("http://localhost:8080"));
    expect_str(client_get(&s, "/whoami", "").body, S("127.0.0.1 127.0.0.0/24 http secure "));
    site_stop(&s);
}

TEST(what_a_proxy_says_counts_only_if_it_is_ours)
{
    struct site s = { 0 };
    site_begin(&s, "[site]\nurl = https://site.test/\n");
    expect_str(client_get(&s, "/whoami", "X-Forwarded-For: 192.0.2.1\r\nUser-Agent: A\r\n").body,
               S("127.0.0.1 127.0.0.0/24 https secure A"));
    site_stop(&s);
    s = (struct site){ 0 };
    site_begin(&s, "[site]\nurl = http://site.test\n[server]\nproxies = 127.0.0.0/8\n");
    expect_str(client_get(&s, "/whoami", "X-Forwarded-For: 1.1.1.1, 192.0.2.1\r\n").body,
               S("192.0.2.1 192.0.2.0/24 http open "));
    expect_str(client_get(&s, "/whoami",
                          "X-Forwarded-For: 2001:db8:1:2:3::4\r\n"
                          "X-Forwarded-Proto: https\r\n")
                   .body,
               S("2001:db8:1:2::/64 2001:db8:1::/48 https secure "));
    site_stop(&s);
}

TEST(who_comes_too_often_is_told_when_to_come_again)
{
    struct site s = { 0 };
    site_begin(&s, "[server]\nproxies = 127.0.0.1\n"
                   "[limits]\npages_burst = 3\npages_rate = 60\nvotes_burst = 2\nvotes_rate = 1\n");
    for (int i = 0; i < 3; i++)
        expect(client_get(&s, "/", "X-Forwarded-For: 192.0.2.1\r\n").status == 200);
    struct reply_seen seen = client_get(&s, "/", "X-Forwarded-For: 192.0.2.1\r\n");
    expect(seen.status == 429);
    expect_str(seen.body, S(ERROR_TOO_OFTEN));
    expect_str(seen_header(seen, "Retry-After"), S("2"));
    expect(client_get(&s, "/", "X-Forwarded-For: 192.0.2.2\r\n").status == 200);
    // All of an IPv6 network's addresses are one client.
    for (int i = 0; i < 3; i++)
        expect(client_get(&s, "/", "X-Forwarded-For: 2001:db8::1\r\n").status == 200);
    expect(client_get(&s, "/", "X-Forwarded-For: 2001:db8::2:3\r\n").status == 429);
    // Votes and comments are counted by their handlers, so that nothing typed is lost.
    for (int i = 0; i < 2; i++)
        expect_str(client_post(&s, "/vote", FORM, S("value=1")).body, S("voted"));
    seen = client_post(&s, "/vote", FORM, S("value=1"));
    expect_str(seen.body, S("error_votes"));
    expect_str(seen_header(seen, "Retry-After"), S("61"));
    site_stop(&s);
}

TEST(answers_carry_what_handlers_say)
{
    struct site s = { 0 };
    site_begin(&s, "[site]\nurl = https://site.test\n");
    struct reply_seen seen = client_get(&s, "/answers?what=redirect", "");
    expect(seen.status == 303);
    expect_str(seen_header(seen, "Location"), S("/2018/05/04/flood#comment-1"));
    seen = client_get(&s, "/answers?what=refuse", "");
    expect(seen.status == 410);
    expect_str(seen.body, S("error_withdrawn"));
    seen = client_get(&s, "/answers?what=busy", "");
    expect(seen.status == 503);
    expect_str(seen_header(seen, "Retry-After"), S("1"));
    expect_str(seen.body, S(ERROR_BUSY_NOW));
    expect_str(client_get(&s, "/answers?what=full", "").body, S(ERROR_DISK_FULL));
    seen = client_get(&s, "/answers?what=broken", "");
    expect(seen.status == 500);
    expect_str(seen.body, S(ERROR_BROKEN));
    seen = client_get(&s, "/answers?what=fresh", "");
    size_t at = 0;
    expect(str_find(
        seen.head, S("Set-Cookie: fresh=1; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure\r\n"),
        &at));
    expect(str_find(seen.head,
                    S("Set-Cookie: __Host-desk=x; Path=/; HttpOnly; SameSite=Strict; Secure\r\n"),
                    &at));
    expect(str_find(seen.head,
                    S("Set-Cookie: gone=; Path=/a; Max-Age=0; HttpOnly; SameSite=Lax; Secure\r\n"),
                    &at));
    site_stop(&s);
}

TEST(every_answer_has_the_security_headers)
{
    static const char *const paths[] = { "/",     "/nowhere", "/answers?what=redirect",
                                         "/desk", "/%",       "/answers?what=broken",
                                         "/say" };
    static const char *const names[] = {
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Permissions-Policy",
        "Strict-Transport-Security",
        "Cache-Control",
    };
    struct site s = { 0 };
    site_begin(&s, "[site]\nurl = https://site.test\n");
    size_t at = 0;
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct reply_seen seen = client_get(&s, paths[i], "");
        for (size_t k = 0; k < COUNT(names); k++)
            expect(seen_header(seen, names[k]).n);
        expect(!seen_header(seen, "Server").s);
        expect(str_find(seen_header(seen, "Content-Security-Policy"), S("frame-ancestors 'none'"),
                        &at));
        expect(!str_find(seen_header(seen, "Content-Security-Policy"), S("unsafe"), &at));
        expect_str(seen_header(seen, "Cross-Origin-Resource-Policy"), S("same-origin"));
    }
    struct reply_seen seen = client_get(&s, "/answers?what=embed", "");
    expect(str_find(seen_header(seen, "Content-Security-Policy"), S("frame-ancestors *"), &at));
    expect_str(seen_header(seen, "Cross-Origin-Resource-Policy"), S("cross-origin"));
    site_stop(&s);
}

TEST(who_holds_all_connections_without_asking_makes_room_for_who_asks)
{
    enum { SILENT = 40 };
    struct site s = { 0 };
    site_begin(&s, "[limits]\nidle_seconds = 60\n[server]\nconnections = 16\nthreads = 1\n");
    int silent[SILENT];
    for (size_t i = 0; i < SILENT; i++)
        silent[i] = client_connect(&s);
    int64_t began = clock_monotonic();
    expect(client_get(&s, "/", "").status == 200); // behind them all
    expect(clock_monotonic() - began < 20 * SECOND);
    for (size_t i = 0; i < SILENT; i++)
        close(silent[i]);
    site_stop(&s);
}

TEST(idle_connections_of_our_proxy_stay_in_a_crowd)
{
    struct site s = { 0 };
    site_begin(&s, "[server]\nconnections = 16\nthreads = 1\nproxies = 127.0.0.1\n");
    int kept[15];
    for (size_t i = 0; i < COUNT(kept); i++) {
        kept[i] = client_connect(&s);
        client_send(kept[i], S("GET / HTTP/1.1\r\n" HOST "\r\n"));
        expect(client_read(&s, kept[i], false).status == 200);
    }
    usleep(3500000); // more than the moment after which others would give way
    for (size_t i = 0; i < COUNT(kept); i++) {
        client_send(kept[i], S("GET / HTTP/1.1\r\n" HOST "\r\n"));
        expect(client_read(&s, kept[i], false).status == 200);
        close(kept[i]);
    }
    site_stop(&s);
}
