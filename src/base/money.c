#include "base/money.h"
#include "base/check.h"
#include "base/scan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * ISO 4217 list one, funds codes included, without the codes that have no minor unit (metals,
 * drawing rights, codes for tests). Behind it the codes that left the list since 2018, for a ledger
 * keeps its old entries. Sorted by code; a test watches that.
 */
static const struct iso {
    char code[4];
    uint8_t exponent;
} list_one[] = {
    { "AED", 2 }, { "AFN", 2 }, { "ALL", 2 }, { "AMD", 2 }, { "ANG", 2 }, { "AOA", 2 },
    { "ARS", 2 }, { "AUD", 2 }, { "AWG", 2 }, { "AZN", 2 }, { "BAM", 2 }, { "BBD", 2 },
    { "BDT", 2 }, { "BGN", 2 }, { "BHD", 3 }, { "BIF", 0 }, { "BMD", 2 }, { "BND", 2 },
    { "BOB", 2 }, { "BOV", 2 }, { "BRL", 2 }, { "BSD", 2 }, { "BTN", 2 }, { "BWP", 2 },
    { "BYN", 2 }, { "BZD", 2 }, { "CAD", 2 }, { "CDF", 2 }, { "CHE", 2 }, { "CHF", 2 },
    { "CHW", 2 }, { "CLF", 4 }, { "CLP", 0 }, { "CNY", 2 }, { "COP", 2 }, { "COU", 2 },
    { "CRC", 2 }, { "CUC", 2 }, { "CUP", 2 }, { "CVE", 2 }, { "CZK", 2 }, { "DJF", 0 },
    { "DKK", 2 }, { "DOP", 2 }, { "DZD", 2 }, { "EGP", 2 }, { "ERN", 2 }, { "ETB", 2 },
    { "EUR", 2 }, { "FJD", 2 }, { "FKP", 2 }, { "GBP", 2 }, { "GEL", 2 }, { "GHS", 2 },
    { "GIP", 2 }, { "GMD", 2 }, { "GNF", 0 }, { "GTQ", 2 }, { "GYD", 2 }, { "HKD", 2 },
    { "HNL", 2 }, { "HRK", 2 }, { "HTG", 2 }, { "HUF", 2 }, { "IDR", 2 }, { "ILS", 2 },
    { "INR", 2 }, { "IQD", 3 }, { "IRR", 2 }, { "ISK", 0 }, { "JMD", 2 }, { "JOD", 3 },
    { "JPY", 0 }, { "KES", 2 }, { "KGS", 2 }, { "KHR", 2 }, { "KMF", 0 }, { "KPW", 2 },
    { "KRW", 0 }, { "KWD", 3 }, { "KYD", 2 }, { "KZT", 2 }, { "LAK", 2 }, { "LBP", 2 },
    { "LKR", 2 }, { "LRD", 2 }, { "LSL", 2 }, { "LYD", 3 }, { "MAD", 2 }, { "MDL", 2 },
    { "MGA", 2 }, { "MKD", 2 }, { "MMK", 2 }, { "MNT", 2 }, { "MOP", 2 }, { "MRU", 2 },
    { "MUR", 2 }, { "MVR", 2 }, { "MWK", 2 }, { "MXN", 2 }, { "MXV", 2 }, { "MYR", 2 },
    { "MZN", 2 }, { "NAD", 2 }, { "NGN", 2 }, { "NIO", 2 }, { "NOK", 2 }, { "NPR", 2 },
    { "NZD", 2 }, { "OMR", 3 }, { "PAB", 2 }, { "PEN", 2 }, { "PGK", 2 }, { "PHP", 2 },
    { "PKR", 2 }, { "PLN", 2 }, { "PYG", 0 }, { "QAR", 2 }, { "RON", 2 }, { "RSD", 2 },
    { "RUB", 2 }, { "RWF", 0 }, { "SAR", 2 }, { "SBD", 2 }, { "SCR", 2 }, { "SDG", 2 },
    { "SEK", 2 }, { "SGD", 2 }, { "SHP", 2 }, { "SLE", 2 }, { "SLL", 2 }, { "SOS", 2 },
    { "SRD", 2 }, { "SSP", 2 }, { "STN", 2 }, { "SVC", 2 }, { "SYP", 2 }, { "SZL", 2 },
    { "THB", 2 }, { "TJS", 2 }, { "TMT", 2 }, { "TND", 3 }, { "TOP", 2 }, { "TRY", 2 },
    { "TTD", 2 }, { "TWD", 2 }, { "TZS", 2 }, { "UAH", 2 }, { "UGX", 0 }, { "USD", 2 },
    { "USN", 2 }, { "UYI", 0 }, { "UYU", 2 }, { "UYW", 4 }, { "UZS", 2 }, { "VED", 2 },
    { "VES", 2 }, { "VND", 0 }, { "VUV", 0 }, { "WST", 2 }, { "XAF", 0 }, { "XCD", 2 },
    { "XCG", 2 }, { "XOF", 0 }, { "XPF", 0 }, { "YER", 2 }, { "ZAR", 2 }, { "ZMW", 2 },
    { "ZWG", 2 }, { "ZWL", 2 },
};

