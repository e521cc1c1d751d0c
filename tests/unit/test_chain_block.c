#include "base/encoding.h"
#include "unit/chain_help.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these a node that lies, or a block that is cut or forged, could put gifts on the meter
 * that nobody made, or a payment could be missed.
 */

static err parse(struct arena *a, struct str block, struct chain_block *ret)
{
    return chain_block_parse(block, chain_on(CHAIN_BITCOIN, "main"), chain_nothing(a), a, ret);
}

TEST(blocks_of_bitcoin_are_read_as_they_were_mined)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_block b;
    uint8_t zero[CHAIN_HASH] = { 0 };
    expect(parse(&a, chain_bytes(&a, GENESIS), &b) == OK);
    expect(memcmp(b.header.hash, chain_on(CHAIN_BITCOIN, "main")->genesis, CHAIN_HASH) == 0);
    expect(memcmp(b.header.previous, zero, CHAIN_HASH) == 0);
    expect(b.header.time == 1231006505 && b.header.nonce == 2083236893 && b.header.version == 1);
    expect(b.count == 1 && b.match_count == 0);
    expect_str(chain_hash_print(&a, b.header.hash),
               S("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"));
    expect(parse(&a, chain_bytes(&a, BLOCK_170), &b) == OK && b.count == 2);
    expect_str(chain_hash_print(&a, b.header.hash),
               S("00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"));
    expect_str(chain_hash_print(&a, b.txids[1]),
               S("f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"));
}

TEST(blocks_give_the_outputs_to_watched_scripts)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_block b;
    struct script_set *set = script_set_make(&a, 2);
    struct str paid =
        chain_bytes(&a, "4104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302f"
                        "a28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7"
                        "e6cd84cac");
    expect(script_set_add(set, paid, 42) == OK && script_set_count(set) == 1);
    expect(chain_block_parse(chain_bytes(&a, BLOCK_170), chain_on(CHAIN_BITCOIN, "main"), set, &a,
                             &b) == OK);
    expect(b.match_count == 1);
    expect(b.matches[0].watched == 42 && b.matches[0].position == 1 && !b.matches[0].coinbase);
    expect(b.matches[0].output.value == 1000000000 && b.matches[0].output.vout == 0);
    expect(str_eq(b.matches[0].output.script, paid) && !b.matches[0].output.tokens);
    expect(b.matches[0].transaction->value == 5000000000);
}

TEST(blocks_cut_at_any_byte_are_refused)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_block b;
    struct str whole = chain_bytes(&a, BLOCK_170);
    for (size_t n = 0; n < whole.n; n++)
        expect(parse(&a, str_sub(whole, 0, n), &b) == CHAIN_BLOCK_CUT);
    expect(parse(&a, str_print(&a, STR_FMT, STR_ARG(S("x"))), &b) == CHAIN_BLOCK_CUT);
    char *more = arena_new(&a, char, whole.n + 1);
    memcpy(more, whole.s, whole.n);
    expect(parse(&a, (struct str){ more, whole.n + 1 }, &b) == CHAIN_BLOCK_WRONG);
}

TEST(blocks_with_any_byte_changed_are_refused)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_block b;
    struct str whole = chain_bytes(&a, BLOCK_170);
    char *changed = arena_new(&a, char, whole.n);
    for (size_t i = 0; i < whole.n; i++) {
        memcpy(changed, whole.s, whole.n);
        changed[i] ^= 1;
        expect(parse(&a, (struct str){ changed, whole.n }, &b) > 0);
    }
}

TEST(blocks_need_the_work_of_their_chain)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_block b;
    const struct chain *regtest = chain_on(CHAIN_BITCOIN, "regtest");
    struct str one = chain_simple(&a, true, 1, 5000000000, chain_shop);
    struct str block = chain_block_of(&a, regtest, &one, 1);
    expect(chain_block_parse(block, regtest, chain_nothing(&a), &a, &b) == OK);
    expect(parse(&a, block, &b) == CHAIN_BLOCK_WORK); // easier than any block of the main network
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_header header;
    struct str genesis = chain_bytes(&a, GENESIS);
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
    struct arena a CLEANUP(arena_free) = chain_arena();
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
    const struct chain *bitcoin = chain_on(CHAIN_BITCOIN, "main");
    const struct chain *cash = chain_on(CHAIN_BITCOINCASH, "main");
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
    expect(chain_bits_may_follow(chain_on(CHAIN_BITCOIN, "test"), 1, 0x1b00ffff, 0x1d00ffff));
}

TEST(blocks_begin_with_their_only_coinbase)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    const struct chain *c = chain_on(CHAIN_BITCOIN, "regtest");
    struct chain_block b;
    struct str coinbase = chain_simple(&a, true, 1, 5000000000, chain_other);
    struct str pays = chain_simple(&a, false, 2, 1000, chain_shop);
    struct str good[] = { coinbase, pays };
    struct str none[] = { pays, coinbase };
    struct str two[] = { coinbase, chain_simple(&a, true, 3, 1, chain_shop) };
    expect(chain_block_parse(chain_block_of(&a, c, good, 2), c, chain_nothing(&a), &a, &b) == OK);
    expect(chain_block_parse(chain_block_of(&a, c, none, 2), c, chain_nothing(&a), &a, &b) ==
           CHAIN_BLOCK_WRONG);
    expect(chain_block_parse(chain_block_of(&a, c, two, 2), c, chain_nothing(&a), &a, &b) ==
           CHAIN_BLOCK_WRONG);
}

