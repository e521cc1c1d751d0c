#pragma once
#include "discussion/comment.h"
#include "discussion/reason.h"

/*
 * Changes of a comment's state after it was added. What staff do goes through decision.h; the lists
 * they look at are comment_queue.h's.
 *
 * Counters and visibility follow up the thread: hiding the last reply of a deleted comment takes
 * its placeholder away too, approving a reply brings it back.
 */
enum {
    DESK_NO_COMMENT = 1, /* none of that id */
    DESK_SAME_STATE,     /* it is in that state already (another moderator was faster) */
    DESK_DELETED,        /* a deleted comment stays deleted: its words are gone */
    DESK_NOT_BACK,       /* nothing goes back to held */
};
struct state_change {
    int64_t id;
    enum comment_state to;
    enum reason reason; /* of a removal; REASON_NONE for COMMENT_STATE_PUBLISHED */
    int64_t by;         /* a person's id; 0: the program, the command line, or the author */
    int64_t now;
};
/*
 * approve and unhide are COMMENT_STATE_PUBLISHED, hide COMMENT_STATE_HIDDEN, and so on. Deleting
 * removes body, name, e-mail and hashes, and the votes stay counted with it. What staff do goes
 * through decision.h, which calls this and remembers what was.
 */
MUST_USE err comment_change_state(struct tx *tx, const struct state_change *c);

/* The same with the reason that goes without saying: spam, or against the rules, or, for a deletion
 * by nobody of the staff, taken back by its author. */
MUST_USE err comment_set_state(struct tx *tx, int64_t id, enum comment_state to, int64_t by,
                               int64_t now);

/* All that a change of state replaces. */
struct comment_former {
    enum comment_state state;
    enum reason reason;
    int64_t changed_at, changed_by; /* 0: none */
};
/* What was typed, and what the filter thought of it. DESK_NO_COMMENT: none, or deleted. */
struct comment_typed {
    struct str name, body;
    int64_t guess; /* GUESS_NONE: nothing */
};
MUST_USE err comment_typed_get(struct tx *tx, int64_t id, struct arena *a,
                               struct comment_typed *ret);

/* For decision.c: as it was before a change, exactly, to held too. Refuses with DESK_NO_COMMENT and
 * DESK_DELETED. */
MUST_USE err comment_put_back(struct tx *tx, int64_t id, const struct comment_former *was,
                              int64_t now);

/* Removes name, e-mail, visitor and hashes; the words stay, shown as by an "erased author". */
MUST_USE err comment_erase_author(struct tx *tx, int64_t id, int64_t by, int64_t now);
