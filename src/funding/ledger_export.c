#include "funding/ledger_export.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "funding/ledger_csv.h"

#include <inttypes.h>

/* ---- JSON */

static void put_json_row(struct buf *out, const struct ledger_row *row, struct str hash,
                         struct arena *a)
{
    struct json_writer w = json_writer(out);
    buf_put(out, row->seq > 1 ? S(",\n") : S("\n"));
    json_write_object(&w, NULL);
    json_write_int(&w, "seq", row->seq);
    json_write_int(&w, "transaction", row->transaction);
    json_write_int(&w, "contribution", row->contribution);
    json_write_str(&w, "booked", date_print(a, date_from_days(row->booked)));
    json_write_str(&w, "day", date_print(a, date_from_days(row->day)));
    json_write_str(&w, "channel", row->channel);
    json_write_str(&w, "kind", row->kind);
    json_write_str(&w, "source", row->source);
    json_write_str(&w, "account", row->account);
    json_write_str(&w, "asset", asset_str(&row->amount.asset));
    json_write_str(&w, "amount", amount_print(a, row->amount));
    json_write_str(&w, "reference", row->reference);
    json_write_str(&w, "chain", hex_print(a, hash));
    json_write_end(&w);
}

static void put_json_end(struct buf *out, const struct ledger_export *x, struct arena *a)
{
    struct str hash = hex_print(a, bytes_str(x->head.hash, LEDGER_HASH));
    buf_print(out, "\n],\"head\":{\"seq\":%" PRId64 ",\"hash\":\"" STR_FMT "\"}}\n", x->head.seq,
              STR_ARG(hash));
}

/* ---- accounts of the accounting forms */

struct account {
    struct str name; /* of the class, as in the ledger */
    struct str channel, source;
    bool reversal;
};

/* "bank" becomes "Bank": components begin with a capital letter or a digit, and names with a small
 * letter or a digit. */
static void put_component(struct buf *out, struct str name)
{
    char first = name.s[0];
    buf_put_char(out, first >= 'a' ? (char)(first - 'a' + 'A') : first);
    buf_put(out, str_sub(name, 1, name.n));
}

static const char *class_of(const struct account *account)
{
    static const char *const classes[] = {
        [LEDGER_ASSETS] = "Assets:",       [LEDGER_RECEIVABLE] = "Assets:Receivable:",
        [LEDGER_INCOME] = "Income:Gifts:", [LEDGER_PENDING] = "Equity:Pending:",
        [LEDGER_FEES] = "Expenses:Fees:",  [LEDGER_TRADING] = "Equity:Trading:",
    };
    enum ledger_account a = LEDGER_ASSETS;
    check(ledger_account_parse(account->name, &a)); // it comes from the ledger
    return a == LEDGER_INCOME && account->reversal ? "Income:Reversals:" : classes[a];
}

static void put_account(struct buf *out, const struct account *account)
{
    buf_print(out, "%s", class_of(account));
    put_component(out, account->channel);
    buf_put_char(out, ':');
    put_component(out, account->source);
}

/* ---- one transaction in the accounting forms */

struct group {
    struct ledger_row rows[LEDGER_ENTRIES_MAX];
    size_t n;
    struct str hash; /* of the last row */
};
/* What a valued gift was worth: which entries say so. */
struct lot {
    const struct ledger_row *coin, *value; /* of trading; NULL: it has none */
    const struct ledger_row *held;         /* of assets, the other side of the coin; or NULL */
};

static bool is(struct str s, const char *name)
{
    return str_eq(s, str_from_z(name));
}

static struct lot lot_of(const struct group *g)
{
    struct lot lot = { 0 };
    for (size_t i = 0; i < g->n; i++) {
        if (!is(g->rows[i].account, "trading"))
            continue;
        if (lot.coin) // ledger.h: what was given stands first
            lot.value = &g->rows[i];
        else
            lot.coin = &g->rows[i];
    }
    if (!lot.value)
        return (struct lot){ 0 };
    for (size_t i = 0; i < g->n; i++)
        if (is(g->rows[i].account, "assets") &&
            asset_eq(g->rows[i].amount.asset, lot.coin->amount.asset))
            lot.held = &g->rows[i];
    return lot;
}

static bool takes_back(struct str kind)
{
    return !is(kind, "gift") && !is(kind, "promise") && !is(kind, "settlement") &&
           !is(kind, "valuation") && !is(kind, "fee");
}

