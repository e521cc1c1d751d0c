#include "render/template_compile.h"

#include <string.h>

/*
 * Goes over the tree and follows where in the document it is. Functions return false when the theme
 * is wrong; then c->why says how.
 */
enum { INDENT_MAX = 200, LITERAL_MAX = 1024 * 1024 };

static bool budget(struct compiler *c, const struct place *p, int line)
{
    if (++c->steps > TEMPLATE_STEPS_MAX || c->ops > TEMPLATE_OPS_MAX || arena_full(c->t->scratch) ||
        arena_full(c->t->keep))
        return compile_wrong(c, p->file, line, "the page is too big");
    return true;
}

static bool follow(struct compiler *c, const struct place *p, const struct node *n, struct str text)
{
    if (!c->markup)
        return true;
    size_t at = 0;
    bool before = context_ended(&c->context);
    const char *why = context_text(&c->context, text, &at);
    if (why)
        return compile_wrong(c, p->file, n->line, "%s (at `" STR_FMT "`)", why,
                             STR_ARG(str_trim(str_sub(text, at, 20))));
    if (before && !context_ended(&c->context)) {
        c->open_file = p->file;
        c->open_line = n->line;
    }
    return true;
}

static bool compile_text(struct compiler *c, const struct place *p, const struct node *n)
{
    struct str text = n->text;
    if (n->line_start) {
        size_t blank = 0;
        while (blank < text.n && blank < p->dedent &&
               (text.s[blank] == ' ' || text.s[blank] == '\t'))
            blank++;
        text = str_sub(text, blank, text.n);
        buf_put(&c->literal, p->indent);
    }
    buf_put(&c->literal, text);
    return follow(c, p, n, text);
}

static bool is_constant(struct str name)
{
    return str_starts(name, S("words.")) || str_starts(name, S("asset.")) ||
           str_starts(name, S("theme."));
}

static bool hole_escape(struct compiler *c, const struct place *p, const struct node *n,
                        enum field_kind kind, enum escape *ret)
{
    bool raw = n->kind == NODE_RAW;
    if (c->mustache)
        *ret = raw ? ESCAPE_NONE : ESCAPE_ATTRIBUTE;
    else if (!c->markup)
        *ret = ESCAPE_NONE;
    if (!c->markup)
        return true;
    const char *why = context_hole(&c->context, kind, raw, ret);
    return why ? compile_wrong(c, p->file, n->line, "`" STR_FMT "`: %s", STR_ARG(n->text), why)
               : true;
}

static bool compile_constant(struct compiler *c, const struct place *p, const struct node *n)
{
    struct str text = S("");
    const char *why = c->t->set->constant(c->t->set->from, n->text, c->t->scratch, &text);
    if (why)
        return compile_wrong(c, p->file, n->line, "%s", why);
    if (str_starts(n->text, S("asset."))) { /* our own address: literal text */
        buf_put(&c->literal, text);
        return follow(c, p, n, text);
    }
    enum escape escape = ESCAPE_NONE;
    if (!hole_escape(c, p, n, FIELD_KIND_STR, &escape))
        return false;
    escape_put(&c->literal, escape, text);
    return true;
}

/* Without a field: only what the specification of Mustache allows. */
static bool find(struct compiler *c, const struct place *p, const struct node *n,
                 struct binding *ret)
{
    *ret = (struct binding){ .field = NULL };
    const char *why = bind_name(c->t->scratch, p->scope, n->text, ret);
    if (why && c->mustache) {
        *ret = (struct binding){ .field = NULL };
        return true;
    }
    return why ? compile_wrong(c, p->file, n->line, "%s", why) : true;
}

static struct op op_of(enum op_kind kind, const struct binding *b)
{
    struct op op = { .kind = (uint8_t)kind, .field = (uint8_t)b->field->kind, .hops = b->hops };
    op.frame = b->frame;
    op.of = b->field->of;
    memcpy(op.at, b->at, sizeof op.at);
    return op;
}

static bool compile_hole(struct compiler *c, const struct place *p, const struct node *n)
{
    if (!c->mustache && is_constant(n->text))
        return compile_constant(c, p, n);
    struct binding b;
    if (!find(c, p, n, &b))
        return false;
    if (!b.field)
        return true;
    switch (b.some ? FIELD_KIND_BOOL : b.field->kind) {
    case FIELD_KIND_STR:
    case FIELD_KIND_HTML:
    case FIELD_KIND_JSON:
    case FIELD_KIND_INT: break;
    case FIELD_KIND_BOOL:
    case FIELD_KIND_LIST:
    case FIELD_KIND_VIEW:
    case FIELD_KIND_REF:
        return c->mustache ? true
                           : compile_wrong(c, p->file, n->line,
                                           "`" STR_FMT "` is not text: it is for sections",
                                           STR_ARG(n->text));
    }
    enum escape escape = ESCAPE_NONE;
    if (!hole_escape(c, p, n, b.field->kind, &escape))
        return false;
    struct op op = op_of(OP_HOLE, &b);
    op.escape = (uint8_t)escape;
    unit_emit(c, op);
    return true;
}

