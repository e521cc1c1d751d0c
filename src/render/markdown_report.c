#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "render/href.h"
#include "render/markdown_writer.h"

/* The dialect of reports and standing pages; markdown.h is the manual. */

static struct str words_of(struct markdown_writer *w, cmark_node *n)
{
    struct buf out = buf_make(TREE_TEXT_MAX);
    tree_words(&out, n);
    struct str words = str_copy(&w->scratch, str_trim(buf_str(&out)));
    buf_free(&out);
    return words;
}

/* ---- Headings ---- */

static int heading_level(const struct markdown_writer *w, cmark_node *n)
{
    int level = cmark_node_get_heading_level(n) + w->shift;
    return level > 6 ? 6 : level;
}

static void enter_heading(struct markdown_writer *w, cmark_node *n)
{
    if (!cmark_node_first_child(n))
        return; // an empty heading would be a name for nothing
    struct str id = anchor_make(&w->anchors, &w->scratch, words_of(w, n));
    buf_print(&w->out, "<h%d id=\"", heading_level(w, n));
    put_attribute(w, id);
    put_html(w, "\">");
}

static void leave_heading(struct markdown_writer *w, cmark_node *n)
{
    if (cmark_node_first_child(n))
        buf_print(&w->out, "</h%d>\n", heading_level(w, n));
}

/* ---- Raw HTML ---- */

static void write_media(struct markdown_writer *w, struct str html, bool block)
{
    struct str url = { 0 };
    while (raw_next(&html, &url)) {
        if (block)
            markdown_open(w, S("p"));
        write_address(w, url);
        if (block)
            markdown_close(w, S("p"));
    }
}

static void write_html_block(struct markdown_writer *w, cmark_node *n)
{
    struct str html = tree_literal(n);
    enum raw_kind kind = raw_kind(&html);
    if (kind == RAW_MEDIA)
        write_media(w, html, true);
    if (kind == RAW_OTHER)
        write_typed(w, html);
}

static void write_html(struct markdown_writer *w, cmark_node *n)
{
    struct str html = tree_literal(n);
    enum raw_kind kind = raw_kind(&html);
    if (kind == RAW_BREAK)
        write_break(w, n);
    if (kind == RAW_MEDIA)
        write_media(w, html, false);
    if (kind == RAW_OTHER)
        put_text(w, html);
}

static void write_soft_break(struct markdown_writer *w, cmark_node *n)
{
    (void)n; // all soft breaks are the same
    put_html(w, "\n");
}

/* ---- Pictures ---- */

static bool relative(struct str src)
{
    struct str scheme = { 0 };
    return href_scheme(src, &scheme) && scheme.n == 0 && !str_starts(src, S("//"));
}

static bool find_picture(const struct markdown_writer *w, cmark_node *n,
                         struct markdown_picture *ret)
{
    struct str src = tree_url(n);
    const struct markdown_options *opt = w->options;
    return src.n && relative(src) && opt->picture && opt->picture(opt->arg, src, ret);
}

static void put_picture(struct markdown_writer *w, cmark_node *n,
                        const struct markdown_picture *picture)
{
    put_html(w, "<img src=\"");
    href_put(&w->out, picture->url);
    put_html(w, "\" alt=\"");
    put_attribute(w, words_of(w, n));
    put_html(w, "\"");
    if (picture->width > 0 && picture->height > 0) {
        put_html(w, " width=\"");
        buf_put_int(&w->out, picture->width);
        put_html(w, "\" height=\"");
        buf_put_int(&w->out, picture->height);
        put_html(w, "\"");
    }
    put_html(w, " loading=\"lazy\">");
}

static void write_picture(struct markdown_writer *w, cmark_node *n)
{
    struct markdown_picture picture = { 0 };
    w->skip = n;
    if (find_picture(w, n, &picture))
        put_picture(w, n, &picture);
    else if (relative(tree_url(n)))
        put_text(w, words_of(w, n)); // a link to it would lead nowhere
    else
        write_picture_link(w, n);
}

