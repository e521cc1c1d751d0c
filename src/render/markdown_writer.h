#pragma once
#include "render/anchor.h"
#include "render/markdown.h"
#include "render/markdown_tree.h"

/*
 * From the tree to HTML: what both dialects of markdown share. A dialect is a table that gives each
 * kind of node what is written where it begins and where it ends; the walk over the tree needs no
 * stack of its own, for containers nested too deep are entered without a tag and left without one.
 */
struct markdown_writer;
struct rule {
    void (*enter)(struct markdown_writer *w, cmark_node *n);
    void (*leave)(struct markdown_writer *w, cmark_node *n);
};
struct dialect {
    const struct rule *rules; /* KINDS of them */
    struct str block;         /* attributes of every block: " dir=\"auto\"" */
    struct str link;          /* attributes of every link */
    bool within;              /* links may go within the site */
    void (*between)(
        struct markdown_writer *w); /* called before each block of the document, or NULL */
};

struct markdown_writer {
    const struct dialect *dialect;
    struct buf out;
    struct arena scratch;   /* lives until markdown_writer_free() */
    cmark_node *skip;       /* go on at the end of this node, not inside it */
    size_t blocks, inlines; /* containers of each sort that the walk is in */
    cmark_node *link;       /* the link that is open: links do not nest */
    size_t link_from;       /* where its text begins */
    /* Reports only. */
    const struct markdown_options *options;
    struct anchors anchors;
    int shift; /* of headings */
    cmark_node *figure;
    size_t column;      /* of the table cell that comes next */
    bool body;          /* <tbody> is open */
    size_t notes, note; /* how many there are, and the one that is being written */
    size_t *note_refs;  /* references to each so far */
    bool backed;        /* the note has its link back */
    struct cut *cuts;   /* where segments end */
    size_t cut_count, cut_room;
    struct markdown_question *questions;
    size_t question_count, question_room;
};

/* An end of a segment: HTML and questions so far. */
struct cut {
    size_t html, questions;
};

/* A writer for a text: its output and its memory are bounded by the text's size. */
struct markdown_writer markdown_writer_make(const struct dialect *dialect, struct str text);
void markdown_writer_free(struct markdown_writer *w);
/* Whether all of it was written, and `more` bytes beside it fit into the arena it will go to. */
bool markdown_fits(const struct markdown_writer *w, const struct arena *a, size_t more);

/* Writes a whole tree, or as much as the bounds let. */
void markdown_walk(struct markdown_writer *w, cmark_node *tree);

/* "<p dir=\"auto\">" and "</p>\n" of a block in this dialect. */
void markdown_open(struct markdown_writer *w, struct str tag);
void markdown_close(struct markdown_writer *w, struct str tag);

/* The rules that both share. */
void write_text(struct markdown_writer *w, cmark_node *n);
void write_code(struct markdown_writer *w, cmark_node *n);
void write_code_block(struct markdown_writer *w, cmark_node *n);
void write_rule(struct markdown_writer *w, cmark_node *n);
void write_break(struct markdown_writer *w, cmark_node *n);
void enter_quote(struct markdown_writer *w, cmark_node *n);
void leave_quote(struct markdown_writer *w, cmark_node *n);
void enter_list(struct markdown_writer *w, cmark_node *n);
void leave_list(struct markdown_writer *w, cmark_node *n);
void enter_item(struct markdown_writer *w, cmark_node *n);
void leave_item(struct markdown_writer *w, cmark_node *n);
void enter_paragraph(struct markdown_writer *w, cmark_node *n);
void leave_paragraph(struct markdown_writer *w, cmark_node *n);
void enter_emphasis(struct markdown_writer *w, cmark_node *n);
void leave_emphasis(struct markdown_writer *w, cmark_node *n);
void enter_strong(struct markdown_writer *w, cmark_node *n);
void leave_strong(struct markdown_writer *w, cmark_node *n);
void enter_deleted(struct markdown_writer *w, cmark_node *n);
void leave_deleted(struct markdown_writer *w, cmark_node *n);
void enter_link(struct markdown_writer *w, cmark_node *n);
void leave_link(struct markdown_writer *w, cmark_node *n);

/* A picture that is not shown: a link to it, or its text where no link may be. */
void write_picture_link(struct markdown_writer *w, cmark_node *n);
void put_html(struct markdown_writer *w, const char *html);
void put_text(struct markdown_writer *w, struct str text);
void put_attribute(struct markdown_writer *w, struct str text);

/* Text as it was typed: its line ends as <br>, and its paragraphs, for a whole text. */
void write_lines(struct markdown_writer *w, struct str text);
void write_typed(struct markdown_writer *w, struct str text);
/* A link that shows its own address, or only that where no link may be. */
void write_address(struct markdown_writer *w, struct str url);
