#include "base/crypto.h"
#include "funding/goal_close.h"
#include "funding/goal_mark.h"
#include "funding/meter.h"
#include "people/keys.h"
#include "render/format.h"
#include "render/theme.h"
#include "unit/fault_sweep.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

/* Without these a closed period's totals could change unseen, or close while gifts still come in.
 */

#define JUNE (INT64_C(1527811200) * SECOND) /* 2018-06-01T00:00:00Z */

static err close_goal(struct fund_room *o, int64_t goal)
{
    struct goal_close_order order = {
        .app = &o->app, .setup = &o->setup, .goal = goal, .by = ACTOR_CLI, .now = o->fund.now
    };
    return goal_close(&order, &o->fund.arena);
}

static struct goal_close close_of(struct fund_room *o, int64_t goal)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct goal_close c = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    expect(goal_close_get(&tx, goal, &o->fund.arena, &c) == OK);
    return c;
}

static const struct goal_adjustment *later_of(struct fund_room *o, int64_t goal, size_t *ret_n,
                                              bool *ret_more)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct goal_adjustment *list = NULL;
    struct goal g = { 0 };
    struct goal_close c = close_of(o, goal);
    expect(store_read(o->app.store, &tx) == OK);
    expect(goal_get(&tx, goal, &o->fund.arena, &g) == OK);
    expect(goal_adjustments(&tx, &g, &c, &o->fund.arena, &list, ret_n, ret_more) == OK);
    return list;
}

/* May 2018 with gifts of every kind. */
static int64_t sample(struct fund_room *o)
{
    int64_t goal = 0;
    expect(fund_goal(&o->fund, "5000 USD", "2018-05", &goal) == OK);
    fund_rate(&o->fund, "BTC", "60000");
    fund_add(&o->fund, "bank", "100 USD", "2018-05-03");
    fund_paid(&o->fund, LEDGER_BY_PROVIDER, "ch_1", "50.00 USD", "2018-05-04");
    fund_event(&o->fund, PAYMENT_FEE, "fee_1", "ch_1", "1.50 USD");
    fund_paid(&o->fund, LEDGER_BY_CHAIN, "aa:0", "0.001 BTC", "2018-05-04");
    fund_promise(&o->fund, "stripe", "7 USD", "2018-05-04");
    fund_add(&o->fund, "bank", "10 EUR", "2018-05-02");
    return goal;
}

static err close_job(void *arg)
{
    struct fund_room *o = arg;
    return goal_close_job(&o->app, &o->setup);
}

TEST_AND_FAULTS(a_closed_period_has_a_statement_that_the_newsrooms_key_has_signed)
{
    struct fund_room o = { 0 };
    uint8_t key[ED25519_PUBLIC_BYTES];
    fund_room_start(&o, "[site]\nurl = https://river.test\n");
    int64_t goal = sample(&o);
    expect(close_goal(&o, goal) == GOAL_CLOSE_EARLY);
    fund_room_at(&o, JUNE - 1);
    expect(close_goal(&o, goal) == GOAL_CLOSE_EARLY);
    fund_room_at(&o, JUNE);
    expect(close_goal(&o, goal) == OK);
    expect(close_goal(&o, goal) == GOAL_CLOSE_DONE);
    expect(close_goal(&o, 99) == GOAL_CLOSE_MISSING);
    struct goal_close c = close_of(&o, goal);
    expect(c.settled == 21000 && c.net == 20850 && c.pending == 700);
    keys_ledger_public(o.app.keys, key);
    expect(memcmp(key, c.public_key, sizeof key) == 0);
    expect(ed25519_verify(c.public_key, c.statement, c.signature));
    static const char begin[] = "diurnal period closed, version 1\nsite https://river.test\n"
                                "period 2018-05\nfrom 2018-05-01\nto 2018-06-01\ncurrency USD\n"
                                "goal 5000.00\nsettled 210.00\nprovable 60.00\nattested 50.00\n"
                                "by-hand 100.00\nfees 1.50\nnet 208.50\npending 7.00\n"
                                "unvalued 10.00 EUR\nentries ";
    expect_str(str_sub(c.statement, 0, sizeof begin - 1), str_from_z(begin));
    expect(str_ends(c.statement, S("\nclosed 2018-06-01T00:00:00Z\n")));
    fund_expect_sound(&o.fund);
    fund_room_end(&o);
}

