#include "base/buf.h"
#include "base/encoding.h"
#include "funding/chain_block.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these a node that lies, or a block that is cut or forged, could put gifts on the meter
 * that nobody made, or a payment could be missed.
 */

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

enum { MEMORY = 8 << 20, REGTEST_BITS = 0x207fffff };

static struct arena fresh(void)
{
    struct arena a;
    arena_init(&a, MEMORY);
    return a;
}

static struct str bytes_of(struct arena *a, const char *hex)
{
    size_t n = strlen(hex) / 2;
    char *p = arena_new(a, char, n + 1);
    expect(hex_parse(str_from_z(hex), p, n));
    return (struct str){ p, n };
}

static const struct chain *chain_of(enum chain_coin coin, const char *network)
{
    return chain_find(coin, str_from_z(network));
}

static const struct script_set *nothing(struct arena *a)
{
    return script_set_make(a, 0);
}

static err parse(struct arena *a, struct str block, struct chain_block *ret)
{
    return chain_block_parse(block, chain_of(CHAIN_BITCOIN, "main"), nothing(a), a, ret);
}

/* --- making transactions and blocks --- */

static void put(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_put_char(b, (char)(v >> 8 * i & 0xff));
}

static void put_zeros(struct buf *b, size_t n, char c)
{
    for (size_t i = 0; i < n; i++)
        buf_put_char(b, c);
}

static void put_input(struct buf *b, bool coinbase, uint8_t seed)
{
    put_zeros(b, CHAIN_HASH, coinbase ? 0 : (char)(seed | 1));
    put(b, coinbase ? 0xffffffff : seed, 4);
    put(b, 2, 1); // a script of two bytes
    put(b, seed, 2);
    put(b, 0xffffffff, 4);
}

static void put_output(struct buf *b, uint64_t value, struct str script)
{
    put(b, value, 8);
    put(b, script.n, 1);
    buf_put(b, script);
}

/* One input, one output. */
static struct str simple(struct arena *a, bool coinbase, uint8_t seed, uint64_t value,
                         struct str script)
{
    struct buf b CLEANUP(buf_free) = buf_make(100000);
    put(&b, 1, 4);
    put(&b, 1, 1);
    put_input(&b, coinbase, seed);
    put(&b, 1, 1);
    put_output(&b, value, script);
    put(&b, 0, 4);
    return buf_copy(&b, a);
}

static void id_of(struct str transaction, const struct chain *c, uint8_t ret[CHAIN_HASH])
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_transaction t;
    if (chain_transaction_take(&transaction, c, &h, &t) == OK)
        memcpy(ret, t.txid, CHAIN_HASH);
}

/* A block of regtest whose root fits, with the nonce looked for: about two tries. */
static struct str block_of(struct arena *a, const struct chain *c, const struct str *list, size_t n)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct buf b CLEANUP(buf_free) = buf_make(MEMORY);
    uint8_t(*ids)[CHAIN_HASH] = arena_alloc(a, n, CHAIN_HASH, 1);
    uint8_t root[CHAIN_HASH] = { 0 };
    struct chain_header header;
    for (size_t i = 0; i < n; i++)
        id_of(list[i], c, ids[i]);
    (void)merkle_root((const uint8_t(*)[CHAIN_HASH])ids, n, &h, a, root);
    for (uint32_t nonce = 0;; nonce++) {
        buf_clear(&b);
        put(&b, 4, 4);
        put_zeros(&b, CHAIN_HASH, 7);
        buf_put(&b, bytes_str(root, sizeof root));
        put(&b, 1525392000, 4);
        put(&b, REGTEST_BITS, 4);
        put(&b, nonce, 4);
        if (chain_header_parse(buf_str(&b), c, &h, &header) == OK)
            break;
    }
    expect(n < 0xfd);
    put(&b, n, 1);
    for (size_t i = 0; i < n; i++)
        buf_put(&b, list[i]);
    return buf_copy(&b, a);
}

static const struct str shop = { "\x76\xa9\x14pay to this key hash\x88\xac", 25 };
static const struct str other = { "\x76\xa9\x14"
                                  "and not to this one!\x88\xac",
                                  25 };

/* --- blocks as they are --- */

