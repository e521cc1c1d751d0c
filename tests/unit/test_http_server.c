/* Without these tests a loose parser, a lost limit or a leaking refusal would reach readers unseen:
 * this is the server spoken to in raw bytes. */
#include "unit/http_routes.h"
#include "unit/test.h"

#include <string.h>
#include <unistd.h>

TEST(a_handler_answers)
{
    struct site s = { 0 };
    site_begin(&s, "");
    struct reply_seen seen = client_get(&s, "/", "");
    expect(seen.status == 200);
    expect_str(seen.body, S("<p>hello"));
    expect_str(seen_header(seen, "Content-Type"), S("text/html; charset=utf-8"));
    expect_str(seen_header(seen, "Cache-Control"), S("private, no-store"));
    seen = client_get(&s, "/2018/05/04/flood?sort=votes&utm=1", "");
    expect_str(seen.body, S("flood|votes"));
    seen = client_post(&s, "/say", FORM, S("body=hi+there%21"));
    expect_str(seen.body, S("guest said hi there!"));
    site_stop(&s);
}

TEST(requests_that_break_the_protocol_get_400_and_the_connection_ends)
{
    static const char *const wrong[] = {
        "GET / HTTP/1.1\r\n\r\n", // no Host
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b",
        "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b",
        "POST /say HTTP/1.1\r\n" HOST FORM
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
        "POST /say HTTP/1.1\r\n" HOST FORM
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
        "POST /say HTTP/1.1\r\n" HOST FORM
        "Transfer-Encoding: gzip, chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
        "POST /say HTTP/1.1\r\n" HOST FORM "Transfer-Encoding: identity\r\n\r\na=b",
        "POST /say HTTP/1.1\r\n" HOST FORM "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /say HTTP/1.1\r\n" HOST FORM
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /say HTTP/1.0\r\n" HOST FORM "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /say HTTP/1.1\r\n" HOST FORM
        "Content-Length : 3\r\n\r\na=b", // space before the colon
        "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length\t: 3\r\n\r\na=b",
        "GET / HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n", // folding
        "GET / HTTP/1.1\r\n" HOST "X-A: b\r\n\tc\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X-A:\r\n b\r\nX-C: d\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "Content-Lengt: 3\r\n h\r\n\r\n", // a name joined by folding
        "GET / HTTP/1.1\r\n X: y\r\n" HOST "\r\n",                  // folded onto the line
        "GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n",                    // an empty name
        "GET / HTTP/1.1\r\n" HOST "X(A): b\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X-A: b\x01\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X-A: b\x7f\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X-A: b\rc\r\n\r\n",      // a lone CR
        "GET / HTTP/1.1\r\n" HOST "X-A: b\nX-C: d\r\n\r\n", // a lone LF
        "GET / HTTP/1.1\n" HOST "\r\n",
        "GET / HTTP/1.1\r\n" HOST "\n",
        "GET  / HTTP/1.1\r\n" HOST "\r\n", // two spaces
        "GET /  HTTP/1.1\r\n" HOST "\r\n",
        "GET /a b HTTP/1.1\r\n" HOST "\r\n",
        "GET /a\tb HTTP/1.1\r\n" HOST "\r\n",
        "GET /#a HTTP/1.1\r\n" HOST "\r\n",
        "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n",
        "GET index HTTP/1.1\r\n" HOST "\r\n",
        "GET * HTTP/1.1\r\n" HOST "\r\n",
        "GET http://other.test/ HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/1.1\r\n" HOST "Cookie: a=b\r\nCookie: c=d\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "Origin: http://a\r\nOrigin: http://site.test\r\n\r\n",
    };
    struct site s = { 0 };
    site_begin(&s, "");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int fd = client_connect(&s);
        client_send(fd, str_from_z(wrong[i]));
        struct reply_seen seen = client_read(&s, fd, false);
        if (seen.status != 400 || !seen_header(seen, "Content-Security-Policy").n)
            printf("# %zu: %d\n", i, seen.status);
        expect(seen.status == 400);
        expect(seen_header(seen, "Content-Security-Policy").n);
        expect(client_ended(fd));
        close(fd);
    }
    site_stop(&s);
}

/* Sends bytes that have a NUL in them. */
TEST(a_nul_in_the_head_ends_the_connection)
{
    struct site s = { 0 };
    site_begin(&s, "");
    const struct str wrong[] = {
        S("GET /a\0b HTTP/1.1\r\nHost: site.test\r\n\r\n"),
        S("GET / HTTP/1.1\r\nHost: site.test\r\nX-A: b\0c\r\n\r\n"),
        S("GET / HTTP/1.1\r\nHost: site.test\r\nX\0A: b\r\n\r\n"),
        S("GET / HTTP/1.1\r\nHost: site.test\0\r\n\r\n"),
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int fd = client_connect(&s);
        client_send(fd, wrong[i]);
        int status = client_read(&s, fd, false).status;
        expect(status == 400 || status == 0);
        expect(client_ended(fd));
        close(fd);
    }
    site_stop(&s);
}

