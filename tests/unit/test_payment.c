#include "funding/giver.h"
#include "funding/meter.h"
#include "funding/payment.h"
#include "funding/payment_message.h"
#include "funding/rate.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <stdlib.h>
#include <string.h>

/* Without these an event that is told twice, too early or by a liar would move money twice, wrongly
 * or not at all. */

struct taking {
    struct fund *f;
    struct payment_event event;
    struct payment_result result;
};

static err take_work(struct tx *tx, void *arg)
{
    struct taking *t = arg;
    return payment_take(tx, &t->event, t->f->now, &t->f->arena, &t->result);
}

static err try_event(struct fund *f, struct payment_event e, struct payment_result *ret)
{
    struct taking t = { .f = f, .event = e };
    err why = store_write(f->store, take_work, &t);
    *ret = t.result;
    return why;
}

static struct payment_result take(struct fund *f, struct payment_event e)
{
    struct payment_result r = { 0 };
    expect(try_event(f, e, &r) == OK);
    return r;
}

static struct payment_event event(struct fund *f, enum payment_kind kind, const char *object,
                                  const char *of, const char *amount)
{
    return (struct payment_event){
        .channel = S("stripe"),
        .kind = kind,
        .object = str_from_z(object),
        .of = str_from_z(of),
        .amount = amount ? fund_amount(amount) : (struct amount){ 0 },
        .occurred_at = f->now - 60 * SECOND,
        .day = fund_day("2018-05-04"),
        .source = LEDGER_BY_PROVIDER,
    };
}

static struct payment_event payment(struct fund *f, const char *object, const char *amount)
{
    return event(f, PAYMENT_RECEIVED, object, "", amount);
}

static void add_rate(struct fund *f, const char *asset, const char *price, int64_t at,
                     int64_t valid_until);

/* What an account holds, over all channels. */
static int64_t sum_of(struct fund *f, enum ledger_account account, const char *asset)
{
    const struct ledger_sum *sums = NULL;
    size_t n = 0;
    int64_t sum = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(ledger_sums(&tx, 0, LEDGER_END_DAY, &f->arena, &sums, &n) == OK);
    for (size_t i = 0; i < n; i++)
        if (sums[i].account == account && str_eq(asset_str(&sums[i].sum.asset), str_from_z(asset)))
            sum += (int64_t)sums[i].sum.units;
    return sum;
}

