/* Without these tests a form could lose or double what a person typed, and an address could mean
 * one thing to a proxy and another to us. */
#include "http/cookie.h"
#include "http/form.h"
#include "http/multipart.h"
#include "http/negotiate.h"
#include "http/url.h"
#include "unit/test.h"

#include <string.h>

static struct arena arena_of(size_t bytes)
{
    struct arena a;
    arena_init(&a, bytes);
    return a;
}

static err split(const char *raw, struct target *ret)
{
    return target_split(str_from_z(raw), S("site.test"), ret);
}

TEST(a_target_is_split_at_its_first_question_mark)
{
    struct target t = { 0 };
    expect(split("/a/b?c=d?e", &t) == OK);
    expect_str(t.path, S("/a/b"));
    expect_str(t.query, S("c=d?e"));
    expect(split("/", &t) == OK);
    expect_str(t.path, S("/"));
    expect(!t.query.n);
}

TEST(a_target_in_absolute_form_is_taken_for_our_own_host_only)
{
    struct target t = { 0 };
    expect(split("http://site.test/a?b", &t) == OK);
    expect_str(t.path, S("/a"));
    expect_str(t.query, S("b"));
    expect(split("HTTPS://SITE.TEST", &t) == OK);
    expect_str(t.path, S("/"));
    expect(split("http://site.test?q", &t) == OK);
    expect_str(t.query, S("q"));
    expect(split("http://other.test/a", &t) == TARGET_WRONG);
    expect(split("http://site.test.other/a", &t) == TARGET_WRONG);
    expect(split("http://u@site.test/a", &t) == TARGET_WRONG);
    expect(split("ftp://site.test/a", &t) == TARGET_WRONG);
}

