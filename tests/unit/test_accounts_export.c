#include "funding/accounts_export.h"
#include "funding/giver.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

QUERY(accounts_damage_asset, "insert into ledger_entry values (5, 2, 'assets', 'nope', 1, 0,"
                             " zeroblob(32))");
QUERY(accounts_damage_account, "insert into ledger_entry values (5, 2, 'nope', 'USD', 1, 0,"
                               " zeroblob(32))");

/* Without these the accountant's sums could differ from the ledger's where fees, other currencies
 * or the end of a piece are in play. */

static struct str take(struct fund *f, struct accounts_export x, int *ret_pieces)
{
    struct buf all CLEANUP(buf_free) = buf_make(4 << 20);
    {
        struct tx tx CLEANUP(tx_end) = { 0 };
        expect(store_read(f->store, &tx) == OK);
        expect(accounts_export_start(&tx, &x) == OK);
    }
    for (*ret_pieces = 0; !x.ended; *ret_pieces += 1) {
        struct buf piece CLEANUP(buf_free) = buf_make(256 * 1024);
        struct tx tx CLEANUP(tx_end) = { 0 };
        expect(store_read(f->store, &tx) == OK);
        expect(accounts_export_piece(&tx, &x, &f->arena, &piece) == OK);
        expect(!buf_full(&piece) && buf_str(&piece).n > 0); // an empty piece would be the end
        buf_put(&all, buf_str(&piece));
    }
    expect(!buf_full(&all));
    return buf_copy(&all, &f->arena);
}

static struct accounts_export all_days(void)
{
    return (struct accounts_export){ .first_day = 0, .end_day = LEDGER_END_DAY };
}

static bool has(struct str text, const char *line)
{
    return memmem(text.s, text.n, line, strlen(line));
}

static err fee_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    int64_t transaction = 0;
    return contribution_fee(tx, 1, fund_amount("1.20 EUR"), f->now, &f->arena, &transaction);
}

TEST(accounts_tell_fees_in_their_own_currency_and_net_beside_gross)
{
    struct fund_room o = { 0 };
    int pieces = 0;
    fund_room_start(&o, "");
    fund_paid(&o.fund, LEDGER_BY_PROVIDER, "ch_1", "20.00 USD", "2018-05-04");
    fund_event(&o.fund, PAYMENT_FEE, "fee_1", "ch_1", "0.88 USD");
    fund_event(&o.fund, PAYMENT_REFUND, "re_1", "ch_1", "5.00 USD");
    expect(store_write(o.app.store, fee_work, &o.fund) == OK);
    struct str text = take(&o.fund, all_days(), &pieces);
    expect(pieces == 1);
    expect(has(text, ",gift,USD,20.00,0.00,20.00,0.00,,,,,,settled,no,"));
    expect(has(text, ",fee,USD,0.00,0.88,-0.88,0.00,,,,,,settled,no,"));
    expect(has(text, ",fee,EUR,0.00,1.20,-1.20,0.00,,,,,,settled,no,"));
    expect(has(text, ",refund,USD,-5.00,0.00,-5.00,0.00,"));
    fund_room_end(&o);
}

TEST(accounts_tell_the_value_at_which_a_coin_came_and_went)
{
    struct fund_room o = { 0 };
    int64_t goal = 0;
    int pieces = 0;
    fund_room_start(&o, "");
    expect(fund_goal(&o.fund, "5000 USD", "2018-05", &goal) == OK);
    fund_rate(&o.fund, "BTC", "50000");
    fund_paid(&o.fund, LEDGER_BY_CHAIN, "aa:0", "0.001 BTC", "2018-05-04");
    fund_event(&o.fund, PAYMENT_REORG_REVERSAL, "aa:0:r", "aa:0", "0.001 BTC");
    fund_add(&o.fund, "bank", "3.00 EUR", "2018-05-03");
    struct str text = take(&o.fund, all_days(), &pieces);
    expect(has(text, ",gift,BTC,0.00100000,0.00000000,0.00100000,0.00000000,50.00,USD,50000,\""));
    expect(has(text, ",-0.00100000,0.00000000,-0.00100000,0.00000000,-50.00,USD,50000,\""));
    expect(has(text, ",gift,EUR,3.00,0.00,3.00,0.00,,,,,,unvalued,no,"));
    fund_room_end(&o);
}

