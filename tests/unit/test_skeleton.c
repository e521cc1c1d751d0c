#include "render/skeleton.h"
#include "unit/test.h"

/* Without these a guest could sign as the editor with one foreign letter, and a listed word pass
 * with a zero-width space in it. */

static bool alike(const struct skeletons *s, struct arena *a, struct str x, struct str y)
{
    return looks_alike(text_looks(s, a, x), text_looks(s, a, y));
}

TEST(a_name_that_is_drawn_like_another_is_taken_for_it)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct skeletons *s = skeletons_make();
    struct str mara = S("Mara Lindqvist");
    static const char *const same[] = {
        "Mara Lindqvist",           "mara  LINDQVIST",         "Mara Lindqvist ",
        "M\u0430r\u0430 Lindqvist", "Mara L\u200Bindqvist",    "Mara\u00A0Lindqvist",
        "\uFF2Dara Lindqvist",      "Mara Iindqvist",          "M.a.r.a L-i-n-d-q-v-i-s-t",
        "M\u00E1ra Lindqvist",      "Mara Lindqvist (editor)", "The real Mara Lindqvist",
        "\U0001D40Cara Lindqvist",  "MaraLindqvist",           "\u2067Mara\u2069 Lindqvist",
    };
    for (size_t i = 0; i < COUNT(same); i++) {
        if (!alike(s, &a, str_from_z(same[i]), mara))
            printf("# %s\n", same[i]);
        expect(alike(s, &a, str_from_z(same[i]), mara));
    }
    static const char *const other[] = { "Mara", "Lindqvist", "Mara Lind", "Tamara Lindqvistson",
                                         "" };
    for (size_t i = 0; i < COUNT(other); i++)
        expect(!alike(s, &a, str_from_z(other[i]), mara));
    expect(alike(s, &a, S("m\u043E"), S("Mo")) && !alike(s, &a, S("Mo Farell"), S("Mo")));
    expect(!alike(s, &a, S("Ada"), S("...")));
    skeletons_free(s);
    arena_free(&a);
}

TEST(a_phrase_is_seen_through_case_confusables_and_zero_width_characters)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct skeletons *s = skeletons_make();
    static const struct {
        const char *text, *phrase;
        bool has;
    } cases[] = {
        { "Buy at the CASINO now", "casino", true },
        { "the c\u0430s\u200Bino", "Casino", true },
        { "casinos", "casino", false },
        { "casinos", "casino*", true },
        { "newcasino", "casino", false },
        { "newcasino", "*casino", true },
        { "stra\u00DFe", "STRASSE", true },
        { "cheap \t\n pills", "cheap pills", true },
        { "cheap\u2003pills", "cheap  pills", true },
        { "c\u0336a\u0332s\u0336ino", "casino", true },
        { "\u0645\u064E\u062B\u0644", "\u0645\u062B\u0644", true }, // an Arabic vowel sign
        { "\u1D04\u1D00\uA731\u026A\u0274\u1D0F", "casino", true },
        { "\U0001F172asino, \U0001F1E8\U0001F1E6\U0001F1F8\U0001F1EE\U0001F1F3\U0001F1F4", "casino",
          true },
        { "el a\u00F1o", "ano", false },
        { "el an\u0303o", "a\u00F1o", true },
        { "cheap pills!", "cheap pills", true },
        { "\u4ECA\u65E5\u8D4C\u573A\u5F00", "\u8D4C\u573A", true },
        { "hello", "*", false },
        { "", "casino", false },
        { "(casino)", "casino", true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = text_skeleton(s, &a, str_from_z(cases[i].text));
        struct str phrase = text_skeleton(s, &a, str_from_z(cases[i].phrase));
        if (skeleton_has(text, phrase) != cases[i].has)
            printf("# %s in %s\n", cases[i].phrase, cases[i].text);
        expect(skeleton_has(text, phrase) == cases[i].has);
    }
    skeletons_free(s);
    arena_free(&a);
}

TEST(the_longest_skeleton_is_bounded)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    struct skeletons *s = skeletons_make();
    char *text = arena_new(&a, char, 16383);
    for (size_t i = 0; i < 16383; i++)
        text[i] = "\uFDFA"[i % 3]; /* the letter that NFKC makes longest: 18 of one */
    struct str skeleton = text_skeleton(s, &a, (struct str){ text, 16383 });
    expect(skeleton.n > 16383 && skeleton.n < 20 * 16384);
    expect(!arena_full(&a));
    skeletons_free(s);
    arena_free(&a);
}
