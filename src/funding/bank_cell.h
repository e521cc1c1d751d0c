#pragma once
#include "base/clock.h"
#include "funding/amount.h"

/*
 * What stands in one cell of a bank's CSV: amounts and days, exactly, or not at all. Where a bank's
 * way of writing could be read in two ways, it is not read.
 */

/* DD or D, MM or M, YYYY or YY (of this century), each once; all else as it stands; a * at the end
 * takes any rest. */
bool bank_date_form_is_good(struct str form);
bool bank_date_read(struct str s, struct str form, struct date *ret); /* real days only */

/*
 * "1.234,50", "-12,00", "12,00-", "(12.00)", "+5": digits in threes when they are set apart at all.
 * The blank between thousands may be of any width, the apostrophe bent. `decimal` and `thousands`
 * as in bank_mapping.h. Zeros beyond the currency's decimals are taken; other digits are not.
 */
bool bank_amount_read(struct str s, char decimal, char thousands, struct currency c,
                      struct amount *ret);
