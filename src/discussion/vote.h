#pragma once
#include "store/store.h"

/*
 * Votes: +1 or -1 by one voter on one comment, stored singly, so that the sums on the comment can
 * be recounted at any time (and are, by `diurnal check`). A voter is a visitor: a cookie's hash.
 * Setting 0 takes the vote back.
 */
struct vote {
    int64_t comment;
    int value;                  /* -1, 0, +1 */
    struct str voter;           /* hash of the visitor's id (people/visitor.h) */
    struct str address, prefix; /* keyed hashes, for vote bursts */
    int64_t key;
    int64_t now;
};
struct vote_sums {
    int64_t up, down, score;
    int value; /* the voter's own, as it is now */
};
enum {
    VOTE_NO_COMMENT = 1, /* none of that id */
    VOTE_NOT_PUBLISHED,  /* held, hidden, spam or deleted */
    VOTE_OWN,            /* by the comment's author */
};
/* Setting the same value again changes nothing and is no error. */
MUST_USE err vote_set(struct tx *tx, const struct vote *v, struct vote_sums *ret);

/* The voter's vote on one comment: -1, 0 or +1. */
MUST_USE err vote_get(struct tx *tx, int64_t comment, struct str voter, int64_t *ret_value);

/* The voter's votes under a report, latest comments first, at most VOTES_MINE_MAX. In `a`. */
enum { VOTES_MINE_MAX = 1000 };
struct vote_mine {
    int64_t comment, value;
};
MUST_USE err vote_mine(struct tx *tx, struct str voter, int64_t report, struct arena *a,
                       const struct vote_mine **ret_votes, size_t *ret_n);
