#include "base/check.h"
#include "funding/ledger_verify.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these the ledger could lose money, invent it, or be changed afterwards without anyone
 * seeing it; the meter on every page is its sum.
 */

QUERY(test_change_entry, "update ledger_entry set minor = minor + 1 where seq = 1");
QUERY(test_delete_entry, "delete from ledger_entry where seq = 1");
QUERY(test_change_transaction, "update ledger_transaction set day = day + 1 where id = 1");
QUERY(test_delete_transaction, "delete from ledger_transaction where id = 1");
QUERY(test_replace_entry, "insert or replace into ledger_entry"
                          " (seq, ledger_transaction, account, asset, minor, fine, hash)"
                          " values (1, 1, 'income', 'USD', -1, 0, zeroblob(32))");
QUERY(test_gap_entry,
      "insert into ledger_entry (seq, ledger_transaction, account, asset, minor, fine, hash)"
      " values (99, 1, 'income', 'USD', -1, 0, zeroblob(32))");
QUERY(test_gap_transaction,
      "insert into ledger_transaction"
      " (id, contribution, kind, source, channel, reference, day, booked_at, by_staff)"
      " values (9, 1, 'gift', 'hand', 'bank', '', 17654, 0, 0)");
QUERY(test_change_contribution, "update contribution set minor = 1 where id = 1");
QUERY(test_delete_contribution, "delete from contribution where id = 1");

QUERY(test_break_day, "update ledger_day set minor = minor + 1");
QUERY(test_break_month, "update ledger_month set minor = minor + 1");
QUERY(test_break_state, "update contribution set state = 'pending' where id = 1");
QUERY(test_forget_state, "update contribution set state = 'reversed' where id = 1");
QUERY(test_forged_entry,
      "insert into ledger_entry (seq, ledger_transaction, account, asset, minor, fine, hash)"
      " values (3, 1, 'assets', 'USD', 100, 0, zeroblob(32))");

static err run(struct tx *tx, void *arg)
{
    const struct query *const *q = arg;
    return query_run(query_start(tx, *q), NULL);
}

TEST(ledger_refuses_every_change_and_deletion_of_what_is_written)
{
    struct fund f = fund_start();
    fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    static const struct query *const attempts[] = {
        &test_change_entry,       &test_delete_entry,        &test_change_transaction,
        &test_delete_transaction, &test_replace_entry,       &test_gap_entry,
        &test_gap_transaction,    &test_change_contribution, &test_delete_contribution,
    };
    for (size_t i = 0; i < COUNT(attempts); i++) {
        const struct query *q = attempts[i];
        expect(store_write(f.store, run, &q) < 0);
    }
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(ledger_check_finds_sums_and_states_that_do_not_agree_with_the_entries)
{
    static const struct query *const breaks[] = { &test_break_day, &test_break_month,
                                                  &test_break_state, &test_forget_state };
    for (size_t i = 0; i < COUNT(breaks); i++) {
        struct fund f = fund_start();
        const struct query *q = breaks[i];
        fund_add(&f, "bank", "25.00 USD", "2018-05-03");
        expect(fund_findings(&f) == 0);
        expect(store_write(f.store, run, &q) == OK);
        expect(fund_findings(&f) > 0);
        fund_end(&f);
    }
}

TEST(ledger_check_finds_an_entry_that_was_not_chained)
{
    struct fund f = fund_start();
    const struct query *q = &test_forged_entry;
    fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    expect(store_write(f.store, run, &q) == OK);
    expect(!fund_chain_holds(&f));
    expect(fund_findings(&f) > 0);
    fund_end(&f);
}

TEST(ledger_head_of_an_empty_ledger_is_the_headers_hash_and_moves_with_each_entry)
{
    struct fund f = fund_start();
    struct ledger_head empty = { 0 };
    struct ledger_head first = { 0 };
    {
        struct tx tx CLEANUP(tx_end) = { 0 };
        expect(store_read(f.store, &tx) == OK);
        expect(ledger_head(&tx, &f.arena, &empty) == OK);
    }
    fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f.store, &tx) == OK);
    expect(ledger_head(&tx, &f.arena, &first) == OK);
    expect(empty.seq == 0 && first.seq == 2);
    expect(memcmp(empty.hash, first.hash, LEDGER_HASH) != 0);
    tx_end(&tx);
    fund_end(&f);
}

