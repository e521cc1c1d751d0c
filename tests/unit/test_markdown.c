/* Without these a comment could run a script in a reader's browser, or a report lose its words. */
#include "base/buf.h"
#include "base/clock.h"
#include "html_check.h"
#include "render/markdown.h"
#include "unit/test.h"

#include <dirent.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

static struct arena memory;

static void fresh(void)
{
    arena_free(&memory);
    arena_init(&memory, 64 * 1024 * 1024);
}

/* The site of the tests has three pictures. */
static bool find_picture(void *arg, struct str src, struct markdown_picture *ret)
{
    (void)arg;
    if (str_eq(src, S("dike.jpg")))
        *ret = (struct markdown_picture){ S("/media/1f/dike.jpg"), 1200, 800 };
    else if (str_eq(src, S("photos/the harbour.png")))
        *ret = (struct markdown_picture){ .url = S("/media/2e/the harbour.png") };
    else if (str_eq(src, S("/media/3d/map.png")))
        *ret = (struct markdown_picture){ src, 10, 10 };
    else
        return false;
    return true;
}
static const struct markdown_options options = { .picture = find_picture,
                                                 .back_to_text = { "Back to \"text\"", 14 } };

static void expect_fine(struct str html, bool comment, struct str source)
{
    const char *why = html_check(html, comment);
    if (why)
        printf("# %s: \"" STR_FMT "\" from \"" STR_FMT "\"\n", why, STR_ARG(html), STR_ARG(source));
    expect(!why);
}

static struct str comment(struct str text)
{
    struct html html = { 0 };
    expect(markdown_comment(&memory, text, &html) == OK);
    expect_fine(html.s, true, text);
    return str_trim(html.s);
}

static struct markdown_report report_of(struct str text)
{
    struct markdown_report r = { 0 };
    expect(markdown_report(&memory, text, &options, &r) == OK);
    return r;
}

/* The whole of a report, each segment's end and its questions told between them. */
static struct str report(struct str text)
{
    struct markdown_report r = report_of(text);
    struct buf out = buf_make(32 * 1024 * 1024);
    for (size_t i = 0; i < r.count; i++) {
        expect_fine(r.segments[i].html.s, false, text);
        buf_put(&out, r.segments[i].html.s);
        for (size_t q = 0; q < r.segments[i].count; q++)
            buf_print(&out, "[[" STR_FMT "|" STR_FMT "]]\n",
                      STR_ARG(r.segments[i].questions[q].question),
                      STR_ARG(r.segments[i].questions[q].passage));
    }
    struct str s = str_trim(buf_copy(&out, &memory));
    buf_free(&out);
    return s;
}

/* ---- Golden files: tests/golden/markdown/NAME.{report,comment}.md and NAME....want ---- */

static struct str read_all(const char *path)
{
    FILE *f = fopen(path, "r");
    static char text[100000];
    size_t n = f ? fread(text, 1, sizeof text, f) : 0;
    if (f)
        fclose(f);
    expect(n < sizeof text);
    return str_copy(&memory, (struct str){ text, n });
}

static void compare(const char *name)
{
    struct str path = str_print(&memory, "tests/golden/markdown/%s", name);
    struct str source = read_all(str_z(&memory, path));
    struct str got = str_ends(path, S(".comment.md")) ? comment(source) : report(source);
    struct str want_path =
        str_print(&memory, STR_FMT "want", STR_ARG(str_sub(path, 0, path.n - 2)));
    if (getenv("GOLDEN")) {
        FILE *f = fopen(str_z(&memory, want_path), "w");
        expect(f);
        fprintf(f, STR_FMT "\n", STR_ARG(got));
        fclose(f);
        return;
    }
    struct str want = str_trim(read_all(str_z(&memory, want_path)));
    if (!str_eq(got, want))
        printf("# %s:\n", name);
    expect_str(got, want);
}

TEST(markdown_golden_files_come_out_as_they_did)
{
    fresh();
    DIR *dir = opendir("tests/golden/markdown");
    expect(dir);
    size_t n = 0;
    for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (!str_ends(str_from_z(e->d_name), S(".md")))
            continue;
        compare(e->d_name);
        n++;
    }
    closedir(dir);
    expect(n >= 12);
    fresh();
}

/* ---- Comments ---- */