static bool compile_nodes(struct compiler *c, const struct place *p, const struct node *nodes);

static bool opens_frame(const struct binding *b)
{
    enum field_kind kind = b->field->kind;
    return !b->some &&
           (kind == FIELD_KIND_LIST || kind == FIELD_KIND_VIEW || kind == FIELD_KIND_REF);
}

static const struct scope *scope_in(struct compiler *c, const struct place *p,
                                    const struct binding *b)
{
    if (opens_frame(b))
        return scope_view(c->t->scratch, p->scope, b->field->of);
    if (b->some || b->field->kind == FIELD_KIND_BOOL)
        return p->scope;
    return scope_value(c->t->scratch, p->scope, *b);
}

/* {{#x}}..{{/x}} of a value that is there. */
static bool compile_if(struct compiler *c, const struct place *p, const struct node *n,
                       const struct binding *b)
{
    struct place inside = *p;
    inside.scope = scope_in(c, p, b);
    bool frame = opens_frame(b);
    bool repeats = frame && b->field->kind != FIELD_KIND_VIEW;
    uint32_t start = unit_emit(c, op_of(frame ? OP_ENTER : OP_IF, b));
    c->repeats += repeats;
    if (!compile_nodes(c, &inside, n->inside))
        return false;
    c->repeats -= repeats;
    if (frame)
        unit_emit(c, (struct op){ .kind = OP_LEAVE, .to = start + 1 });
    uint32_t end = unit_here(c);
    c->unit->ops[start].to = end;
    return true;
}

static bool compile_unless(struct compiler *c, const struct place *p, const struct node *n,
                           const struct binding *b)
{
    if (!b->field)
        return compile_nodes(c, p, n->inside);
    uint32_t start = unit_emit(c, op_of(OP_UNLESS, b));
    if (!compile_nodes(c, p, n->inside))
        return false;
    uint32_t end = unit_here(c);
    c->unit->ops[start].to = end;
    return true;
}

static bool compile_way(struct compiler *c, const struct place *p, const struct node *n,
                        const struct binding *b)
{
    context_edge(&c->context);
    bool fine = true;
    if (n->kind == NODE_UNLESS)
        fine = compile_unless(c, p, n, b);
    else if (b->field)
        fine = compile_if(c, p, n, b);
    context_edge(&c->context);
    return fine;
}

static bool join(struct compiler *c, const struct place *p, const struct node *n,
                 const struct context *other)
{
    const char *why = context_join(&c->context, other);
    return why ? compile_wrong(c, p->file, n->line, "the section `" STR_FMT "` %s",
                               STR_ARG(n->text), why)
               : true;
}

/* {{#x}}a{{/x}}{{^x}}b{{/x}}: one of the two is rendered, so they need only end alike. */
static bool is_pair(const struct node *n, const struct binding *b)
{
    const struct node *m = n->next;
    bool other = m && ((n->kind == NODE_SECTION && m->kind == NODE_UNLESS) ||
                       (n->kind == NODE_UNLESS && m->kind == NODE_SECTION));
    bool once = b->field && (b->some || b->field->kind != FIELD_KIND_LIST);
    return other && once && str_eq(n->text, m->text);
}

/* ret_last: the last node that was compiled. */
static bool compile_section(struct compiler *c, const struct place *p, const struct node *n,
                            const struct node **ret_last)
{
    struct binding b;
    if (!c->mustache && is_constant(n->text))
        return compile_wrong(c, p->file, n->line, "`" STR_FMT "` is text, not a section",
                             STR_ARG(n->text));
    if (!find(c, p, n, &b))
        return false;
    bool pair = is_pair(n, &b);
    context_edge(&c->context);
    struct context in = c->context;
    if (!compile_way(c, p, n, &b))
        return false;
    struct context out = c->context;
    c->context = in;
    if (pair && !compile_way(c, p, n->next, &b))
        return false;
    if (!join(c, p, n, &out))
        return false;
    bool list = b.field && !b.some && b.field->kind == FIELD_KIND_LIST && n->kind == NODE_SECTION;
    if (list && !context_eq(&in, &c->context))
        return compile_wrong(c, p->file, n->line,
                             "the list `" STR_FMT "` must begin with what may follow it",
                             STR_ARG(n->text));
    *ret_last = pair ? n->next : n;
    return true;
}

