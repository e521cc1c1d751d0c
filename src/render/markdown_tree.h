#pragma once
#include "base/buf.h"

#include <cmark-gfm.h>

/*
 * Markdown's syntax tree, by cmark-gfm: the part of markdown that knows that library, its
 * extensions and its weak places. markdown.h is the manual.
 */
enum kind {
    KIND_DOCUMENT,
    KIND_QUOTE,
    KIND_LIST,
    KIND_ITEM,
    KIND_CODE_BLOCK,
    KIND_HTML_BLOCK,
    KIND_PARAGRAPH,
    KIND_HEADING,
    KIND_RULE,
    KIND_NOTE, /* a footnote's text, at the end of the document */
    KIND_TABLE,
    KIND_ROW,
    KIND_CELL,
    KIND_TEXT,
    KIND_SOFT_BREAK,
    KIND_BREAK,
    KIND_CODE,
    KIND_HTML,
    KIND_EMPHASIS,
    KIND_STRONG,
    KIND_DELETED,
    KIND_LINK,
    KIND_PICTURE,
    KIND_NOTE_REF, /* its literal is the number of its note, from 1 */
    KINDS
};

enum { TREE_TEXT_MAX = 4 * 1024 * 1024 };

/*
 * The tree of a text of at most TREE_TEXT_MAX bytes, freed by cmark_node_free(); with tables and
 * footnotes when `report`. NULL when the text is built so that the library would take more than
 * linear time over it (nesting and brackets by the thousand): it is then to be shown as typed.
 * Where only links, tables or footnotes are the trouble, they alone are left unmarked.
 */
cmark_node *tree_parse(struct str text, bool report);
void tree_free(cmark_node **tree); /* for CLEANUP */

enum kind tree_kind(cmark_node *n);
struct str tree_literal(cmark_node *n); /* these borrow from the node */
struct str tree_url(cmark_node *n);
struct str tree_title(cmark_node *n);
int tree_alignment(cmark_node *cell, size_t column); /* of a table's cell: 'l', 'c', 'r' or 0 */
bool tree_in_header(cmark_node *row);

/* The words of a branch on one line: text and code; breaks are spaces; pictures' texts are in it,
 * raw HTML and references are not. */
void tree_words(struct buf *out, cmark_node *n);

/* Raw HTML, told apart. */
enum raw_kind {
    RAW_OTHER,   /* to be shown */
    RAW_NOTHING, /* comments, <!-- ... -->, and nothing else */
    RAW_BREAK,   /* <br> */
    RAW_MEDIA,   /* tags only, at least one of them <iframe>, <video>, <audio>, <embed>, <source> */
};
enum raw_kind raw_kind(struct str *html); /* moves past comments at the beginning */
/* The next remote address (http, https) of a medium's tag in *html; false at the end. */
bool raw_next(struct str *html, struct str *ret_url);
