#pragma once
#include "discussion/act.h"
#include "discussion/reason.h"

/*
 * Decisions of the staff about comments, one or up to DECISIONS_MAX at once, in the caller's
 * transaction: the state changes, open flags are answered, the assignment ends, the public record
 * counts, the right to appeal begins or ends, and a row remembers what was, for act_undo() and for
 * the comment's history. The caller has asked for the permission and writes the audit log.
 */
enum { DECISIONS_MAX = 1000, DECISION_NOTE_MAX = 1000 /* bytes */ };
#define DECISION_SEEN_ANY INT64_MAX

struct keys;
struct decision_wish {
    enum act_kind kind; /* ACT_APPROVE .. ACT_DELETE */
    enum reason reason; /* of a removal */
    struct str note;    /* for the author, with the reason; may be empty */
    int64_t by;         /* a person's id; 0: the program */
    int64_t now;
    int64_t seen; /* a comment that was changed later than this was not the one decided about */
    const struct keys *keys; /* of a deletion: to bind its author's address (appeal.h); or NULL */
};
enum {
    DECISION_NO_COMMENT = 1, /* none of that id */
    DECISION_SAME,           /* it is so already, and no flag waits for an answer */
    DECISION_DELETED,        /* a deleted comment stays deleted */
    DECISION_OVERTAKEN,      /* changed after it was seen: another moderator was faster */
    DECISION_EDITED,         /* to be approved, but its author changed the words after that */
};
/* Approving a published comment that is flagged says that the flags were wrong. */
MUST_USE err decision_make(struct tx *tx, const struct decision_wish *w, int64_t comment,
                           int64_t *ret_act);

struct decisions_done {
    int64_t act; /* 0: nothing was left to do */
    int64_t done, skipped;
};
/* The same for many, as one act. Those that decision_make() would refuse are skipped. */
MUST_USE err decision_make_all(struct tx *tx, const struct decision_wish *w,
                               const int64_t *comments, size_t n, struct decisions_done *ret);

struct decision {
    int64_t id, act, comment, at;
    int64_t person; /* 0: the program */
    enum comment_state was, became;
    enum reason was_reason, reason;
    struct str note;
    int64_t minutes; /* how long somebody had waited; -1: nobody had */
    bool undone;
};
/* What was decided about a comment, latest first, at most `max`. All in `a`. */
MUST_USE err decision_list(struct tx *tx, int64_t comment, size_t max, struct arena *a,
                           const struct decision **ret, size_t *ret_n);
enum { DECISION_MISSING = 1 };
MUST_USE err decision_get(struct tx *tx, int64_t id, struct arena *a, struct decision *ret);
/* The one that stands; false in *ret_there: none was made. */
MUST_USE err decision_latest(struct tx *tx, int64_t comment, struct arena *a, bool *ret_there,
                             struct decision *ret);

/* For act.c: undoes the decisions of an act. */
MUST_USE err decision_undo(struct tx *tx, int64_t act, int64_t now, int64_t *ret_done);
