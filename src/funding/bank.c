#include "funding/bank.h"

#include <string.h>

/* Lengths by country, from the IBAN registry (ISO 13616). Sorted, so that it reads as a list. */
static const struct country {
    char code[3];
    uint8_t length;
} countries[] = {
    { "AD", 24 }, { "AE", 23 }, { "AL", 28 }, { "AT", 20 }, { "AZ", 28 }, { "BA", 20 },
    { "BE", 16 }, { "BG", 22 }, { "BH", 22 }, { "BI", 27 }, { "BR", 29 }, { "BY", 28 },
    { "CH", 21 }, { "CR", 22 }, { "CY", 28 }, { "CZ", 24 }, { "DE", 22 }, { "DJ", 27 },
    { "DK", 18 }, { "DO", 28 }, { "EE", 20 }, { "EG", 29 }, { "ES", 24 }, { "FI", 18 },
    { "FK", 18 }, { "FO", 18 }, { "FR", 27 }, { "GB", 22 }, { "GE", 22 }, { "GI", 23 },
    { "GL", 18 }, { "GR", 27 }, { "GT", 28 }, { "HN", 28 }, { "HR", 21 }, { "HU", 28 },
    { "IE", 22 }, { "IL", 23 }, { "IQ", 23 }, { "IS", 26 }, { "IT", 27 }, { "JO", 30 },
    { "KW", 30 }, { "KZ", 20 }, { "LB", 28 }, { "LC", 32 }, { "LI", 21 }, { "LT", 20 },
    { "LU", 20 }, { "LV", 21 }, { "LY", 25 }, { "MC", 27 }, { "MD", 24 }, { "ME", 22 },
    { "MK", 19 }, { "MN", 20 }, { "MR", 27 }, { "MT", 31 }, { "MU", 30 }, { "NI", 28 },
    { "NL", 18 }, { "NO", 15 }, { "OM", 23 }, { "PK", 24 }, { "PL", 28 }, { "PS", 29 },
    { "PT", 25 }, { "QA", 29 }, { "RO", 24 }, { "RS", 22 }, { "RU", 33 }, { "SA", 24 },
    { "SC", 31 }, { "SD", 18 }, { "SE", 24 }, { "SI", 19 }, { "SK", 24 }, { "SM", 27 },
    { "SO", 23 }, { "ST", 25 }, { "SV", 28 }, { "TL", 23 }, { "TN", 24 }, { "TR", 26 },
    { "UA", 29 }, { "VA", 22 }, { "VG", 24 }, { "XK", 20 }, { "YE", 30 },
};

static size_t country_length(struct str iban)
{
    for (size_t i = 0; i < COUNT(countries); i++)
        if (str_starts(iban, str_from_z(countries[i].code)))
            return countries[i].length;
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* ISO 7064 MOD 97-10: the first four characters go to the end, letters count 10 to 35. */
static int remainder_97(struct str iban)
{
    int rest = 0;
    for (size_t i = 0; i < iban.n; i++) {
        char c = iban.s[(i + 4) % iban.n];
        int value = is_digit(c) ? c - '0' : c - 'A' + 10;
        rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
    }
    return rest;
}

/* Capitals and digits without the spaces; false when there is anything else, or too much. */
static bool compact(struct str s, struct arena *a, struct str *ret)
{
    char *p = arena_new(a, char, IBAN_MAX);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        if (c == ' ')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (n == IBAN_MAX || (!is_digit(c) && !is_capital(c)))
            return false;
        p[n++] = c;
    }
    *ret = (struct str){ p, n };
    return true;
}

enum bank_fault iban_parse(struct str s, struct arena *a, struct str *ret)
{
    struct str iban = { 0 };
    if (!compact(s, a, &iban) || iban.n < IBAN_MIN || !is_capital(iban.s[0]) ||
        !is_capital(iban.s[1]) || !is_digit(iban.s[2]) || !is_digit(iban.s[3]))
        return BANK_FORM;
    size_t length = country_length(iban);
    if (length == 0)
        return BANK_COUNTRY;
    if (length != iban.n)
        return BANK_LENGTH;
    if (remainder_97(iban) != 1)
        return BANK_CHECKSUM;
    *ret = iban;
    return BANK_FINE;
}

struct str iban_grouped(struct arena *a, struct str iban)
{
    char *p = arena_new(a, char, iban.n + iban.n / 4);
    size_t n = 0;
    for (size_t i = 0; i < iban.n; i++) {
        if (i && i % 4 == 0)
            p[n++] = ' ';
        p[n++] = iban.s[i];
    }
    return (struct str){ p, n };
}

/* Four letters or digits of the party, two letters of the country, two of the place, three of the
 * branch. */
bool bic_parse(struct str s, struct arena *a, struct str *ret)
{
    struct str bic = { 0 };
    if (!compact(s, a, &bic) || (bic.n != 8 && bic.n != 11))
        return false;
    if (!is_capital(bic.s[4]) || !is_capital(bic.s[5]))
        return false;
    *ret = bic;
    return true;
}
