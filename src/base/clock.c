#include "base/clock.h"
#include "base/check.h"
#include "base/scan.h"

#include <inttypes.h>
#include <time.h>

int64_t clock_now(const struct clock *c)
{
    if (c->fixed)
        return c->fixed;
    struct timespec t;
    check(clock_gettime(CLOCK_REALTIME, &t) == 0);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

int64_t clock_monotonic(void)
{
    struct timespec t;
    check(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

/* Floor division: days and seconds before 1970 are negative. */
static int64_t div_floor(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

/* Howard Hinnant's days_from_civil: years begin in March, so that leap days come last. */
int64_t date_to_days(struct date d)
{
    int64_t y = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = div_floor(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

struct date date_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = div_floor(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t mp = (5 * day_of_year + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (struct date){ .year = (int)(year_of_era + era * 400 + (month <= 2)),
                          .month = (int)month,
                          .day = (int)(day_of_year - (153 * mp + 2) / 5 + 1) };
}

struct date date_of_utc(int64_t micros)
{
    return date_from_days(div_floor(micros, DAY));
}

static bool date_real(struct date d)
{
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.year < 1600)
        return false;
    struct date back = date_from_days(date_to_days(d));
    return date_cmp(back, d) == 0;
}

static bool scan_date(struct str *s, struct date *ret)
{
    int64_t y = 0;
    int64_t m = 0;
    int64_t d = 0;
    if (!scan_digits(s, 4, &y) || !scan_char(s, '-') || !scan_digits(s, 2, &m) ||
        !scan_char(s, '-') || !scan_digits(s, 2, &d))
        return false;
    *ret = (struct date){ (int)y, (int)m, (int)d };
    return date_real(*ret);
}

bool date_parse(struct str s, struct date *ret)
{
    struct date d;
    if (!scan_date(&s, &d) || s.n)
        return false;
    *ret = d;
    return true;
}

struct str date_print(struct arena *a, struct date d)
{
    return str_print(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

int date_cmp(struct date a, struct date b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    if (a.month != b.month)
        return a.month < b.month ? -1 : 1;
    return (a.day > b.day) - (a.day < b.day);
}

struct parts {
    struct date date;
    int hour, minute, second;
};

static struct parts split(int64_t micros)
{
    int64_t seconds = div_floor(micros, SECOND);
    int64_t days = div_floor(seconds, 86400);
    int64_t rest = seconds - days * 86400;
    return (struct parts){ date_from_days(days), (int)(rest / 3600), (int)(rest / 60 % 60),
                           (int)(rest % 60) };
}

struct str time_print(struct arena *a, int64_t micros)
{
    struct parts p = split(micros);
    return str_print(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", p.date.year, p.date.month, p.date.day,
                     p.hour, p.minute, p.second);
}

struct str time_print_http(struct arena *a, int64_t micros)
{
    static const char *const week[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct parts p = split(micros);
    int64_t days = date_to_days(p.date);
    return str_print(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", week[((days % 7) + 7) % 7],
                     p.date.day, month[p.date.month - 1], p.date.year, p.hour, p.minute, p.second);
}

static bool scan_clock(struct str *s, int64_t *ret_micros)
{
    int64_t h = 0;
    int64_t m = 0;
    int64_t sec = 0;
    if (!scan_digits(s, 2, &h) || !scan_char(s, ':') || !scan_digits(s, 2, &m) ||
        !scan_char(s, ':') || !scan_digits(s, 2, &sec) || h > 23 || m > 59 || sec > 60)
        return false;
    *ret_micros = h * HOUR + m * MINUTE + sec * SECOND;
    return true;
}

static bool scan_fraction(struct str *s, int64_t *ret_micros)
{
    int64_t unit = SECOND / 10;
    int64_t sum = 0;
    size_t n = 0;
    while (n < s->n && s->s[n] >= '0' && s->s[n] <= '9') {
        sum += (s->s[n] - '0') * unit;
        unit /= 10;
        n++;
    }
    if (n == 0)
        return false;
    *s = str_sub(*s, n, s->n);
    *ret_micros = sum;
    return true;
}

static bool scan_offset(struct str *s, int64_t *ret_micros)
{
    *ret_micros = 0;
    if (scan_char(s, 'Z') || scan_char(s, 'z'))
        return true;
    bool plus = scan_char(s, '+');
    int64_t h = 0;
    int64_t m = 0;
    if ((!plus && !scan_char(s, '-')) || !scan_digits(s, 2, &h) || !scan_char(s, ':') ||
        !scan_digits(s, 2, &m) || h > 23 || m > 59)
        return false;
    *ret_micros = (h * HOUR + m * MINUTE) * (plus ? 1 : -1);
    return true;
}

bool time_parse(struct str s, int64_t *ret)
{
    struct date d;
    int64_t clock = 0;
    int64_t fraction = 0;
    int64_t offset = 0;
    if (!scan_date(&s, &d) || !(scan_char(&s, 'T') || scan_char(&s, 't') || scan_char(&s, ' ')) ||
        !scan_clock(&s, &clock))
        return false;
    if (scan_char(&s, '.') && !scan_fraction(&s, &fraction))
        return false;
    if (!scan_offset(&s, &offset) || s.n)
        return false;
    *ret = date_to_days(d) * DAY + clock + fraction - offset;
    return true;
}