TEST_AND_FAULTS(a_closed_goal_is_neither_changed_nor_dropped_nor_marked)
{
    struct fund_room o = { 0 };
    int64_t id = 0;
    fund_room_start(&o, "");
    int64_t goal = sample(&o);
    fund_room_at(&o, JUNE);
    expect(close_goal(&o, goal) == OK);
    expect(fund_goal(&o.fund, "6000 USD", "2018-05", &id) == GOAL_IS_CLOSED);
    expect(goal_refusal(GOAL_IS_CLOSED) && goal_refusal_word(GOAL_IS_CLOSED));
    expect(fund_goal(&o.fund, "6000 USD", "2018-06", &id) == OK);
    fund_room_end(&o);
}

TEST_AND_FAULTS(what_is_booked_later_of_a_closed_period_is_an_adjustment_and_the_totals_stay)
{
    struct fund_room o = { 0 };
    size_t n = 0;
    bool more = false;
    fund_room_start(&o, "");
    int64_t goal = sample(&o);
    fund_room_at(&o, JUNE);
    expect(close_goal(&o, goal) == OK);
    later_of(&o, goal, &n, &more);
    expect(n == 0 && !more);
    fund_event(&o.fund, PAYMENT_REFUND, "re_1", "ch_1", "20.00 USD");
    fund_add(&o.fund, "bank", "30 USD", "2018-05-31");
    fund_add(&o.fund, "bank", "999 USD", "2018-06-01"); // another period
    fund_event(&o.fund, PAYMENT_FEE, "fee_2", "ch_1", "0.50 USD");
    const struct goal_adjustment *later = later_of(&o, goal, &n, &more);
    expect(n == 3 && !more);
    expect_str(later[0].kind, S("refund"));
    expect_str(amount_print(&o.fund.arena, later[0].amount), S("-20.00"));
    expect_str(amount_print(&o.fund.arena, later[1].amount), S("30.00"));
    expect(later[2].account == LEDGER_FEES);
    expect_str(amount_print(&o.fund.arena, later[2].amount), S("-0.50"));
    expect(later[1].day == fund_day("2018-05-31") && later[1].booked == fund_day("2018-06-01"));
    expect(close_of(&o, goal).settled == 21000);
    for (int i = 0; i < GOAL_ADJUSTMENTS_MAX - 3; i++)
        fund_add(&o.fund, "bank", "1 USD", "2018-05-02");
    later_of(&o, goal, &n, &more);
    expect(n == GOAL_ADJUSTMENTS_MAX && !more);
    fund_add(&o.fund, "bank", "1 USD", "2018-05-02");
    later_of(&o, goal, &n, &more);
    expect(n == GOAL_ADJUSTMENTS_MAX && more);
    fund_expect_sound(&o.fund);
    fund_room_end(&o);
}

TEST_AND_FAULTS(
    periods_close_by_themselves_after_the_stated_days_and_not_when_they_were_set_only_lately)
{
    struct fund_room o = { 0 };
    int64_t late = 0;
    fund_room_start(&o, "[funding]\nclose_after_days = 10\n");
    int64_t goal = sample(&o);
    fund_room_at(&o, JUNE + 9 * DAY);
    expect(fault_each(close_job, &o) == OK);
    expect(!close_of(&o, goal).goal);
    expect(fund_goal(&o.fund, "10 USD", "2018-03", &late) == OK);
    fund_room_at(&o, JUNE + 10 * DAY);
    expect(fault_each(close_job, &o) == OK);
    expect(close_of(&o, goal).goal == goal && !close_of(&o, late).goal);
    fund_room_at(&o, JUNE + 19 * DAY);
    expect(fault_each(close_job, &o) == OK);
    expect(close_of(&o, late).goal == late);
    fund_room_end(&o);
}

