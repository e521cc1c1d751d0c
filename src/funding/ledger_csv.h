#pragma once
#include "base/buf.h"
#include "funding/ledger.h"

/*
 * The public form of the ledger: RFC 4180 with CRLF, ASCII only, a header line that is also the
 * format's version, and one row an entry:
 *
 *     seq,transaction,contribution,booked,day,channel,kind,source,account,asset,amount,reference,chain_v1
 *     1,1,1,2018-05-03,2018-05-03,bank,gift,hand,assets,USD,25.00,,5b0c...
 *     2,1,1,2018-05-03,2018-05-03,bank,gift,hand,income,USD,-25.00,,91de...
 *
 * Amounts are decimal text with all the asset's decimals. No field can hold a quote, a comma or a
 * line's end, so none is ever quoted; nor can one begin a spreadsheet formula, for the only field
 * that may begin with a sign is the amount, which is a number.
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

void ledger_hash_print(const uint8_t hash[LEDGER_HASH], char ret[2 * LEDGER_HASH]);

/* Rows after seq `after` up to `last`, in order; texts and hash in the arena. */
struct ledger_cursor {
    struct stmt *rows;
    struct arena *arena;
};
struct ledger_cursor ledger_rows(struct tx *tx, int64_t after, int64_t last, struct arena *a);
MUST_USE err ledger_rows_next(struct ledger_cursor *c, struct ledger_row *ret, struct str *ret_hash,
                              bool *ret_row); /* after the last row, or a fault, it has ended */

/* Those of one contribution, the latest first; LEDGER_ROWS_OF_MAX at most. */
enum { LEDGER_ROWS_OF_MAX = 200 };
MUST_USE err ledger_rows_of(struct tx *tx, int64_t contribution, struct arena *a,
                            const struct ledger_row **ret, size_t *ret_n);

/*
 * Writes the rows after seq `*after`, at most LEDGER_CSV_PIECE_ROWS and none past `last`, and moves
 * `*after`. Called with 0 it writes the header first. Rows never change, so pieces read in
 * different transactions fit together; the file is complete when *after == last.
 */
MUST_USE err ledger_csv_piece(struct tx *tx, int64_t *after, int64_t last, struct arena *a,
                              struct buf *out);
