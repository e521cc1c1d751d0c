#include "funding/told_amount.h"
#include "base/scan.h"

static bool currency_asset(struct str code, struct asset *ret)
{
    struct currency c = { 0 };
    if (!currency_parse(code, &c))
        return false;
    *ret = asset_of(c);
    return true;
}

/* Takes zeros off that are behind the currency's decimals, and a point that nothing follows. */
static struct str without_spare_zeros(struct str text, int decimals)
{
    struct str whole = { 0 };
    struct str part = { 0 };
    if (!str_cut(text, '.', &whole, &part) || part.n <= (size_t)decimals)
        return text;
    while (part.n > (size_t)decimals && part.s[part.n - 1] == '0')
        part.n--;
    return part.n ? str_sub(text, 0, whole.n + 1 + part.n) : whole;
}

bool told_amount(struct str text, struct str code, struct amount *ret, bool *ret_negative)
{
    struct asset asset = { 0 };
    bool negative = scan_char(&text, '-');
    if (!currency_asset(code, &asset) ||
        !amount_parse(without_spare_zeros(text, asset_decimals(asset)), asset, ret))
        return false;
    *ret_negative = negative;
    return true;
}

bool told_hundredths(int64_t hundredths, struct str code, struct amount *ret)
{
    struct asset asset = { 0 };
    if (hundredths < 0 || !currency_asset(code, &asset))
        return false;
    int128 thousandths = (int128)hundredths * 10;
    for (int decimals = asset_decimals(asset); decimals < 3; decimals++) {
        if (thousandths % 10)
            return false;
        thousandths /= 10;
    }
    for (int decimals = asset_decimals(asset); decimals > 3; decimals--)
        thousandths *= 10; // CLF and UYW have four
    *ret = (struct amount){ .units = thousandths, .asset = asset };
    return true;
}
