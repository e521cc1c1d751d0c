#pragma once
#include "base/buf.h"
#include "funding/chain_block.h"

/* Blocks and transactions: real ones, and makers of others. */

/* Block 0 and block 170 of Bitcoin, the latter with the first payment of all. */
#define GENESIS                                                                                    \
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2"     \
    "7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c0101000000010000"     \
    "000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d01044554"     \
    "68652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f6620"     \
    "7365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0"     \
    "fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de"     \
    "5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
#define BLOCK_170                                                                                  \
    "0100000055bd840a78798ad0da853f68974f3d183e2bd1db6a842c1feecf222a00000000ff104ccb05421ab9"     \
    "3e63f8c3ce5c2c2e9dbb37de2764b3a3175c8166562cac7d51b96a49ffff001d283e9e700201000000010000"     \
    "000000000000000000000000000000000000000000000000000000000000ffffffff0704ffff001d0102ffff"     \
    "ffff0100f2052a01000000434104d46c4968bde02899d2aa0963367c7a6ce34eec332b32e42e5f3407e052d6"     \
    "4ac625da6f0718e7b302140434bd725706957c092db53805b821a85b23a7ac61725bac000000000100000001"     \
    "c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704000000004847304402204e45"     \
    "e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4ac"     \
    "dd12909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a62fe09c5f5"     \
    "1b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a06"     \
    "26f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53bc1eb68a38"     \
    "2e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412"     \
    "a3ac00000000"
/* BIP 143's first example, signed. */
#define SEGWIT                                                                                     \
    "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000049"     \
    "4830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b19"     \
    "4ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279"     \
    "655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a91482"     \
    "80b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2"     \
    "d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb13"     \
    "66d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01210254"     \
    "76c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000"

enum { CHAIN_MEMORY = 8 << 20 };
extern const struct str chain_shop, chain_other; /* two scripts of the same form */

struct arena chain_arena(void);
struct str chain_bytes(struct arena *a, const char *hex);
const struct chain *chain_on(enum chain_coin coin, const char *network);
/* A set of no scripts. */
const struct script_set *chain_nothing(struct arena *a);
/* A number of so many bytes, the last one first. */
void chain_put(struct buf *b, uint64_t v, size_t bytes);
void chain_put_input(struct buf *b, bool coinbase, uint8_t seed);
void chain_put_output(struct buf *b, uint64_t value, struct str script);
/* One input, one output. */
struct str chain_simple(struct arena *a, bool coinbase, uint8_t seed, uint64_t value,
                        struct str script);
/* Leaves it alone when it is no transaction. */
void chain_id_of(struct str transaction, const struct chain *c, uint8_t ret[CHAIN_HASH]);
/* A block of regtest whose root and work fit. */
struct str chain_block_of(struct arena *a, const struct chain *c, const struct str *list, size_t n);
/* The same after a block, at a time in seconds. */
struct str chain_block_after(struct arena *a, const struct chain *c,
                             const uint8_t previous[CHAIN_HASH], uint32_t time,
                             const struct str *list, size_t n);
