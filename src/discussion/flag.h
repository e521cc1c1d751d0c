#pragma once
#include "base/config.h"
#include "discussion/reason.h"
#include "store/store.h"

/*
 * A reader's complaint about a published comment: one a voter and comment, with a reason and a few
 * words. Flags wait in the desk's queue until staff decide about the comment (decision.h), which
 * answers all of them. They hide nothing by themselves, unless the operator has set a number
 * (discussion.flags_hide): then as many flags from different neighbourhoods (people/visitor.h)
 * hide a comment that no person of the staff has decided about yet.
 */
enum {
    FLAG_NOTE_MAX = 500,     /* bytes */
    FLAGS_OF_COMMENT = 1000, /* kept of one comment, answered or not */
    FLAGS_OF_NEIGHBOURS = 5, /* of one neighbourhood on one comment */
};
extern const struct config_key flags_hide; /* [discussion] flags_hide; 0: never */

struct flag {
    int64_t comment;
    struct str voter; /* hash of the visitor's id (people/visitor.h) */
    enum reason reason;
    struct str note;
    struct str address, prefix; /* keyed hashes */
    int64_t key;
    int64_t now;
    int64_t hide_at; /* flags_hide; 0: never */
};
enum {
    FLAG_NO_COMMENT = 1, /* none of that id, or of a report that is not public */
    FLAG_NOT_PUBLISHED,
    FLAG_OWN,   /* by the comment's author */
    FLAG_AGAIN, /* this voter has flagged it before, or as many as are kept have */
};
MUST_USE err flag_add(struct tx *tx, const struct flag *f);

/* What a note may be: OK, or one of these. */
enum { FLAG_NOTE_LONG = 10, FLAG_NOTE_NOT_TEXT };
err flag_note_check(struct str note);

struct flag_seen {
    enum reason reason;
    struct str note;
    int64_t created_at;
    bool open;
};
/* A comment's flags, latest first, at most `max`; for the desk. All in `a`. */
MUST_USE err flag_list(struct tx *tx, int64_t comment, size_t max, struct arena *a,
                       const struct flag_seen **ret, size_t *ret_n);
/* How many comments have open flags, counted to a thousand. */
MUST_USE err flag_waiting(struct tx *tx, int64_t *ret);

/* For comment_desk.c: the open ones go with a comment that is deleted. */
MUST_USE err flag_drop_open(struct tx *tx, int64_t comment);
/* For decision.c: when the first open flag came; all of them are answered by a decision; they are
 * open again. */
MUST_USE err flag_first_open(struct tx *tx, int64_t comment, int64_t *ret_at);
MUST_USE err flag_answer(struct tx *tx, int64_t comment, int64_t decision);
MUST_USE err flag_unanswer(struct tx *tx, int64_t comment, int64_t decision);
