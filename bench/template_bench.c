/*
 * How long a report's page takes to render, against copying the same bytes: 20 and 200 comments in
 * a tree, half of each comment escaped text, half markup.
 *
 *     template_bench
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "render/theme.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct comment_view {
    struct str author, when, url, text;
    struct html body;
    int64_t id, votes;
    bool staff;
    struct list replies;
};
extern const struct view comment_view;
static const struct field comment_fields[] = {
    FIELD_STR(struct comment_view, author),
    FIELD_STR(struct comment_view, when),
    FIELD_STR(struct comment_view, url),
    FIELD_STR(struct comment_view, text),
    FIELD_HTML(struct comment_view, body),
    FIELD_INT(struct comment_view, id),
    FIELD_INT(struct comment_view, votes),
    FIELD_BOOL(struct comment_view, staff),
    FIELD_LIST(struct comment_view, replies, &comment_view),
};
const struct view comment_view = VIEW(struct comment_view, comment_fields);

struct report_view {
    struct str headline;
    struct html body;
    struct list comments;
};
static const struct field report_fields[] = {
    FIELD_STR(struct report_view, headline),
    FIELD_HTML(struct report_view, body),
    FIELD_LIST(struct report_view, comments, &comment_view),
};
static const struct view report_view = VIEW(struct report_view, report_fields);

#define FILE_OF(path, text)                                                                        \
    {                                                                                              \
        "theme/" path, text, &(text)[sizeof(text) - 1]                                             \
    }
static const struct embedded files[] = {
    FILE_OF("layout.html",
            "<!doctype html>\n<html lang=\"{{theme.language}}\">\n"
            "<title>{{$title}}{{/title}}</title>\n<main>{{$main}}{{/main}}</main>\n"),
    FILE_OF("pages/report.html",
            "{{<layout.html}}\n{{$title}}{{headline}}{{/title}}\n{{$main}}\n<h1>{{headline}}</h1>\n"
            "{{{body}}}\n{{#comments}}\n{{>parts/comment.html}}\n{{/comments}}\n{{/main}}\n"
            "{{/layout.html}}\n"),
    FILE_OF("parts/comment.html",
            "<article class=\"comment{{#staff}} staff{{/staff}}\" id=\"comment-{{id}}\">\n"
            "<header><b>{{author}}</b> <time datetime=\"{{when}}\">{{when}}</time>\n"
            "<a href=\"{{url}}\" title=\"Link to {{author}}\">Link</a></header>\n"
            "<p>{{text}}</p>\n{{{body}}}\n"
            "<form method=\"post\" action=\"/comments/{{id}}/vote\"><button name=\"value\" "
            "value=\"1\">Up</button> {{votes}}</form>\n"
            "{{#replies}}\n{{>parts/comment.html}}\n{{/replies}}\n</article>\n"),
    { NULL, NULL, NULL },
};
static const struct template pages[] = { { "pages/report.html", &report_view, TEMPLATE_HTML } };

enum { TEXT = 780, REPLIES = 4, ROUNDS = 3000, RUNS = 7, OUTPUT_MAX = 4 << 20 };

/* Prose with a quote, an apostrophe or an ampersand every so often. */
static struct str prose(struct arena *a)
{
    static const char words[] = "The water rose past the harbour wall & nobody was told; \"we\" "
                                "weren't there when the gauge stood at nine metres and rising. ";
    char *s = arena_new(a, char, TEXT);
    for (size_t i = 0; i < TEXT; i++)
        s[i] = words[i % (sizeof words - 1)];
    return (struct str){ s, TEXT };
}

static void fill(struct comment_view *c, size_t n, struct arena *a, bool nested)
{
    for (size_t i = 0; i < n; i++) {
        c[i] = (struct comment_view){ .author = S("Ada O'Brien & Sons"),
                                      .when = S("2018-05-04T10:00:00Z"),
                                      .url = S("/2018/05/04/flood?after=12#comment-7"),
                                      .text = prose(a),
                                      .body = { prose(a) },
                                      .id = (int64_t)i + 1000,
                                      .votes = 12 };
        if (!nested || i % (REPLIES + 1))
            continue;
        size_t replies = n - i - 1 < REPLIES ? n - i - 1 : REPLIES;
        c[i].replies = (struct list){ &c[i + 1], replies };
    }
}

static int64_t best_of(const struct theme *t, const struct report_view *view, struct buf *out)
{
    int64_t best = INT64_MAX;
    for (int run = 0; run < RUNS; run++) {
        int64_t began = clock_monotonic();
        for (int i = 0; i < ROUNDS; i++) {
            buf_clear(out);
            if (t)
                check(theme_render(t, &pages[0], view, out) == OK);
            else
                buf_put(out, view->body.s);
        }
        int64_t took = (clock_monotonic() - began) * 1000 / ROUNDS;
        best = took < best ? took : best;
    }
    return best;
}

static void measure(const struct theme *t, size_t n, struct arena *a)
{
    struct comment_view *all = arena_new(a, struct comment_view, n);
    fill(all, n, a, true);
    struct comment_view *threads = arena_new(a, struct comment_view, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i += REPLIES + 1)
        threads[count++] = all[i];
    struct report_view view = { S("Flood \"breaches\" the dike"),
                                { prose(a) },
                                { threads, count } };
    struct buf out CLEANUP(buf_free) = buf_make(OUTPUT_MAX);
    int64_t render = best_of(t, &view, &out);
    size_t bytes = out.n;
    struct report_view copy = { .body = { buf_copy(&out, a) } };
    int64_t only = best_of(NULL, &copy, &out);
    printf("comments=%zu bytes=%zu render_ns=%" PRId64 " copy_ns=%" PRId64 "\n", n, bytes, render,
           only);
}

int main(void)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 100000000);
    struct theme *t = NULL;
    struct str why = S("");
    struct theme_input in = { files, pages, COUNT(pages), NULL, S("en") };
    int64_t began = clock_monotonic();
    if (theme_load_from(&in, &a, &t, &why)) {
        printf(STR_FMT "\n", STR_ARG(why));
        return 1;
    }
    printf("load_us=%" PRId64 "\n", clock_monotonic() - began);
    measure(t, 20, &a);
    measure(t, 200, &a);
    theme_free(t);
    return 0;
}
