#include "base/encoding.h"
#include "unit/chain_help.h"
#include "unit/test.h"

#include <string.h>

/* Without these a payment could be counted under another id or amount, or not be found. */

static err take(struct str s, const struct chain *c, struct chain_transaction *t)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    return chain_transaction_take(&s, c, &h, t);
}

TEST(transactions_with_witnesses_have_the_id_of_the_rest)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    const struct chain *c = chain_on(CHAIN_BITCOIN, "main");
    struct chain_transaction t;
    struct chain_transaction again;
    struct str whole = chain_bytes(&a, SEGWIT);
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
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_transaction t;
    const struct chain *cash = chain_on(CHAIN_BITCOINCASH, "main");
    struct str whole = chain_bytes(&a, SEGWIT);
    expect(take(whole, cash, &t) == CHAIN_TRANSACTION_WRONG);
    expect(take(whole, chain_on(CHAIN_BITCOIN, "main"), &t) == OK);
    expect(take(chain_transaction_strip(&a, &t), cash, &t) == OK); // bare, it could be one
}

TEST(transactions_cut_at_any_byte_are_refused)
{
    struct arena a CLEANUP(arena_free) = chain_arena();
    struct chain_transaction t;
    const struct chain *c = chain_on(CHAIN_BITCOIN, "main");
    struct str whole = chain_bytes(&a, SEGWIT);
    struct str bare = chain_simple(&a, false, 3, 5, chain_shop);
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
    struct arena a CLEANUP(arena_free) = chain_arena();
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
    return take(chain_bytes(&a, str_z(&a, hex)), chain_on(CHAIN_BITCOIN, "main"), &t);
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
    struct arena a CLEANUP(arena_free) = chain_arena();
    const struct chain *c = chain_on(coin, "main");
    struct chain_transaction t;
    struct chain_output o;
    expect(take(chain_simple(&a, false, 3, 1000, script), c, &t) == OK);
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
    struct arena a CLEANUP(arena_free) = chain_arena();
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct str script = chain_bytes(&a, str_z(&a, str_print(&a, "%s" P2PKH, forms[i].prefix)));
        struct chain_output o = output_of(script, CHAIN_BITCOINCASH);
        if (o.tokens != forms[i].good)
            printf("# %s\n", forms[i].prefix);
        expect(o.tokens == forms[i].good && o.value == 1000);
        expect(o.script.n == (forms[i].good ? 25 : script.n));
        expect(!output_of(script, CHAIN_BITCOIN).tokens);
    }
    struct str cut = chain_bytes(&a, "ef" CATEGORY "7202ccccfdfd00");
    for (size_t n = 0; n < cut.n; n++)
        expect(!output_of(str_sub(cut, 0, n), CHAIN_BITCOINCASH).tokens);
    struct script_set *set = script_set_make(&a, 1);
    struct str coinbase =
        chain_simple(&a, true, 1, 700, chain_bytes(&a, "ef" CATEGORY "1001" P2PKH));
    const struct chain *c = chain_on(CHAIN_BITCOINCASH, "regtest");
    struct chain_block b;
    expect(script_set_add(set, chain_bytes(&a, P2PKH), 3) == OK);
    expect(chain_block_parse(chain_block_of(&a, c, &coinbase, 1), c, set, &a, &b) == OK);
    expect(b.match_count == 1 && b.matches[0].output.tokens && b.matches[0].output.value == 700);
}
