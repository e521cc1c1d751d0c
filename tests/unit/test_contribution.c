#include "unit/funding.h"
#include "unit/test.h"

#include <string.h>

/* Without these a gift could be counted twice, counted wrongly, or disappear. */

static err try_draft(struct fund *f, struct contribution_draft d)
{
    int64_t id = 0;
    return fund_try(f, &d, &id);
}

TEST(contribution_is_settled_unless_it_is_entered_as_pending)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    int64_t promise = fund_promise(&f, "paypal", "10 USD", "2018-05-02");
    struct contribution c = fund_get(&f, gift);
    expect(c.state == CONTRIBUTION_SETTLED && c.source == LEDGER_BY_HAND);
    expect_str(c.channel, S("bank"));
    expect_str(amount_print(&f.arena, c.amount), S("25.00"));
    expect_str(date_print(&f.arena, c.occurred_on), S("2018-05-03"));
    expect(fund_get(&f, promise).state == CONTRIBUTION_PENDING);
    expect(fund_settle(&f, promise) == OK);
    expect(fund_get(&f, promise).state == CONTRIBUTION_SETTLED);
    expect(fund_settle(&f, promise) == CONTRIBUTION_IS_SETTLED);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(contribution_is_reversed_once_and_never_again_settled)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    int64_t promise = fund_promise(&f, "bank", "10 USD", "2018-05-02");
    expect(fund_reverse(&f, gift) == OK);
    expect(fund_reverse(&f, gift) == CONTRIBUTION_IS_REVERSED);
    expect(fund_reverse(&f, promise) == OK);
    expect(fund_settle(&f, promise) == CONTRIBUTION_IS_REVERSED);
    expect(fund_reverse(&f, 99) == CONTRIBUTION_MISSING);
    expect(fund_settle(&f, 99) == CONTRIBUTION_MISSING);
    expect(fund_get(&f, gift).state == CONTRIBUTION_REVERSED);
    expect_str(fund_get(&f, gift).reason, S("a test"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(contribution_refuses_amounts_of_nothing_and_beyond_the_most)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "bank", "1 USD", "2018-05-03");
    d.amount.units = 0;
    expect(try_draft(&f, d) == CONTRIBUTION_AMOUNT_ZERO);
    d.amount.units = -1;
    expect(try_draft(&f, d) == CONTRIBUTION_AMOUNT_ZERO);
    d.amount.units = (int128)CONTRIBUTION_MINOR_MAX + 1;
    expect(try_draft(&f, d) == CONTRIBUTION_AMOUNT_LARGE);
    d.amount.units = CONTRIBUTION_MINOR_MAX;
    expect(try_draft(&f, d) == OK);
    d = fund_draft(&f, "ethereum", "10000 ETH", "2018-05-03"); // 10^13 gwei
    expect(try_draft(&f, d) == OK);
    d.amount.units++;
    expect(try_draft(&f, d) == CONTRIBUTION_AMOUNT_LARGE);
    d = fund_draft(&f, "ethereum", "0.000000000000000001 ETH", "2018-05-03");
    expect(try_draft(&f, d) == OK);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(contribution_refuses_days_before_2000_and_after_tomorrow)
{
    struct fund f = fund_start();
    expect(try_draft(&f, fund_draft(&f, "bank", "1 USD", "1999-12-31")) == CONTRIBUTION_DAY_EARLY);
    expect(try_draft(&f, fund_draft(&f, "bank", "1 USD", "2000-01-01")) == OK);
    expect(try_draft(&f, fund_draft(&f, "bank", "1 USD", "2018-05-05")) == OK);
    expect(try_draft(&f, fund_draft(&f, "bank", "1 USD", "2018-05-06")) == CONTRIBUTION_DAY_FUTURE);
    fund_end(&f);
}

TEST(contribution_takes_the_ten_kinds_as_channels_and_no_others_without_configuration)
{
    struct fund f = fund_start();
    static const char *const kinds[] = { "paypal", "stripe", "patreon", "kofi",     "liberapay",
                                         "link",   "bank",   "bitcoin", "ethereum", "bitcoincash" };
    for (size_t i = 0; i < COUNT(kinds); i++)
        expect(try_draft(&f, fund_draft(&f, kinds[i], "1 USD", "2018-05-03")) == OK);
    expect(try_draft(&f, fund_draft(&f, "cash", "1 USD", "2018-05-03")) ==
           CONTRIBUTION_CHANNEL_UNKNOWN);
    expect(try_draft(&f, fund_draft(&f, "", "1 USD", "2018-05-03")) ==
           CONTRIBUTION_CHANNEL_UNKNOWN);
    expect(try_draft(&f, fund_draft(&f, "Bank", "1 USD", "2018-05-03")) ==
           CONTRIBUTION_CHANNEL_UNKNOWN);
    fund_end(&f);
}

TEST(contribution_takes_notes_and_references_up_to_their_bounds)
{
    struct fund f = fund_start();
    char text[CONTRIBUTION_NOTE_MAX + 1];
    memset(text, 'n', sizeof text);
    struct contribution_draft d = fund_draft(&f, "bank", "1 USD", "2018-05-03");
    d.note = (struct str){ text, CONTRIBUTION_NOTE_MAX + 1 };
    expect(try_draft(&f, d) == CONTRIBUTION_NOTE_WRONG);
    d.note.n--;
    expect(try_draft(&f, d) == OK);
    d.note = S("bell\x07");
    expect(try_draft(&f, d) == CONTRIBUTION_NOTE_WRONG);
    d.note = S("two\nlines");
    d.reference = (struct str){ text, CONTRIBUTION_REFERENCE_MAX + 1 };
    expect(try_draft(&f, d) == CONTRIBUTION_REFERENCE_WRONG);
    d.reference.n--;
    expect(try_draft(&f, d) == OK);
    d.reference = S("two\nlines");
    expect(try_draft(&f, d) == CONTRIBUTION_REFERENCE_WRONG);
    fund_end(&f);
}

TEST(contribution_with_a_reference_that_is_there_already_in_its_channel_is_refused)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "bank", "1 USD", "2018-05-03");
    int64_t id = 0;
    d.reference = S("2018-117");
    expect(fund_try(&f, &d, &id) == OK);
    expect(try_draft(&f, d) == CONTRIBUTION_REFERENCE_USED);
    expect(fund_reverse(&f, id) == OK);
    expect(try_draft(&f, d) == CONTRIBUTION_REFERENCE_USED); // reversed is not forgotten
    d.channel = S("paypal");
    expect(try_draft(&f, d) == OK);
    d.reference = S("");
    expect(try_draft(&f, d) == OK);
    expect(try_draft(&f, d) == OK);
    fund_expect_sound(&f);
    fund_end(&f);
}

