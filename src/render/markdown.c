#include "render/markdown.h"
#include "base/check.h"
#include "base/utf8.h"
#include "render/markdown_writer.h"

/* ---- Comments ---- */

static void enter_heading(struct markdown_writer *w, cmark_node *n)
{
    (void)n;
    markdown_open(w, S("p"));
    enter_strong(w, n);
}

static void leave_heading(struct markdown_writer *w, cmark_node *n)
{
    leave_strong(w, n);
    markdown_close(w, S("p"));
}

static void write_html_block(struct markdown_writer *w, cmark_node *n)
{
    markdown_open(w, S("p"));
    write_lines(w, tree_literal(n));
    markdown_close(w, S("p"));
}

static const struct rule comment_rules[KINDS] = {
    [KIND_QUOTE] = { enter_quote, leave_quote },
    [KIND_LIST] = { enter_list, leave_list },
    [KIND_ITEM] = { enter_item, leave_item },
    [KIND_CODE_BLOCK] = { write_code_block, NULL },
    [KIND_HTML_BLOCK] = { write_html_block, NULL },
    [KIND_PARAGRAPH] = { enter_paragraph, leave_paragraph },
    [KIND_HEADING] = { enter_heading, leave_heading },
    [KIND_RULE] = { write_rule, NULL },
    [KIND_TEXT] = { write_text, NULL },
    [KIND_SOFT_BREAK] = { write_break, NULL },
    [KIND_BREAK] = { write_break, NULL },
    [KIND_CODE] = { write_code, NULL },
    [KIND_HTML] = { write_text, NULL },
    [KIND_EMPHASIS] = { enter_emphasis, leave_emphasis },
    [KIND_STRONG] = { enter_strong, leave_strong },
    [KIND_DELETED] = { enter_deleted, leave_deleted },
    [KIND_LINK] = { enter_link, leave_link },
    [KIND_PICTURE] = { write_picture_link, NULL },
};

static const struct dialect comment_dialect = {
    .rules = comment_rules,
    .block = { " dir=\"auto\"", 11 },
    .link = { " rel=\"nofollow ugc noopener\"", 28 },
};

err markdown_comment(struct arena *a, struct str text, struct html *ret)
{
    if (text.n > TREE_TEXT_MAX)
        return MARKDOWN_TOO_LONG;
    CLEANUP(markdown_writer_free)
    struct markdown_writer w = markdown_writer_make(&comment_dialect, text);
    CLEANUP(tree_free) cmark_node *tree = tree_parse(text, false);
    if (tree)
        markdown_walk(&w, tree);
    else
        write_typed(&w, text);
    if (!markdown_fits(&w, a, 0))
        return MARKDOWN_TOO_LONG;
    *ret = (struct html){ buf_copy(&w.out, a) };
    return OK;
}

/* ---- Excerpts ---- */

/* Puts text with its blanks and line ends as single spaces. */
static void put_words(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool blank = s.s[i] == ' ' || s.s[i] == '\n' || s.s[i] == '\t' || s.s[i] == '\r';
        if (!blank)
            buf_put_char(out, s.s[i]);
        else if (out->n && out->s[out->n - 1] != ' ')
            buf_put_char(out, ' ');
    }
}

static void put_raw(struct buf *out, struct str html)
{
    enum raw_kind kind = raw_kind(&html);
    if (kind == RAW_OTHER)
        put_words(out, html);
    if (kind == RAW_BREAK)
        put_words(out, S(" "));
}

/* What a node adds to the words; true when what is inside it adds nothing. */
static bool put_node(struct buf *out, cmark_node *n)
{
    switch (tree_kind(n)) {
    case KIND_TEXT:
    case KIND_CODE:
    case KIND_CODE_BLOCK: put_words(out, tree_literal(n)); return false;
    case KIND_HTML:
    case KIND_HTML_BLOCK: put_raw(out, tree_literal(n)); return false;
    case KIND_SOFT_BREAK:
    case KIND_BREAK: put_words(out, S(" ")); return false;
    case KIND_NOTE:
    case KIND_PICTURE: return true;
    case KIND_DOCUMENT:
    case KIND_QUOTE:
    case KIND_LIST:
    case KIND_ITEM:
    case KIND_PARAGRAPH:
    case KIND_HEADING:
    case KIND_RULE:
    case KIND_TABLE:
    case KIND_ROW:
    case KIND_CELL:
    case KIND_EMPHASIS:
    case KIND_STRONG:
    case KIND_DELETED:
    case KIND_LINK:
    case KIND_NOTE_REF:
    case KINDS: return false;
    }
    check(false);
    return false;
}

static bool is_block(cmark_node *n)
{
    return tree_kind(n) < KIND_TEXT;
}

/* Words of the tree until `out` holds more than `max`. */
static void walk_words(struct buf *out, cmark_node *tree, size_t max)
{
    cmark_iter *it = cmark_iter_new(tree);
    for (cmark_event_type e = cmark_iter_next(it); e != CMARK_EVENT_DONE && out->n <= max;
         e = cmark_iter_next(it)) {
        cmark_node *n = cmark_iter_get_node(it);
        if (e == CMARK_EVENT_ENTER && put_node(out, n))
            cmark_iter_reset(it, n, CMARK_EVENT_EXIT);
        if (is_block(n))
            put_words(out, S(" "));
    }
    cmark_iter_free(it);
}

/* At most `max` bytes of s, ended behind a word where one ends near, and then with an ellipsis. */
static struct str shorten(struct arena *a, struct str s, size_t max)
{
    struct str ellipsis = S("\xE2\x80\xA6");
    enum { WORD_MAX = 40 };
    if (s.n <= max || max < ellipsis.n)
        return str_copy(a, utf8_cut(s, max));
    struct str head = utf8_cut(s, max - ellipsis.n);
    size_t n = head.n;
    while (n > 0 && head.n - n < WORD_MAX && s.s[n] != ' ')
        n--;
    if (n > 0 && s.s[n] == ' ')
        head = str_sub(head, 0, n);
    return str_print(a, STR_FMT STR_FMT, STR_ARG(str_trim(head)), STR_ARG(ellipsis));
}

struct str markdown_text(struct arena *a, struct str text, size_t max)
{
    struct buf out = buf_make(text.n + MARKDOWN_BASE);
    CLEANUP(tree_free) cmark_node *tree = text.n <= TREE_TEXT_MAX ? tree_parse(text, true) : NULL;
    if (tree)
        walk_words(&out, tree, max);
    else
        put_words(&out, text);
    struct str s = shorten(a, str_trim(buf_str(&out)), max);
    buf_free(&out);
    return s;
}
