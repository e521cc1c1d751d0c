#include "base/check.h"
#include "base/crypto.h"
#include "funding/ledger.h"
#include "funding/ledger_csv.h"

#include <inttypes.h>
#include <string.h>

/* Entries less what is kept of them: whatever is left over is wrong. */
CHECK_ROWS(ledger_days, "the sums kept per day are the sums of their entries",
           "select day from ("
           " select t.day, e.account, t.channel, t.source, e.asset, e.minor, e.fine"
           " from ledger_entry e join ledger_transaction t on t.id = e.ledger_transaction"
           " union all select day, account, channel, source, asset, -minor, -fine from ledger_day"
           ") as parts group by day, account, channel, source, asset"
           " having sum(minor) <> 0 or sum(fine) <> 0 order by day");
/* A day belongs to the last month that began before it, for that is the only one it can be in. */
CHECK_ROWS(ledger_months, "the sums kept per month are the sums of their days",
           "select first_day from ("
           " select coalesce((select max(m.first_day) from ledger_month m where m.first_day <= "
           "d.day), 0)"
           " as first_day, d.account, d.channel, d.source, d.asset, d.minor, d.fine"
           " from ledger_day d"
           " union all select first_day, account, channel, source, asset, -minor, -fine"
           " from ledger_month"
           ") as parts group by first_day, account, channel, source, asset"
           " having sum(minor) <> 0 or sum(fine) <> 0 order by first_day");
CHECK_ROWS(ledger_contributions,
           "a contribution that is settled or pending is so in the ledger, and no other is",
           "select id from ("
           " select id, asset, case state when 'settled' then 'income' else 'pending' end as"
           " account, minor - out_minor as minor, fine - out_fine as fine"
           " from contribution where state <> 'reversed'"
           " union all select t.contribution, e.asset,"
           " case e.account when 'pending' then 'pending' else 'income' end, e.minor, e.fine"
           " from ledger_entry e join ledger_transaction t on t.id = e.ledger_transaction"
           " where e.account in ('income', 'pending', 'trading')"
           ") as parts group by id, asset, account"
           " having sum(minor) * 1000000000 + sum(fine) <> 0 order by id");
CHECK_ROWS(ledger_values, "what a contribution still is worth is its income in that currency",
           "select c.id from contribution c where c.value_asset is not null"
           " and c.value_out - c.value_minor <> (select coalesce(sum(e.minor), 0)"
           " from ledger_entry e join ledger_transaction t on t.id = e.ledger_transaction"
           " where t.contribution = c.id and e.account = 'income' and e.asset = c.value_asset)"
           " order by c.id");
CHECK_ROWS(ledger_parts, "no more of a contribution goes out than came in",
           "select id from contribution where"
           " (minor - out_minor) * 1000000000 + fine - out_fine < 0 or value_out > value_minor"
           " or value_out < 0 or out_minor < 0 or out_fine < 0 order by id");
CHECK_ROWS(ledger_transactions, "the entries of a ledger transaction sum to zero",
           "select ledger_transaction from ledger_entry group by ledger_transaction, asset"
           " having sum(minor) <> 0 or sum(fine) <> 0 order by ledger_transaction");
CHECK_ROWS(ledger_facts, "a ledger transaction says of its contribution what is entered there",
           "select t.id from ledger_transaction t join contribution c on c.id = t.contribution"
           " where t.channel <> c.channel or t.source <> c.source or t.day <> c.day"
           " order by t.id");
CHECK_ROWS(ledger_numbers, "the ledger's numbers have no gaps",
           "select entries, last_entry, transactions, last_transaction from"
           " (select count(*) as entries, coalesce(max(seq), 0) as last_entry"
           " from ledger_entry) as e,"
           " (select count(*) as transactions, coalesce(max(id), 0) as last_transaction"
           " from ledger_transaction) as t"
           " where entries <> last_entry or transactions <> last_transaction");

struct walk {
    struct ledger_head head;
    struct arena *scratch;
    struct str *ret_why;
    struct arena *a;
};

static err differs(struct walk *w, int64_t seq)
{
    *w->ret_why = str_print(
        w->a, "the ledger was changed: its entry %" PRId64 " is not the one that was chained", seq);
    return LEDGER_WRONG;
}

static err check_row(struct walk *w, const struct ledger_row *row, struct str hash)
{
    struct buf bytes CLEANUP(buf_free) = buf_make(LEDGER_CSV_ROW_MAX);
    if (row->seq != w->head.seq + 1)
        return differs(w, w->head.seq + 1);
    ledger_csv_put(&bytes, row);
    if (buf_full(&bytes))
        return differs(w, row->seq);
    ledger_chain(w->head.hash, buf_str(&bytes), w->head.hash);
    w->head.seq = row->seq;
    if (!str_eq(hash, bytes_str(w->head.hash, LEDGER_HASH)))
        return differs(w, row->seq);
    return OK;
}

static err check_rows(struct tx *tx, struct walk *w)
{
    struct ledger_cursor c = ledger_rows(tx, 0, INT64_MAX, w->scratch);
    for (;;) {
        struct ledger_row row = { 0 };
        struct str hash = { 0 };
        bool more = false;
        arena_reset(w->scratch);
        err e = ledger_rows_next(&c, &row, &hash, &more);
        if (e == ERR_DATA)
            return differs(w, w->head.seq + 1);
        if (e || !more)
            return e ? fault(e) : OK;
        e = check_row(w, &row, hash);
        if (e) {
            query_end(c.rows);
            return e;
        }
    }
}

err ledger_check(struct tx *tx, struct arena *a, struct str *ret_why)
{
    struct arena scratch;
    struct walk w = { .scratch = &scratch, .a = a, .ret_why = ret_why };
    sha256(ledger_csv_header, w.head.hash);
    arena_init(&scratch, 1 << 16);
    err e = check_rows(tx, &w);
    arena_free(&scratch);
    return e;
}
