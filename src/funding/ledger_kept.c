#include "funding/ledger_kept.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/ledger_csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_TEXT = 2 * LEDGER_HASH, DAY_TEXT = 10, FIRST_HEADS = 64 /* a power of two */ };

struct kept_head {
    struct str day;
    struct ledger_head head;
    bool of_statement;
};
/* What the ledger's rows come to, in one asset. */
struct kept_sum {
    struct str asset;
    int decimals;
    int128 income, fees, pending, sources[LEDGER_BY_CHAIN + 1];
};
struct kept_verifier {
    struct arena *arena;
    struct kept_head *heads;
    size_t count, next; /* those before `next` hold */
    size_t daily;
    bool differs;
    int64_t rows;
    struct str statement; /* empty: none */
    struct str first_day, end_day;
    int64_t entries;
    struct kept_sum sums[KEPT_ASSETS_MAX];
    size_t sum_count;
};

struct kept_verifier *kept_verify_start(struct arena *a)
{
    struct kept_verifier *v = arena_new(a, struct kept_verifier, 1);
    v->arena = a;
    v->heads = arena_new(a, struct kept_head, FIRST_HEADS);
    return v;
}

/* ---- what was kept ---- */

static bool put_head(struct kept_verifier *v, const struct kept_head *h)
{
    size_t n = v->count;
    if (n == KEPT_HEADS_MAX)
        return false;
    if (n >= FIRST_HEADS && (n & (n - 1)) == 0) { // what was there is left behind in the arena
        struct kept_head *more = arena_new(v->arena, struct kept_head, 2 * n);
        memcpy(more, v->heads, n * sizeof *more);
        v->heads = more;
    }
    v->heads[v->count++] = *h;
    return true;
}

/* "2018-05-04 12 5b0c…" at the beginning of a text. */
static bool head_read(struct str s, struct kept_head *ret)
{
    struct date day = { 0 };
    int64_t seq = 0;
    *ret = (struct kept_head){ .day = str_sub(s, 0, DAY_TEXT) };
    s = str_sub(s, DAY_TEXT, s.n);
    if (!date_parse(ret->day, &day) || !scan_char(&s, ' ') || !scan_int(&s, INT64_MAX, &seq) ||
        !scan_char(&s, ' ') || s.n < HEAD_TEXT)
        return false;
    ret->head.seq = seq;
    return hex_parse(str_sub(s, 0, HEAD_TEXT), ret->head.hash, LEDGER_HASH);
}

/* Lines that a mail's quoted-printable broke are whole again. */
static struct str unbroken(struct arena *a, struct str text)
{
    char *out = arena_new(a, char, text.n ? text.n : 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        size_t end = i + 1 < text.n && text.s[i + 1] == '\r' ? i + 2 : i + 1;
        if (text.s[i] == '=' && end < text.n && text.s[end] == '\n')
            i = end;
        else
            out[n++] = text.s[i];
    }
    return (struct str){ out, n };
}

err kept_verify_heads(struct kept_verifier *v, struct str text, const char **ret_why)
{
    text = unbroken(v->arena, text);
    for (size_t i = 0; i < text.n; i++) {
        struct kept_head h = { 0 };
        if (text.s[i] < '0' || text.s[i] > '9' || !head_read(str_sub(text, i, text.n), &h))
            continue;
        if (!put_head(v, &h)) {
            *ret_why = "there are too many heads";
            return KEPT_WRONG;
        }
        v->daily++;
        i += DAY_TEXT + HEAD_TEXT;
    }
    if (v->daily)
        return OK;
    *ret_why = "there is no head in it; one is written: DAY ENTRIES HEAD, with one space between";
    return KEPT_WRONG;
}

/* The rest of the line that begins with this word; empty: there is none. */
static struct str value_of(struct str text, struct str word)
{
    while (text.n) {
        struct str line = scan_line(&text);
        if (scan_text(&line, word) && scan_char(&line, ' '))
            return line;
    }
    return (struct str){ 0 };
}

