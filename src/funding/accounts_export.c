#include "funding/accounts_export.h"
#include "base/clock.h"
#include "base/utf8.h"

#include <inttypes.h>

/* At most 2 KB each, with strangers' words at their longest and every byte of them a quote. */
enum { WINDOW = 120 };

QUERY(accounts_last, "select coalesce(max(id), 0) from ledger_transaction");
QUERY(accounts_next, "select id from ledger_transaction where id > $1 and id <= $2"
                     " and case when $3 = 1 then booked_at / 86400000000 else day end >= $4"
                     " and case when $3 = 1 then booked_at / 86400000000 else day end < $5"
                     " order by id limit 1");
QUERY(accounts_rows,
      "select t.id, t.booked_at, t.day, t.contribution, t.channel, t.source, t.kind, t.reference,"
      " e.account, e.asset, e.minor, e.fine, c.asset, c.rate, c.rate_source, c.rate_at,"
      " case when c.state = 'settled' and c.value_asset is null and exists (select 1 from goal o"
      " where o.dropped = 0 and o.first_day <= c.day and o.end_day > c.day"
      " and o.currency <> c.asset) then 'unvalued' else c.state end, c.frozen,"
      " coalesce(g.name, ''), coalesce(g.email, '')"
      " from ledger_transaction t join ledger_entry e on e.ledger_transaction = t.id"
      " join contribution c on c.id = t.contribution left join giver g on g.id = c.giver"
      " where t.id > $1 and t.id <= $2"
      " and case when $3 = 1 then t.booked_at / 86400000000 else t.day end >= $4"
      " and case when $3 = 1 then t.booked_at / 86400000000 else t.day end < $5"
      " order by t.id, e.seq");

static const char columns[] =
    "transaction,booked,day,contribution,channel,source,kind,currency,gross,fee,net,announced,"
    "value,value_currency,rate,rate_source,rate_time,state,frozen,reference";

/* One transaction, its entries added up. */
struct row {
    int64_t id, booked_at, day, contribution, rate_at;
    struct str channel, source, kind, reference, rate, rate_source, state, name, email;
    bool frozen;
    struct asset gift;                 /* of the gift */
    struct amount net, fee, announced; /* units 0 at first */
    struct amount value;               /* asset "": none */
    bool moved;                        /* net, fee or announced have their asset */
};

static err add(struct amount *sum, struct amount m)
{
    if (!sum->units)
        sum->asset = m.asset;
    err e = amount_add(sum, m);
    return e ? fault(e) : OK;
}

/* The currency of the money that moved; a fee may be in another one than the gift. */
static void note_asset(struct row *r, struct asset asset)
{
    if (r->moved)
        return;
    r->net.asset = asset;
    r->fee.asset = asset;
    r->announced.asset = asset;
    r->moved = true;
}

static err take(struct row *r, enum ledger_account account, struct amount m)
{
    switch (account) {
    case LEDGER_ASSETS: note_asset(r, m.asset); return add(&r->net, m);
    case LEDGER_FEES: note_asset(r, m.asset); return add(&r->fee, m);
    case LEDGER_RECEIVABLE: note_asset(r, m.asset); return add(&r->announced, m);
    case LEDGER_INCOME: return asset_eq(m.asset, r->gift) ? OK : add(&r->value, amount_negative(m));
    case LEDGER_PENDING:
    case LEDGER_TRADING: return OK;
    }
    return fault(ERR_DATA);
}

/* ---- writing */

static void put_amount(struct buf *out, struct amount m, struct arena *a)
{
    struct str text = amount_print(a, m);
    buf_put(out, text);
    buf_put_char(out, ',');
}

/* What a program for tables may run, as it reads it: without blanks in front, and with the signs in
 * their full width too. */
static bool is_formula(struct str s)
{
    static const uint32_t signs[] = {
        '=', '+', '-', '@', '\t', '\r', 0xFF1D, 0xFF0B, 0xFF0D, 0xFF20
    };
    uint32_t first = ' ';
    while (s.n && (first == ' ' || first == 0xA0 || first == 0x3000))
        first = utf8_next(&s);
    for (size_t i = 0; i < COUNT(signs); i++)
        if (first == signs[i])
            return true;
    return false;
}

void accounts_put_words(struct buf *out, struct str s)
{
    buf_put_char(out, '"');
    if (is_formula(s))
        buf_put_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] == '"')
            buf_put_char(out, '"');
        buf_put_char(out, s.s[i]);
    }
    buf_put_char(out, '"');
}

