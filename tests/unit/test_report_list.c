/* Without these a reader paging back through the archive would miss reports or see some twice. */
#include "unit/press.h"
#include "unit/test.h"

static struct press press;

static struct report_rows list(const struct report_query *q)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_rows rows = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(report_list(&tx, q, &press.arena, &rows) == OK);
    return rows;
}

static err list_outcome(const struct report_query *q)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_rows rows = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    return report_list(&tx, q, &press.arena, &rows);
}

static void fill(const char *series, int month, int days)
{
    for (int day = 1; day <= days; day++) {
        struct report_input in = {
            .series = str_from_z(series),
            .title = str_print(&press.arena, "%s %d/%d", series, month, day),
            .date = str_print(&press.arena, "2018-%02d-%02d", month, day),
            .body = S("Text."),
            .wish = REPORT_WISH_PUBLISH,
            .by = ACTOR_CLI,
        };
        press_save(&press, &in);
    }
}

TEST(report_list_pages_through_all_both_ways)
{
    press_start(&press, "");
    fill("River", 1, 7);
    struct report_query q = { .max = 3 };
    struct report_rows first = list(&q);
    expect(first.n == 3 && first.older.n && !first.newer.n);
    expect_str(first.reports[0].title, S("River 1/7"));
    q.before = first.older;
    struct report_rows second = list(&q);
    expect(second.n == 3 && second.older.n && second.newer.n);
    expect_str(second.reports[0].title, S("River 1/4"));
    q.before = second.older;
    struct report_rows last = list(&q);
    expect(last.n == 1 && !last.older.n && last.newer.n);
    expect_str(last.reports[0].title, S("River 1/1"));
    q = (struct report_query){ .max = 3, .after = last.newer };
    struct report_rows back = list(&q);
    expect(back.n == 3 && back.older.n && back.newer.n);
    expect_str(back.reports[0].title, S("River 1/4"));
    q.after = back.newer;
    back = list(&q);
    expect(back.n == 3 && !back.newer.n);
    expect_str(back.reports[0].title, S("River 1/7"));
    press_end(&press);
}

TEST(report_list_of_a_series_or_a_month_holds_no_others)
{
    press_start(&press, "");
    fill("River", 1, 3);
    fill("Harbour", 2, 2);
    fill("River", 12, 2);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct series river = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(series_get(&tx, S("river"), &press.arena, &river) == OK);
    tx_end(&tx);
    expect(river.report_count == 5 && river.latest.month == 12 && river.latest.day == 2);
    struct report_rows rows = list(&(struct report_query){ .series = river.id, .max = 10 });
    expect(rows.n == 5);
    rows = list(&(struct report_query){ .year = 2018, .month = 2, .max = 10 });
    expect(rows.n == 2);
    expect_str(rows.reports[0].series_title, S("Harbour"));
    rows = list(&(struct report_query){ .year = 2018, .month = 12, .max = 10 });
    expect(rows.n == 2);
    rows = list(&(struct report_query){ .year = 2017, .month = 12, .max = 10 });
    expect(rows.n == 0 && !rows.older.n && !rows.newer.n);
    press_end(&press);
}

TEST(report_list_knows_reports_of_one_day_apart)
{
    press_start(&press, "");
    for (int i = 0; i < 5; i++) {
        press.app.clock.fixed += SECOND;
        press_report(&press, "2018-05-04", str_z(&press.arena, str_print(&press.arena, "R%d", i)));
    }
    struct report_query q = { .max = 2 };
    struct report_rows rows = list(&q);
    expect_str(rows.reports[0].title, S("R4"));
    q.before = rows.older;
    rows = list(&q);
    expect_str(rows.reports[0].title, S("R2"));
    expect_str(rows.reports[1].title, S("R1"));
    press_end(&press);
}

TEST(report_list_refuses_cursors_that_are_none)
{
    press_start(&press, "");
    fill("River", 1, 1);
    struct report_input in = { .series = S("River"),
                               .title = S("Draft"),
                               .date = S("2018-01-01"),
                               .wish = REPORT_WISH_DRAFT,
                               .by = ACTOR_CLI };
    struct report_saved draft = press_save(&press, &in);
    const struct str bad[] = { S("0"),
                               S("-1"),
                               S("99"),
                               S("abc"),
                               S("1 "),
                               S("01"),
                               S("9223372036854775807"),
                               S("99999999999999999999999"),
                               str_print(&press.arena, "%lld", (long long)draft.report) };
    for (size_t i = 0; i < COUNT(bad); i++) {
        expect(list_outcome(&(struct report_query){ .max = 3, .before = bad[i] }) ==
               REPORT_CURSOR_WRONG);
        expect(list_outcome(&(struct report_query){ .max = 3, .after = bad[i] }) ==
               REPORT_CURSOR_WRONG);
    }
    press_end(&press);
}

