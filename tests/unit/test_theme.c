#include "base/embedded.h"
#include "render/theme.h"
#include "unit/test.h"

#include <string.h>

/* Without this a theme could be half loaded, or its folder could reach where it must not. */

struct comment_view {
    struct str author;
    struct html body;
    int64_t id;
    struct list replies;
};
extern const struct view comment_view;
static const struct field comment_fields[] = {
    FIELD_STR(struct comment_view, author),
    FIELD_HTML(struct comment_view, body),
    FIELD_INT(struct comment_view, id),
    FIELD_LIST(struct comment_view, replies, &comment_view),
};
const struct view comment_view = VIEW(struct comment_view, comment_fields);

struct report_view {
    struct str headline, link;
    bool open;
    struct list comments, tags;
};
static const struct field report_fields[] = {
    FIELD_STR(struct report_view, headline),
    FIELD_STR(struct report_view, link),
    FIELD_BOOL(struct report_view, open),
    FIELD_LIST(struct report_view, comments, &comment_view),
    FIELD_LIST(struct report_view, tags, &text_item),
};
static const struct view report_view = VIEW(struct report_view, report_fields);

static const struct template pages[] = {
    { "pages/report.html", &report_view, TEMPLATE_HTML },
    { "mail/report.txt", &report_view, TEMPLATE_TEXT },
};

#define FILE_OF(path, text)                                                                        \
    {                                                                                              \
        "theme/" path, text, text + sizeof text - 1                                                \
    }
static const struct embedded files[] = {
    FILE_OF("layout.html", "<!doctype html>\n<html lang=\"{{theme.language}}\""
                           " dir=\"{{theme.direction}}\">\n<title>{{$title}}{{/title}}</title>\n"
                           "<link rel=\"stylesheet\" href=\"{{asset.css/site.css}}\">\n"
                           "{{$main}}{{/main}}\n</html>\n"),
    FILE_OF("pages/report.html",
            "{{<layout.html}}\n{{$title}}{{headline}}{{/title}}\n{{$main}}\n"
            "<h1>{{headline}}</h1>\n{{#comments}}\n  {{>parts/comment.html}}\n{{/comments}}\n"
            "{{^open}}\n<p>{{words.closed}}</p>\n{{/open}}\n"
            "{{#tags.some}}\n<ul>{{#tags}}<li>{{.}}{{/tags}}</ul>\n{{/tags.some}}\n"
            "{{/main}}\n{{/layout.html}}\n"),
    FILE_OF("parts/comment.html", "<article id=\"comment-{{id}}\">{{author}}: {{{body}}}\n"
                                  "{{#replies}}\n  {{>parts/comment.html}}\n{{/replies}}\n"
                                  "</article>\n"),
    FILE_OF("mail/report.txt", "{{headline}}\n{{#comments}}\n  {{>parts/comment.txt}}\n"
                               "{{/comments}}\n{{link}}\n"),
    FILE_OF("parts/comment.txt", "{{author}}\nwrote\n"),
    FILE_OF("css/site.css", "body { margin: 0 }"),
    FILE_OF("words/en.ini", "closed = Comments are \"closed\" & done\n"
                            "comments = {n, plural, one {# comment} other {# comments}}\n"),
    FILE_OF("words/ar.ini", "closed = مغلق\ncomments = {n, plural, other {#}}\n"),
    { NULL, NULL, NULL },
};

struct fixture {
    struct arena a;
    struct theme *theme;
    struct str why;
    err result;
};

static void load(struct fixture *f, const char *folder, const char *language)
{
    arena_init(&f->a, 10000000);
    struct theme_input in = { files, pages, COUNT(pages), folder, str_from_z(language) };
    f->why = S("");
    f->theme = NULL;
    f->result = theme_load_from(&in, &f->a, &f->theme, &f->why);
}

static void drop(struct fixture *f)
{
    theme_free(f->theme);
    arena_free(&f->a);
}

#define Z(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    } /* S() for constants */
static const struct comment_view reply = { .author = Z("Bo"), .id = 2, .body = { Z("<p>No") } };
static const struct comment_view comments[] = {
    { .author = Z("Ada <3"), .id = 1, .body = { Z("<p>Yes") }, .replies = { &reply, 1 } },
    { .author = Z("Cy"), .id = 3 },
};
static const struct str tags[] = { Z("river"), Z("a&b") };
static const struct report_view report = { .headline = Z("Flood & <ebb>"),
                                           .link = Z("/x?a=1&b=2"),
                                           .comments = { comments, 2 },
                                           .tags = { tags, 2 } };

TEST(theme_a_page_is_rendered_with_layout_words_assets_and_a_tree_of_comments)
{
    struct fixture f;
    load(&f, NULL, "en");
    expect_str(f.why, S(""));
    struct buf out CLEANUP(buf_free) = buf_make(10000);
    expect(theme_render(f.theme, &pages[0], &report, &out) == OK);
    struct str want = str_print(
        &f.a,
        "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<title>Flood &amp; &lt;ebb&gt;</title>\n"
        "<link rel=\"stylesheet\" href=\"/assets/" STR_FMT "/css/site.css\">\n"
        "<h1>Flood &amp; &lt;ebb&gt;</h1>\n<article id=\"comment-1\">Ada &lt;3: <p>Yes\n"
        "<article id=\"comment-2\">Bo: <p>No\n</article>\n</article>\n"
        "<article id=\"comment-3\">Cy: \n</article>\n"
        "<p>Comments are \"closed\" &amp; done</p>\n<ul><li>river<li>a&amp;b</ul>\n\n</html>\n",
        STR_ARG(theme_assets_hash(f.theme)));
    expect_str(buf_str(&out), want);
    buf_clear(&out);
    expect(theme_render(f.theme, &pages[1], &report, &out) == OK);
    expect_str(buf_str(&out), S("Flood & <ebb>\n  Ada <3\n  wrote\n  Cy\n  wrote\n/x?a=1&b=2\n"));
    drop(&f);
}
