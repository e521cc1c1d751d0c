#pragma once
#include "base/buf.h"
#include "funding/ledger.h"

/*
 * The public ledger in other forms, in pieces of bounded size, from the same rows as ledger.csv:
 *
 *   json        one object: the rows with the CSV's names, then the head
 *   beancount   for beancount 2 and 3
 *   ledger      for ledger 3 and hledger 1
 *
 * The accounting forms have one transaction for each of the ledger's, with its numbers, days,
 * source and chain hash as metadata. A gift stands at its day; what happens to it later stands at
 * the day it was booked. Accounts are named after class, channel and source: Assets:Bank:Hand,
 * Income:Gifts:Bank:Hand. What goes out again is Income:Reversals, so that gross stays visible;
 * what providers kept is Expenses:Fees; what is on its way is Assets:Receivable against
 * Equity:Pending. A gift with a value in another currency is a lot at that value. Nothing in them
 * is a stranger's text: channels, kinds and references have characters of their own (ledger.h).
 */
enum ledger_form { LEDGER_FORM_JSON, LEDGER_FORM_BEANCOUNT, LEDGER_FORM_LEDGER };
enum { LEDGER_EXPORT_ROWS = 300 };
struct ledger_export {
    enum ledger_form form;
    struct ledger_head head; /* up to it */
    int64_t after;           /* the last entry that was written; 0 at first */
    bool begun, ended;
};
/* Writes the next piece; the last one sets x->ended. Texts on the way are made in `a`. */
MUST_USE err ledger_export_piece(struct tx *tx, struct ledger_export *x, struct arena *a,
                                 struct buf *out);
