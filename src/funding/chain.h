#pragma once
#include "base/crypto.h"
#include "base/err.h"

/*
 * The block chains of Bitcoin's family that can be watched: a coin and one of its networks. What
 * differs between them is this table; the parsers take one of its rows.
 *
 * Networks: "main", "test" (the third test network), "regtest" (as Bitcoin Core and BCHN have it)
 * and "regtest-bcoin", which is the same chain with the prefixes that bcoin and bcash gave it.
 */
enum chain_coin { CHAIN_BITCOIN, CHAIN_BITCOINCASH };
enum { CHAIN_COINS = CHAIN_BITCOINCASH + 1, CHAIN_HASH = SHA256_BYTES };

/* Whose version bytes extended keys carry. */
enum key_family { KEY_FAMILY_MAIN, KEY_FAMILY_TEST, KEY_FAMILY_BCOIN };

struct chain {
    const char *network;
    const char *bech32;   /* name of witness addresses; "" where there is no segwit */
    const char *cashaddr; /* prefix; "" for Bitcoin */
    size_t block_max;     /* bytes of a block */
    enum chain_coin coin;
    enum key_family keys;
    uint32_t easiest;            /* the largest target of a block, in the header's short form */
    uint8_t p2pkh, p2sh;         /* version bytes of Base58Check addresses */
    bool retargets_strictly;     /* no rule that lets a block be easier when none was found */
    uint8_t genesis[CHAIN_HASH]; /* hash of block 0, in the order it is hashed in */
};

/* The row of a coin's network, or NULL when there is none of this name. */
const struct chain *chain_find(enum chain_coin coin, struct str network);
/* "bitcoin", "bitcoincash"; and "bitcoin main" to a row and back. NULL: there is none. */
const char *chain_coin_name(enum chain_coin coin);
struct str chain_print(const struct chain *c, struct arena *a);
const struct chain *chain_parse(struct str s);
bool chain_has_segwit(const struct chain *c);

/*
 * Hashes of blocks and transactions are written backwards: the last byte first. Reading takes 64
 * hex digits of either case.
 */
struct str chain_hash_print(struct arena *a, const uint8_t hash[CHAIN_HASH]);
bool chain_hash_parse(struct str s, uint8_t ret[CHAIN_HASH]);