/* A picture of ours alone in its paragraph is a figure, and its title the caption. */
static bool write_figure(struct markdown_writer *w, cmark_node *paragraph)
{
    cmark_node *n = cmark_node_first_child(paragraph);
    struct markdown_picture picture = { 0 };
    if (!n || cmark_node_next(n) || tree_kind(n) != KIND_PICTURE || !find_picture(w, n, &picture))
        return false;
    put_html(w, "<figure>");
    put_picture(w, n, &picture);
    if (tree_title(n).n) {
        put_html(w, "<figcaption>");
        put_text(w, tree_title(n));
        put_html(w, "</figcaption>");
    }
    put_html(w, "</figure>\n");
    return true;
}

/* ---- Footnotes ---- */

static bool last_of_note(cmark_node *n)
{
    return tree_kind(cmark_node_parent(n)) == KIND_NOTE && !cmark_node_next(n);
}

static void put_back(struct markdown_writer *w)
{
    if (w->backed || w->note_refs[w->note - 1] == 0)
        return;
    w->backed = true;
    buf_print(&w->out, " <a href=\"#fnref-%zu\" role=\"doc-backlink\"", w->note);
    if (w->options->back_to_text.n) {
        put_html(w, " aria-label=\"");
        put_attribute(w, w->options->back_to_text);
        put_html(w, "\"");
    }
    put_html(w, ">\u21A9\uFE0E</a>");
}

static void enter_note(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    if (w->note == 0)
        put_html(w, "<section class=\"notes\" role=\"doc-endnotes\">\n<ol>\n");
    w->note++;
    w->backed = false;
    buf_print(&w->out, "<li id=\"fn-%zu\">", w->note);
}

static void leave_note(struct markdown_writer *w, cmark_node *n)
{
    put_back(w);
    markdown_close(w, S("li"));
    if (!cmark_node_next(n))
        put_html(w, "</ol>\n</section>\n");
}

static void write_note_ref(struct markdown_writer *w, cmark_node *n)
{
    int64_t number = 0;
    if (!int_parse(tree_literal(n), 1, (int64_t)w->notes, &number)) {
        write_text(w, n);
        return;
    }
    size_t note = (size_t)number;
    if (w->link) {
        buf_print(&w->out, "<sup class=\"note\">%zu</sup>", note);
        return;
    }
    size_t times = ++w->note_refs[note - 1];
    buf_print(&w->out, "<sup class=\"note\"><a href=\"#fn-%zu\" id=\"fnref-%zu", note, note);
    if (times > 1)
        buf_print(&w->out, "-%zu", times);
    buf_print(&w->out, "\" role=\"doc-noteref\">%zu</a></sup>", note);
}

static void enter_report_paragraph(struct markdown_writer *w, cmark_node *n)
{
    if (!write_figure(w, n)) {
        enter_paragraph(w, n);
        return;
    }
    w->figure = n;
    w->skip = n;
}

static void leave_report_paragraph(struct markdown_writer *w, cmark_node *n)
{
    if (w->figure == n)
        return;
    if (last_of_note(n))
        put_back(w);
    leave_paragraph(w, n);
}

/* ---- Questions ---- */

static bool question_of(cmark_node *n, struct str *ret)
{
    struct str url = tree_url(n);
    if (!str_eq_nocase(str_sub(url, 0, 4), S("ask:")))
        return false;
    *ret = str_trim(str_sub(url, 4, url.n));
    return ret->n > 0;
}

static void add_question(struct markdown_writer *w, struct markdown_question question)
{
    if (w->question_count == w->question_room) {
        w->question_room = w->question_room ? w->question_room * 2 : 8;
        struct markdown_question *list =
            arena_new(&w->scratch, struct markdown_question, w->question_room);
        for (size_t i = 0; i < w->question_count; i++)
            list[i] = w->questions[i];
        w->questions = list;
    }
    w->questions[w->question_count++] = question;
}

