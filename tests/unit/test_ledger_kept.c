#include "base/crypto.h"
#include "base/scan.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_kept.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <inttypes.h>
#include <string.h>

/* Without these a ledger that was written anew, or that ends too early, would pass for the one that
 * somebody kept a head or a statement of. */

struct books {
    struct fund f;
    struct str csv;
    struct str half, whole; /* heads, as daily heads print them */
};

static struct str head_of(struct fund *f, struct str csv)
{
    char text[2 * LEDGER_HASH];
    struct ledger_verifier *v = ledger_verify_start(&f->arena);
    expect(ledger_verify_put(v, csv));
    struct ledger_verdict verdict = ledger_verify_end(v);
    ledger_hash_print(verdict.head.hash, text);
    return str_print(&f->arena, "%" PRId64 " %.*s", verdict.head.seq, (int)sizeof text, text);
}

static struct books books_start(void)
{
    struct books b = { .f = fund_start() };
    b.f.now += 40 * DAY;
    fund_add(&b.f, "bank", "25.00 USD", "2018-05-03");
    fund_add(&b.f, "bank", "4.50 USD", "2018-06-01"); // no day of the period
    fund_promise(&b.f, "paypal", "10.00 USD", "2018-05-31");
    b.half = head_of(&b.f, fund_csv(&b.f));
    fund_add(&b.f, "bitcoin", "0.5 BTC", "2018-05-01");
    fund_add(&b.f, "bank", "1.00 USD", "2018-05-02");
    b.csv = str_copy(&b.f.arena, fund_csv(&b.f));
    b.whole = head_of(&b.f, b.csv);
    return b;
}

/* What is said of this ledger, held to what was kept. */
static struct str judge(struct books *b, struct str csv, struct str heads, struct str statement)
{
    struct arena *a = &b->f.arena;
    struct kept_verifier *k = kept_verify_start(a);
    struct str say = { 0 };
    const char *why = NULL;
    if ((heads.n && kept_verify_heads(k, heads, &why)) ||
        (statement.n && kept_verify_statement(k, statement, &why)))
        return str_from_z(why);
    struct ledger_verifier *v = ledger_verify_start(a);
    ledger_verify_each(v, kept_verify_row, k);
    expect(ledger_verify_put(v, csv) && ledger_verify_end(v).good);
    bool good = kept_verify_end(k, a, &say);
    expect(good == str_ends(say, S("\n")));
    return say;
}

static struct str kept_heads(struct books *b)
{
    return str_print(&b->f.arena,
                     "Mon, 7 May\r\n<li><code>2018-05-07 " STR_FMT
                     "</code></li>\n2018-05-06 " STR_FMT " and so on 2018-05-08",
                     STR_ARG(b->whole), STR_ARG(b->half));
}

TEST(ledger_kept_heads_hold_for_the_ledger_they_are_of)
{
    struct books b = books_start();
    expect_str(judge(&b, b.csv, kept_heads(&b), S("")),
               S("heads: 2 hold, the last of 2018-05-07 at entry 10\n"));
    struct str before = { 0 };
    char none[2 * LEDGER_HASH];
    uint8_t hash[LEDGER_HASH];
    sha256(ledger_csv_header, hash);
    ledger_hash_print(hash, none);
    before = str_print(&b.f.arena, "2018-05-01 0 %.*s", (int)sizeof none, none);
    expect_str(judge(&b, b.csv, before, S("")),
               S("heads: 1 hold, the last of 2018-05-01 at entry 0\n"));
    expect_str(judge(&b, ledger_csv_header, before, S("")),
               S("heads: 1 hold, the last of 2018-05-01 at entry 0\n"));
    fund_end(&b.f);
}

TEST(ledger_kept_heads_are_read_from_a_mail_whose_lines_were_broken)
{
    struct books b = books_start();
    struct str line = str_print(&b.f.arena, "2018-05-07 " STR_FMT "\r\n", STR_ARG(b.whole));
    struct str broken =
        str_print(&b.f.arena, STR_FMT "=\r\n" STR_FMT, STR_ARG(str_sub(line, 0, 70)),
                  STR_ARG(str_sub(line, 70, line.n)));
    expect_str(judge(&b, b.csv, broken, S("")),
               S("heads: 1 hold, the last of 2018-05-07 at entry 10\n"));
    fund_end(&b.f);
}

TEST(ledger_kept_heads_find_a_ledger_that_was_written_anew_or_ends_early)
{
    struct books b = books_start();
    struct str heads = kept_heads(&b);
    struct fund other = fund_start(); // the same gifts but for one cent
    other.now = b.f.now;
    fund_add(&other, "bank", "25.01 USD", "2018-05-03");
    fund_add(&other, "bank", "4.50 USD", "2018-06-01");
    fund_promise(&other, "paypal", "10.00 USD", "2018-05-31");
    expect_str(judge(&b, fund_csv(&other), heads, S("")),
               S("the head of 2018-05-06: entry 6 has another fingerprint in this ledger"));
    fund_end(&other);
    struct str early = { 0 };
    struct str rest = b.csv;
    for (int i = 0; i < 7; i++) { // the header and three transactions
        struct str line = scan_line(&rest);
        early = str_sub(b.csv, 0, (size_t)(line.s + line.n + 2 - b.csv.s));
    }
    expect_str(judge(&b, early, heads, S("")),
               S("the head of 2018-05-07: entry 10 is missing: this ledger ends before it"));
    expect_str(judge(&b, ledger_csv_header, heads, S("")),
               S("the head of 2018-05-06: entry 6 is missing: this ledger ends before it"));
    fund_end(&b.f);
}

