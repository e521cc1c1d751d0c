#include "base/buf.h"
#include "base/clock.h"
#include "base/rest.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "unit/test.h"

#include <inttypes.h>
#include <string.h>

/* Without these every parser and page above would rest on sand. */

TEST(a_buf_past_its_maximum_keeps_what_it_had_and_says_so)
{
    struct buf b CLEANUP(buf_free) = buf_make(5);
    buf_put(&b, S("abcd"));
    expect(!buf_full(&b));
    buf_put(&b, S("ef"));
    expect(buf_full(&b));
    expect_str(buf_str(&b), S("abcd"));
}

TEST(buf_puts_whole_numbers_of_any_size)
{
    struct buf b CLEANUP(buf_free) = buf_make(200);
    static const int64_t numbers[] = { 0, 7, -7, 10, -100, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        buf_put_int(&b, numbers[i]);
        buf_put_char(&b, ' ');
    }
    expect_str(buf_str(&b), S("0 7 -7 10 -100 9223372036854775807 -9223372036854775808 "));
}

TEST(scan_int_refuses_overflow_leading_zeros_and_signs)
{
    int64_t v = 7;
    expect(!int_parse(S("9223372036854775808"), 0, INT64_MAX, &v));
    expect(!int_parse(S("007"), 0, 100, &v));
    expect(!int_parse(S("+7"), 0, 100, &v));
    expect(!int_parse(S("-1"), 0, 100, &v));
    expect(!int_parse(S(""), 0, 100, &v));
    expect(v == 7);
    expect(int_parse(S("9223372036854775807"), 0, INT64_MAX, &v) && v == INT64_MAX);
    expect(int_parse(S("100"), 0, 100, &v) && !int_parse(S("101"), 0, 100, &v));
}

TEST(dates_are_real_days_and_go_there_and_back)
{
    struct date d = { 0 };
    expect(date_parse(S("2018-05-04"), &d) && d.year == 2018 && d.month == 5 && d.day == 4);
    expect(date_to_days(d) == 17655);
    expect(date_parse(S("2024-02-29"), &d) && !date_parse(S("2023-02-29"), &d));
    expect(!date_parse(S("2018-5-4"), &d) && !date_parse(S("2018-13-01"), &d));
    for (int64_t day = -100000; day < 100000; day += 37)
        expect(date_to_days(date_from_days(day)) == day);
}

TEST(times_are_read_with_offsets_and_printed_in_utc)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 10000);
    int64_t t = 0;
    expect(time_parse(S("2018-05-04T12:30:00+02:30"), &t));
    expect_str(time_print(&a, t), S("2018-05-04T10:00:00Z"));
    expect_str(time_print_http(&a, t), S("Fri, 04 May 2018 10:00:00 GMT"));
    expect(time_parse(S("2018-05-04T10:00:00.250Z"), &t) && t % SECOND == 250000);
    expect(!time_parse(S("2018-05-04"), &t) && !time_parse(S("2018-05-04T25:00:00Z"), &t));
}

TEST(bad_utf8_overrides_controls_and_towers_of_marks_are_refused)
{
    expect(utf8_valid(S("Ufer, río, نهر, 川, 🌊")));
    expect(!utf8_valid(S("\xC0\x80")) && !utf8_valid(S("\xED\xA0\x80")) &&
           !utf8_valid(S("\xF4\x90\x80\x80")));
    expect(!utf8_valid(S("\xE2\x82")));
    expect(text_check(S("a\nb"), true) == TEXT_CONTROL &&
           text_check(S("a\nb"), false) == TEXT_FINE);
    expect(text_check(S("a\xE2\x80\xAE"), false) == TEXT_BIDI);
    expect(text_check(S("\xE2\x81\xA7"
                        "abc\xE2\x81\xA9"),
                      false) == TEXT_FINE);
    expect(text_check(S("\xE2\x81\xA7"
                        "abc"),
                      false) == TEXT_BIDI);
    struct buf b CLEANUP(buf_free) = buf_make(1000);
    buf_put_char(&b, 'e');
    for (int i = 0; i < MARKS_IN_A_ROW_MAX; i++)
        buf_put(&b, S("\xCC\x81"));
    expect(text_check(buf_str(&b), true) == TEXT_FINE);
    buf_put(&b, S("\xCC\x81"));
    expect(text_check(buf_str(&b), true) == TEXT_MARKS);
}