static void put_amount(struct buf *out, struct amount m, struct arena *a)
{
    struct str text = amount_print(a, m);
    buf_print(out, STR_FMT " %s", STR_ARG(text), m.asset.code);
}

static void put_posting(struct buf *out, const struct ledger_row *row, const char *account,
                        struct amount m, struct arena *a)
{
    struct account where = { .name = str_from_z(account),
                             .channel = row->channel,
                             .source = row->source,
                             .reversal = takes_back(row->kind) };
    buf_put(out, S("  "));
    put_account(out, &where);
    buf_put(out, S("  "));
    put_amount(out, m, a);
}

/* The price of all of it, without a sign, and the day it was fixed for. */
static void put_price(struct buf *out, enum ledger_form form, const struct ledger_row *value,
                      struct arena *a)
{
    struct amount price = value->amount;
    struct str day = date_print(a, date_from_days(value->day));
    if (price.units < 0)
        price = amount_negative(price);
    buf_put(out, S(" {{"));
    put_amount(out, price, a);
    if (form == LEDGER_FORM_BEANCOUNT) {
        buf_print(out, ", " STR_FMT "}}", STR_ARG(day));
        return;
    }
    buf_print(out, "}} [" STR_FMT "] @@ ", STR_ARG(day));
    put_amount(out, price, a);
}

/* A gift that gets its value later is turned into a lot: out as it was, and in again. */
static void put_late_lot(struct buf *out, enum ledger_form form, const struct lot *lot,
                         struct arena *a)
{
    put_posting(out, lot->coin, "assets", lot->coin->amount, a);
    buf_put_char(out, '\n');
    put_posting(out, lot->coin, "assets", amount_negative(lot->coin->amount), a);
    put_price(out, form, lot->value, a);
    buf_put_char(out, '\n');
}

static void put_postings(struct buf *out, enum ledger_form form, const struct group *g,
                         struct arena *a)
{
    struct lot lot = lot_of(g);
    for (size_t i = 0; i < g->n; i++) {
        const struct ledger_row *row = &g->rows[i];
        if (row == lot.coin || row == lot.value)
            continue;
        const char *account = str_z(a, row->account);
        put_posting(out, row, account, row->amount, a);
        if (row == lot.held)
            put_price(out, form, lot.value, a);
        buf_put_char(out, '\n');
    }
    if (lot.coin && !lot.held)
        put_late_lot(out, form, &lot, a);
}

/* What both forms say beside the entries; only the marks around it differ. */
static void put_facts(struct buf *out, enum ledger_form form, const struct group *g,
                      struct arena *a)
{
    bool bean = form == LEDGER_FORM_BEANCOUNT;
    const char *mark = bean ? "" : "; ";
    const char *quote = bean ? "\"" : "";
    const struct ledger_row *row = &g->rows[0];
    struct str day = date_print(a, date_from_days(row->day));
    struct str booked = date_print(a, date_from_days(row->booked));
    struct str hash = hex_print(a, g->hash);
    buf_print(out, "  %stransaction: %" PRId64 "\n  %scontribution: %" PRId64 "\n", mark,
              row->transaction, mark, row->contribution);
    buf_print(out, "  %sday: " STR_FMT "\n  %sbooked: " STR_FMT "\n", mark, STR_ARG(day), mark,
              STR_ARG(booked));
    buf_print(out, "  %ssource: %s" STR_FMT "%s\n", mark, quote, STR_ARG(row->source), quote);
    if (row->reference.n)
        buf_print(out, "  %sreference: %s" STR_FMT "%s\n", mark, quote, STR_ARG(row->reference),
                  quote);
    buf_print(out, "  %sentries: %s%" PRId64 "-%" PRId64 "%s\n", mark, quote, row->seq,
              g->rows[g->n - 1].seq, quote);
    buf_print(out, "  %schain: %s" STR_FMT "%s\n", mark, quote, STR_ARG(hash), quote);
}

static void put_group(struct buf *out, enum ledger_form form, const struct group *g,
                      struct arena *a)
{
    const struct ledger_row *row = &g->rows[0];
    bool given = is(row->kind, "gift") || is(row->kind, "promise");
    int64_t day = given || row->booked < row->day ? row->day : row->booked;
    struct str at = date_print(a, date_from_days(day));
    if (form == LEDGER_FORM_BEANCOUNT)
        buf_print(out, "\n" STR_FMT " * \"" STR_FMT "\" \"contribution %" PRId64 "\"\n",
                  STR_ARG(at), STR_ARG(row->kind), row->contribution);
    else
        buf_print(out, "\n" STR_FMT " * (%" PRId64 ") " STR_FMT " of contribution %" PRId64 "\n",
                  STR_ARG(at), row->transaction, STR_ARG(row->kind), row->contribution);
    put_facts(out, form, g, a);
    put_postings(out, form, g, a);
}

