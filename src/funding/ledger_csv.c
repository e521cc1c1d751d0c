#include "funding/ledger_csv.h"
#include "base/check.h"
#include "base/crypto.h"

#include <string.h>

QUERY(ledger_csv_rows,
      "select e.seq, e.ledger_transaction, t.contribution, t.booked_at, t.day, t.channel, t.kind,"
      " t.source, e.account, e.asset, e.minor, e.fine, t.reference, e.hash"
      " from ledger_entry e join ledger_transaction t on t.id = e.ledger_transaction"
      " where e.seq > $1 and e.seq <= $2 order by e.seq");

QUERY(ledger_contribution_rows,
      "select e.seq, e.ledger_transaction, t.contribution, t.booked_at, t.day, t.channel, t.kind,"
      " t.source, e.account, e.asset, e.minor, e.fine, t.reference, e.hash"
      " from ledger_transaction t join ledger_entry e on e.ledger_transaction = t.id"
      " where t.contribution = $1 order by e.seq desc limit $2");

static const char header[] = "seq,transaction,contribution,booked,day,channel,kind,source,account,"
                             "asset,amount,reference,chain_v1\r\n";
const struct str ledger_csv_header = { header, sizeof header - 1 };

static void put_text(struct buf *out, struct str s)
{
    buf_put(out, s);
    buf_put_char(out, ',');
}

static void put_int(struct buf *out, int64_t v)
{
    buf_put_int(out, v);
    buf_put_char(out, ',');
}

static void put_digits(char *at, int n, int v)
{
    for (; n > 0; v /= 10)
        at[--n] = (char)('0' + v % 10);
}

/* A row is written at each posting and export: by hand it takes a tenth of what printf() does. */
static void put_day(struct buf *out, int64_t day)
{
    struct date d = date_from_days(day);
    char text[] = "0000-00-00,";
    put_digits(text, 4, d.year);
    put_digits(text + 5, 2, d.month);
    put_digits(text + 8, 2, d.day);
    buf_put(out, (struct str){ text, sizeof text - 1 });
}

static void put_amount(struct buf *out, struct amount m)
{
    char digits[AMOUNT_TEXT_MAX];
    int decimals = asset_decimals(m.asset);
    size_t n = int128_print(digits, m.units, decimals + 1);
    size_t whole = n - (size_t)decimals;
    buf_put(out, (struct str){ digits, whole });
    if (decimals)
        buf_put_char(out, '.');
    put_text(out, (struct str){ digits + whole, (size_t)decimals });
}

void ledger_csv_put(struct buf *out, const struct ledger_row *row)
{
    put_int(out, row->seq);
    put_int(out, row->transaction);
    put_int(out, row->contribution);
    put_day(out, row->booked);
    put_day(out, row->day);
    put_text(out, row->channel);
    put_text(out, row->kind);
    put_text(out, row->source);
    put_text(out, row->account);
    put_text(out, asset_str(&row->amount.asset));
    put_amount(out, row->amount);
    buf_put(out, row->reference);
}

void ledger_chain(const uint8_t before[LEDGER_HASH], struct str row, uint8_t ret[LEDGER_HASH])
{
    char bytes[LEDGER_HASH + LEDGER_CSV_ROW_MAX];
    check(row.n <= LEDGER_CSV_ROW_MAX);
    memcpy(bytes, before, LEDGER_HASH);
    memcpy(bytes + LEDGER_HASH, row.s, row.n);
    sha256((struct str){ bytes, LEDGER_HASH + row.n }, ret);
}

void ledger_hash_print(const uint8_t hash[LEDGER_HASH], char ret[2 * LEDGER_HASH])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < LEDGER_HASH; i++) {
        ret[2 * i] = digits[hash[i] >> 4];
        ret[2 * i + 1] = digits[hash[i] & 15];
    }
}