TEST(accounts_come_in_pieces_that_hold_each_transaction_once)
{
    struct fund f = fund_start();
    struct accounts_export x = all_days();
    int pieces = 0;
    size_t lines = 0;
    for (int i = 0; i < 250; i++)
        fund_add(&f, "bank", "1.00 USD", i % 2 ? "2018-05-03" : "2018-05-02");
    struct str text = take(&f, x, &pieces);
    expect(pieces == 3);
    for (size_t i = 0; i < text.n; i++)
        lines += text.s[i] == '\n';
    expect(lines == 251);
    x.first_day = fund_day("2018-05-03");
    x.end_day = x.first_day + 1;
    text = take(&f, x, &pieces);
    lines = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.s[i] == '\n';
    expect(lines == 126);
    x.end_day = x.first_day; // nothing
    text = take(&f, x, &pieces);
    expect(pieces == 1 && str_starts(text, S("transaction,booked,")));
    x = (struct accounts_export){ .first_day = 0,
                                  .end_day = fund_day("2018-05-04"),
                                  .booked = true };
    expect(take(&f, x, &pieces).n == text.n && pieces == 1); // all were booked on the 4th
    fund_end(&f);
}

TEST(accounts_of_an_empty_ledger_are_a_header)
{
    struct fund f = fund_start();
    struct accounts_export x = all_days();
    int pieces = 0;
    x.names = true;
    expect(str_ends(take(&f, x, &pieces), S(",reference,name,email\r\n")) && pieces == 1);
    fund_end(&f);
}

static err name_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    static const struct str names[] = { { "=1+1", 4 },
                                        { "+1", 2 },
                                        { "-1", 2 },
                                        { "@SUM", 4 },
                                        { "A=1", 3 },
                                        { "Ann \"Bo\", C", 11 },
                                        { "  =2+2", 6 },
                                        { "\xEF\xBC\x9D"
                                          "3",
                                          4 },
                                        { "\xC2\xA0-4", 4 } };
    err e = OK;
    for (size_t i = 0; !e && i < COUNT(names); i++) {
        int64_t id = 0;
        struct contribution_draft d = fund_draft(f, "bank", "1.00 USD", "2018-05-03");
        e = giver_add(tx,
                      &(struct giver){ .channel = S("bank"), .name = names[i], .created_at = 1 },
                      &d.giver);
        if (!e)
            e = contribution_add(tx, &d, &f->arena, &id);
    }
    return e;
}

TEST(accounts_have_no_formula_and_keep_quotes)
{
    struct fund f = fund_start();
    struct accounts_export x = all_days();
    int pieces = 0;
    expect(store_write(f.store, name_work, &f) == OK);
    struct str text = take(&f, x, &pieces);
    expect(!has(text, "SUM"));
    x.names = true;
    text = take(&f, x, &pieces);
    expect(has(text, ",\"'=1+1\",") && has(text, ",\"'+1\",") && has(text, ",\"'-1\","));
    /* programs that import tables take blanks off, and full-width signs for the others */
    expect(has(text, ",\"'  =2+2\",") &&
           has(text, ",\"'\xEF\xBC\x9D"
                     "3\",") &&
           has(text, ",\"'\xC2\xA0-4\","));
    expect(has(text, ",\"'@SUM\",") && has(text, ",\"A=1\",") &&
           has(text, ",\"Ann \"\"Bo\"\", C\","));
    fund_end(&f);
}

static err run_query(struct tx *tx, void *arg)
{
    const struct query *const *q = arg;
    return query_run(query_start(tx, *q), NULL);
}

TEST(accounts_of_a_damaged_ledger_break_off)
{
    static const struct query *const damages[] = { &accounts_damage_asset,
                                                   &accounts_damage_account };
    for (size_t i = 0; i < COUNT(damages); i++) {
        struct fund f = fund_start();
        struct tx tx CLEANUP(tx_end) = { 0 };
        struct buf piece CLEANUP(buf_free) = buf_make(256 * 1024);
        struct accounts_export x = all_days();
        fund_add(&f, "bank", "1.00 USD", "2018-05-03");
        fund_add(&f, "bank", "2.00 USD", "2018-05-03");
        const struct query *q = damages[i];
        expect(store_write(f.store, run_query, &q) == OK);
        expect(store_read(f.store, &tx) == OK);
        expect(accounts_export_start(&tx, &x) == OK && x.last == 2);
        expect(accounts_export_piece(&tx, &x, &f.arena, &piece) == ERR_DATA);
        tx_end(&tx);
        fund_end(&f);
    }
}