TEST(a_payment_is_booked_once_however_often_it_is_told)
{
    struct fund f = fund_start();
    struct payment_result r = take(&f, payment(&f, "ch_1", "25.00 USD"));
    expect(r.outcome == PAYMENT_BOOKED && r.contribution == 1);
    for (int i = 0; i < 3; i++)
        expect(take(&f, payment(&f, "ch_1", "25.00 USD")).outcome == PAYMENT_SEEN);
    expect(take(&f, payment(&f, "ch_1", "2500.00 USD")).outcome == PAYMENT_DIFFERS);
    expect(take(&f, payment(&f, "ch_1", "25.00 EUR")).outcome == PAYMENT_DIFFERS);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -2500);
    struct contribution c = fund_get(&f, 1);
    expect(c.state == CONTRIBUTION_SETTLED && c.source == LEDGER_BY_PROVIDER);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(the_same_number_in_another_channel_is_another_payment)
{
    struct fund f = fund_start();
    struct payment_event e = payment(&f, "1", "25.00 USD");
    expect(take(&f, e).outcome == PAYMENT_BOOKED);
    e.channel = S("kofi");
    expect(take(&f, e).outcome == PAYMENT_BOOKED);
    expect(sum_of(&f, LEDGER_ASSETS, "USD") == 5000);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_payment_keeps_its_fee_apart_so_that_gross_and_net_both_stand)
{
    struct fund f = fund_start();
    struct payment_event e = payment(&f, "ch_1", "25.00 USD");
    e.fee = fund_amount("1.03 USD");
    expect(take(&f, e).outcome == PAYMENT_BOOKED);
    expect(take(&f, event(&f, PAYMENT_FEE, "fee_1", "ch_1", "0.02 USD")).outcome == PAYMENT_BOOKED);
    expect(take(&f, event(&f, PAYMENT_FEE, "fee_2", "ch_2", "0.50 USD")).outcome == PAYMENT_WAITS);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -2500);
    expect(sum_of(&f, LEDGER_FEES, "USD") == 105);
    expect(sum_of(&f, LEDGER_ASSETS, "USD") == 2395);
    expect(take(&f, payment(&f, "ch_2", "8.00 USD")).released == 1);
    expect(sum_of(&f, LEDGER_FEES, "USD") == 155);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(refunds_take_out_parts_and_never_more_than_there_is)
{
    struct fund f = fund_start();
    take(&f, payment(&f, "ch_1", "25.00 USD"));
    expect(take(&f, event(&f, PAYMENT_REFUND, "re_1", "ch_1", "10.00 USD")).outcome ==
           PAYMENT_BOOKED);
    expect(take(&f, event(&f, PAYMENT_REFUND, "re_2", "ch_1", "15.01 USD")).outcome ==
           PAYMENT_WAITS);
    expect(take(&f, event(&f, PAYMENT_REFUND, "re_3", "ch_1", "10.00 EUR")).outcome ==
           PAYMENT_WAITS);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -1500);
    expect(fund_get(&f, 1).state == CONTRIBUTION_SETTLED);
    expect(take(&f, event(&f, PAYMENT_REFUND, "re_4", "ch_1", "15.00 USD")).outcome ==
           PAYMENT_BOOKED);
    expect(fund_get(&f, 1).state == CONTRIBUTION_REVERSED);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == 0 && sum_of(&f, LEDGER_ASSETS, "USD") == 0);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_refund_that_comes_before_its_payment_waits_and_is_booked_with_it)
{
    struct fund f = fund_start();
    expect(take(&f, event(&f, PAYMENT_REFUND_FAILED, "re_1", "re_1", NULL)).outcome ==
           PAYMENT_WAITS);
    expect(take(&f, event(&f, PAYMENT_REFUND, "re_1", "ch_1", "10.00 USD")).outcome ==
           PAYMENT_WAITS);
    expect(take(&f, event(&f, PAYMENT_REFUND, "re_2", "ch_1", "5.00 USD")).outcome ==
           PAYMENT_WAITS);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == 0);
    expect(take(&f, payment(&f, "ch_1", "25.00 USD")).released == 3);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -2000); // re_1 came back, re_2 did not
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_refund_that_failed_makes_room_for_one_that_was_too_much)
{
    struct fund f = fund_start();
    take(&f, payment(&f, "ch_1", "25.00 USD"));
    take(&f, event(&f, PAYMENT_REFUND, "re_1", "ch_1", "20.00 USD"));
    expect(take(&f, event(&f, PAYMENT_REFUND, "re_2", "ch_1", "24.00 USD")).outcome ==
           PAYMENT_WAITS);
    struct payment_result r = take(&f, event(&f, PAYMENT_REFUND_FAILED, "re_1", "re_1", NULL));
    expect(r.outcome == PAYMENT_BOOKED && r.released == 1);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -100);
    // another number for the same failure moves nothing
    expect(take(&f, event(&f, PAYMENT_REFUND_FAILED, "x_1", "re_1", NULL)).outcome ==
           PAYMENT_SUPERSEDED);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -100);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_dispute_takes_the_money_and_its_end_decides)
{
    struct fund f = fund_start();
    take(&f, payment(&f, "ch_1", "25.00 USD"));
    take(&f, payment(&f, "ch_2", "7.00 USD"));
    take(&f, event(&f, PAYMENT_DISPUTE, "dp_1", "ch_1", "25.00 USD"));
    take(&f, event(&f, PAYMENT_DISPUTE, "dp_2", "ch_2", "7.00 USD"));
    expect(sum_of(&f, LEDGER_INCOME, "USD") == 0);
    expect(take(&f, event(&f, PAYMENT_DISPUTE_WON, "dp_1", "dp_1", NULL)).outcome ==
           PAYMENT_BOOKED);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -2500);
    expect(fund_get(&f, 1).state == CONTRIBUTION_SETTLED);
    expect(fund_get(&f, 2).state == CONTRIBUTION_REVERSED);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(pending_settled_and_failed_come_to_the_same_in_every_order)
{
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    for (size_t i = 0; i < 6; i++) {
        struct fund f = fund_start();
        const struct payment_event events[3] = {
            event(&f, PAYMENT_PENDING, "ch_1", "", "25.00 USD"),
            event(&f, PAYMENT_RECEIVED, "ch_1", "", "25.00 USD"),
            event(&f, PAYMENT_FAILED, "ch_1", "ch_1", NULL),
        };
        for (size_t j = 0; j < 3; j++)
            take(&f, events[orders[i][j]]);
        expect(sum_of(&f, LEDGER_INCOME, "USD") == -2500);
        expect(sum_of(&f, LEDGER_PENDING, "USD") == 0);
        expect(sum_of(&f, LEDGER_ASSETS, "USD") == 2500);
        fund_expect_sound(&f);
        fund_end(&f);
    }
}