TEST_AND_FAULTS(no_period_closes_by_itself_when_the_days_are_zero)
{
    struct fund_room o = { 0 };
    fund_room_start(&o, "[funding]\nclose_after_days = 0\n");
    int64_t goal = sample(&o);
    fund_room_at(&o, JUNE + 999 * DAY);
    expect(fault_each(close_job, &o) == OK);
    expect(!close_of(&o, goal).goal);
    fund_room_end(&o);
}

TEST_AND_FAULTS(a_period_ends_when_its_last_day_ends_in_the_sites_zone_also_in_leap_years)
{
    struct fund_room o = { 0 };
    int64_t goal = 0;
    fund_room_start(&o, "");
    formats_free(o.formats);
    expect(formats_make(S("en"), S("America/New_York"), S("locale"), &o.formats) == OK);
    o.setup.formats = o.formats;
    expect(fund_goal(&o.fund, "10 USD", "2016-02", &goal) == OK);
    fund_add(&o.fund, "bank", "3 USD", "2016-02-29");
    fund_add(&o.fund, "bank", "5 USD", "2016-03-01");
    int64_t march = INT64_C(1456808400) * SECOND; // 2016-03-01T05:00:00Z, midnight in New York
    fund_room_at(&o, march - 1);
    expect(close_goal(&o, goal) == GOAL_CLOSE_EARLY);
    fund_room_at(&o, march);
    expect(close_goal(&o, goal) == OK);
    expect(close_of(&o, goal).settled == 300);
    fund_room_end(&o);
}

QUERY(test_close_change, "update goal_close set settled = 1");
QUERY(test_close_delete, "delete from goal_close");
QUERY(test_close_lie,
      "insert into goal_close (goal, closed_at, by_staff, seq, last_transaction, settled, net,"
      " pending, statement, public_key, signature)"
      " values (1, 1, 0, 2, 1, 9999, 9999, 0, '', zeroblob(32), zeroblob(64))");
QUERY(test_closed_goal_change, "update goal set amount = 1");
QUERY(test_closed_goal_drop, "update goal set dropped = 1");

static err run_query(struct tx *tx, void *arg)
{
    const struct query *const *q = arg;
    return query_run(query_start(tx, *q), NULL);
}

TEST_AND_FAULTS(the_database_itself_refuses_to_change_what_was_closed)
{
    static const struct query *const forbidden[] = { &test_close_change, &test_close_delete,
                                                     &test_closed_goal_change,
                                                     &test_closed_goal_drop };
    struct fund_room o = { 0 };
    fund_room_start(&o, "");
    int64_t goal = sample(&o);
    fund_room_at(&o, JUNE);
    expect(close_goal(&o, goal) == OK);
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        const struct query *q = forbidden[i];
        expect(store_write(o.app.store, run_query, &q) < 0);
    }
    fund_room_end(&o);
}

TEST_AND_FAULTS(a_frozen_total_that_is_not_the_ledgers_is_found)
{
    struct fund_room o = { 0 };
    fund_room_start(&o, "");
    sample(&o);
    const struct query *q = &test_close_lie;
    expect(fund_findings(&o.fund) == 0);
    expect(store_write(o.app.store, run_query, &q) == OK);
    expect(fund_findings(&o.fund) == 1);
    fund_room_end(&o);
}

/* What goal_close_check() says of what is there; empty: nothing. */
static struct str check_again(struct fund_room *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str why = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    err e = goal_close_check(&tx, &o->fund.arena, &why);
    expect(e == OK || (e == GOAL_CLOSE_WRONG && why.n));
    return why;
}

/* Puts the statement in place of the one that was signed, as who holds the whole machine can. */
struct forgery {
    struct goal_close row;
    struct str signature;
};
QUERY(test_close_unguard, "drop trigger if exists goal_close_fixed");
QUERY(test_close_forge, "update goal_close set statement = $1, signature = $2");

