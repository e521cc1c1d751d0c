#include "funding/ledger.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "funding/ledger_csv.h"

#include <string.h>

QUERY(ledger_last_entry, "select seq, hash from ledger_entry order by seq desc limit 1");
QUERY(ledger_last_transaction, "select coalesce(max(id), 0) from ledger_transaction");
QUERY(ledger_insert_transaction,
      "insert into ledger_transaction"
      " (id, contribution, kind, source, channel, reference, day, booked_at, by_staff)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
QUERY(ledger_insert_entry, "insert into ledger_entry"
                           " (seq, ledger_transaction, account, asset, minor, fine, hash)"
                           " values ($1, $2, $3, $4, $5, $6, $7)");
QUERY(ledger_entries_of, "select account, asset, minor, fine from ledger_entry"
                         " where ledger_transaction = $1 order by seq");
QUERY(ledger_add_to_day,
      "insert into ledger_day (day, account, channel, source, asset, minor, fine)"
      " values ($1, $2, $3, $4, $5, $6, $7)"
      " on conflict (day, account, channel, source, asset)"
      " do update set minor = ledger_day.minor + excluded.minor,"
      " fine = ledger_day.fine + excluded.fine");
QUERY(ledger_add_to_month,
      "insert into ledger_month (first_day, account, channel, source, asset, minor, fine)"
      " values ($1, $2, $3, $4, $5, $6, $7)"
      " on conflict (first_day, account, channel, source, asset)"
      " do update set minor = ledger_month.minor + excluded.minor,"
      " fine = ledger_month.fine + excluded.fine");
/* Months that begin in $1..$2, and the days $3..$4 and $5..$6 at both ends; no end is included. */
QUERY(ledger_sum_range,
      "select account, channel, source, asset, sum(minor), sum(fine) from ("
      " select account, channel, source, asset, minor, fine from ledger_month"
      " where first_day >= $1 and first_day < $2"
      " union all select account, channel, source, asset, minor, fine from ledger_day"
      " where day >= $3 and day < $4"
      " union all select account, channel, source, asset, minor, fine from ledger_day"
      " where day >= $5 and day < $6) as parts"
      " group by account, channel, source, asset order by account, channel, source, asset");

enum { SUMS_FIRST = 32 }; // a power of two

static const struct str account_names[] = {
    [LEDGER_ASSETS] = { "assets", 6 }, [LEDGER_RECEIVABLE] = { "receivable", 10 },
    [LEDGER_INCOME] = { "income", 6 }, [LEDGER_PENDING] = { "pending", 7 },
    [LEDGER_FEES] = { "fees", 4 },     [LEDGER_TRADING] = { "trading", 7 },
};
static const struct str kind_names[] = {
    [LEDGER_GIFT] = { "gift", 4 },
    [LEDGER_PROMISE] = { "promise", 7 },
    [LEDGER_SETTLEMENT] = { "settlement", 10 },
    [LEDGER_REVERSAL] = { "reversal", 8 },
    [LEDGER_FEE] = { "fee", 3 },
    [LEDGER_REFUND] = { "refund", 6 },
    [LEDGER_REFUND_FAILED] = { "refund-failed", 13 },
    [LEDGER_DISPUTE] = { "dispute", 7 },
    [LEDGER_DISPUTE_WON] = { "dispute-won", 11 },
    [LEDGER_REORG_REVERSAL] = { "reorg-reversal", 14 },
    [LEDGER_REORG_RESTORE] = { "reorg-restore", 13 },
    [LEDGER_VALUATION] = { "valuation", 9 },
};
static const struct str source_names[] = {
    [LEDGER_BY_HAND] = { "hand", 4 },
    [LEDGER_BY_PROVIDER] = { "provider", 8 },
    [LEDGER_BY_CHAIN] = { "chain", 5 },
};

struct str ledger_account_name(enum ledger_account a)
{
    return account_names[a];
}

struct str ledger_kind_name(enum ledger_kind k)
{
    return kind_names[k];
}

struct str ledger_source_name(enum ledger_source s)
{
    return source_names[s];
}

static bool name_find(const struct str *names, size_t count, struct str name, size_t *ret)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], name)) {
            *ret = i;
            return true;
        }
    return false;
}

