#include "funding/amount.h"
#include "base/check.h"

#include <string.h>

/*
 * Coins whose payments we can tell from their chains, and tokens on Ethereum that stand for a
 * currency (ERC-20; the decimals are those of their contracts on its main network). No code of
 * ISO 4217 is taken.
 */
static const struct coin {
    char code[ASSET_CODE_MAX + 1];
    int decimals;
} coins[] = {
    { "BTC", 8 },   { "BCH", 8 },  { "ETH", 18 },  { "USDC", 6 }, { "USDT", 6 },
    { "PYUSD", 6 }, { "DAI", 18 }, { "USDS", 18 }, { "EURC", 6 }, { "EURS", 2 },
};

/* The database's `minor` counts units of 10^-9 for assets that are finer than that. */
enum { MINOR_DECIMALS_MAX = 9, WHOLE_DIGITS_MAX = 20 };

static const struct coin *coin_find(struct str code)
{
    for (size_t i = 0; i < COUNT(coins); i++)
        if (str_eq(code, str_from_z(coins[i].code)))
            return &coins[i];
    return NULL;
}

static int128 power_of_ten(int n)
{
    int128 p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

struct asset asset_of(struct currency c)
{
    return (struct asset){ { c.code[0], c.code[1], c.code[2], 0 } };
}

static bool asset_currency(struct asset a, struct currency *ret)
{
    return currency_parse(str_from_z(a.code), ret);
}

bool asset_parse(struct str s, struct asset *ret)
{
    struct currency c = { 0 };
    const struct coin *coin = coin_find(s);
    if (coin) {
        memcpy(ret->code, coin->code, sizeof ret->code);
        return true;
    }
    if (!currency_parse(s, &c))
        return false;
    *ret = asset_of(c);
    return true;
}

int asset_decimals(struct asset a)
{
    struct currency c = { 0 };
    const struct coin *coin = coin_find(str_from_z(a.code));
    if (coin)
        return coin->decimals;
    check(asset_currency(a, &c)); // only asset_parse and asset_of make assets
    return currency_exponent(c);
}

bool asset_eq(struct asset a, struct asset b)
{
    return memcmp(a.code, b.code, sizeof a.code) == 0;
}

struct str asset_str(const struct asset *a)
{
    return str_from_z(a->code);
}

bool asset_is_coin(struct asset a)
{
    return coin_find(str_from_z(a.code)) != NULL;
}

/* Takes 1..max digits; a zero in front is refused unless it stands alone or `zeros` is set. */
static bool take_digits(struct str *s, size_t max, bool zeros, int128 *ret)
{
    size_t n = 0;
    int128 v = 0;
    while (n < s->n && s->s[n] >= '0' && s->s[n] <= '9') {
        if (n == max)
            return false;
        v = v * 10 + (s->s[n] - '0');
        n++;
    }
    if (n == 0 || (!zeros && n > 1 && s->s[0] == '0'))
        return false;
    *s = str_sub(*s, n, s->n);
    *ret = v;
    return true;
}

bool amount_parse(struct str s, struct asset asset, struct amount *ret)
{
    int decimals = asset_decimals(asset);
    int128 whole = 0;
    int128 part = 0;
    if (!take_digits(&s, WHOLE_DIGITS_MAX, false, &whole))
        return false;
    if (s.n && s.s[0] == '.') {
        s = str_sub(s, 1, s.n);
        size_t n = s.n;
        if (n > (size_t)decimals || !take_digits(&s, n, true, &part))
            return false;
        part *= power_of_ten(decimals - (int)n);
    }
    if (s.n)
        return false;
    *ret = (struct amount){ .units = whole * power_of_ten(decimals) + part, .asset = asset };
    return true;
}

size_t int128_print(char out[AMOUNT_TEXT_MAX], int128 v, int width)
{
    char digits[AMOUNT_TEXT_MAX] = { 0 }; // backwards
    size_t n = 0;
    bool minus = v < 0;
    check(width >= 0 && width < 40); // 2^127 has 39 digits
    while (v != 0 || (int)n < width || n == 0) {
        int d = (int)(v % 10);
        digits[n++] = (char)('0' + (d < 0 ? -d : d));
        v /= 10;
    }
    if (minus)
        digits[n++] = '-';
    for (size_t i = 0; i < n; i++)
        out[i] = digits[n - 1 - i];
    return n;
}

struct str amount_print(struct arena *a, struct amount m)
{
    char digits[AMOUNT_TEXT_MAX];
    int decimals = asset_decimals(m.asset);
    size_t n = int128_print(digits, m.units, decimals + 1);
    if (decimals == 0)
        return str_copy(a, (struct str){ digits, n });
    size_t whole = n - (size_t)decimals;
    return str_print(a, "%.*s.%.*s", (int)whole, digits, decimals, digits + whole);
}

err amount_add(struct amount *sum, struct amount m)
{
    check(asset_eq(sum->asset, m.asset));
    int128 units = 0;
    if (__builtin_add_overflow(sum->units, m.units, &units))
        return fault(ERR_OVERFLOW);
    sum->units = units;
    return OK;
}

struct amount amount_negative(struct amount m)
{
    return (struct amount){ .units = -m.units, .asset = m.asset };
}

/* How many smallest units one `minor` is. */
static int128 minor_units(struct asset a)
{
    int decimals = asset_decimals(a);
    return decimals > MINOR_DECIMALS_MAX ? power_of_ten(decimals - MINOR_DECIMALS_MAX) : 1;
}

err amount_split(struct amount m, int64_t *ret_minor, int64_t *ret_fine)
{
    int128 unit = minor_units(m.asset);
    int128 minor = m.units / unit;
    if (minor > INT64_MAX || minor < INT64_MIN)
        return fault(ERR_OVERFLOW);
    *ret_minor = (int64_t)minor;
    *ret_fine = (int64_t)(m.units % unit); // below 10^9
    return OK;
}

struct amount amount_join(int64_t minor, int64_t fine, struct asset asset)
{
    return (struct amount){ .units = minor * minor_units(asset) + fine, .asset = asset };
}

bool amount_money(struct amount m, struct money *ret)
{
    struct currency c = { 0 };
    if (!asset_currency(m.asset, &c) || m.units > INT64_MAX || m.units < INT64_MIN)
        return false;
    *ret = (struct money){ .minor = (int64_t)m.units, .cur = c };
    return true;
}

struct amount amount_of(struct money m)
{
    return (struct amount){ .units = m.minor, .asset = asset_of(m.cur) };
}
