#pragma once
#include "render/template_address.h"
#include "render/view.h"

/*
 * Where in an HTML or XML document a template's text has come to, so that the compiler can pick the
 * escape of each hole and refuse those where none is safe. A follower of the HTML standard's
 * tokenizer (WHATWG, section 13.2.5), strict: what a browser would have to repair is refused.
 *
 * Contexts are plain values: compared with context_eq(), copied freely.
 */
enum { CONTEXT_NAME_MAX = 24 };
struct context {
    uint8_t state;     /* enum state in the .c */
    uint8_t element;   /* the tag being read, or the element whose raw text this is */
    uint8_t attribute; /* what its value may be */
    uint8_t quote;     /* ends the value: " or ' */
    uint8_t match;     /* bytes of an end mark seen: "</script", "-->", "]]>" */
    uint8_t xml;
    uint8_t script; /* what the script element's type says of its content */
    uint8_t hole;   /* of a meta element's content */
    uint8_t name_n;
    char name[CONTEXT_NAME_MAX]; /* of the tag or attribute being read */
    struct address address;      /* in the value of href and the like */
};

struct context context_start(bool xml);
bool context_eq(const struct context *a, const struct context *b);

/* All return NULL, or what is wrong as a constant sentence. */

/* Follows literal text; ret_at is the place of the byte that is wrong. */
const char *context_text(struct context *c, struct str text, size_t *ret_at);

/* A hole of that kind (never BOOL, LIST, VIEW, REF): picks its escape and moves past it. */
const char *context_hole(struct context *c, enum field_kind kind, bool raw, enum escape *ret);

/* At the edge of a section, partial or block: ends the name being read, so that a name is never
 * put together from parts, and so that `<option{{#on}} selected{{/on}}>` can be followed. */
void context_edge(struct context *c);

/* The context after one of two ways that began alike. Refuses when they ended too differently. */
const char *context_join(struct context *c, const struct context *other);

/* In text, where a page may end. */
bool context_ended(const struct context *c);