static struct amount sum_of(struct fund *f, const char *from, const char *to,
                            enum ledger_account account, const char *asset)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct ledger_sum *sums = NULL;
    size_t n = 0;
    struct amount sum = { 0 };
    expect(asset_parse(str_from_z(asset), &sum.asset));
    expect(store_read(f->store, &tx) == OK);
    expect(ledger_sums(&tx, fund_day(from), fund_day(to), &f->arena, &sums, &n) == OK);
    for (size_t i = 0; i < n; i++)
        if (sums[i].account == account && asset_eq(sums[i].sum.asset, sum.asset))
            expect(amount_add(&sum, sums[i].sum) == OK);
    return sum;
}

TEST(ledger_sums_take_the_first_day_and_leave_the_end_out_across_months_and_years)
{
    struct fund f = fund_start();
    f.now = fund_day("2020-06-01") * DAY;
    static const char *const days[] = { "2018-12-30", "2018-12-31", "2019-01-01",
                                        "2019-01-31", "2019-02-01", "2019-02-28",
                                        "2019-03-01", "2020-02-29", "2020-03-01" };
    for (size_t i = 0; i < COUNT(days); i++) // 1, 2, 4, 8 ...: each sum says which days are in it
        fund_add(&f, "bank",
                 (const char *[]){ "0.01 USD", "0.02 USD", "0.04 USD", "0.08 USD", "0.16 USD",
                                   "0.32 USD", "0.64 USD", "1.28 USD", "2.56 USD" }[i],
                 days[i]);
    for (size_t from = 0; from < COUNT(days); from++)
        for (size_t to = from; to < COUNT(days); to++) {
            int128 want = (1 << to) - (1 << from);
            expect(sum_of(&f, days[from], days[to], LEDGER_ASSETS, "USD").units == want);
            expect(sum_of(&f, days[from], days[to], LEDGER_INCOME, "USD").units == -want);
        }
    expect(sum_of(&f, "2018-12-31", "2019-12-31", LEDGER_ASSETS, "USD").units == 0x7e);
    expect(sum_of(&f, "1970-01-01", "9999-01-01", LEDGER_ASSETS, "USD").units == 0x1ff);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(ledger_keeps_wei_exactly)
{
    struct fund f = fund_start();
    fund_add(&f, "ethereum", "1.999999999999999999 ETH", "2018-05-01");
    fund_add(&f, "ethereum", "0.000000000000000001 ETH", "2018-05-02");
    int64_t odd = fund_add(&f, "ethereum", "123.456789012345678901 ETH", "2018-05-02");
    struct amount sum = sum_of(&f, "2018-05-01", "2018-06-01", LEDGER_INCOME, "ETH");
    expect_str(amount_print(&f.arena, sum), S("-125.456789012345678901"));
    expect(fund_reverse(&f, odd) == OK);
    sum = sum_of(&f, "2018-05-01", "2018-06-01", LEDGER_INCOME, "ETH");
    expect_str(amount_print(&f.arena, sum), S("-2.000000000000000000"));
    fund_expect_sound(&f);
    fund_end(&f);
}

/* A second, simple model of what the money should be, kept beside the real one. */
enum { MODEL_GIFTS = 2000, MODEL_DAYS = 90, MODEL_STEPS = 2000 };
struct model {
    uint64_t seed;
    struct gift {
        int64_t id, minor;
        int channel, day, asset;
        enum contribution_state state;
    } gifts[MODEL_GIFTS];
    size_t n;
};

static uint64_t next(struct model *m, uint64_t below) // xorshift64
{
    m->seed ^= m->seed << 13;
    m->seed ^= m->seed >> 7;
    m->seed ^= m->seed << 17;
    return m->seed % below;
}

static const char *const model_channels[] = { "bank", "paypal", "bitcoin" };
static const char *const model_assets[] = { "USD", "JPY", "BTC" };

static void model_add(struct fund *f, struct model *m)
{
    struct gift g = {
        .minor = (int64_t)next(m, 100000) + 1,
        .channel = (int)next(m, COUNT(model_channels)),
        .day = (int)next(m, MODEL_DAYS),
        .asset = (int)next(m, COUNT(model_assets)),
        .state = next(m, 3) ? CONTRIBUTION_SETTLED : CONTRIBUTION_PENDING,
    };
    struct asset asset = { 0 };
    expect(asset_parse(str_from_z(model_assets[g.asset]), &asset));
    struct contribution_draft d = {
        .channel = str_from_z(model_channels[g.channel]),
        .amount = { .units = g.minor, .asset = asset },
        .occurred_on = date_from_days(fund_day("2018-01-15") + g.day),
        .pending = g.state == CONTRIBUTION_PENDING,
        .source = (enum ledger_source)next(m, 3),
        .by = ACTOR_CLI,
        .now = f->now,
    };
    expect(fund_try(f, &d, &g.id) == OK);
    m->gifts[m->n++] = g;
}

static void model_step(struct fund *f, struct model *m)
{
    uint64_t what = next(m, 10);
    if (what < 6 || m->n == 0) {
        model_add(f, m);
        return;
    }
    struct gift *g = &m->gifts[next(m, m->n)];
    if (what < 8) {
        err want = g->state == CONTRIBUTION_PENDING   ? OK
                   : g->state == CONTRIBUTION_SETTLED ? CONTRIBUTION_IS_SETTLED
                                                      : CONTRIBUTION_IS_REVERSED;
        expect(fund_settle(f, g->id) == want);
        if (!want)
            g->state = CONTRIBUTION_SETTLED;
        return;
    }
    err want = g->state == CONTRIBUTION_REVERSED ? CONTRIBUTION_IS_REVERSED : OK;
    expect(fund_reverse(f, g->id) == want);
    g->state = CONTRIBUTION_REVERSED;
}

static int64_t model_sum(const struct model *m, int from, int to, int asset,
                         enum contribution_state state)
{
    int64_t sum = 0;
    for (size_t i = 0; i < m->n; i++) {
        const struct gift *g = &m->gifts[i];
        if (g->day >= from && g->day < to && g->asset == asset && g->state == state)
            sum += g->minor;
    }
    return sum;
}

static void model_compare(struct fund *f, const struct model *m, int from, int to)
{
    struct str first = date_print(&f->arena, date_from_days(fund_day("2018-01-15") + from));
    struct str end = date_print(&f->arena, date_from_days(fund_day("2018-01-15") + to));
    const char *a = str_z(&f->arena, first);
    const char *b = str_z(&f->arena, end);
    for (int i = 0; i < (int)COUNT(model_assets); i++) {
        int64_t settled = model_sum(m, from, to, i, CONTRIBUTION_SETTLED);
        int64_t pending = model_sum(m, from, to, i, CONTRIBUTION_PENDING);
        expect(sum_of(f, a, b, LEDGER_INCOME, model_assets[i]).units == -settled);
        expect(sum_of(f, a, b, LEDGER_ASSETS, model_assets[i]).units == settled);
        expect(sum_of(f, a, b, LEDGER_PENDING, model_assets[i]).units == -pending);
        expect(sum_of(f, a, b, LEDGER_RECEIVABLE, model_assets[i]).units == pending);
    }
}

TEST(ledger_agrees_with_a_simple_model_after_two_thousand_random_steps)
{
    static struct model m = { .seed = UINT64_C(0x9E3779B97F4A7C15) };
    struct fund f = fund_start();
    for (int i = 0; i < MODEL_STEPS; i++) {
        model_step(&f, &m);
        if (i % 500 == 499)
            model_compare(&f, &m, (int)next(&m, 40), 40 + (int)next(&m, 50));
    }
    model_compare(&f, &m, 0, MODEL_DAYS);
    fund_expect_sound(&f);

    struct ledger_verifier *v = ledger_verify_start(&f.arena);
    expect(ledger_verify_put(v, fund_csv(&f)));
    struct ledger_verdict verdict = ledger_verify_end(v);
    expect(verdict.good);
    for (int i = 0; i < (int)COUNT(model_assets); i++) {
        int128 income = 0;
        for (size_t j = 0; j < verdict.total_count; j++)
            if (str_eq(verdict.totals[j].account, S("income")) &&
                str_eq(verdict.totals[j].asset, str_from_z(model_assets[i])))
                income += verdict.totals[j].units;
        expect(income == -model_sum(&m, 0, MODEL_DAYS, i, CONTRIBUTION_SETTLED));
    }
    fund_end(&f);
}
