#include "base/json.h"
#include "funding/ledger_export.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/* Without these an accountant's copy of the ledger could differ from the ledger. The accounting
 * programs themselves read the exports in tests/http/test_funding_public.py. */

static struct str export_of(struct fund *f, enum ledger_form form, int *ret_pieces)
{
    struct buf out CLEANUP(buf_free) = buf_make(64 << 20);
    struct ledger_export x = { .form = form };
    *ret_pieces = 0;
    while (!x.ended) {
        struct tx tx CLEANUP(tx_end) = { 0 };
        size_t before = out.n;
        expect(store_read(f->store, &tx) == OK);
        if (!x.begun)
            expect(ledger_head(&tx, &f->arena, &x.head) == OK);
        expect(ledger_export_piece(&tx, &x, &f->arena, &out) == OK);
        expect(out.n - before < 200 * 1024);
        (*ret_pieces)++;
    }
    return buf_copy(&out, &f->arena);
}

static bool has(struct str text, const char *part)
{
    size_t at = 0;
    bool found = str_find(text, str_from_z(part), &at);
    if (!found)
        printf("# not there: %s\n", part);
    return found;
}

static void sample(struct fund *f)
{
    int64_t goal = 0;
    expect(fund_goal(f, "5000 USD", "2018-05", &goal) == OK);
    fund_add(f, "bank", "25 USD", "2018-05-03");
    fund_paid(f, LEDGER_BY_PROVIDER, "ch_1", "50.00 USD", "2018-05-04");
    fund_event(f, PAYMENT_FEE, "fee_1", "ch_1", "1.50 USD");
    fund_event(f, PAYMENT_REFUND, "re_1", "ch_1", "20.00 USD");
    fund_rate(f, "BTC", "60000");
    fund_paid(f, LEDGER_BY_CHAIN, "aa:0", "0.001 BTC", "2018-05-04");
    fund_event(f, PAYMENT_REFUND, "bb:0", "aa:0", "0.0005 BTC");
    fund_promise(f, "bank", "7 USD", "2018-05-04");
}

TEST(an_export_for_beancount_has_accounts_lots_fees_and_what_went_back)
{
    struct fund_room o = { 0 };
    int pieces = 0;
    fund_room_start(&o, "");
    sample(&o.fund);
    struct str text = export_of(&o.fund, LEDGER_FORM_BEANCOUNT, &pieces);
    static const char *const parts[] = {
        "1999-12-31 open Assets:Bank:Hand \"NONE\"\n",
        "1999-12-31 open Income:Reversals:Stripe:Provider \"NONE\"\n",
        "2018-05-03 * \"gift\" \"contribution 1\"\n  transaction: 1\n  contribution: 1\n"
        "  day: 2018-05-03\n  booked: 2018-05-04\n  source: \"hand\"\n  entries: \"1-2\"\n"
        "  chain: \"",
        "  Assets:Bank:Hand  25.00 USD\n  Income:Gifts:Bank:Hand  -25.00 USD\n",
        "  Expenses:Fees:Stripe:Provider  1.50 USD\n  Assets:Stripe:Provider  -1.50 USD\n",
        "  Income:Reversals:Stripe:Provider  20.00 USD\n  Assets:Stripe:Provider  -20.00 USD\n",
        "  reference: \"aa:0\"\n",
        "  Assets:Bitcoin:Chain  0.00100000 BTC {{60.00 USD, 2018-05-04}}\n"
        "  Income:Gifts:Bitcoin:Chain  -60.00 USD\n",
        "  Assets:Bitcoin:Chain  -0.00050000 BTC {{30.00 USD, 2018-05-04}}\n"
        "  Income:Reversals:Bitcoin:Chain  30.00 USD\n",
        "  Assets:Receivable:Bank:Hand  7.00 USD\n  Equity:Pending:Bank:Hand  -7.00 USD\n",
    };
    for (size_t i = 0; i < COUNT(parts); i++)
        expect(has(text, parts[i]));
    expect(!has(text, "Trading\"") && pieces == 2);
    fund_room_end(&o);
}

TEST(an_export_for_ledger_has_lots_at_their_whole_price)
{
    struct fund_room o = { 0 };
    int pieces = 0;
    fund_room_start(&o, "");
    sample(&o.fund);
    struct str text = export_of(&o.fund, LEDGER_FORM_LEDGER, &pieces);
    expect(has(text, "2018-05-04 * (5) gift of contribution 3\n  ; transaction: 5\n"));
    expect(has(text, "  Assets:Bitcoin:Chain  0.00100000 BTC {{60.00 USD}} [2018-05-04] @@ 60.00 "
                     "USD\n"));
    fund_room_end(&o);
}

