#include "base/config.h"
#include "base/ini.h"
#include "unit/test.h"

#include <string.h>

/* Without these a mistyped key could be ignored, and a limit believed in that is not there. */

CONFIG_INT(test_number, "test", "number", 7, -3, 100, "A number for the tests.");
CONFIG_TEXT(test_text, "test", "text", "quiet water", 20, "A text for the tests.");
CONFIG_BOOL(test_truth, "test", "truth", 1, "A truth for the tests.");
CONFIG_TEXT(other_text, "test.other", "text", "", 5000, "Another section's key of the same name.");
CONFIG_OPEN_SECTION(test_open, "testgate.", "one for each gate of the harbour.");
CONFIG_OPEN_SECTION(test_open_too, "testbuoy.", "one for each buoy.");

static struct arena arena_of_test(void)
{
    struct arena a;
    arena_init(&a, 1 << 22);
    return a;
}

static struct config *parsed(struct arena *a, struct str text)
{
    struct config *c = NULL;
    struct str why = { 0 };
    err e = config_parse(S("x.ini"), text, a, &c, &why);
    if (e)
        printf("# refused: " STR_FMT "\n", STR_ARG(why));
    expect(e == OK && c);
    return c;
}

static void expect_refused(struct str text, struct str want)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct config *c = NULL;
    struct str why = { 0 };
    expect(config_parse(S("x.ini"), text, &a, &c, &why) == CONFIG_WRONG && !c);
    expect_str(why, want);
}

TEST(an_empty_configuration_gives_the_standards)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct config *c = parsed(&a, S(""));
    expect(config_int(c, &test_number) == 7 && config_bool(c, &test_truth));
    expect_str(config_text(c, &test_text), S("quiet water"));
    expect_str(config_text(c, &other_text), S(""));
    expect(config_line(c, &test_number) == 0);
    const struct config_entry *e = NULL;
    expect(config_entries(c, &test_open, &e) == 0);
    config_free(c);
    config_free(NULL);
}

TEST(keys_are_read_with_their_lines)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct config *c = parsed(&a, S("\xEF\xBB\xBF; the harbour\r\n\n# also a comment\n[test]\r\n"
                                    "number=-3\r\n\ttruth = No\n"
                                    "text =  a = b ; not a note \n[test.other]\ntext="));
    expect(config_int(c, &test_number) == -3 && config_line(c, &test_number) == 5);
    expect(!config_bool(c, &test_truth) && config_line(c, &test_truth) == 6);
    expect_str(config_text(c, &test_text), S("a = b ; not a note"));
    expect(config_line(c, &other_text) == 9 && config_text(c, &other_text).n == 0);
    config_free(c);
}

TEST(a_section_may_stand_in_two_parts)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct config *c = parsed(&a, S("[test]\nnumber = 1\n[test.other]\n[test]\ntruth = off\n"));
    expect(config_int(c, &test_number) == 1 && !config_bool(c, &test_truth));
    config_free(c);
}

TEST(what_a_configuration_gets_wrong_is_said_with_its_line)
{
    expect_refused(S("[test]\nnumbr = 1\n"), S("x.ini:2: unknown key numbr in [test]"));
    expect_refused(S("\n[tset]\n"), S("x.ini:2: unknown section [tset]"));
    expect_refused(S("number = 1\n"), S("x.ini:1: a key before the first [section]"));
    expect_refused(S("[test]\nnumber = 1\n\nnumber = 1\n"),
                   S("x.ini:4: test.number stands twice, first on line 2"));
    expect_refused(S("[test]\ntruth = maybe\n"), S("x.ini:2: test.truth must be yes or no"));
    expect_refused(S("[test\n"), S("x.ini:1: a section's name ends with ]"));
    expect_refused(S("[a b]\n"), S("x.ini:1: a section's name has 1 to 64 of a-z A-Z 0-9 _ - ."));
    expect_refused(S("[]\n"), S("x.ini:1: a section's name has 1 to 64 of a-z A-Z 0-9 _ - ."));
    expect_refused(S("[test]\nnumber\n"),
                   S("x.ini:2: neither a [section], nor name = value, nor a ; comment"));
    expect_refused(S("[test]\n= 1\n"), S("x.ini:2: a key's name has 1 to 64 of a-z A-Z 0-9 _ - ."));
    expect_refused(S("[test]\n\n; \xff\n"), S("x.ini:3: the line is not UTF-8"));
    expect_refused(S("[test]\ntext = a\0b\n"), S("x.ini:2: the line holds a control character"));
    expect_refused(S("[testgate.]\n"), S("x.ini:1: unknown section [testgate.]"));
}