err kept_verify_statement(struct kept_verifier *v, struct str text, const char **ret_why)
{
    struct date day = { 0 };
    struct kept_head h = { .of_statement = true, .day = value_of(text, S("period")) };
    v->first_day = value_of(text, S("from"));
    v->end_day = value_of(text, S("to"));
    *ret_why = "this is not the statement of a closed period";
    if (!str_starts(text, S("diurnal period closed, version 1\n")) || !h.day.n ||
        !date_parse(v->first_day, &day) || !date_parse(v->end_day, &day) ||
        !int_parse(value_of(text, S("entries")), 0, INT64_MAX, &h.head.seq) ||
        !hex_parse(value_of(text, S("head")), h.head.hash, LEDGER_HASH))
        return KEPT_WRONG;
    v->statement = text;
    v->entries = h.head.seq;
    return put_head(v, &h) ? OK : KEPT_WRONG;
}

/* ---- the ledger's rows ---- */

static int by_entries(const void *x, const void *y)
{
    const struct kept_head *a = x;
    const struct kept_head *b = y;
    return (a->head.seq > b->head.seq) - (a->head.seq < b->head.seq);
}

/* Heads at this entry, whose fingerprint is known now. */
static void compare(struct kept_verifier *v, int64_t seq, const uint8_t hash[LEDGER_HASH])
{
    while (!v->differs && v->next < v->count && v->heads[v->next].head.seq == seq) {
        const struct kept_head *h = &v->heads[v->next];
        v->differs = memcmp(h->head.hash, hash, LEDGER_HASH) != 0;
        if (!v->differs)
            v->next++;
    }
}

static struct kept_sum *sum_of(struct kept_verifier *v, struct str asset, int decimals)
{
    for (size_t i = 0; i < v->sum_count; i++)
        if (str_eq(v->sums[i].asset, asset))
            return &v->sums[i];
    check(v->sum_count < KEPT_ASSETS_MAX); // the ledger's verifier has refused more
    struct kept_sum *s = &v->sums[v->sum_count++];
    *s = (struct kept_sum){ .asset = str_copy(v->arena, asset), .decimals = decimals };
    return s;
}

static void count_in(struct kept_verifier *v, const struct ledger_verified_row *row)
{
    enum ledger_source source = LEDGER_BY_HAND;
    enum ledger_account account = LEDGER_ASSETS;
    struct kept_sum *s = sum_of(v, row->asset, row->decimals);
    // both were read before, and sums of all of an account's rows did not overflow
    check(ledger_source_parse(row->source, &source) &&
          ledger_account_parse(row->account, &account));
    if (account == LEDGER_INCOME) {
        s->income -= row->units;
        s->sources[source] -= row->units;
    } else if (account == LEDGER_FEES) {
        s->fees += row->units;
    } else if (account == LEDGER_PENDING) {
        s->pending -= row->units;
    }
}

static void begin(struct kept_verifier *v)
{
    uint8_t none[LEDGER_HASH];
    sha256(ledger_csv_header, none);
    if (v->count)
        qsort(v->heads, v->count, sizeof *v->heads, by_entries);
    compare(v, 0, none);
}

void kept_verify_row(void *verifier, const struct ledger_verified_row *row)
{
    struct kept_verifier *v = verifier;
    if (row->seq == 1)
        begin(v);
    v->rows = row->seq;
    compare(v, row->seq, row->hash);
    if (v->statement.n && row->seq <= v->entries && str_cmp(row->day, v->first_day) >= 0 &&
        str_cmp(row->day, v->end_day) < 0)
        count_in(v, row);
}

/* ---- the verdict ---- */

static struct str print_units(struct arena *a, int128 units, int decimals)
{
    char digits[AMOUNT_TEXT_MAX];
    size_t n = int128_print(digits, units, decimals + 1);
    int whole = (int)n - decimals;
    return str_print(a, "%.*s%s%.*s", whole, digits, decimals ? "." : "", decimals, digits + whole);
}

struct total {
    const char *name;
    int128 units;
};

