#include "funding/ledger_verify.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/scan.h"
#include "funding/ledger_csv.h"

#include <string.h>

enum {
    HASH_TEXT = 2 * LEDGER_HASH,
    LINE_BYTES = LEDGER_CSV_ROW_MAX + 1 + HASH_TEXT + 2, /* row, comma, hash, CRLF */
    WORD_BYTES = 32,
    DIGITS_MAX = 36, /* of an amount: far below 2^127 */
    ASSETS_A_TRANSACTION = 8,
    TOTALS_FIRST = 32, /* a power of two */
};
enum field {
    SEQ,
    TRANSACTION,
    CONTRIBUTION,
    BOOKED,
    DAY_OF_GIFT,
    CHANNEL,
    KIND,
    SOURCE,
    ACCOUNT,
    ASSET,
    AMOUNT,
    REFERENCE,
    CHAIN,
    FIELDS
};

struct sum {
    struct str asset;
    int128 units;
};
struct ledger_verifier {
    struct arena *arena;
    struct ledger_head head;
    int64_t line, transactions;
    int64_t contributions; /* the highest number so far */
    enum ledger_kind kind; /* of the transaction under way */
    const char *why;
    int64_t why_line;
    char text[LINE_BYTES]; /* the line that is being read */
    size_t n;
    char facts[LINE_BYTES]; /* of the transaction under way: what all its rows share */
    size_t facts_n;
    struct sum sums[ASSETS_A_TRANSACTION]; /* of that transaction */
    size_t sum_count;
    struct ledger_total *totals;
    size_t total_count, total_last;
    struct ledger_asset {
        struct str name;
        int decimals;
    } assets[LEDGER_VERIFY_ASSETS_MAX];
    size_t asset_count;
    void (*seen)(void *arg, const struct ledger_verified_row *row);
    void *seen_arg;
};

struct ledger_verifier *ledger_verify_start(struct arena *a)
{
    struct ledger_verifier *v = arena_new(a, struct ledger_verifier, 1);
    v->arena = a;
    v->totals = arena_new(a, struct ledger_total, TOTALS_FIRST);
    return v;
}

void ledger_verify_each(struct ledger_verifier *v,
                        void (*seen)(void *arg, const struct ledger_verified_row *row), void *arg)
{
    v->seen = seen;
    v->seen_arg = arg;
}

static bool wrong(struct ledger_verifier *v, const char *why)
{
    v->why = why;
    v->why_line = v->line;
    return false;
}

static bool split(struct str row, struct str fields[FIELDS])
{
    for (size_t i = 0; i < FIELDS - 1; i++)
        if (!str_cut(row, ',', &fields[i], &row))
            return false;
    fields[FIELDS - 1] = row;
    return !str_has(row, ',');
}

/* Small letters, hyphens within; a channel's has digits too. */
static bool is_name(struct str s, bool channel)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool more = (channel && c >= '0' && c <= '9') || (c == '-' && i > 0);
        if (!(c >= 'a' && c <= 'z') && !more)
            return false;
    }
    return s.n > 0 && s.n <= WORD_BYTES;
}

static bool is_asset(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.s[i] >= 'A' && s.s[i] <= 'Z') && !(i > 0 && s.s[i] >= '0' && s.s[i] <= '9'))
            return false;
    return s.n >= 3 && s.n <= ASSET_CODE_MAX;
}

static bool is_date(struct str s)
{
    struct date d = { 0 };
    return date_parse(s, &d);
}

static bool is_number(struct str s)
{
    int64_t v = 0;
    return int_parse(s, 1, INT64_MAX, &v);
}

/* The one spelling of each amount: no zero in front, no plus, nothing of 0. */
static bool amount_read(struct str s, int128 *ret_units, int *ret_decimals)
{
    bool minus = scan_char(&s, '-');
    int128 units = 0;
    size_t digits = 0;
    size_t point = s.n;
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] == '.' && point == s.n && i > 0) {
            point = i;
            continue;
        }
        if (s.s[i] < '0' || s.s[i] > '9' || ++digits > DIGITS_MAX)
            return false;
        units = units * 10 + (s.s[i] - '0');
    }
    bool zero_first = point > 1 && s.s[0] == '0';
    if (units == 0 || zero_first || point + 1 == s.n)
        return false;
    *ret_units = minus ? -units : units;
    *ret_decimals = point == s.n ? 0 : (int)(s.n - point - 1);
    return true;
}

