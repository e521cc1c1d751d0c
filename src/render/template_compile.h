#pragma once
#include "render/template.h"
#include "render/template_bind.h"
#include "render/template_context.h"

/*
 * What the parts of the template compiler share. A unit is the page, or a partial in one situation;
 * each has its own steps while it is compiled, and all are put behind each other in the end.
 */
struct parsed {
    struct str name;
    const struct node *nodes;
    bool missing;
    struct parsed *next;
};
struct templates {
    const struct template_set *set;
    struct arena *keep, *scratch;
    struct parsed *parsed;
};

/* What must be equal for a compiled partial to be used again. */
struct situation {
    struct str file, indent;
    const struct scope *scope;
    struct context context;
};
struct unit {
    struct situation in;
    struct context out;
    bool busy, recursive;
    int repeats; /* lists and pointers open when it began: recursion needs one more */
    struct op *ops;
    uint32_t n, room, at; /* at: of its first step in the program */
    struct unit *next;
};

/* A block's new content, and the file it is from; a list from the innermost parent outwards. */
struct override {
    const struct node *block;
    struct str file;
    bool used;
    struct override *outer;
};

/* Where the compiler stands, beside the HTML context. */
struct place {
    struct str file;
    const struct scope *scope;
    struct override *overrides;
    struct str indent; /* put before each line */
    size_t dedent;     /* after taking so many blanks away */
};

struct compiler {
    struct templates *t;
    bool mustache, markup; /* markup: HTML or XML, followed by `context` */
    struct context context;
    struct str open_file; /* where the text was last left */
    int open_line;
    struct unit *unit, *units;
    struct unit **units_end;
    struct buf literal; /* text not yet made a step */
    size_t ops, steps;
    int depth, repeats;
    struct str why;
};

/* Sets c->why to "FILE:LINE: ..."; returns false. */
PRINTF(4, 5)
bool compile_wrong(struct compiler *c, struct str file, int line, const char *fmt, ...);

/* Steps of the current unit: literal text gathers in c->literal until another step comes. */
void unit_flush(struct compiler *c);
uint32_t unit_emit(struct compiler *c, struct op op); /* its place in the unit */
uint32_t unit_here(struct compiler *c);               /* the place of the next step */
struct program unit_link(struct compiler *c);
