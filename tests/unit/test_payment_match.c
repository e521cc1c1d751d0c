#include "base/crypto.h"
#include "funding/payment.h"
#include "funding/payment_match.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <string.h>

/* Without these a refund could be booked on the wrong gift, twice, or beyond what is left; a
 * payment that was typed in first would be counted again, or its refunds would wait for ever. */

struct work {
    struct fund *f;
    struct payment_event event;
    struct payment_result result;
    struct payment_match match;
    struct payment_aside aside;
    int64_t up;
    struct contribution_freeze_work {
        int64_t id;
        bool frozen;
    } freeze;
};

static err take_work(struct tx *tx, void *arg)
{
    struct work *w = arg;
    return payment_take(tx, &w->event, w->f->now, &w->f->arena, &w->result);
}

static err match_work(struct tx *tx, void *arg)
{
    struct work *w = arg;
    return payment_match(tx, &w->match, &w->f->arena, &w->result);
}

static err aside_work(struct tx *tx, void *arg)
{
    struct work *w = arg;
    return payment_set_aside(tx, &w->aside);
}

static err up_work(struct tx *tx, void *arg)
{
    struct work *w = arg;
    return payment_take_up(tx, w->up, ACTOR_CLI, w->f->now);
}

static err freeze_work(struct tx *tx, void *arg)
{
    struct work *w = arg;
    const struct contribution_freezing z = { .id = w->freeze.id,
                                             .frozen = w->freeze.frozen,
                                             .reason = S("looked into"),
                                             .by = ACTOR_CLI,
                                             .now = w->f->now };
    return contribution_freeze(tx, &z);
}

static struct payment_result take(struct fund *f, enum payment_kind kind, const char *object,
                                  const char *of, const char *amount)
{
    struct work w = { .f = f,
                      .event = {
                          .channel = S("stripe"),
                          .kind = kind,
                          .object = str_from_z(object),
                          .of = str_from_z(of),
                          .amount = amount ? fund_amount(amount) : (struct amount){ 0 },
                          .occurred_at = f->now - 60 * SECOND,
                          .day = fund_day("2018-05-04"),
                          .source = LEDGER_BY_PROVIDER,
                      } };
    expect(store_write(f->store, take_work, &w) == OK);
    return w.result;
}

static err match(struct fund *f, int64_t event, int64_t gift)
{
    struct work w = {
        .f = f, .match = { .event = event, .contribution = gift, .by = ACTOR_CLI, .now = f->now }
    };
    return store_write(f->store, match_work, &w);
}

static err aside(struct fund *f, int64_t event, struct str reason)
{
    struct work w = {
        .f = f, .aside = { .event = event, .reason = reason, .by = ACTOR_CLI, .now = f->now }
    };
    return store_write(f->store, aside_work, &w);
}

static err take_up(struct fund *f, int64_t event)
{
    struct work w = { .f = f, .up = event };
    return store_write(f->store, up_work, &w);
}

static void freeze(struct fund *f, int64_t gift, bool frozen)
{
    struct work w = { .f = f, .freeze = { gift, frozen } };
    expect(store_write(f->store, freeze_work, &w) == OK);
}

static struct payment_row waiting(struct fund *f, int64_t event)
{
    struct payment_row row = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(payment_waiting_get(&tx, event, &f->arena, &row) == OK);
    return row;
}

static int64_t open_count(struct fund *f)
{
    int64_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(payment_waiting_count(&tx, &n) == OK);
    return n;
}

static size_t listed(struct fund *f, bool asides)
{
    const struct payment_row *rows = NULL;
    size_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect((asides ? payment_aside_list : payment_waiting)(&tx, INT64_MAX, PAYMENT_PAGE, &f->arena,
                                                           &rows, &n) == OK);
    return n;
}

