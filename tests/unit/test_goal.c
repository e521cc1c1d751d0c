#include "unit/funding.h"
#include "unit/test.h"

#include <string.h>

/* Without these a report could show the wrong goal, and a gift could count for two or none. */

static struct goal goal_on(struct fund *f, const char *day)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct goal g = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(goal_for_day(&tx, date_from_days(fund_day(day)), &f->arena, &g) == OK);
    return g;
}

static struct goal running_on(struct fund *f, const char *day)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct goal g = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(goal_running(&tx, date_from_days(fund_day(day)), &f->arena, &g) == OK);
    return g;
}

TEST(goal_periods_are_months_or_half_open_ranges)
{
    struct arena a;
    int64_t first = 0;
    int64_t end = 0;
    arena_init(&a, 10000);
    expect(goal_period_parse(S("2018-05"), &first, &end));
    expect(first == fund_day("2018-05-01") && end == fund_day("2018-06-01"));
    expect_str(goal_period_print(&a, first, end), S("2018-05"));
    expect(goal_period_parse(S("2018-12"), &first, &end));
    expect(end == fund_day("2019-01-01"));
    expect(goal_period_parse(S("2020-02"), &first, &end) && end - first == 29);
    expect(goal_period_parse(S("2018-05-10..2018-08-01"), &first, &end));
    expect(first == fund_day("2018-05-10") && end == fund_day("2018-08-01"));
    expect_str(goal_period_print(&a, first, end), S("2018-05-10..2018-08-01"));
    expect(goal_period_parse(S("2018-05-01..2018-06-01"), &first, &end));
    expect_str(goal_period_print(&a, first, end), S("2018-05"));
    expect(goal_period_parse(S("2018-05-01..2018-05-02"), &first, &end));
    arena_free(&a);
}

TEST(goal_refuses_periods_that_are_empty_reversed_too_long_or_unreadable)
{
    static const char *const wrong[] = {
        "",
        "2018",
        "2018-5",
        "2018-13",
        "2018-00",
        "2018-05-01",
        "2018-05-01..2018-05-01",
        "2018-05-02..2018-05-01",
        "2018-05-01..",
        "..2018-05-01",
        "2018-05-01...2018-06-01",
        "2018-02-30..2018-03-05",
        "2018-05-01..2028-05-09", // 3661 days
        "1999-12",
        "9999-01",
        "2018-05 ",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int64_t first = -1;
        int64_t end = -1;
        expect(!goal_period_parse(str_from_z(wrong[i]), &first, &end));
        expect(first == -1 && end == -1);
    }
    int64_t first = 0;
    int64_t end = 0;
    expect(goal_period_parse(S("2018-05-01..2028-05-08"), &first, &end) && end - first == 3660);
}

TEST(goal_of_a_day_is_the_one_whose_period_holds_it)
{
    struct fund f = fund_start();
    int64_t may = 0;
    int64_t june = 0;
    int64_t late = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &may) == OK);
    expect(fund_goal(&f, "6000 USD", "2018-06", &june) == OK);
    expect(fund_goal(&f, "900000 JPY", "2018-08-10..2018-09-20", &late) == OK);
    expect(goal_on(&f, "2018-04-30").id == 0);
    expect(goal_on(&f, "2018-05-01").id == may && goal_on(&f, "2018-05-31").id == may);
    expect(goal_on(&f, "2018-06-01").id == june && goal_on(&f, "2018-06-30").id == june);
    expect(goal_on(&f, "2018-07-01").id == 0 && goal_on(&f, "2018-08-09").id == 0);
    expect(goal_on(&f, "2018-08-10").id == late && goal_on(&f, "2018-09-19").id == late);
    expect(goal_on(&f, "2018-09-20").id == 0);
    fund_end(&f);
}

TEST(goal_running_is_the_current_one_else_the_last_else_the_next)
{
    struct fund f = fund_start();
    int64_t may = 0;
    int64_t july = 0;
    expect(running_on(&f, "2018-05-04").id == 0);
    expect(fund_goal(&f, "5000 USD", "2018-05", &may) == OK);
    expect(fund_goal(&f, "5000 USD", "2018-07", &july) == OK);
    expect(running_on(&f, "2018-04-04").id == may);
    expect(running_on(&f, "2018-05-04").id == may);
    expect(running_on(&f, "2018-06-15").id == may);
    expect(running_on(&f, "2018-07-01").id == july);
    expect(running_on(&f, "2030-01-01").id == july);
    fund_end(&f);
}

TEST(goal_periods_never_overlap_whatever_their_currency)
{
    struct fund f = fund_start();
    int64_t id = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &id) == OK);
    static const char *const overlapping[] = {
        "2018-05-31..2018-06-10", "2018-04-01..2018-05-02", "2018-05-10..2018-05-11",
        "2018-04-01..2018-07-01", "2018-05-01..2018-06-02", "2018-04-30..2018-06-01",
    };
    for (size_t i = 0; i < COUNT(overlapping); i++)
        expect(fund_goal(&f, "1 EUR", overlapping[i], &id) == GOAL_OVERLAPS);
    expect(fund_goal(&f, "1 EUR", "2018-04-01..2018-05-01", &id) == OK);
    expect(fund_goal(&f, "1 EUR", "2018-06-01..2018-06-02", &id) == OK);
    fund_end(&f);
}

