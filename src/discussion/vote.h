#pragma once
#include "store/store.h"

/*
 * Votes: +1 or -1 by one voter on one comment, stored singly, so that the sums on the comment can
 * be recounted at any time (and are, by `diurnal check`). A voter is a visitor: a cookie's hash.
 * Setting 0 takes the vote back.
 *
 * Votes of one neighbourhood on one comment that come close together are a *burst* (gate.h says
 * when): the first of them counts, the others are stored and do not. Bursts are listed for
 * moderators. A vote that was counted or not when it came stays so, but that the earlier ones of a
 * burst lose their count when it is seen.
 */
enum { BURST_VOTERS_MAX = 8 };
struct vote {
    int64_t comment;
    int value;                  /* -1, 0, +1 */
    struct str voter;           /* hash of the visitor's id (people/visitor.h) */
    struct str address, prefix; /* keyed hashes, for vote bursts */
    int64_t key;
    int64_t now;
    bool burst;                           /* one of a burst, and not the first */
    struct str uncount[BURST_VOTERS_MAX]; /* voters of the same burst whose votes do not count */
    size_t uncount_n;
};
struct vote_sums {
    int64_t up, down, score;
    int value; /* the voter's own, as it is now */
};
enum {
    VOTE_NO_COMMENT = 1, /* none of that id */
    VOTE_NOT_PUBLISHED,  /* held, hidden, spam or deleted; or its report is not public */
    VOTE_OWN,            /* by the comment's author */
};
/* Setting the same value again changes nothing and is no error. Touches the topics "report/R" and
 * "vote/R/C": of the report and the comment. */
MUST_USE err vote_set(struct tx *tx, const struct vote *v, struct vote_sums *ret);

/* A comment's score as it is now; shown: whether it is published. */
MUST_USE err vote_score_of(struct tx *tx, int64_t comment, bool *ret_shown, int64_t *ret_score);

/* The voter's vote on one comment: -1, 0 or +1. */
MUST_USE err vote_get(struct tx *tx, int64_t comment, struct str voter, int64_t *ret_value);

/* The same for several at once, VOTES_MINE_MAX at most: ret_values[i] is that on comments[i]. */
enum { VOTES_MINE_MAX = 500 };
MUST_USE err vote_mine(struct tx *tx, struct str voter, const int64_t *comments, size_t n,
                       int64_t *ret_values);

/* The latest bursts, for moderators. */
enum { BURSTS_SHOWN = 50 };
struct vote_burst {
    int64_t comment, report;
    int64_t first_at, last_at;
    int64_t votes; /* that were not counted */
};
MUST_USE err vote_bursts(struct tx *tx, struct arena *a, const struct vote_burst **ret,
                         size_t *ret_n);