TEST(a_refund_that_waits_is_booked_on_the_gift_that_the_treasurer_names_once)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "stripe", "25.00 USD", "2018-05-03");
    struct payment_result r = take(&f, PAYMENT_REFUND, "re_1", "ch_1", "10.00 USD");
    expect(r.outcome == PAYMENT_WAITS && open_count(&f) == 1);
    expect(match(&f, r.event, gift) == OK);
    struct contribution c = fund_get(&f, gift);
    expect(c.state == CONTRIBUTION_SETTLED && c.out.units == 1000);
    expect(open_count(&f) == 0);
    expect(match(&f, r.event, gift) == PAYMENT_MATCH_MISSING);
    expect(take(&f, PAYMENT_REFUND, "re_1", "ch_1", "10.00 USD").outcome == PAYMENT_SEEN);
    // that the refund failed is told of the refund, and finds it
    expect(take(&f, PAYMENT_REFUND_FAILED, "rf_1", "re_1", NULL).outcome == PAYMENT_BOOKED);
    expect(fund_get(&f, gift).out.units == 0);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_match_that_does_not_fit_is_refused_and_changes_nothing)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "stripe", "25.00 USD", "2018-05-03");
    int64_t other = fund_add(&f, "kofi", "25.00 USD", "2018-05-03");
    int64_t promise = fund_promise(&f, "stripe", "25.00 USD", "2018-05-03");
    int64_t gone = fund_add(&f, "stripe", "25.00 USD", "2018-05-03");
    expect(fund_reverse(&f, gone) == OK);
    int64_t refund = take(&f, PAYMENT_REFUND, "re_1", "ch_1", "25.01 USD").event;
    int64_t euros = take(&f, PAYMENT_REFUND, "re_2", "ch_1", "5.00 EUR").event;
    int64_t undo = take(&f, PAYMENT_REFUND_FAILED, "rf_1", "re_9", NULL).event;
    int64_t failed = take(&f, PAYMENT_FAILED, "fa_1", "ch_9", NULL).event;
    int64_t fee = take(&f, PAYMENT_FEE, "fee_1", "ch_1", "1.00 USD").event;
    expect(match(&f, refund + 100, gift) == PAYMENT_MATCH_MISSING);
    expect(match(&f, refund, gift) == PAYMENT_MATCH_AMOUNT);
    expect(match(&f, euros, gift) == PAYMENT_MATCH_ASSET);
    expect(match(&f, refund, other) == PAYMENT_MATCH_CHANNEL);
    expect(match(&f, refund, promise) == PAYMENT_MATCH_STATE);
    expect(match(&f, refund, gone) == PAYMENT_MATCH_STATE);
    expect(match(&f, refund, 999) == PAYMENT_MATCH_NO_GIFT);
    expect(match(&f, undo, gift) == PAYMENT_MATCH_KIND);
    expect(match(&f, failed, promise) == PAYMENT_MATCH_KIND);
    expect(match(&f, fee, promise) == PAYMENT_MATCH_STATE);
    freeze(&f, gift, true);
    expect(match(&f, fee, gift) == PAYMENT_MATCH_FROZEN);
    freeze(&f, gift, false);
    expect(open_count(&f) == 5 && listed(&f, false) == 5);
    expect(match(&f, fee, gone) == OK); // a fee stays what it is
    expect(open_count(&f) == 4);
    for (err e = PAYMENT_MATCH_MISSING; e < PAYMENT_MATCH_REFUSALS; e++)
        expect(strncmp(payment_match_word(e), "funding_match_", 14) == 0);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(disputes_and_reorganisations_are_matched_too)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "stripe", "25.00 USD", "2018-05-03");
    int64_t second = fund_add(&f, "stripe", "8.00 USD", "2018-05-03");
    int64_t dispute = take(&f, PAYMENT_DISPUTE, "dp_1", "ch_1", "25.00 USD").event;
    int64_t reorg = take(&f, PAYMENT_REORG_REVERSAL, "ro_1", "ch_2", NULL).event;
    expect(match(&f, dispute, gift) == OK && match(&f, reorg, second) == OK);
    expect(fund_get(&f, gift).state == CONTRIBUTION_REVERSED);
    expect(fund_get(&f, second).state == CONTRIBUTION_REVERSED);
    expect(take(&f, PAYMENT_DISPUTE_WON, "dw_1", "dp_1", NULL).outcome == PAYMENT_BOOKED);
    expect(fund_get(&f, gift).state == CONTRIBUTION_SETTLED);
    fund_expect_sound(&f);
    fund_end(&f);
}