static bool file_nodes(struct compiler *c, const struct place *p, const struct node *n,
                       const struct node **ret)
{
    struct parsed *f = c->t->parsed;
    while (f && !str_eq(f->name, n->text))
        f = f->next;
    if (!f) {
        f = arena_new(c->t->scratch, struct parsed, 1);
        *f = (struct parsed){ .name = n->text, .next = c->t->parsed };
        struct str text = S("");
        f->missing = !c->t->set->file(c->t->set->from, n->text, &text);
        if (template_parse(n->text, text, c->t->scratch, &f->nodes, &c->why) != OK)
            return false;
        c->t->parsed = f;
    }
    if (f->missing && !c->mustache)
        return compile_wrong(c, p->file, n->line, "no file `" STR_FMT "`", STR_ARG(n->text));
    *ret = f->nodes;
    return true;
}

/* The indentation of a tag or block where the place's own is added and taken away. */
static struct str indent_in(struct compiler *c, const struct place *p, struct str indent)
{
    if (c->markup)
        return S(""); /* nobody sees it, and it would grow with each level */
    struct str own = str_sub(indent, p->dedent < indent.n ? p->dedent : indent.n, indent.n);
    return str_print(c->t->scratch, STR_FMT STR_FMT, STR_ARG(p->indent), STR_ARG(own));
}

static bool deeper(struct compiler *c, const struct place *p, const struct node *n)
{
    if (c->depth == TEMPLATE_DEPTH_MAX || p->indent.n > INDENT_MAX)
        return compile_wrong(c, p->file, n->line,
                             "`" STR_FMT "`: files within each other more than 32 deep",
                             STR_ARG(n->text));
    c->depth++;
    return true;
}

static bool situation_eq(const struct situation *x, const struct situation *y)
{
    return str_eq(x->file, y->file) && str_eq(x->indent, y->indent) &&
           context_eq(&x->context, &y->context) && scope_eq(x->scope, y->scope);
}

static struct unit *add_unit(struct compiler *c, const struct situation *in)
{
    struct unit *u = arena_new(c->t->scratch, struct unit, 1);
    *u = (struct unit){ .in = *in, .out = in->context, .busy = true, .repeats = c->repeats };
    *c->units_end = u;
    c->units_end = &u->next;
    return u;
}

static bool compile_unit(struct compiler *c, struct unit *u, const struct node *nodes)
{
    struct place p = { .file = u->in.file, .scope = u->in.scope, .indent = u->in.indent };
    struct unit *outer = c->unit;
    c->unit = u;
    if (!compile_nodes(c, &p, nodes))
        return false;
    context_edge(&c->context);
    unit_emit(c, (struct op){ .kind = OP_RETURN });
    c->unit = outer;
    u->out = c->context;
    u->busy = false;
    if (u->recursive && !context_eq(&u->out, &u->in.context))
        return compile_wrong(c, p.file, 1,
                             "a file that includes itself must end where it began: in the "
                             "same text, tag or value");
    return true;
}

static bool compile_partial(struct compiler *c, const struct place *p, const struct node *n)
{
    const struct node *nodes = NULL;
    if (!file_nodes(c, p, n, &nodes) || !deeper(c, p, n))
        return false;
    context_edge(&c->context);
    unit_flush(c);
    struct str indent = n->alone ? indent_in(c, p, n->indent) : S("");
    struct situation in = { n->text, indent, p->scope, c->context };
    struct unit *u = c->units;
    while (u && !situation_eq(&u->in, &in))
        u = u->next;
    if (u && u->busy) {
        u->recursive = true;
        if (u->repeats == c->repeats)
            return compile_wrong(c, p->file, n->line, "`" STR_FMT "` includes itself without end",
                                 STR_ARG(n->text));
    }
    if (!u) {
        u = add_unit(c, &in);
        if (!compile_unit(c, u, nodes))
            return false;
    }
    c->context = u->out;
    c->depth--;
    unit_emit(c, (struct op){ .kind = OP_CALL, .unit = u });
    return true;
}

static bool is_blank_text(const struct node *n)
{
    return n->kind == NODE_TEXT && str_trim(n->text).n == 0;
}

/* What stands in the parent's tag. */
static bool gather(struct compiler *c, const struct place *p, const struct node *parent,
                   struct override **ret)
{
    struct override *list = p->overrides;
    for (const struct node *n = parent->inside; n; n = n->next) {
        if (n->kind != NODE_BLOCK && !c->mustache && !is_blank_text(n))
            return compile_wrong(c, p->file, n->line,
                                 "in {{<" STR_FMT "}} only blocks count: this is lost",
                                 STR_ARG(parent->text));
        if (n->kind != NODE_BLOCK)
            continue;
        struct override *o = arena_new(c->t->scratch, struct override, 1);
        *o = (struct override){ .block = n, .file = p->file, .outer = list };
        list = o;
    }
    *ret = list;
    return true;
}

