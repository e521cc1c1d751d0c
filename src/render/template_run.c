#include "base/check.h"
#include "render/template.h"
#include "render/template_op.h"

/*
 * Runs a program. Nothing here can go wrong but running out of a bound: names, kinds and escapes
 * were settled by the compiler.
 */
struct frame {
    const struct view *view;
    const char *base;
    size_t left; /* items after this one */
};
struct run {
    const struct op *ops;
    uint32_t at;
    size_t open, calls;
    struct frame frames[TEMPLATE_FRAMES_MAX];
    uint32_t back[TEMPLATE_CALLS_MAX];
};

/* Where the value is; NULL when a pointer on the way is. */
static const void *value_of(const struct run *r, const struct op *op)
{
    const struct frame *f = &r->frames[r->open - 1];
    while (f->view != op->frame) {
        check(f > r->frames);
        f--;
    }
    const char *p = f->base + op->at[0];
    for (int i = 1; i <= op->hops; i++) {
        p = *(const char *const *)(const void *)p;
        if (!p)
            return NULL;
        p += op->at[i];
    }
    return p;
}

static bool is_true(const struct op *op, const void *p)
{
    if (!p)
        return false;
    switch ((enum field_kind)op->field) {
    case FIELD_KIND_STR:
    case FIELD_KIND_JSON: return ((const struct str *)p)->n != 0;
    case FIELD_KIND_HTML: return ((const struct html *)p)->s.n != 0;
    case FIELD_KIND_INT: return *(const int64_t *)p != 0;
    case FIELD_KIND_BOOL: return *(const bool *)p;
    case FIELD_KIND_LIST: return ((const struct list *)p)->n != 0;
    case FIELD_KIND_VIEW: return true;
    case FIELD_KIND_REF: return *(const void *const *)p != NULL;
    }
    check(false);
    return false;
}

static void put_value(struct buf *out, const struct op *op, const void *p)
{
    switch ((enum field_kind)op->field) {
    case FIELD_KIND_STR:
    case FIELD_KIND_JSON: escape_put(out, (enum escape)op->escape, *(const struct str *)p); return;
    case FIELD_KIND_HTML:
        escape_put(out, (enum escape)op->escape, ((const struct html *)p)->s);
        return;
    case FIELD_KIND_INT: escape_put_int(out, *(const int64_t *)p); return;
    case FIELD_KIND_BOOL:
    case FIELD_KIND_LIST:
    case FIELD_KIND_VIEW:
    case FIELD_KIND_REF: break;
    }
    check(false);
}

/* The frame that ENTER opens; false when there is nothing to open it on. */
static bool frame_of(const struct op *op, const void *p, struct frame *ret)
{
    struct frame f = { .view = op->of, .base = p };
    if (op->field == FIELD_KIND_REF)
        f.base = *(const char *const *)p;
    if (op->field == FIELD_KIND_LIST) {
        const struct list *list = p;
        if (!list->n)
            return false;
        f.base = list->items;
        f.left = list->n - 1;
    }
    *ret = f;
    return f.base != NULL;
}

static err enter(struct run *r, const struct op *op)
{
    const void *p = value_of(r, op);
    struct frame f;
    if (!p || !frame_of(op, p, &f)) {
        r->at = op->to;
        return OK;
    }
    if (r->open == TEMPLATE_FRAMES_MAX)
        return ERR_LIMIT;
    r->frames[r->open++] = f;
    return OK;
}

static err leave(struct run *r, const struct op *op, const struct buf *out)
{
    check(r->open > 1);
    struct frame *f = &r->frames[r->open - 1];
    if (!f->left) {
        r->open--;
        return OK;
    }
    if (buf_full(out))
        return ERR_LIMIT;
    f->left--;
    f->base += f->view->size;
    r->at = op->to;
    return OK;
}

static err call(struct run *r, const struct op *op)
{
    if (r->calls == TEMPLATE_CALLS_MAX)
        return ERR_LIMIT;
    r->back[r->calls++] = r->at;
    r->at = op->to;
    return OK;
}

/* ret_done: the page's own RETURN was reached. */
static err step(struct run *r, struct buf *out, bool *ret_done)
{
    const struct op *op = &r->ops[r->at++];
    const void *p = NULL;
    switch ((enum op_kind)op->kind) {
    case OP_TEXT: buf_put(out, op->text); return OK;
    case OP_HOLE:
        p = value_of(r, op);
        if (p)
            put_value(out, op, p);
        return OK;
    case OP_IF:
    case OP_UNLESS:
        if (is_true(op, value_of(r, op)) == (op->kind == OP_UNLESS))
            r->at = op->to;
        return OK;
    case OP_ENTER: return enter(r, op);
    case OP_LEAVE: return leave(r, op, out);
    case OP_CALL: return call(r, op);
    case OP_RETURN:
        if (r->calls)
            r->at = r->back[--r->calls];
        else
            *ret_done = true;
        return OK;
    }
    check(false);
    return OK;
}

err template_run(const struct program *p, const struct view *root, const void *view,
                 struct buf *out)
{
    struct run r; /* not zeroed: only what lies below `open` and `calls` is read */
    r.ops = p->ops;
    r.at = 0;
    r.calls = 0;
    r.open = 1;
    r.frames[0] = (struct frame){ .view = root, .base = view };
    bool done = false;
    while (!done) {
        err e = step(&r, out, &done);
        if (e)
            return fault(e);
    }
    return buf_full(out) ? fault(ERR_LIMIT) : OK;
}
