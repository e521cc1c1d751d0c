#include "base/crypto.h"
#include "base/encoding.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_verify.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <string.h>

/* Without these a reader who checks the public file could be shown a forged one as good. */

static struct ledger_verdict verify(struct arena *a, struct str file)
{
    struct ledger_verifier *v = ledger_verify_start(a);
    (void)ledger_verify_put(v, file); // the verdict says the same
    return ledger_verify_end(v);
}

static struct str sample(struct fund *f)
{
    fund_add(f, "bank", "25.00 USD", "2018-05-03");
    int64_t promised = fund_promise(f, "paypal", "10.50 USD", "2018-05-02");
    int64_t mistaken = fund_add(f, "bitcoin", "0.00150000 BTC", "2018-05-01");
    expect(fund_settle(f, promised) == OK);
    expect(fund_reverse(f, mistaken) == OK);
    return fund_csv(f);
}

TEST(ledger_csv_is_the_documented_text)
{
    struct fund f = fund_start();
    struct str csv = sample(&f);
    struct str lines[16];
    size_t n = 0;
    while (csv.n && n < COUNT(lines))
        expect(str_cut(csv, '\n', &lines[n++], &csv));
    expect(n == 13);
    expect_str(lines[0], S("seq,transaction,contribution,booked,day,channel,kind,source,account,"
                           "asset,amount,reference,chain_v1\r"));
    expect(
        str_starts(lines[1], S("1,1,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,25.00,,")));
    expect(
        str_starts(lines[2], S("2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00,,")));
    expect(str_starts(lines[6],
                      S("6,3,3,2018-05-04,2018-05-01,bitcoin,gift,hand,income,BTC,-0.00150000,,")));
    expect(str_starts(lines[7],
                      S("7,4,2,2018-05-04,2018-05-02,paypal,settlement,hand,pending,USD,10.50,,")));
    fund_end(&f);
}

TEST(ledger_csv_chain_can_be_followed_with_nothing_but_sha_256)
{
    struct fund f = fund_start();
    struct str csv = sample(&f);
    struct str line = { 0 };
    uint8_t hash[SHA256_BYTES];
    expect(str_cut(csv, '\n', &line, &csv));
    sha256((struct str){ line.s, line.n + 1 }, hash); // with its LF
    while (csv.n) {
        uint8_t bytes[1000];
        expect(str_cut(csv, '\n', &line, &csv));
        size_t row = line.n - 1 - 2 * SHA256_BYTES - 1; // CR, hash and comma
        memcpy(bytes, hash, sizeof hash);
        memcpy(bytes + sizeof hash, line.s, row);
        sha256(bytes_str(bytes, sizeof hash + row), hash);
        expect_str(str_sub(line, row + 1, 2 * SHA256_BYTES),
                   hex_print(&f.arena, bytes_str(hash, sizeof hash)));
    }
    fund_end(&f);
}

TEST(ledger_verify_takes_a_true_file_and_prints_its_sums_and_head)
{
    struct fund f = fund_start();
    struct ledger_verdict v = verify(&f.arena, sample(&f));
    expect(v.good && !v.why);
    expect(v.transactions == 5 && v.head.seq == 12);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct ledger_head head = { 0 };
    expect(store_read(f.store, &tx) == OK);
    expect(ledger_head(&tx, &f.arena, &head) == OK);
    expect(memcmp(head.hash, v.head.hash, LEDGER_HASH) == 0);
    for (size_t i = 0; i < v.total_count; i++) {
        const struct ledger_total *t = &v.totals[i];
        bool reversed = str_eq(t->asset, S("BTC"));
        bool passed = str_eq(t->account, S("pending")) || str_eq(t->account, S("receivable"));
        expect((t->units == 0) == (reversed || passed));
        expect(t->decimals == (reversed ? 8 : 2));
    }
    tx_end(&tx);
    fund_end(&f);
}

TEST(ledger_verify_takes_an_empty_ledger_and_pieces_of_any_size)
{
    struct fund f = fund_start();
    struct ledger_verdict v = verify(&f.arena, fund_csv(&f));
    expect(v.good && v.transactions == 0 && v.head.seq == 0);
    struct str csv = sample(&f);
    for (size_t piece = 1; piece < 200; piece += 13) {
        struct ledger_verifier *w = ledger_verify_start(&f.arena);
        for (size_t at = 0; at < csv.n; at += piece)
            expect(ledger_verify_put(w, str_sub(csv, at, piece)));
        expect(ledger_verify_end(w).good);
    }
    fund_end(&f);
}