static void put_time(struct buf *out, int64_t at)
{
    int64_t seconds = at % DAY / SECOND;
    struct date d = date_of_utc(at);
    buf_print(out, "%04d-%02d-%02dT%02d:%02d:%02dZ,", d.year, d.month, d.day, (int)(seconds / 3600),
              (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void put_value(struct buf *out, const struct row *r, struct arena *a)
{
    if (!r->value.units) {
        buf_put(out, S(",,,,,"));
        return;
    }
    put_amount(out, r->value, a);
    buf_print(out, "%s," STR_FMT ",", r->value.asset.code, STR_ARG(r->rate));
    accounts_put_words(out, r->rate_source);
    buf_put_char(out, ',');
    put_time(out, r->rate_at);
}

static err put_row(struct buf *out, const struct accounts_export *x, const struct row *r,
                   struct arena *a)
{
    struct amount gross = r->net;
    struct str booked = date_print(a, date_of_utc(r->booked_at));
    struct str day = date_print(a, date_from_days(r->day));
    err e = amount_add(&gross, r->fee);
    if (e)
        return fault(e);
    buf_print(out, "%" PRId64 "," STR_FMT "," STR_FMT ",%" PRId64 ",", r->id, STR_ARG(booked),
              STR_ARG(day), r->contribution);
    buf_print(out, STR_FMT "," STR_FMT "," STR_FMT ",%s,", STR_ARG(r->channel), STR_ARG(r->source),
              STR_ARG(r->kind), r->net.asset.code);
    put_amount(out, gross, a);
    put_amount(out, r->fee, a);
    put_amount(out, r->net, a);
    put_amount(out, r->announced, a);
    put_value(out, r, a);
    buf_print(out, STR_FMT ",%s," STR_FMT, STR_ARG(r->state), r->frozen ? "yes" : "no",
              STR_ARG(r->reference));
    if (x->names) {
        buf_put_char(out, ',');
        accounts_put_words(out, r->name);
        buf_put_char(out, ',');
        accounts_put_words(out, r->email);
    }
    buf_put(out, S("\r\n"));
    return OK;
}

/* ---- reading */

static err row_read(struct stmt *s, struct arena *a, struct row *ret)
{
    struct row r = {
        .id = column_int(s, 0),
        .booked_at = column_int(s, 1),
        .day = column_int(s, 2),
        .contribution = column_int(s, 3),
        .channel = column_str(s, 4, a),
        .source = column_str(s, 5, a),
        .kind = column_str(s, 6, a),
        .reference = column_str(s, 7, a),
        .rate = column_str(s, 13, a),
        .rate_source = column_str(s, 14, a),
        .rate_at = column_int(s, 15),
        .state = column_str(s, 16, a),
        .frozen = column_int(s, 17),
        .name = column_str(s, 18, a),
        .email = column_str(s, 19, a),
    };
    if (!asset_parse(column_str(s, 12, a), &r.gift))
        return fault(ERR_DATA);
    note_asset(&r, r.gift);
    r.moved = false; // what moves first says more
    *ret = r;
    return OK;
}

static err entry_read(struct stmt *s, struct arena *a, struct row *r)
{
    enum ledger_account account = LEDGER_ASSETS;
    struct asset asset = { 0 };
    if (!ledger_account_parse(column_str(s, 8, a), &account) ||
        !asset_parse(column_str(s, 9, a), &asset))
        return fault(ERR_DATA);
    return take(r, account, amount_join(column_int(s, 10), column_int(s, 11), asset));
}

/* One step of the cursor: the row before is written once the next one begins. */
static err step(struct stmt *s, const struct accounts_export *x, struct row *r, struct arena *a,
                struct buf *out)
{
    err e = OK;
    if (r->id != column_int(s, 0)) {
        if (r->id)
            e = put_row(out, x, r, a);
        if (!e)
            e = row_read(s, a, r);
    }
    return e ? e : entry_read(s, a, r);
}

static err put_window(struct tx *tx, const struct accounts_export *x, int64_t stop, struct arena *a,
                      struct buf *out)
{
    struct row r = { 0 };
    bool more = false;
    struct stmt *s = query_start(tx, &accounts_rows);
    bind_int(s, 1, x->after);
    bind_int(s, 2, stop);
    bind_int(s, 3, x->booked);
    bind_int(s, 4, x->first_day);
    bind_int(s, 5, x->end_day);
    err e = query_step(s, &more);
    while (!e && more) {
        e = step(s, x, &r, a, out);
        if (e) {
            query_end(s);
            return e;
        }
        e = query_step(s, &more);
    }
    if (e)
        return fault(e);
    return r.id ? put_row(out, x, &r, a) : OK;
}

err accounts_export_start(struct tx *tx, struct accounts_export *x)
{
    bool row = false;
    struct stmt *s = query_start(tx, &accounts_last);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    x->last = column_int(s, 0);
    query_end(s);
    return OK;
}

/* To before the next one of the period, or to the end when there is none. */
static err skip(struct tx *tx, struct accounts_export *x)
{
    bool row = false;
    struct stmt *s = query_start(tx, &accounts_next);
    bind_int(s, 1, x->after);
    bind_int(s, 2, x->last);
    bind_int(s, 3, x->booked);
    bind_int(s, 4, x->first_day);
    bind_int(s, 5, x->end_day);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    x->after = row ? column_int(s, 0) - 1 : x->last;
    if (row)
        query_end(s);
    return OK;
}

err accounts_export_piece(struct tx *tx, struct accounts_export *x, struct arena *a,
                          struct buf *out)
{
    if (!x->begun)
        buf_print(out, "%s%s\r\n", columns, x->names ? ",name,email" : "");
    x->begun = true;
    err e = skip(tx, x);
    if (!e && x->after < x->last) {
        int64_t stop = x->last - x->after > WINDOW ? x->after + WINDOW : x->last;
        e = put_window(tx, x, stop, a, out);
        x->after = stop;
    }
    if (!e) // so that no piece is empty
        e = skip(tx, x);
    x->ended = x->after == x->last;
    return e;
}