static void put_hash(struct buf *out, struct str hash)
{
    uint8_t bytes[LEDGER_HASH] = { 0 };
    char text[2 * LEDGER_HASH];
    memcpy(bytes, hash.s, LEDGER_HASH);
    ledger_hash_print(bytes, text);
    buf_put_char(out, ',');
    buf_put(out, (struct str){ text, sizeof text });
    buf_put(out, S("\r\n"));
}

static err row_read(struct stmt *s, struct arena *a, struct ledger_row *ret)
{
    struct asset asset = { 0 };
    enum ledger_account account = LEDGER_ASSETS; // whoever reads rows trusts its name
    if (!asset_parse(column_str(s, 9, a), &asset) ||
        !ledger_account_parse(column_str(s, 8, a), &account))
        return fault(ERR_DATA);
    *ret = (struct ledger_row){
        .seq = column_int(s, 0),
        .transaction = column_int(s, 1),
        .contribution = column_int(s, 2),
        .booked = date_to_days(date_of_utc(column_int(s, 3))),
        .day = column_int(s, 4),
        .channel = column_str(s, 5, a),
        .kind = column_str(s, 6, a),
        .source = column_str(s, 7, a),
        .account = column_str(s, 8, a),
        .amount = amount_join(column_int(s, 10), column_int(s, 11), asset),
        .reference = column_str(s, 12, a),
    };
    return OK;
}

struct ledger_cursor ledger_rows(struct tx *tx, int64_t after, int64_t last, struct arena *a)
{
    struct stmt *s = query_start(tx, &ledger_csv_rows);
    bind_int(s, 1, after);
    bind_int(s, 2, last);
    return (struct ledger_cursor){ .rows = s, .arena = a };
}

err ledger_rows_next(struct ledger_cursor *c, struct ledger_row *ret, struct str *ret_hash,
                     bool *ret_row)
{
    err e = query_step(c->rows, ret_row);
    if (e || !*ret_row)
        return e;
    struct ledger_row row = { 0 };
    e = row_read(c->rows, c->arena, &row);
    struct str hash = column_str(c->rows, 13, c->arena);
    if (!e && hash.n != LEDGER_HASH)
        e = fault(ERR_DATA);
    if (e) {
        query_end(c->rows);
        return e;
    }
    *ret = row;
    *ret_hash = hash;
    return OK;
}

err ledger_rows_of(struct tx *tx, int64_t contribution, struct arena *a,
                   const struct ledger_row **ret, size_t *ret_n)
{
    struct ledger_row *rows = arena_new(a, struct ledger_row, LEDGER_ROWS_OF_MAX);
    struct stmt *s = query_start(tx, &ledger_contribution_rows);
    struct ledger_cursor c = { .rows = s, .arena = a };
    bind_int(s, 1, contribution);
    bind_int(s, 2, LEDGER_ROWS_OF_MAX);
    for (size_t n = 0;; n++) {
        struct ledger_row row = { 0 };
        struct str hash = { 0 };
        bool more = false;
        err e = ledger_rows_next(&c, &row, &hash, &more);
        if (e)
            return fault(e);
        if (!more) {
            *ret = rows;
            *ret_n = n;
            return OK;
        }
        rows[n] = row;
    }
}

err ledger_csv_piece(struct tx *tx, int64_t *after, int64_t last, struct arena *a, struct buf *out)
{
    int64_t stop = last - *after > LEDGER_CSV_PIECE_ROWS ? *after + LEDGER_CSV_PIECE_ROWS : last;
    struct ledger_cursor c = ledger_rows(tx, *after, stop, a);
    if (*after == 0)
        buf_put(out, ledger_csv_header);
    for (;;) {
        struct ledger_row row = { 0 };
        struct str hash = { 0 };
        bool more = false;
        err e = ledger_rows_next(&c, &row, &hash, &more);
        if (e)
            return fault(e);
        if (!more)
            break;
        ledger_csv_put(out, &row);
        put_hash(out, hash);
        *after = row.seq;
    }
    return *after == stop ? OK : fault(ERR_DATA); // rows are numbered without gaps
}
