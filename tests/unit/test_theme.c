#include "base/embedded.h"
#include "render/theme.h"
#include "render/theme_files.h"
#include "unit/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        "theme/" path, text, &(text)[sizeof(text) - 1]                                             \
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
    FILE_OF("css/desk.css", "p { color: green }"),
    FILE_OF("css/discussion.css", "p { color: red }"),
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

/* A theme folder with one file in it. Removed by folder_drop(). */
struct folder {
    char path[32];
    int fd;
    const char *name;
};

static void folder_put(struct folder *f, const char *name, struct str bytes)
{
    *f = (struct folder){ .path = "/tmp/theme-XXXXXX", .name = name };
    expect(mkdtemp(f->path));
    f->fd = open(f->path, O_RDONLY | O_DIRECTORY);
    const char *slash = strchr(name, '/');
    if (slash) {
        char sub[64] = "";
        memcpy(sub, name, (size_t)(slash - name));
        expect(mkdirat(f->fd, sub, 0700) == 0);
    }
    int file = openat(f->fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    expect(file >= 0 && write(file, bytes.s, bytes.n) == (ssize_t)bytes.n && close(file) == 0);
}

static void folder_drop(struct folder *f)
{
    unlinkat(f->fd, f->name, 0);
    const char *slash = strchr(f->name, '/');
    if (slash) {
        char sub[64] = "";
        memcpy(sub, f->name, (size_t)(slash - f->name));
        expect(unlinkat(f->fd, sub, AT_REMOVEDIR) == 0);
    }
    close(f->fd);
    expect(rmdir(f->path) == 0);
}

/* Loading with that file is refused with that message, or succeeds (""). */
static void expect_folder(const char *name, struct str bytes, const char *language,
                          const char *want)
{
    struct folder folder;
    struct fixture f;
    folder_put(&folder, name, bytes);
    load(&f, folder.path, language);
    expect_str(f.why, str_from_z(want));
    expect((f.result == OK) == (*want == 0) && (f.theme != NULL) == (*want == 0));
    drop(&f);
    folder_drop(&folder);
}

TEST(theme_a_folder_s_files_stand_in_for_the_default_ones)
{
    struct folder folder;
    struct fixture f;
    folder_put(&folder, "parts/comment.html", S("<li>{{author}}\n"));
    load(&f, folder.path, "en");
    expect_str(f.why, S(""));
    struct buf out CLEANUP(buf_free) = buf_make(10000);
    expect(theme_render(f.theme, &pages[0], &report, &out) == OK);
    size_t at = 0;
    expect(str_find(buf_str(&out), S("</h1>\n<li>Ada &lt;3\n<li>Cy\n<p>"), &at));
    drop(&f);
    folder_drop(&folder);
    expect_folder("parts/new.html", S("{{anything}}"), "en", "");
    expect_folder(".hidden", S("\xFF"), "en", "");
    expect_folder("note~", S("\xFF"), "en", "");
}

TEST(theme_a_broken_file_is_refused_with_its_line)
{
    expect_folder("parts/comment.html", S("\n{{nobody}}"), "en",
                  "parts/comment.html:2: no field `nobody` in comment_view (has: author, body, id, "
                  "replies; report_view: headline, link, open, comments, tags)");
    expect_folder("parts/comment.html", S("{{words.nothing}}"), "en",
                  "parts/comment.html:1: no word `nothing` in words/en.ini");
    expect_folder("parts/comment.html", S("{{words.comments}}"), "en",
                  "parts/comment.html:1: `words.comments` has places to be filled, which only the "
                  "program can");
    expect_folder("parts/comment.html", S("{{asset.css/none.css}}"), "en",
                  "parts/comment.html:1: the theme has no `asset.css/none.css`");
    expect_folder("parts/comment.html", S("{{theme.name}}"), "en",
                  "parts/comment.html:1: the theme has no `theme.name`");
    expect_folder("parts/comment.html", S("{{>css/site.css}}"), "en",
                  "parts/comment.html:1: no file `css/site.css`");
}

TEST(theme_what_does_not_belong_into_a_folder_is_refused)
{
    expect_folder(
        "pages/raport.html", S(""), "en",
        "pages/raport.html: the default theme has no such file, so nothing would show it");
    expect_folder("scripts/a.js", S(""), "en", "scripts: a theme has no such folder");
    expect_folder("js/a.exe", S(""), "en", "js/a.exe: a file of no known type");
    expect_folder("css/a b.css", S(""), "en",
                  "css/a b.css: a name of letters, digits and . _ - is needed");
    expect_folder("css/site.css", S("\xFF"), "en", "css/site.css: not UTF-8");
    expect_folder("icons/a.png", S("\xFF"), "en", "");
    struct fixture f;
    load(&f, "/nonexistent/theme", "en");
    expect_str(f.why, S("/nonexistent/theme: the theme's folder cannot be read"));
    drop(&f);
}

TEST(theme_a_link_out_of_the_folder_is_refused)
{
    struct folder folder;
    struct fixture f;
    folder_put(&folder, "layout.html", S(""));
    expect(unlinkat(folder.fd, "layout.html", 0) == 0);
    expect(symlinkat("/etc/passwd", folder.fd, "layout.html") == 0);
    load(&f, folder.path, "en");
    expect_str(f.why, S("layout.html: it is not a regular file"));
    drop(&f);
    expect(unlinkat(folder.fd, "layout.html", 0) == 0);
    expect(symlinkat("/etc", folder.fd, "parts") == 0);
    load(&f, folder.path, "en");
    expect_str(f.why, S("parts: it is not a regular file"));
    drop(&f);
    folder.name = "parts";
    folder_drop(&folder);
}

TEST(theme_files_are_bounded)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 20000000);
    char *big = arena_new(&a, char, THEME_FILE_BYTES_MAX + 1);
    memset(big, 'a', THEME_FILE_BYTES_MAX + 1);
    expect_folder("css/site.css", (struct str){ big, THEME_FILE_BYTES_MAX }, "en", "");
    expect_folder("css/site.css", (struct str){ big, THEME_FILE_BYTES_MAX + 1 }, "en",
                  "css/site.css: the file is too large");
    expect_folder("parts/a.html", (struct str){ big, THEME_TEMPLATES_BYTES_MAX + 1 }, "en",
                  "parts/a.html: the theme's files are too large together");
}

