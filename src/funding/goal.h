#pragma once
#include "base/clock.h"
#include "base/money.h"
#include "people/audit.h"
#include "store/store.h"

/*
 * Goals: an amount in one currency for a period. A period is "2018-05" (that month) or
 * "2018-05-10..2018-08-01" (from the first day up to, not including, the second), in days of the
 * site's zone.
 *
 * Periods never overlap, whatever their currencies: of any day there is at most one goal, so every
 * report and every gift has one meter. Setting a goal for exactly a period that has one changes
 * that goal; every version is kept. To change a period, drop the goal and set another. A goal whose
 * period is closed (goal_close.h) is neither changed nor dropped.
 */
enum {
    GOAL_LABEL_MAX = 120, /* bytes */
    GOAL_DAYS_MAX = 3660,
    GOAL_FIRST_DAY = 10957, /* 2000-01-01 */
    GOAL_END_DAY = 2932532, /* 9999-01-01 */
    GOAL_PAGE = 24,
    GOAL_VERSIONS_MAX = 100,
};
#define GOAL_MINOR_MAX INT64_C(10000000000000)

struct goal {
    int64_t id;
    struct money amount;
    int64_t first_day, end_day; /* days since 1970-01-01; the end is not part of it */
    struct str label;
    int64_t set_at;
};
struct goal_draft {
    struct money amount;
    int64_t first_day, end_day;
    struct str label; /* one line, may be empty */
    struct actor by;  /* stands in the audit log */
    int64_t now;
};
enum {
    GOAL_PERIOD_WRONG = 1,
    GOAL_AMOUNT_WRONG, /* not above zero, or beyond the maximum */
    GOAL_LABEL_WRONG,
    GOAL_OVERLAPS, /* days of it belong to another goal */
    GOAL_MISSING,
    GOAL_IS_CLOSED, /* its totals are frozen and signed */
    GOAL_REFUSALS
};
const char *goal_refusal(err refusal);
const char *goal_refusal_word(err refusal);

/* Reads both forms; refuses empty and reversed periods, and more than GOAL_DAYS_MAX days. */
bool goal_period_parse(struct str s, int64_t *ret_first_day, int64_t *ret_end_day);
struct str goal_period_print(struct arena *a, int64_t first_day, int64_t end_day);
/* It is exactly one month of the calendar. */
bool goal_is_month(const struct goal *g);

MUST_USE err goal_set(struct tx *tx, const struct goal_draft *d, struct arena *a, int64_t *ret_id);
MUST_USE err goal_drop(struct tx *tx, int64_t id, struct actor by, int64_t now, struct arena *a);

/* OK with ret->id 0 when there is none. */
MUST_USE err goal_for_day(struct tx *tx, struct date day, struct arena *a, struct goal *ret);
/* The goal whose period holds today, else the last that ended, else the next to begin. */
MUST_USE err goal_running(struct tx *tx, struct date today, struct arena *a, struct goal *ret);
MUST_USE err goal_get(struct tx *tx, int64_t id, struct arena *a, struct goal *ret);

/* Latest first, those that begin before `before` (INT64_MAX: all), at most `most`. */
MUST_USE err goal_list(struct tx *tx, int64_t before, size_t most, struct arena *a,
                       const struct goal **ret, size_t *ret_n);

/* The versions of one goal, latest first, GOAL_VERSIONS_MAX at most; `dropped` marks the last of a
 * dropped one. */
struct goal_version {
    struct money amount;
    struct str label;
    bool dropped;
    int64_t by, set_at; /* by: a person's id, or 0 */
};
MUST_USE err goal_history(struct tx *tx, int64_t id, struct arena *a,
                          const struct goal_version **ret, size_t *ret_n);