static const char *check_syntax(const struct str f[FIELDS])
{
    if (!is_number(f[SEQ]) || !is_number(f[TRANSACTION]) || !is_number(f[CONTRIBUTION]))
        return "seq, transaction or contribution is not a number";
    if (!is_date(f[BOOKED]) || !is_date(f[DAY_OF_GIFT]))
        return "booked or day is not a date";
    if (!is_name(f[CHANNEL], true) || !is_name(f[KIND], false) || !is_name(f[SOURCE], false) ||
        !is_name(f[ACCOUNT], false))
        return "channel, kind, source or account is not a name";
    if (!is_asset(f[ASSET]))
        return "asset is not a code";
    if (!ledger_reference_is_valid(f[REFERENCE]))
        return "reference has characters it may not have";
    return NULL;
}

/* Gifts are entered in the order of their numbers, each once; all else happens to one of them. */
static bool check_contribution(struct ledger_verifier *v, const struct str f[FIELDS])
{
    int64_t n = 0;
    (void)int_parse(f[CONTRIBUTION], 1, INT64_MAX, &n); // check_syntax has seen that it is one
    bool first = v->kind == LEDGER_GIFT || v->kind == LEDGER_PROMISE;
    if (first && n <= v->contributions)
        return wrong(v, "a gift is entered twice, or out of order");
    if (!first && n > v->contributions)
        return wrong(v, "something happens to a gift that was never entered");
    if (first)
        v->contributions = n;
    return true;
}

/* What a row says must be something that a transaction of its kind can say. */
static bool check_meaning(struct ledger_verifier *v, const struct str f[FIELDS])
{
    enum ledger_account account = LEDGER_ASSETS;
    enum ledger_source source = LEDGER_BY_HAND;
    if (!ledger_kind_parse(f[KIND], &v->kind) || !ledger_source_parse(f[SOURCE], &source) ||
        !ledger_account_parse(f[ACCOUNT], &account))
        return wrong(v, "kind, source or account is not one that this version knows");
    if (!ledger_kind_moves(v->kind, account, !str_starts(f[AMOUNT], S("-"))))
        return wrong(v, "no transaction of this kind moves this account this way");
    return v->facts_n || check_contribution(v, f);
}

/* The sequence goes on by one; transactions by one when the one before is complete. */
static bool check_numbers(struct ledger_verifier *v, const struct str f[FIELDS])
{
    int64_t seq = 0;
    int64_t transaction = 0;
    (void)int_parse(f[SEQ], 1, INT64_MAX, &seq); // check_syntax has seen that they are numbers
    (void)int_parse(f[TRANSACTION], 1, INT64_MAX, &transaction);
    if (seq != v->head.seq + 1)
        return wrong(v, "a row is missing or out of order");
    if (transaction == v->transactions)
        return true;
    if (transaction != v->transactions + 1)
        return wrong(v, "a transaction is missing or out of order");
    for (size_t i = 0; i < v->sum_count; i++)
        if (v->sums[i].units != 0)
            return wrong(v, "the transaction before this row does not sum to zero");
    v->transactions = transaction;
    v->sum_count = 0;
    v->facts_n = 0;
    return true;
}

/* Rows of one transaction share all but seq, account, asset, amount and chain. */
static bool check_facts(struct ledger_verifier *v, const struct str f[FIELDS])
{
    struct str same = { f[TRANSACTION].s, (size_t)(f[SOURCE].s + f[SOURCE].n - f[TRANSACTION].s) };
    if (v->facts_n == 0) {
        memcpy(v->facts, same.s, same.n);
        memcpy(v->facts + same.n, f[REFERENCE].s, f[REFERENCE].n);
        v->facts_n = same.n + f[REFERENCE].n;
        return true;
    }
    struct str known = { v->facts, v->facts_n };
    if (known.n != same.n + f[REFERENCE].n || !str_eq(str_sub(known, 0, same.n), same) ||
        !str_eq(str_sub(known, same.n, known.n), f[REFERENCE]))
        return wrong(v, "the rows of one transaction disagree about it");
    return true;
}