TEST(theme_words_come_from_the_language_its_parent_or_english)
{
    struct fixture f;
    load(&f, NULL, "ar-EG-u-nu-latn");
    expect_str(f.why, S(""));
    expect_str(theme_word(f.theme, "closed"), S("مغلق"));
    expect(theme_rtl(f.theme));
    expect_str(theme_language(f.theme), S("ar-EG"));
    struct word_arg count = { .name = "n", .count = 12 };
    expect_str(theme_phrase(f.theme, &f.a, "comments", &count, 1), S("12"));
    drop(&f);

    struct folder folder;
    folder_put(&folder, "words/fr.ini", S("closed = Fermé\n"));
    load(&f, folder.path, "fr-CA");
    expect_str(f.why, S(""));
    expect_str(theme_word(f.theme, "closed"), S("Fermé"));
    count.count = 2;
    expect_str(theme_phrase(f.theme, &f.a, "comments", &count, 1), S("2 comments"));
    expect(!theme_rtl(f.theme));
    drop(&f);
    folder_drop(&folder);

    folder_put(&folder, "words/ar.ini", S("closed = انتهى\n"));
    load(&f, folder.path, "ar");
    expect_str(theme_word(f.theme, "closed"), S("انتهى"));
    drop(&f);
    folder_drop(&folder);

    load(&f, NULL, "fr");
    expect_str(f.why, S("words/fr.ini: there is no such file"));
    drop(&f);
    load(&f, NULL, "../en");
    expect_str(f.why, S("`../en` is not a language"));
    drop(&f);
}

