#include "people/common_words.h"
#include "people/password_rules.h"
#include "unit/test.h"

#include <string.h>

/* Without these a newsroom could be opened with "Summer2018!!". */

static const struct password_context about = {
    .least_characters = 12,
    .name = { "Ada Stromberg", 13 },
    .email = { "a.stromberg@the-weir.example", 28 },
    .site = { "The Weir Watch", 14 },
};

static err outcome(const char *password)
{
    return password_rules_check(str_from_z(password), &about);
}

TEST(what_guessers_try_first_is_refused_as_a_password)
{
    static const char *const bad[] = {
        "password1234",  "Password123!",     "p4ssw0rd2018",    "qwertyuiop12",
        "123456789012",  "1qaz2wsx3edc4rfv", "abcdefghijkl",    "aaaaaaaaaaaa",
        "abababababab",  "abcabcabcabc",     "iloveyou2018",    "passwordpassword",
        "Summer2018!!",  "liverpool1892",    "sunshinemonkey",  "letmein!letmein!",
        "098765432109",  "asdfghjklasdf",    "!!!!!!!!!!!!",    "20180504",
        "2018-05-04--1", "football#98765",   "dragon!!!dragon", "MICHAEL19841984",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        err e = outcome(bad[i]);
        if (e != PASSWORD_COMMON && e != PASSWORD_SHORT)
            printf("# taken: %s (%d)\n", bad[i], e);
        expect(e == PASSWORD_COMMON || e == PASSWORD_SHORT);
    }
}

TEST(words_that_everyone_knows_here_are_refused_as_a_password)
{
    static const char *const bad[] = { "stromberg123",   "Ada.Stromberg", "weirwatch2018",
                                       "diurnal-editor", "newsroomweir1", "Str0mberg!!!" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (outcome(bad[i]) != PASSWORD_CONTEXT)
            printf("# %s: %d\n", bad[i], outcome(bad[i]));
        expect(outcome(bad[i]) == PASSWORD_CONTEXT);
    }
    struct password_context nobody = { .least_characters = 12 };
    expect(password_rules_check(S("stromberg123weir"), &nobody) == OK);
}

TEST(long_and_unforeseen_passwords_are_taken_whatever_their_characters)
{
    static const char *const good[] = {
        "the river rose at night", "nuzifepagulo",           "correct horse battery staple",
        "zx81-kettle-heron",       "Überschwemmung am Wehr", "          x y z w v",
        "الماء يرتفع في الليل",    "sunshine monkey dragon", "8f3k2!x9Qa7#",
        "gudgeonroachtench",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        if (outcome(good[i]))
            printf("# refused: %s (%d)\n", good[i], outcome(good[i]));
        expect(outcome(good[i]) == OK);
    }
}

TEST(a_password_is_measured_in_characters_and_ends_at_its_limit)
{
    char text[PASSWORD_BYTES_MAX + 1];
    expect(outcome("gudgeonroac") == PASSWORD_SHORT && outcome("gudgeonroach") == OK);
    expect(outcome("\xc3\xa9\xc3\xa8\xc3\xa7\xc3\xb9\xc3\xb1") == PASSWORD_SHORT); /* 10 bytes */
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('!' + i * i % 89);
    expect(password_rules_check((struct str){ text, PASSWORD_BYTES_MAX }, &about) == OK);
    expect(password_rules_check((struct str){ text, sizeof text }, &about) == PASSWORD_LONG);
    expect(password_rules_check((struct str){ text, 64 }, &about) == OK);
    expect(password_rules_check((struct str){ text, 65 }, &about) == OK);
    expect(password_rules_check(S(""), &about) == PASSWORD_SHORT);
}

TEST(the_list_of_common_words_can_be_searched)
{
    for (size_t i = 0; i < common_word_count; i++) {
        expect(strlen(common_words[i]) <= COMMON_WORD_MAX);
        expect(i == 0 || strcmp(common_words[i - 1], common_words[i]) < 0);
    }
    expect(common_word_count > 1000);
}