/* The asset as remembered, so that every row of it has the same decimals; NULL: refused. */
static const struct ledger_asset *asset_find(struct ledger_verifier *v, struct str name,
                                             int decimals)
{
    for (size_t i = 0; i < v->asset_count; i++)
        if (str_eq(v->assets[i].name, name))
            return v->assets[i].decimals == decimals ? &v->assets[i] : NULL;
    struct asset known = { 0 };
    if (v->asset_count == LEDGER_VERIFY_ASSETS_MAX ||
        (asset_parse(name, &known) && asset_decimals(known) != decimals))
        return NULL;
    struct ledger_asset *asset = &v->assets[v->asset_count++];
    *asset = (struct ledger_asset){ .name = str_copy(v->arena, name), .decimals = decimals };
    return asset;
}

static bool add_to_transaction(struct ledger_verifier *v, struct str asset, int128 units)
{
    size_t i = 0;
    while (i < v->sum_count && v->sums[i].asset.s != asset.s) // names are remembered once
        i++;
    if (i == ASSETS_A_TRANSACTION)
        return wrong(v, "a transaction has too many assets");
    if (i == v->sum_count)
        v->sums[v->sum_count++] = (struct sum){ .asset = asset };
    if (__builtin_add_overflow(v->sums[i].units, units, &v->sums[i].units))
        return wrong(v, "a sum is too large");
    return true;
}

static bool total_is(const struct ledger_total *t, const struct str f[FIELDS])
{
    return str_eq(t->account, f[ACCOUNT]) && str_eq(t->channel, f[CHANNEL]) &&
           str_eq(t->source, f[SOURCE]) && str_eq(t->asset, f[ASSET]);
}

/* Room for one more, doubling; what was there is left behind in the arena. */
static void totals_grow(struct ledger_verifier *v)
{
    size_t n = v->total_count;
    if (n < TOTALS_FIRST || (n & (n - 1)) != 0)
        return;
    struct ledger_total *more = arena_new(v->arena, struct ledger_total, 2 * n);
    memcpy(more, v->totals, n * sizeof *more);
    v->totals = more;
}

static struct ledger_total *total_find(struct ledger_verifier *v, const struct str f[FIELDS],
                                       const struct ledger_asset *asset)
{
    for (size_t i = 0; i < v->total_count; i++) {
        // Gifts alternate between the same two accounts: begin behind the one used last.
        size_t at = (v->total_last + 1 + i) % v->total_count;
        if (total_is(&v->totals[at], f)) {
            v->total_last = at;
            return &v->totals[at];
        }
    }
    if (v->total_count == LEDGER_VERIFY_ACCOUNTS_MAX)
        return NULL;
    totals_grow(v);
    v->total_last = v->total_count;
    v->totals[v->total_count] = (struct ledger_total){
        .channel = str_copy(v->arena, f[CHANNEL]),
        .account = str_copy(v->arena, f[ACCOUNT]),
        .source = str_copy(v->arena, f[SOURCE]),
        .asset = asset->name,
        .decimals = asset->decimals,
    };
    return &v->totals[v->total_count++];
}

static bool add_up(struct ledger_verifier *v, const struct str f[FIELDS])
{
    int128 units = 0;
    int decimals = 0;
    if (!amount_read(f[AMOUNT], &units, &decimals))
        return wrong(v, "amount is not an amount");
    const struct ledger_asset *asset = asset_find(v, f[ASSET], decimals);
    if (!asset)
        return wrong(v, "an asset has other decimals than it has, or than before, or there are too "
                        "many assets");
    struct ledger_total *total = total_find(v, f, asset);
    if (!total)
        return wrong(v, "there are too many accounts");
    if (__builtin_add_overflow(total->units, units, &total->units))
        return wrong(v, "a sum is too large");
    return add_to_transaction(v, asset->name, units);
}

