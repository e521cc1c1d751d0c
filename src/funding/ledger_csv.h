#pragma once
#include "base/buf.h"
#include "funding/ledger.h"

/*
 * The public form of the ledger: RFC 4180 with CRLF, ASCII only, a header line that is also the
 * format's version, and one row an entry:
 *
 *     seq,transaction,contribution,booked,day,channel,kind,source,account,asset,amount,reference,chain
 *     1,1,1,2018-05-03,2018-05-03,bank,gift,hand,assets,USD,25.00,,5b0c...
 *
 * Amounts are decimal text with all the asset's decimals. No field can hold a quote, comma, line
 * end or the begin of a spreadsheet formula, but an amount's minus sign; so none is ever quoted.
 */
extern const struct str ledger_csv_header; /* with its CRLF */
enum { LEDGER_CSV_ROW_MAX = 512, LEDGER_CSV_PIECE_ROWS = 500 };

struct ledger_row {
    int64_t seq, transaction, contribution;
    int64_t booked, day; /* days since 1970-01-01 */
    struct str channel, kind, source, account, reference;
    struct amount amount;
};
/* The row's bytes without the last comma, the hash and the line's end: what the chain covers. */
void ledger_csv_put(struct buf *out, const struct ledger_row *row);
/* Puts the hash of the next row, SHA-256(before || row), into ret. */
void ledger_chain(const uint8_t before[LEDGER_HASH], struct str row, uint8_t ret[LEDGER_HASH]);

/*
 * Writes rows after seq `*after`, at most LEDGER_CSV_PIECE_ROWS and none past `last`, and moves
 * `*after`. Called with 0 it writes the header first. Rows never change, so pieces read in
 * different transactions fit together; the file is complete when *after == last.
 */
MUST_USE err ledger_csv_piece(struct tx *tx, int64_t *after, int64_t last, struct buf *out);
