#include "render/markdown.h"
#include "render/shown_text.h"
#include "unit/test.h"

/* Without these a listed word would pass with a pair of asterisks or an entity in it. */

TEST(the_shown_text_of_a_comment_has_neither_markup_nor_entities_nor_addresses)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    static const struct {
        const char *typed, *shown;
    } cases[] = {
        { "plain", "plain" },
        { "cas**i**no", "casino" },
        { "c&#97;s*i*&shy;no ~~x~~ `y`", "casi\u00ADno x y" },
        { "[here](https://a.example/?x=1&y=2 \"title\")", "here" },
        { "1 < 2 && 3 > 2 \"so\"", "1 < 2 && 3 > 2 \"so\"" },
        { "&amp;lt;b&amp;gt;", "&lt;b&gt;" },
        { "<b>casino</b>", "<b>casino</b>" },
        { "", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct html h = { 0 };
        expect(markdown_comment(&a, str_from_z(cases[i].typed), &h) == OK);
        expect_str(str_trim(shown_text(&a, h)), str_from_z(cases[i].shown));
    }
    arena_free(&a);
}

TEST(lines_and_blocks_are_parted_in_the_shown_text)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    static const char *const typed[] = { "one\ntwo", "one\n\ntwo", "- one\n- two", "> one\n\ntwo" };
    for (size_t i = 0; i < COUNT(typed); i++) {
        struct html h = { 0 };
        size_t at = 0;
        expect(markdown_comment(&a, str_from_z(typed[i]), &h) == OK);
        expect(!str_find(shown_text(&a, h), S("onetwo"), &at));
    }
    arena_free(&a);
}

TEST(markup_that_is_cut_off_ends_the_shown_text)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    expect_str(shown_text(&a, (struct html){ S("one<a href=") }), S("one "));
    expect_str(shown_text(&a, (struct html){ S("one&am") }), S("one&am"));
    expect_str(shown_text(&a, (struct html){ S("<") }), S(" "));
    arena_free(&a);
}
