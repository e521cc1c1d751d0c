#pragma once
#include "funding/bank_import.h"
#include "unit/funding.h"

/* What the tests of banks' statements share. A failure ends the test. */

/* A mapping for "day;amount;payer;text;id" with EUR, without a header; without ids when `ids` is
 * false. */
struct bank_mapping bank_plain_mapping(bool ids);
struct bank_statement bank_read(struct fund *f, const struct bank_mapping *m, struct str bytes);
struct bank_statement bank_read_csv(struct fund *f, bool ids, const char *text);
struct bank_statement bank_read_camt(struct fund *f, struct str bytes);
/* "GTO": G gift, R refund, W waiting, T there, O outgoing, N nothing, U unbooked, P payout, X
 * wrong. */
struct str bank_verdicts(struct fund *f, const struct bank_statement *s);
err bank_book(struct fund *f, struct bank_statement *s);
void bank_match(struct fund *f, struct bank_statement *s);

/* CAMT.053 around these entries, of a version ("02"). */
struct str bank_camt(struct fund *f, const char *version, const char *entries);
/* An entry: CRDT or DBIT, amount, what stands in it beside. */
struct str bank_entry(struct fund *f, const char *direction, const char *amount, const char *more);
