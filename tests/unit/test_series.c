/* Without these two series could share an address, or the navigation lose one. */
#include "publishing/series.h"
#include "unit/press.h"
#include "unit/test.h"

#include <string.h>

static struct press press;

struct setting {
    struct series_draft draft;
    int64_t id;
};

static err set_work(struct tx *tx, void *arg)
{
    struct setting *s = arg;
    return series_set(tx, ACTOR_CLI, &s->draft, &s->id);
}

static err set(int64_t id, const char *title, const char *about, int64_t *ret_id)
{
    struct setting s = {
        .draft = { .id = id, .title = str_from_z(title), .about = str_from_z(about), .now = 1 }
    };
    err e = series_prepare(&press.arena, S("en"), &s.draft);
    if (!e)
        e = store_write(press.app.store, set_work, &s);
    if (!e)
        *ret_id = s.id;
    return e;
}

static struct series get(const char *slug)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct series s = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(series_get(&tx, str_from_z(slug), &press.arena, &s) == OK);
    return s;
}

static struct series_rows list(size_t max)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct series_rows rows = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(series_list(&tx, max, &press.arena, &rows) == OK);
    return rows;
}

TEST(series_is_made_and_changed_and_keeps_its_address)
{
    press_start(&press, "");
    int64_t id = 0;
    expect(set(0, " Harbour Notes ", "What comes and goes.", &id) == OK);
    struct series s = get("harbour-notes");
    expect_str(s.title, S("Harbour Notes"));
    expect_str(s.path, S("/series/harbour-notes"));
    expect(s.report_count == 0 && s.latest.year == 0);
    expect(set(id, "Notes from the Harbour", "", &id) == OK);
    expect_str(get("harbour-notes").title, S("Notes from the Harbour"));
    expect(set(id + 1, "Nobody's", "", &id) == SERIES_NONE);
    press_end(&press);
}

TEST(series_do_not_share_titles_or_addresses)
{
    press_start(&press, "");
    int64_t id = 0;
    expect(set(0, "River Watch", "", &id) == OK);
    expect(set(0, "River Watch", "", &id) == SERIES_SLUG_TAKEN);
    expect(set(0, "River, watch!", "", &id) == SERIES_SLUG_TAKEN);
    int64_t other = 0;
    expect(set(0, "Harbour", "", &other) == OK);
    expect(set(other, "River Watch", "", &id) == SERIES_TITLE_TAKEN);
    press_end(&press);
}

TEST(series_words_have_limits)
{
    press_start(&press, "");
    int64_t id = 0;
    char text[SERIES_ABOUT_MAX + 2] = { 0 };
    memset(text, 'a', SERIES_TITLE_MAX);
    expect(set(0, text, "", &id) == OK);
    text[SERIES_TITLE_MAX] = 'a';
    expect(set(0, text, "", &id) == SERIES_TITLE_TOO_LONG);
    memset(text, 'a', SERIES_ABOUT_MAX);
    expect(set(0, "B", text, &id) == OK);
    text[SERIES_ABOUT_MAX] = 'a';
    expect(set(0, "C", text, &id) == SERIES_ABOUT_TOO_LONG);
    expect(set(0, "", "", &id) == SERIES_TITLE_MISSING);
    expect(set(0, "a\nb", "", &id) == SERIES_TITLE_NOT_TEXT);
    expect(set(0, "D", "a\x01", &id) == SERIES_ABOUT_NOT_TEXT);
    expect(set(0, "?", "", &id) == SERIES_SLUG_WRONG);
    press_end(&press);
}

TEST(series_in_the_navigation_are_the_recent_ones_in_the_order_they_were_begun)
{
    press_start(&press, "");
    struct report_input in = { .body = S("Text."), .wish = REPORT_WISH_PUBLISH, .by = ACTOR_CLI };
    static const char *const rows[][2] = { { "One", "2018-05-01" },
                                           { "Two", "2018-05-03" },
                                           { "Three", "2018-05-02" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        in.series = in.title = str_from_z(rows[i][0]);
        in.date = str_from_z(rows[i][1]);
        press_save(&press, &in);
    }
    int64_t id = 0;
    expect(set(0, "Without reports", "", &id) == OK);
    struct series_rows all = list(10);
    expect(all.n == 3);
    expect_str(all.series[0].title, S("One"));
    struct series_rows two = list(2);
    expect(two.n == 2);
    expect_str(two.series[0].title, S("Two"));
    expect_str(two.series[1].title, S("Three"));
    press_end(&press);
}

TEST(series_count_their_reports_as_these_come_and_go)
{
    press_start(&press, "");
    struct report_saved saved = press_report(&press, "2018-05-04", "A");
    press_report(&press, "2018-05-03", "B");
    expect(get("river-watch").report_count == 2);
    struct report_input in = { .report = saved.report,
                               .base = 1,
                               .series = S("Harbour"),
                               .title = S("A"),
                               .date = S("2018-05-04"),
                               .body = S("Text."),
                               .wish = REPORT_WISH_PUBLISH,
                               .by = ACTOR_CLI };
    press_save(&press, &in);
    expect(get("river-watch").report_count == 1 && get("harbour").report_count == 1);
    expect(get("river-watch").latest.day == 3 && press_findings(&press) == 0);
    in.base = 2;
    in.wish = REPORT_WISH_WITHDRAW;
    in.reason = S("Wrong.");
    press_save(&press, &in);
    expect(get("harbour").report_count == 0 && press_findings(&press) == 0);
    press_end(&press);
}

TEST(series_are_at_most_so_many)
{
    press_start(&press, "");
    int64_t id = 0;
    for (int i = 0; i < SERIES_MAX; i++)
        expect(set(0, str_z(&press.arena, str_print(&press.arena, "S %d", i)), "", &id) == OK);
    expect(set(0, "One more", "", &id) == SERIES_TOO_MANY);
    struct report_input in = { .series = S("One more"),
                               .title = S("A"),
                               .date = S("2018-05-04"),
                               .body = S("Text."),
                               .wish = REPORT_WISH_PUBLISH,
                               .by = ACTOR_CLI };
    expect(press_try(&press, &in, NULL) == REPORT_SERIES_TOO_MANY);
    press_end(&press);
}

TEST(series_refusals_have_texts_and_words)
{
    for (err e = 1; e < SERIES_REFUSALS; e++)
        expect(series_refusal_text(e) && series_refusal_word(e));
}