TEST(blocks_of_bitcoin_are_read_as_they_were_mined)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_block b;
    uint8_t zero[CHAIN_HASH] = { 0 };
    expect(parse(&a, bytes_of(&a, GENESIS), &b) == OK);
    expect(memcmp(b.header.hash, chain_of(CHAIN_BITCOIN, "main")->genesis, CHAIN_HASH) == 0);
    expect(memcmp(b.header.previous, zero, CHAIN_HASH) == 0);
    expect(b.header.time == 1231006505 && b.header.nonce == 2083236893 && b.header.version == 1);
    expect(b.count == 1 && b.match_count == 0);
    expect_str(chain_hash_print(&a, b.header.hash),
               S("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"));
    expect(parse(&a, bytes_of(&a, BLOCK_170), &b) == OK && b.count == 2);
    expect_str(chain_hash_print(&a, b.header.hash),
               S("00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"));
    expect_str(chain_hash_print(&a, b.txids[1]),
               S("f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"));
}

TEST(blocks_give_the_outputs_to_watched_scripts)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_block b;
    struct script_set *set = script_set_make(&a, 2);
    struct str paid = bytes_of(&a, "4104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302f"
                                   "a28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7"
                                   "e6cd84cac");
    expect(script_set_add(set, paid, 42) == OK && script_set_count(set) == 1);
    expect(chain_block_parse(bytes_of(&a, BLOCK_170), chain_of(CHAIN_BITCOIN, "main"), set, &a,
                             &b) == OK);
    expect(b.match_count == 1);
    expect(b.matches[0].watched == 42 && b.matches[0].position == 1 && !b.matches[0].coinbase);
    expect(b.matches[0].output.value == 1000000000 && b.matches[0].output.vout == 0);
    expect(str_eq(b.matches[0].output.script, paid) && !b.matches[0].output.tokens);
    expect(b.matches[0].transaction->value == 5000000000);
}

TEST(blocks_cut_at_any_byte_are_refused)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_block b;
    struct str whole = bytes_of(&a, BLOCK_170);
    for (size_t n = 0; n < whole.n; n++)
        expect(parse(&a, str_sub(whole, 0, n), &b) == CHAIN_BLOCK_CUT);
    expect(parse(&a, str_print(&a, STR_FMT, STR_ARG(S("x"))), &b) == CHAIN_BLOCK_CUT);
    char *more = arena_new(&a, char, whole.n + 1);
    memcpy(more, whole.s, whole.n);
    expect(parse(&a, (struct str){ more, whole.n + 1 }, &b) == CHAIN_BLOCK_WRONG);
}

TEST(blocks_with_any_byte_changed_are_refused)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_block b;
    struct str whole = bytes_of(&a, BLOCK_170);
    char *changed = arena_new(&a, char, whole.n);
    for (size_t i = 0; i < whole.n; i++) {
        memcpy(changed, whole.s, whole.n);
        changed[i] ^= 1;
        expect(parse(&a, (struct str){ changed, whole.n }, &b) > 0);
    }
}

TEST(blocks_need_the_work_of_their_chain)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_block b;
    const struct chain *regtest = chain_of(CHAIN_BITCOIN, "regtest");
    struct str one = simple(&a, true, 1, 5000000000, shop);
    struct str block = block_of(&a, regtest, &one, 1);
    expect(chain_block_parse(block, regtest, nothing(&a), &a, &b) == OK);
    expect(parse(&a, block, &b) == CHAIN_BLOCK_WORK); // easier than any block of the main network
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_header header;
    struct str genesis = bytes_of(&a, GENESIS);
    expect(chain_header_parse(str_sub(genesis, 0, 81), regtest, &h, &header) == CHAIN_BLOCK_WRONG);
    char free_of_work[CHAIN_HEADER_BYTES];
    memcpy(free_of_work, genesis.s, sizeof free_of_work);
    memset(free_of_work + 72, 0, 4);
    expect(chain_header_parse((struct str){ free_of_work, sizeof free_of_work }, regtest, &h,
                              &header) == CHAIN_BLOCK_WORK);
    // The same header with another nonce: its hash is above the target.
    char lazy[CHAIN_HEADER_BYTES];
    memcpy(lazy, genesis.s, sizeof lazy);
    lazy[79] ^= 1;
    expect(chain_header_parse((struct str){ lazy, sizeof lazy }, regtest, &h, &header) ==
           CHAIN_BLOCK_WORK);
}

