#include "funding/contribution.h"
#include "funding/rate.h"
#include "unit/funding.h"
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
