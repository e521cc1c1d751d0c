#pragma once
#include "store/store.h"

/*
 * The discussion under one report: whether it takes new comments, and how many of each kind it has.
 * The row is made when it is first needed; a report without one has no comments and is open. Every
 * change of a comment moves the counters in its own transaction, and `diurnal check` recounts them.
 */
struct discussion {
    int64_t report;
    int64_t published; /* what "312 comments" says: comments in state published, replies too */
    int64_t threads;   /* roots that are shown: published ones, and placeholders with replies */
    int64_t held, hidden, spam, deleted;
    int64_t answers; /* of the published: those that answer a question */
    bool open;
};

/* Always gives one; a report nobody wrote under, or that is not there, has zeros and is open. */
MUST_USE err discussion_get(struct tx *tx, int64_t report, struct discussion *ret);

/* Closed: comments and replies are refused (COMMENT_CLOSED); reading and voting go on. Opened by
 * this, it is not closed for its age (closing.h). */
MUST_USE err discussion_set_open(struct tx *tx, int64_t report, bool open);

/* Sums over all reports, for the desk: what waits to be looked at, and what there is. Costs one
 * row per report that has comments; the desk alone asks for it. */
MUST_USE err discussion_sum(struct tx *tx, struct discussion *ret);

/* For comment.c and comment_desk.c only: adds each number (they may be negative) to the row. */
MUST_USE err discussion_count(struct tx *tx, int64_t report, const struct discussion *change);
