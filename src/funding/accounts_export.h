#pragma once
#include "base/buf.h"
#include "funding/ledger.h"

/*
 * The books for the accountant: a CSV file (RFC 4180, UTF-8, CRLF) with a row for each transaction
 * of the ledger in a period, in its order, in pieces of bounded size:
 *
 *     transaction,booked,day,contribution,channel,source,kind,currency,gross,fee,net,announced,
 *     value,value_currency,rate,rate_source,rate_time,state,frozen,reference[,name,email]
 *
 * `net` is what the transaction brought into or took out of our hands, `fee` what the provider kept
 * in it, `gross` both together; the columns add up over all rows of a currency. `announced` is what
 * came to or left the money on its way. `value` is what was booked as income in the currency of the
 * day's goal where that is another one than the gift's, with the rate it was fixed by; else empty.
 * `state` is the gift's state now: pending, settled, unvalued (settled, and not counted), reversed.
 * Days are the site's, `booked` and rate_time are UTC.
 *
 * Names are strangers' words: one that a spreadsheet would take for a formula has an apostrophe in
 * front.
 */
struct accounts_export {
    int64_t first_day, end_day; /* the end is not part of it */
    bool booked;                /* the period is of the bookings' days, else of the gifts' */
    bool names;                 /* with name and email */
    int64_t after, last;        /* transactions that are written; the last there is */
    bool begun, ended;
};
/* Fixes where it will end; the rest of `x` is the caller's. */
MUST_USE err accounts_export_start(struct tx *tx, struct accounts_export *x);
/* Writes the next piece, never an empty one; the last one sets x->ended. */
MUST_USE err accounts_export_piece(struct tx *tx, struct accounts_export *x, struct arena *a,
                                   struct buf *out);
/* A cell of such a file with a stranger's or a treasurer's words: always quoted, never a formula.
 */
void accounts_put_words(struct buf *out, struct str s);
