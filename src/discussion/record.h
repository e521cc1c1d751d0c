#pragma once
#include "discussion/discussion.h"
#include "discussion/reason.h"

/*
 * The public moderation record of a report: how many comments there are, how many wait, how many
 * were removed and why, and how long a comment waited for somebody's decision. The figures are
 * counters that move with each decision; `diurnal check` counts them again.
 *
 * Waiting begins when a comment is held, or when the first open flag comes, and ends with the
 * decision; one on a comment for which nobody waited is not counted, nor one that was undone. It is
 * kept in minutes, rounded as people would say it: whole ones below an hour, tens of minutes below
 * ten hours, then hours, after three days days, a year at most. So the counters of a report are a
 * few hundred rows at most, and the median is exact to what is shown.
 */
struct record {
    int64_t comments; /* published, held and removed */
    int64_t published, held, removed;
    int64_t reasons[REASONS]; /* of the removed ones */
    int64_t median;           /* minutes; -1: nothing was decided yet */
};
MUST_USE err record_get(struct tx *tx, int64_t report, struct record *ret);

/* How long from `since` to `now`, as it is counted. */
int64_t record_minutes(int64_t since, int64_t now);

/* For comment_desk.c and decision.c only: add `n`, which may be negative. */
MUST_USE err record_count_reason(struct tx *tx, int64_t report, enum reason reason, int64_t n);
MUST_USE err record_count_wait(struct tx *tx, int64_t report, int64_t minutes, int64_t n);