TEST(numbers_and_texts_end_where_their_bounds_say)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    config_free(parsed(&a, S("[test]\nnumber = 100\ntext = 12345678901234567890\n")));
    struct str want = S("x.ini:2: test.number must be a whole number from -3 to 100");
    expect_refused(S("[test]\nnumber = 101\n"), want);
    expect_refused(S("[test]\nnumber = -4\n"), want);
    expect_refused(S("[test]\nnumber = 1.5\n"), want);
    expect_refused(S("[test]\nnumber =\n"), want);
    expect_refused(S("[test]\nnumber = 99999999999999999999\n"), want);
    expect_refused(S("[test]\nnumber = 1 ; one\n"), want);
    expect_refused(S("[test]\ntext = 123456789012345678901\n"),
                   S("x.ini:2: test.text is longer than 20 bytes"));
}

TEST(a_line_of_the_longest_length_is_read_and_one_byte_more_is_not)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    char *line = arena_new(&a, char, INI_LINE_MAX + 1);
    memset(line, 'x', INI_LINE_MAX + 1);
    line[0] = ';';
    config_free(parsed(&a, (struct str){ line, INI_LINE_MAX }));
    expect_refused((struct str){ line, INI_LINE_MAX + 1 }, S("x.ini:1: the line is too long"));
    line[0] = '[';
    line[INI_NAME_MAX + 2] = ']';
    expect_refused((struct str){ line, INI_NAME_MAX + 3 },
                   S("x.ini:1: a section's name has 1 to 64 of a-z A-Z 0-9 _ - ."));
}

TEST(open_sections_are_handed_on_in_their_order)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct config *c = parsed(&a, S("[testgate.north]\nwidth = 12\n[testbuoy.a]\nlight = green\n"
                                    "[testgate.south]\nwidth = 9\nname = Old Gate\n"));
    const struct config_entry *e = NULL;
    expect(config_entries(c, &test_open, &e) == 3);
    expect_str(e[0].section, S("testgate.north"));
    expect_str(e[0].value, S("12"));
    expect(e[0].line == 2 && e[2].line == 7);
    expect_str(e[2].value, S("Old Gate"));
    expect(config_entries(c, &test_open_too, &e) == 1);
    expect_str(e[0].name, S("light"));
    config_free(c);
    expect_refused(S("[testgate.a]\nwidth = 1\n[testgate.b]\nwidth = 1\n[testgate.a]\nwidth = 2\n"),
                   S("x.ini:6: testgate.a.width stands twice, first on line 2"));
}

TEST(open_sections_hold_no_more_lines_than_stated)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct str text = S("[testgate.a]\n");
    char *p = arena_new(&a, char, 100000);
    size_t n = text.n;
    memcpy(p, text.s, n);
    for (int i = 0; i < 2000; i++)
        n += (size_t)snprintf(p + n, 20, "k%d = 1\n", i);
    config_free(parsed(&a, (struct str){ p, n }));
    n += (size_t)snprintf(p + n, 20, "k2000 = 1\n");
    expect_refused((struct str){ p, n },
                   S("x.ini:2002: more than 2000 lines in sections of this kind"));
}

TEST(the_manual_is_itself_a_configuration_and_names_every_key)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct str manual = config_manual(&a);
    config_free(parsed(&a, manual));
    size_t at = 0;
    expect(str_find(manual,
                    S("[test]\n; A number for the tests. From -3 to 100.\n;number = 7\n"
                      "; A text for the tests. At most 20 bytes.\n;text = quiet water\n"
                      "; A truth for the tests.\n;truth = yes\n\n[test.other]\n"),
                    &at));
    expect(str_find(manual, S("; Sections [testgate....]: one for each gate"), &at));
}