static void enter_report_link(struct markdown_writer *w, cmark_node *n)
{
    struct str question = { 0 };
    if (w->link || !question_of(n, &question)) {
        enter_link(w, n);
        return;
    }
    w->link = n;
    add_question(w,
                 (struct markdown_question){
                     .question = str_copy(&w->scratch, utf8_cut(question, MARKDOWN_QUESTION_MAX)),
                     .passage = utf8_cut(words_of(w, n), MARKDOWN_PASSAGE_MAX) });
    put_html(w, "<mark class=\"ask\">");
}

static void leave_report_link(struct markdown_writer *w, cmark_node *n)
{
    struct str question = { 0 };
    if (w->link != n || !question_of(n, &question)) {
        leave_link(w, n);
        return;
    }
    put_html(w, "</mark>");
    w->link = NULL;
}

/* ---- Tables ---- */

static void enter_table(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    w->body = false;
    put_html(w, "<div class=\"table\" tabindex=\"0\"><table>\n");
}

static void leave_table(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    if (w->body)
        put_html(w, "</tbody>");
    put_html(w, "</table></div>\n");
}

static void enter_row(struct markdown_writer *w, cmark_node *n)
{
    w->column = 0;
    if (tree_in_header(n)) {
        put_html(w, "<thead>");
    } else if (!w->body) {
        w->body = true;
        put_html(w, "<tbody>\n");
    }
    put_html(w, "<tr>");
}

static void leave_row(struct markdown_writer *w, cmark_node *n)
{
    put_html(w, tree_in_header(n) ? "</tr></thead>\n" : "</tr>\n");
}

/* A header's cell without a text names nothing and is a common cell. */
static const char *cell_name(cmark_node *n)
{
    return tree_in_header(cmark_node_parent(n)) && cmark_node_first_child(n) ? "th" : "td";
}

static void enter_cell(struct markdown_writer *w, cmark_node *n)
{
    int alignment = tree_alignment(n, w->column++);
    const char *name = cell_name(n);
    buf_print(&w->out, "<%s%s", name, name[1] == 'h' ? " scope=\"col\"" : "");
    if (alignment == 'c' || alignment == 'r')
        put_html(w, alignment == 'c' ? " class=\"center\"" : " class=\"end\"");
    put_html(w, ">");
}

static void leave_cell(struct markdown_writer *w, cmark_node *n)
{
    buf_print(&w->out, "</%s>", cell_name(n));
}

/* ---- The dialect ---- */

static const struct rule rules[KINDS] = {
    [KIND_QUOTE] = { enter_quote, leave_quote },
    [KIND_LIST] = { enter_list, leave_list },
    [KIND_ITEM] = { enter_item, leave_item },
    [KIND_CODE_BLOCK] = { write_code_block, NULL },
    [KIND_HTML_BLOCK] = { write_html_block, NULL },
    [KIND_PARAGRAPH] = { enter_report_paragraph, leave_report_paragraph },
    [KIND_HEADING] = { enter_heading, leave_heading },
    [KIND_RULE] = { write_rule, NULL },
    [KIND_NOTE] = { enter_note, leave_note },
    [KIND_TABLE] = { enter_table, leave_table },
    [KIND_ROW] = { enter_row, leave_row },
    [KIND_CELL] = { enter_cell, leave_cell },
    [KIND_TEXT] = { write_text, NULL },
    [KIND_SOFT_BREAK] = { write_soft_break, NULL },
    [KIND_BREAK] = { write_break, NULL },
    [KIND_CODE] = { write_code, NULL },
    [KIND_HTML] = { write_html, NULL },
    [KIND_EMPHASIS] = { enter_emphasis, leave_emphasis },
    [KIND_STRONG] = { enter_strong, leave_strong },
    [KIND_DELETED] = { enter_deleted, leave_deleted },
    [KIND_LINK] = { enter_report_link, leave_report_link },
    [KIND_PICTURE] = { write_picture, NULL },
    [KIND_NOTE_REF] = { write_note_ref, NULL },
};