TEST(ledger_verify_finds_every_changed_byte_of_a_file_of_fifty_rows)
{
    struct fund f = fund_start();
    for (int i = 0; i < 25; i++)
        fund_add(&f, "bank", i % 2 ? "25.00 USD" : "0.00150000 BTC", "2018-05-03");
    struct str csv = fund_csv(&f);
    char *bytes = arena_new(&f.arena, char, csv.n);
    struct arena scratch;
    arena_init(&scratch, 1 << 20);
    memcpy(bytes, csv.s, csv.n);
    expect(verify(&scratch, (struct str){ bytes, csv.n }).good);
    for (size_t i = 0; i < csv.n; i++) {
        for (size_t j = 0; j < 2; j++) { // two of its bits; all eight in any eight bytes
            arena_reset(&scratch);
            bytes[i] = (char)((uint8_t)csv.s[i] ^ 1u << (i + 3 * j) % 8);
            struct ledger_verdict v = verify(&scratch, (struct str){ bytes, csv.n });
            expect(!v.good && v.why && v.line > 0);
        }
        bytes[i] = csv.s[i];
    }
    arena_free(&scratch);
    fund_end(&f);
}

/* Only the head can tell that balanced rows are missing at the end; every other cut is seen. */
TEST(ledger_verify_finds_a_file_cut_at_any_place_but_between_balanced_rows)
{
    struct fund f = fund_start();
    struct str csv = sample(&f);
    size_t lines = 0;
    struct arena scratch;
    arena_init(&scratch, 1 << 20);
    for (size_t n = 0; n < csv.n; n++) {
        arena_reset(&scratch);
        bool line_end = n > 0 && csv.s[n - 1] == '\n';
        lines += line_end;
        expect(verify(&scratch, str_sub(csv, 0, n)).good == (line_end && lines % 2 == 1));
    }
    arena_free(&scratch);
    fund_end(&f);
}

/* A forger who can hash makes his own chain: what cannot add up must still be found. */
struct forge {
    struct buf out;
    uint8_t hash[LEDGER_HASH];
};

static void forge_row(struct forge *g, const char *row)
{
    char hash[2 * LEDGER_HASH];
    ledger_chain(g->hash, str_from_z(row), g->hash);
    ledger_hash_print(g->hash, hash);
    buf_put(&g->out, str_from_z(row));
    buf_put_char(&g->out, ',');
    buf_put(&g->out, (struct str){ hash, sizeof hash });
    buf_put(&g->out, S("\r\n"));
}

static bool forged_is_good(const char *const *rows, size_t n)
{
    struct forge g = { .out = buf_make(1 << 16) };
    struct arena a;
    arena_init(&a, 1 << 20);
    buf_put(&g.out, ledger_csv_header);
    sha256(ledger_csv_header, g.hash);
    for (size_t i = 0; i < n; i++)
        forge_row(&g, rows[i]);
    struct ledger_verdict v = verify(&a, buf_str(&g.out));
    expect(v.good == !v.why);
    bool good = v.good;
    buf_free(&g.out);
    arena_free(&a);
    return good;
}

#define GOOD1 "1,1,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,25.00,"
#define GOOD2 "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00,"

TEST(ledger_verify_refuses_a_rightly_hashed_file_that_does_not_add_up)
{
    expect(forged_is_good((const char *[]){ GOOD1, GOOD2 }, 2));
    static const char *const wrong[][3] = {
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.01," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,EUR,-25.00," },
        { GOOD1, "3,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00," },
        { GOOD1, "2,2,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00," },
        { GOOD1, "2,1,2,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-02,bank,gift,hand,income,USD,-25.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00,tx1" },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.000," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-025.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-.25," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,+25.00," },
        { GOOD1, "02,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-02-30,bank,gift,hand,income,USD,-25.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,Bank,gift,hand,income,USD,-25.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,=cmd,USD,-25.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,usd,-25.00," },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00,=1+1" },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00,a,b" },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,-25.00" },
        { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,income,USD,"
                 "-99999999999999999999999999999999999.99," },
        { "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,25.00," },
        { "1,2,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,25.00," },
        { "1,1,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,0.00," },
        { "" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t n = 0;
        while (n < 3 && wrong[i][n])
            n++;
        if (forged_is_good(wrong[i], n))
            printf("# %zu\n", i);
        expect(!forged_is_good(wrong[i], n));
    }
}