/* Bitcoin Core's own table (arith_uint256_tests.cpp) and the two chains' easiest. */
TEST(targets_are_written_out_as_nodes_do)
{
    static const struct {
        uint32_t bits;
        bool good;
        const char *target;
    } table[] = {
        { 0x00000000, false, "" },
        { 0x00123456, false, "" },
        { 0x01003456, false, "" },
        { 0x02000056, false, "" },
        { 0x04000000, false, "" },
        { 0x01123456, true, "0000000000000000000000000000000000000000000000000000000000000012" },
        { 0x02123456, true, "0000000000000000000000000000000000000000000000000000000000001234" },
        { 0x03123456, true, "0000000000000000000000000000000000000000000000000000000000123456" },
        { 0x05009234, true, "0000000000000000000000000000000000000000000000000000000092340000" },
        { 0x20123456, true, "1234560000000000000000000000000000000000000000000000000000000000" },
        { 0x1d00ffff, true, "00000000ffff0000000000000000000000000000000000000000000000000000" },
        { 0x207fffff, true, "7fffff0000000000000000000000000000000000000000000000000000000000" },
        { 0x2100ffff, true, "ffff000000000000000000000000000000000000000000000000000000000000" },
        { 0x04923456, false, "" }, // negative
        { 0x01fedcba, false, "" },
        { 0x21123456, false, "" }, // above 2^256
        { 0xff123456, false, "" },
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(table); i++) {
        uint8_t target[CHAIN_TARGET_BYTES];
        expect(chain_target(table[i].bits, target) == table[i].good);
        if (table[i].good)
            expect_str(hex_print(&a, bytes_str(target, sizeof target)),
                       str_from_z(table[i].target));
    }
}

TEST(targets_grow_no_faster_than_their_chain_allows)
{
    const struct chain *bitcoin = chain_of(CHAIN_BITCOIN, "main");
    const struct chain *cash = chain_of(CHAIN_BITCOINCASH, "main");
    // Blocks 40,320 and 32,256 of Bitcoin: made harder, the first time ever at the latter.
    expect(chain_bits_may_follow(bitcoin, 32256, 0x1d00ffff, 0x1d00d86a));
    expect(!chain_bits_may_follow(bitcoin, 32257, 0x1d00ffff, 0x1d00d86a));
    expect(chain_bits_may_follow(bitcoin, 32257, 0x1d00d86a, 0x1d00d86a));
    expect(chain_bits_may_follow(bitcoin, 2016, 0x1b00ffff, 0x1b03fffc)); // fourfold
    expect(!chain_bits_may_follow(bitcoin, 2016, 0x1b00ffff, 0x1b03fffd));
    expect(chain_bits_may_follow(cash, 900001, 0x1801ffff, 0x1803fffe)); // twofold
    expect(!chain_bits_may_follow(cash, 900001, 0x1801ffff, 0x1803ffff));
    expect(!chain_bits_may_follow(cash, 900001, 0, 0x1803ffff));
    expect(!chain_bits_may_follow(cash, 900001, 0x1803ffff, 0));
    expect(chain_bits_may_follow(cash, 900001, 0x2100ffff, 0x2100ffff)); // nothing is above
    expect(chain_bits_may_follow(chain_of(CHAIN_BITCOIN, "test"), 1, 0x1b00ffff, 0x1d00ffff));
}

TEST(blocks_begin_with_their_only_coinbase)
{
    struct arena a CLEANUP(arena_free) = fresh();
    const struct chain *c = chain_of(CHAIN_BITCOIN, "regtest");
    struct chain_block b;
    struct str coinbase = simple(&a, true, 1, 5000000000, other);
    struct str pays = simple(&a, false, 2, 1000, shop);
    struct str good[] = { coinbase, pays };
    struct str none[] = { pays, coinbase };
    struct str two[] = { coinbase, simple(&a, true, 3, 1, shop) };
    expect(chain_block_parse(block_of(&a, c, good, 2), c, nothing(&a), &a, &b) == OK);
    expect(chain_block_parse(block_of(&a, c, none, 2), c, nothing(&a), &a, &b) ==
           CHAIN_BLOCK_WRONG);
    expect(chain_block_parse(block_of(&a, c, two, 2), c, nothing(&a), &a, &b) == CHAIN_BLOCK_WRONG);
}

