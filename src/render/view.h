#pragma once
#include "base/attr.h"
#include "base/str.h"

#include <stdint.h>

/*
 * How a template sees a C struct. A handler fills a plain struct (a view) and renders a template
 * that was compiled against the struct's field table: `{{name}}` is an offset found when the theme
 * loads, and a wrong name is an error with file and line before anything is served.
 *
 *     struct report_view { struct layout layout; struct str headline; struct html body; bool open;
 *                          struct list comments; };
 *     static const struct field report_fields[] = {
 *         FIELD_VIEW(struct report_view, layout, &layout_view),
 *         FIELD_STR(struct report_view, headline), FIELD_HTML(struct report_view, body),
 *         FIELD_BOOL(struct report_view, open),
 *         FIELD_LIST(struct report_view, comments, &comment_view),
 *     };
 *     const struct view report_view = VIEW(struct report_view, report_fields);
 *     TEMPLATE(report_page, "pages/report.html", &report_view, TEMPLATE_HTML);
 *
 * Truth of a section: a str or html that is not empty, an int that is not 0, a bool, a list with
 * items, a view always, a pointer view when not NULL. Inside a section of a str, html, json or int,
 * `{{.}}` is that value. `{{#comments.some}}` asks whether a list has items without going over
 * them. A name is looked up in the nearest enclosing view that has it; a dotted name goes through
 * FIELD_VIEW and FIELD_REF. The names `words`, `asset` and `theme` belong to the theme
 * (render/theme.h) and cannot be fields.
 *
 * A view may hold itself (a comment its replies): declare it before its fields, as
 * `extern const struct view comment_view;`. Views with static linkage may be declared twice too.
 */

struct view;

/* Markup that is safe to put into a page as it is. Made by render/ only (markdown, qr, svg). */
struct html {
    struct str s;
};

/* Items of one view, in a row in memory. */
struct list {
    const void *items;
    size_t n;
};

enum field_kind {
    FIELD_KIND_STR,  /* escaped by where the hole stands */
    FIELD_KIND_HTML, /* `{{{x}}}` only; put in as it is, only where text may stand */
    FIELD_KIND_JSON, /* struct str of JSON text: only inside <script type="application/ld+json"> */
    FIELD_KIND_INT,  /* int64_t, ASCII digits */
    FIELD_KIND_BOOL, /* for sections only */
    FIELD_KIND_LIST,
    FIELD_KIND_VIEW, /* a struct inside the struct */
    FIELD_KIND_REF,  /* a pointer to a view, or NULL */
};
/* A list of plain text: FIELD_LIST(type, member, &text_item), items are struct str, `{{.}}`. */
extern const struct view text_item;

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
    const struct view *of; /* for LIST, VIEW and REF */
};
struct view {
    const char *name;
    size_t size; /* of one item */
    const struct field *fields;
    size_t count;
};

/* The _Static_assert-like comparison makes a field of the wrong type a compiler's error. */
#define FIELD_(type, member, ctype, kind, of)                                                      \
    {                                                                                              \
#member, kind, offsetof(type, member) + 0 * sizeof(&((type *)0)->member == (ctype *)0), of \
    }
#define FIELD_STR(type, member)     FIELD_(type, member, struct str, FIELD_KIND_STR, NULL)
#define FIELD_HTML(type, member)    FIELD_(type, member, struct html, FIELD_KIND_HTML, NULL)
#define FIELD_JSON(type, member)    FIELD_(type, member, struct str, FIELD_KIND_JSON, NULL)
#define FIELD_INT(type, member)     FIELD_(type, member, int64_t, FIELD_KIND_INT, NULL)
#define FIELD_BOOL(type, member)    FIELD_(type, member, bool, FIELD_KIND_BOOL, NULL)
#define FIELD_LIST(type, member, v) FIELD_(type, member, struct list, FIELD_KIND_LIST, v)
#define FIELD_VIEW(type, member, v)                                                                \
    {                                                                                              \
#member, FIELD_KIND_VIEW, offsetof(type, member), v                                        \
    }
#define FIELD_REF(type, member, v)                                                                 \
    {                                                                                              \
#member, FIELD_KIND_REF, offsetof(type, member), v                                         \
    }
#define VIEW(type, table)                                                                          \
    {                                                                                              \
#type, sizeof(type), table, COUNT(table)                                                   \
    }

enum template_mode {
    TEMPLATE_HTML, /* escaped by context; unsafe places are refused when the theme loads */
    TEMPLATE_XML,  /* feeds, sitemap: XML escapes */
    TEMPLATE_TEXT, /* mail bodies, robots.txt: nothing is escaped */
};
struct template
{
    const char *file; /* below theme/ */
    const struct view *view;
    enum template_mode mode;
};
/* Registers a page of the theme: theme_load() compiles all of them, or says what is wrong. */
#define TEMPLATE(id, file, view, mode)                                                             \
    static const struct template id IN_SECTION("templates") = { file, view, mode }
