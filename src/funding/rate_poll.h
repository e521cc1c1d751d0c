#pragma once
#include "base/app.h"
#include "funding/rate_setup.h"
#include "store/job.h"

/*
 * The job that asks for rates and writes down what may be believed. Whole numbers throughout: a
 * price is read as text and counted in units of 10^-RATE_DECIMALS_MAX.
 *
 * Of the prices that came, those further from their median than rates.spread_percent are left out;
 * two must remain, and their median (of two: the middle) must not be further from our last one than
 * rates.jump_percent when that is less than an hour old. Else there is no rate: what comes
 * meanwhile is unvalued.
 */
#define RATE_JOB    "rates"
#define RATE_HEALTH "rates" /* how it goes, as a channel of channel_health.h */
MUST_USE err rate_job(const struct app *app, const struct setup *s);
/* Asks at once, at start and after a new configuration; then every rates.minutes. */
MUST_USE err rate_promise(const struct app *app, const struct setup *s);

/* The judgement alone. */
enum rate_doubt { RATE_FINE, RATE_TOO_FEW, RATE_SPREAD, RATE_JUMP };
struct rate_bounds {
    int spread_percent, jump_percent;
};
/* A price's text as units of 10^-RATE_DECIMALS_MAX: plain digits with a point, or with an exponent
 * as JSON has it. Digits beyond the last decimal are left out. False: not a price, zero, or 10^12
 * or more. */
bool rate_units_parse(struct str s, int128 *ret);
/* The price in a source's answer, JSON: a number or a text where `path` leads, members and numbers
 * of items with points between ("result.XXBTZUSD.c.0"). False: there is none. */
bool rate_answer_read(struct str body, struct str path, struct arena *a, int128 *ret);
/* At most RATE_DIGITS_MAX digits of it, rounded down. */
struct str rate_units_print(struct arena *a, int128 v);
/* `prices` are put in order; `last` is 0 when there is none of the last hour. *ret_used says how
 * many prices agreed. */
enum rate_doubt rate_judge(int128 *prices, size_t n, int128 last, struct rate_bounds bounds,
                           int128 *ret, size_t *ret_used);