TEST(blocks_with_a_repeated_end_are_refused_though_the_root_is_the_same)
{
    struct arena a CLEANUP(arena_free) = fresh();
    const struct chain *c = chain_of(CHAIN_BITCOIN, "regtest");
    struct chain_block b;
    struct str list[] = { simple(&a, true, 1, 1, other), simple(&a, false, 2, 2, shop),
                          simple(&a, false, 3, 3, shop) };
    struct str three = block_of(&a, c, list, 3);
    expect(chain_block_parse(three, c, nothing(&a), &a, &b) == OK);
    // CVE-2012-2459: the third again as a fourth, under the very same header.
    struct buf mutated CLEANUP(buf_free) = buf_make(MEMORY);
    buf_put(&mutated, str_sub(three, 0, CHAIN_HEADER_BYTES));
    buf_put_char(&mutated, 4);
    buf_put(&mutated, str_sub(three, CHAIN_HEADER_BYTES + 1, three.n));
    buf_put(&mutated, list[2]);
    expect(chain_block_parse(buf_str(&mutated), c, nothing(&a), &a, &b) == CHAIN_BLOCK_ROOT);
}

TEST(blocks_tell_each_match_with_its_place)
{
    struct arena a CLEANUP(arena_free) = fresh();
    const struct chain *c = chain_of(CHAIN_BITCOIN, "regtest");
    struct script_set *set = script_set_make(&a, 2);
    struct str list[60];
    struct chain_block b;
    expect(script_set_add(set, shop, 9) == OK);
    for (size_t i = 0; i < COUNT(list); i++)
        list[i] = simple(&a, i == 0, (uint8_t)(2 * i + 1), 1000 + i, i % 2 ? other : shop);
    expect(chain_block_parse(block_of(&a, c, list, COUNT(list)), c, set, &a, &b) == OK);
    expect(b.match_count == COUNT(list) / 2); // more than one piece of the list's memory
    for (size_t i = 0; i < b.match_count; i++) {
        expect(b.matches[i].position == 2 * i && b.matches[i].coinbase == (i == 0));
        expect(b.matches[i].output.value == (int64_t)(1000 + 2 * i));
        expect(memcmp(b.matches[i].transaction->txid, b.txids[2 * i], CHAIN_HASH) == 0);
    }
    // Two outputs of one transaction share what is kept of it.
    struct buf twice CLEANUP(buf_free) = buf_make(MEMORY);
    put(&twice, 1, 4);
    put(&twice, 1, 1);
    put_input(&twice, true, 1);
    put(&twice, 2, 1);
    put_output(&twice, 5, shop);
    put_output(&twice, 6, shop);
    put(&twice, 0, 4);
    list[0] = buf_str(&twice);
    expect(chain_block_parse(block_of(&a, c, list, 1), c, set, &a, &b) == OK);
    expect(b.match_count == 2 && b.matches[0].transaction == b.matches[1].transaction);
    expect(b.matches[1].output.vout == 1 && b.matches[1].output.value == 6);
}

TEST(blocks_stop_at_their_limits)
{
    struct arena a CLEANUP(arena_free) = fresh();
    const struct chain *c = chain_of(CHAIN_BITCOIN, "regtest");
    struct chain_block b;
    struct script_set *set = script_set_make(&a, 1);
    struct str coinbase = simple(&a, true, 1, 5, shop);
    struct str block = block_of(&a, c, &coinbase, 1);
    expect(script_set_add(set, shop, 1) == OK);
    struct arena tiny CLEANUP(arena_free);
    arena_init(&tiny, 16);
    expect(chain_block_parse(block, c, set, &tiny, &b) == ERR_LIMIT);
    struct chain small = *c;
    small.block_max = block.n;
    expect(chain_block_parse(block, &small, set, &a, &b) == OK);
    small.block_max--;
    expect(chain_block_parse(block, &small, set, &a, &b) == ERR_LIMIT);
}

TEST(blocks_count_their_transactions_in_the_shortest_form)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_block b;
    struct str whole = bytes_of(&a, BLOCK_170);
    static const struct {
        const char *count;
        size_t n;
        err why;
    } counts[] = {
        { "\x00", 1, CHAIN_BLOCK_WRONG },
        { "\xfd\x02\x00", 3, CHAIN_BLOCK_WRONG },
        { "\xfe\x02\x00\x00\x00", 5, CHAIN_BLOCK_WRONG },
        { "\xff\x02\x00\x00\x00\x00\x00\x00\x00", 9, CHAIN_BLOCK_WRONG },
        { "\xfd\xfd\x00", 3, CHAIN_BLOCK_CUT },
        { "\xfe\x00\x00\x01\x00", 5, CHAIN_BLOCK_CUT },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, CHAIN_BLOCK_CUT },
        { "\x01", 1, CHAIN_BLOCK_WRONG }, // one is left over
    };
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct buf s CLEANUP(buf_free) = buf_make(MEMORY);
        buf_put(&s, str_sub(whole, 0, CHAIN_HEADER_BYTES));
        buf_put(&s, (struct str){ counts[i].count, counts[i].n });
        buf_put(&s, str_sub(whole, CHAIN_HEADER_BYTES + 1, whole.n));
        expect(parse(&a, buf_str(&s), &b) == counts[i].why);
    }
}

