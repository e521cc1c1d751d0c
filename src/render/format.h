#pragma once
#include "base/app.h"
#include "base/money.h"
#include "base/str.h"

/*
 * Dates, numbers and money in the site's language and zone, by ICU. Gregorian always; digits as the
 * configuration says (`site.digits`: locale, latn, arab, arabext, deva ...). Thread-safe. What ICU
 * needs is opened at the first use.
 *
 * Languages are BCP 47 tags that ICU has data for, zones names of the IANA database.
 */
struct formats;
enum { FORMATS_UNKNOWN_LANGUAGE = 1, FORMATS_UNKNOWN_ZONE, FORMATS_UNKNOWN_DIGITS };
MUST_USE err formats_make(struct str language, struct str zone, struct str digits,
                          struct formats **ret);
void formats_free(struct formats *f);

struct str format_date(const struct formats *f, struct arena *a, struct date d);  /* May 4, 2018 */
struct str format_month(const struct formats *f, struct arena *a, struct date d); /* May 2018 */
struct str format_time(const struct formats *f, struct arena *a,
                       int64_t micros); /* May 4, 2018, 2:30 PM */
struct str format_ago(const struct formats *f, struct arena *a, int64_t then,
                      int64_t now);                                         /* 3 hours ago */
struct str format_int(const struct formats *f, struct arena *a, int64_t n); /* 2,550 */
struct str format_percent(const struct formats *f, struct arena *a, int64_t percent); /* 51% */
/* $2,550 when the amount is whole, else $2,550.50; always in the currency's own symbol */
struct str format_money(const struct formats *f, struct arena *a, struct money m);

/* An exact decimal of any length in ASCII, "0.00512000", in the site's digits and marks and without
 * zeros at its end: for amounts of chains. Text that is no such number is a bug. */
struct str format_decimal(const struct formats *f, struct arena *a, struct str decimal);

/* The language with the site's digits as one BCP 47 tag, "ar-u-nu-latn": what words_load() takes.
 * Borrowed from the formats. */
struct str formats_language(const struct formats *f);

/*
 * The site's zone: the day an instant falls on, and the instant a day begins, which is the first
 * that its clocks show a time of that day or, where they skip the day, of a later one. (A day
 * begins at 01:00 where clocks go forward at midnight.)
 */
struct date format_day_of(const struct formats *f, int64_t micros);
int64_t format_day_start(const struct formats *f, struct date d);
/* The same for a minute of the day, 0..1439: the first instant the clocks show it, or a later one.
 */
int64_t format_instant(const struct formats *f, struct date d, int minute);
