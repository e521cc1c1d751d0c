#pragma once
#include "render/template_op.h"

/*
 * What a name means where it stands: the nearest enclosing view that has the field. Scopes are
 * immutable lists, innermost first. A view stands in them once: an outer one of the same kind is
 * hidden by the inner one, which makes the stacks of a recursive template a finite set.
 */
struct binding {
    const struct field *field; /* NULL: there is none */
    bool some;                 /* `.some` of the list: only whether it has items */
    const struct view *frame;
    uint32_t at[OP_HOPS_MAX + 1];
    uint8_t hops;
};
struct scope {
    const struct view *view; /* NULL: the value of a section, as {{.}} */
    struct binding value;
    const struct scope *outer;
};

const struct scope *scope_view(struct arena *a, const struct scope *outer, const struct view *view);
const struct scope *scope_value(struct arena *a, const struct scope *outer, struct binding value);
bool scope_eq(const struct scope *x, const struct scope *y);

/* NULL, or what is wrong, made in `a`: "no field `x` in comment_view (has: ...)". */
const char *bind_name(struct arena *a, const struct scope *scope, struct str name,
                      struct binding *ret);
