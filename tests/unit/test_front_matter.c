/* Without these, a slip in a file's head would be published as something else, or not be found. */
#include "publishing/front_matter.h"
#include "unit/test.h"

#include <string.h>

static struct arena arena;

static struct front_matter parsed(struct str text)
{
    arena_init(&arena, 1 << 20);
    struct front_matter m = { 0 };
    struct str why = { 0 };
    err e = front_matter_parse(S("a.md"), text, &arena, &m, &why);
    if (e)
        printf("# " STR_FMT "\n", STR_ARG(why));
    expect(e == OK);
    return m;
}

static void expect_wrong(struct str text, struct str want)
{
    arena_init(&arena, 1 << 20);
    struct front_matter m = { 0 };
    struct str why = { 0 };
    expect(front_matter_parse(S("a.md"), text, &arena, &m, &why) == FRONT_MATTER_WRONG);
    expect_str(why, want);
    arena_free(&arena);
}

TEST(front_matter_gives_values_lines_and_the_text_behind)
{
    struct front_matter m = parsed(S("---\n"
                                     "series: Daily Field Report\n"
                                     "# a remark\n"
                                     "\n"
                                     "title:   Water: rising \n"
                                     "date: 2018-05-04\n"
                                     "---\n"
                                     "First line.\n\nLast line"));
    expect_str(m.values[FRONT_SERIES], S("Daily Field Report"));
    expect_str(m.values[FRONT_TITLE], S("Water: rising"));
    expect(m.lines[FRONT_TITLE] == 5 && m.lines[FRONT_DATE] == 6 && m.lines[FRONT_SLUG] == 0);
    expect(!m.values[FRONT_SLUG].s);
    expect_str(m.body, S("First line.\n\nLast line\n"));
    expect(m.body_line == 8);
    arena_free(&arena);
}

TEST(front_matter_takes_a_byte_order_mark_and_windows_line_ends)
{
    struct front_matter m = parsed(S("\xEF\xBB\xBF---\r\ntitle: A\r\n---\r\nOne\r\nTwo\r\n"));
    expect_str(m.values[FRONT_TITLE], S("A"));
    expect_str(m.body, S("One\nTwo\n"));
    arena_free(&arena);
}

TEST(front_matter_takes_titles_of_any_script)
{
    struct front_matter m = parsed(S("---\ntitle: الفيضان يخترق السد\nbyline: 田中\n---\n"));
    expect_str(m.values[FRONT_TITLE], S("الفيضان يخترق السد"));
    expect_str(m.values[FRONT_BYLINE], S("田中"));
    expect_str(m.body, S(""));
    arena_free(&arena);
}

TEST(front_matter_undoes_quotes)
{
    struct front_matter m = parsed(S("---\n"
                                     "title: \"The \\\"new\\\" dike \\\\ wall\"\n"
                                     "byline: 'O''Neill'\n"
                                     "dateline: \"\"\n"
                                     "standfirst: say \"so\"\n"
                                     "---\n"));
    expect_str(m.values[FRONT_TITLE], S("The \"new\" dike \\ wall"));
    expect_str(m.values[FRONT_BYLINE], S("O'Neill"));
    expect(!m.values[FRONT_DATELINE].s && m.lines[FRONT_DATELINE] == 4);
    expect_str(m.values[FRONT_STANDFIRST], S("say \"so\""));
    arena_free(&arena);
}

TEST(front_matter_keeps_a_rule_in_the_text_as_text)
{
    struct front_matter m = parsed(S("---\ntitle: A\n---\nOne\n\n---\n\nTwo\n"));
    expect_str(m.body, S("One\n\n---\n\nTwo\n"));
    arena_free(&arena);
}

TEST(front_matter_refuses_with_file_line_and_key)
{
    expect_wrong(S(""), S("a.md:1: the file does not begin with a line ---"));
    expect_wrong(S("title: A\n"), S("a.md:1: the file does not begin with a line ---"));
    expect_wrong(S("---\ntitle: A\n"), S("a.md:2: the closing --- is missing"));
    expect_wrong(S("---\ntitle: A\ncolour: red\n---\n"), S("a.md:3: colour: there is no such key"));
    expect_wrong(S("---\ntitle: A\ntitle: B\n---\n"), S("a.md:3: title: stands twice"));
    expect_wrong(S("---\ntitle:\ntitle: B\n---\n"), S("a.md:3: title: stands twice"));
    expect_wrong(S("---\nTitle: A\n---\n"), S("a.md:2: Title: there is no such key"));
    expect_wrong(S("---\njust words\n---\n"), S("a.md:2: a line here is \"key: value\""));
    expect_wrong(S("---\nstandfirst: >\n  folded\n---\n"),
                 S("a.md:3: a value stands on one line, behind its key"));
    expect_wrong(S("---\ntitle: \"A\n---\n"), S("a.md:2: title: a quotation mark has no partner"));
    expect_wrong(S("---\ntitle: \"A\" B\"\n---\n"),
                 S("a.md:2: title: a quotation mark has no partner"));
    expect_wrong(S("---\ntitle: \"A\\\"\n---\n"),
                 S("a.md:2: title: a quotation mark has no partner"));
    expect_wrong(S("---\ntitle: '\n---\n"), S("a.md:2: title: a quotation mark has no partner"));
}

TEST(front_matter_refuses_text_that_is_not_fit_to_read)
{
    expect_wrong(S("---\ntitle: A\xFF\n---\n"), S("a.md:2: the line is not UTF-8"));
    expect_wrong(S("---\ntitle: A\x01\n---\n"), S("a.md:2: title: holds a control character"));
    expect_wrong(S("---\ntitle: A\0B\n---\n"), S("a.md:2: title: holds a control character"));
    expect_wrong(S("---\ntitle: A\xE2\x80\xAEgpj\n---\n"),
                 S("a.md:2: title: holds a hidden change of the writing direction"));
    expect_wrong(S("---\ntitle: A\n---\nfine\nnot\xC3 fine\n"), S("a.md:5: text: is not UTF-8"));
}

/* `n` bytes of front matter in all, both fences included, then a line of text. */
static struct str head_of(size_t n, char *space)
{
    memcpy(space, "---\n", 4);
    memset(space + 4, '#', n - 9);
    memcpy(space + n - 5, "\n---\n", 6);
    return (struct str){ space, n };
}

TEST(front_matter_has_a_longest_head)
{
    static char space[FRONT_MATTER_BYTES_MAX + 100];
    struct front_matter m = parsed(head_of(FRONT_MATTER_BYTES_MAX, space));
    expect(m.body_line == 4);
    arena_free(&arena);
    expect_wrong(head_of(FRONT_MATTER_BYTES_MAX + 1, space),
                 S("a.md:3: the front matter is too long, or its closing --- is missing"));
}

static struct str lines_of(size_t n, char *space)
{
    memcpy(space, "---\n", 4);
    for (size_t i = 1; i < n - 1; i++)
        memcpy(space + 2 + 2 * i, "#\n", 2);
    memcpy(space + 2 * n, "---\n", 5);
    return (struct str){ space, 2 * n + 4 };
}

TEST(front_matter_has_a_most_of_lines)
{
    static char space[2 * FRONT_MATTER_LINES_MAX + 100];
    struct front_matter m = parsed(lines_of(FRONT_MATTER_LINES_MAX, space));
    expect(m.body_line == FRONT_MATTER_LINES_MAX + 1);
    arena_free(&arena);
    expect_wrong(lines_of(FRONT_MATTER_LINES_MAX + 1, space),
                 S("a.md:201: the front matter is too long, or its closing --- is missing"));
}
