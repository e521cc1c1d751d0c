#include "base/check.h"
#include "render/template_compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WHY_BYTES_MAX = 6000 };

bool compile_wrong(struct compiler *c, struct str file, int line, const char *fmt, ...)
{
    char text[WHY_BYTES_MAX];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    check(n >= 0);
    c->why = str_print(c->t->scratch, STR_FMT ":%d: %s", STR_ARG(file), line, text);
    return false;
}

static void push(struct compiler *c, struct op op)
{
    struct unit *u = c->unit;
    if (u->n == u->room) {
        uint32_t room = u->room ? 2 * u->room : 32;
        struct op *ops = arena_new(c->t->scratch, struct op, room);
        if (u->n)
            memcpy(ops, u->ops, u->n * sizeof *ops);
        u->ops = ops;
        u->room = room;
    }
    c->ops++;
    u->ops[u->n] = op;
    u->n++;
}

void unit_flush(struct compiler *c)
{
    if (!c->literal.n)
        return;
    struct str text = buf_copy(&c->literal, c->t->keep);
    buf_clear(&c->literal);
    push(c, (struct op){ .kind = OP_TEXT, .text = text });
}

uint32_t unit_emit(struct compiler *c, struct op op)
{
    unit_flush(c);
    push(c, op);
    return c->unit->n - 1;
}

uint32_t unit_here(struct compiler *c)
{
    unit_flush(c);
    return c->unit->n;
}

/* All units behind each other, the page first. */
struct program unit_link(struct compiler *c)
{
    uint32_t n = 0;
    for (struct unit *u = c->units; u; u = u->next) {
        u->at = n;
        n += u->n;
    }
    struct op *ops = arena_new(c->t->keep, struct op, n);
    for (const struct unit *u = c->units; u; u = u->next) {
        for (uint32_t i = 0; i < u->n; i++) {
            struct op op = u->ops[i];
            if (op.kind == OP_CALL)
                op.to = op.unit->at;
            else
                op.to += u->at;
            ops[u->at + i] = op;
        }
    }
    return (struct program){ ops, n };
}