TEST(a_pending_payment_settles_fails_or_comes_as_another_amount)
{
    struct fund f = fund_start();
    take(&f, event(&f, PAYMENT_PENDING, "a", "", "25.00 USD"));
    take(&f, event(&f, PAYMENT_PENDING, "b", "", "10.00 USD"));
    take(&f, event(&f, PAYMENT_PENDING, "c", "", "5.00 USD"));
    take(&f, event(&f, PAYMENT_PENDING, "d", "", "3.00 USD"));
    expect(sum_of(&f, LEDGER_PENDING, "USD") == -4300);
    expect(take(&f, payment(&f, "a", "25.00 USD")).contribution == 1);
    expect(take(&f, payment(&f, "b", "9.50 USD")).contribution == 5); // a new gift
    expect(take(&f, event(&f, PAYMENT_FAILED, "c", "c", NULL)).outcome == PAYMENT_BOOKED);
    expect(fund_settle(&f, 4) == OK); // the treasurer was faster
    expect(take(&f, payment(&f, "d", "3.00 USD")).outcome == PAYMENT_SUPERSEDED);
    expect(take(&f, event(&f, PAYMENT_FAILED, "d", "d", NULL)).outcome == PAYMENT_SUPERSEDED);
    expect(sum_of(&f, LEDGER_PENDING, "USD") == 0);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -2500 - 950 - 300);
    expect(fund_get(&f, 2).state == CONTRIBUTION_REVERSED);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(reorganisations_take_a_payment_out_and_put_it_back_exactly)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    add_rate(&f, "BTC", "9313.37", f.now - 120 * SECOND, f.now + 120 * SECOND);
    struct payment_event e = event(&f, PAYMENT_RECEIVED, "aa:0", "", "0.00150001 BTC");
    e.source = LEDGER_BY_CHAIN;
    expect(take(&f, e).outcome == PAYMENT_BOOKED);
    int64_t value = -sum_of(&f, LEDGER_INCOME, "USD");
    expect(value == 1397); // 13.97014...
    for (int i = 0; i < 4; i++) {
        char out[] = "aa:0@0";
        out[5] = (char)('0' + i);
        f.now += 600 * SECOND;
        // another rate by now, which must not matter
        add_rate(&f, "BTC", i % 2 ? "20000" : "4000", f.now - 120 * SECOND, f.now + 120 * SECOND);
        struct payment_event reversal = event(&f, PAYMENT_REORG_REVERSAL, out, "aa:0", NULL);
        struct payment_event restore = event(&f, PAYMENT_REORG_RESTORE, out, out, NULL);
        reversal.source = restore.source = LEDGER_BY_CHAIN;
        expect(take(&f, reversal).outcome == PAYMENT_BOOKED);
        expect(sum_of(&f, LEDGER_INCOME, "USD") == 0 && sum_of(&f, LEDGER_ASSETS, "BTC") == 0);
        expect(take(&f, restore).outcome == PAYMENT_BOOKED);
        expect(sum_of(&f, LEDGER_INCOME, "USD") == -value);
        expect(sum_of(&f, LEDGER_ASSETS, "BTC") == 150001);
    }
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_reorganisation_takes_all_whatever_amount_is_told_with_it)
{
    struct fund f = fund_start();
    take(&f, event(&f, PAYMENT_RECEIVED, "aa:0", "", "0.00150001 BTC"));
    expect(
        take(&f, event(&f, PAYMENT_REORG_REVERSAL, "aa:0@1", "aa:0", "0.00000001 BTC")).outcome ==
        PAYMENT_BOOKED);
    expect(sum_of(&f, LEDGER_ASSETS, "BTC") == 0);
    expect(take(&f, event(&f, PAYMENT_REORG_RESTORE, "aa:0@1", "aa:0@1", "9 USD")).outcome ==
           PAYMENT_BOOKED);
    expect(sum_of(&f, LEDGER_ASSETS, "BTC") == 150001);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(parts_of_a_valued_gift_share_its_value_and_the_last_takes_the_rest)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    add_rate(&f, "ETH", "100", f.now - 120 * SECOND, f.now + 120 * SECOND);
    take(&f, payment(&f, "t", "0.000000000000000003 ETH")); // worth nothing: unvalued
    expect(fund_get(&f, 1).unvalued);
    take(&f, payment(&f, "u", "1.000000000000000001 ETH"));
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -10000);
    take(&f, event(&f, PAYMENT_REFUND, "r1", "u", "0.333333333333333333 ETH"));
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -6667);
    take(&f, event(&f, PAYMENT_REFUND, "r2", "u", "0.333333333333333333 ETH"));
    take(&f, event(&f, PAYMENT_REFUND, "r3", "u", "0.333333333333333335 ETH"));
    expect(sum_of(&f, LEDGER_INCOME, "USD") == 0);
    expect(fund_get(&f, 2).state == CONTRIBUTION_REVERSED);
    take(&f, event(&f, PAYMENT_REFUND_FAILED, "r1", "r1", NULL));
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -3333);
    take(&f, event(&f, PAYMENT_REFUND, "r4", "u", "0.333333333333333333 ETH"));
    expect(sum_of(&f, LEDGER_INCOME, "USD") == 0);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(without_a_valid_rate_a_gift_is_unvalued_until_the_treasurer_values_it_once)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    add_rate(&f, "EUR", "1.2", f.now - 3600 * SECOND, f.now - 61 * SECOND); // a second too old
    take(&f, payment(&f, "a", "10.00 EUR"));
    expect(fund_get(&f, 1).unvalued && sum_of(&f, LEDGER_INCOME, "EUR") == -1000);
    add_rate(&f, "EUR", "1.3", f.now, f.now + SECOND); // later than it happened
    take(&f, payment(&f, "b", "10.00 EUR"));
    expect(fund_get(&f, 2).unvalued);
    struct contribution c = { 0 };
    struct contribution_price p = { .id = 1, .price = S("1.199"), .source = S("ECB, 4 May") };
    expect(fund_value(&f, &p) == OK);
    c = fund_get(&f, 1);
    expect(!c.unvalued && c.value.units == 1199);
    expect_str(c.rate, S("1.199"));
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -1199 && sum_of(&f, LEDGER_INCOME, "EUR") == -1000);
    expect(fund_value(&f, &p) == CONTRIBUTION_IS_VALUED);
    p = (struct contribution_price){ .id = 2, .price = S("0"), .source = S("x") };
    expect(fund_value(&f, &p) == CONTRIBUTION_VALUE_WRONG);
    p.price = S("1.2");
    p.source = S("");
    expect(fund_value(&f, &p) == CONTRIBUTION_VALUE_WRONG);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_gift_by_hand_is_valued_only_on_its_own_day)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    add_rate(&f, "EUR", "1.2", f.now - SECOND, f.now + SECOND);
    expect(!fund_get(&f, fund_add(&f, "bank", "10.00 EUR", "2018-05-04")).unvalued);
    expect(fund_get(&f, fund_add(&f, "bank", "10.00 EUR", "2018-05-03")).unvalued);
    fund_expect_sound(&f);
    fund_end(&f);
}

