#pragma once
#include "base/str.h"

#include <stdint.h>

/*
 * Time is UTC microseconds since 1970, as int64_t. The clock is a seam: tests set it.
 */
#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

struct clock {
    int64_t fixed; /* 0: the machine's clock; else always this */
};
int64_t clock_now(const struct clock *c);
int64_t clock_monotonic(void); /* for deadlines and durations only; microseconds */

/* A calendar day, proleptic Gregorian, of no particular zone. */
struct date {
    int year, month, day;
};
bool date_parse(struct str s, struct date *ret); /* YYYY-MM-DD, years 1600..9999, real days only */
struct str date_print(struct arena *a, struct date d);
int date_cmp(struct date a, struct date b);
int64_t date_to_days(struct date d); /* days since 1970-01-01 */
struct date date_from_days(int64_t days);
struct date date_of_utc(int64_t micros);

/* RFC 3339 in UTC: 2018-05-04T10:00:00Z. The reader also takes offsets and fractions. */
struct str time_print(struct arena *a, int64_t micros);
bool time_parse(struct str s, int64_t *ret);
struct str time_print_http(struct arena *a,
                           int64_t micros); /* RFC 9110: Fri, 04 May 2018 10:00:00 GMT */
