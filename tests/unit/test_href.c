/* Without these a link in a comment could run a script or hide where it leads. */
#include "base/buf.h"
#include "render/href.h"
#include "unit/test.h"

static struct arena memory;

static struct str url_of(struct str url)
{
    if (!memory.limit)
        arena_init(&memory, 100000);
    struct buf out = buf_make(1000);
    href_put(&out, url);
    struct str s = buf_copy(&out, &memory);
    buf_free(&out);
    return s;
}

TEST(an_address_keeps_what_leads_somewhere_and_loses_what_could_mislead)
{
    expect_str(url_of(S("https://example.org/a?b=1&c=%20#d")),
               S("https://example.org/a?b=1&amp;c=%20#d"));
    expect_str(url_of(S("https://m\u00FCller.example/\u0661")),
               S("https://m\u00FCller.example/\u0661"));
    expect_str(url_of(S("a\"b<c>'d\\e f\tg\nh")), S("a%22b%3Cc%3E%27d%5Ce%20f%09g%0Ah"));
    expect_str(url_of(S("100%/%zz%2")), S("100%25/%25zz%252"));
    expect_str(url_of(S("a\u202Eb\u200Bc\uFEFF")), S("a%E2%80%AEb%E2%80%8Bc%EF%BB%BF"));
    expect_str(url_of(S("\xFF\0")), S("%FF%00"));
    arena_free(&memory);
}

static bool scheme(struct str url, struct str want)
{
    struct str s = S("none");
    return href_scheme(url, &s) && str_eq(s, want);
}

TEST(a_scheme_is_what_a_browser_would_take_for_one)
{
    expect(scheme(S("https://x"), S("https")) && scheme(S("JavaScript:x"), S("JavaScript")));
    expect(scheme(S("/a:b"), S("")) && scheme(S("?a:b"), S("")) && scheme(S("#a:b"), S("")));
    expect(scheme(S(""), S("")) && scheme(S("a b"), S("")));
    struct str s = { 0 };
    expect(!href_scheme(S(" javascript:x"), &s) && !href_scheme(S("java\tscript:x"), &s));
    expect(!href_scheme(S(":x"), &s) && !href_scheme(S("1a:x"), &s));
    expect(!href_scheme(S("\x01javascript:x"), &s));
}

TEST(a_link_leads_only_where_its_dialect_lets_it)
{
    static const char *const anywhere[] = { "https://a", "HTTP://a/b", "mailto:a@b.example" };
    for (size_t i = 0; i < COUNT(anywhere); i++)
        expect(href_leads(str_from_z(anywhere[i]), false) &&
               href_leads(str_from_z(anywhere[i]), true));
    static const char *const within[] = { "/a", "a", "#a", "?a", "//a", "tel:+1", "TEL:1" };
    for (size_t i = 0; i < COUNT(within); i++)
        expect(!href_leads(str_from_z(within[i]), false) &&
               href_leads(str_from_z(within[i]), true));
    static const char *const nowhere[] = { "",
                                           "javascript:x",
                                           "data:text/html,x",
                                           "vbscript:x",
                                           "file:///a",
                                           "http:",
                                           "http:/a",
                                           "https://",
                                           "https:///a",
                                           "mailto:",
                                           "blob:https://a",
                                           "ftp://a",
                                           "java\tscript:x",
                                           " https://a",
                                           ":" };
    for (size_t i = 0; i < COUNT(nowhere); i++)
        expect(!href_leads(str_from_z(nowhere[i]), true));
}
