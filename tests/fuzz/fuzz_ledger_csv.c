#include "base/buf.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/scan.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_verify.h"

#include <string.h>

/*
 * Any bytes as a ledger.csv: the verdict does not depend on how they are cut into pieces, and a
 * good file's totals add up to nothing. Files that begin with "!" are rows without hashes: they are
 * chained here, for no fuzzer guesses SHA-256.
 */

static void check_totals(const struct ledger_verdict *v)
{
    for (size_t i = 0; i < v->total_count; i++) {
        int128 sum = 0;
        for (size_t j = 0; j < v->total_count; j++)
            if (str_eq(v->totals[i].asset, v->totals[j].asset))
                sum += v->totals[j].units;
        check(sum == 0);
    }
}

static struct ledger_verdict verify(struct str file, size_t piece, struct arena *a)
{
    struct ledger_verifier *v = ledger_verify_start(a);
    for (size_t at = 0; at < file.n; at += piece)
        if (!ledger_verify_put(v, str_sub(file, at, piece)))
            break;
    return ledger_verify_end(v);
}

static void try_file(struct str file)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct ledger_verdict whole = verify(file, file.n + 1, &a);
    struct ledger_verdict cut = verify(file, 7, &a);
    check(whole.good == cut.good && whole.line == cut.line);
    check(whole.good == (whole.why == NULL) && whole.head.seq == cut.head.seq);
    check(!whole.good || str_starts(file, ledger_csv_header));
    if (whole.good)
        check_totals(&whole);
}

static void try_rows(struct str rows)
{
    struct buf out CLEANUP(buf_free) = buf_make(4 << 20);
    uint8_t hash[LEDGER_HASH];
    sha256(ledger_csv_header, hash);
    buf_put(&out, ledger_csv_header);
    while (rows.n) {
        char text[2 * LEDGER_HASH];
        struct str row = scan_line(&rows);
        if (row.n > LEDGER_CSV_ROW_MAX)
            return;
        ledger_chain(hash, row, hash);
        ledger_hash_print(hash, text);
        buf_put(&out, row);
        buf_put_char(&out, ',');
        buf_put(&out, (struct str){ text, sizeof text });
        buf_put(&out, S("\r\n"));
    }
    if (!buf_full(&out))
        try_file(buf_str(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str s = { p, n };
    if (scan_char(&s, '!'))
        try_rows(s);
    else
        try_file(s);
    return 0;
}
