#pragma once
#include "funding/goal.h"

/*
 * Stretch marks: further amounts on a goal's scale, in its currency, each with what the money would
 * do. The goal stays what percentages are of. A closed period's marks stay as they are.
 */
enum { GOAL_MARKS_MAX = 8, GOAL_MARK_LABEL_MAX = 120 /* bytes */ };
struct goal_mark {
    int64_t minor;
    struct str label; /* one line, may be empty */
};
struct goal_mark_draft {
    int64_t goal, minor; /* above the goal's amount */
    struct str label;
    struct actor by;
    int64_t now;
};
enum {
    GOAL_MARK_MISSING = 1, /* there is no such goal, or no such mark */
    GOAL_MARK_LOW,         /* not above the goal, or beyond GOAL_MINOR_MAX */
    GOAL_MARK_LABEL_WRONG,
    GOAL_MARK_MANY,
    GOAL_MARK_CLOSED,
    GOAL_MARK_REFUSALS
};
const char *goal_mark_refusal(err refusal);      /* for the command line */
const char *goal_mark_refusal_word(err refusal); /* key of theme/words */

/* Sets one, or gives the one at this amount another label. */
MUST_USE err goal_mark_set(struct tx *tx, const struct goal_mark_draft *d, struct arena *a);
/* `label` is not looked at. */
MUST_USE err goal_mark_drop(struct tx *tx, const struct goal_mark_draft *d, struct arena *a);
/* Lowest first, GOAL_MARKS_MAX at most. */
MUST_USE err goal_mark_list(struct tx *tx, int64_t goal, struct arena *a,
                            const struct goal_mark **ret, size_t *ret_n);
