#include "base/buf.h"
#include "unit/template_bench.h"
#include "unit/test.h"

#include <string.h>

/* Without this partials, layouts and trees could go wrong where no page shows it, or without end.
 */

static const struct tree leaves[] = { { .name = { "c<", 2 } }, { .name = { "d", 1 } } };
static const struct tree roots[] = { { .name = { "a", 1 }, .below = { leaves, 2 } },
                                     { .name = { "b", 1 } } };
static const struct item items[] = { { { "a", 1 }, 1 }, { { "b", 1 }, 2 } };

static struct sample full(void)
{
    return (
        struct sample){ .x = S("x"), .yes = true, .items = { items, 2 }, .trees = { roots, 2 } };
}

static void expect_files(enum template_mode mode, const struct set_files *files, const char *want)
{
    struct bench b;
    bench_init(&b, mode);
    b.files = *files;
    struct sample view = full();
    expect_str(bench_render(&b, files->text[1], &view), str_from_z(want));
    arena_free(&b.a);
}

TEST(template_a_tree_of_any_depth_is_one_partial_that_includes_itself)
{
    struct set_files files = { { "page", "{{#trees}}{{>node}}{{/trees}}", "node",
                                 "<i>{{name}}{{x}}{{#below}}{{>node}}{{/below}}</i>" } };
    expect_files(TEMPLATE_HTML, &files, "<i>ax<i>c&lt;x</i><i>dx</i></i><i>bx</i>");
    struct set_files two = { { "page", "{{#trees}}{{>node}}{{/trees}}", "node",
                               "{{name}}{{#below}}{{>other}}{{/below}}", "other",
                               "({{#items}}{{n}}{{/items}}{{>node}})" } };
    expect_files(TEMPLATE_HTML, &two, "a(12c&lt;)(12d)b");
}

TEST(template_a_tree_that_comes_back_in_another_place_is_refused)
{
    struct set_files files = { { "page", "{{#trees}}{{>node}}{{/trees}}", "node",
                                 "<i {{#below}}{{>node}}{{/below}}" } };
    expect_files(TEMPLATE_HTML, &files, "node:1: an attribute cannot begin so (at `<i`)");
    struct set_files quoted = { { "page", "<p title=\"{{#trees}}{{>node}}{{/trees}}\">", "node",
                                  "{{name}}{{#below}}{{>node}}{{/below}}" } };
    expect_files(TEMPLATE_HTML, &quoted, "<p title=\"ac&lt;db\">");
}

TEST(template_a_partial_is_escaped_by_where_it_stands)
{
    struct set_files files = { { "page", "{{>p}}<a href=\"/?a={{>p}}\" title='{{>p}}\"'>{{>p}}",
                                 "p",
                                 "{{#trees}}{{name}}{{#below}}{{name}}{{/below}}{{/trees}}" } };
    expect_files(TEMPLATE_HTML, &files,
                 "ac&lt;db<a href=\"/?a=ac%3Cdb\" title='ac&lt;db\"'>ac&lt;db");
}

TEST(template_blocks_of_a_layout_are_filled_from_the_outermost_page)
{
    struct set_files files = { { "page", "{{<mid}}{{$a}}A{{x}}{{/a}}{{/mid}}", "mid",
                                 "{{<base}}{{$a}}no{{/a}}{{$b}}B{{$c}}C{{/c}}{{/b}}{{/base}}",
                                 "base", "<{{$tag}}p{{/tag}}>" } };
    files.text[5] = "<p>{{$a}}1{{/a}}|{{$b}}2{{/b}}|{{$d}}3{{x}}{{/d}}";
    expect_files(TEMPLATE_HTML, &files, "<p>Ax|BC|3x");
}

TEST(template_text_that_a_layout_would_lose_is_refused)
{
    struct set_files lost = { { "page", "{{<base}}\n lost {{/base}}", "base", "" } };
    expect_files(TEMPLATE_HTML, &lost, "page:2: in {{<base}} only blocks count: this is lost");
    struct set_files none = { { "page", "{{<base}}\n{{$b}}{{/b}}{{/base}}", "base", "" } };
    expect_files(TEMPLATE_HTML, &none, "page:2: `base` has no block `b`");
}

