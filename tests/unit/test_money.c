/* Without these an amount could change between the form, the ledger and its CSV. */
#include "base/money.h"
#include "unit/test.h"

#include <stdint.h>

static struct currency currency(const char *code)
{
    struct currency c = { 0 };
    expect(currency_parse(str_from_z(code), &c));
    return c;
}

static bool parses(const char *text, const char *code, int64_t minor)
{
    struct money m = { 0 };
    return money_parse(str_from_z(text), currency(code), &m) && m.minor == minor &&
           currency_eq(m.cur, currency(code));
}

static bool refused(const char *text, const char *code)
{
    struct money m = { .minor = 77 };
    return !money_parse(str_from_z(text), currency(code), &m) && m.minor == 77;
}

TEST(a_currency_is_three_capital_letters_of_the_iso_list)
{
    expect(currency_exponent(currency("USD")) == 2);
    expect(currency_exponent(currency("JPY")) == 0);
    expect(currency_exponent(currency("KWD")) == 3);
    expect(currency_exponent(currency("CLF")) == 4);
    expect(currency_exponent(currency("AED")) == 2);
    expect(currency_exponent(currency("ZWL")) == 2);
    struct currency c = { "EUR" };
    static const char *const unknown[] = { "",    "US",  "USDX", "usd", "Usd", "XXX",
                                           "XAU", "ZZZ", "AAA",  "   ", "BTC", "US\xC3" };
    for (size_t i = 0; i < COUNT(unknown); i++)
        expect(!currency_parse(str_from_z(unknown[i]), &c));
    expect(!currency_parse((struct str){ "US\0", 3 }, &c));
    expect_str(currency_str(&c), S("EUR"));
}

TEST(every_code_of_three_letters_is_found_or_refused_as_the_sorted_table_says)
{
    size_t n = 0;
    for (int i = 0; i < 26 * 26 * 26; i++) {
        char code[3] = { (char)('A' + i / 676), (char)('A' + i / 26 % 26), (char)('A' + i % 26) };
        struct currency c = { 0 };
        if (!currency_parse((struct str){ code, 3 }, &c))
            continue;
        n++;
        expect_str(currency_str(&c), ((struct str){ code, 3 }));
        expect(currency_exponent(c) >= 0 && currency_exponent(c) <= 4);
    }
    expect(n == 170); // a table out of order would lose some of them
}

TEST(money_is_read_with_at_most_the_decimals_of_its_currency)
{
    expect(parses("25", "USD", 2500));
    expect(parses("25.5", "USD", 2550));
    expect(parses("25.50", "USD", 2550));
    expect(parses("0.01", "USD", 1));
    expect(parses("0", "USD", 0));
    expect(parses("25", "JPY", 25));
    expect(parses("1.234", "KWD", 1234));
    expect(parses("1.0001", "CLF", 10001));
    expect(refused("25.500", "USD"));
    expect(refused("25.0", "JPY"));
    expect(refused("1.2345", "KWD"));
}

TEST(money_is_read_in_no_other_form)
{
    static const char *const wrong[] = { "",     ".",    "25.",   ".5",    "-1",      "+1",  " 1",
                                         "1 ",   "1,5",  "1,000", "1e3",   "0x10",    "007", "00",
                                         "1.-5", "1. 5", "$5",    "1.5.0", "\xD9\xA1" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(refused(wrong[i], "USD"));
}

TEST(money_is_read_up_to_the_last_that_fits_and_refused_one_past_it)
{
    expect(parses("92233720368547758.07", "USD", INT64_MAX));
    expect(refused("92233720368547758.08", "USD"));
    expect(refused("92233720368547759", "USD"));
    expect(parses("9223372036854775807", "JPY", INT64_MAX));
    expect(refused("9223372036854775808", "JPY"));
    expect(refused("99999999999999999999999999999999", "JPY"));
    expect(parses("9223372036854775.807", "KWD", INT64_MAX));
    expect(refused("9223372036854775.808", "KWD"));
}

TEST(money_is_printed_as_the_exact_inverse)
{
    struct arena a;
    arena_init(&a, 100000);
    expect_str(money_print(&a, (struct money){ 2550, currency("USD") }), S("25.50"));
    expect_str(money_print(&a, (struct money){ -300, currency("USD") }), S("-3.00"));
    expect_str(money_print(&a, (struct money){ -5, currency("USD") }), S("-0.05"));
    expect_str(money_print(&a, (struct money){ 0, currency("JPY") }), S("0"));
    expect_str(money_print(&a, (struct money){ INT64_MAX, currency("USD") }),
               S("92233720368547758.07"));
    expect_str(money_print(&a, (struct money){ INT64_MIN, currency("USD") }),
               S("-92233720368547758.08"));
    expect_str(money_print(&a, (struct money){ INT64_MIN, currency("JPY") }),
               S("-9223372036854775808"));
    static const char *const codes[] = { "JPY", "USD", "KWD", "CLF" };
    for (size_t i = 0; i < COUNT(codes); i++)
        for (int64_t minor = 0; minor < 100000; minor += 997) {
            struct money m = { minor, currency(codes[i]) }, back = { 0 };
            expect(money_parse(money_print(&a, m), m.cur, &back) && back.minor == minor);
        }
    arena_free(&a);
}

TEST(a_sum_that_does_not_fit_is_refused_and_left_alone)
{
    struct money sum = { INT64_MAX - 1, currency("USD") };
    expect(money_add(&sum, (struct money){ 1, currency("USD") }) == OK && sum.minor == INT64_MAX);
    expect(money_add(&sum, (struct money){ 1, currency("USD") }) == ERR_OVERFLOW);
    expect(sum.minor == INT64_MAX);
    expect(money_add(&sum, (struct money){ -7, currency("USD") }) == OK);
    struct money low = { INT64_MIN, currency("USD") };
    expect(money_add(&low, (struct money){ -1, currency("USD") }) == ERR_OVERFLOW);
    expect(low.minor == INT64_MIN);
}
