#include "unit/chain_help.h"
#include "base/encoding.h"
#include "unit/test.h"

#include <string.h>

enum { REGTEST_BITS = 0x207fffff };

const struct str chain_shop = { "\x76\xa9\x14pay to this key hash\x88\xac", 25 };
const struct str chain_other = { "\x76\xa9\x14"
                                 "and not to this one!\x88\xac",
                                 25 };

struct arena chain_arena(void)
{
    struct arena a;
    arena_init(&a, CHAIN_MEMORY);
    return a;
}

struct str chain_bytes(struct arena *a, const char *hex)
{
    size_t n = strlen(hex) / 2;
    char *p = arena_new(a, char, n + 1);
    expect(hex_parse(str_from_z(hex), p, n));
    return (struct str){ p, n };
}

const struct chain *chain_on(enum chain_coin coin, const char *network)
{
    return chain_find(coin, str_from_z(network));
}

const struct script_set *chain_nothing(struct arena *a)
{
    return script_set_make(a, 0);
}

void chain_put(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_put_char(b, (char)(v >> 8 * i & 0xff));
}

static void put_zeros(struct buf *b, size_t n, char c)
{
    for (size_t i = 0; i < n; i++)
        buf_put_char(b, c);
}

void chain_put_input(struct buf *b, bool coinbase, uint8_t seed)
{
    put_zeros(b, CHAIN_HASH, coinbase ? 0 : (char)(seed | 1));
    chain_put(b, coinbase ? 0xffffffff : seed, 4);
    chain_put(b, 2, 1); // a script of two bytes
    chain_put(b, seed, 2);
    chain_put(b, 0xffffffff, 4);
}

void chain_put_output(struct buf *b, uint64_t value, struct str script)
{
    chain_put(b, value, 8);
    chain_put(b, script.n, 1);
    buf_put(b, script);
}

/* One input, one output. */
struct str chain_simple(struct arena *a, bool coinbase, uint8_t seed, uint64_t value,
                        struct str script)
{
    struct buf b CLEANUP(buf_free) = buf_make(100000);
    chain_put(&b, 1, 4);
    chain_put(&b, 1, 1);
    chain_put_input(&b, coinbase, seed);
    chain_put(&b, 1, 1);
    chain_put_output(&b, value, script);
    chain_put(&b, 0, 4);
    return buf_copy(&b, a);
}

void chain_id_of(struct str transaction, const struct chain *c, uint8_t ret[CHAIN_HASH])
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_transaction t;
    if (chain_transaction_take(&transaction, c, &h, &t) == OK)
        memcpy(ret, t.txid, CHAIN_HASH);
}

/* A block of regtest whose root fits, with the nonce looked for: about two tries. */
struct str chain_block_of(struct arena *a, const struct chain *c, const struct str *list, size_t n)
{
    uint8_t previous[CHAIN_HASH];
    memset(previous, 7, sizeof previous);
    return chain_block_after(a, c, previous, 1525392000, list, n);
}

struct str chain_block_after(struct arena *a, const struct chain *c,
                             const uint8_t previous[CHAIN_HASH], uint32_t time,
                             const struct str *list, size_t n)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct buf b CLEANUP(buf_free) = buf_make(CHAIN_MEMORY);
    uint8_t(*ids)[CHAIN_HASH] = arena_alloc(a, n, CHAIN_HASH, 1);
    uint8_t root[CHAIN_HASH] = { 0 };
    struct chain_header header;
    for (size_t i = 0; i < n; i++)
        chain_id_of(list[i], c, ids[i]);
    (void)merkle_root((const uint8_t(*)[CHAIN_HASH])ids, n, &h, a, root);
    for (uint32_t nonce = 0;; nonce++) {
        buf_clear(&b);
        chain_put(&b, 4, 4);
        buf_put(&b, bytes_str(previous, CHAIN_HASH));
        buf_put(&b, bytes_str(root, sizeof root));
        chain_put(&b, time, 4);
        chain_put(&b, REGTEST_BITS, 4);
        chain_put(&b, nonce, 4);
        if (chain_header_parse(buf_str(&b), c, &h, &header) == OK)
            break;
    }
    expect(n < 0xfd);
    chain_put(&b, n, 1);
    for (size_t i = 0; i < n; i++)
        buf_put(&b, list[i]);
    return buf_copy(&b, a);
}