TEST(template_mails_keep_the_indentation_of_their_parts)
{
    struct set_files files = { { "page", "To:\n  {{>p}}\n{{#items}}\n- {{name}}\n{{/items}}\n", "p",
                                 "{{x}} & co\n{{>q}}\n", "q", "two\nlines\n" } };
    expect_files(TEMPLATE_TEXT, &files, "To:\n  x & co\n  two\n  lines\n- a\n- b\n");
}

static struct str repeat(struct bench *b, const char *before, const char *middle, const char *after,
                         size_t n)
{
    struct buf text CLEANUP(buf_free) = buf_make(4000000);
    for (size_t i = 0; i < n; i++)
        buf_put(&text, str_from_z(before));
    buf_put(&text, str_from_z(middle));
    for (size_t i = 0; i < n; i++)
        buf_put(&text, str_from_z(after));
    buf_put_char(&text, 0);
    struct str whole = buf_copy(&text, &b->a);
    return str_sub(whole, 0, whole.n - 1);
}

static struct str render_repeated(struct bench *b, const char *before, const char *middle,
                                  const char *after, size_t n)
{
    struct sample view = full();
    return bench_render(b, repeat(b, before, middle, after, n).s, &view);
}

TEST(template_bounds_hold_at_and_one_past_them)
{
    struct bench b;
    bench_init(&b, TEMPLATE_HTML);
    expect_str(render_repeated(&b, "{{#yes}}", "a", "{{/yes}}", 16), S("a"));
    expect_str(render_repeated(&b, "{{#yes}}", "a", "{{/yes}}", 17),
               S("page:1: sections nest deeper than 16: yes"));
    expect(render_repeated(&b, "{{x}}", "", "", TEMPLATE_OPS_MAX - 1).n == TEMPLATE_OPS_MAX - 1);
    expect_str(render_repeated(&b, "{{x}}", "", "", TEMPLATE_OPS_MAX),
               S("page:1: the page is too big"));
    expect(render_repeated(&b, "a", "", "", 256 * 1024).n == 256 * 1024);
    expect_str(render_repeated(&b, "a", "", "", 256 * 1024 + 1), S("page:1: longer than 256 KiB"));
    arena_free(&b.a);
}

TEST(template_work_of_the_compiler_is_bounded_where_files_double_each_other)
{
    struct bench b;
    bench_init(&b, TEMPLATE_HTML);
    for (size_t i = 1; i < 30; i++) {
        b.files.text[2 * i] = str_z(&b.a, str_print(&b.a, "f%zu", i));
        b.files.text[2 * i + 1] =
            str_z(&b.a, str_print(&b.a, "{{<f%zu}}{{/f%zu}}{{<f%zu}}{{/f%zu}}", i + 1, i + 1, i + 1,
                                  i + 1));
    }
    b.files.text[59] = "";
    struct sample view = full();
    struct str why = bench_render(&b, "{{<f1}}{{/f1}}", &view);
    expect(str_ends(why, S("the page is too big")));
    arena_free(&b.a);
}

TEST(template_rendering_stops_where_a_tree_or_the_output_has_no_end)
{
    struct bench b;
    bench_init(&b, TEMPLATE_HTML);
    struct tree loop = { .name = S("."), .below = { &loop, 1 } };
    struct sample view = { .trees = { &loop, 1 } };
    b.files.text[2] = "node";
    b.files.text[3] = "{{name}}{{#below}}{{>node}}{{/below}}";
    expect_str(bench_render(&b, "{{#trees}}{{>node}}{{/trees}}", &view), S("RAN INTO A LIMIT"));
    struct item *many = arena_new(&b.a, struct item, 100001);
    view.items = (struct list){ many, 100000 };
    expect(bench_render(&b, "{{#items}}0123456789{{/items}}", &view).n == 1000000);
    view.items.n++;
    expect_str(bench_render(&b, "{{#items}}0123456789{{/items}}", &view), S("RAN INTO A LIMIT"));
    arena_free(&b.a);
}