TEST(other_forms_of_targets_and_bytes_that_may_not_stand_there_are_refused)
{
    struct target t = { .path = S("before") };
    const char *wrong[] = { "",       "*",         "a/b", "site.test:443", "/a b", "/a#b", "/a\tb",
                            "/a\x7f", "/\xc3\xa4", "?a",  "//\x01" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(split(wrong[i], &t) == TARGET_WRONG);
    expect_str(t.path, S("before"));
}

TEST(percent_encoding_comes_off_once)
{
    struct arena a = arena_of(1 << 20);
    struct str s = { 0 };
    expect(url_decode(&a, S("a%2520b+c"), false, &s));
    expect_str(s, S("a%20b+c"));
    expect(url_decode(&a, S("a+%C3%A4"), true, &s));
    expect_str(s, S("a ä"));
    const char *wrong[] = { "%", "%4", "%zz", "%4g", "a%00b", "%ff", "%c3", "%ed%a0%80", "%c0%af" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(!url_decode(&a, str_from_z(wrong[i]), true, &s));
    arena_free(&a);
}

TEST(what_is_escaped_comes_back_the_same)
{
    struct arena a = arena_of(1 << 20);
    struct str text = S("a b/c?d&e=f+g%ä~-._");
    struct str escaped = S("");
    char out[100];
    escaped = (struct str){ out, url_escape_into(text, out) };
    expect_str(escaped, S("a%20b%2Fc%3Fd%26e%3Df%2Bg%25%C3%A4~-._"));
    struct str back = { 0 };
    expect(url_decode(&a, escaped, true, &back));
    expect_str(back, text);
    arena_free(&a);
}

TEST(a_form_gives_its_fields)
{
    struct arena a = arena_of(1 << 20);
    struct fields f = { 0 };
    struct str v = { 0 };
    expect(form_parse(S("name=Ada&body=a%26b%0D%0Ac&&empty=&flag"), 10, &a, &f) == OK);
    expect(f.n == 4);
    expect(fields_find(&f, S("body"), &v));
    expect_str(v, S("a&b\r\nc"));
    expect(fields_find(&f, S("empty"), &v) && v.n == 0);
    expect(fields_find(&f, S("flag"), &v) && v.n == 0);
    expect(!fields_find(&f, S("nam"), &v));
    expect(form_parse(S(""), 10, &a, &f) == OK && f.n == 0);
    arena_free(&a);
}

TEST(a_damaged_form_is_mended_to_valid_text_with_the_words_in_it)
{
    struct arena a = arena_of(1 << 20);
    struct fields f = { 0 };
    struct str v = { 0 };
    expect(form_mend(S("a=x%ffy%00z&b=1%zz+2%&c=\xe2\x82&a=second&=v&n%ff=w&d=%e2%82%ac"), 10, &a,
                     &f) == OK);
    expect(f.n == 5);
    expect(fields_find(&f, S("a"), &v));
    expect_str(v, S("x\uFFFDy\uFFFDz"));
    expect(fields_find(&f, S("b"), &v));
    expect_str(v, S("1%zz 2%"));
    expect(fields_find(&f, S("c"), &v));
    expect_str(v, S("\uFFFD\uFFFD"));
    expect(fields_find(&f, S("n\uFFFD"), &v));
    expect_str(v, S("w"));
    expect(fields_find(&f, S("d"), &v));
    expect_str(v, S("\u20AC"));
    expect(form_mend(S("%ff=1&\xff=2"), 10, &a, &f) == OK && f.n == 1); // the same when mended
    expect(form_mend(S(""), 10, &a, &f) == OK && f.n == 0);
    expect(form_mend(S("a=1&a=2"), 1, &a, &f) == FORM_TOO_MANY);
    expect(form_mend(S("a=1&a=2"), 2, &a, &f) == OK && f.n == 1);
    arena_free(&a);
}

TEST(a_form_is_refused_for_repeated_broken_and_too_many_fields)
{
    struct arena a = arena_of(1 << 20);
    struct fields f = { .n = 77 };
    expect(form_parse(S("a=1&b=2&a=3"), 10, &a, &f) == FORM_REPEATED);
    expect(form_parse(S("a=1&%61=3"), 10, &a, &f) == FORM_REPEATED);
    expect(form_parse(S("a=%f"), 10, &a, &f) == FORM_BROKEN);
    expect(form_parse(S("a=%00"), 10, &a, &f) == FORM_BROKEN);
    expect(form_parse(S("=v"), 10, &a, &f) == FORM_BROKEN);
    expect(form_parse(S("a=\xff"), 10, &a, &f) == FORM_BROKEN);
    expect(form_parse(S("a=1&b=2&c=3"), 2, &a, &f) == FORM_TOO_MANY);
    expect(f.n == 77);
    expect(form_parse(S("a=1&b=2"), 2, &a, &f) == OK);
    arena_free(&a);
}

TEST(of_a_query_only_the_named_parameters_count)
{
    struct arena a = arena_of(1 << 20);
    struct fields f = { 0 };
    expect(query_parse(S("utm=%ff&only=answers&s%6Frt=votes&utm=2"), "sort only after", 10, &a,
                       &f) == OK);
    expect(f.n == 2);
    expect_str(f.at[0].name, S("sort"));
    expect_str(f.at[0].value, S("votes"));
    expect_str(f.at[1].value, S("answers"));
    expect(query_parse(S("sort=1&sort=2"), "sort", 10, &a, &f) == FORM_REPEATED);
    expect(query_parse(S("sort=%ff"), "sort", 10, &a, &f) == FORM_BROKEN);
    expect(query_parse(S("a&b&c"), "sort", 2, &a, &f) == FORM_TOO_MANY);
    expect(query_parse(S("a=1"), NULL, 2, &a, &f) == OK && f.n == 0);
    arena_free(&a);
}

TEST(cookies_are_found_by_their_whole_name)
{
    struct str v = { 0 };
    struct str h = S("a=1; fresh=yes;b=\"q\" ; xfresh=no; bad=a,b; c=x=y");
    expect(cookie_find(h, S("fresh"), &v));
    expect_str(v, S("yes"));
    expect(cookie_find(h, S("b"), &v));
    expect_str(v, S("q"));
    expect(cookie_find(h, S("c"), &v));
    expect_str(v, S("x=y"));
    expect(!cookie_find(h, S("bad"), &v));
    expect(!cookie_find(h, S("resh"), &v));
    expect(!cookie_find(S(""), S("a"), &v));
    expect(cookie_count(h) == 6);
    expect(cookie_count(S(" ; ;")) == 0);
    expect(cookie_value_valid(S("abc-_.~!")));
    expect(!cookie_value_valid(S("a b")) && !cookie_value_valid(S("a;b")));
}

static const struct multipart_limits most = { 3, 2 };

static err parts(const char *body, struct arena *a, struct multipart *ret)
{
    return multipart_parse(str_from_z(body), S("B"), most, a, ret);
}

#define FIELD(name, value) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"

TEST(a_multipart_form_gives_its_fields_and_files)
{
    struct arena a = arena_of(1 << 20);
    struct multipart m = { 0 };
    struct str v = { 0 };
    expect(parts("--B\r\n" FIELD(
                     "title",
                     "Flood ä") "--B\r\n"
                                "content-disposition: form-data; name=picture; "
                                "filename=\"C:\\pics\\a%22b.png\"\r\n"
                                "Content-Type: image/png\r\n\r\n\r\n-- B\r\n--\r\n--B\r\n" FIELD(
                                    "empty", "") "--B\r\nContent-Disposition: form-data; "
                                                 "name=\"none\"; filename=\"\"\r\n\r\n\r\n"
                                                 "--B--\r\nepilogue",
                 &a, &m) == OK);
    expect(m.fields.n == 2);
    expect(fields_find(&m.fields, S("title"), &v));
    expect_str(v, S("Flood ä"));
    expect(m.upload_count == 1);
    expect_str(m.uploads[0].field, S("picture"));
    expect_str(m.uploads[0].file_name, S("a\"b.png"));
    expect_str(m.uploads[0].type, S("image/png"));
    expect_str(m.uploads[0].bytes, S("\r\n-- B\r\n--"));
    arena_free(&a);
}

TEST(a_multipart_form_that_is_cut_or_crooked_is_refused)
{
    struct arena a = arena_of(1 << 20);
    struct multipart m = { .upload_count = 77 };
    const char *wrong[] = {
        "",
        "--B",
        "--B\r\n",
        "--C\r\n" FIELD("a", "b") "--C--",
        "--B\r\n" FIELD("a", "b"),
        "--B\r\n" FIELD("a", "b") "--B",
        "--B\r\n" FIELD("a", "b") "--Bx--",
        "--B\r\n" FIELD("", "b") "--B--",
        "--B\r\n" FIELD("a", "\xff") "--B--",
        "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--",
        "--B\r\nno colon\r\n" FIELD("a", "b") "--B--",
        "--B\r\nContent-Transfer-Encoding: base64\r\n" FIELD("a", "b") "--B--",
        "--B\r\nContent-Disposition: form-data; name=a\r\n" FIELD("b", "c") "--B--",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(parts(wrong[i], &a, &m) == FORM_BROKEN);
    expect(parts("--B\r\n" FIELD("a", "1") "--B\r\n" FIELD("a", "2") "--B--", &a, &m) ==
           FORM_REPEATED);
    expect(parts("--B\r\n" FIELD("a", "") "--B\r\n" FIELD("b", "") "--B\r\n" FIELD(
                     "c", "") "--B\r\n" FIELD("d", "") "--B--",
                 &a, &m) == FORM_TOO_MANY);
    expect(m.upload_count == 77);
    expect(parts("--B--", &a, &m) == OK && m.fields.n == 0 && m.upload_count == 0);
    arena_free(&a);
}

TEST(a_part_may_have_a_head_of_its_limit_and_no_more)
{
    struct arena a = arena_of(1 << 20);
    struct multipart m = { 0 };
    struct str head = S("Content-Disposition: form-data; name=\"a\"\r\nX: ");
    for (int more = 0; more <= 1; more++) {
        char filler[MULTIPART_PART_HEAD_MAX + 1];
        memset(filler, 'x', sizeof filler);
        size_t n = MULTIPART_PART_HEAD_MAX - head.n - 4 + (size_t)more;
        struct str body = str_print(&a, "--B\r\n" STR_FMT STR_FMT "\r\n\r\nv\r\n--B--\r\n",
                                    STR_ARG(head), (int)n, filler);
        expect(multipart_parse(body, S("B"), most, &a, &m) == (more ? FORM_BROKEN : OK));
    }
    arena_free(&a);
}

TEST(a_boundary_is_taken_from_the_content_type)
{
    struct str b = { 0 };
    expect(multipart_boundary(S("multipart/form-data; boundary=abc"), &b));
    expect_str(b, S("abc"));
    expect(multipart_boundary(S("multipart/form-data; x=y; BOUNDARY=\"a b:c\"; z"), &b));
    expect_str(b, S("a b:c"));
    expect(!multipart_boundary(S("multipart/form-data"), &b));
    expect(!multipart_boundary(S("multipart/form-data; boundary="), &b));
    expect(!multipart_boundary(S("multipart/form-data; boundary=\"a \""), &b));
    expect(!multipart_boundary(S("multipart/form-data; boundary=a\"b"), &b));
    struct arena a = arena_of(1 << 20);
    struct str seventy = str_print(&a, "m; boundary=%070d", 0);
    expect(multipart_boundary(seventy, &b) && b.n == 70);
    expect(!multipart_boundary(str_print(&a, "m; boundary=%071d", 0), &b));
    arena_free(&a);
}

TEST(the_coding_that_a_client_likes_best_is_chosen)
{
    enum { GZIP = 1 << CODING_GZIP, BROTLI = 1 << CODING_BROTLI, PLAIN = 1 };
    const struct {
        const char *accept;
        unsigned codings;
    } cases[] = {
        { "", PLAIN },
        { "gzip", PLAIN | GZIP },
        { "gzip, deflate, br, zstd", PLAIN | GZIP | BROTLI },
        { "GZIP;q=1.0 , br;q=0.5", PLAIN | GZIP },
        { "gzip;q=0, br", PLAIN | BROTLI },
        { "br;q=0, gzip;q=0", PLAIN },
        { "*", PLAIN | GZIP | BROTLI },
        { "*;q=0", PLAIN },
        { "*, br;q=0", PLAIN | GZIP },
        { "identity, gzip;q=0.5", PLAIN },
        { "br;q=0.000", PLAIN },
        { "br;q=0.001", PLAIN | BROTLI },
        { "brr, gzi", PLAIN },
        { "gzip;q=zero", PLAIN | GZIP },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect(codings_accepted(str_from_z(cases[i].accept)) == cases[i].codings);
}

TEST(entity_tags_are_compared_weakly)
{
    struct str tag = S("\"abc\"");
    expect(etag_listed(S("\"abc\""), tag));
    expect(etag_listed(S("W/\"abc\""), tag));
    expect(etag_listed(S("\"x\", W/\"abc\" ,\"y\""), tag));
    expect(etag_listed(S(" * "), tag));
    expect(!etag_listed(S("\"ab\""), tag));
    expect(!etag_listed(S("abc"), tag));
    expect(!etag_listed(S(""), tag));
}