static struct str letters(struct fund *f, size_t n)
{
    char *s = arena_new(&f->arena, char, n);
    memset(s, 'x', n);
    return (struct str){ s, n };
}

TEST(nonsense_is_refused_whole)
{
    struct fund f = fund_start();
    struct payment_result r = { 0 };
    struct payment_event good = payment(&f, "ch_1", "25.00 USD");
    struct payment_event bad[16];
    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = good;
    bad[0].object = S("");
    bad[1].object = S("with space");
    bad[2].object = letters(&f, PAYMENT_OBJECT_MAX + 1);
    bad[3].of = S("ch_0"); // a payment is of nothing
    bad[4].amount.units = 0;
    bad[5].amount.units = -1;
    bad[6].amount.units = (int128)CONTRIBUTION_MINOR_MAX + 1;
    bad[7].day = CONTRIBUTION_FIRST_DAY - 1;
    bad[8].day = fund_day("2018-05-06");
    bad[9].channel = S("Stripe");
    bad[10].channel = S("");
    bad[11].reference = S("=cmd");
    bad[12].fee = fund_amount("1 USD");
    bad[12].fee.units = -1;
    bad[13] = event(&f, PAYMENT_REFUND, "re_1", "", "1 USD");
    bad[14] = event(&f, PAYMENT_REFUND, "re_1", "ch_1", "1 USD");
    bad[14].amount.units = 0;
    bad[15] = event(&f, PAYMENT_FEE, "re_1", "ch_1", "1 USD");
    bad[15].amount.units = -5;
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(try_event(&f, bad[i], &r) == PAYMENT_WRONG);
    good.object = letters(&f, PAYMENT_OBJECT_MAX);
    good.day = fund_day("2018-05-05");
    expect(take(&f, good).outcome == PAYMENT_BOOKED);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -2500);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_gift_that_was_typed_in_with_the_same_number_is_not_counted_again)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "stripe", "25.00 USD", "2018-05-04");
    const struct payment_row *rows = NULL;
    size_t n = 0;
    int64_t id = 0;
    d.reference = S("ch_1");
    expect(fund_try(&f, &d, &id) == OK);
    expect(take(&f, payment(&f, "ch_1", "25.00 USD")).outcome == PAYMENT_WAITS);
    expect(sum_of(&f, LEDGER_INCOME, "USD") == -2500);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f.store, &tx) == OK);
    expect(payment_waiting(&tx, INT64_MAX, PAYMENT_PAGE, &f.arena, &rows, &n) == OK && n == 1);
    expect_str(rows[0].why, S("funding_wait_reference"));
    expect_str(rows[0].event.object, S("ch_1"));
    tx_end(&tx);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(who_gave_is_kept_apart_and_what_is_no_text_is_left_out)
{
    struct fund f = fund_start();
    struct giver g = { 0 };
    struct payment_event e = payment(&f, "ch_1", "25.00 USD");
    e.payer = (struct payer){ .name = S("\xd8\xb9\xd9\x84\xd9\x8a"),
                              .email = S("a@example.org"),
                              .message = S("two\nlines"),
                              .named = true };
    take(&f, e);
    e = payment(&f, "ch_2", "25.00 USD");
    e.payer = (struct payer){ .name = S("\xff"), .message = S("\x01") };
    take(&f, e);
    expect(fund_get(&f, 2).giver == 0);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f.store, &tx) == OK);
    expect(giver_get(&tx, fund_get(&f, 1).giver, &f.arena, &g) == OK);
    expect(g.named && !g.erased_at);
    expect_str(g.email, S("a@example.org"));
    expect_str(g.message, S("two\nlines"));
    expect(giver_get(&tx, 99, &f.arena, &g) == GIVER_MISSING);
    tx_end(&tx);
    fund_end(&f);
}