TEST(a_comment_keeps_its_words_and_loses_its_powers)
{
    fresh();
    expect_str(comment(S("Hello *you*")), S("<p dir=\"auto\">Hello <em>you</em></p>"));
    expect_str(comment(S("a\nb")), S("<p dir=\"auto\">a<br>\nb</p>"));
    expect_str(comment(S("# Title")), S("<p dir=\"auto\"><strong>Title</strong></p>"));
    expect_str(comment(S("<script>alert(1)</script>")),
               S("<p dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;</p>"));
    expect_str(comment(S("x <b onclick=y>z</b>")),
               S("<p dir=\"auto\">x &lt;b onclick=y&gt;z&lt;/b&gt;</p>"));
    expect_str(comment(S("![the dike](https://example.org/d.jpg)")),
               S("<p dir=\"auto\"><a href=\"https://example.org/d.jpg\" rel=\"nofollow ugc "
                 "noopener\">the dike</a></p>"));
    expect_str(comment(S("a | b\n--|--\nc | d")),
               S("<p dir=\"auto\">a | b<br>\n--|--<br>\nc | d</p>"));
    expect_str(comment(S("[x](ask:Why?) [^1]\n\n[^1]: y")),
               S("<p dir=\"auto\">x ^1</p>") /* a link to y, which leads nowhere */);
    expect_str(comment(S("")), S(""));
    expect_str(comment(S("\n \n")), S(""));
    fresh();
}

TEST(a_comments_links_lead_only_to_the_web_and_to_mail)
{
    fresh();
    static const char *const dead[] = {
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#x09;script:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x](&#1;javascript:alert(1))",
        "[x](data:text/html,y)",
        "[x](vbscript:y)",
        "[x](/path)",
        "[x](//host/y)",
        "[x](#top)",
        "[x]()",
        "[x](file:///etc/passwd)",
        "[x](\\\\host)",
        "[x](https:example)",
        "[x](&colon;javascript:y)",
        "[x](javascript&colon;y)",
    };
    for (size_t i = 0; i < COUNT(dead); i++)
        expect_str(comment(str_from_z(dead[i])), S("<p dir=\"auto\">x</p>"));
#define LINK(url, text)                                                                            \
    "<p dir=\"auto\"><a href=\"" url "\" rel=\"nofollow ugc noopener\">" text "</a></p>"
    expect_str(
        comment(S("https://example.org/a_b_c?x=1&y=2")),
        S(LINK("https://example.org/a_b_c?x=1&amp;y=2", "https://example.org/a_b_c?x=1&amp;y=2")));
    expect_str(comment(S("www.example.org")), S(LINK("http://www.example.org", "www.example.org")));
    expect_str(comment(S("ada@example.org")), S(LINK("mailto:ada@example.org", "ada@example.org")));
    expect_str(comment(S("[](https://example.org)")),
               S(LINK("https://example.org", "https://example.org")));
    expect_str(comment(S("[x](<https://example.org/\" onclick='y'>)")),
               S(LINK("https://example.org/%22%20onclick=%27y%27", "x")));
    expect_str(comment(S("[![a](https://e.example/p.png)](https://e.example/)")),
               S(LINK("https://e.example/", "a")));
    expect_str(comment(S("![[a](https://e.example/b)](https://e.example/c)")),
               S(LINK("https://e.example/c", "a")));
    fresh();
}

TEST(nesting_past_its_bound_is_flattened_and_its_words_kept)
{
    fresh();
    struct str eight = S("> > > > > > > > deep");
    struct str nine = S("> > > > > > > > > deep");
    expect_str(comment(eight), comment(nine));
    size_t at = 0;
    struct str html = comment(S("- - - - - - - - - - deep"));
    expect(str_find(html, S("deep"), &at));
    html = comment(S("> 1. > 1. > 1. > 1. > 1. > 1. deep\n\nafter"));
    expect(str_find(html, S("deep"), &at) && str_find(html, S("after"), &at));
    html = comment(S("***~~***~~***~~***~~***~~deep~~***~~***~~***~~***~~***"));
    expect(str_find(html, S("deep"), &at));
    fresh();
}

/* ---- Reports ---- */

TEST(headings_are_shifted_below_the_pages_own_and_named_uniquely)
{
    fresh();
    expect_str(report(S("# The Dike\n## The Dike\n### The dike!\n# \n")),
               S("<h2 id=\"s-the-dike\">The Dike</h2>\n<h3 id=\"s-the-dike-2\">The Dike</h3>\n"
                 "<h4 id=\"s-the-dike-3\">The dike!</h4>"));
    expect_str(report(S("### a\n###### b")), S("<h2 id=\"s-a\">a</h2>\n<h5 id=\"s-b\">b</h5>"));
    expect_str(report(S("# a 2\n# a\n# a\n# ...\n# ...\n# s 2")),
               S("<h2 id=\"s-a-2\">a 2</h2>\n<h2 id=\"s-a\">a</h2>\n<h2 id=\"s-a-3\">a</h2>\n"
                 "<h2 id=\"s-2\">...</h2>\n<h2 id=\"s-3\">...</h2>\n<h2 id=\"s-s-2\">s 2</h2>"));
    expect_str(report(S("# Überflutung `x` *y*\n# الفيضان")),
               S("<h2 id=\"s-überflutung-x-y\">Überflutung <code>x</code> <em>y</em></h2>\n"
                 "<h2 id=\"s-الفيضان\">الفيضان</h2>"));
    fresh();
}