TEST(what_the_library_refuses_itself_is_refused)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        { "GET /\r\n\r\n", 400 },
        { "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 },
        { "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
        { "GET / http/1.1\r\n" HOST "\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400 },
        { "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: -3\r\n\r\n", 400 },
        { "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: +3\r\n\r\na=b", 400 },
        { "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 3, 3\r\n\r\na=b", 400 },
        { "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 0x3\r\n\r\na=b", 400 },
        { "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 99999999999999999999\r\n\r\na=b",
          413 },
        { "POST /say HTTP/1.1\r\n" HOST FORM "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400 },
        { "POST /say HTTP/1.1\r\n" HOST FORM "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
          400 },
    };
    struct site s = { 0 };
    site_begin(&s, "");
    for (size_t i = 0; i < COUNT(cases); i++)
        expect(client_ask(&s, cases[i].request).status == cases[i].status);
    site_stop(&s);
}

TEST(requests_that_only_look_odd_are_answered)
{
    static const char *const fine[] = {
        "GET http://site.test/ HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/1.0\r\n" HOST "\r\n",
        "GET / HTTP/1.1\r\nhOsT:site.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \t site.test \t \r\nX-Empty:\r\nX-Y: \xc3\xa4\tz\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
        "GET /? HTTP/1.1\r\n" HOST "\r\n",
        "GET /?%zz&a=%00 HTTP/1.1\r\n" HOST "\r\n", // no parameter of this route
        "GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
    };
    struct site s = { 0 };
    site_begin(&s, "");
    for (size_t i = 0; i < COUNT(fine); i++) {
        struct reply_seen seen = client_ask(&s, fine[i]);
        if (seen.status != 200)
            printf("# %zu %d\n", i, seen.status);
        expect(seen.status == 200);
        expect_str(seen.body, S("<p>hello"));
    }
    site_stop(&s);
}

TEST(errors_of_addresses_have_a_page)
{
    static const struct {
        const char *path;
        int status;
        const char *word;
    } cases[] = {
        { "/nowhere", 404, "error_not_found" },
        { "/2018//05/04", 404, "error_not_found" },
        { "/2018/05/04/..", 404, "error_not_found" },
        { "/2018/05/04/a%2Fb", 404, "error_not_found" },
        { "/2018/05/04/%", 400, "error_bad_address" },
        { "/2018/05/04/a%00", 400, "error_bad_address" },
        { "/2018/05/04/%ff", 400, "error_bad_address" },
        { "/2018/05/04/a?sort=%ff", 400, "error_bad_query" },
        { "/2018/05/04/a?sort=a&sort=b", 400, "error_repeated_field" },
        { "/say", 405, "error_method" },
    };
    struct site s = { 0 };
    site_begin(&s, "");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reply_seen seen = client_get(&s, cases[i].path, "");
        expect(seen.status == cases[i].status);
        expect_str(seen.body, str_from_z(cases[i].word));
        expect_str(seen_header(seen, "X-Content-Type-Options"), S("nosniff"));
    }
    site_stop(&s);
}

TEST(a_slash_too_many_redirects_to_the_path_without)
{
    struct site s = { 0 };
    site_begin(&s, "");
    struct reply_seen seen = client_get(&s, "/2018/05/04/flood/?sort=votes", "");
    expect(seen.status == 301);
    expect_str(seen_header(seen, "Location"), S("/2018/05/04/flood?sort=votes"));
    expect(client_get(&s, "/nowhere/", "").status == 404);
    expect(client_get(&s, "//evil.test/", "").status == 404);
    expect(client_post(&s, "/say/", FORM, S("body=a")).status == 404);
    site_stop(&s);
}

TEST(other_methods_are_answered_405_with_what_is_allowed)
{
    struct site s = { 0 };
    site_begin(&s, "");
    static const char *const methods[] = {
        "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "get", "X"
    };
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct str request = str_print(&s.arena, "%s / HTTP/1.1\r\n" HOST "\r\n", methods[i]);
        struct reply_seen seen = client_ask(&s, str_z(&s.arena, request));
        expect(seen.status == 405);
        expect_str(seen_header(seen, "Allow"), S("GET, HEAD, POST"));
    }
    expect(client_ask(&s, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n").status == 405);
    expect(client_ask(&s, "CONNECT site.test:443 HTTP/1.1\r\n" HOST "\r\n").status == 400);
    expect_str(seen_header(client_get(&s, "/say", ""), "Allow"), S("POST"));
    struct reply_seen seen = client_post(&s, "/", FORM, S("a=b"));
    expect(seen.status == 405);
    expect_str(seen_header(seen, "Allow"), S("GET, HEAD"));
    site_stop(&s);
}

TEST(head_gets_the_head_of_get)
{
    struct site s = { 0 };
    site_begin(&s, "");
    int fd = client_connect(&s);
    client_send(fd, S("HEAD / HTTP/1.1\r\n" HOST "\r\n"));
    struct reply_seen seen = client_read(&s, fd, true);
    expect(seen.status == 200);
    expect_str(seen_header(seen, "Content-Length"), S("8"));
    client_send(fd, S("GET / HTTP/1.1\r\n" HOST "\r\n"));
    expect_str(client_read(&s, fd, false).body, S("<p>hello"));
    close(fd);
    site_stop(&s);
}

TEST(requests_sent_in_one_go_are_answered_in_order)
{
    struct site s = { 0 };
    site_begin(&s, "");
    int fd = client_connect(&s);
    client_send(fd, S("GET /2018/05/04/one HTTP/1.1\r\n" HOST "\r\n"
                      "POST /say HTTP/1.1\r\n" HOST FORM "Content-Length: 8\r\n\r\nbody=two"
                      "POST /say HTTP/1.1\r\n" HOST FORM "Transfer-Encoding: chunked\r\n\r\n"
                      "5;x=y\r\nbody=\r\n5\r\nthree\r\n0\r\nTrailer: x\r\n\r\n"
                      "GET /2018/05/04/four HTTP/1.1\r\n" HOST "\r\n"));
    expect_str(client_read(&s, fd, false).body, S("one|none"));
    expect_str(client_read(&s, fd, false).body, S("guest said two"));
    expect_str(client_read(&s, fd, false).body, S("guest said three"));
    expect_str(client_read(&s, fd, false).body, S("four|none"));
    close(fd);
    site_stop(&s);
}
