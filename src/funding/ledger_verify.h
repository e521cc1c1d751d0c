#pragma once
#include "base/buf.h"
#include "funding/ledger.h"

/*
 * Checks a ledger.csv with nothing but its bytes: the header (format version), each field's syntax,
 * sequence and transaction numbers without gaps, the hash chain, sums of zero per transaction and
 * asset, that each row is one that a transaction of its kind can have, that gifts are entered once
 * and nothing happens to one that never was. Constant memory; fed in pieces of any size.
 *
 * It cannot see that whole transactions are missing at the end: compare the head it prints with one
 * published elsewhere.
 */
enum { LEDGER_VERIFY_ACCOUNTS_MAX = 2048, LEDGER_VERIFY_ASSETS_MAX = 256 };
struct ledger_verifier;

/* What was found; sums are per channel, account, source and asset, in order of appearance. */
struct ledger_total {
    struct str channel, account, source, asset;
    int decimals;
    int128 units;
};
struct ledger_verdict {
    bool good;
    int64_t line;    /* where it went wrong, from 1; 0: at the file's end */
    const char *why; /* English; NULL when good */
    struct ledger_head head;
    int64_t transactions;
    const struct ledger_total *totals;
    size_t total_count;
};
struct ledger_verifier *ledger_verify_start(struct arena *a); /* lives as long as the arena */

/* Each row that is good so far goes to `seen` too, borrowed. */
struct ledger_verified_row {
    int64_t seq;
    struct str day, channel, source, account, asset, reference;
    int128 units;
    int decimals;
    const uint8_t *hash; /* LEDGER_HASH bytes */
};
void ledger_verify_each(struct ledger_verifier *v,
                        void (*seen)(void *arg, const struct ledger_verified_row *row), void *arg);
/* False once something is wrong: no need to read on. */
bool ledger_verify_put(struct ledger_verifier *v, struct str bytes);
struct ledger_verdict ledger_verify_end(struct ledger_verifier *v);