TEST(a_question_ends_its_segment_and_is_handed_over)
{
    fresh();
    struct markdown_report r = report_of(
        S("One.\n\n[The *old* dike](<ask:Were you there? What did you see?>) broke.\n\nThree. "
          "[a](ask:A?) [b](ASK:B?)\n\n- x\n\nEnd."));
    expect(r.count == 3 && r.segments[0].count == 1 && r.segments[1].count == 2 &&
           r.segments[2].count == 0);
    expect_str(r.segments[0].questions[0].question, S("Were you there? What did you see?"));
    expect_str(r.segments[0].questions[0].passage, S("The old dike"));
    expect_str(r.segments[0].html.s,
               S("<p>One.</p>\n<p><mark class=\"ask\">The <em>old</em> dike</mark> broke.</p>\n"));
    expect_str(r.segments[1].questions[1].question, S("B?"));
    expect_str(r.segments[2].html.s, S("<ul>\n<li>x</li>\n</ul>\n<p>End.</p>\n"));
    expect(report_of(S("")).count == 0);
    expect(report_of(S("[x](ask:y)")).count == 1);
    expect_str(report(S("[x](ask:)")), S("<p>x</p>"));
    fresh();
}

TEST(a_footnotes_mark_that_names_none_does_not_lose_its_words)
{
    fresh();
    static const char *const texts[] = {
        "x [^a\nb] y[^1]\n\n[^1]: z", "> [^a\n> \u00FC] y", "[^\n\u00FC,] y", "[^a [b] c\nd] y",
        "[^`]`\n\u00FC] y",           "[^a\\]\nb] y",       "[^&#93;\nb] y"
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct str html = report(str_from_z(texts[i]));
        size_t at = 0;
        expect(str_find(html, S("[^"), &at) && str_find(html, S("\n"), &at) &&
               str_find(html, S("] y"), &at));
    }
    expect_str(report(S("[^a] [^ ]\n\n[^a]: z")), S("<p><a href=\"z\">^a</a> [^ ]</p>"));
    fresh();
}

TEST(a_questions_texts_are_cut_at_their_bounds)
{
    fresh();
    struct buf source = buf_make(10000);
    buf_put(&source, S("["));
    for (size_t i = 0; i < MARKDOWN_PASSAGE_MAX / 2 + 1; i++)
        buf_put(&source, S("ü"));
    buf_put(&source, S("](<ask:"));
    for (size_t i = 0; i < MARKDOWN_QUESTION_MAX + 1; i++)
        buf_put(&source, S("q"));
    buf_put(&source, S(">)"));
    struct markdown_report r = report_of(buf_str(&source));
    expect(r.segments[0].questions[0].question.n == MARKDOWN_QUESTION_MAX);
    expect(r.segments[0].questions[0].passage.n == MARKDOWN_PASSAGE_MAX);
    buf_free(&source);
    fresh();
}

/* ---- Words ---- */

TEST(an_excerpt_is_the_words_on_one_line)
{
    fresh();
    struct str s = S("# The dike\n\nIt *broke*  at\n`dawn`. ![pic](dike.jpg \"x\")[^1]\n\n- one\n- "
                     "[two](https://e.example)\n\n> <b>three</b> <!-- not this -->\n\n[^1]: note");
    expect_str(markdown_text(&memory, s, 1000),
               S("The dike It broke at dawn. one two <b>three</b>"));
    expect_str(markdown_text(&memory, S("one two three"), 13), S("one two three"));
    expect_str(markdown_text(&memory, S("one two three"), 12), S("one two…"));
    expect_str(markdown_text(&memory, S("one two three"), 11), S("one two…"));
    expect_str(markdown_text(&memory, S("one two three"), 10), S("one two…"));
    expect_str(markdown_text(&memory, S("one two three"), 9), S("one…"));
    expect_str(markdown_text(&memory, S("üüüü"), 7), S("üü…"));
    expect_str(markdown_text(&memory, S("üüüü"), 8), S("üüüü"));
    expect_str(markdown_text(&memory, S("abc"), 2), S("ab"));
    expect_str(markdown_text(&memory, S("abc"), 0), S(""));
    expect_str(markdown_text(&memory, S("a | b\n--|--\nc | d"), 100), S("a b c d"));
    expect_str(markdown_text(&memory, S("[the dike](<ask:Why?>)"), 100), S("the dike"));
    expect_str(markdown_text(&memory, S(""), 100), S(""));
    fresh();
}