TEST(report_list_neighbours_are_of_the_same_series)
{
    press_start(&press, "");
    fill("River", 1, 3);
    fill("Harbour", 1, 3);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_found found = { 0 };
    struct report_neighbours n = { 0 };
    expect(press_find(&press, "2018-01-02", "river-1-2", &found) == OK);
    expect(store_read(press.app.store, &tx) == OK);
    expect(report_neighbours(&tx, &found.report, &press.arena, &n) == OK);
    expect_str(n.older.path, S("/2018/01/01/river-1-1"));
    expect_str(n.newer.path, S("/2018/01/03/river-1-3"));
    expect(report_neighbours(&tx, &n.newer, &press.arena, &n) == OK);
    expect(n.newer.id == 0 && n.older.id == found.report.id);
    tx_end(&tx);
    press_end(&press);
}

TEST(report_list_months_are_those_with_reports)
{
    press_start(&press, "");
    fill("River", 12, 2);
    fill("River", 3, 2);
    fill("River", 1, 1);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_months months = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(report_months(&tx, &press.arena, &months) == OK);
    expect(months.n == 3 && months.months[0].month == 12 && months.months[2].month == 1);
    struct report_addresses all = { 0 };
    expect(report_addresses(&tx, 0, &press.arena, &all) == OK);
    expect(all.n == 5 && !all.more);
    expect_str(all.rows[0].path, S("/2018/12/01/river-12-1"));
    expect(report_addresses(&tx, all.rows[3].id, &press.arena, &all) == OK && all.n == 1);
    tx_end(&tx);
    press_end(&press);
}

TEST(report_list_of_the_desk_has_all_states_last_edited_first)
{
    press_start(&press, "");
    struct report_saved a = press_report(&press, "2018-05-04", "A");
    press.app.clock.fixed += SECOND;
    struct report_input in = { .series = S("River Watch"),
                               .title = S("B"),
                               .date = S("2018-05-04"),
                               .wish = REPORT_WISH_DRAFT,
                               .by = ACTOR_CLI };
    press_save(&press, &in);
    press.app.clock.fixed += SECOND;
    in.title = S("A, new");
    in.report = a.report;
    in.base = 1;
    press_save(&press, &in);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_rows rows = { 0 };
    struct report_counts counts = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    struct report_desk_query q = { .any = true, .max = 1 };
    expect(report_list_desk(&tx, &q, &press.arena, &rows) == OK && rows.n == 1);
    expect(rows.reports[0].id == a.report && rows.older.n);
    q.before = rows.older;
    expect(report_list_desk(&tx, &q, &press.arena, &rows) == OK && rows.n == 1);
    expect_str(rows.reports[0].title, S("B"));
    expect(!rows.older.n);
    q = (struct report_desk_query){ .state = REPORT_DRAFT, .max = 10 };
    expect(report_list_desk(&tx, &q, &press.arena, &rows) == OK && rows.n == 1);
    q.before = S("made up");
    expect(report_list_desk(&tx, &q, &press.arena, &rows) == REPORT_CURSOR_WRONG);
    expect(report_count(&tx, &counts) == OK);
    expect(counts.draft == 1 && counts.published == 1 && counts.pending == 1);
    tx_end(&tx);
    press_end(&press);
}

TEST(report_list_addresses_are_read_strictly)
{
    struct date d = { 0 };
    expect(report_address(S("2018"), S("05"), S("04"), S("a"), &d) && d.month == 5);
    expect(!report_address(S("2018"), S("5"), S("04"), S("a"), &d));
    expect(!report_address(S("2018"), S("02"), S("30"), S("a"), &d));
    expect(!report_address(S("2018"), S("05"), S("04"), S("A"), &d));
    expect(!report_address(S("+018"), S("05"), S("04"), S("a"), &d));
}
