#include "base/encoding.h"
#include "funding/base58.h"
#include "funding/cashaddr.h"
#include "funding/script.h"
#include "unit/test.h"

#include <string.h>

/* Without these a payment to a shown address would not be found in the chain, or another's would.
 */

static struct arena fresh(void)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    return a;
}

static struct script script_of_hex(const char *hex)
{
    struct script s = { .n = strlen(hex) / 2 };
    expect(s.n <= SCRIPT_MAX && hex_parse(str_from_z(hex), s.bytes, s.n));
    return s;
}

static const struct {
    enum chain_coin coin;
    const char *network, *address, *script;
} both_ways[] = {
    // BIP 350, BIP 173.
    { CHAIN_BITCOIN, "main", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
      "0014751e76e8199196d454941c45d1b3a323f1433bd6" },
    { CHAIN_BITCOIN, "test", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
      "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262" },
    { CHAIN_BITCOIN, "main", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
      "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" },
    { CHAIN_BITCOIN, "test", "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
      "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433" },
    // The legacy half of the CashAddr table, BIP 49's test wallet.
    { CHAIN_BITCOIN, "main", "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu",
      "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac" },
    { CHAIN_BITCOIN, "main", "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC",
      "a91476a04053bda0a88bda5177b86a15c3b29f55987387" },
    { CHAIN_BITCOIN, "test", "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2",
      "a914336caa13e08b96080a32b5d818d59b4ab3b3674287" },
    { CHAIN_BITCOIN, "regtest", "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2",
      "a914336caa13e08b96080a32b5d818d59b4ab3b3674287" },
    { CHAIN_BITCOINCASH, "main", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
      "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac" },
    { CHAIN_BITCOINCASH, "main", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq",
      "a91476a04053bda0a88bda5177b86a15c3b29f55987387" },
    { CHAIN_BITCOINCASH, "test", "bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t",
      "a914f5bf48b397dae70be82b3cca4793f8eb2b6cdac987" },
};

TEST(scripts_and_addresses_lead_to_each_other)
{
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(both_ways); i++) {
        const struct chain *c = chain_find(both_ways[i].coin, str_from_z(both_ways[i].network));
        struct str address = str_from_z(both_ways[i].address);
        struct script want = script_of_hex(both_ways[i].script);
        struct script got;
        expect(script_of_address(address, c, &got) == OK);
        expect(str_eq(script_str(&got), script_str(&want)));
        expect_str(script_address(&a, &want, c), address);
    }
}

/* Every network's own prefixes: what is printed is read again, and by that network only. */
TEST(scripts_have_an_address_on_every_network)
{
    static const char *const networks[] = { "main", "test", "regtest", "regtest-bcoin" };
    static const char *const scripts[] = {
        "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac",
        "a91476a04053bda0a88bda5177b86a15c3b29f55987387",
        "0014751e76e8199196d454941c45d1b3a323f1433bd6",
        "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t n = 0; n < COUNT(networks); n++) {
        for (size_t i = 0; i < COUNT(scripts); i++) {
            const struct chain *c = chain_find(CHAIN_BITCOIN, str_from_z(networks[n]));
            const struct chain *other = chain_find(CHAIN_BITCOIN, S("main"));
            struct script s = script_of_hex(scripts[i]);
            struct script got;
            struct str text = script_address(&a, &s, c);
            expect(script_of_address(text, c, &got) == OK);
            expect(str_eq(script_str(&got), script_str(&s)));
            if (n > 0)
                expect(script_of_address(text, other, &got) == SCRIPT_OTHER_NETWORK);
        }
    }
    struct script s = script_of_hex(scripts[2]);
    expect(
        str_starts(script_address(&a, &s, chain_find(CHAIN_BITCOIN, S("regtest"))), S("bcrt1q")));
    expect(str_starts(script_address(&a, &s, chain_find(CHAIN_BITCOIN, S("regtest-bcoin"))),
                      S("rb1q")));
    expect_str(script_address(&a, &s, chain_find(CHAIN_BITCOINCASH, S("main"))), S(""));
    s = script_of_hex(scripts[0]);
    expect(str_starts(script_address(&a, &s, chain_find(CHAIN_BITCOINCASH, S("regtest-bcoin"))),
                      S("bchreg:q")));
    expect(!chain_find(CHAIN_BITCOIN, S("")) && !chain_find(CHAIN_BITCOINCASH, S("Main")));
}

