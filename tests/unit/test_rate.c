#include "funding/contribution.h"
#include "funding/rate.h"
#include "funding/rate_poll.h"
#include "unit/fund_room.h"
#include "unit/store_help.h"
#include "unit/test.h"

/* Without these a gift would be worth what nobody ever quoted. */

static bool apply(const char *price, const char *amount, const char *currency, int64_t *ret)
{
    struct amount m = fund_amount(amount);
    struct amount v = { 0 };
    struct rate r = { .asset = m.asset, .price = str_from_z(price) };
    expect(asset_parse(str_from_z(currency), &r.currency));
    if (!rate_apply(&r, m, &v))
        return false;
    expect(asset_eq(v.asset, r.currency));
    *ret = (int64_t)v.units;
    return true;
}

TEST(a_price_is_plain_decimal_text)
{
    static const char *const good[] = {
        "1", "63251.20", "0.5", "0.000000000001", "123456789012", "0.00123", "10.0"
    };
    static const char *const bad[] = { "",
                                       "0",
                                       "0.0",
                                       "-1",
                                       "+1",
                                       "1e5",
                                       "1,5",
                                       ".5",
                                       "5.",
                                       "1.2.3",
                                       " 1",
                                       "1 ",
                                       "01",
                                       "00.5",
                                       "1234567890123",
                                       "0.0000000000001",
                                       "0x10",
                                       "NaN",
                                       "1.2345678901234" };
    for (size_t i = 0; i < COUNT(good); i++)
        expect(rate_price_is_valid(str_from_z(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(!rate_price_is_valid(str_from_z(bad[i])));
}

TEST(a_value_is_exact_and_rounded_half_away_from_zero)
{
    int64_t v = 0;
    expect(apply("63251.20", "1.00000000 BTC", "USD", &v) && v == 6325120);
    expect(apply("63251.20", "0.00000001 BTC", "USD", &v) && v == 0); // 0.063 cents
    expect(apply("50000.00", "0.00000010 BTC", "USD", &v) && v == 1); // half a cent
    expect(apply("49999.99", "0.00000010 BTC", "USD", &v) && v == 0);
    expect(apply("2.5", "0.000000000000000001 ETH", "USD", &v) && v == 0);
    expect(apply("2000.01", "1.5 ETH", "USD", &v) && v == 300002); // 3000.015
    expect(apply("0.0091", "100 JPY", "USD", &v) && v == 91);
    expect(apply("109.5", "1.00 USD", "JPY", &v) && v == 110);
    expect(apply("0.305", "1.00 USD", "KWD", &v) && v == 305);
    expect(apply("100", "7 JPY", "KWD", &v) && v == 700000);
}

TEST(a_value_beyond_the_ledger_is_none)
{
    int64_t v = 0;
    expect(apply("1", "100000000000.00 USD", "EUR", &v) && v == CONTRIBUTION_MINOR_MAX);
    expect(!apply("1", "100000000000.01 USD", "EUR", &v));
    expect(!apply("999999999999", "10000 ETH", "USD", &v));
    expect(!apply("999999999999", "99999999999999999999 JPY", "KWD", &v)); // beyond 128 bits
}

static int128 units(const char *text)
{
    int128 v = 0;
    expect(rate_units_parse(str_from_z(text), &v));
    return v;
}

TEST(a_source_s_price_is_read_digit_by_digit)
{
    static const char *const bad[] = { "",         "0",
                                       "0.000",    "-1",
                                       "+1",       "1,5",
                                       ".5",       "5.",
                                       "1.2.3",    "1e",
                                       "1e+",      "1e31",
                                       "1e-31x",   "NaN",
                                       "Infinity", "0x1",
                                       "1e-30",    "1000000000000",
                                       "1e12",     "1234567890123456789012345678901234567" };
    struct arena a;
    arena_init(&a, 1 << 20);
    expect(units("1") == INT64_C(1000000000000));
    expect(units("63251.20") == units("6.325120e4") && units("0.5") == units("5E-1"));
    expect(units("0.000000000001") == 1 && units("0.0000000000019") == 1);
    expect(units("1.2e+3") == units("1200"));
    for (size_t i = 0; i < COUNT(bad); i++) {
        int128 v = 0;
        expect(!rate_units_parse(str_from_z(bad[i]), &v));
    }
    expect_str(rate_units_print(&a, units("63251.20")), S("63251.2"));
    expect_str(rate_units_print(&a, units("999999999999")), S("999999999999"));
    expect_str(rate_units_print(&a, units("12345.6789012345")), S("12345.6789012"));
    expect_str(rate_units_print(&a, units("123456789012.9")), S("123456789012"));
    expect_str(rate_units_print(&a, 1), S("0.000000000001"));
    expect(rate_price_is_valid(rate_units_print(&a, units("0.00123456789012345"))));
    arena_free(&a);
}

static enum rate_doubt judge(const char *list, const char *last, int128 *ret, size_t *used)
{
    int128 prices[8];
    size_t n = 0;
    struct str rest = str_from_z(list);
    while (rest.n) {
        struct str one = rest;
        if (!str_cut(rest, ' ', &one, &rest))
            rest = S("");
        expect(rate_units_parse(one, &prices[n++]));
    }
    return rate_judge(prices, n, *last ? units(last) : 0, (struct rate_bounds){ 3, 10 }, ret, used);
}

TEST(a_rate_is_the_median_of_those_that_agree_and_no_guess)
{
    int128 v = 0;
    size_t used = 0;
    expect(judge("101 99 100", "", &v, &used) == RATE_FINE && v == units("100") && used == 3);
    expect(judge("100 100.5 0.01", "", &v, &used) == RATE_FINE && v == units("100.25") &&
           used == 2);                                                           // one inverted
    expect(judge("100 103 97", "", &v, &used) == RATE_FINE && used == 3);        // at the bound
    expect(judge("100 103.000001 97", "", &v, &used) == RATE_FINE && used == 2); // one past it
    expect(judge("100", "", &v, &used) == RATE_TOO_FEW && judge("", "", &v, &used) == RATE_TOO_FEW);
    expect(judge("100 200", "", &v, &used) == RATE_SPREAD);
    expect(judge("100 200 300", "", &v, &used) == RATE_SPREAD);
    expect(judge("110 110 110", "100", &v, &used) == RATE_FINE);
    expect(judge("110.000001 110.000001 110.000001", "100", &v, &used) == RATE_JUMP);
    expect(judge("89.99 89.99", "100", &v, &used) == RATE_JUMP);
    expect(judge("100 100 100 100 1 1 1", "", &v, &used) == RATE_FINE && used == 4);
}

TEST(rates_that_nobody_wants_any_more_are_not_asked_for)
{
    struct fund_room o;
    struct rate_setup none = { 0 };
    fund_room_start(&o, "");
    o.setup.rates = &none;
    expect(rate_promise(&o.app, &o.setup) == OK && jobs_of(o.app.store, S(RATE_JOB)) == 0);
    expect(rate_job(&o.app, &o.setup) == OK && jobs_of(o.app.store, S(RATE_JOB)) == 0);
    fund_room_end(&o);
}
