#include "render/format.h"
#include "base/check.h"
#include "render/icu.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uloc.h>
#include <unicode/unumsys.h>
#include <unicode/ureldatefmt.h>
#include <unicode/ustring.h>

enum {
    ZONE_MAX = 64,
    PATTERN_MAX = 128,
    TEXT_MAX = 256,  /* UTF-16 units of one date */
    MONEY_KINDS = 8, /* currencies whose formatters are kept; others' are made anew each time */
    MEMO_BITS = 10,  /* 1024 spots, 64 KB */
    MEMO_TEXT_MAX = 55,
};

/*
 * Dates printed of late. ICU takes a microsecond or two for one, a page shows a hundred, and the
 * next rendering of the page shows the same again.
 */
struct memo {
    struct spot {
        int64_t key;
        unsigned char n; /* 0: free */
        char text[MEMO_TEXT_MAX];
    } spots[1 << MEMO_BITS];
};

struct money_kind {
    struct currency cur;
    UNumberFormatter *f;
};

/*
 * What ICU opens, each at its first use. The lock covers the opening of all, and the use of those
 * that are not thread-safe: date formats, the calendar and the relative format. Number formatters
 * are immutable and used outside the lock.
 */
struct tools {
    pthread_mutex_t lock;
    UDateFormat *date, *month, *time;
    struct memo dates, times; /* large, and zero: no memory until they are used */
    UCalendar *calendar;      /* in the site's zone */
    URelativeDateTimeFormatter *ago;
    UNumberFormatter *integer, *percent, *decimal;
    struct money_kind money[MONEY_KINDS];
    size_t kinds;
};
struct formats {
    char locale[ICU_LOCALE_MAX]; /* ICU's, with digits and calendar */
    char tag[ICU_LOCALE_MAX];    /* BCP 47, with digits */
    UChar zone[ZONE_MAX];
    struct tools *tools;
};

static const UChar utc[] = u"Etc/UTC";

/* ---- Making ---- */

static bool language_known(const char *locale)
{
    char language[ULOC_LANG_CAPACITY] = { 0 };
    UErrorCode e = U_ZERO_ERROR;
    uloc_getLanguage(locale, language, ULOC_LANG_CAPACITY, &e);
    if (U_FAILURE(e) || e == U_STRING_NOT_TERMINATED_WARNING)
        return false;
    for (int32_t i = 0; i < uloc_countAvailable(); i++) {
        struct str name = str_from_z(uloc_getAvailable(i));
        struct str head = name;
        struct str rest = { 0 };
        (void)str_cut(name, '_', &head, &rest); // no region: all of it is the language
        if (str_eq(head, str_from_z(language)))
            return true;
    }
    return false;
}

static bool zone_known(struct str zone, UChar ret[ZONE_MAX])
{
    if (zone.n == 0 || zone.n >= ZONE_MAX || str_eq(zone, S("Etc/Unknown")))
        return false;
    for (size_t i = 0; i < zone.n; i++)
        ret[i] = (UChar)(unsigned char)zone.s[i];
    UChar canonical[ZONE_MAX] = { 0 };
    UBool system = false;
    UErrorCode e = U_ZERO_ERROR;
    ucal_getCanonicalTimeZoneID(ret, (int32_t)zone.n, canonical, ZONE_MAX, &system, &e);
    return U_SUCCESS(e) && system;
}

static bool digits_known(struct str digits)
{
    char name[16] = { 0 };
    if (digits.n >= sizeof name)
        return false;
    memcpy(name, digits.s, digits.n);
    UErrorCode e = U_ZERO_ERROR;
    UNumberingSystem *system = unumsys_openByName(name, &e);
    bool known = U_SUCCESS(e) && unumsys_getRadix(system) == 10 && !unumsys_isAlgorithmic(system);
    if (system)
        unumsys_close(system);
    return known;
}

static void set_keyword(char locale[ICU_LOCALE_MAX], const char *keyword, struct str value)
{
    char text[32] = { 0 };
    check(value.n < sizeof text);
    memcpy(text, value.s, value.n);
    UErrorCode e = U_ZERO_ERROR;
    uloc_setKeywordValue(keyword, text, locale, ICU_LOCALE_MAX, &e);
    check(U_SUCCESS(e) && e != U_STRING_NOT_TERMINATED_WARNING);
}