struct dropping {
    int64_t id;
    struct arena *arena;
    struct actor by;
};
static err drop_work(struct tx *tx, void *arg)
{
    const struct dropping *d = arg;
    return goal_drop(tx, d->id, d->by, FUND_NOW, d->arena);
}

TEST(goal_set_again_for_its_period_changes_it_and_keeps_every_version)
{
    struct fund f = fund_start();
    int64_t first = 0;
    int64_t again = 0;
    struct actor mara = fund_treasurer(&f);
    expect(fund_goal(&f, "5000 USD", "2018-05", &first) == OK);
    expect(fund_goal(&f, "6000 EUR", "2018-05", &again) == OK);
    expect(first == again);
    struct goal g = goal_on(&f, "2018-05-04");
    expect(g.amount.minor == 600000);
    expect_str(currency_str(&g.amount.cur), S("EUR"));
    expect(store_write(f.store, drop_work, &(struct dropping){ first, &f.arena, mara }) == OK);
    expect(store_write(f.store, drop_work, &(struct dropping){ first, &f.arena, mara }) ==
           GOAL_MISSING);
    expect(goal_on(&f, "2018-05-04").id == 0);
    expect(fund_goal(&f, "7000 USD", "2018-05-02..2018-05-09", &again) == OK); // free again
    expect(again != first);

    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct goal_version *v = NULL;
    size_t n = 0;
    expect(store_read(f.store, &tx) == OK);
    expect(goal_history(&tx, first, &f.arena, &v, &n) == OK);
    expect(n == 3);
    expect(v[0].dropped && v[0].by == mara.person && v[0].amount.minor == 600000);
    expect(!v[1].dropped && v[1].amount.minor == 600000);
    expect(!v[2].dropped && v[2].amount.minor == 500000);
    tx_end(&tx);
    fund_end(&f);
}

TEST(goal_changes_stand_in_the_audit_log)
{
    struct fund f = fund_start();
    int64_t id = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &id) == OK);
    expect(store_write(f.store, drop_work, &(struct dropping){ id, &f.arena, ACTOR_CLI }) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct audit_page p = { 0 };
    expect(store_read(f.store, &tx) == OK);
    expect(audit_list(&tx, &(struct audit_query){ .kind = S("goal"), .object = id }, &f.arena,
                      &p) == OK);
    expect(p.count == 2);
    expect_str(p.entries[0].action, S("goal.drop"));
    expect_str(p.entries[1].action, S("goal.set"));
    expect_str(p.entries[1].detail, S("2018-05, 5000.00 USD"));
    tx_end(&tx);
    fund_end(&f);
}

struct setting {
    struct goal_draft draft;
    struct arena *arena;
};
static err set_work(struct tx *tx, void *arg)
{
    struct setting *s = arg;
    int64_t id = 0;
    return goal_set(tx, &s->draft, s->arena, &id);
}

static err set(struct fund *f, struct goal_draft d)
{
    return store_write(f->store, set_work, &(struct setting){ d, &f->arena });
}

TEST(goal_refuses_amounts_and_labels_past_their_bounds)
{
    struct fund f = fund_start();
    char label[GOAL_LABEL_MAX + 1];
    memset(label, 'g', sizeof label);
    struct goal_draft d = { .first_day = fund_day("2018-05-01"),
                            .end_day = fund_day("2018-06-01"),
                            .by = ACTOR_CLI,
                            .now = FUND_NOW };
    expect(currency_parse(S("USD"), &d.amount.cur));
    expect(set(&f, d) == GOAL_AMOUNT_WRONG);
    d.amount.minor = GOAL_MINOR_MAX + 1;
    expect(set(&f, d) == GOAL_AMOUNT_WRONG);
    d.amount.minor = GOAL_MINOR_MAX;
    expect(set(&f, d) == OK);
    d.label = (struct str){ label, sizeof label };
    expect(set(&f, d) == GOAL_LABEL_WRONG);
    d.label.n--;
    expect(set(&f, d) == OK);
    d.label = S("a\nb");
    expect(set(&f, d) == GOAL_LABEL_WRONG);
    d.label = S("");
    d.end_day = d.first_day;
    expect(set(&f, d) == GOAL_PERIOD_WRONG);
    for (err e = 1; e < GOAL_REFUSALS; e++)
        expect(strlen(goal_refusal(e)) > 10 &&
               strncmp(goal_refusal_word(e), "funding_refused_", 16) == 0);
    fund_end(&f);
}

TEST(goal_list_goes_back_from_the_latest)
{
    struct fund f = fund_start();
    int64_t ids[3] = { 0 };
    expect(fund_goal(&f, "1 USD", "2018-06", &ids[0]) == OK);
    expect(fund_goal(&f, "1 USD", "2018-05", &ids[1]) == OK);
    expect(fund_goal(&f, "1 USD", "2018-07", &ids[2]) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct goal *g = NULL;
    size_t n = 0;
    expect(store_read(f.store, &tx) == OK);
    expect(goal_list(&tx, INT64_MAX, 2, &f.arena, &g, &n) == OK);
    expect(n == 2 && g[0].id == ids[2] && g[1].id == ids[0]);
    expect(goal_list(&tx, g[1].first_day, 2, &f.arena, &g, &n) == OK);
    expect(n == 1 && g[0].id == ids[1]);
    tx_end(&tx);
    fund_end(&f);
}