QUERY(test_givers_kept, "select count(*) from giver");

static int64_t givers_kept(struct fund *f)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(f->store, &tx) == OK);
    struct stmt *s = query_start(&tx, &test_givers_kept);
    expect(query_step(s, &row) == OK && row);
    int64_t n = column_int(s, 0);
    query_end(s);
    return n;
}

static struct str giver_name(struct fund *f, int64_t contribution)
{
    struct giver g = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f->store, &tx) == OK);
    int64_t giver = fund_get(f, contribution).giver;
    expect(!giver || giver_get(&tx, giver, &f->arena, &g) == OK);
    return g.name;
}

TEST(an_announcement_of_a_payment_that_waits_names_nobody_s_gift)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "stripe", "25.00 USD", "2018-05-03");
    int64_t id = 0;
    d.reference = S("ch_1");
    expect(fund_try(&f, &d, &id) == OK);
    expect(take(&f, payment(&f, "ch_1", "25.00 USD")).outcome == PAYMENT_WAITS);
    struct payment_event e = event(&f, PAYMENT_PENDING, "ch_1", "", "25.00 USD");
    e.payer.name = S("Ada");
    expect(take(&f, e).outcome == PAYMENT_SUPERSEDED);
    expect(givers_kept(&f) == 0 && fund_get(&f, 1).giver == 0);
    fund_expect_sound(&f);
    fund_end(&f);
}

/* PayPal's webhook does not say who gave, its notification by IPN does: whichever comes first, the
 * giver gets a receipt, is found, and can be erased. */