TEST(scripts_without_an_address_have_none)
{
    static const char *const scripts[] = {
        "",
        "6a04deadbeef",                                       // OP_RETURN
        "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ad", // another opcode
        "a91476a04053bda0a88bda5177b86a15c3b29f55987388",
        "0015751e76e8199196d454941c45d1b3a323f1433bd600", // 21 bytes of version 0
        "0013751e76e8199196d454941c45d1b3a323f1433bd600", // the length lies
        "5001ff",
        "5002ffff", // OP_RESERVED
        "6102ffff", // after version 16
        "aa2076a04053bda0a88bda5177b86a15c3b29f55987376a04053bda0a88bda51770088",
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct script s = script_of_hex(scripts[i]);
        expect_str(script_address(&a, &s, chain_find(CHAIN_BITCOIN, S("main"))), S(""));
        expect_str(script_address(&a, &s, chain_find(CHAIN_BITCOINCASH, S("main"))), S(""));
    }
    struct script future = script_of_hex("6002751e"); // BIP 350: version 16 with two bytes
    expect_str(script_address(&a, &future, chain_find(CHAIN_BITCOIN, S("main"))),
               S("bc1sw50qgdz25j"));
}

TEST(cashaddr_of_every_type_gives_its_script)
{
    const struct chain *c = chain_find(CHAIN_BITCOINCASH, S("main"));
    struct arena a CLEANUP(arena_free) = fresh();
    struct cashaddr to = { .prefix = "bitcoincash", .hash = { 1, 2, 3 } };
    static const size_t sizes[] = { 20, 24, 28, 32, 40, 48, 56, 64 };
    for (int type = 0; type <= 4; type++) {
        for (size_t i = 0; i < COUNT(sizes); i++) {
            struct script s;
            struct cashaddr again;
            to.type = type;
            to.n = sizes[i];
            struct str text = cashaddr_print(&a, &to);
            expect(cashaddr_parse(text, S(""), &again) == OK);
            expect(again.type == type && again.n == to.n && again.hash[2] == 3);
            bool good = type <= 3 && (to.n == 20 || (to.n == 32 && type % 2));
            expect(script_of_address(text, c, &s) == (good ? OK : SCRIPT_NOT_PAYABLE));
            if (good && type <= 1) // token-aware addresses are shown without that
                expect_str(script_address(&a, &s, c), text);
            if (good)
                expect(s.n == (to.n == 32 ? 35U : type % 2 ? 23U : 25U));
        }
    }
}

