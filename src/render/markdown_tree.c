#include "render/markdown_tree.h"
#include "base/check.h"
#include "base/scan.h"
#include "render/markdown_cost.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <pthread.h>
#include <string.h>

/* The node types that cmark-gfm makes up when its extensions are registered. */
extern cmark_node_type CMARK_NODE_TABLE, CMARK_NODE_TABLE_ROW, CMARK_NODE_TABLE_CELL,
    CMARK_NODE_STRIKETHROUGH;

/*
 * cmark-gfm keeps its extensions, and the set of characters that they listen to, in variables of
 * its own. It changes the set at the beginning and the end of every parse, so only one thread may
 * parse at a time. The lock belongs to those variables, and so is as global as they are; there are
 * no other writable globals in this program (tools/check-globals).
 */
static pthread_mutex_t cmark_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t cmark_once = PTHREAD_ONCE_INIT;

static void attach(cmark_parser *p, const char *name)
{
    cmark_syntax_extension *e = cmark_find_syntax_extension(name);
    check(e && cmark_parser_attach_syntax_extension(p, e));
}

cmark_node *tree_parse(struct str text, bool report)
{
    check(text.n <= TREE_TEXT_MAX);
    struct markdown_cost cost = markdown_cost(text);
    if (cost.too_much)
        return NULL;
    check(pthread_once(&cmark_once, cmark_gfm_core_extensions_ensure_registered) == 0);
    cmark_parser *p =
        cmark_parser_new(report && !cost.notes_wrong ? CMARK_OPT_FOOTNOTES : CMARK_OPT_DEFAULT);
    attach(p, "strikethrough");
    if (!cost.links_too_much)
        attach(p, "autolink");
    if (report && !cost.tables_too_much)
        attach(p, "table");
    check(pthread_mutex_lock(&cmark_lock) == 0);
    cmark_parser_feed(p, text.s, text.n);
    cmark_node *tree = cmark_parser_finish(p);
    check(pthread_mutex_unlock(&cmark_lock) == 0);
    cmark_parser_free(p);
    check(tree);
    return tree;
}

void tree_free(cmark_node **tree)
{
    if (*tree)
        cmark_node_free(*tree);
}

static enum kind extension_kind(cmark_node_type type)
{
    if (type == CMARK_NODE_TABLE)
        return KIND_TABLE;
    if (type == CMARK_NODE_TABLE_ROW)
        return KIND_ROW;
    if (type == CMARK_NODE_TABLE_CELL)
        return KIND_CELL;
    check(type == CMARK_NODE_STRIKETHROUGH); // nothing else is attached
    return KIND_DELETED;
}

enum kind tree_kind(cmark_node *n)
{
    cmark_node_type type = cmark_node_get_type(n);
    switch (type) {
    case CMARK_NODE_DOCUMENT: return KIND_DOCUMENT;
    case CMARK_NODE_BLOCK_QUOTE: return KIND_QUOTE;
    case CMARK_NODE_LIST: return KIND_LIST;
    case CMARK_NODE_ITEM: return KIND_ITEM;
    case CMARK_NODE_CODE_BLOCK: return KIND_CODE_BLOCK;
    case CMARK_NODE_HTML_BLOCK: return KIND_HTML_BLOCK;
    case CMARK_NODE_PARAGRAPH: return KIND_PARAGRAPH;
    case CMARK_NODE_HEADING: return KIND_HEADING;
    case CMARK_NODE_THEMATIC_BREAK: return KIND_RULE;
    case CMARK_NODE_FOOTNOTE_DEFINITION: return KIND_NOTE;
    case CMARK_NODE_TEXT: return KIND_TEXT;
    case CMARK_NODE_SOFTBREAK: return KIND_SOFT_BREAK;
    case CMARK_NODE_LINEBREAK: return KIND_BREAK;
    case CMARK_NODE_CODE: return KIND_CODE;
    case CMARK_NODE_HTML_INLINE: return KIND_HTML;
    case CMARK_NODE_EMPH: return KIND_EMPHASIS;
    case CMARK_NODE_STRONG: return KIND_STRONG;
    case CMARK_NODE_LINK: return KIND_LINK;
    case CMARK_NODE_IMAGE: return KIND_PICTURE;
    case CMARK_NODE_FOOTNOTE_REFERENCE: return KIND_NOTE_REF;
    case CMARK_NODE_NONE:
    case CMARK_NODE_CUSTOM_BLOCK:
    case CMARK_NODE_CUSTOM_INLINE: check(false); // only programs make these
    }
    return extension_kind(type);
}

struct str tree_literal(cmark_node *n)
{
    return str_from_z(cmark_node_get_literal(n));
}

struct str tree_url(cmark_node *n)
{
    return str_from_z(cmark_node_get_url(n));
}

struct str tree_title(cmark_node *n)
{
    return str_from_z(cmark_node_get_title(n));
}

