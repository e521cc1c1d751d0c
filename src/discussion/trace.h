#pragma once
#include "base/app.h"
#include "base/str.h"
#include "store/store.h"

/*
 * Who else wrote what: the way from one comment to the others of the same visitor, address or
 * neighbourhood, for the desk.
 *
 * Comments come at a rate that an index on their hashes would halve, for hashes are scattered and
 * each comment would touch three more pages (see comment_origin in 0004-discussion.sql). So the way
 * is laid after the commit, by a job: TRACE_STEP comments a transaction, at most TRACE_SECOND a
 * second, so that it never holds up a storm but falls behind and catches up. What it has not
 * reached yet is looked through directly, the latest TRACE_TAIL comments of it.
 *
 * A trace holds eight bytes of a hash and a comment's number; whether it is the same author is read
 * from comment_origin each time, so nothing leads to an author who was erased. Hashes of addresses
 * are made with a key that changes (people/keys.h): what was written under another key is not
 * found by them.
 */
enum { TRACE_STEP = 250, TRACE_SECOND = 1000, TRACE_TAIL = 2000 };
#define TRACE_JOB "comment-trace"

enum likeness { LIKE_VISITOR, LIKE_ADDRESS, LIKE_PREFIX, LIKENESSES };
struct str likeness_str(enum likeness l); /* "visitor", "address", "prefix" */
bool likeness_parse(struct str s, enum likeness *ret);

/* A piece of a list of comments, latest first: below `before` (0: from the latest), at most `max`.
 */
struct trace_piece {
    int64_t before;
    size_t max;
};
/* The ids of comments that are like this one (itself too). None when the comment has no such hash
 * (any more). */
MUST_USE err trace_list(struct tx *tx, int64_t comment, enum likeness l, struct trace_piece piece,
                        int64_t *ret_ids, size_t *ret_n);

/* The same for a visitor's own hash (people/visitor.h). */
MUST_USE err trace_visitor(struct tx *tx, struct str visitor, struct trace_piece piece,
                           int64_t *ret_ids, size_t *ret_n);

/* For whoever removes hashes from comment_origin, in the same transaction and before: the traces of
 * one comment go. */
MUST_USE err trace_drop(struct tx *tx, int64_t comment);

MUST_USE err trace_drop_of(struct tx *tx, int64_t comment, enum likeness like); /* of one hash */

/* Lays traces for up to TRACE_STEP comments; *ret_more: some are left. */
MUST_USE err trace_step(struct tx *tx, bool *ret_more);
/* The job, and its first promise at each start. It promises its next run itself. */
MUST_USE err trace_job(const struct app *app);
MUST_USE err trace_promise(struct store *store, int64_t at);