/* ---- Hostile input ---- */

static int64_t cpu(void)
{
    return (int64_t)clock() * (SECOND / CLOCKS_PER_SEC);
}

/* `unit` again and again up to `size` bytes, between a beginning and an end. */
static struct str many(const char *begin, const char *unit, const char *end, size_t size)
{
    struct buf out = buf_make(size + 1000);
    buf_put(&out, str_from_z(begin));
    while (out.n < size)
        buf_put(&out, str_from_z(unit));
    buf_put(&out, str_from_z(end));
    struct str s = buf_copy(&out, &memory);
    buf_free(&out);
    return s;
}

static void survive(struct str text)
{
    struct html html = { 0 };
    struct markdown_report r = { 0 };
    int64_t start = cpu();
    err e = markdown_comment(&memory, text, &html);
    expect(e == OK || e == MARKDOWN_TOO_LONG);
    expect(html.s.n <= text.n * MARKDOWN_GROWTH + MARKDOWN_BASE);
    expect_fine(html.s, true, str_sub(text, 0, 20));
    err f = markdown_report(&memory, text, &options, &r);
    expect(f == OK || f == MARKDOWN_TOO_LONG);
    (void)markdown_text(&memory, text, 200);
    int64_t took = cpu() - start;
    if (took > 2 * SECOND)
        printf("# %lld ms for %zu bytes of \"" STR_FMT "\"\n", (long long)(took / 1000), text.n,
               STR_ARG(str_sub(text, 0, 20)));
    expect(took <= 2 * SECOND); // sanitizers and a busy machine included; unguarded: minutes
    fresh();
}

static const struct {
    const char *begin, *unit, *end;
} slow_texts[] = {
    { "", "[", "" },
    { "", "[", "](x)" },
    { "", "[a](", "" },
    { "", "![[]()", "" },
    { "", "![", "" },
    { "", "[![a](", "" },
    { "", ">", "a" },
    { "", "- ", "a" },
    { "", "1) ", "a" },
    { "", "> - ", "a" },
    { "", "*a_ ", "" },
    { "", "*_", "a" },
    { "", "**a *a ", "" },
    { "", "_", "a" },
    { "", "~~a ~a ", "" },
    { "", "`a ", "" },
    { "", "<", "" },
    { "", "<?", "" },
    { "", "<!--a", "" },
    { "", "<![CDATA[", "" },
    { "", "<a b='", "" },
    { "", "&#1;", "" },
    { "", "a@", "" },
    { "", "a@b.", "" },
    { "", "www.a_", "" },
    { "", "http://a:", "" },
    { "http://a.b/", ")", "" },
    { "http://a.b/", "&a;", "" },
    { "", "a\n-|-\n", "" },
    { "a", "|", "\n-|-\n" },
    { "a|b\n", "-|", "\n" },
    { "a|b\n-|-\n", "|\n", "" },
    { "[^a]: x\n\n", "[^a]", "" },
    { "", "[a]: b\n", "" },
    { "[x]: y\n\n", "[x]", "" },
    { "", "-\n", "" },
    { "", "* a\n  * b\n", "" },
    { "", "# a\n", "" },
    { "", "# \n", "" },
    { "", "\n", "" },
    { "", "\r", "" },
    { "", "a\n", "===" },
    { "", "[a](ask:b)\n\n", "" },
    { "", "![a](dike.jpg)\n\n", "" },
    { "", "<br>", "" },
    { "", "<iframe src=\"https://a\">", "" },
    { "", "\\[", "" },
    { "", "[a", "](ask:b)" },
    { "", "![a", "](dike.jpg)" },
    { "", "*", "a" },
    { "", "\"", "" },
    { "", "+\n-\n", "" },
    { "", "* >\n\n", "" },
    { "", "<!-- x -->", "" },
    { "", "\xE2\x80\x8F", "" },
};

static void survive_some(size_t from, size_t to)
{
    fresh();
    for (size_t i = from; i < to; i++)
        survive(many(slow_texts[i].begin, slow_texts[i].unit, slow_texts[i].end, 24000));
}

TEST(text_made_to_be_slow_is_not)
{
    survive_some(0, COUNT(slow_texts) / 2);
}

TEST(other_text_made_to_be_slow_is_not_either)
{
    survive_some(COUNT(slow_texts) / 2, COUNT(slow_texts));
}