/* ---- the beginning */

static bool same_account(const struct ledger_sum *x, const struct ledger_sum *y)
{
    return x->account == y->account && x->source == y->source && str_eq(x->channel, y->channel);
}

static void put_open(struct buf *out, const struct account *account)
{
    buf_put(out, S("1999-12-31 open "));
    put_account(out, account);
    buf_put(out, S(" \"NONE\"\n")); // lots are taken at their own value, never matched
}

static void put_opens(struct buf *out, const struct ledger_sum *sum)
{
    struct account account = { .name = ledger_account_name(sum->account),
                               .channel = sum->channel,
                               .source = ledger_source_name(sum->source) };
    put_open(out, &account);
    if (sum->account == LEDGER_INCOME) {
        account.reversal = true;
        put_open(out, &account);
    }
}

/* Beancount wants every account opened; all that there are stand in the ledger's sums. */
static err put_begin(struct tx *tx, const struct ledger_export *x, struct arena *a, struct buf *out)
{
    const struct ledger_sum *sums = NULL;
    size_t n = 0;
    if (x->form == LEDGER_FORM_JSON)
        buf_put(out, S("{\"format\":\"diurnal-ledger-1\",\"entries\":["));
    else
        buf_put(out, S("; The public ledger. Its hash chain is that of ledger.csv.\n"));
    if (x->form != LEDGER_FORM_BEANCOUNT)
        return OK;
    err e = ledger_sums(tx, LEDGER_FIRST_DAY, LEDGER_END_DAY, a, &sums, &n);
    for (size_t i = 0; !e && i < n; i++)
        if (i == 0 || !same_account(&sums[i - 1], &sums[i]))
            put_opens(out, &sums[i]);
    return e;
}

/* ---- rows */

static void put_end(struct buf *out, const struct ledger_export *x, struct arena *a)
{
    if (x->form == LEDGER_FORM_JSON) {
        put_json_end(out, x, a);
        return;
    }
    struct str hash = hex_print(a, bytes_str(x->head.hash, LEDGER_HASH));
    buf_print(out, "\n; %" PRId64 " entries, head " STR_FMT "\n", x->head.seq, STR_ARG(hash));
}

/* A transaction is written once all of it was read; one that the piece cuts comes with the next. */
static void flush(struct ledger_export *x, struct group *g, struct buf *out, struct arena *a)
{
    if (g->n) {
        put_group(out, x->form, g, a);
        x->after = g->rows[g->n - 1].seq;
    }
    g->n = 0;
}

static err take(struct ledger_export *x, struct group *g, const struct ledger_row *row,
                struct buf *out, struct arena *a)
{
    if (g->n && g->rows[0].transaction != row->transaction)
        flush(x, g, out, a);
    if (g->n == LEDGER_ENTRIES_MAX)
        return fault(ERR_DATA);
    g->rows[g->n++] = *row;
    return OK;
}

static err put_rows(struct tx *tx, struct ledger_export *x, struct arena *a, struct buf *out)
{
    int64_t last = x->head.seq;
    int64_t stop = last - x->after > LEDGER_EXPORT_ROWS ? x->after + LEDGER_EXPORT_ROWS : last;
    struct group g = { .n = 0 };
    struct ledger_cursor c = ledger_rows(tx, x->after, stop, a);
    for (;;) {
        struct ledger_row row = { 0 };
        struct str hash = { 0 };
        bool more = false;
        err e = ledger_rows_next(&c, &row, &hash, &more);
        if (!e && more && x->form != LEDGER_FORM_JSON)
            e = take(x, &g, &row, out, a);
        if (e)
            return fault(e);
        if (!more)
            break;
        g.hash = hash;
        if (x->form == LEDGER_FORM_JSON) {
            put_json_row(out, &row, hash, a);
            x->after = row.seq;
        }
    }
    if (stop == last)
        flush(x, &g, out, a);
    return OK;
}

err ledger_export_piece(struct tx *tx, struct ledger_export *x, struct arena *a, struct buf *out)
{
    err e = x->begun ? put_rows(tx, x, a, out) : put_begin(tx, x, a, out);
    if (e)
        return e;
    x->begun = true;
    if (x->after < x->head.seq)
        return OK;
    put_end(out, x, a);
    x->ended = true;
    return OK;
}
