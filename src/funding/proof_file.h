#pragma once
#include "base/buf.h"
#include "funding/wallet_proof.h"

/*
 * The proofs of payments on chains of Bitcoin's family as a public file, one JSON object a line
 * (application/jsonl). With ledger.csv it lets anyone see, without us and without trusting our
 * node, that each of these payments is in a block with real work (docs/ledger.md):
 *
 *     {"chain":"bitcoin","network":"main","channel":"bitcoin","object":"TXID:VOUT",
 *      "address":"bc1q...","height":1000,"block":"HASH","header":"160 hex digits","position":5,
 *      "branch":["64 hex digits",...],"transaction":"hex"}
 *
 * TXID and HASH are written backwards as everywhere; header, branch and transaction are the bytes
 * as they are hashed.
 */
enum {
    PROOF_LINE_MAX = 2 * 1000 * 1000 + 16 * 1024, /* bytes: a transaction has at most a million */
    PROOF_PIECE = 128 * 1024,                     /* bytes of a piece at most */
};
void proof_print(const struct wallet_proof *p, struct arena *a, struct buf *out);
/* The next piece of the file; a large line goes in several. *ret_end: there was no more. */
struct proof_cursor {
    int64_t after; /* the last whole one that went out */
    size_t offset; /* bytes of the next one that went out */
};
MUST_USE err proof_piece(struct tx *tx, struct proof_cursor *c, struct arena *a, struct buf *out,
                         bool *ret_end);

/* One line, checked: header, work, branch, and that the output pays to the address. */
struct proof {
    const struct chain *chain;
    struct str channel, object, address, block;
    uint8_t txid[CHAIN_HASH];
    uint32_t vout;
    int64_t height;
    int64_t value; /* satoshi */
};
enum { PROOF_WRONG = 1 };
/* Without its end of line. On WRONG *ret_why says what, in English. Fills from `a`. */
MUST_USE err proof_check(struct str line, struct arena *a, struct proof *ret, const char **ret_why);