TEST(deep_quotes_with_many_lazy_lines_are_shown_as_typed)
{
    fresh();
    struct buf text = buf_make(100000);
    buf_put(&text, many("", ">", "a", 20000));
    for (int i = 0; i < 10000; i++)
        buf_put(&text, S("\na"));
    struct str s = buf_copy(&text, &memory);
    survive(s);
    buf_clear(&text);
    buf_put(&text, many("", ">", "a", 20000)); // cmark ends lines at CR too
    for (int i = 0; i < 10000; i++)
        buf_put(&text, S("\ra"));
    survive(buf_copy(&text, &memory));
    buf_free(&text);
}

TEST(a_table_with_a_thousand_columns_and_rows_is_not_made)
{
    fresh();
    struct buf text = buf_make(100000);
    for (int i = 0; i < 1000; i++)
        buf_put_char(&text, '|');
    buf_put_char(&text, '\n');
    for (int i = 0; i < 999; i++)
        buf_put(&text, S("|-"));
    buf_put(&text, S("|\n"));
    for (int i = 0; i < 1000; i++)
        buf_put(&text, S("x\n"));
    survive(buf_copy(&text, &memory));
    buf_free(&text);
}

TEST(output_that_would_not_fit_is_refused)
{
    arena_init(&memory, 10000);
    struct html html = { S("kept") };
    struct str text = many("", "- a\n", "", 4000);
    expect(markdown_comment(&memory, text, &html) == MARKDOWN_TOO_LONG);
    expect_str(html.s, S("kept"));
    struct markdown_report r = { .count = 7 };
    expect(markdown_report(&memory, text, &options, &r) == MARKDOWN_TOO_LONG && r.count == 7);
    static char large[4 * 1024 * 1024 + 1];
    memset(large, 'a', sizeof large);
    fresh();
    expect(markdown_comment(&memory, (struct str){ large, sizeof large }, &html) ==
           MARKDOWN_TOO_LONG);
    expect(markdown_comment(&memory, (struct str){ large, sizeof large - 1 }, &html) == OK);
    expect(markdown_report(&memory, (struct str){ large, sizeof large }, &options, &r) ==
           MARKDOWN_TOO_LONG);
    fresh();
}

/* ---- Any text at all ---- */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

TEST(whatever_is_written_only_listed_elements_come_out)
{
    static const char *const pieces[] = {
        "[",
        "]",
        "(",
        ")",
        "![",
        "<",
        ">",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "1. ",
        "> ",
        "# ",
        "* ",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```",
        "\\",
        "&lt;",
        "&",
        "\"",
        "'",
        "a",
        "the",
        " ",
        "|",
        "---",
        "|-|",
        "[^1]",
        "[^1]:",
        "ask:",
        ":",
        "//",
        "www",
        ".",
        "@",
        "<b>",
        "</b>",
        "<br>",
        "<!--",
        "-->",
        "https",
        "http",
        "x.y",
        "=",
        "dike.jpg",
        "](",
        "<https://a.b>",
        "javascript:",
        "mailto:",
        "<script>",
        "\t",
        "<iframe src=\"https://v.example/1\">",
        "</iframe>",
        "\xD9\x81",
        "\r\n",
    };
    uint64_t state = 88172645463325252u;
    for (int round = 0; round < 4000; round++) {
        arena_init(&memory, 1000000);
        struct buf text = buf_make(4000);
        for (uint64_t n = next(&state) % 60; n > 0; n--)
            buf_put(&text, str_from_z(pieces[next(&state) % COUNT(pieces)]));
        (void)comment(buf_str(&text));
        (void)report(buf_str(&text));
        (void)markdown_text(&memory, buf_str(&text), next(&state) % 100);
        buf_free(&text);
        arena_free(&memory);
    }
}

static void *render(void *arg)
{
    (void)arg;
    for (int i = 0; i < 300; i++) {
        struct arena a;
        arena_init(&a, 100000);
        struct html html = { 0 };
        struct markdown_report r = { 0 };
        expect(markdown_comment(&a, S("~~a~~ www.e.example"), &html) == OK);
        expect_str(str_sub(html.s, 0, 28), S("<p dir=\"auto\"><del>a</del> <"));
        expect(markdown_report(&a, S("a|b\n-|-\nc|~~d~~"), &options, &r) == OK);
        expect(str_starts(r.segments[0].html.s, S("<div class=\"table\"")));
        arena_free(&a);
    }
    return NULL;
}

TEST(markdown_is_rendered_by_many_threads_at_once)
{
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT(threads); i++)
        expect(pthread_create(&threads[i], NULL, render, NULL) == 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
}
