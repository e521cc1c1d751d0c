#include "render/markdown_writer.h"
#include "base/scan.h"
#include "render/escape.h"
#include "render/href.h"

enum { SCRATCH_GROWTH = 16, SCRATCH_BASE = 1024 * 1024 };

/* ---- The walk ---- */

struct markdown_writer markdown_writer_make(const struct dialect *dialect, struct str text)
{
    struct markdown_writer w = {
        .dialect = dialect,
        .out = buf_make(text.n * MARKDOWN_GROWTH + MARKDOWN_BASE),
    };
    arena_init(&w.scratch, text.n * SCRATCH_GROWTH + SCRATCH_BASE);
    return w;
}

void markdown_writer_free(struct markdown_writer *w)
{
    buf_free(&w->out);
    arena_free(&w->scratch);
}

static bool full(const struct markdown_writer *w)
{
    return buf_full(&w->out) || arena_full(&w->scratch);
}

bool markdown_fits(const struct markdown_writer *w, const struct arena *a, size_t more)
{
    size_t room = a->used < a->limit ? a->limit - a->used : 0;
    return !full(w) && w->out.n <= room && more <= room - w->out.n;
}

void markdown_walk(struct markdown_writer *w, cmark_node *tree)
{
    cmark_iter *it = cmark_iter_new(tree);
    for (cmark_event_type e = cmark_iter_next(it); e != CMARK_EVENT_DONE && !full(w);
         e = cmark_iter_next(it)) {
        cmark_node *n = cmark_iter_get_node(it);
        bool top = e == CMARK_EVENT_ENTER && cmark_node_parent(n) == tree;
        if (top && w->dialect->between)
            w->dialect->between(w);
        const struct rule *rule = &w->dialect->rules[tree_kind(n)];
        void (*write)(struct markdown_writer *, cmark_node *) =
            e == CMARK_EVENT_ENTER ? rule->enter : rule->leave;
        if (write)
            write(w, n);
        if (w->skip)
            cmark_iter_reset(it, w->skip, CMARK_EVENT_EXIT);
        w->skip = NULL;
    }
    cmark_iter_free(it);
}

void put_html(struct markdown_writer *w, const char *html)
{
    buf_put(&w->out, str_from_z(html));
}

void put_text(struct markdown_writer *w, struct str text)
{
    escape_put(&w->out, ESCAPE_TEXT, text);
}

void put_attribute(struct markdown_writer *w, struct str text)
{
    escape_put(&w->out, ESCAPE_ATTRIBUTE, text);
}

void markdown_open(struct markdown_writer *w, struct str tag)
{
    put_html(w, "<");
    buf_put(&w->out, tag);
    buf_put(&w->out, w->dialect->block);
    put_html(w, ">");
}

void markdown_close(struct markdown_writer *w, struct str tag)
{
    put_html(w, "</");
    buf_put(&w->out, tag);
    put_html(w, ">\n");
}

/* ---- Text ---- */

void write_text(struct markdown_writer *w, cmark_node *n)
{
    put_text(w, tree_literal(n));
}

void write_code(struct markdown_writer *w, cmark_node *n)
{
    put_html(w, "<code>");
    put_text(w, tree_literal(n));
    put_html(w, "</code>");
}

void write_break(struct markdown_writer *w, cmark_node *n)
{
    (void)n; // all breaks are the same
    put_html(w, "<br>\n");
}

void write_lines(struct markdown_writer *w, struct str text)
{
    struct str line = { 0 };
    struct str rest = { 0 };
    text = str_trim(text);
    while (str_cut(text, '\n', &line, &rest)) {
        put_text(w, str_trim(line));
        put_html(w, "<br>\n");
        text = rest;
    }
    put_text(w, str_trim(text));
}

/* The text up to the next blank line. */
static struct str take_typed(struct str *text)
{
    struct str all = *text;
    size_t n = 0;
    while (text->n) {
        struct str line = str_trim(scan_line(text));
        if (line.n == 0 && n)
            break;
        n = all.n - text->n;
    }
    return str_trim(str_sub(all, 0, n));
}

void write_typed(struct markdown_writer *w, struct str text)
{
    while (text.n && !buf_full(&w->out)) {
        struct str paragraph = take_typed(&text);
        if (paragraph.n == 0)
            continue;
        markdown_open(w, S("p"));
        write_lines(w, paragraph);
        markdown_close(w, S("p"));
    }
}

/* ---- Blocks ---- */

void write_code_block(struct markdown_writer *w, cmark_node *n)
{
    markdown_open(w, S("pre"));
    put_html(w, "<code>");
    put_text(w, tree_literal(n));
    put_html(w, "</code>");
    markdown_close(w, S("pre"));
}

