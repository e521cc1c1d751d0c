#include "base/check.h"
#include "funding/amount.h"
#include "unit/test.h"

/* Without these a token's smallest units could be taken for another's, a million times as much. */

TEST(coins_and_tokens_have_the_decimals_of_their_chains_and_contracts)
{
    static const struct {
        const char *code;
        int decimals;
    } known[] = { { "BTC", 8 },   { "BCH", 8 },  { "ETH", 18 },  { "USDC", 6 }, { "USDT", 6 },
                  { "PYUSD", 6 }, { "DAI", 18 }, { "USDS", 18 }, { "EURC", 6 }, { "EURS", 2 } };
    for (size_t i = 0; i < COUNT(known); i++) {
        struct asset a = { 0 };
        expect(asset_parse(str_from_z(known[i].code), &a));
        expect(asset_is_coin(a) && asset_decimals(a) == known[i].decimals);
        expect_str(asset_str(&a), str_from_z(known[i].code));
    }
}

TEST(a_code_in_another_case_or_with_more_letters_is_no_token)
{
    static const char *const unknown[] = { "usdc", "USDCE", "USD C", "DAI ", "WETH", "", "U" };
    struct asset a = { "EUR" };
    for (size_t i = 0; i < COUNT(unknown); i++)
        expect(!asset_parse(str_from_z(unknown[i]), &a));
    expect_str(asset_str(&a), S("EUR"));
}
