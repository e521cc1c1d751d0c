#pragma once
#include "funding/amount.h"

/*
 * Amounts in the forms that providers write them in, exactly. A code that is no currency of ISO
 * 4217, digits that would be lost, and anything that is not an amount are refused (false).
 */

/* "25", "25.00", "-25.00" (refunds), and "500.00" of a currency without decimals, whose zeros say
 * nothing. The amount is without its sign; zero is an amount. */
bool told_amount(struct str text, struct str code, struct amount *ret, bool *ret_negative);

/* Hundredths of the currency's whole unit, whatever its smallest unit is (JPY 500 is 50000): not
 * negative, and whole smallest units. */
bool told_hundredths(int64_t hundredths, struct str code, struct amount *ret);
