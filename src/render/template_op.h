#pragma once
#include "render/escape.h"
#include "render/view.h"

/*
 * The steps of a compiled template. What is looked up is found by walking the open frames to the
 * nearest one of view `frame`, going `at[0]` bytes into it, and then through `hops` pointers.
 */
enum op_kind {
    OP_TEXT,   /* puts `text` */
    OP_HOLE,   /* puts the value, by its `field` and `escape` */
    OP_IF,     /* goes to `to` unless the value is true */
    OP_UNLESS, /* goes to `to` if it is */
    OP_ENTER,  /* opens a frame on the view, or on the first item; to `to` when there is none */
    OP_LEAVE,  /* the next item from `to` on, or closes the frame */
    OP_CALL,   /* goes to `to` until OP_RETURN */
    OP_RETURN,
};
enum { OP_HOPS_MAX = 5 };
struct op {
    uint8_t kind, escape, field, hops;
    uint32_t to;
    union {
        struct str text;
        const struct unit *unit; /* of CALL until the program is put together */
        struct {
            const struct view *frame;
            const struct view *of; /* the frame that ENTER opens */
            uint32_t at[OP_HOPS_MAX + 1];
        };
    };
};
