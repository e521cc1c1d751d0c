#pragma once
#include "funding/chain.h"

/*
 * The tree of hashes over a block's transactions, whose root stands in the block's header: each
 * node is the hash of its two children, and where a level has an odd number the last is its own
 * sibling. A branch is what is needed to come from one transaction to the root.
 *
 * That odd rule makes lists with repeated ends have the same root (CVE-2012-2459): a block with
 * them is not the one that was mined, and merkle_root() refuses it.
 */
enum { MERKLE_DEPTH_MAX = 32 };
struct merkle_branch {
    uint32_t position; /* of the transaction in its block, from 0 */
    size_t depth;
    uint8_t hashes[MERKLE_DEPTH_MAX][CHAIN_HASH]; /* siblings, from the transaction upwards */
};

/* At least one hash and at most 2^32 (check). False when two siblings that are not one node are
 * equal. */
bool merkle_root(const uint8_t (*txids)[CHAIN_HASH], size_t n, struct hasher *h, struct arena *a,
                 uint8_t ret[CHAIN_HASH]);
/* The branch of the transaction at `position` of `n`. */
struct merkle_branch merkle_branch(const uint8_t (*txids)[CHAIN_HASH], size_t n, uint32_t position,
                                   struct hasher *h, struct arena *a);
struct merkle_path {
    uint8_t root[CHAIN_HASH];                        /* to which the branch leads */
    uint8_t pairs[MERKLE_DEPTH_MAX][2 * CHAIN_HASH]; /* what was hashed on the way, per level */
};
/* False when the branch's depth or position cannot be. */
bool merkle_climb(const struct merkle_branch *b, const uint8_t txid[CHAIN_HASH], struct hasher *h,
                  struct merkle_path *ret);