/* Why a file of these rows, each rightly hashed, is refused; NULL: it is good. */
static const char *why_refused(const char *const *rows, size_t n, int64_t *ret_line)
{
    struct arena a;
    arena_init(&a, 4 << 20);
    struct forge g = { .out = buf_make(1 << 20) };
    buf_put(&g.out, ledger_csv_header);
    sha256(ledger_csv_header, g.hash);
    for (size_t i = 0; i < n; i++)
        forge_row(&g, rows[i]);
    struct ledger_verdict v = verify(&a, buf_str(&g.out));
    const char *why = v.why;
    *ret_line = v.line;
    buf_free(&g.out);
    arena_free(&a);
    return why;
}

TEST(ledger_verify_names_rows_that_say_what_no_such_transaction_says)
{
    static const struct {
        const char *rows[4];
        int64_t line;
        const char *why;
    } wrong[] = {
        { { "1,1,1,2018-05-04,2018-05-03,bank,bonus,hand,assets,USD,25.00," },
          2,
          "kind, source or account is not one that this version knows" },
        { { "1,1,1,2018-05-04,2018-05-03,bank,gift,magic,assets,USD,25.00," },
          2,
          "kind, source or account is not one that this version knows" },
        { { GOOD1, "2,1,1,2018-05-04,2018-05-03,bank,gift,hand,purse,USD,-25.00," },
          3,
          "kind, source or account is not one that this version knows" },
        { { "1,1,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,-25.00," },
          2,
          "no transaction of this kind moves this account this way" },
        { { "1,1,1,2018-05-04,2018-05-03,bank,fee,hand,income,USD,-25.00," },
          2,
          "no transaction of this kind moves this account this way" },
        { { "1,1,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,25.000," },
          2,
          "an asset has other decimals than it has, or than before, or there are too many assets" },
        { { GOOD1, GOOD2, "3,2,1,2018-05-04,2018-05-03,bank,gift,hand,assets,USD,25.00," },
          4,
          "a gift is entered twice, or out of order" },
        { { GOOD1, GOOD2, "3,2,2,2018-05-04,2018-05-03,bank,refund,hand,income,USD,25.00," },
          4,
          "something happens to a gift that was never entered" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t n = 0;
        int64_t line = 0;
        while (n < COUNT(wrong[i].rows) && wrong[i].rows[n])
            n++;
        const char *why = why_refused(wrong[i].rows, n, &line);
        if (!why || strcmp(why, wrong[i].why) != 0 || line != wrong[i].line)
            printf("# %zu: line %d: %s\n", i, (int)line, why ? why : "good");
        expect(why && strcmp(why, wrong[i].why) == 0 && line == wrong[i].line);
    }
}

TEST(ledger_verify_bounds_lines_accounts_and_assets)
{
    struct arena a;
    arena_init(&a, 16 << 20);
    struct buf out CLEANUP(buf_free) = buf_make(16 << 20);
    buf_put(&out, ledger_csv_header);
    for (int i = 0; i < 2000; i++)
        buf_put_char(&out, '1');
    struct ledger_verdict v = verify(&a, buf_str(&out));
    expect(!v.good && v.line == 2);
    for (int over = 0; over < 2; over++) { // accounts: the most there may be, and one more
        struct forge g = { .out = buf_make(16 << 20) };
        buf_put(&g.out, ledger_csv_header);
        sha256(ledger_csv_header, g.hash);
        int gifts = LEDGER_VERIFY_ACCOUNTS_MAX / 2 + over;
        for (int i = 0; i < gifts; i++)
            for (int j = 0; j < 2; j++)
                forge_row(&g, str_z(&a, str_print(&a,
                                                  "%d,%d,%d,2018-05-04,2018-05-03,c%d,gift,hand,"
                                                  "%s,USD,%s25.00,",
                                                  2 * i + j + 1, i + 1, i + 1, i,
                                                  j ? "income" : "assets", j ? "-" : "")));
        expect(verify(&a, buf_str(&g.out)).good == !over);
        buf_free(&g.out);
    }
    arena_free(&a);
}