static bool check_chain(struct ledger_verifier *v, struct str row, struct str hash)
{
    char text[HASH_TEXT];
    uint8_t next[LEDGER_HASH];
    if (row.n > LEDGER_CSV_ROW_MAX)
        return wrong(v, "a row is too long");
    ledger_chain(v->head.hash, row, next);
    ledger_hash_print(next, text);
    if (!str_eq(hash, (struct str){ text, HASH_TEXT }))
        return wrong(v, "the row is not the one that was chained here");
    memcpy(v->head.hash, next, LEDGER_HASH);
    v->head.seq++;
    return true;
}

static void tell(const struct ledger_verifier *v, const struct str f[FIELDS])
{
    struct ledger_verified_row row = {
        .seq = v->head.seq,
        .day = f[DAY_OF_GIFT],
        .hash = v->head.hash,
        .channel = f[CHANNEL],
        .source = f[SOURCE],
        .account = f[ACCOUNT],
        .asset = f[ASSET],
        .reference = f[REFERENCE],
    };
    check(amount_read(f[AMOUNT], &row.units, &row.decimals)); // add_up() has read it
    v->seen(v->seen_arg, &row);
}

static bool check_row(struct ledger_verifier *v, struct str row)
{
    struct str f[FIELDS] = { { 0 } };
    if (!split(row, f))
        return wrong(v, "a row must have thirteen fields");
    const char *why = check_syntax(f);
    if (why)
        return wrong(v, why);
    struct str chained = { row.s, (size_t)(f[CHAIN].s - 1 - row.s) };
    if (!check_numbers(v, f) || !check_meaning(v, f) || !check_facts(v, f) || !add_up(v, f) ||
        !check_chain(v, chained, f[CHAIN]))
        return false;
    if (v->seen)
        tell(v, f);
    return true;
}

static bool take_line(struct ledger_verifier *v, struct str line)
{
    v->line++;
    if (v->line == 1) {
        sha256(line, v->head.hash);
        return str_eq(line, ledger_csv_header)
                   ? true
                   : wrong(v, "the first line is not the header of this format's version");
    }
    if (!str_ends(line, S("\r\n")))
        return wrong(v, "a row must end with CR LF");
    return check_row(v, str_sub(line, 0, line.n - 2));
}

bool ledger_verify_put(struct ledger_verifier *v, struct str bytes)
{
    while (bytes.n && !v->why) {
        const char *end = memchr(bytes.s, '\n', bytes.n);
        size_t n = end ? (size_t)(end - bytes.s) + 1 : bytes.n;
        if (n > LINE_BYTES - v->n) {
            v->line++;
            return wrong(v, "a row is too long");
        }
        if (v->n == 0 && end) {                       // whole in the piece: no copy
            (void)take_line(v, str_sub(bytes, 0, n)); // v->why says it
        } else {
            memcpy(v->text + v->n, bytes.s, n);
            v->n += n;
            if (end) {
                struct str line = { v->text, v->n };
                v->n = 0;
                (void)take_line(v, line);
            }
        }
        bytes = str_sub(bytes, n, bytes.n);
    }
    return !v->why;
}

static void check_end(struct ledger_verifier *v)
{
    if (v->n || v->line == 0) {
        v->line++;
        (void)wrong(v, v->line == 1 ? "the file has no complete header"
                                    : "the file ends within a row");
        return;
    }
    for (size_t i = 0; i < v->sum_count; i++)
        if (v->sums[i].units != 0)
            (void)wrong(v, "the last transaction does not sum to zero");
}

struct ledger_verdict ledger_verify_end(struct ledger_verifier *v)
{
    if (!v->why)
        check_end(v);
    return (struct ledger_verdict){
        .good = !v->why,
        .line = v->why_line,
        .why = v->why,
        .head = v->head,
        .transactions = v->transactions,
        .totals = v->totals,
        .total_count = v->total_count,
    };
}