int tree_alignment(cmark_node *cell, size_t column)
{
    cmark_node *table = cmark_node_parent(cmark_node_parent(cell));
    const uint8_t *alignments = cmark_gfm_extensions_get_table_alignments(table);
    return column < cmark_gfm_extensions_get_table_columns(table) ? alignments[column] : 0;
}

bool tree_in_header(cmark_node *row)
{
    return cmark_gfm_extensions_get_table_row_is_header(row);
}

void tree_words(struct buf *out, cmark_node *n)
{
    cmark_iter *it = cmark_iter_new(n);
    for (cmark_event_type e = cmark_iter_next(it); e != CMARK_EVENT_DONE; e = cmark_iter_next(it)) {
        if (e != CMARK_EVENT_ENTER)
            continue;
        cmark_node *at = cmark_iter_get_node(it);
        enum kind kind = tree_kind(at);
        if (kind == KIND_TEXT || kind == KIND_CODE)
            buf_put(out, tree_literal(at));
        if (kind == KIND_SOFT_BREAK || kind == KIND_BREAK)
            buf_put_char(out, ' ');
    }
    cmark_iter_free(it);
}

/* ---- Raw HTML ---- */

static bool tag_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* Takes one tag, "<name ...>" or "</name>", quoted values with it; false at anything else. */
static bool take_tag(struct str *s, struct str *ret_name, struct str *ret_attributes)
{
    struct str rest = *s;
    if (!scan_char(&rest, '<'))
        return false;
    (void)scan_char(&rest, '/'); // an end tag is a tag
    size_t n = 0;
    while (n < rest.n && tag_char(rest.s[n]))
        n++;
    char quote = '\0';
    size_t end = n;
    while (end < rest.n && (quote || rest.s[end] != '>')) {
        char c = rest.s[end++];
        if (c == quote)
            quote = '\0';
        else if (!quote && (c == '"' || c == '\''))
            quote = c;
    }
    if (n == 0 || end == rest.n)
        return false;
    *ret_name = str_sub(rest, 0, n);
    *ret_attributes = str_sub(rest, n, end - n);
    *s = str_sub(rest, end + 1, rest.n);
    return true;
}

static bool media_name(struct str name)
{
    static const char *const names[] = { "iframe", "video", "audio", "embed", "source" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eq_nocase(name, str_from_z(names[i])))
            return true;
    return false;
}

static bool remote(struct str url)
{
    return str_eq_nocase(str_sub(url, 0, 7), S("http://")) ||
           str_eq_nocase(str_sub(url, 0, 8), S("https://"));
}

/* The value of src, quoted, in a tag's attributes. */
static bool source_of(struct str attributes, struct str *ret_url)
{
    size_t at = 0;
    while (str_find(attributes, S("src="), &at)) {
        bool own = at > 0 && (attributes.s[at - 1] == ' ' || attributes.s[at - 1] == '\n');
        attributes = str_sub(attributes, at + 4, attributes.n);
        struct str value = { 0 };
        struct str rest = { 0 };
        bool quoted = str_starts(attributes, S("\"")) || str_starts(attributes, S("'"));
        if (own && quoted &&
            str_cut(str_sub(attributes, 1, attributes.n), attributes.s[0], &value, &rest) &&
            remote(value)) {
            *ret_url = value;
            return true;
        }
    }
    return false;
}

bool raw_next(struct str *html, struct str *ret_url)
{
    struct str name = { 0 };
    struct str attributes = { 0 };
    for (*html = str_trim(*html); take_tag(html, &name, &attributes); *html = str_trim(*html))
        if (media_name(name) && source_of(attributes, ret_url))
            return true;
    return false;
}

static bool only_tags(struct str html)
{
    struct str name = { 0 };
    struct str attributes = { 0 };
    for (html = str_trim(html); html.n; html = str_trim(html))
        if (!take_tag(&html, &name, &attributes))
            return false;
    return true;
}

static bool line_break(struct str html)
{
    struct str name = { 0 };
    struct str attributes = { 0 };
    struct str rest = html;
    return str_starts(html, S("<b")) && take_tag(&rest, &name, &attributes) && rest.n == 0 &&
           str_eq_nocase(name, S("br"));
}

/* The end tag of a medium: what stood for it is a link by now. */
static bool media_end(struct str html)
{
    struct str name = { 0 };
    struct str attributes = { 0 };
    struct str rest = html;
    return str_starts(html, S("</")) && take_tag(&rest, &name, &attributes) && rest.n == 0 &&
           media_name(name);
}

static void skip_comments(struct str *html)
{
    size_t end = 0;
    for (*html = str_trim(*html); str_starts(*html, S("<!--")) && str_find(*html, S("-->"), &end);)
        *html = str_trim(str_sub(*html, end + 3, html->n));
}

enum raw_kind raw_kind(struct str *html)
{
    skip_comments(html);
    if (html->n == 0)
        return RAW_NOTHING;
    if (line_break(*html))
        return RAW_BREAK;
    struct str rest = *html;
    struct str url = { 0 };
    if (media_end(*html) || (only_tags(*html) && raw_next(&rest, &url)))
        return RAW_MEDIA;
    return RAW_OTHER;
}
