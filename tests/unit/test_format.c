/* Without these a page could show a wrong day, another calendar's year, or money that is not exact.
 */
#include "render/format.h"
#include "unit/test.h"

#include <pthread.h>

enum { SPOT_MAX = 100000 };
static struct arena memory;

static struct formats *formats_of(const char *language, const char *zone, const char *digits)
{
    if (!memory.limit)
        arena_init(&memory, SPOT_MAX);
    struct formats *f = NULL;
    expect(formats_make(str_from_z(language), str_from_z(zone), str_from_z(digits), &f) == OK);
    return f;
}

static struct money money(const char *code, int64_t minor)
{
    struct money m = { .minor = minor };
    expect(currency_parse(str_from_z(code), &m.cur));
    return m;
}

static int64_t at(const char *rfc3339)
{
    int64_t t = 0;
    expect(time_parse(str_from_z(rfc3339), &t));
    return t;
}

static const struct date may_4 = { 2018, 5, 4 };

TEST(english_dates_numbers_and_money)
{
    struct formats *f = formats_of("en", "America/New_York", "locale");
    expect_str(formats_language(f), S("en"));
    expect_str(format_date(f, &memory, may_4), S("May 4, 2018"));
    expect_str(format_date(f, &memory, (struct date){ 1643, 1, 31 }), S("January 31, 1643"));
    expect_str(format_month(f, &memory, may_4), S("May 2018"));
    struct str time = format_time(f, &memory, at("2018-05-04T18:30:00Z"));
    expect(str_starts(time, S("May 4, 2018, 2:30")) && str_ends(time, S("PM")));
    expect_str(format_int(f, &memory, 2550), S("2,550"));
    expect_str(format_int(f, &memory, INT64_MIN), S("-9,223,372,036,854,775,808"));
    expect_str(format_percent(f, &memory, 51), S("51%"));
    expect_str(format_percent(f, &memory, 1250), S("1,250%"));
    expect_str(format_money(f, &memory, money("USD", 255000)), S("$2,550"));
    expect_str(format_money(f, &memory, money("USD", 255050)), S("$2,550.50"));
    expect_str(format_money(f, &memory, money("USD", 1)), S("$0.01"));
    expect_str(format_money(f, &memory, money("USD", 0)), S("$0"));
    expect_str(format_money(f, &memory, money("USD", -300)), S("-$3"));
    expect_str(format_money(f, &memory, money("EUR", 999)), S("€9.99"));
    expect_str(format_money(f, &memory, money("JPY", 2550)), S("¥2,550"));
    expect_str(format_money(f, &memory, money("KWD", 2550001)), S("KWD\u00A02,550.001"));
    formats_free(f);
    arena_free(&memory);
}

TEST(german_dates_numbers_and_money)
{
    struct formats *f = formats_of("de", "Europe/Berlin", "");
    expect_str(format_date(f, &memory, may_4), S("4. Mai 2018"));
    expect_str(format_month(f, &memory, may_4), S("Mai 2018"));
    expect_str(format_time(f, &memory, at("2018-05-04T18:30:00Z")), S("4. Mai 2018, 20:30"));
    expect_str(format_time(f, &memory, at("2018-01-04T23:30:00Z")), S("5. Jan. 2018, 00:30"));
    expect_str(format_money(f, &memory, money("USD", 255000)), S("2.550\u00A0$"));
    expect_str(format_money(f, &memory, money("EUR", 255050)), S("2.550,50\u00A0€"));
    expect_str(format_percent(f, &memory, 51), S("51\u00A0%"));
    formats_free(f);
    arena_free(&memory);
}

TEST(arabic_takes_the_digits_the_site_chooses)
{
    struct formats *f = formats_of("ar", "Asia/Kathmandu", "arab");
    expect_str(formats_language(f), S("ar-u-nu-arab"));
    expect_str(format_date(f, &memory, may_4), S("٤ مايو ٢٠١٨"));
    expect_str(format_int(f, &memory, 2550), S("٢٬٥٥٠"));
    struct str s = format_money(f, &memory, money("USD", 255000));
    size_t where = 0;
    expect(str_find(s, S("٢٬٥٥٠"), &where) && str_find(s, S("US$\u200E"), &where));
    expect_str(format_ago(f, &memory, 0, 3 * HOUR), S("قبل ٣ ساعات"));
    formats_free(f);
    f = formats_of("ar", "Asia/Kathmandu", "latn");
    expect_str(formats_language(f), S("ar-u-nu-latn"));
    expect_str(format_date(f, &memory, may_4), S("4 مايو 2018"));
    expect_str(format_int(f, &memory, 2550), S("2,550"));
    expect(str_find(format_time(f, &memory, at("2018-05-04T18:30:00Z")), S("12:15"), &where));
    formats_free(f);
    arena_free(&memory);
}