static err erase_work(struct tx *tx, void *arg)
{
    const int64_t *id = arg;
    return contribution_erase(tx, *id, ACTOR_SERVER, FUND_NOW);
}

TEST(contribution_forgets_its_private_texts_and_the_ledger_does_not_notice)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "bank", "1 USD", "2018-05-03");
    int64_t id = 0;
    int64_t missing = 99;
    d.note = S("from the miller's daughter");
    d.reference = S("standing order 5");
    expect(fund_try(&f, &d, &id) == OK);
    struct str before = fund_csv(&f);
    size_t at = 0;
    expect(!str_find(before, S("miller"), &at) && !str_find(before, S("standing"), &at));
    expect(store_write(f.store, erase_work, &missing) == CONTRIBUTION_MISSING);
    expect(store_write(f.store, erase_work, &id) == OK);
    struct contribution c = fund_get(&f, id);
    expect(c.note.n == 0 && c.reference.n == 0 && c.reason.n == 0);
    expect_str(fund_csv(&f), before);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(contribution_steps_stand_in_the_audit_log_without_private_words)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "bank", "1.50 USD", "2018-05-03");
    int64_t id = 0;
    d.pending = true;
    d.note = S("the miller");
    expect(fund_try(&f, &d, &id) == OK);
    expect(fund_settle(&f, id) == OK);
    expect(fund_reverse(&f, id) == OK);
    expect(store_write(f.store, erase_work, &id) == OK);
    static const char *const want[] = { "contribution.erase", "contribution.reverse",
                                        "contribution.settle", "contribution.add" };
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct audit_page p = { 0 };
    struct audit_query q = { .kind = S("contribution"), .object = id };
    expect(store_read(f.store, &tx) == OK);
    expect(audit_list(&tx, &q, &f.arena, &p) == OK);
    expect(p.count == COUNT(want));
    for (size_t i = 0; i < p.count; i++) {
        size_t at = 0;
        expect_str(p.entries[i].action, str_from_z(want[i]));
        expect(!str_find(p.entries[i].detail, S("miller"), &at));
    }
    expect_str(p.entries[3].detail, S("bank, 1.50 USD, 2018-05-03"));
    tx_end(&tx);
    fund_end(&f);
}

TEST(contribution_in_another_currency_than_the_days_goal_is_unvalued)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    expect(!fund_get(&f, fund_add(&f, "bank", "1 USD", "2018-05-01")).unvalued);
    expect(fund_get(&f, fund_add(&f, "bank", "1 EUR", "2018-05-01")).unvalued);
    expect(fund_get(&f, fund_add(&f, "bitcoin", "1 BTC", "2018-05-01")).unvalued);
    expect(!fund_get(&f, fund_add(&f, "bank", "1 EUR", "2018-04-30")).unvalued); // no goal
    fund_end(&f);
}

