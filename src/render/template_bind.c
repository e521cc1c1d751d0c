#include "render/template_bind.h"

#include "base/buf.h"
#include "base/check.h"

#include <string.h>

enum { WHY_BYTES_MAX = 4000 };

static const struct field text_fields[] = {
    { ".", FIELD_KIND_STR, 0, NULL },
};
const struct view text_item = { "text", sizeof(struct str), text_fields, COUNT(text_fields) };

static const struct field *field_of(const struct view *v, struct str name)
{
    for (size_t i = 0; i < v->count; i++) {
        if (str_eq(name, str_from_z(v->fields[i].name)))
            return &v->fields[i];
    }
    return NULL;
}

/* Without the outer scope of that view. What stood for {{.}} is out of reach under a new view. */
static const struct scope *without(struct arena *a, const struct scope *s, const struct view *view)
{
    if (!s)
        return NULL;
    const struct scope *rest = without(a, s->outer, view);
    if (!s->view || s->view == view)
        return rest;
    struct scope *copy = arena_new(a, struct scope, 1);
    *copy = (struct scope){ .view = s->view, .outer = rest };
    return copy;
}

const struct scope *scope_view(struct arena *a, const struct scope *outer, const struct view *view)
{
    check(!field_of(view, S("words")) && !field_of(view, S("asset")) &&
          !field_of(view, S("theme"))); /* they are the theme's */
    struct scope *s = arena_new(a, struct scope, 1);
    *s = (struct scope){ .view = view, .outer = without(a, outer, view) };
    return s;
}

const struct scope *scope_value(struct arena *a, const struct scope *outer, struct binding value)
{
    while (outer && !outer->view)
        outer = outer->outer;
    struct scope *s = arena_new(a, struct scope, 1);
    *s = (struct scope){ .value = value, .outer = outer };
    return s;
}

static bool binding_eq(const struct binding *x, const struct binding *y)
{
    return x->field == y->field && x->some == y->some && x->frame == y->frame &&
           x->hops == y->hops && memcmp(x->at, y->at, sizeof x->at) == 0;
}

bool scope_eq(const struct scope *x, const struct scope *y)
{
    for (; x && y && x != y; x = x->outer, y = y->outer) {
        if (x->view != y->view || !binding_eq(&x->value, &y->value))
            return false;
    }
    return x == y;
}

static const char *view_name(const struct view *v)
{
    static const char prefix[] = "struct ";
    bool has = strncmp(v->name, prefix, sizeof prefix - 1) == 0;
    return v->name + (has ? sizeof prefix - 1 : 0);
}

static void put_fields(struct buf *b, const struct view *v)
{
    for (size_t i = 0; i < v->count; i++)
        buf_print(b, "%s%s", i ? ", " : "", v->fields[i].name);
}

static const char *no_field(struct arena *a, const struct scope *s, struct str name)
{
    struct buf b CLEANUP(buf_free) = buf_make(WHY_BYTES_MAX);
    while (s && !s->view)
        s = s->outer;
    if (!s)
        return "nothing has a name here";
    buf_print(&b, "no field `" STR_FMT "` in %s (has: ", STR_ARG(name), view_name(s->view));
    put_fields(&b, s->view);
    for (s = s->outer; s; s = s->outer) {
        if (!s->view)
            continue;
        buf_print(&b, "; %s: ", view_name(s->view));
        put_fields(&b, s->view);
    }
    buf_put_char(&b, ')');
    return str_z(a, buf_str(&b));
}

/* {{.}}: the value of the nearest section. */
static const char *bind_dot(const struct scope *s, struct binding *ret)
{
    if (s && !s->view) {
        *ret = s->value;
        return NULL;
    }
    const struct field *f = s ? field_of(s->view, S(".")) : NULL;
    if (!f)
        return "{{.}} has no value here: name a field";
    *ret = (struct binding){ .field = f, .frame = s->view, .at = { (uint32_t)f->offset } };
    return NULL;
}

static const char *bind_first(struct arena *a, const struct scope *scope, struct str name,
                              struct binding *ret)
{
    for (const struct scope *s = scope; s; s = s->outer) {
        const struct field *f = s->view ? field_of(s->view, name) : NULL;
        if (!f)
            continue;
        *ret = (struct binding){ .field = f, .frame = s->view, .at = { (uint32_t)f->offset } };
        return NULL;
    }
    return no_field(a, scope, name);
}

static const char *bind_next(struct arena *a, struct binding *b, struct str name)
{
    check(b->field);
    enum field_kind kind = b->field->kind;
    if (kind == FIELD_KIND_LIST && str_eq(name, S("some"))) {
        b->some = true;
        return NULL;
    }
    if (b->some || (kind != FIELD_KIND_VIEW && kind != FIELD_KIND_REF))
        return str_z(a, str_print(a, "`%s` has no fields to be named after a dot", b->field->name));
    const struct field *f = field_of(b->field->of, name);
    if (!f)
        return no_field(a, &(struct scope){ .view = b->field->of }, name);
    if (kind == FIELD_KIND_REF) {
        if (b->hops == OP_HOPS_MAX)
            return "a name goes through more than 5 pointers";
        b->hops++;
    }
    b->at[b->hops] += (uint32_t)f->offset;
    b->field = f;
    return NULL;
}

const char *bind_name(struct arena *a, const struct scope *scope, struct str name,
                      struct binding *ret)
{
    if (str_eq(name, S(".")))
        return bind_dot(scope, ret);
    struct str first = name;
    struct str rest = S("");
    bool more = str_cut(name, '.', &first, &rest);
    struct binding b = { .field = NULL };
    const char *why = bind_first(a, scope, first, &b);
    while (!why && more) {
        struct str part = rest;
        more = str_cut(rest, '.', &part, &rest);
        why = bind_next(a, &b, part);
    }
    if (!why)
        *ret = b;
    return why;
}
