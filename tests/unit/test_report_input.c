/* Without these a field past its limit, or text made to deceive, would be published. */
#include "publishing/layout.h"
#include "unit/press.h"
#include "unit/test.h"

#include <string.h>

static struct press press;

static struct report_input fine(void)
{
    return (struct report_input){ .series = S("River Watch"),
                                  .title = S("A title"),
                                  .date = S("2018-05-04"),
                                  .slug = S("a-title"),
                                  .body = S("Text."),
                                  .wish = REPORT_WISH_PUBLISH,
                                  .by = ACTOR_CLI };
}

static err outcome(const struct report_input *in)
{
    struct report_draft *d = NULL;
    struct report_faults f = { 0 };
    return report_prepare(&press.setup, &press.arena, in, PRESS_NOW, &d, &f);
}

/* `n` letters of two bytes each. */
static struct str letters(size_t n)
{
    char *s = arena_new(&press.arena, char, 2 * n);
    for (size_t i = 0; i < n; i++)
        memcpy(s + 2 * i, "\xC3\xA9", 2);
    return (struct str){ s, 2 * n };
}

TEST(report_input_lines_have_a_longest_length_in_characters)
{
    press_start(&press, "");
    static const struct {
        size_t at, max;
        err refusal;
    } lines[] = {
        { offsetof(struct report_input, series), SERIES_TITLE_MAX, REPORT_SERIES_WRONG },
        { offsetof(struct report_input, title), REPORT_TITLE_MAX, REPORT_TITLE_TOO_LONG },
        { offsetof(struct report_input, standfirst), REPORT_STANDFIRST_MAX,
          REPORT_STANDFIRST_TOO_LONG },
        { offsetof(struct report_input, byline), REPORT_BYLINE_MAX, REPORT_BYLINE_TOO_LONG },
        { offsetof(struct report_input, dateline), REPORT_DATELINE_MAX, REPORT_DATELINE_TOO_LONG },
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct report_input in = fine();
        struct str value = letters(lines[i].max);
        memcpy((char *)&in + lines[i].at, &value, sizeof value);
        expect(outcome(&in) == OK);
        value = letters(lines[i].max + 1);
        memcpy((char *)&in + lines[i].at, &value, sizeof value);
        expect(outcome(&in) == lines[i].refusal);
    }
    press_end(&press);
}

TEST(report_input_lines_are_plain_text_of_one_line)
{
    press_start(&press, "");
    static const struct {
        size_t at;
        err refusal;
    } lines[] = {
        { offsetof(struct report_input, series), REPORT_SERIES_WRONG },
        { offsetof(struct report_input, title), REPORT_TITLE_NOT_TEXT },
        { offsetof(struct report_input, standfirst), REPORT_STANDFIRST_NOT_TEXT },
        { offsetof(struct report_input, byline), REPORT_BYLINE_NOT_TEXT },
        { offsetof(struct report_input, dateline), REPORT_DATELINE_NOT_TEXT },
    };
    const struct str bad[] = { S("a\nb"), S("a\0b"), S("a\x7F"), S("a\xFF"),
                               S("a\xE2\x80\xAE"
                                 "b") };
    for (size_t i = 0; i < COUNT(lines); i++) {
        for (size_t k = 0; k < COUNT(bad); k++) {
            struct report_input in = fine();
            memcpy((char *)&in + lines[i].at, &bad[k], sizeof bad[k]);
            expect(outcome(&in) == lines[i].refusal);
        }
    }
    press_end(&press);
}

