#pragma once
#include "store/store.h"

/*
 * Reads every line of a bank's statement again from the evidence that is kept of it, and compares
 * what was booked: day, amount, number, content. Of a part of a batch of CAMT.053, and of one that
 * cannot be read without the file around it, only the hash can be compared. Lines whose evidence
 * has gone after its time are left out. A difference is BANK_CHECK_WRONG with the first one named
 * in ret_why (made in `a`).
 */
enum { BANK_CHECK_WRONG = 1 };
MUST_USE err bank_check(struct tx *tx, struct arena *a, struct str *ret_why);