TEST(addresses_that_are_wrong_are_refused_by_name)
{
    static const struct {
        enum chain_coin coin;
        const char *address;
        err why;
    } wrong[] = {
        { CHAIN_BITCOIN, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", SCRIPT_CHECKSUM },
        { CHAIN_BITCOIN, "bcrt1", SCRIPT_OTHER_NETWORK },
        { CHAIN_BITCOIN, "rb1", SCRIPT_OTHER_NETWORK },
        { CHAIN_BITCOIN, "BC1SW50QGDZ25J", SCRIPT_NOT_PAYABLE },
        { CHAIN_BITCOIN, "", SCRIPT_NOT_AN_ADDRESS },
        { CHAIN_BITCOIN, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
          SCRIPT_OTHER_NETWORK },
        { CHAIN_BITCOIN, "xpub", SCRIPT_NOT_AN_ADDRESS },
        { CHAIN_BITCOINCASH, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q",
          SCRIPT_CHECKSUM },
        { CHAIN_BITCOINCASH, "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", SCRIPT_LEGACY },
        { CHAIN_BITCOINCASH, "bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t",
          SCRIPT_OTHER_NETWORK },
        { CHAIN_BITCOINCASH, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", SCRIPT_NOT_AN_ADDRESS },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct script s;
        err e = script_of_address(str_from_z(wrong[i].address),
                                  chain_find(wrong[i].coin, S("main")), &s);
        if (e != wrong[i].why)
            printf("# %s: %d\n", wrong[i].address, e);
        expect(e == wrong[i].why);
    }
}

TEST(scripts_of_keys_are_those_of_the_bips)
{
    // BIP 381, 382 and 386 for the same key; BIP 49's test wallet.
    static const struct {
        enum script_kind kind;
        const char *point, *script;
    } keys[] = {
        { SCRIPT_P2PKH, "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd",
          "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac" },
        { SCRIPT_P2WPKH, "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd",
          "00149a1c78a507689f6f54b847ad1cef1e614ee23f1e" },
        { SCRIPT_P2TR, "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd",
          "512077aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11" },
        { SCRIPT_P2SH_P2WPKH, "03a1af804ac108a8a51782198c2d034b28bf90c8803f5a53f76276fa69a4eae77f",
          "a914336caa13e08b96080a32b5d818d59b4ab3b3674287" },
    };
    const struct chain *cash = chain_find(CHAIN_BITCOINCASH, S("main"));
    for (size_t i = 0; i < COUNT(keys); i++) {
        uint8_t point[POINT_BYTES];
        struct script got;
        struct script want = script_of_hex(keys[i].script);
        expect(hex_parse(str_from_z(keys[i].point), point, sizeof point));
        expect(script_of_key(chain_find(CHAIN_BITCOIN, S("main")), keys[i].kind, point, &got));
        expect(str_eq(script_str(&got), script_str(&want)));
        expect(script_of_key(cash, keys[i].kind, point, &got) == (keys[i].kind == SCRIPT_P2PKH));
    }
    uint8_t off[POINT_BYTES] = { 2, [32] = 7 };
    struct script s;
    expect(!script_of_key(chain_find(CHAIN_BITCOIN, S("main")), SCRIPT_P2TR, off, &s));
}

/* BIP 341, wallet vectors: internal key, root of the tree or none, output key. */
TEST(taproot_tweaks_keys_as_bip_341_does)
{
    static const struct {
        const char *x, *root, *want;
    } keys[] = {
        { "d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d", "",
          "53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343" },
        { "187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27",
          "5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21",
          "147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3" },
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(keys); i++) {
        uint8_t x[POINT_X_BYTES];
        uint8_t root[SHA256_BYTES];
        uint8_t got[POINT_X_BYTES];
        struct str hex = str_from_z(keys[i].root);
        expect(hex_parse(str_from_z(keys[i].x), x, sizeof x));
        expect(!hex.n || hex_parse(hex, root, sizeof root));
        expect(taproot_output_key(x, hex.n ? bytes_str(root, sizeof root) : S(""), got));
        expect_str(hex_print(&a, bytes_str(got, sizeof got)), str_from_z(keys[i].want));
    }
}

TEST(cashaddr_has_letters_for_a_prefix_and_no_reserved_bit)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct cashaddr to = { .prefix = "pref", .type = 16, .n = 20 };
    struct cashaddr got;
    uint8_t bytes[24] = { 1 };
    expect(cashaddr_parse(cashaddr_print(&a, &to), S("x"), &got) == CASHADDR_NOT_AN_ADDRESS);
    static const char *const wrong[] = { ":qqqqqqqqqqqq", "pr3f:qqqqqqqqqqqq", "q",
                                         "aprefixthatislongerthananyother:qqqqqqqqqqqq",
                                         "pr~f:qqqqqqqqqqqq" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(cashaddr_parse(str_from_z(wrong[i]), S("x"), &got) == CASHADDR_NOT_AN_ADDRESS);
    // Base58Check of another length than an address's is no legacy one.
    expect(cashaddr_parse(base58_encode(&a, bytes_str(bytes, sizeof bytes)), S("x"), &got) ==
           CASHADDR_NOT_AN_ADDRESS);
    to = (struct cashaddr){ .prefix = "bchtest", .type = 3, .n = 32 };
    expect(!cashaddr_is_payable(&to)); // of another network than the main one
    memcpy(to.prefix, "bitcoincash", sizeof "bitcoincash");
    expect(cashaddr_is_payable(&to));
    to.n = 24;
    expect(!cashaddr_is_payable(&to));
}

TEST(addresses_of_unknown_versions_or_lengths_are_none)
{
    struct arena a CLEANUP(arena_free) = fresh();
    uint8_t bytes[22] = { 0x30, 7 }; // another coin's
    struct script s;
    const struct chain *c = chain_find(CHAIN_BITCOIN, S("main"));
    expect(script_of_address(base58_encode(&a, bytes_str(bytes, 21)), c, &s) ==
           SCRIPT_NOT_AN_ADDRESS);
    expect(script_of_address(base58_encode(&a, bytes_str(bytes, 22)), c, &s) ==
           SCRIPT_NOT_AN_ADDRESS);
    expect(script_of_address(S("bc1q1zzzzzz"), c, &s) > 0);
}

TEST(base58_writes_what_it_reads)
{
    struct arena a CLEANUP(arena_free) = fresh();
    uint8_t bytes[BASE58_BYTES_MAX - 4];
    uint8_t again[BASE58_BYTES_MAX];
    for (size_t n = 1; n <= 80; n++) { // the longest text that is read
        size_t got = 0;
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)(i < n / 3 ? 0 : i * 37 + n);
        struct str text = base58_encode(&a, bytes_str(bytes, n));
        expect(base58_decode(text, again, &got) && got == n && memcmp(again, bytes, n) == 0);
    }
}
