#include "base/encoding.h"
#include "funding/ethereum_chain.h"
#include "unit/test.h"

#include <string.h>

/* Without these a worthless token or a cut number could count as a gift. */

static struct arena fresh(void)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    return a;
}

TEST(ethereum_quantities_are_read_exactly)
{
    static const struct {
        const char *text;
        err e;
        int64_t high, low; /* of 2^64 */
    } table[] = {
        { "0x0", OK, 0, 0 },
        { "0x41", OK, 0, 65 },
        { "0x400", OK, 0, 1024 },
        { "0xDe0b6b3A7640000", OK, 0, 1000000000000000000 }, // one ether
        { "0x10000000000000000", OK, 1, 0 },
        { "0x7fffffffffffffff0000000000000001", OK, INT64_MAX, 1 },
        { "0x80000000000000000000000000000000", ETHEREUM_TOO_LARGE, 0, 0 },
        { "0xffffffffffffffffffffffffffffffff", ETHEREUM_TOO_LARGE, 0, 0 },
        { "0x100000000000000000000000000000000", ETHEREUM_TOO_LARGE, 0, 0 },
        { "0x", ETHEREUM_WRONG, 0, 0 },
        { "0x00", ETHEREUM_WRONG, 0, 0 },
        { "0x0400", ETHEREUM_WRONG, 0, 0 },
        { "ff", ETHEREUM_WRONG, 0, 0 },
        { "0X1", ETHEREUM_WRONG, 0, 0 },
        { "0x1g", ETHEREUM_WRONG, 0, 0 },
        { "0x-1", ETHEREUM_WRONG, 0, 0 },
        { "0x1 ", ETHEREUM_WRONG, 0, 0 },
        { "1e18", ETHEREUM_WRONG, 0, 0 },
        { "", ETHEREUM_WRONG, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        int128 got = -1;
        err e = ethereum_quantity(str_from_z(table[i].text), &got);
        if (e != table[i].e)
            printf("# %s: %d\n", table[i].text, e);
        expect(e == table[i].e);
        if (!e)
            expect(got == ((int128)table[i].high << 64) + table[i].low);
    }
}

TEST(ethereum_addresses_are_padded_to_words_for_filters)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct ethereum_address address;
    expect(ethereum_read(S("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), &address));
    expect_str(ethereum_word(&a, &address),
               S("0x0000000000000000000000005aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    expect(!ethereum_read(S("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae"), &address));
    expect(!ethereum_read(S("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00"), &address));
}

#define FROM  "0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
#define TO    "0x00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
#define VALUE "0x0000000000000000000000000000000000000000000000000000000001312d00"

static struct str topics[] = { { "", 0 }, { FROM, 66 }, { TO, 66 }, { VALUE, 66 } };

static struct ethereum_log transfer(void)
{
    topics[0] = erc20_transfer_topic;
    return (struct ethereum_log){
        .address = S("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
        .topics = topics,
        .topic_count = 3,
        .data = S(VALUE),
    };
}

TEST(erc20_transfers_are_read)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct ethereum_log log = transfer();
    struct erc20_transfer t;
    uint8_t hash[KECCAK256_BYTES];
    keccak256(S("Transfer(address,address,uint256)"), hash);
    expect_str(str_sub(erc20_transfer_topic, 2, 64), hex_print(&a, bytes_str(hash, sizeof hash)));
    expect(erc20_transfer_parse(&log, &t) == OK && t.value == 20000000);
    expect(t.contract.bytes[0] == 0xa0 && t.from.bytes[0] == 0xf3 && t.to.bytes[19] == 0xc8);
    log.data = S("0x0000000000000000000000000000000000000000000000000000000000000000");
    expect(erc20_transfer_parse(&log, &t) == OK && t.value == 0);
    log.data = S("0x000000000000000000000000000000007fffffffffffffffffffffffffffffff");
    expect(erc20_transfer_parse(&log, &t) == OK && t.value > 0);
}

TEST(erc20_transfers_in_other_forms_are_refused)
{
    struct ethereum_log log = transfer();
    struct erc20_transfer t;
    log.topic_count = 4; // ERC-721's
    expect(erc20_transfer_parse(&log, &t) == ETHEREUM_NOT_A_TRANSFER);
    log.topic_count = 2; // some old tokens put the receiver into the data
    expect(erc20_transfer_parse(&log, &t) == ETHEREUM_NOT_A_TRANSFER);
    log.topic_count = 0;
    expect(erc20_transfer_parse(&log, &t) == ETHEREUM_NOT_A_TRANSFER);
    log = transfer();
    topics[0] = S("0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"); // Approval
    expect(erc20_transfer_parse(&log, &t) == ETHEREUM_NOT_A_TRANSFER);
    static const char *const wrong[] = {
        "",
        "0x",
        "0x01312d00",
        VALUE "00",
        "0x000000000000000000000000000000000000000000000000000000000131zz00",
        "000000000000000000000000000000000000000000000000000000000001312d00",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        log = transfer();
        log.data = str_from_z(wrong[i]);
        expect(erc20_transfer_parse(&log, &t) == ETHEREUM_WRONG);
    }
    log.data = S("0x0000000000000000000000000000000080000000000000000000000000000000");
    expect(erc20_transfer_parse(&log, &t) == ETHEREUM_TOO_LARGE);
    log.data = S("0x0000000000000000000000000000000100000000000000000000000000000000");
    expect(erc20_transfer_parse(&log, &t) == ETHEREUM_TOO_LARGE);
    log = transfer();
    log.address = S("0xa0b8");
    expect(erc20_transfer_parse(&log, &t) == ETHEREUM_WRONG);
    // An address longer than twenty bytes is none, in either topic.
    for (size_t i = 1; i <= 2; i++) {
        struct str was = topics[i];
        log = transfer();
        topics[i] = S("0x000000000000000000000001f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
        expect(erc20_transfer_parse(&log, &t) == ETHEREUM_WRONG);
        topics[i] = S("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
        expect(erc20_transfer_parse(&log, &t) == ETHEREUM_WRONG);
        topics[i] = was;
    }
}

TEST(ethereum_accounts_have_the_addresses_that_other_wallets_show)
{
    // m/44'/60'/0' of the mnemonic "test ... junk", with which every test node starts.
    static const char *const want[] = {
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    };
    struct extended_key branch;
    struct ethereum_address address;
    expect(ethereum_account_parse(S("xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2"
                                    "FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP"),
                                  &branch) == OK);
    for (uint32_t i = 0; i < COUNT(want); i++) {
        char text[ETHEREUM_TEXT + 1];
        expect(ethereum_address_for(&branch, i, &address) == OK);
        ethereum_print(&address, text);
        expect_str(str_from_z(text), str_from_z(want[i]));
    }
    expect(ethereum_address_for(&branch, EXTENDED_KEY_INDEX_MAX + 1U, &address) ==
           EXTENDED_KEY_HARDENED);
    expect(ethereum_account_parse(S("zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1"
                                    "r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"),
                                  &branch) == EXTENDED_KEY_UNKNOWN_FORM);
    expect(ethereum_account_parse(S("xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyi"
                                    "LjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV"),
                                  &branch) == EXTENDED_KEY_NOT_A_KEY);
    expect(ethereum_account_parse(S("xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChk"
                                    "VvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"),
                                  &branch) == EXTENDED_KEY_PRIVATE);
}