TEST(who_gave_is_learned_from_a_later_message_once_and_stands_in_one_row)
{
    struct fund f = fund_start();
    struct payment_event e = payment(&f, "ch_1", "25.00 USD");
    expect(take(&f, e).outcome == PAYMENT_BOOKED && givers_kept(&f) == 0);
    e.payer = (struct payer){ .name = S("Ada"), .email = S("ada@example.org") };
    expect(take(&f, e).outcome == PAYMENT_SEEN);
    expect_str(giver_name(&f, 1), S("Ada"));
    e.payer.name = S("Bo");
    expect(take(&f, e).outcome == PAYMENT_SEEN);
    expect_str(giver_name(&f, 1), S("Ada"));
    expect(givers_kept(&f) == 1);

    e = event(&f, PAYMENT_PENDING, "ch_2", "", "9.00 USD");
    take(&f, e);
    e.kind = PAYMENT_RECEIVED;
    e.payer.name = S("Cy");
    expect(take(&f, e).outcome == PAYMENT_BOOKED);
    expect_str(giver_name(&f, 2), S("Cy"));

    e = event(&f, PAYMENT_PENDING, "ch_3", "", "8.00 USD");
    e.payer.name = S("Di");
    take(&f, e);
    e.kind = PAYMENT_RECEIVED;
    expect(take(&f, e).outcome == PAYMENT_BOOKED);
    expect_str(giver_name(&f, 3), S("Di"));
    expect(givers_kept(&f) == 3); // none that stands with no gift, where nobody would erase it
    fund_expect_sound(&f);
    fund_end(&f);
}

/* Everything that may happen to three gifts, in shuffled orders and told twice. */
TEST(every_order_of_the_same_events_comes_to_the_same_sums)
{
    unsigned seed = 20180504;
    for (int run = 0; run < 40; run++) {
        struct fund f = fund_start();
        struct payment_event all[] = {
            payment(&f, "a", "10.00 USD"),
            event(&f, PAYMENT_REFUND, "ra", "a", "4.00 USD"),
            event(&f, PAYMENT_REFUND_FAILED, "ra", "ra", NULL),
            event(&f, PAYMENT_REFUND, "rb", "a", "3.00 USD"),
            payment(&f, "b", "20.00 USD"),
            event(&f, PAYMENT_DISPUTE, "db", "b", "20.00 USD"),
            event(&f, PAYMENT_DISPUTE_WON, "db", "db", NULL),
            event(&f, PAYMENT_FEE, "fb", "b", "0.40 USD"),
            event(&f, PAYMENT_PENDING, "c", "", "5.00 USD"),
            payment(&f, "c", "5.00 USD"),
            event(&f, PAYMENT_REORG_REVERSAL, "c@1", "c", NULL),
            event(&f, PAYMENT_REORG_RESTORE, "c@1", "c@1", NULL),
        };
        for (size_t i = 0; i < 2 * COUNT(all); i++) {
            size_t x = (size_t)rand_r(&seed) % COUNT(all);
            struct payment_event swap = all[i % COUNT(all)];
            all[i % COUNT(all)] = all[x];
            all[x] = swap;
        }
        for (size_t i = 0; i < COUNT(all); i++)
            take(&f, all[i]);
        for (size_t i = 0; i < COUNT(all); i++)
            expect(take(&f, all[i]).outcome == PAYMENT_SEEN);
        expect(sum_of(&f, LEDGER_INCOME, "USD") == -700 - 2000 - 500);
        expect(sum_of(&f, LEDGER_FEES, "USD") == 40);
        expect(sum_of(&f, LEDGER_PENDING, "USD") == 0);
        fund_expect_sound(&f);
        fund_end(&f);
    }
}

struct message {
    struct payment_message m;
    int64_t id;
    bool fresh;
};

static err message_work(struct tx *tx, void *arg)
{
    struct message *m = arg;
    return payment_message_add(tx, &m->m, &m->id, &m->fresh);
}

TEST(a_message_is_kept_once_and_as_it_came)
{
    struct fund f = fund_start();
    struct message m = { .m = { .channel = S("stripe"),
                                .delivery = S("evt_1"),
                                .body = S("{\"a\":1}"),
                                .received_at = f.now } };
    expect(store_write(f.store, message_work, &m) == OK && m.fresh && m.id == 1);
    m.m.body = S("{}");
    expect(store_write(f.store, message_work, &m) == OK && !m.fresh && m.id == 1);
    m.m.channel = S("kofi");
    expect(store_write(f.store, message_work, &m) == OK && m.fresh && m.id == 2);
    fund_end(&f);
}

struct rating {
    struct rate rate;
};

static err rate_work(struct tx *tx, void *arg)
{
    struct rating *r = arg;
    return rate_add(tx, &r->rate);
}

static void add_rate(struct fund *f, const char *asset, const char *price, int64_t at,
                     int64_t valid_until)
{
    struct rating r = { .rate = { .price = str_from_z(price),
                                  .source = S("a test"),
                                  .at = at,
                                  .valid_until = valid_until } };
    expect(asset_parse(str_from_z(asset), &r.rate.asset));
    expect(asset_parse(S("USD"), &r.rate.currency));
    expect(store_write(f->store, rate_work, &r) == OK);
}
