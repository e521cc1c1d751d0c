/* Without these, addresses would break on some script, or two titles would share one by accident.
 */
#include "base/buf.h"
#include "render/slug.h"
#include "unit/test.h"

static void expect_slug(struct str title, const char *language, struct str want)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    expect_str(slug_make(&a, title, str_from_z(language)), want);
    expect(!want.n || slug_valid(want));
    arena_free(&a);
}

TEST(slug_writes_words_with_hyphens_between)
{
    expect_slug(S("Floodwater Breaches the Southern Dike"), "en",
                S("floodwater-breaches-the-southern-dike"));
    expect_slug(S("  What – now?! (2)  "), "en", S("what-now-2"));
    expect_slug(S("O'Neill’s dike"), "en", S("oneills-dike"));
}

TEST(slug_writes_every_script_with_latin_letters)
{
    expect_slug(S("Über die Flüsse"), "en", S("uber-die-flusse"));
    expect_slug(S("Über die Flüsse"), "de", S("ueber-die-fluesse"));
    expect_slug(S("Straße"), "de-AT", S("strasse"));
    expect_slug(S("Наводнение"), "en", S("navodnenie"));
    expect_slug(S("Ποτάμι"), "en", S("potami"));
    expect_slug(S("洪水"), "en", S("hong-shui"));
}

TEST(slug_of_arabic_is_ascii)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct str slug = slug_make(&a, S("الفيضان يخترق السد"), S("ar"));
    expect(slug_valid(slug));
    arena_free(&a);
}

TEST(slug_is_empty_without_letters)
{
    expect_slug(S(""), "en", S(""));
    expect_slug(S("!?… –"), "en", S(""));
}

TEST(slug_is_cut_between_words)
{
    struct str word = S("aaaaaaaaa ");
    struct buf title CLEANUP(buf_free) = buf_make(100000);
    for (int i = 0; i < 8; i++)
        buf_put(&title, word);
    struct arena a;
    arena_init(&a, 1 << 20);
    expect(slug_make(&a, buf_str(&title), S("en")).n == 79);
    buf_put(&title, S("b"));
    expect(slug_make(&a, buf_str(&title), S("en")).n == 79);
    buf_clear(&title);
    for (int i = 0; i < 20000; i++)
        buf_put_char(&title, 'x');
    expect(slug_make(&a, buf_str(&title), S("en")).n == SLUG_MAX);
    arena_free(&a);
}

TEST(slug_bears_signs_that_stand_for_whole_sentences)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct buf title CLEANUP(buf_free) = buf_make(100000);
    for (int i = 0; i < 2 * SLUG_SOURCE_MAX; i++)
        buf_put(&title, S("\xEF\xB7\xBA")); // U+FDFA, four words in one sign
    struct str slug = slug_make(&a, buf_str(&title), S("ar"));
    expect(!slug.n || slug_valid(slug));
    arena_free(&a);
}

TEST(slug_valid_knows_the_letters_and_the_length)
{
    expect(slug_valid(S("a")) && slug_valid(S("a-1")) && slug_valid(S("2018")));
    expect(!slug_valid(S("")) && !slug_valid(S("-a")) && !slug_valid(S("a-")));
    expect(!slug_valid(S("A")) && !slug_valid(S("a_b")) && !slug_valid(S("a/b")) &&
           !slug_valid(S("ä")));
    char longest[SLUG_MAX + 1];
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = 'a';
    expect(slug_valid((struct str){ longest, SLUG_MAX }));
    expect(!slug_valid((struct str){ longest, SLUG_MAX + 1 }));
}