TEST(towers_are_towers_in_every_script_and_with_joiners_between)
{
    // U+0610, U+0E31, U+0F71, U+3099, U+A8E0, U+1E8D0
    static const char *const marks[] = { "\xD8\x90",     "\xE0\xB8\xB1", "\xE0\xBD\xB1",
                                         "\xE3\x82\x99", "\xEA\xA3\xA0", "\xF0\x9E\xA3\x90" };
    for (size_t i = 0; i < COUNT(marks); i++) {
        struct buf b CLEANUP(buf_free) = buf_make(1000);
        buf_put_char(&b, 'e');
        for (int n = 0; n < MARKS_IN_A_ROW_MAX; n++)
            buf_put(&b, str_from_z(marks[i]));
        buf_put(&b, S("\xE2\x80\x8D")); // ZERO WIDTH JOINER
        expect(text_check(buf_str(&b), true) == TEXT_FINE);
        buf_put(&b, str_from_z(marks[i]));
        expect(text_check(buf_str(&b), true) == TEXT_MARKS);
    }
    expect(text_check(S("क्षत्रिय, สวัสดีครับ, ཧཱུྃ, שָׁלוֹם, ក្រុង, "
                        "👨‍👩‍👧‍👦"),
                      true) == TEXT_FINE);
}

/* The read-only data of ICU, which is a library of this program that the tests of base/ never
 * touch: where it is, and how many kilobytes of it are mapped to pages. */
struct region {
    uintptr_t begin, end;
    long mapped;
};

static struct region read_only_data(void)
{
    char line[500];
    struct region all = { 0 };
    bool in = false;
    FILE *f = fopen("/proc/self/smaps", "re");
    expect(f);
    while (fgets(line, sizeof line, f)) {
        uintptr_t begin = 0;
        uintptr_t end = 0;
        long kilobytes = 0;
        char mode[5] = "";
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, mode) == 3) {
            in = strstr(line, "libicudata") && !strcmp(mode, "r--p") && end - begin > 1 << 20;
            if (in)
                all = (struct region){ .begin = begin, .end = end };
        } else if (in && sscanf(line, "Rss: %ld", &kilobytes) == 1) {
            all.mapped += kilobytes;
        }
    }
    (void)fclose(f); // it was only read
    expect(all.begin);
    return all;
}

TEST(memory_that_is_not_needed_at_rest_is_given_back_and_comes_again)
{
    enum { PAGE = 4096 };
    struct region before = read_only_data();
    int sum = 0;
    for (const volatile char *at = (const char *)before.begin; at < (const char *)before.end;
         at += PAGE)
        sum += *at;
    before = read_only_data();
    rest_memory();
    struct region after = read_only_data();
    expect(before.mapped > 1024 && after.mapped < before.mapped / 10);
    int again = 0;
    for (const volatile char *at = (const char *)before.begin; at < (const char *)before.end;
         at += PAGE)
        again += *at;
    expect(again == sum);
}

TEST(a_large_block_is_zero_when_it_is_new_and_when_it_is_used_again)
{
    enum { LARGE = 600 * 1024 };
    struct arena a;
    arena_init(&a, 2 * LARGE);
    for (int round = 0; round < 2; round++) {
        char *p = arena_new(&a, char, LARGE);
        size_t set = 0;
        for (size_t i = 0; i < LARGE; i++)
            set += p[i] != 0;
        expect(set == 0);
        memset(p, 7, LARGE);
        arena_reset(&a);
    }
    arena_free(&a);
}