void write_rule(struct markdown_writer *w, cmark_node *n)
{
    (void)n; // all rules are the same
    put_html(w, "<hr>\n");
}

void enter_quote(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    if (++w->blocks <= MARKDOWN_NEST_MAX)
        markdown_open(w, S("blockquote"));
}

void leave_quote(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    if (w->blocks-- <= MARKDOWN_NEST_MAX)
        markdown_close(w, S("blockquote"));
}

static bool ordered(cmark_node *list)
{
    return cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;
}

/* A list is written where its items will be, which are one level deeper. */
void enter_list(struct markdown_writer *w, cmark_node *n)
{
    if (w->blocks >= MARKDOWN_NEST_MAX)
        return;
    put_html(w, ordered(n) ? "<ol" : "<ul");
    if (ordered(n) && cmark_node_get_list_start(n) != 1)
        buf_print(&w->out, " start=\"%d\"", cmark_node_get_list_start(n));
    buf_put(&w->out, w->dialect->block);
    put_html(w, ">\n");
}

void leave_list(struct markdown_writer *w, cmark_node *n)
{
    if (w->blocks < MARKDOWN_NEST_MAX)
        markdown_close(w, ordered(n) ? S("ol") : S("ul"));
}

void enter_item(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    if (++w->blocks <= MARKDOWN_NEST_MAX)
        markdown_open(w, S("li"));
}

void leave_item(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    if (w->blocks-- <= MARKDOWN_NEST_MAX)
        markdown_close(w, S("li"));
}

/* The text of a tight list's item stands in it without a paragraph. */
static bool bare(const struct markdown_writer *w, cmark_node *n)
{
    cmark_node *item = cmark_node_parent(n);
    return tree_kind(item) == KIND_ITEM && w->blocks <= MARKDOWN_NEST_MAX &&
           cmark_node_get_list_tight(cmark_node_parent(item));
}

void enter_paragraph(struct markdown_writer *w, cmark_node *n)
{
    if (!bare(w, n))
        markdown_open(w, S("p"));
}

void leave_paragraph(struct markdown_writer *w, cmark_node *n)
{
    if (!bare(w, n))
        markdown_close(w, S("p"));
    else if (cmark_node_next(n))
        put_html(w, "\n");
}

/* ---- Inlines ---- */

static void enter_inline(struct markdown_writer *w, const char *tag)
{
    if (++w->inlines <= MARKDOWN_NEST_MAX)
        put_html(w, tag);
}

static void leave_inline(struct markdown_writer *w, const char *tag)
{
    if (w->inlines-- <= MARKDOWN_NEST_MAX)
        put_html(w, tag);
}

void enter_emphasis(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    enter_inline(w, "<em>");
}

void leave_emphasis(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    leave_inline(w, "</em>");
}

void enter_strong(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    enter_inline(w, "<strong>");
}

void leave_strong(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    leave_inline(w, "</strong>");
}

void enter_deleted(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    enter_inline(w, "<del>");
}

void leave_deleted(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    leave_inline(w, "</del>");
}

/* ---- Links ---- */

static bool leads(const struct markdown_writer *w, struct str url)
{
    return !w->link && href_leads(url, w->dialect->within);
}

static void open_link(struct markdown_writer *w, struct str url)
{
    put_html(w, "<a href=\"");
    href_put(&w->out, url);
    put_html(w, "\"");
    buf_put(&w->out, w->dialect->link);
    put_html(w, ">");
}

void enter_link(struct markdown_writer *w, cmark_node *n)
{
    if (!leads(w, tree_url(n)))
        return;
    w->link = n;
    open_link(w, tree_url(n));
    w->link_from = w->out.n;
}

void leave_link(struct markdown_writer *w, cmark_node *n)
{
    if (w->link != n)
        return;
    if (w->out.n == w->link_from) // a link without a text would be one without a name
        put_text(w, tree_url(n));
    put_html(w, "</a>");
    w->link = NULL;
}

void write_address(struct markdown_writer *w, struct str url)
{
    bool link = leads(w, url);
    if (link)
        open_link(w, url);
    put_text(w, url);
    if (link)
        put_html(w, "</a>");
}

void write_picture_link(struct markdown_writer *w, cmark_node *n)
{
    struct str url = tree_url(n);
    struct buf words = buf_make(w->out.max);
    tree_words(&words, n);
    struct str text = str_trim(buf_str(&words));
    bool link = leads(w, url);
    if (link)
        open_link(w, url);
    put_text(w, link && text.n == 0 ? url : text);
    if (link)
        put_html(w, "</a>");
    buf_free(&words);
    w->skip = n;
}