TEST(report_input_dates_are_real_days_with_real_times)
{
    press_start(&press, "");
    static const char *const good[] = { "2018-05-04", "2020-02-29", "2018-05-04 00:00",
                                        "2018-05-04T23:59", " 2018-05-04 " };
    static const char *const bad[] = { "2018-02-29",       "2018-5-4",         "04.05.2018",
                                       "2018-05-04 24:00", "2018-05-04 10:60", "2018-05-04 1:00",
                                       "2018-05-04 10",    "2018-05-04Z",      "2018-05-04  10:00",
                                       "0000-01-01",       "2018-05-04 10:000" };
    struct report_input in = fine();
    for (size_t i = 0; i < COUNT(good); i++) {
        in.date = str_from_z(good[i]);
        expect(outcome(&in) == OK);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        in.date = str_from_z(bad[i]);
        expect(outcome(&in) == REPORT_DATE_WRONG);
    }
    in.date = S("");
    expect(outcome(&in) == REPORT_DATE_MISSING);
    press_end(&press);
}

TEST(report_input_slugs_are_checked_or_made)
{
    press_start(&press, "");
    struct report_input in = fine();
    in.slug = S("Southern Dike");
    expect(outcome(&in) == REPORT_SLUG_WRONG);
    in.slug = S("");
    expect(outcome(&in) == OK);
    in.title = S("!!!");
    expect(outcome(&in) == REPORT_SLUG_MISSING);
    in.slug = S("silence");
    expect(outcome(&in) == OK);
    in.series = S("???");
    expect(outcome(&in) == REPORT_SERIES_WRONG);
    press_end(&press);
}

TEST(report_input_text_has_a_longest_length_in_bytes)
{
    press_start(&press, "[limits]\nreport_bytes = 5000\n");
    struct report_input in = fine();
    char *text = arena_new(&press.arena, char, 5001);
    memset(text, 'a', 5001);
    in.body = (struct str){ text, 5000 };
    expect(outcome(&in) == OK);
    in.body.n = 5001;
    expect(outcome(&in) == REPORT_BODY_TOO_LONG);
    in.body = S(" \n\t");
    expect(outcome(&in) == REPORT_BODY_MISSING);
    in.wish = REPORT_WISH_DRAFT;
    expect(outcome(&in) == OK);
    in.body = S("a\x1B[2J");
    expect(outcome(&in) == REPORT_BODY_NOT_TEXT);
    press_end(&press);
}

TEST(report_input_text_whose_page_would_be_too_long_is_refused)
{
    press_start(&press, "[limits]\nreport_bytes = 2000000\n");
    struct report_input in = fine();
    char *text = arena_new(&press.arena, char, 1000000);
    for (size_t i = 0; i < 1000000; i += 10)
        memcpy(text + i, "words of 9", 10);
    in.body = (struct str){ text, 1000000 };
    expect(outcome(&in) == REPORT_BODY_TOO_LONG);
    press_end(&press);
}

TEST(report_input_reasons_and_ids_have_limits)
{
    press_start(&press, "");
    struct report_input in = fine();
    in.wish = REPORT_WISH_WITHDRAW;
    in.reason = letters(REPORT_REASON_MAX);
    expect(outcome(&in) == OK);
    in.reason = letters(REPORT_REASON_MAX + 1);
    expect(outcome(&in) == REPORT_REASON_TOO_LONG);
    in.reason = S("a\x01");
    expect(outcome(&in) == REPORT_REASON_NOT_TEXT);
    in = fine();
    in.key = letters(REPORT_KEY_MAX / 2);
    expect(outcome(&in) == OK);
    in.key = letters(REPORT_KEY_MAX / 2 + 1);
    expect(outcome(&in) == REPORT_KEY_WRONG);
    press_end(&press);
}

TEST(report_input_says_all_that_is_wrong_in_the_form_s_order)
{
    press_start(&press, "");
    struct report_input in = { .body = S("![A dike](dike.jpg)"), .date = S("today") };
    struct report_draft *d = NULL;
    struct report_faults f = { 0 };
    expect(report_prepare(&press.setup, &press.arena, &in, PRESS_NOW, &d, &f) ==
           REPORT_SERIES_MISSING);
    expect(!d && f.n == 4);
    expect(f.refusals[1] == REPORT_TITLE_MISSING && f.refusals[2] == REPORT_DATE_WRONG);
    expect(f.refusals[3] == REPORT_PICTURE_MISSING);
    expect_str(f.picture, S("dike.jpg"));
    press_end(&press);
}