static size_t walk_pages(struct fund *f, size_t most, int64_t *ret_ids)
{
    struct contribution_cursor at = CONTRIBUTION_BEGIN;
    size_t n = 0;
    for (;;) {
        struct tx tx CLEANUP(tx_end) = { 0 };
        struct contribution_page p = { 0 };
        expect(store_read(f->store, &tx) == OK);
        expect(contribution_list(&tx, at, most, &f->arena, &p) == OK);
        for (size_t i = 0; i < p.n; i++)
            ret_ids[n++] = p.items[i].id;
        if (!p.more)
            return n;
        expect(p.n == most);
        struct str text = contribution_cursor_print(&f->arena, p.next);
        expect(contribution_cursor_parse(text, &at));
    }
}

TEST(contribution_pages_hold_each_gift_once_latest_day_first)
{
    struct fund f = fund_start();
    static const char *const days[] = { "2018-05-02", "2018-05-04", "2018-05-02", "2018-05-03",
                                        "2018-05-02" };
    static const int64_t want[] = { 2, 4, 5, 3, 1 };
    for (size_t i = 0; i < COUNT(days); i++)
        fund_add(&f, "bank", "1 USD", days[i]);
    for (size_t most = 1; most <= 6; most++) {
        int64_t ids[10] = { 0 };
        expect(walk_pages(&f, most, ids) == COUNT(want));
        expect(memcmp(ids, want, sizeof want) == 0);
    }
    fund_end(&f);
}

TEST(contribution_cursors_that_were_made_up_are_refused)
{
    struct contribution_cursor c = CONTRIBUTION_BEGIN;
    static const char *const wrong[] = {
        "",
        ".",
        "2018-05-03",
        "2018-05-03.",
        "2018-05-03.0",
        "2018-05-03.-1",
        "2018-02-30.1",
        "2018-05-03.9223372036854775808",
        "2018-05-03.1 ",
        "x.1",
        "2018-05-03.1.1",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(!contribution_cursor_parse(str_from_z(wrong[i]), &c));
    expect(c.day == INT64_MAX && c.id == INT64_MAX);
}

TEST(contribution_refusals_have_a_sentence_and_a_word_each)
{
    for (err e = 1; e < CONTRIBUTION_REFUSALS; e++) {
        expect(strlen(contribution_refusal(e)) > 10);
        expect(strncmp(contribution_refusal_word(e), "funding_refused_", 16) == 0);
    }
}

TEST(amount_reads_and_writes_exact_decimals)
{
    struct arena a;
    struct asset eth = { 0 };
    struct asset jpy = { 0 };
    struct amount m = { 0 };
    arena_init(&a, 10000);
    expect(asset_parse(S("ETH"), &eth) && asset_parse(S("JPY"), &jpy));
    expect(amount_parse(S("99999999999999999999.999999999999999999"), eth, &m));
    expect_str(amount_print(&a, m), S("99999999999999999999.999999999999999999"));
    expect_str(amount_print(&a, amount_negative(m)), S("-99999999999999999999.999999999999999999"));
    expect(amount_parse(S("0.5"), eth, &m));
    expect_str(amount_print(&a, m), S("0.500000000000000000"));
    expect(amount_parse(S("500"), jpy, &m));
    expect_str(amount_print(&a, m), S("500"));
    static const char *const wrong[] = { "",
                                         "-1",
                                         "+1",
                                         "1.",
                                         ".1",
                                         "01",
                                         "1e3",
                                         "1,5",
                                         " 1",
                                         "0.0000000000000000001",
                                         "100000000000000000000",
                                         "1.0x" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(!amount_parse(str_from_z(wrong[i]), eth, &m));
    expect(!amount_parse(S("1.0"), jpy, &m));
    arena_free(&a);
}

TEST(amount_splits_and_joins_without_loss_and_refuses_what_does_not_fit)
{
    struct asset eth = { 0 };
    int64_t minor = 0;
    int64_t fine = 0;
    expect(asset_parse(S("ETH"), &eth));
    int128 most = (int128)INT64_MAX * 1000000000 + 999999999;
    struct amount m = { .units = most, .asset = eth };
    expect(amount_split(m, &minor, &fine) == OK);
    expect(minor == INT64_MAX && fine == 999999999);
    expect(amount_join(minor, fine, eth).units == most);
    m.units++;
    expect(amount_split(m, &minor, &fine) == ERR_OVERFLOW);
    m.units = -1;
    expect(amount_split(m, &minor, &fine) == OK && minor == 0 && fine == -1);
    struct amount sum = { .units = INT64_MAX, .asset = eth };
    for (int i = 0; i < 62; i++)
        expect(amount_add(&sum, sum) == OK);
    for (int i = 0; i < 3; i++)
        if (amount_add(&sum, sum) == ERR_OVERFLOW)
            return;
    expect(false);
}