/* --- transactions --- */

static err take(struct str s, const struct chain *c, struct chain_transaction *t)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    return chain_transaction_take(&s, c, &h, t);
}

TEST(transactions_with_witnesses_have_the_id_of_the_rest)
{
    struct arena a CLEANUP(arena_free) = fresh();
    const struct chain *c = chain_of(CHAIN_BITCOIN, "main");
    struct chain_transaction t;
    struct chain_transaction again;
    struct str whole = bytes_of(&a, SEGWIT);
    expect(take(whole, c, &t) == OK && t.bytes.n == whole.n && !t.coinbase);
    expect_str(chain_hash_print(&a, t.txid),
               S("e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609"));
    struct str bare = chain_transaction_strip(&a, &t);
    expect(bare.n == chain_transaction_size(&t) && bare.n == 233);
    expect(take(bare, c, &again) == OK && memcmp(again.txid, t.txid, CHAIN_HASH) == 0);
    expect(chain_transaction_strip(&a, &again).s == bare.s);
    struct chain_outputs all = chain_outputs(&t, c);
    struct chain_output o;
    expect(chain_output_next(&all, &o) && o.vout == 0 && o.value == 112340000);
    expect(chain_output_next(&all, &o) && o.vout == 1 && o.value == 223450000);
    expect_str(hex_print(&a, o.script), S("76a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac"));
    expect(!chain_output_next(&all, &o));
    expect(t.value == 112340000 + 223450000);
}

TEST(transactions_with_witnesses_are_none_of_bitcoin_cash)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_transaction t;
    const struct chain *cash = chain_of(CHAIN_BITCOINCASH, "main");
    struct str whole = bytes_of(&a, SEGWIT);
    expect(take(whole, cash, &t) == CHAIN_TRANSACTION_WRONG);
    expect(take(whole, chain_of(CHAIN_BITCOIN, "main"), &t) == OK);
    expect(take(chain_transaction_strip(&a, &t), cash, &t) == OK); // bare, it could be one
}

TEST(transactions_cut_at_any_byte_are_refused)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_transaction t;
    const struct chain *c = chain_of(CHAIN_BITCOIN, "main");
    struct str whole = bytes_of(&a, SEGWIT);
    struct str bare = simple(&a, false, 3, 5, shop);
    for (size_t n = 0; n < whole.n; n++)
        expect(take(str_sub(whole, 0, n), c, &t) > 0);
    for (size_t n = 0; n < bare.n; n++)
        expect(take(str_sub(bare, 0, n), c, &t) > 0);
}

/* A transaction put together from its parts in hex, the usual one where a part is NULL. */
struct parts {
    const char *begin, *inputs, *outputs, *end;
};

static err take_parts(struct parts p)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_transaction t;
    struct str hex =
        str_print(&a, "%s%s%s%s", p.begin ? p.begin : "01000000",
                  p.inputs ? p.inputs
                           : "01"
                             "1111111111111111111111111111111111111111111111111111111111111111"
                             "00000000"
                             "00"
                             "ffffffff",
                  p.outputs ? p.outputs
                            : "01"
                              "0100000000000000"
                              "00",
                  p.end ? p.end : "00000000");
    return take(bytes_of(&a, str_z(&a, hex)), chain_of(CHAIN_BITCOIN, "main"), &t);
}

