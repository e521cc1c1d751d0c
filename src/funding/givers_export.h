#pragma once
#include "base/buf.h"
#include "store/store.h"

/*
 * Who gave in a year, for the accountant: a CSV file (RFC 4180, UTF-8, CRLF) with a row for each
 * giver and currency, in pieces of bounded size:
 *
 *     giver,name,email,year,currency,gifts,given,returned,left
 *
 * A giver is everyone with the same e-mail address (giver_year.h), by the number, name and address
 * of the latest of them that gave in that year; who was erased, and gifts of nobody known, are not
 * in it. `given` and `gifts` are of the gifts that were not given back whole, `returned` is what
 * went out of these again until now, `left` what that leaves. The year is of the site's zone.
 *
 * Names are strangers' words: one that a spreadsheet would take for a formula has an apostrophe in
 * front.
 */
struct givers_export {
    int year;
    int64_t after, last; /* givers that are written; the last there is */
    bool begun, ended;
};
/* Fixes where it will end; the year is the caller's. */
MUST_USE err givers_export_start(struct tx *tx, struct givers_export *x);
/* Writes the next piece, never an empty one; the last one sets x->ended. */
MUST_USE err givers_export_piece(struct tx *tx, struct givers_export *x, struct arena *a,
                                 struct buf *out);