bool ledger_kind_parse(struct str s, enum ledger_kind *ret)
{
    size_t i = 0;
    if (!name_find(kind_names, COUNT(kind_names), s, &i))
        return false;
    *ret = (enum ledger_kind)i;
    return true;
}

bool ledger_kind_moves(enum ledger_kind k, enum ledger_account a, bool above_zero)
{
    enum {
        ASSETS = 1 << LEDGER_ASSETS,
        RECEIVABLE = 1 << LEDGER_RECEIVABLE,
        INCOME = 1 << LEDGER_INCOME,
        PENDING = 1 << LEDGER_PENDING,
        FEES = 1 << LEDGER_FEES,
        TRADING = 1 << LEDGER_TRADING,
        HERE = ASSETS | RECEIVABLE | TRADING, /* what rises when something comes */
        FROM = INCOME | PENDING | TRADING,    /* and what falls then */
    };
    static const struct {
        unsigned up, down;
    } moves[] = {
        [LEDGER_GIFT] = { ASSETS | TRADING, INCOME | TRADING },
        [LEDGER_PROMISE] = { RECEIVABLE, PENDING },
        [LEDGER_SETTLEMENT] = { PENDING | ASSETS | TRADING, RECEIVABLE | INCOME | TRADING },
        [LEDGER_REVERSAL] = { FROM, HERE },
        [LEDGER_FEE] = { FEES, ASSETS },
        [LEDGER_REFUND] = { FROM, HERE },
        [LEDGER_REFUND_FAILED] = { HERE, FROM },
        [LEDGER_DISPUTE] = { FROM, HERE },
        [LEDGER_DISPUTE_WON] = { HERE, FROM },
        [LEDGER_REORG_REVERSAL] = { FROM, HERE },
        [LEDGER_REORG_RESTORE] = { HERE, FROM },
        [LEDGER_VALUATION] = { INCOME | TRADING, INCOME | TRADING },
    };
    return ((above_zero ? moves[k].up : moves[k].down) & (1U << a)) != 0;
}

bool ledger_account_parse(struct str s, enum ledger_account *ret)
{
    size_t i = 0;
    if (!name_find(account_names, COUNT(account_names), s, &i))
        return false;
    *ret = (enum ledger_account)i;
    return true;
}

bool ledger_source_parse(struct str s, enum ledger_source *ret)
{
    size_t i = 0;
    if (!name_find(source_names, COUNT(source_names), s, &i))
        return false;
    *ret = (enum ledger_source)i;
    return true;
}

bool ledger_reference_is_valid(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (i == 0 || !str_has(S(":./@_"), c)))
            return false;
    }
    return s.n <= LEDGER_REFERENCE_MAX;
}

/* The first day of the month that holds `day`. */
static int64_t month_begin(int64_t day)
{
    struct date d = date_from_days(day);
    d.day = 1;
    return date_to_days(d);
}

/* The first day of a month that is `day` or later. */
static int64_t month_from(int64_t day)
{
    int64_t begin = month_begin(day);
    return begin < day ? month_begin(begin + 31) : day;
}

err ledger_head(struct tx *tx, struct arena *a, struct ledger_head *ret)
{
    struct ledger_head head = { 0 };
    bool row = false;
    struct stmt *s = query_start(tx, &ledger_last_entry);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (row) {
        struct str hash = column_str(s, 1, a);
        head.seq = column_int(s, 0);
        query_end(s);
        if (hash.n != LEDGER_HASH)
            return fault(ERR_DATA);
        memcpy(head.hash, hash.s, LEDGER_HASH);
    } else {
        sha256(ledger_csv_header, head.hash);
    }
    *ret = head;
    return OK;
}

static err next_transaction(struct tx *tx, int64_t *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &ledger_last_transaction);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = column_int(s, 0) + 1;
    query_end(s);
    return OK;
}