static int by_code(const void *a, const void *b)
{
    return memcmp(a, b, 3);
}

static const struct iso *find(const char *code)
{
    return bsearch(code, list_one, COUNT(list_one), sizeof *list_one, by_code);
}

static int64_t power_of_ten(int n)
{
    int64_t p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

bool currency_parse(struct str s, struct currency *ret)
{
    const struct iso *iso = s.n == 3 ? find(s.s) : NULL;
    if (!iso)
        return false;
    *ret = (struct currency){ { iso->code[0], iso->code[1], iso->code[2], 0 } };
    return true;
}

int currency_exponent(struct currency c)
{
    const struct iso *iso = find(c.code);
    check(iso); // only currency_parse makes currencies
    return iso->exponent;
}

bool currency_eq(struct currency a, struct currency b)
{
    return memcmp(a.code, b.code, sizeof a.code) == 0;
}

struct str currency_str(const struct currency *c)
{
    return str_from_z(c->code);
}

/* Decimals after the point, scaled to the exponent: "5" of 2 is 50. */
static bool scan_decimals(struct str *s, int exponent, int64_t *ret)
{
    size_t n = s->n;
    int64_t v = 0;
    if (n == 0 || n > (size_t)exponent || !scan_digits(s, n, &v))
        return false;
    *ret = v * power_of_ten(exponent - (int)n);
    return true;
}

bool money_parse(struct str s, struct currency c, struct money *ret)
{
    int exponent = currency_exponent(c);
    int64_t whole = 0;
    int64_t decimals = 0;
    int64_t minor = 0;
    if (!scan_int(&s, INT64_MAX, &whole))
        return false;
    if (scan_char(&s, '.') && !scan_decimals(&s, exponent, &decimals))
        return false;
    if (s.n || __builtin_mul_overflow(whole, power_of_ten(exponent), &minor) ||
        __builtin_add_overflow(minor, decimals, &minor))
        return false;
    *ret = (struct money){ .minor = minor, .cur = c };
    return true;
}

struct str money_print(struct arena *a, struct money m)
{
    int exponent = currency_exponent(m.cur);
    uint64_t scale = (uint64_t)power_of_ten(exponent);
    uint64_t size = m.minor < 0 ? -(uint64_t)m.minor : (uint64_t)m.minor;
    const char *sign = m.minor < 0 ? "-" : "";
    if (exponent == 0)
        return str_print(a, "%s%" PRIu64, sign, size);
    return str_print(a, "%s%" PRIu64 ".%0*" PRIu64, sign, size / scale, exponent, size % scale);
}

err money_add(struct money *sum, struct money m)
{
    check(currency_eq(sum->cur, m.cur));
    int64_t minor = 0;
    if (__builtin_add_overflow(sum->minor, m.minor, &minor))
        return fault(ERR_OVERFLOW);
    sum->minor = minor;
    return OK;
}