static err fill(struct formats *f, struct str language, struct str zone, struct str digits)
{
    enum { KEYWORDS_MAX = 40 }; // room that the keywords set below take
    if (!icu_locale(language, f->locale) || !language_known(f->locale) ||
        strlen(f->locale) + KEYWORDS_MAX >= ICU_LOCALE_MAX)
        return FORMATS_UNKNOWN_LANGUAGE;
    if (!zone_known(zone, f->zone))
        return FORMATS_UNKNOWN_ZONE;
    bool own = digits.n && !str_eq(digits, S("locale"));
    if (own && !digits_known(digits))
        return FORMATS_UNKNOWN_DIGITS;
    if (own)
        set_keyword(f->locale, "numbers", digits);
    UErrorCode e = U_ZERO_ERROR;
    uloc_toLanguageTag(f->locale, f->tag, ICU_LOCALE_MAX, false, &e);
    check(U_SUCCESS(e) && e != U_STRING_NOT_TERMINATED_WARNING);
    set_keyword(f->locale, "calendar", S("gregorian"));
    return OK;
}

err formats_make(struct str language, struct str zone, struct str digits, struct formats **ret)
{
    struct formats *f = calloc(1, sizeof *f);
    check(f);
    f->tools = calloc(1, sizeof *f->tools);
    check(f->tools);
    check(pthread_mutex_init(&f->tools->lock, NULL) == 0);
    err refusal = fill(f, language, zone, digits);
    if (refusal) {
        formats_free(f);
        return refusal;
    }
    *ret = f;
    return OK;
}

void formats_free(struct formats *f)
{
    if (!f)
        return;
    struct tools *t = f->tools;
    UDateFormat *const dates[] = { t->date, t->month, t->time };
    for (size_t i = 0; i < COUNT(dates); i++)
        if (dates[i])
            udat_close(dates[i]);
    if (t->calendar)
        ucal_close(t->calendar);
    if (t->ago)
        ureldatefmt_close(t->ago);
    unumf_close(t->integer);
    unumf_close(t->percent);
    unumf_close(t->decimal);
    for (size_t i = 0; i < t->kinds; i++)
        unumf_close(t->money[i].f);
    pthread_mutex_destroy(&t->lock);
    free(t);
    free(f);
}

struct str formats_language(const struct formats *f)
{
    return str_from_z(f->tag);
}

/* ---- Dates ---- */

static void lock(struct tools *t)
{
    check(pthread_mutex_lock(&t->lock) == 0);
}

static void unlock(struct tools *t)
{
    check(pthread_mutex_unlock(&t->lock) == 0);
}

/* The language's own order of the fields that a skeleton names ("yMMMM": year and month in words).
 */
static UDateFormat *open_dates(const char *locale, const UChar *zone, const UChar *skeleton)
{
    UErrorCode e = U_ZERO_ERROR;
    UDateTimePatternGenerator *g = udatpg_open(locale, &e);
    check(U_SUCCESS(e));
    UChar pattern[PATTERN_MAX] = { 0 };
    udatpg_getBestPattern(g, skeleton, -1, pattern, PATTERN_MAX, &e);
    udatpg_close(g);
    UDateFormat *f = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, zone, -1, pattern, -1, &e);
    check(U_SUCCESS(e) && f);
    return f;
}

static UDate to_icu(int64_t micros)
{
    int64_t ms = micros / 1000 - (micros % 1000 < 0);
    return (UDate)ms;
}

static int64_t from_icu(UDate ms)
{
    return (int64_t)ms * 1000;
}

static struct str print_date(const UDateFormat *f, struct arena *a, int64_t micros)
{
    UChar text[TEXT_MAX] = { 0 };
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = udat_format(f, to_icu(micros), text, TEXT_MAX, NULL, &e);
    check(U_SUCCESS(e));
    return icu_str(a, text, n);
}