/* The first line of the statement that the rows do not say; empty: none. */
static struct str differing_total(struct kept_verifier *v, struct arena *a)
{
    struct asset asset = { 0 };
    struct str code = value_of(v->statement, S("currency"));
    if (!asset_parse(code, &asset))
        return S("its currency is not one that this version knows");
    const struct kept_sum *s = sum_of(v, code, asset_decimals(asset));
    const struct total totals[] = {
        { "settled", s->income },
        { "provable", s->sources[LEDGER_BY_CHAIN] },
        { "attested", s->sources[LEDGER_BY_PROVIDER] },
        { "by-hand", s->sources[LEDGER_BY_HAND] },
        { "fees", s->fees },
        { "net", s->income - s->fees },
        { "pending", s->pending },
    };
    for (size_t i = 0; i < COUNT(totals); i++) {
        struct str said = value_of(v->statement, str_from_z(totals[i].name));
        struct str is = print_units(a, totals[i].units, s->decimals);
        if (!str_eq(said, is))
            return str_print(a, "%s is " STR_FMT " there, and " STR_FMT " by the ledger's rows",
                             totals[i].name, STR_ARG(said), STR_ARG(is));
    }
    return (struct str){ 0 };
}

/* Gifts without a value: a line each in the statement, and no more of them. */
static struct str differing_asset(struct kept_verifier *v, struct arena *a)
{
    struct str code = value_of(v->statement, S("currency"));
    struct str text = v->statement;
    size_t wanted = 0;
    for (size_t i = 0; i < v->sum_count; i++) {
        const struct kept_sum *s = &v->sums[i];
        struct str amount = print_units(a, s->income, s->decimals);
        struct str line = str_print(a, "\nunvalued " STR_FMT " " STR_FMT "\n", STR_ARG(amount),
                                    STR_ARG(s->asset));
        size_t at = 0;
        if (s->income == 0 || str_eq(s->asset, code))
            continue;
        wanted++;
        if (!str_find(v->statement, line, &at))
            return str_print(a, "it does not tell of " STR_FMT " " STR_FMT " without a value",
                             STR_ARG(amount), STR_ARG(s->asset));
    }
    while (text.n)
        if (str_starts(scan_line(&text), S("unvalued ")) && wanted-- == 0)
            return S("it tells of gifts without a value that are not in the ledger's rows");
    return (struct str){ 0 };
}

static struct str name_of(const struct kept_head *h, struct arena *a)
{
    return h->of_statement ? str_print(a, "the statement of " STR_FMT, STR_ARG(h->day))
                           : str_print(a, "the head of " STR_FMT, STR_ARG(h->day));
}

static struct str say_good(const struct kept_verifier *v, struct arena *a)
{
    struct str heads = { 0 };
    if (v->daily) {
        size_t last = v->count;
        do
            last--;
        while (v->heads[last].of_statement);
        heads = str_print(a, "heads: %zu hold, the last of " STR_FMT " at entry %" PRId64 "\n",
                          v->daily, STR_ARG(v->heads[last].day), v->heads[last].head.seq);
    }
    if (!v->statement.n)
        return heads;
    struct str period = value_of(v->statement, S("period"));
    return str_print(a, STR_FMT "statement of " STR_FMT ": its totals and its head hold\n",
                     STR_ARG(heads), STR_ARG(period));
}

bool kept_verify_end(struct kept_verifier *v, struct arena *a, struct str *ret_say)
{
    if (!v->rows)
        begin(v);
    if (v->next < v->count) {
        const struct kept_head *h = &v->heads[v->next];
        struct str name = name_of(h, a);
        *ret_say = str_print(a, STR_FMT ": entry %" PRId64 "%s", STR_ARG(name), h->head.seq,
                             v->differs ? " has another fingerprint in this ledger"
                                        : " is missing: this ledger ends before it");
        return false;
    }
    struct str differs = { 0 };
    if (v->statement.n)
        differs = differing_total(v, a);
    if (v->statement.n && !differs.n)
        differs = differing_asset(v, a);
    struct str period = value_of(v->statement, S("period"));
    *ret_say = differs.n ? str_print(a, "the statement of " STR_FMT ": " STR_FMT, STR_ARG(period),
                                     STR_ARG(differs))
                         : say_good(v, a);
    return !differs.n;
}
