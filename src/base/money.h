#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * Money in whole minor units of one currency (ISO 4217 list one: the code and how many decimals it
 * has). No floating point anywhere. Arithmetic that does not fit 64 bits is ERR_OVERFLOW.
 */
struct currency {
    char code[4]; /* "USD", NUL-terminated; "" is no currency */
};
struct money {
    int64_t minor;
    struct currency cur;
};

bool currency_parse(struct str s,
                    struct currency *ret); /* three capital letters that the table knows */
int currency_exponent(struct currency c);  /* 2 for USD, 0 for JPY, 3 for KWD */
bool currency_eq(struct currency a, struct currency b);
struct str currency_str(const struct currency *c); /* borrows from *c */

/* "25", "25.5", "25.50" with at most the currency's decimals; ASCII digits, no sign, no separators.
 */
bool money_parse(struct str s, struct currency c, struct money *ret);
struct str money_print(struct arena *a, struct money m);   /* "25.50", "-3.00"; the exact inverse */
MUST_USE err money_add(struct money *sum, struct money m); /* same currency (check) */