TEST(transactions_that_no_node_takes_are_refused)
{
    expect(take_parts((struct parts){ 0 }) == OK);
    // No inputs, no outputs, and a mark of witnesses with another flag.
    expect(take_parts((struct parts){ .inputs = "00", .outputs = "02" }) ==
           CHAIN_TRANSACTION_WRONG);
    expect(take_parts((struct parts){ .outputs = "00" }) == CHAIN_TRANSACTION_WRONG);
    expect(take_parts((struct parts){ .begin = "010000000002" }) == CHAIN_TRANSACTION_WRONG);
    // Witnesses: one of one byte; none; more than there are bytes.
    expect(take_parts((struct parts){ .begin = "010000000001", .end = "0101ff00000000" }) == OK);
    expect(take_parts((struct parts){ .begin = "010000000001", .end = "010000000000" }) == OK);
    expect(take_parts((struct parts){ .begin = "010000000001", .end = "0000000000" }) ==
           CHAIN_TRANSACTION_WRONG);
    expect(take_parts((struct parts){ .begin = "010000000001", .end = "fe0000010000000000" }) ==
           CHAIN_TRANSACTION_CUT);
    // The 21 million coins, one satoshi more, and together.
    expect(take_parts((struct parts){ .outputs = "010040075af075070000" }) == OK);
    expect(take_parts((struct parts){ .outputs = "010140075af075070000" }) ==
           CHAIN_TRANSACTION_WRONG);
    expect(take_parts((struct parts){ .outputs = "01ffffffffffffffff00" }) ==
           CHAIN_TRANSACTION_WRONG);
    expect(take_parts((struct parts){ .outputs = "020040075af07507000001000000000000"
                                                 "0000" }) == CHAIN_TRANSACTION_WRONG);
    // Sizes in a longer form than needed, for scripts and for lists.
    expect(take_parts((struct parts){ .outputs = "010100000000000000fd000000" }) ==
           CHAIN_TRANSACTION_WRONG);
    expect(take_parts((struct parts){ .outputs = "fd0100010000000000000000" }) ==
           CHAIN_TRANSACTION_WRONG);
    expect(take_parts((struct parts){ .outputs = "ffffffffffffffffff010000000000000000" }) ==
           CHAIN_TRANSACTION_CUT);
    expect(take_parts((struct parts){ .outputs = "010100000000000000ffffffffffffffffff" }) ==
           CHAIN_TRANSACTION_CUT);
    // A null outpoint beside another input.
    expect(take_parts((struct parts){
               .inputs = "02"
                         "1111111111111111111111111111111111111111111111111111111111111111"
                         "00000000"
                         "00"
                         "ffffffff"
                         "0000000000000000000000000000000000000000000000000000000000000000"
                         "ffffffff"
                         "00"
                         "ffffffff" }) == CHAIN_TRANSACTION_WRONG);
    // Zeros with another number are no null outpoint.
    expect(take_parts((struct parts){
               .inputs = "02"
                         "1111111111111111111111111111111111111111111111111111111111111111"
                         "00000000"
                         "00"
                         "ffffffff"
                         "0000000000000000000000000000000000000000000000000000000000000000"
                         "feffffff"
                         "00"
                         "ffffffff" }) == OK);
}

/* --- CashTokens --- */

static struct chain_output output_of(struct str script, enum chain_coin coin)
{
    struct arena a CLEANUP(arena_free) = fresh();
    const struct chain *c = chain_of(coin, "main");
    struct chain_transaction t;
    struct chain_output o;
    expect(take(simple(&a, false, 3, 1000, script), c, &t) == OK);
    struct chain_outputs all = chain_outputs(&t, c);
    expect(chain_output_next(&all, &o));
    o.script.s = NULL; // it goes with the arena
    return o;
}

#define CATEGORY "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define P2PKH    "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac"

TEST(tokens_before_a_script_are_taken_off)
{
    // Forms of CHIP-2022-02's test vectors, before the same P2PKH script.
    static const struct {
        const char *prefix;
        bool good;
    } forms[] = {
        { "ef" CATEGORY "1001", true },                  // amount 1
        { "ef" CATEGORY "10fdfd00", true },              // 253
        { "ef" CATEGORY "10ffffffffffffffff7f", true },  // the largest
        { "ef" CATEGORY "20", true },                    // an immutable NFT
        { "ef" CATEGORY "21", true },                    // mutable
        { "ef" CATEGORY "22", true },                    // minting
        { "ef" CATEGORY "30fdfd00", true },              // both
        { "ef" CATEGORY "6001cc", true },                // a commitment
        { "ef" CATEGORY "7202ccccfdfd00", true },        // all of it
        { "ef" CATEGORY "1000", false },                 // amount 0
        { "ef" CATEGORY "10ff0000000000000080", false }, // above 2^63 - 1
        { "ef" CATEGORY "10fdfc00", false },             // not the shortest form
        { "ef" CATEGORY "00", false },                   // neither NFT nor amount
        { "ef" CATEGORY "9001", false },                 // the reserved bit
        { "ef" CATEGORY "1101", false },                 // a capability without NFT
        { "ef" CATEGORY "23", false },                   // no such capability
        { "ef" CATEGORY "5001cc01", false },             // a commitment without NFT
        { "ef" CATEGORY "6000", false },                 // an empty commitment
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct str script = bytes_of(&a, str_z(&a, str_print(&a, "%s" P2PKH, forms[i].prefix)));
        struct chain_output o = output_of(script, CHAIN_BITCOINCASH);
        if (o.tokens != forms[i].good)
            printf("# %s\n", forms[i].prefix);
        expect(o.tokens == forms[i].good && o.value == 1000);
        expect(o.script.n == (forms[i].good ? 25 : script.n));
        expect(!output_of(script, CHAIN_BITCOIN).tokens);
    }
    struct str cut = bytes_of(&a, "ef" CATEGORY "7202ccccfdfd00");
    for (size_t n = 0; n < cut.n; n++)
        expect(!output_of(str_sub(cut, 0, n), CHAIN_BITCOINCASH).tokens);
    struct script_set *set = script_set_make(&a, 1);
    struct str coinbase = simple(&a, true, 1, 700, bytes_of(&a, "ef" CATEGORY "1001" P2PKH));
    const struct chain *c = chain_of(CHAIN_BITCOINCASH, "regtest");
    struct chain_block b;
    expect(script_set_add(set, bytes_of(&a, P2PKH), 3) == OK);
    expect(chain_block_parse(block_of(&a, c, &coinbase, 1), c, set, &a, &b) == OK);
    expect(b.match_count == 1 && b.matches[0].output.tokens && b.matches[0].output.value == 700);
}

