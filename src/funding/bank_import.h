#pragma once
#include "funding/bank_statement.h"
#include "people/audit.h"
#include "store/store.h"

/*
 * From a bank's statement to gifts in the ledger: all of a file or nothing. What was booked before
 * is found again, by the bank's number of a line and by what it says, so that it does not matter
 * how often, in what pieces or with which of the two a statement is imported. An account's
 * statements of the other format for the same days are refused: their lines say other things of the
 * same gift.
 */

/* *ret_found is false when none is kept: then *ret is the standard. */
MUST_USE err bank_mapping_get(struct tx *tx, struct str channel, struct arena *a,
                              struct bank_mapping *ret, bool *ret_found);
struct bank_mapping_change {
    struct str channel, mapping; /* bank_mapping_print() */
    struct actor by;
    int64_t now;
};
MUST_USE err bank_mapping_set(struct tx *tx, const struct bank_mapping_change *c);

/* Finds what was booked before, what contradicts it and what may have been entered by hand, and
 * counts again. Reads only. */
MUST_USE err bank_statement_match(struct tx *tx, struct str channel, struct bank_statement *s);

struct bank_import {
    struct str channel;
    struct bank_statement *statement; /* read; its verdicts become what has happened */
    struct actor by;
    int64_t now;
};
enum {
    BANK_IMPORT_WRONG = 1
}; /* a line is not understood, as the statement says: nothing was kept */
MUST_USE err bank_import(struct tx *tx, const struct bank_import *i);
