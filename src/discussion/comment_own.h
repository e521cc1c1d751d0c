#pragma once
#include "discussion/comment.h"

/*
 * What people do with comments of their own: other words, or none. Whose a comment is, is shown by
 * the visitor's cookie for [limits] edit_minutes after it was posted; or, at any time, by the
 * address it was given with, confirmed by a mailed link (site/mine.h). A comment of the staff is
 * its writer's only while signed in.
 *
 * The words before each edit are kept, for the desk alone, until the comment is deleted. An edit
 * passes what a new comment passes: its limits, the rules that hold, bans; one that is held takes
 * the comment off the page until a moderator has looked at it. What staff took down is not edited
 * and not deleted by its author: it can be erased (people's right), or appealed.
 */
extern const struct config_key limit_edit_minutes; /* 0: nothing is edited */
enum { COMMENT_EDITS_MAX = 20 };

/* Who asks, to do what with which comment. */
struct own_wish {
    int64_t comment;
    struct str visitor; /* hash of the cookie's id; empty: none */
    struct str email;   /* a confirmed address; empty: none */
    int64_t person;     /* signed-in staff, or 0 */
    int64_t window;     /* microseconds, from own_window() */
    int64_t now;
};
int64_t own_window(const struct config *c);

enum own_refusal {
    OWN_MISSING = 1, /* no such comment, or a deleted one */
    OWN_OTHERS,      /* somebody else's */
    OWN_LATE,        /* the time in which the cookie was enough is over */
    OWN_REMOVED,     /* staff took it down */
    OWN_CLOSED,      /* its report takes no comments, or is not published: no other words */
    OWN_TOO_OFTEN,   /* edited COMMENT_EDITS_MAX times */
    OWN_REFUSALS,
};
struct own_comment {
    int64_t id, report, parent, question, person;
    enum comment_state state;
    int64_t created_at, edits;
    struct str name, email, body; /* as typed */
    struct html html;
};
/* The comment for who may change it; all in `a`. OWN_MISSING .. OWN_REMOVED. */
MUST_USE err own_get(struct tx *tx, const struct own_wish *w, struct arena *a,
                     struct own_comment *ret);
/* Whether the cookie is enough for it now: no other row than the comment's own is read. */
MUST_USE err own_editable(struct tx *tx, const struct own_wish *w, bool *ret);

struct own_edited {
    int64_t report;
    bool held, same; /* same: these are its words already, nothing was changed */
};
/* Other words, from a prepared draft (its body, html and hold). Any refusal. */
MUST_USE err own_edit(struct tx *tx, const struct own_wish *w, const struct comment_draft *d,
                      struct own_edited *ret);
/* Deletes it; a placeholder stays while it has replies. OWN_MISSING .. OWN_REMOVED. */
MUST_USE err own_delete(struct tx *tx, const struct own_wish *w, int64_t *ret_report);

/* The words before its edits, for the desk: latest first, at most COMMENT_EDITS_MAX, in `a`. */
struct former_words {
    int64_t number, until;
    struct str body;
};
MUST_USE err own_former(struct tx *tx, int64_t comment, struct arena *a,
                        const struct former_words **ret, size_t *ret_n);
