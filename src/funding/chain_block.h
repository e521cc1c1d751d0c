#pragma once
#include "funding/chain_transaction.h"
#include "funding/merkle.h"
#include "funding/script_set.h"

/*
 * Blocks of Bitcoin and Bitcoin Cash, as `getblock HASH 0` gives them: header and transactions,
 * whole. A block is believed when its header has the work it claims, all of its bytes are its
 * transactions, the first and only the first is a coinbase, and the header's merkle root is that of
 * the transactions. Then no node can have put a payment in or left one out; it can only withhold
 * the block. That the block is the next one of its chain is for the caller, who knows the hash that
 * `previous` must be, and chain_bits_may_follow().
 *
 * Hashes are in the order they are hashed in; chain_hash_print() turns them for people.
 */
enum { CHAIN_HEADER_BYTES = 80, CHAIN_TARGET_BYTES = 32 };
struct chain_header {
    uint8_t hash[CHAIN_HASH], previous[CHAIN_HASH], merkle_root[CHAIN_HASH];
    uint32_t version, time, bits, nonce; /* time in seconds of UTC, two hours off at worst */
};
enum {
    CHAIN_BLOCK_CUT = 1, /* the bytes end too early */
    CHAIN_BLOCK_WRONG,   /* what cannot be, or bytes that are left over */
    CHAIN_BLOCK_WORK,    /* the hash is above the target, or the target easier than the chain has */
    CHAIN_BLOCK_ROOT,    /* the merkle root is of other transactions, or of repeated ones */
};
/* Exactly 80 bytes. CUT, WRONG (more bytes), WORK. */
MUST_USE err chain_header_parse(struct str s, const struct chain *c, struct hasher *h,
                                struct chain_header *ret);

/* The number that a block's hash must not exceed, big-endian, from a header's short form. False
 * when that is zero, negative or above 2^256. */
bool chain_target(uint32_t bits, uint8_t ret[CHAIN_TARGET_BYTES]);
/*
 * Whether the block at `height` may have `bits` after one with `previous` bits. Bitcoin's change
 * every 2,016 blocks and grow at most fourfold; those of Bitcoin Cash grow twofold when no block
 * came for two days, and no more is allowed. On test networks anything may follow. This is what
 * keeps a node that lies from making easy blocks: the first one would stand out.
 */
bool chain_bits_may_follow(const struct chain *c, int64_t height, uint32_t previous, uint32_t bits);

/* An output to a watched script. */
struct chain_match {
    uint32_t watched;  /* its number in the set */
    uint32_t position; /* of the transaction in the block */
    bool coinbase;     /* may be spent, and should count, after 100 more blocks only */
    struct chain_output output;
    const struct chain_transaction *transaction;
};
struct chain_block {
    struct chain_header header;
    size_t count; /* transactions */
    const uint8_t (*txids)[CHAIN_HASH];
    const struct chain_match *matches; /* in the block's order */
    size_t match_count;
};
/*
 * Reads a whole block. What is returned borrows from `s` and lives in `a`, which needs about 70
 * bytes a transaction and 300 a match; ERR_LIMIT when it is full or the block above the chain's
 * maximum.
 */
MUST_USE err chain_block_parse(struct str s, const struct chain *c,
                               const struct script_set *watched, struct arena *a,
                               struct chain_block *ret);

/*
 * That a payment is in a block, for whoever has not the block: its header, the branch and the
 * transaction, best without its witnesses. Two hashes can be made to look like a transaction of 64
 * bytes (CVE-2017-12842); neither such a transaction nor a branch through one proves anything.
 */
struct chain_proof {
    struct str header, transaction;
    struct merkle_branch branch;
};
struct chain_proven {
    struct chain_header header;
    struct chain_transaction transaction;
};
/* The refusals of blocks. */
MUST_USE err chain_proof_check(const struct chain_proof *p, const struct chain *c,
                               struct chain_proven *ret);