static err forge(struct tx *tx, void *arg)
{
    const struct forgery *f = arg;
    struct stmt *s = query_start(tx, &test_close_forge);
    bind_str(s, 1, f->row.statement);
    bind_blob(s, 2, f->signature);
    return query_run(s, NULL);
}

/* The statement with one text in it put in place of another of the same length. */
static struct str changed(struct fund_room *o, struct str statement, const char *from,
                          const char *to)
{
    size_t at = 0;
    expect(strlen(from) == strlen(to) && str_find(statement, str_from_z(from), &at));
    size_t behind = at + strlen(from);
    return str_print(&o->fund.arena, STR_FMT "%s" STR_FMT, STR_ARG(str_sub(statement, 0, at)), to,
                     STR_ARG(str_sub(statement, behind, statement.n)));
}

TEST(a_closed_periods_statement_is_read_again_and_its_signature_must_hold)
{
    static const struct {
        const char *from, *to, *why;
    } lies[] = {
        { "settled 210.00", "settled 211.00", "its statement says other totals than are frozen" },
        { "net 208.50", "net 208.51", "its statement says other totals than are frozen" },
        { "pending 7.00", "pending 8.00", "its statement says other totals than are frozen" },
        { "\nentries 1", "\nentries 2", "the head in its statement is not in the chain" },
        { "\nhead ", "\nhead_", "the head in its statement is not in the chain" },
        { "provable 60.00", "provable 61.00", "its signature does not hold" },
    };
    struct fund_room o = { 0 };
    fund_room_start(&o, "");
    int64_t goal = sample(&o);
    fund_room_at(&o, JUNE);
    expect_str(check_again(&o), S(""));
    expect(close_goal(&o, goal) == OK);
    fund_add(&o.fund, "bank", "3 USD", "2018-05-31"); // later, which changes nothing
    expect_str(check_again(&o), S(""));
    struct goal_close c = close_of(&o, goal);
    struct str signature = { (const char *)c.signature, sizeof c.signature };
    const struct query *q = &test_close_unguard;
    expect(store_write(o.app.store, run_query, &q) == OK);
    for (size_t i = 0; i < COUNT(lies); i++) {
        struct forgery f = { .row = c, .signature = signature };
        f.row.statement = changed(&o, c.statement, lies[i].from, lies[i].to);
        expect(store_write(o.app.store, forge, &f) == OK);
        expect(str_ends(check_again(&o), str_from_z(lies[i].why)));
    }
    static const char none[ED25519_SIGNATURE_BYTES];
    struct forgery f = { .row = c, .signature = { none, sizeof none } };
    expect(store_write(o.app.store, forge, &f) == OK);
    expect_str(check_again(&o), S("closed period of goal 1: its signature does not hold"));
    fund_room_end(&o);
}

/* ---- marks */

struct marking {
    struct goal_mark_draft draft;
    struct arena *a;
    bool drop;
};

static err mark_work(struct tx *tx, void *arg)
{
    struct marking *m = arg;
    return m->drop ? goal_mark_drop(tx, &m->draft, m->a) : goal_mark_set(tx, &m->draft, m->a);
}

static err mark(struct fund_room *o, int64_t goal, int64_t minor, const char *label)
{
    struct marking m = { .draft = { .goal = goal,
                                    .minor = minor,
                                    .label = str_from_z(label ? label : ""),
                                    .by = ACTOR_CLI,
                                    .now = o->fund.now },
                         .a = &o->fund.arena,
                         .drop = !label };
    return store_write(o->app.store, mark_work, &m);
}

static struct meter meter_now(struct fund_room *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct meter m = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    expect(meter_for_day(&tx, date_from_days(fund_day("2018-05-01")), &o->fund.arena, &m) == OK);
    return m;
}