/* Scatters keys that lie in even steps (minutes, days) over all spots: splitmix64's last step. */
static uint64_t mix(int64_t key)
{
    uint64_t x = (uint64_t)key;
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* The same by way of the memo, under a key that tells all texts apart. */
static struct str recall_date(struct memo *memo, int64_t key, const UDateFormat *f, struct arena *a,
                              int64_t micros)
{
    // Two spots share a place: the newer first, the older gone at the next.
    struct spot *spot = &memo->spots[(mix(key) >> (64 - MEMO_BITS)) & ~UINT64_C(1)];
    for (size_t i = 0; i < 2; i++)
        if (spot[i].n && spot[i].key == key)
            return str_copy(a, (struct str){ spot[i].text, spot[i].n });
    struct str s = print_date(f, a, micros);
    if (s.n > MEMO_TEXT_MAX)
        return s;
    spot[1] = spot[0];
    spot[0] = (struct spot){ .key = key, .n = (unsigned char)s.n };
    memcpy(spot[0].text, s.s, s.n);
    return s;
}

struct str format_date(const struct formats *f, struct arena *a, struct date d)
{
    struct tools *t = f->tools;
    lock(t);
    if (!t->date)
        t->date = open_dates(f->locale, utc, u"yMMMMd");
    int64_t day = date_to_days(d);
    struct str s = recall_date(&t->dates, day, t->date, a, day * DAY);
    unlock(t);
    return s;
}

struct str format_month(const struct formats *f, struct arena *a, struct date d)
{
    struct tools *t = f->tools;
    lock(t);
    if (!t->month)
        t->month = open_dates(f->locale, utc, u"yMMMM");
    struct str s = print_date(t->month, a, date_to_days(d) * DAY);
    unlock(t);
    return s;
}

struct str format_time(const struct formats *f, struct arena *a, int64_t micros)
{
    struct tools *t = f->tools;
    lock(t);
    if (!t->time)
        t->time = open_dates(f->locale, f->zone, u"yMMMdjm");
    struct str s = recall_date(&t->times, micros, t->time, a, micros);
    unlock(t);
    return s;
}

/* ---- How long ago ---- */

struct span {
    int64_t micros;
    URelativeDateTimeUnit unit;
};
static const struct span spans[] = {
    { 365 * DAY, UDAT_REL_UNIT_YEAR }, { 30 * DAY, UDAT_REL_UNIT_MONTH },
    { DAY, UDAT_REL_UNIT_DAY },        { HOUR, UDAT_REL_UNIT_HOUR },
    { MINUTE, UDAT_REL_UNIT_MINUTE },
};

/* Whole spans from then to now, negative in the past: ICU's offset. */
static int32_t distance(int64_t then, int64_t now, URelativeDateTimeUnit *ret_unit)
{
    int64_t away = 0;
    if (__builtin_sub_overflow(then, now, &away) || away == INT64_MIN)
        away = then < now ? -INT64_MAX : INT64_MAX;
    for (size_t i = 0; i < COUNT(spans); i++)
        if (away / spans[i].micros) {
            *ret_unit = spans[i].unit;
            return (int32_t)(away / spans[i].micros); // at most 292,471 years
        }
    *ret_unit = UDAT_REL_UNIT_SECOND;
    return 0;
}

struct str format_ago(const struct formats *f, struct arena *a, int64_t then, int64_t now)
{
    struct tools *t = f->tools;
    URelativeDateTimeUnit unit = UDAT_REL_UNIT_SECOND;
    int32_t offset = distance(then, now, &unit);
    UChar text[TEXT_MAX] = { 0 };
    UErrorCode e = U_ZERO_ERROR;
    lock(t);
    if (!t->ago)
        t->ago =
            ureldatefmt_open(f->locale, NULL, UDAT_STYLE_LONG, UDISPCTX_CAPITALIZATION_NONE, &e);
    check(U_SUCCESS(e));
    int32_t n = offset ? ureldatefmt_formatNumeric(t->ago, offset, unit, text, TEXT_MAX, &e)
                       : ureldatefmt_format(t->ago, 0, unit, text, TEXT_MAX, &e);
    unlock(t);
    check(U_SUCCESS(e));
    return icu_str(a, text, n);
}

/* ---- Numbers ---- */

static const UNumberFormatter *number(const struct formats *f, UNumberFormatter **slot,
                                      struct str skeleton)
{
    lock(f->tools);
    if (!*slot)
        *slot = icu_number(f->locale, skeleton);
    const UNumberFormatter *n = *slot;
    unlock(f->tools);
    return n;
}

struct str format_int(const struct formats *f, struct arena *a, int64_t n)
{
    return icu_int(number(f, &f->tools->integer, S("")), a, n);
}

struct str format_percent(const struct formats *f, struct arena *a, int64_t percent)
{
    return icu_int(number(f, &f->tools->percent, S("percent")), a, percent);
}

struct str format_decimal(const struct formats *f, struct arena *a, struct str decimal)
{
    return icu_decimal(number(f, &f->tools->decimal, S("precision-unlimited")), a, decimal);
}

/* "currency/USD .00/w": as many decimals as the currency has, or none when all are zero. */
static UNumberFormatter *open_money(const struct formats *f, struct currency cur)
{
    static const char zeros[] = "0000";
    int exponent = currency_exponent(cur);
    char skeleton[64];
    int n =
        exponent == 0
            ? snprintf(skeleton, sizeof skeleton, "currency/%s precision-integer", cur.code)
            : snprintf(skeleton, sizeof skeleton, "currency/%s .%.*s/w", cur.code, exponent, zeros);
    check(n > 0 && (size_t)n < sizeof skeleton);
    return icu_number(f->locale, (struct str){ skeleton, (size_t)n });
}

/* The kept formatter of a currency, made if there is room for it; else NULL. */
static const UNumberFormatter *kept_money(const struct formats *f, struct currency cur)
{
    struct tools *t = f->tools;
    const UNumberFormatter *found = NULL;
    lock(t);
    for (size_t i = 0; i < t->kinds && !found; i++)
        if (currency_eq(t->money[i].cur, cur))
            found = t->money[i].f;
    if (!found && t->kinds < MONEY_KINDS) {
        t->money[t->kinds] = (struct money_kind){ cur, open_money(f, cur) };
        found = t->money[t->kinds++].f;
    }
    unlock(t);
    return found;
}

/* "US$" at the end of a line from right to left would be drawn as "$US": a left-to-right mark after
 * it keeps the sign with its letters (UAX #9, N1). */
static struct str sign_kept(struct arena *a, struct str s)
{
    struct str before = { 0 };
    struct str after = { 0 };
    if (!str_cut(s, '$', &before, &after) || !before.n || before.s[before.n - 1] < 'A' ||
        before.s[before.n - 1] > 'Z')
        return s;
    return str_print(a, STR_FMT "$\u200E" STR_FMT, STR_ARG(before), STR_ARG(after));
}

struct str format_money(const struct formats *f, struct arena *a, struct money m)
{
    struct str decimal = money_print(a, m);
    const UNumberFormatter *kept = kept_money(f, m.cur);
    UNumberFormatter *once = kept ? NULL : open_money(f, m.cur);
    struct str s = icu_decimal(kept ? kept : once, a, decimal);
    if (once)
        unumf_close(once);
    return uloc_isRightToLeft(f->locale) ? sign_kept(a, s) : s;
}

/* ---- The site's zone ---- */

/* The calendar, opened; to be used under the lock. */
static UCalendar *calendar(const struct formats *f)
{
    struct tools *t = f->tools;
    UErrorCode e = U_ZERO_ERROR;
    if (!t->calendar)
        t->calendar = ucal_open(f->zone, -1, f->locale, UCAL_GREGORIAN, &e);
    check(U_SUCCESS(e));
    return t->calendar;
}

/* How far the zone's clocks are ahead of UTC at that instant. */
static int64_t offset_at(UCalendar *c, int64_t micros)
{
    UErrorCode e = U_ZERO_ERROR;
    ucal_setMillis(c, to_icu(micros), &e);
    int32_t ms = ucal_get(c, UCAL_ZONE_OFFSET, &e) + ucal_get(c, UCAL_DST_OFFSET, &e);
    check(U_SUCCESS(e));
    return (int64_t)ms * 1000;
}

/* The zone's next change of its offset after that instant, or INT64_MAX. */
static int64_t next_change(UCalendar *c, int64_t micros)
{
    UErrorCode e = U_ZERO_ERROR;
    UDate at = 0;
    ucal_setMillis(c, to_icu(micros), &e);
    bool found = ucal_getTimeZoneTransitionDate(c, UCAL_TZ_TRANSITION_NEXT, &at, &e);
    check(U_SUCCESS(e));
    return found ? from_icu(at) : INT64_MAX;
}

struct date format_day_of(const struct formats *f, int64_t micros)
{
    lock(f->tools);
    int64_t offset = offset_at(calendar(f), micros);
    unlock(f->tools);
    return date_of_utc(micros + offset);
}

int64_t format_instant(const struct formats *f, struct date d, int minute)
{
    int64_t wanted = date_to_days(d) * DAY + minute * MINUTE;
    int64_t t = wanted - 16 * HOUR; // no zone was ever further ahead: it is still to come
    lock(f->tools);
    UCalendar *c = calendar(f);
    for (;;) {
        int64_t begins = wanted - offset_at(c, t);
        int64_t change = next_change(c, t);
        if (begins < change) {
            t = begins > t ? begins : t; // skipped: clocks went past it at t
            break;
        }
        t = change;
    }
    unlock(f->tools);
    return t;
}

int64_t format_day_start(const struct formats *f, struct date d)
{
    return format_instant(f, d, 0);
}
