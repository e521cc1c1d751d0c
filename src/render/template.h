#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "render/template_parse.h"
#include "render/view.h"

/*
 * Compiles templates (template_parse.h is the syntax) to programs: arrays of steps bound to the
 * offsets of fields, with the escape of each hole fixed by where it stands. A partial is compiled
 * once for each stack of views, HTML context and indentation it is used in, and called, so that a
 * comment's template may include itself for its replies; a parent and its blocks are compiled in
 * place.
 *
 * In HTML and XML a partial does not take on its tag's indentation, as the specification would have
 * it: nobody sees it there, and in a tree it would grow with every level. In plain text it does.
 *
 * What is refused is refused here, with file and line, never when a page is served.
 */
enum {
    TEMPLATE_DEPTH_MAX = 32,     /* partials and parents within each other */
    TEMPLATE_OPS_MAX = 20000,    /* of one page */
    TEMPLATE_STEPS_MAX = 200000, /* tags and texts looked at for one page */
    TEMPLATE_FRAMES_MAX = 64,    /* open lists and views when rendering */
    TEMPLATE_CALLS_MAX = 64,     /* partials within each other when rendering */
};

/* What a name may mean beside fields, and where partials come from. */
struct template_set {
    const void *from; /* handed to the functions */
    bool (*file)(const void *from, struct str name, struct str *ret_text);
    /* `name` begins with "words.", "asset." or "theme.". NULL, or what is wrong, made in `a`. */
    const char *(*constant)(const void *from, struct str name, struct arena *a, struct str *ret);
};

/* Holds the parsed files between the pages of one theme. */
struct templates;
/* `keep`: for the programs; `scratch`: for what only the compiler needs. */
struct templates *templates_make(const struct template_set *set, struct arena *keep,
                                 struct arena *scratch);

struct program {
    const struct op *ops;
    size_t n;
};
/*
 * `mustache`: as the specification of Mustache says instead of as a theme must be: what has no
 * field is empty, all text is escaped as for an attribute, and {{{x}}} is not. For tests.
 *
 * On TEMPLATE_WRONG ret_why is "FILE:LINE: what is wrong", made in the scratch arena.
 */
MUST_USE err template_compile(struct templates *t, const struct template *page, bool mustache,
                              struct program *ret, struct str *ret_why);

/* Renders `view` (of the page's struct) at the end of `out`. ERR_LIMIT: too deep, or `out` full. */
MUST_USE err template_run(const struct program *p, const struct view *root, const void *view,
                          struct buf *out);