static int64_t typed_in(struct fund *f, const char *reference, bool pending)
{
    int64_t id = 0;
    struct contribution_draft d = fund_draft(f, "stripe", "25.00 USD", "2018-05-03");
    d.reference = str_from_z(reference);
    d.pending = pending;
    expect(fund_try(f, &d, &id) == OK);
    return id;
}

TEST(a_payment_that_was_typed_in_first_is_that_gift_and_its_refunds_find_it)
{
    struct fund f = fund_start();
    int64_t gift = typed_in(&f, "ch_1", false);
    struct payment_result p = take(&f, PAYMENT_RECEIVED, "ch_1", "", "25.00 USD");
    struct payment_result r = take(&f, PAYMENT_REFUND, "re_1", "ch_1", "5.00 USD");
    expect(p.outcome == PAYMENT_WAITS && r.outcome == PAYMENT_WAITS && open_count(&f) == 2);
    expect(match(&f, p.event, gift) == OK);
    expect(open_count(&f) == 0); // the refund was booked with it
    expect(fund_get(&f, gift).out.units == 500);
    // the gift is that payment now, and no other
    int64_t again = typed_in(&f, "ch_2", false);
    struct payment_result q = take(&f, PAYMENT_RECEIVED, "ch_2", "", "25.00 USD");
    expect(match(&f, q.event, gift) == PAYMENT_MATCH_TAKEN);
    struct payment_result s = take(&f, PAYMENT_RECEIVED, "ch_3", "", "25.00 USD");
    expect(s.outcome == PAYMENT_BOOKED &&
           match(&f, q.event, s.contribution) == PAYMENT_MATCH_TAKEN);
    expect(match(&f, q.event, again) == OK);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_payment_is_matched_with_a_gift_of_just_its_amount)
{
    struct fund f = fund_start();
    int64_t gift = typed_in(&f, "ch_1", false);
    int64_t dear = fund_add(&f, "stripe", "26.00 USD", "2018-05-03");
    int64_t euros = fund_add(&f, "stripe", "25.00 EUR", "2018-05-03");
    int64_t event = take(&f, PAYMENT_RECEIVED, "ch_1", "", "25.00 USD").event;
    expect(match(&f, event, dear) == PAYMENT_MATCH_AMOUNT);
    expect(match(&f, event, euros) == PAYMENT_MATCH_ASSET);
    expect(match(&f, event, gift) == OK);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(an_announced_gift_by_hand_settles_when_its_payment_is_matched)
{
    struct fund f = fund_start();
    int64_t gift = typed_in(&f, "ch_1", true);
    int64_t settled = typed_in(&f, "ch_2", false);
    int64_t pending = take(&f, PAYMENT_PENDING, "ch_1", "", "25.00 USD").event;
    int64_t received = take(&f, PAYMENT_RECEIVED, "ch_1", "", "25.00 USD").event;
    expect(match(&f, pending, settled) == PAYMENT_MATCH_STATE);
    expect(match(&f, pending, gift) == OK);
    expect(fund_get(&f, gift).state == CONTRIBUTION_PENDING);
    expect(match(&f, received, gift) == OK);
    expect(fund_get(&f, gift).state == CONTRIBUTION_SETTLED);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_payment_whose_refund_was_matched_with_a_gift_by_hand_is_not_counted_again)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "stripe", "25.00 USD", "2018-05-03");
    int64_t refund = take(&f, PAYMENT_REFUND, "re_1", "ch_1", "25.00 USD").event;
    expect(match(&f, refund, gift) == OK);
    struct payment_result late = take(&f, PAYMENT_RECEIVED, "ch_1", "", "25.00 USD");
    expect(late.outcome == PAYMENT_SUPERSEDED && late.contribution == gift);
    // announced only, the same holds
    int64_t second = fund_promise(&f, "stripe", "8.00 USD", "2018-05-03");
    int64_t third = fund_add(&f, "stripe", "9.00 USD", "2018-05-03");
    expect(fund_settle(&f, second) == OK);
    expect(match(&f, take(&f, PAYMENT_FEE, "fee_2", "ch_2", "0.10 USD").event, second) == OK);
    expect(take(&f, PAYMENT_PENDING, "ch_2", "", "8.00 USD").outcome == PAYMENT_SUPERSEDED);
    // of another amount it is another gift: both came
    expect(match(&f, take(&f, PAYMENT_FEE, "fee_3", "ch_3", "0.10 USD").event, third) == OK);
    expect(take(&f, PAYMENT_RECEIVED, "ch_3", "", "8.00 USD").outcome == PAYMENT_BOOKED);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(what_was_set_aside_comes_back_when_it_waits_for_something_else)
{
    struct fund f = fund_start();
    int64_t refund = take(&f, PAYMENT_REFUND, "re_1", "ch_1", "30.00 USD").event;
    int64_t small = take(&f, PAYMENT_REFUND, "re_2", "ch_1", "5.00 USD").event;
    char long_reason[PAYMENT_REASON_MAX + 1];
    memset(long_reason, 'a', sizeof long_reason);
    expect(aside(&f, refund, S("")) == PAYMENT_MATCH_REASON);
    expect(aside(&f, refund, bytes_str(long_reason, sizeof long_reason)) == PAYMENT_MATCH_REASON);
    expect(aside(&f, refund, S("a\x01")) == PAYMENT_MATCH_REASON);
    expect(aside(&f, 99, S("why")) == PAYMENT_MATCH_MISSING);
    expect(aside(&f, refund, bytes_str(long_reason, PAYMENT_REASON_MAX)) == OK);
    expect(aside(&f, refund, S("Of the account we had before")) == OK);
    expect(aside(&f, small, S("The same")) == OK);
    expect(open_count(&f) == 0 && listed(&f, false) == 0 && listed(&f, true) == 2);
    expect(str_eq(waiting(&f, refund).aside, S("Of the account we had before")));
    expect(take_up(&f, small) == OK && open_count(&f) == 1);
    expect(aside(&f, small, S("The same")) == OK);
    // its payment comes after all: what fits is booked, what does not is shown again
    expect(take(&f, PAYMENT_RECEIVED, "ch_1", "", "25.00 USD").released == 1);
    expect(take_up(&f, small) == PAYMENT_MATCH_MISSING);
    expect(open_count(&f) == 1 && listed(&f, true) == 0 && !waiting(&f, refund).aside.n);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(gifts_of_the_same_channel_and_amount_are_proposed)
{
    struct fund f = fund_start();
    int64_t ids[PAYMENT_CANDIDATES] = { 0 };
    size_t n = 0;
    for (int i = 0; i < PAYMENT_CANDIDATES + 1; i++)
        (void)fund_add(&f, "stripe", "25.00 USD", "2018-05-03");
    int64_t last = fund_add(&f, "stripe", "25.00 USD", "2018-05-03");
    (void)fund_add(&f, "kofi", "25.00 USD", "2018-05-03");
    (void)fund_add(&f, "stripe", "25.00 EUR", "2018-05-03");
    int64_t refund = take(&f, PAYMENT_REFUND, "re_1", "ch_1", "25.00 USD").event;
    int64_t undo = take(&f, PAYMENT_REFUND_FAILED, "rf_1", "re_9", NULL).event;
    struct payment_row row = waiting(&f, refund);
    struct payment_row none = waiting(&f, undo);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f.store, &tx) == OK);
    expect(payment_candidates(&tx, &row, ids, &n) == OK);
    expect(n == PAYMENT_CANDIDATES && ids[0] == last);
    expect(payment_candidates(&tx, &none, ids, &n) == OK && n == 0);
    tx_end(&tx);
    fund_end(&f);
}