/* --- merkle trees --- */

TEST(merkle_branches_lead_from_every_transaction_to_the_root)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct arena a CLEANUP(arena_free) = fresh();
    uint8_t ids[21][CHAIN_HASH];
    for (size_t i = 0; i < COUNT(ids); i++)
        sha256(bytes_str(&i, sizeof i), ids[i]);
    const uint8_t(*list)[CHAIN_HASH] = (const uint8_t(*)[CHAIN_HASH])ids;
    for (size_t n = 1; n <= COUNT(ids); n++) {
        uint8_t root[CHAIN_HASH];
        expect(merkle_root(list, n, &h, &a, root));
        for (uint32_t i = 0; i < n; i++) {
            struct merkle_path path;
            struct merkle_branch b = merkle_branch(list, n, i, &h, &a);
            expect(merkle_climb(&b, ids[i], &h, &path));
            expect(memcmp(path.root, root, CHAIN_HASH) == 0);
            expect(n == 1 || !merkle_climb(&b, ids[(i + 1) % n], &h, &path) ||
                   memcmp(path.root, root, CHAIN_HASH) != 0);
            b.position += (uint32_t)1 << b.depth;
            expect(!merkle_climb(&b, ids[i], &h, &path)); // further right than the tree is wide
        }
    }
}

TEST(merkle_branches_that_cannot_be_are_refused)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct merkle_path path;
    struct merkle_branch b = { .position = 1, .depth = 1 };
    uint8_t id[CHAIN_HASH] = { 0 };
    expect(!merkle_climb(&b, id, &h, &path)); // right of itself
    b.position = 0;
    expect(merkle_climb(&b, id, &h, &path)); // left of itself: the odd end
    b.depth = MERKLE_DEPTH_MAX;
    expect(merkle_climb(&b, id, &h, &path));
    b.depth++;
    expect(!merkle_climb(&b, id, &h, &path));
}

/* --- proofs --- */

static err check_proof(struct chain_proof p, enum chain_coin coin, const char *network)
{
    struct chain_proven proven;
    return chain_proof_check(&p, chain_of(coin, network), &proven);
}

TEST(proofs_show_a_payment_without_its_block)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct arena a CLEANUP(arena_free) = fresh();
    struct chain_block b;
    struct str block = bytes_of(&a, BLOCK_170);
    expect(parse(&a, block, &b) == OK);
    struct chain_proof p = {
        .header = str_sub(block, 0, CHAIN_HEADER_BYTES),
        .transaction = str_sub(block, 215, block.n), // behind the count and the coinbase
        .branch = merkle_branch(b.txids, b.count, 1, &h, &a),
    };
    struct chain_proven proven;
    expect(chain_proof_check(&p, chain_of(CHAIN_BITCOIN, "main"), &proven) == OK);
    expect(memcmp(proven.header.hash, b.header.hash, CHAIN_HASH) == 0);
    expect(memcmp(proven.transaction.txid, b.txids[1], CHAIN_HASH) == 0);
    struct chain_proof changed = p;
    changed.branch.hashes[0][5] ^= 1;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_ROOT);
    changed = p;
    changed.branch.position = 2;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_ROOT);
    changed = p;
    changed.branch.depth = 0;
    changed.branch.position = 0;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_ROOT);
    changed = p;
    changed.header.n--;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_CUT);
    changed = p;
    changed.transaction.n--;
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_CUT);
    struct buf more CLEANUP(buf_free) = buf_make(MEMORY);
    buf_put(&more, p.transaction);
    buf_put_char(&more, 0);
    changed.transaction = buf_str(&more);
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_WRONG);
    changed.transaction = bytes_of(&a, "010000000002");
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_WRONG);
    changed.transaction = S("");
    expect(check_proof(changed, CHAIN_BITCOIN, "main") == CHAIN_BLOCK_CUT);
}

