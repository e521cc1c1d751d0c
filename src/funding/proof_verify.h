#pragma once
#include "funding/ledger_verify.h"
#include "funding/proof_file.h"

/*
 * Holds a ledger.csv to a proofs.jsonl: what the ledger counts of each proven transaction must be
 * what the transaction's proven outputs pay, and no payment is two channels'. First the proofs are
 * put, then the ledger's rows, each with seen(). Takes about 100 bytes a proof.
 *
 * What it cannot see: whether the blocks are of the chain that others have (compare their hashes
 * with any node), and whose the addresses are (the address statement).
 */
enum { PROOFS_MAX = 1000 * 1000, PROOF_SUMS_MAX = 64 };
struct proof_verifier;
struct proof_sum { /* of one channel */
    struct str channel, asset;
    struct str network; /* of a proof that is of no main network, whose coins anybody makes; empty:
                           none is */
    int decimals;
    int64_t payments; /* proven ones */
    int128 proven;    /* units that the ledger counts and proofs show */
    int128 unproven;  /* units that the ledger counts from a chain, without a proof */
};
struct proof_verdict {
    bool good;
    int64_t line;     /* of the proofs; 0: the ledger says otherwise */
    const char *why;  /* NULL when good */
    struct str where; /* the transaction, when the ledger says otherwise */
    int64_t newer;    /* proofs of payments that this ledger has not yet */
    const struct proof_sum *sums;
    size_t sum_count;
};
struct proof_verifier *proof_verify_start(struct arena *a); /* lives as long as the arena */
/* False once something is wrong. */
bool proof_verify_put(struct proof_verifier *v, struct str bytes);
/* No more proofs come. */
bool proof_verify_begin_ledger(struct proof_verifier *v);
void proof_verify_row(void *verifier, const struct ledger_verified_row *row);
struct proof_verdict proof_verify_end(struct proof_verifier *v);
void proof_verify_free(struct proof_verifier *v);