TEST(the_calendar_is_gregorian_whatever_the_language)
{
    static const char *const languages[] = { "fa", "th", "ar-SA", "ja", "th-u-ca-buddhist" };
    for (size_t i = 0; i < COUNT(languages); i++) {
        struct formats *f = formats_of(languages[i], "UTC", "latn");
        size_t where = 0;
        expect(str_find(format_date(f, &memory, may_4), S("2018"), &where));
        expect(str_find(format_month(f, &memory, may_4), S("2018"), &where));
        expect(str_find(format_time(f, &memory, at("2018-05-04T18:30:00Z")), S("2018"), &where));
        formats_free(f);
    }
    arena_free(&memory);
}

TEST(what_is_not_known_is_refused_by_its_kind)
{
    struct formats *f = NULL;
    static const char *const languages[] = { "", "xx", "qqq", "not a tag", "en_", "-", "English" };
    for (size_t i = 0; i < COUNT(languages); i++)
        expect(formats_make(str_from_z(languages[i]), S("UTC"), S(""), &f) ==
               FORMATS_UNKNOWN_LANGUAGE);
    static const char *const zones[] = {
        "", "Mars/Base", "GMT+3", "Europe/berlin", "+0100", "Etc/Unknown", "Europe/Berl\xC3\xADn"
    };
    for (size_t i = 0; i < COUNT(zones); i++)
        expect(formats_make(S("en"), str_from_z(zones[i]), S(""), &f) == FORMATS_UNKNOWN_ZONE);
    static const char *const digits[] = { "hebr", "roman", "latin",
                                          "nope", "a;b=c", "a_name_that_is_too_long" };
    for (size_t i = 0; i < COUNT(digits); i++)
        expect(formats_make(S("en"), S("UTC"), str_from_z(digits[i]), &f) ==
               FORMATS_UNKNOWN_DIGITS);
    expect(f == NULL);
    formats_free(NULL);
}

TEST(money_is_exact_to_the_last_unit_of_64_bits)
{
    struct formats *f = formats_of("en", "UTC", "");
    expect_str(format_money(f, &memory, money("USD", INT64_MAX)), S("$92,233,720,368,547,758.07"));
    expect_str(format_money(f, &memory, money("USD", INT64_MIN)), S("-$92,233,720,368,547,758.08"));
    expect_str(format_money(f, &memory, money("JPY", INT64_MAX)), S("¥9,223,372,036,854,775,807"));
    expect_str(format_decimal(f, &memory, S("1234567890123456789012345.123456789012345678")),
               S("1,234,567,890,123,456,789,012,345.123456789012345678"));
    expect_str(format_decimal(f, &memory, S("0.00512000")), S("0.00512"));
    expect_str(format_decimal(f, &memory, S("-25")), S("-25"));
    formats_free(f);
    arena_free(&memory);
}

TEST(more_currencies_than_are_kept_are_formatted_all_the_same)
{
    struct formats *f = formats_of("en", "UTC", "");
    static const char *const codes[] = { "USD", "EUR", "GBP", "CAD", "AUD", "NZD",
                                         "INR", "ILS", "MXN", "BRL", "CNY", "TWD" };
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT(codes); i++)
            expect(str_ends(format_money(f, &memory, money(codes[i], 1250)), S("12.50")));
    formats_free(f);
    arena_free(&memory);
}

TEST(how_long_ago_is_told_in_the_largest_whole_span)
{
    struct formats *f = formats_of("en", "UTC", "");
    static const struct {
        int64_t away;
        const char *want;
    } spots[] = {
        { 0, "now" },
        { 59 * SECOND, "now" },
        { -59 * SECOND, "now" },
        { MINUTE, "1 minute ago" },
        { HOUR - 1, "59 minutes ago" },
        { HOUR, "1 hour ago" },
        { DAY - 1, "23 hours ago" },
        { DAY, "1 day ago" },
        { 30 * DAY - 1, "29 days ago" },
        { 30 * DAY, "1 month ago" },
        { 365 * DAY - 1, "12 months ago" },
        { 365 * DAY, "1 year ago" },
        { 800 * DAY, "2 years ago" },
        { -2 * DAY, "in 2 days" },
        { INT64_MAX, "292,471 years ago" },
        { -INT64_MAX, "in 292,471 years" },
    };
    for (size_t i = 0; i < COUNT(spots); i++)
        expect_str(format_ago(f, &memory, 0, spots[i].away), str_from_z(spots[i].want));
    expect_str(format_ago(f, &memory, INT64_MIN, INT64_MAX), S("292,471 years ago"));
    formats_free(f);
    arena_free(&memory);
}

/* A day's first instant, and the days of it and of the microsecond before. */
static void begins(const char *zone, struct date d, const char *want, struct date before)
{
    struct formats *f = formats_of("en", zone, "");
    int64_t start = format_day_start(f, d);
    expect_str(time_print(&memory, start), str_from_z(want));
    expect(date_cmp(format_day_of(f, start), d) >= 0);
    expect(date_cmp(format_day_of(f, start - 1), before) == 0);
    formats_free(f);
}

