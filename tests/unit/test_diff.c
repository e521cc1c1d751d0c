#include "base/buf.h"
#include "desk/diff.h"
#include "unit/test.h"

/* Without this the desk could show that something changed which did not, or hide what did. */

enum { ROOM = 32 * 1024 * 1024 };

/* The diff as text: " same", "-gone", "+new", "~" for a gap. */
static struct str drawn(struct arena *a, struct str was, struct str is)
{
    struct diff d = { 0 };
    expect(diff_texts(a, was, is, &d));
    struct buf b CLEANUP(buf_free) = buf_make(ROOM);
    for (size_t i = 0; i < d.n; i++) {
        buf_put_char(&b, " -+~"[d.lines[i].kind]);
        buf_put(&b, d.lines[i].text);
        buf_put_char(&b, '|');
    }
    return buf_copy(&b, a);
}

static void is_drawn(const char *was, const char *is, const char *expected)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ROOM);
    expect_str(drawn(&a, str_from_z(was), str_from_z(is)), str_from_z(expected));
}

TEST(a_diff_of_equal_texts_is_empty)
{
    is_drawn("", "", "");
    is_drawn("one\ntwo\n", "one\ntwo\n", "");
    is_drawn("one\r\ntwo", "one\ntwo\n", "");
}

TEST(a_diff_shows_what_is_gone_and_what_is_new)
{
    is_drawn("one\ntwo\nthree\n", "one\n2\nthree\n", " one|-two|+2| three|");
    is_drawn("", "new\n", "+new|");
    is_drawn("old\n", "", "-old|");
    is_drawn("a\nb\nc\n", "b\nc\nd\n", "-a| b| c|+d|");
    is_drawn("x\nx\n", "x\nx\nx\n", " x| x|+x|");
}

TEST(a_diff_leaves_out_what_is_far_from_a_change)
{
    is_drawn("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
             "~| 2| 3| 4|-5|+five| 6| 7| 8|~|");
    is_drawn("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", "~| 3| 4| 5|+6|");
}

static struct str lines(struct arena *a, size_t n, const char *word)
{
    struct buf b CLEANUP(buf_free) = buf_make(ROOM);
    for (size_t i = 0; i < n; i++)
        buf_print(&b, "%s %zu\n", word, i);
    return buf_copy(&b, a);
}

TEST(a_diff_of_the_longest_texts_ends_and_one_line_more_is_not_compared)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ROOM);
    struct diff d = { 0 };
    struct str most = lines(&a, DIFF_LINES_MAX, "was");
    struct str more = lines(&a, DIFF_LINES_MAX + 1, "is");
    expect(diff_texts(&a, most, lines(&a, DIFF_LINES_MAX, "is"), &d));
    expect(d.n == 2 * (size_t)DIFF_LINES_MAX && d.lines[0].kind == DIFF_GONE &&
           d.lines[d.n - 1].kind == DIFF_NEW);
    expect(!diff_texts(&a, most, more, &d));
    expect(!diff_texts(&a, more, most, &d));
}

TEST(a_diff_of_the_largest_compared_middle_is_the_shortest)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ROOM);
    struct diff d = { 0 };
    struct buf b CLEANUP(buf_free) = buf_make(ROOM);
    struct str was = lines(&a, 998, "line");
    buf_put(&b, S("first\n"));
    buf_put(&b, str_sub(was, 0, was.n - 9)); // without its last line, "line 997"
    expect(diff_texts(&a, was, buf_str(&b), &d));
    size_t changed = 0;
    for (size_t i = 0; i < d.n; i++)
        changed += d.lines[i].kind == DIFF_GONE || d.lines[i].kind == DIFF_NEW;
    expect(changed == 2);
}