TEST(theme_stylesheets_are_one_file_and_its_address_moves_with_any_asset)
{
    struct fixture f, g;
    struct theme_file all = { .path = S("") }, one = all;
    load(&f, NULL, "en");
    expect(theme_asset(f.theme, S("css/all.css"), &all));
    expect_str(all.bytes, S("body { margin: 0 }\np { color: red }\n"));
    expect_str(all.type, S("text/css; charset=utf-8"));
    expect(!theme_asset(f.theme, S("css/none.css"), &one));
    expect(!theme_asset(f.theme, S("pages/report.html"), &one));
    expect(theme_assets_hash(f.theme).n == 16);
    expect_str(theme_asset_url(f.theme, "css/all.css"), all.url);
    expect_str(all.url, str_print(&f.a, "/assets/" STR_FMT "/css/all.css",
                                  STR_ARG(theme_assets_hash(f.theme))));
    struct folder folder;
    folder_put(&folder, "css/mine.css", S("p { color: blue }"));
    load(&g, folder.path, "en");
    expect(theme_asset(g.theme, S("css/all.css"), &one));
    expect_str(one.bytes, S("body { margin: 0 }\np { color: red }\np { color: blue }\n"));
    expect(!str_eq(all.url, one.url));
    drop(&f);
    drop(&g);
    folder_drop(&folder);
}

/*
 * The program's own theme, every page in every language it has words for. A key of en.ini that a
 * language lacks, one that en.ini has not, and a place en.ini does not fill are refused here.
 */
TEST(theme_the_shipped_one_compiles_in_every_language)
{
    size_t languages = 0;
    for (const struct embedded *e = embedded_files; e->path; e++) {
        struct str path = str_from_z(e->path);
        if (!str_starts(path, S("theme/words/")) || !str_ends(path, S(".ini")))
            continue;
        struct arena a CLEANUP(arena_free);
        arena_init(&a, 10000000);
        struct theme *t = NULL;
        struct str why = S("");
        err result = theme_load(NULL, str_sub(path, 12, path.n - 16), &a, &t, &why);
        expect_str(why, S(""));
        expect(result == OK);
        theme_free(t);
        languages++;
    }
    expect(languages >= 3); /* English, German, Arabic */
}

TEST(theme_manual_names_every_page_and_its_variables)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 10000000);
    struct str manual = theme_manual_of(&a, pages, COUNT(pages));
    size_t at = 0;
    expect(str_find(manual, S("## Templates"), &at));
    expect_str(str_sub(manual, at, manual.n),
               S("## Templates\n\n"
                 "- `mail/report.txt`, plain text: [report_view](#report_view)\n"
                 "- `pages/report.html`, HTML: [report_view](#report_view)\n"
                 "\n## Variables\n\n### report_view\n\n"
                 "- `headline`: text\n- `link`: text\n- `open`: yes or no, for sections\n"
                 "- `comments`: list of [comment_view](#comment_view)\n- `tags`: list of text\n"
                 "\n### comment_view\n\n"
                 "- `author`: text\n- `body`: markup, as {{{x}}}\n- `id`: number\n"
                 "- `replies`: list of [comment_view](#comment_view)\n"));
}

struct render_run {
    const struct theme *theme;
    struct str want;
    bool good;
};

static void *render_often(void *arg)
{
    struct render_run *r = arg;
    struct buf out CLEANUP(buf_free) = buf_make(10000);
    r->good = true;
    for (int i = 0; i < 200; i++) {
        buf_clear(&out);
        r->good &= theme_render(r->theme, &pages[0], &report, &out) == OK &&
                   str_eq(buf_str(&out), r->want);
    }
    return NULL;
}

TEST(theme_is_rendered_by_many_threads_at_once)
{
    struct fixture f;
    load(&f, NULL, "en");
    struct buf out CLEANUP(buf_free) = buf_make(10000);
    expect(theme_render(f.theme, &pages[0], &report, &out) == OK);
    struct render_run runs[4];
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        runs[i] = (struct render_run){ .theme = f.theme, .want = buf_str(&out) };
        expect(pthread_create(&threads[i], NULL, render_often, &runs[i]) == 0);
    }
    for (size_t i = 0; i < 4; i++)
        expect(pthread_join(threads[i], NULL) == 0 && runs[i].good);
    drop(&f);
}