TEST(a_day_begins_where_the_zones_clocks_say_so)
{
    begins("UTC", may_4, "2018-05-04T00:00:00Z", (struct date){ 2018, 5, 3 });
    begins("Europe/Berlin", may_4, "2018-05-03T22:00:00Z", (struct date){ 2018, 5, 3 });
    begins("Europe/Berlin", (struct date){ 2018, 3, 25 }, "2018-03-24T23:00:00Z",
           (struct date){ 2018, 3, 24 });
    begins("Europe/Berlin", (struct date){ 2018, 3, 26 }, "2018-03-25T22:00:00Z",
           (struct date){ 2018, 3, 25 });
    begins("America/New_York", (struct date){ 2018, 11, 4 }, "2018-11-04T04:00:00Z",
           (struct date){ 2018, 11, 3 });
    begins("America/New_York", (struct date){ 2018, 11, 5 }, "2018-11-05T05:00:00Z",
           (struct date){ 2018, 11, 4 });
    begins("Asia/Kathmandu", may_4, "2018-05-03T18:15:00Z", (struct date){ 2018, 5, 3 });
    begins("Pacific/Kiritimati", may_4, "2018-05-03T10:00:00Z", (struct date){ 2018, 5, 3 });
    begins("Etc/GMT+12", may_4, "2018-05-04T12:00:00Z", (struct date){ 2018, 5, 3 });
    // Clocks go forward at midnight: the day begins at 01:00.
    begins("America/Sao_Paulo", (struct date){ 2018, 11, 4 }, "2018-11-04T03:00:00Z",
           (struct date){ 2018, 11, 3 });
    // Clocks go back at midnight: the hour before it comes twice, the day begins after the second.
    begins("America/Sao_Paulo", (struct date){ 2018, 2, 18 }, "2018-02-18T03:00:00Z",
           (struct date){ 2018, 2, 17 });
    // Samoa had no December 30, 2011.
    begins("Pacific/Apia", (struct date){ 2011, 12, 30 }, "2011-12-30T10:00:00Z",
           (struct date){ 2011, 12, 29 });
    begins("Pacific/Apia", (struct date){ 2011, 12, 31 }, "2011-12-30T10:00:00Z",
           (struct date){ 2011, 12, 29 });
    begins("Pacific/Apia", may_4, "2018-05-03T11:00:00Z", (struct date){ 2018, 5, 3 });
    arena_free(&memory);
}

TEST(every_day_of_twelve_years_begins_on_itself)
{
    static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Kathmandu",
                                         "Africa/Cairo", "Asia/Beirut" };
    for (size_t i = 0; i < COUNT(zones); i++) {
        struct formats *f = formats_of("en", zones[i], "");
        int64_t first = date_to_days((struct date){ 2012, 1, 1 });
        for (int64_t day = first; day < first + 12 * 365; day++) {
            struct date d = date_from_days(day);
            int64_t start = format_day_start(f, d);
            expect(date_cmp(format_day_of(f, start), d) == 0);
            expect(date_cmp(format_day_of(f, start - 1), date_from_days(day - 1)) == 0);
        }
        formats_free(f);
    }
    arena_free(&memory);
}

TEST(a_date_printed_again_is_the_same)
{
    struct formats *f = formats_of("en", "Europe/Berlin", "");
    int64_t first = date_to_days((struct date){ 2000, 1, 1 });
    for (int round = 0; round < 2; round++)
        for (int64_t i = 0; i < 3000; i++) {
            struct date d = date_from_days(first + i);
            struct str day = str_print(&memory, " %d, %d", d.day, d.year);
            expect(str_ends(format_date(f, &memory, d), day));
            // 10:07 and 59 seconds of that day by UTC, 11:07 or 12:07 in Berlin
            int64_t t = (first + i) * DAY + 10 * HOUR + 7 * MINUTE + 59 * SECOND + i;
            struct str time = format_time(f, &memory, t);
            size_t where = 0;
            expect(str_find(time, day, &where) && str_find(time, S(":07"), &where));
            expect_str(format_time(f, &memory, t), time);
            arena_reset(&memory);
        }
    formats_free(f);
    arena_free(&memory);
}

static void *use(void *arg)
{
    const struct formats *f = arg;
    struct arena a;
    arena_init(&a, SPOT_MAX);
    for (int64_t i = 0; i < 300; i++) {
        expect_str(format_date(f, &a, may_4), S("4. Mai 2018"));
        expect_str(format_time(f, &a, at("2018-05-04T18:30:00Z")), S("4. Mai 2018, 20:30"));
        expect_str(format_money(f, &a, money("USD", 255000)), S("2.550\u00A0$"));
        expect_str(format_int(f, &a, 2550), S("2.550"));
        expect_str(format_ago(f, &a, 0, 3 * HOUR), S("vor 3 Stunden"));
        expect(date_cmp(format_day_of(f, at("2018-05-03T22:00:00Z")), may_4) == 0);
        arena_reset(&a);
    }
    arena_free(&a);
    return NULL;
}

TEST(formats_are_used_by_many_threads_at_once)
{
    struct formats *f = formats_of("de", "Europe/Berlin", "");
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT(threads); i++)
        expect(pthread_create(&threads[i], NULL, use, f) == 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    formats_free(f);
}