TEST_AND_FAULTS(marks_lie_above_their_goal_on_one_scale_and_are_few)
{
    struct fund_room o = { 0 };
    fund_room_start(&o, "");
    int64_t goal = sample(&o);
    expect(mark(&o, goal, 500000, "the goal itself") == GOAL_MARK_LOW);
    expect(mark(&o, goal, GOAL_MINOR_MAX + 1, "") == GOAL_MARK_LOW);
    expect(mark(&o, 99, 600000, "") == GOAL_MARK_MISSING);
    expect(mark(&o, goal, 600000, "two\nlines") == GOAL_MARK_LABEL_WRONG);
    expect(mark(&o, goal, 1000000, "A second boat") == OK);
    expect(mark(&o, goal, 500001, "") == OK);
    struct meter m = meter_now(&o);
    expect(m.mark_count == 2 && m.marks[0].minor == 500001 && m.marks[1].minor == 1000000);
    expect_str(m.marks[1].label, S("A second boat"));
    for (int i = 2; i < GOAL_MARKS_MAX; i++)
        expect(mark(&o, goal, 600000 + i, "") == OK);
    expect(mark(&o, goal, 700000, "") == GOAL_MARK_MANY);
    expect(mark(&o, goal, 1000000, "Two boats") == OK); // it is there already
    expect(mark(&o, goal, 700000, NULL) == GOAL_MARK_MISSING);
    expect(mark(&o, goal, 1000000, NULL) == OK);
    expect(meter_now(&o).mark_count == GOAL_MARKS_MAX - 1);
    fund_room_at(&o, JUNE);
    expect(close_goal(&o, goal) == OK);
    expect(mark(&o, goal, 800000, "") == GOAL_MARK_CLOSED);
    for (err e = 1; e < GOAL_MARK_REFUSALS; e++)
        expect(goal_mark_refusal(e) && theme_word(o.theme, goal_mark_refusal_word(e)).n);
    for (err e = 1; e < GOAL_CLOSE_REFUSALS; e++)
        expect(goal_close_refusal(e) && theme_word(o.theme, goal_close_refusal_word(e)).n);
    fund_room_end(&o);
}

TEST_AND_FAULTS(a_meter_with_marks_shows_all_parts_in_words_and_its_scale_ends_with_the_last_mark)
{
    struct fund_room o = { 0 };
    fund_room_start(&o, "");
    int64_t goal = sample(&o);
    expect(mark(&o, goal, 1000000, "A second boat") == OK);
    struct meter m = meter_now(&o);
    expect(m.provable == 6000 && m.attested == 5000 && m.by_hand == 10000);
    expect(m.settled == 21000 && m.fees == 150 && meter_net(&m) == 20850);
    struct arena *a = &o.fund.arena;
    struct meter_view v = meter_show_full(&m, &o.setup, (struct date){ 2018, 5, 4 }, a);
    expect_str(v.goal, S("$10,000"));
    expect_str(v.middle, S("$5,000"));
    expect_str(v.provable_sentence, S("$60 of it provable on a public chain"));
    expect_str(v.attested_sentence, S("$50 of it attested by payment providers and banks"));
    expect_str(v.hand_sentence, S("$100 of it entered by hand"));
    expect_str(v.net_sentence, S("$208.50 after fees of $1.50"));
    expect(v.provable_width == 6 && v.provided_at == 6 && v.provided_width == 5);
    expect(v.hand_at == 11 && v.hand_width == 10 && v.pending_at == 21);
    const struct meter_mark_view *marks = v.marks.items;
    expect(v.marks.n == 2 && marks[0].at == 500 && marks[1].at == 1000 && !marks[1].reached);
    expect_str(marks[1].sentence, S("$10,000: A second boat"));
    v = meter_show(&m, &o.setup, (struct date){ 2018, 5, 4 }, a);
    expect(!v.full && !v.attested_sentence.n && !v.net_sentence.n && v.provable_sentence.n);
    fund_paid(&o.fund, LEDGER_BY_PROVIDER, "ch_9", "20000.00 USD", "2018-05-04");
    m = meter_now(&o);
    v = meter_show_full(&m, &o.setup, (struct date){ 2018, 5, 4 }, a);
    marks = v.marks.items;
    expect(marks[0].reached && marks[1].reached && marks[1].at < 1000);
    fund_room_end(&o);
}