TEST(channels_of_any_name_have_accounts_of_their_own)
{
    static const char *const names[] = { "x-x", "7seas", "bank" };
    struct fund_room o = { 0 };
    int pieces = 0;
    int64_t id = 0;
    fund_room_start(&o, "[channel.x-x]\nkind = link\nurl = https://b.example.org/\n"
                        "[channel.7seas]\nkind = link\nurl = https://c.example.org/\n");
    for (size_t i = 0; i < COUNT(names); i++) {
        struct contribution_draft d = fund_draft(&o.fund, names[i], "5 USD", "2018-05-03");
        d.channels = o.channels;
        expect(fund_try(&o.fund, &d, &id) == OK);
    }
    struct str text = export_of(&o.fund, LEDGER_FORM_BEANCOUNT, &pieces);
    expect(has(text, "open Assets:X-x:Hand "));
    expect(has(text, "open Assets:7seas:Hand ") && has(text, "open Assets:Bank:Hand "));
    fund_room_end(&o);
}

static err value_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    struct contribution_price p = {
        .id = 1, .price = S("50000"), .source = S("a newspaper"), .by = ACTOR_CLI, .now = f->now
    };
    return contribution_value(tx, &p, &f->arena);
}

TEST(a_gift_that_is_valued_later_becomes_a_lot)
{
    struct fund_room o = { 0 };
    int64_t goal = 0;
    int pieces = 0;
    fund_room_start(&o, "");
    expect(fund_goal(&o.fund, "5000 USD", "2018-05", &goal) == OK);
    fund_paid(&o.fund, LEDGER_BY_CHAIN, "aa:0", "0.001 BTC", "2018-05-04");
    expect(store_write(o.app.store, value_work, &o.fund) == OK);
    struct str text = export_of(&o.fund, LEDGER_FORM_BEANCOUNT, &pieces);
    expect(has(text, "  Income:Gifts:Bitcoin:Chain  0.00100000 BTC\n"
                     "  Income:Gifts:Bitcoin:Chain  -50.00 USD\n"
                     "  Assets:Bitcoin:Chain  -0.00100000 BTC\n"
                     "  Assets:Bitcoin:Chain  0.00100000 BTC {{50.00 USD, 2018-05-04}}\n"));
    fund_room_end(&o);
}

TEST(a_long_export_comes_in_pieces_and_no_transaction_is_cut)
{
    struct fund_room o = { 0 };
    int pieces = 0;
    size_t begins = 0;
    fund_room_start(&o, "");
    for (int i = 0; i < 400; i++)
        fund_add(&o.fund, "bank", "1 USD", "2018-05-03");
    struct str text = export_of(&o.fund, LEDGER_FORM_BEANCOUNT, &pieces);
    for (size_t i = 0; i + 10 < text.n; i++)
        begins += str_eq(str_sub(text, i, 8), S(" * \"gift")) ? 1 : 0;
    expect(begins == 400 && pieces == 4);
    expect(has(text, "  transaction: 400\n") && has(text, "; 800 entries, head "));
    fund_room_end(&o);
}

TEST(the_export_as_json_is_one_object_with_every_row_and_the_head)
{
    struct fund_room o = { 0 };
    int pieces = 0;
    const struct json *j = NULL;
    struct str why = { 0 };
    fund_room_start(&o, "");
    struct arena *a = &o.fund.arena;
    struct str text = export_of(&o.fund, LEDGER_FORM_JSON, &pieces);
    expect(json_parse(text, text.n, a, &j, &why) == OK && json_get(j, "entries")->n == 0);
    sample(&o.fund);
    text = export_of(&o.fund, LEDGER_FORM_JSON, &pieces);
    expect(json_parse(text, text.n, a, &j, &why) == OK);
    const struct json *rows = json_get(j, "entries");
    int64_t last = 0;
    expect(json_get_int(json_get(j, "head"), "seq", &last) && (size_t)last == rows->n);
    struct str amount = { 0 };
    struct str chain = { 0 };
    struct str hash = { 0 };
    expect(json_get_str(&rows->items[1], "amount", &amount));
    expect_str(amount, S("-25.00"));
    expect(json_get_str(&rows->items[rows->n - 1], "chain", &chain));
    expect(json_get_str(json_get(j, "head"), "hash", &hash) && str_eq(chain, hash));
    fund_room_end(&o);
}
