#include "render/identicon.h"
#include "unit/test.h"

#include <string.h>

/* Without these a picture could change from page to page, or tell more than the name does. */

static struct str code_of(struct arena *a, const char *name, int64_t person)
{
    return identicon_code(a, identicon_of(a, str_from_z(name), person));
}

TEST(identicon_is_the_same_for_a_name_and_another_for_others)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    expect_str(code_of(&a, "Ada Reed", 0), code_of(&a, "ada reed", 0));
    expect(!str_eq(code_of(&a, "Ada Reed", 0), code_of(&a, "Ada Reef", 0)));
    expect(!str_eq(code_of(&a, "Ada Reed", 0), code_of(&a, "Ada Reed", 1)));
    expect(!str_eq(code_of(&a, "Ada Reed", 1), code_of(&a, "Ada Reed", 2)));
    arena_free(&a);
}

TEST(identicon_codes_have_one_spelling)
{
    struct identicon i = { 0 };
    static const char *const wrong[] = { "", "abcde", "abcdef0", "ABCDEF", "abcdeg", "abc de" };
    expect(identicon_parse(S("00ff9a"), &i));
    expect(i.bytes[0] == 0 && i.bytes[1] == 0xff && i.bytes[2] == 0x9a);
    for (size_t n = 0; n < COUNT(wrong); n++)
        expect(!identicon_parse(str_from_z(wrong[n]), &i));
}

TEST(identicon_draws_these_squares_and_mirrors_them)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct identicon empty = { { 0 } };
    struct identicon corner = { { 0, 0, 1 } }; // bit 0: the first row's outer column
    struct identicon full = { { 0xff, 0xff, 0xff } };
    expect_str(identicon_svg(&a, empty),
               S("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-1 -1 7 7\">"
                 "<path fill=\"hsl(0,55%,50%)\" d=\"M2 2h1v1h-1z\"/></svg>\n"));
    expect_str(identicon_svg(&a, corner),
               S("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-1 -1 7 7\">"
                 "<path fill=\"hsl(0,55%,50%)\" d=\"M0 0h1v1h-1zM4 0h1v1h-1zM2 2h1v1h-1z\"/>"
                 "</svg>\n"));
    size_t at = 0;
    expect(str_find(identicon_svg(&a, full), S("hsl(359,55%,50%)"), &at));
    expect(str_find(identicon_svg(&a, full), S("M4 4h1v1h-1z\"/></svg>"), &at));
    arena_free(&a);
}