TEST(ledger_kept_heads_must_be_there)
{
    struct books b = books_start();
    static const char *const none[] = {
        "x",
        "2018-05-06 6",
        "2018-13-06 6 00000000000000000000000000000000000000000000000000000000000000ff",
        "2018-05-06  6 00000000000000000000000000000000000000000000000000000000000000ff",
        "2018-05-06 6 0000000000000000000000000000000000000000000000000000000000000zff",
    };
    for (size_t i = 0; i < COUNT(none); i++)
        expect(
            str_starts(judge(&b, b.csv, str_from_z(none[i]), S("")), S("there is no head in it")));
    struct kept_verifier *k = kept_verify_start(&b.f.arena);
    struct str line = str_print(&b.f.arena, "2018-05-07 " STR_FMT "\n", STR_ARG(b.whole));
    struct buf many CLEANUP(buf_free) = buf_make(KEPT_FILE_MAX);
    const char *why = NULL;
    for (int i = 0; i < KEPT_HEADS_MAX; i++)
        buf_put(&many, line);
    expect(kept_verify_heads(k, buf_str(&many), &why) == OK);
    expect(kept_verify_heads(k, line, &why) == KEPT_WRONG &&
           str_eq(str_from_z(why), S("there are too many heads")));
    fund_end(&b.f);
}

static struct str statement_of(struct books *b, const char *totals)
{
    struct str seq = { 0 };
    struct str hash = { 0 };
    expect(str_cut(b->whole, ' ', &seq, &hash));
    return str_print(
        &b->f.arena,
        "diurnal period closed, version 1\nsite https://river.example\nperiod 2018-05\n"
        "from 2018-05-01\nto 2018-06-01\ncurrency USD\ngoal 5000.00\n%sentries " STR_FMT
        "\nhead " STR_FMT "\nclosed 2018-06-30T00:00:00Z\n",
        totals, STR_ARG(seq), STR_ARG(hash));
}

#define TOTALS(settled, hand, net, pending, unvalued)                                              \
    "settled " settled "\nprovable 0.00\nattested 0.00\nby-hand " hand "\nfees 0.00\nnet " net     \
    "\npending " pending "\n" unvalued

TEST(ledger_kept_statement_is_computed_again_from_the_rows)
{
    static const struct {
        const char *totals, *say;
    } cases[] = {
        { TOTALS("26.00", "26.00", "26.00", "10.00", "unvalued 0.50000000 BTC\n"),
          "statement of 2018-05: its totals and its head hold\n" },
        { TOTALS("30.50", "26.00", "26.00", "10.00", "unvalued 0.50000000 BTC\n"),
          "the statement of 2018-05: settled is 30.50 there, and 26.00 by the ledger's rows" },
        { TOTALS("26.00", "26.00", "25.00", "10.00", "unvalued 0.50000000 BTC\n"),
          "the statement of 2018-05: net is 25.00 there, and 26.00 by the ledger's rows" },
        { TOTALS("26.00", "26.00", "26.00", "0.00", "unvalued 0.50000000 BTC\n"),
          "the statement of 2018-05: pending is 0.00 there, and 10.00 by the ledger's rows" },
        { TOTALS("26.00", "26.00", "26.00", "10.00", ""),
          "the statement of 2018-05: it does not tell of 0.50000000 BTC without a value" },
        { TOTALS("26.00", "26.00", "26.00", "10.00",
                 "unvalued 0.50000000 BTC\nunvalued 1.00 EUR\n"),
          "the statement of 2018-05: it tells of gifts without a value that are not in the "
          "ledger's "
          "rows" },
    };
    struct books b = books_start();
    fund_add(&b.f, "bank", "100.00 USD", "2018-05-03"); // later: no part of the statement
    struct str later = fund_csv(&b.f);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str statement = statement_of(&b, cases[i].totals);
        expect_str(judge(&b, later, S(""), statement), str_from_z(cases[i].say));
        expect_str(judge(&b, b.csv, S(""), statement), str_from_z(cases[i].say));
    }
    fund_end(&b.f);
}

TEST(ledger_kept_statement_must_be_one)
{
    struct books b = books_start();
    struct str good = statement_of(&b, TOTALS("26.00", "26.00", "26.00", "10.00", ""));
    static const char *const parts[] = { "diurnal period closed, version 1\n",
                                         "period 2018-05\n",
                                         "from 2018-05-01\n",
                                         "to 2018-06-01\n",
                                         "entries 10\n",
                                         "head " };
    for (size_t i = 0; i < COUNT(parts); i++) {
        size_t at = 0;
        struct str part = str_from_z(parts[i]);
        expect(str_find(good, part, &at));
        struct str cut = str_print(&b.f.arena, STR_FMT STR_FMT, STR_ARG(str_sub(good, 0, at)),
                                   STR_ARG(str_sub(good, at + part.n, good.n)));
        expect_str(judge(&b, b.csv, S(""), cut), S("this is not the statement of a closed period"));
    }
    size_t at = 0;
    expect(str_find(good, S("currency USD"), &at));
    struct str other =
        str_print(&b.f.arena, STR_FMT "QQQ" STR_FMT, STR_ARG(str_sub(good, 0, at + 9)),
                  STR_ARG(str_sub(good, at + 12, good.n)));
    expect_str(judge(&b, b.csv, S(""), other),
               S("the statement of 2018-05: its currency is not one that this version knows"));
    fund_end(&b.f);
}
