#include "funding/chain.h"
#include "base/encoding.h"

/*
 * Prefixes and genesis blocks: chainparams.cpp of Bitcoin Core and BCHN, networks.js of bcoin and
 * bcash. A block of Bitcoin weighs at most 4,000,000, and a byte weighs at least one (BIP 141);
 * Bitcoin Cash allows 32 MB, and more only after blocks were full for months (CHIP-2023-04 ABLA).
 */
enum { BITCOIN_BLOCK = 4 * 1000 * 1000, BITCOINCASH_BLOCK = 64 * 1000 * 1000 };
enum { EASIEST_REAL = 0x1d00ffff, EASIEST_REGTEST = 0x207fffff };

#define GENESIS_MAIN                                                                               \
    {                                                                                              \
        0x6f, 0xe2, 0x8c, 0x0a, 0xb6, 0xf1, 0xb3, 0x72, 0xc1, 0xa6, 0xa2, 0x46, 0xae, 0x63, 0xf7,  \
            0x4f, 0x93, 0x1e, 0x83, 0x65, 0xe1, 0x5a, 0x08, 0x9c, 0x68, 0xd6, 0x19                 \
    }
#define GENESIS_TEST                                                                               \
    {                                                                                              \
        0x43, 0x49, 0x7f, 0xd7, 0xf8, 0x26, 0x95, 0x71, 0x08, 0xf4, 0xa3, 0x0f, 0xd9, 0xce, 0xc3,  \
            0xae, 0xba, 0x79, 0x97, 0x20, 0x84, 0xe9, 0x0e, 0xad, 0x01, 0xea, 0x33, 0x09           \
    }
#define GENESIS_REGTEST                                                                            \
    {                                                                                              \
        0x06, 0x22, 0x6e, 0x46, 0x11, 0x1a, 0x0b, 0x59, 0xca, 0xaf, 0x12, 0x60, 0x43, 0xeb, 0x5b,  \
            0xbf, 0x28, 0xc3, 0x4f, 0x3a, 0x5e, 0x33, 0x2a, 0x1f, 0xc7, 0xb2, 0xb7, 0x3c, 0xf1,    \
            0x88, 0x91, 0x0f                                                                       \
    }

static const struct chain chains[] = {
    { "main", "bc", "", BITCOIN_BLOCK, CHAIN_BITCOIN, KEY_FAMILY_MAIN, EASIEST_REAL, 0x00, 0x05,
      true, GENESIS_MAIN },
    { "test", "tb", "", BITCOIN_BLOCK, CHAIN_BITCOIN, KEY_FAMILY_TEST, EASIEST_REAL, 0x6f, 0xc4,
      false, GENESIS_TEST },
    { "regtest", "bcrt", "", BITCOIN_BLOCK, CHAIN_BITCOIN, KEY_FAMILY_TEST, EASIEST_REGTEST, 0x6f,
      0xc4, false, GENESIS_REGTEST },
    { "regtest-bcoin", "rb", "", BITCOIN_BLOCK, CHAIN_BITCOIN, KEY_FAMILY_BCOIN, EASIEST_REGTEST,
      0x3c, 0x26, false, GENESIS_REGTEST },
    { "main", "", "bitcoincash", BITCOINCASH_BLOCK, CHAIN_BITCOINCASH, KEY_FAMILY_MAIN,
      EASIEST_REAL, 0x00, 0x05, true, GENESIS_MAIN },
    { "test", "", "bchtest", BITCOINCASH_BLOCK, CHAIN_BITCOINCASH, KEY_FAMILY_TEST, EASIEST_REAL,
      0x6f, 0xc4, false, GENESIS_TEST },
    { "regtest", "", "bchreg", BITCOINCASH_BLOCK, CHAIN_BITCOINCASH, KEY_FAMILY_TEST,
      EASIEST_REGTEST, 0x6f, 0xc4, false, GENESIS_REGTEST },
    { "regtest-bcoin", "", "bchreg", BITCOINCASH_BLOCK, CHAIN_BITCOINCASH, KEY_FAMILY_BCOIN,
      EASIEST_REGTEST, 0x3c, 0x26, false, GENESIS_REGTEST },
};

const struct chain *chain_find(enum chain_coin coin, struct str network)
{
    for (size_t i = 0; i < COUNT(chains); i++)
        if (chains[i].coin == coin && str_eq(network, str_from_z(chains[i].network)))
            return &chains[i];
    return NULL;
}

const char *chain_coin_name(enum chain_coin coin)
{
    return coin == CHAIN_BITCOIN ? "bitcoin" : "bitcoincash";
}

struct str chain_print(const struct chain *c, struct arena *a)
{
    return str_print(a, "%s %s", chain_coin_name(c->coin), c->network);
}

const struct chain *chain_parse(struct str s)
{
    struct str coin = { 0 };
    struct str network = { 0 };
    if (!str_cut(s, ' ', &coin, &network))
        return NULL;
    if (str_eq(coin, S("bitcoin")))
        return chain_find(CHAIN_BITCOIN, network);
    return str_eq(coin, S("bitcoincash")) ? chain_find(CHAIN_BITCOINCASH, network) : NULL;
}

bool chain_has_segwit(const struct chain *c)
{
    return c->coin == CHAIN_BITCOIN;
}

static void turn(const uint8_t from[CHAIN_HASH], uint8_t ret[CHAIN_HASH])
{
    for (size_t i = 0; i < CHAIN_HASH; i++)
        ret[i] = from[CHAIN_HASH - 1 - i];
}

struct str chain_hash_print(struct arena *a, const uint8_t hash[CHAIN_HASH])
{
    uint8_t turned[CHAIN_HASH];
    turn(hash, turned);
    return hex_print(a, bytes_str(turned, sizeof turned));
}

bool chain_hash_parse(struct str s, uint8_t ret[CHAIN_HASH])
{
    uint8_t turned[CHAIN_HASH];
    if (!hex_parse(s, turned, sizeof turned))
        return false;
    turn(turned, ret);
    return true;
}