TEST(blocks_with_a_repeated_end_are_refused_though_the_root_is_the_same)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    const struct chain *c = chain_on(CHAIN_BITCOIN, "regtest");
    struct chain_block b;
    struct str list[] = { chain_simple(&a, true, 1, 1, chain_other),
                          chain_simple(&a, false, 2, 2, chain_shop),
                          chain_simple(&a, false, 3, 3, chain_shop) };
    struct str three = chain_block_of(&a, c, list, 3);
    expect(chain_block_parse(three, c, chain_nothing(&a), &a, &b) == OK);
    // CVE-2012-2459: the third again as a fourth, under the very same header.
    struct buf mutated CLEANUP(buf_free) = buf_make(CHAIN_MEMORY);
    buf_put(&mutated, str_sub(three, 0, CHAIN_HEADER_BYTES));
    buf_put_char(&mutated, 4);
    buf_put(&mutated, str_sub(three, CHAIN_HEADER_BYTES + 1, three.n));
    buf_put(&mutated, list[2]);
    expect(chain_block_parse(buf_str(&mutated), c, chain_nothing(&a), &a, &b) == CHAIN_BLOCK_ROOT);
}

TEST(blocks_tell_each_match_with_its_place)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    const struct chain *c = chain_on(CHAIN_BITCOIN, "regtest");
    struct script_set *set = script_set_make(&a, 2);
    struct str list[60];
    struct chain_block b;
    expect(script_set_add(set, chain_shop, 9) == OK);
    for (size_t i = 0; i < COUNT(list); i++)
        list[i] = chain_simple(&a, i == 0, (uint8_t)(2 * i + 1), 1000 + i,
                               i % 2 ? chain_other : chain_shop);
    expect(chain_block_parse(chain_block_of(&a, c, list, COUNT(list)), c, set, &a, &b) == OK);
    expect(b.match_count == COUNT(list) / 2); // more than one piece of the list's memory
    for (size_t i = 0; i < b.match_count; i++) {
        expect(b.matches[i].position == 2 * i && b.matches[i].coinbase == (i == 0));
        expect(b.matches[i].output.value == (int64_t)(1000 + 2 * i));
        expect(memcmp(b.matches[i].transaction->txid, b.txids[2 * i], CHAIN_HASH) == 0);
    }
    // Two outputs of one transaction share what is kept of it.
    struct buf twice CLEANUP(buf_free) = buf_make(CHAIN_MEMORY);
    chain_put(&twice, 1, 4);
    chain_put(&twice, 1, 1);
    chain_put_input(&twice, true, 1);
    chain_put(&twice, 2, 1);
    chain_put_output(&twice, 5, chain_shop);
    chain_put_output(&twice, 6, chain_shop);
    chain_put(&twice, 0, 4);
    list[0] = buf_str(&twice);
    expect(chain_block_parse(chain_block_of(&a, c, list, 1), c, set, &a, &b) == OK);
    expect(b.match_count == 2 && b.matches[0].transaction == b.matches[1].transaction);
    expect(b.matches[1].output.vout == 1 && b.matches[1].output.value == 6);
}

TEST(blocks_stop_at_their_limits)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    const struct chain *c = chain_on(CHAIN_BITCOIN, "regtest");
    struct chain_block b;
    struct script_set *set = script_set_make(&a, 1);
    struct str coinbase = chain_simple(&a, true, 1, 5, chain_shop);
    struct str block = chain_block_of(&a, c, &coinbase, 1);
    expect(script_set_add(set, chain_shop, 1) == OK);
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
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_block b;
    struct str whole = chain_bytes(&a, BLOCK_170);
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
        struct buf s CLEANUP(buf_free) = buf_make(CHAIN_MEMORY);
        buf_put(&s, str_sub(whole, 0, CHAIN_HEADER_BYTES));
        buf_put(&s, (struct str){ counts[i].count, counts[i].n });
        buf_put(&s, str_sub(whole, CHAIN_HEADER_BYTES + 1, whole.n));
        expect(parse(&a, buf_str(&s), &b) == counts[i].why);
    }
}

/* --- hashes and sets --- */

TEST(hashes_are_written_backwards)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    uint8_t hash[CHAIN_HASH];
    struct str text = S("000000000019D6689C085AE165831E934FF763AE46A2A6C172B3F1B60A8CE26F");
    expect(chain_hash_parse(text, hash));
    expect(memcmp(hash, chain_on(CHAIN_BITCOINCASH, "main")->genesis, CHAIN_HASH) == 0);
    expect_str(chain_hash_print(&a, hash), str_lower(&a, text));
    expect(!chain_hash_parse(str_sub(text, 0, 63), hash));
    expect(!chain_hash_parse(S(""), hash));
    struct str test = chain_hash_print(&a, chain_on(CHAIN_BITCOIN, "test")->genesis);
    expect_str(test, S("000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"));
    struct str regtest = chain_hash_print(&a, chain_on(CHAIN_BITCOIN, "regtest")->genesis);
    expect_str(regtest, S("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"));
}

TEST(script_sets_find_what_was_put_in_and_nothing_else)
{
    enum { MANY = 1000 };
    struct arena a CLEANUP(arena_free) = chain_arena();
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
    expect(!script_set_find(chain_nothing(&a), S("x"), &number));
}
