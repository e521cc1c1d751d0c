#pragma once
#include "discussion/act.h"

/*
 * Marks that staff set and take away: a thread pinned to the top of its discussion, a comment that
 * takes no replies (a thread's first one: nothing in the thread does), a discussion that takes no
 * comments. Each is an act (act.h) that can be undone. The caller has asked for the permission and
 * writes the audit log.
 */
enum { PINNED_MAX = 3 }; /* threads of one report */
struct mark_wish {
    enum act_kind kind; /* ACT_PIN .. ACT_OPEN */
    int64_t object;     /* the comment; the report of ACT_CLOSE and ACT_OPEN */
    int64_t by;         /* a person's id; 0: the program, or the command line */
    int64_t now;
};
enum {
    MARK_MISSING = 1, /* no such comment */
    MARK_SAME,        /* it is so already */
    MARK_REPLY,       /* a reply is never pinned */
    MARK_NOT_SHOWN,   /* what is not published is never pinned */
    MARK_TOO_MANY,    /* PINNED_MAX are */
};
MUST_USE err mark_set(struct tx *tx, const struct mark_wish *w, int64_t *ret_act);

/* For act.c. *ret_done is 0 when it is not as the act left it. */
MUST_USE err mark_undo(struct tx *tx, const struct act *act, int64_t *ret_done);