/* Entries of one asset sum to zero. Only a bug can break this, but a sum may not fit. */
static err check_balance(const struct ledger_transaction *t)
{
    check(t->count >= 2 && t->count <= LEDGER_ENTRIES_MAX);
    for (size_t i = 0; i < t->count; i++) {
        struct amount sum = { .asset = t->entries[i].amount.asset };
        check(t->entries[i].amount.units != 0);
        for (size_t j = 0; j < t->count; j++) {
            if (!asset_eq(t->entries[j].amount.asset, sum.asset))
                continue;
            err e = amount_add(&sum, t->entries[j].amount);
            if (e)
                return fault(e);
        }
        check(sum.units == 0);
    }
    return OK;
}

static err insert_transaction(struct tx *tx, const struct ledger_transaction *t, int64_t id)
{
    struct stmt *s = query_start(tx, &ledger_insert_transaction);
    bind_int(s, 1, id);
    bind_int(s, 2, t->contribution);
    bind_str(s, 3, kind_names[t->kind]);
    bind_str(s, 4, source_names[t->source]);
    bind_str(s, 5, t->channel);
    bind_str(s, 6, t->reference);
    bind_int(s, 7, t->day);
    bind_int(s, 8, t->booked_at);
    bind_int(s, 9, t->by);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* An entry on its way into the tables. */
struct posting {
    const struct ledger_transaction *t;
    const struct ledger_entry *entry;
    int64_t transaction, minor, fine;
    struct ledger_head head; /* of this entry, once posting_chain() has run */
};

static err posting_chain(struct posting *p)
{
    struct buf row CLEANUP(buf_free) = buf_make(LEDGER_CSV_ROW_MAX);
    p->head.seq++;
    ledger_csv_put(&row, &(struct ledger_row){
                             .seq = p->head.seq,
                             .transaction = p->transaction,
                             .contribution = p->t->contribution,
                             .booked = date_to_days(date_of_utc(p->t->booked_at)),
                             .day = p->t->day,
                             .channel = p->t->channel,
                             .kind = kind_names[p->t->kind],
                             .source = source_names[p->t->source],
                             .account = account_names[p->entry->account],
                             .reference = p->t->reference,
                             .amount = p->entry->amount,
                         });
    check(!buf_full(&row)); // channel and reference were checked to be short
    ledger_chain(p->head.hash, buf_str(&row), p->head.hash);
    return amount_split(p->entry->amount, &p->minor, &p->fine);
}

static err insert_entry(struct tx *tx, const struct posting *p)
{
    struct stmt *s = query_start(tx, &ledger_insert_entry);
    bind_int(s, 1, p->head.seq);
    bind_int(s, 2, p->transaction);
    bind_str(s, 3, account_names[p->entry->account]);
    bind_str(s, 4, asset_str(&p->entry->amount.asset));
    bind_int(s, 5, p->minor);
    bind_int(s, 6, p->fine);
    bind_blob(s, 7, (struct str){ (const char *)p->head.hash, LEDGER_HASH });
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err add_to_sum(struct tx *tx, const struct query *q, int64_t when, const struct posting *p)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, when);
    bind_str(s, 2, account_names[p->entry->account]);
    bind_str(s, 3, p->t->channel);
    bind_str(s, 4, source_names[p->t->source]);
    bind_str(s, 5, asset_str(&p->entry->amount.asset));
    bind_int(s, 6, p->minor);
    bind_int(s, 7, p->fine);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err post_entry(struct tx *tx, struct posting *p)
{
    err e = posting_chain(p);
    if (!e)
        e = insert_entry(tx, p);
    if (!e)
        e = add_to_sum(tx, &ledger_add_to_day, p->t->day, p);
    if (!e)
        e = add_to_sum(tx, &ledger_add_to_month, month_begin(p->t->day), p);
    return e;
}

err ledger_post(struct tx *tx, const struct ledger_transaction *t, struct arena *a, int64_t *ret_id)
{
    struct posting p = { .t = t };
    check(ledger_reference_is_valid(t->reference) && t->contribution > 0);
    err e = check_balance(t);
    if (!e)
        e = ledger_head(tx, a, &p.head);
    if (!e)
        e = next_transaction(tx, &p.transaction);
    if (!e)
        e = insert_transaction(tx, t, p.transaction);
    for (size_t i = 0; !e && i < t->count; i++) {
        p.entry = &t->entries[i];
        e = post_entry(tx, &p);
    }
    if (e)
        return e;
    *ret_id = p.transaction;
    return OK;
}

static err entry_read(struct stmt *s, struct arena *a, struct ledger_entry *ret)
{
    struct asset asset = { 0 };
    if (!ledger_account_parse(column_str(s, 0, a), &ret->account) ||
        !asset_parse(column_str(s, 1, a), &asset))
        return fault(ERR_DATA);
    ret->amount = amount_join(column_int(s, 2), column_int(s, 3), asset);
    return OK;
}

err ledger_entries(struct tx *tx, int64_t transaction, struct arena *a,
                   struct ledger_entry ret[LEDGER_ENTRIES_MAX], size_t *ret_n)
{
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &ledger_entries_of);
    bind_int(s, 1, transaction);
    err e = query_step(s, &row);
    while (!e && row) {
        e = n < LEDGER_ENTRIES_MAX ? entry_read(s, a, &ret[n]) : fault(ERR_DATA);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret_n = n;
    return n ? OK : fault(ERR_DATA); // whoever names a transaction has posted it
}

err ledger_undo(struct tx *tx, const struct ledger_transaction *t, int64_t of, struct arena *a,
                int64_t *ret_id)
{
    struct ledger_entry entries[LEDGER_ENTRIES_MAX];
    struct ledger_transaction undo = *t;
    size_t n = 0;
    err e = ledger_entries(tx, of, a, entries, &n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        entries[i].amount = amount_negative(entries[i].amount);
    undo.entries = entries;
    undo.count = n;
    return ledger_post(tx, &undo, a, ret_id);
}

static err sum_read(struct stmt *s, struct arena *a, struct ledger_sum *ret)
{
    struct asset asset = { 0 };
    if (!ledger_account_parse(column_str(s, 0, a), &ret->account) ||
        !ledger_source_parse(column_str(s, 2, a), &ret->source) ||
        !asset_parse(column_str(s, 3, a), &asset))
        return fault(ERR_DATA);
    ret->channel = column_str(s, 1, a);
    ret->sum = amount_join(column_int(s, 4), column_int(s, 5), asset);
    return OK;
}

static struct stmt *start_sums(struct tx *tx, int64_t first_day, int64_t end_day)
{
    int64_t from = month_from(first_day);
    int64_t to = month_begin(end_day);
    if (from >= to) // no whole month in it: days alone
        from = to = end_day;
    struct stmt *s = query_start(tx, &ledger_sum_range);
    bind_int(s, 1, from);
    bind_int(s, 2, to);
    bind_int(s, 3, first_day);
    bind_int(s, 4, from);
    bind_int(s, 5, to);
    bind_int(s, 6, end_day);
    return s;
}

/* Room for one more, doubling; what was there is left behind in the arena. */
static struct ledger_sum *sums_grow(struct arena *a, struct ledger_sum *sums, size_t n)
{
    if (n < SUMS_FIRST || (n & (n - 1)) != 0)
        return sums;
    struct ledger_sum *more = arena_new(a, struct ledger_sum, 2 * n);
    memcpy(more, sums, n * sizeof *sums);
    return more;
}

err ledger_sums(struct tx *tx, int64_t first_day, int64_t end_day, struct arena *a,
                const struct ledger_sum **ret, size_t *ret_n)
{
    struct ledger_sum *sums = arena_new(a, struct ledger_sum, SUMS_FIRST);
    size_t n = 0;
    bool row = false;
    check(first_day >= LEDGER_FIRST_DAY && end_day <= LEDGER_END_DAY && first_day <= end_day);
    struct stmt *s = start_sums(tx, first_day, end_day);
    err e = query_step(s, &row);
    while (!e && row) {
        sums = sums_grow(a, sums, n);
        e = n < LEDGER_SUMS_MAX ? sum_read(s, a, &sums[n]) : fault(ERR_LIMIT);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret = sums;
    *ret_n = n;
    return OK;
}