TEST(proofs_take_no_transaction_that_could_be_two_hashes)
{
    struct arena a CLEANUP(arena_free) = fresh();
    const struct chain *c = chain_of(CHAIN_BITCOIN, "regtest");
    // CVE-2017-12842: of 64 bytes, the last 32 could be the id of a payment that was never made.
    struct str thin = simple(&a, false, 5, 7, S("\x51\x51"));
    expect(thin.n == 2 * CHAIN_HASH);
    struct chain_proof p = { .transaction = thin };
    p.header = str_sub(block_of(&a, c, &thin, 1), 0, CHAIN_HEADER_BYTES);
    expect(check_proof(p, CHAIN_BITCOIN, "regtest") == CHAIN_BLOCK_WRONG);
    p.transaction = simple(&a, false, 5, 7, S("\x51\x51\x51"));
    p.header = str_sub(block_of(&a, c, &p.transaction, 1), 0, CHAIN_HEADER_BYTES);
    expect(check_proof(p, CHAIN_BITCOIN, "regtest") == OK);
}

/* --- hashes and sets --- */

TEST(hashes_are_written_backwards)
{
    struct arena a CLEANUP(arena_free) = fresh();
    uint8_t hash[CHAIN_HASH];
    struct str text = S("000000000019D6689C085AE165831E934FF763AE46A2A6C172B3F1B60A8CE26F");
    expect(chain_hash_parse(text, hash));
    expect(memcmp(hash, chain_of(CHAIN_BITCOINCASH, "main")->genesis, CHAIN_HASH) == 0);
    expect_str(chain_hash_print(&a, hash), str_lower(&a, text));
    expect(!chain_hash_parse(str_sub(text, 0, 63), hash));
    expect(!chain_hash_parse(S(""), hash));
    struct str test = chain_hash_print(&a, chain_of(CHAIN_BITCOIN, "test")->genesis);
    expect_str(test, S("000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"));
    struct str regtest = chain_hash_print(&a, chain_of(CHAIN_BITCOIN, "regtest")->genesis);
    expect_str(regtest, S("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"));
}

TEST(script_sets_find_what_was_put_in_and_nothing_else)
{
    enum { MANY = 1000 };
    struct arena a CLEANUP(arena_free) = fresh();
    struct script_set *set = script_set_make(&a, MANY);
    char text[SCRIPT_SET_SCRIPT_MAX + 1] = "";
    uint32_t number = 0;
    for (uint32_t i = 0; i < MANY; i++)
        expect(script_set_add(set, str_print(&a, "script %u", i), i) == OK);
    for (uint32_t i = 0; i < MANY; i++) {
        expect(script_set_find(set, str_print(&a, "script %u", i), &number) && number == i);
        expect(!script_set_find(set, str_print(&a, "script %u", i + MANY), &number));
    }
    expect(script_set_add(set, S("script 7"), 8) == SCRIPT_SET_TWICE);
    expect(script_set_find(set, S("script 7"), &number) && number == 7);
    expect(script_set_add(set, S("one more"), 1) == ERR_LIMIT && script_set_count(set) == MANY);
    set = script_set_make(&a, 2);
    expect(script_set_add(set, S(""), 1) == ERR_LIMIT);
    expect(script_set_add(set, (struct str){ text, sizeof text }, 1) == ERR_LIMIT);
    expect(script_set_add(set, (struct str){ text, sizeof text - 1 }, 5) == OK);
    expect(script_set_find(set, (struct str){ text, sizeof text - 1 }, &number) && number == 5);
    expect(!script_set_find(set, (struct str){ text, sizeof text }, &number));
    expect(!script_set_find(set, S(""), &number));
    expect(!script_set_find(nothing(&a), S("x"), &number));
}