static bool compile_parent(struct compiler *c, const struct place *p, const struct node *n)
{
    const struct node *nodes = NULL;
    struct place inside = { .file = n->text, .scope = p->scope };
    if (!file_nodes(c, p, n, &nodes) || !deeper(c, p, n) || !gather(c, p, n, &inside.overrides))
        return false;
    if (n->alone)
        inside.indent = indent_in(c, p, n->indent);
    context_edge(&c->context);
    if (!compile_nodes(c, &inside, nodes))
        return false;
    context_edge(&c->context);
    c->depth--;
    for (const struct override *o = inside.overrides; o != p->overrides; o = o->outer) {
        if (!o->used && !c->mustache)
            return compile_wrong(c, p->file, o->block->line,
                                 "`" STR_FMT "` has no block `" STR_FMT "`", STR_ARG(n->text),
                                 STR_ARG(o->block->text));
    }
    return true;
}

/* The outermost override of that block. */
static const struct override *override_of(const struct place *p, struct str name)
{
    const struct override *found = NULL;
    for (struct override *o = p->overrides; o; o = o->outer) {
        if (!str_eq(o->block->text, name))
            continue;
        o->used = true;
        found = o;
    }
    return found;
}

static bool compile_block(struct compiler *c, const struct place *p, const struct node *n)
{
    const struct override *o = override_of(p, n->text);
    context_edge(&c->context);
    if (!o) {
        bool fine = compile_nodes(c, p, n->inside);
        context_edge(&c->context);
        return fine;
    }
    if (!deeper(c, p, n))
        return false;
    struct place inside = *p;
    inside.file = o->file;
    inside.dedent = o->block->indent.n;
    inside.indent = n->alone ? indent_in(c, p, n->indent) : S("");
    const struct node *first = o->block->inside;
    if (n->alone && first && !first->line_start)
        buf_put(&c->literal, inside.indent);
    bool fine = compile_nodes(c, &inside, first);
    context_edge(&c->context);
    c->depth--;
    return fine;
}

static bool compile_nodes(struct compiler *c, const struct place *p, const struct node *nodes)
{
    bool fine = true;
    for (const struct node *n = nodes; n && fine; n = n->next) {
        if (!budget(c, p, n->line))
            return false;
        switch (n->kind) {
        case NODE_TEXT: fine = compile_text(c, p, n); break;
        case NODE_HOLE:
        case NODE_RAW: fine = compile_hole(c, p, n); break;
        case NODE_SECTION:
        case NODE_UNLESS: fine = compile_section(c, p, n, &n); break;
        case NODE_PARTIAL: fine = compile_partial(c, p, n); break;
        case NODE_PARENT: fine = compile_parent(c, p, n); break;
        case NODE_BLOCK: fine = compile_block(c, p, n); break;
        }
    }
    return fine;
}

static bool compile_page(struct compiler *c, const struct template *page)
{
    struct str file = str_from_z(page->file);
    struct node whole = { .kind = NODE_PARTIAL, .line = 1, .text = file };
    struct place p = { .file = file };
    const struct node *nodes = NULL;
    if (!file_nodes(c, &p, &whole, &nodes))
        return false;
    struct situation in = { .file = file, .context = c->context };
    in.scope = scope_view(c->t->scratch, NULL, page->view);
    if (!compile_unit(c, add_unit(c, &in), nodes))
        return false;
    if (c->markup && !context_ended(&c->context))
        return compile_wrong(c, c->open_file, c->open_line,
                             "this tag, comment or script is never closed");
    return true;
}

struct templates *templates_make(const struct template_set *set, struct arena *keep,
                                 struct arena *scratch)
{
    struct templates *t = arena_new(scratch, struct templates, 1);
    *t = (struct templates){ .set = set, .keep = keep, .scratch = scratch };
    return t;
}

err template_compile(struct templates *t, const struct template *page, bool mustache,
                     struct program *ret, struct str *ret_why)
{
    struct compiler c = { .t = t,
                          .mustache = mustache,
                          .markup = page->mode != TEMPLATE_TEXT && !mustache,
                          .context = context_start(page->mode == TEMPLATE_XML),
                          .literal = buf_make(LITERAL_MAX) };
    c.units_end = &c.units;
    bool fine = compile_page(&c, page);
    if (fine && (c.ops > TEMPLATE_OPS_MAX || buf_full(&c.literal)))
        fine = compile_wrong(&c, str_from_z(page->file), 1, "the page is too big");
    if (fine)
        *ret = unit_link(&c);
    else
        *ret_why = c.why;
    buf_free(&c.literal);
    return fine ? OK : TEMPLATE_WRONG;
}
