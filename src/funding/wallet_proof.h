#pragma once
#include "funding/chain_block.h"
#include "store/store.h"

/*
 * What proves payments on a chain of Bitcoin's family to whoever has not the blocks: the
 * transaction without its witnesses, the header of its block, and the branch between them
 * (chain_block.h, chain_proof_check). Kept with the payment for ever.
 */
struct wallet_proof {
    int64_t id;
    struct str channel, object; /* "txid:vout", as in payment_event */
    int64_t height;
    struct str block;  /* the header's hash, 32 bytes in the order they are hashed in */
    struct str header; /* 80 bytes */
    uint32_t position;
    struct str branch;           /* hashes of 32 bytes, from the transaction upwards */
    struct str body;             /* the transaction */
    struct str address, network; /* of wallet_proof_list() only; network as chain_print() */
};
/* Of a match in a block that was parsed; nothing happens if it is there. What is made for it is in
 * the arena. `raw` is the block's bytes. */
struct wallet_proof wallet_proof_make(const struct chain_block *b, struct str raw,
                                      const struct chain_match *m, struct hasher *h,
                                      struct arena *a);
MUST_USE err wallet_proof_add(struct tx *tx, const struct wallet_proof *p);

/* As chain_proof_check() takes it; borrowed from `p`. False when the branch is too deep. */
bool wallet_proof_of(const struct wallet_proof *p, struct chain_proof *ret);

/* Those of payments that are settled in that very block, by id, above `after`; at most `most`. */
MUST_USE err wallet_proof_list(struct tx *tx, int64_t after, size_t most, struct arena *a,
                               const struct wallet_proof **ret, size_t *ret_n);
