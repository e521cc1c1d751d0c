#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * A template's text as a tree. The syntax is Mustache (spec 1.4: core and inheritance modules):
 * {{x}} {{{x}}} {{&x}}, {{#x}}..{{/x}}, {{^x}}..{{/x}}, {{! comment}}, {{=<% %>=}}, {{>partial}},
 * {{<parent}}{{$block}}..{{/block}}{{/parent}}.
 *
 * A line that holds nothing but blanks and tags that print nothing themselves is left out; its
 * indentation goes to the partial, parent or block on it.
 */
enum node_kind {
    NODE_TEXT, /* at most one line, with its line end */
    NODE_HOLE,
    NODE_RAW, /* {{{x}}} or {{&x}} */
    NODE_SECTION,
    NODE_UNLESS,
    NODE_PARTIAL,
    NODE_PARENT,
    NODE_BLOCK,
};
struct node {
    enum node_kind kind;
    int line;
    struct str text;   /* of TEXT; else the name */
    struct str indent; /* of PARTIAL and PARENT alone on their line, and of a BLOCK's first line */
    bool line_start;   /* TEXT that begins a line (it may be empty) */
    bool alone;        /* PARTIAL, PARENT, BLOCK: nothing else stands on its line */
    const struct node *inside, *next;
};

enum { TEMPLATE_BYTES_MAX = 256 * 1024, TEMPLATE_NESTING_MAX = 16 };

/* Nodes borrow from `text`. On the refusal ret_why is "FILE:LINE: what is wrong", made in `a`. */
enum { TEMPLATE_WRONG = 1 };
MUST_USE err template_parse(struct str file, struct str text, struct arena *a,
                            const struct node **ret_nodes, struct str *ret_why);