static void cut(struct markdown_writer *w)
{
    if (w->cut_count == w->cut_room) {
        w->cut_room = w->cut_room ? w->cut_room * 2 : 8;
        struct cut *list = arena_new(&w->scratch, struct cut, w->cut_room);
        for (size_t i = 0; i < w->cut_count; i++)
            list[i] = w->cuts[i];
        w->cuts = list;
    }
    w->cuts[w->cut_count++] = (struct cut){ .html = w->out.n, .questions = w->question_count };
}

/* A block that holds questions ends its segment; notes stay together. */
static void between_blocks(struct markdown_writer *w)
{
    size_t before = w->cut_count ? w->cuts[w->cut_count - 1].questions : 0;
    if (w->question_count > before && w->note == 0)
        cut(w);
}

static const struct dialect dialect = {
    .rules = rules,
    .within = true,
    .between = between_blocks,
};

/* What must be known before the first heading and the first reference. */
static void look_ahead(struct markdown_writer *w, cmark_node *tree)
{
    int highest = 6;
    cmark_iter *it = cmark_iter_new(tree);
    for (cmark_event_type e = cmark_iter_next(it); e != CMARK_EVENT_DONE; e = cmark_iter_next(it)) {
        cmark_node *n = cmark_iter_get_node(it);
        if (e != CMARK_EVENT_ENTER)
            continue;
        if (tree_kind(n) == KIND_HEADING && cmark_node_get_heading_level(n) < highest)
            highest = cmark_node_get_heading_level(n);
        w->notes += tree_kind(n) == KIND_NOTE;
    }
    cmark_iter_free(it);
    w->shift = 2 - highest;
    w->note_refs = arena_new(&w->scratch, size_t, w->notes);
}

static struct markdown_report report_of(struct markdown_writer *w, struct arena *a)
{
    struct str html = buf_copy(&w->out, a);
    struct markdown_question *questions = arena_new(a, struct markdown_question, w->question_count);
    for (size_t i = 0; i < w->question_count; i++)
        questions[i] =
            (struct markdown_question){ .question = str_copy(a, w->questions[i].question),
                                        .passage = str_copy(a, w->questions[i].passage) };
    struct markdown_segment *list = arena_new(a, struct markdown_segment, w->cut_count);
    struct cut from = { 0 };
    for (size_t i = 0; i < w->cut_count; i++) {
        struct cut to = w->cuts[i];
        list[i] = (struct markdown_segment){
            .html = { str_sub(html, from.html, to.html - from.html) },
            .questions = questions + from.questions,
            .count = to.questions - from.questions,
        };
        from = to;
    }
    return (struct markdown_report){ .segments = list, .count = w->cut_count };
}

/* What the report takes in memory beside its HTML. */
static size_t beside(const struct markdown_writer *w)
{
    size_t n = w->cut_count * sizeof(struct markdown_segment);
    for (size_t i = 0; i < w->question_count; i++)
        n += sizeof *w->questions + w->questions[i].question.n + w->questions[i].passage.n;
    return n;
}

err markdown_report(struct arena *a, struct str text, const struct markdown_options *opt,
                    struct markdown_report *ret)
{
    if (text.n > TREE_TEXT_MAX)
        return MARKDOWN_TOO_LONG;
    CLEANUP(markdown_writer_free) struct markdown_writer w = markdown_writer_make(&dialect, text);
    w.options = opt;
    CLEANUP(tree_free) cmark_node *tree = tree_parse(text, true);
    if (tree) {
        look_ahead(&w, tree);
        markdown_walk(&w, tree);
    } else {
        write_typed(&w, text);
    }
    if (w.out.n > (w.cut_count ? w.cuts[w.cut_count - 1].html : 0))
        cut(&w);
    if (!markdown_fits(&w, a, beside(&w)))
        return MARKDOWN_TOO_LONG;
    *ret = report_of(&w, a);
    return OK;
}
