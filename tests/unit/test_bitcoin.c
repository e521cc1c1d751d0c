#include "base/encoding.h"
#include "funding/base58.h"
#include "funding/bech32.h"
#include "funding/bitcoin.h"
#include "funding/payment_uri.h"
#include "funding/secret.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these a mistyped address could be shown to givers, whose money would be gone for ever, or
 * a private key could lie in the configuration of a server. Addresses are those of the BIPs.
 */

static void expect_script(const char *address, const char *script)
{
    struct bitcoin_address got;
    uint8_t bytes[BITCOIN_SCRIPT_MAX];
    struct arena a;
    arena_init(&a, 10000);
    expect(bitcoin_parse(str_from_z(address), &got) == OK);
    size_t n = bitcoin_script(&got, bytes);
    expect_str(hex_print(&a, (struct str){ (const char *)bytes, n }), str_from_z(script));
    arena_free(&a);
}

TEST(bitcoin_reads_witness_addresses_of_bip_350_and_gives_their_scripts)
{
    expect_script("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
                  "0014751e76e8199196d454941c45d1b3a323f1433bd6");
    expect_script("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
                  "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    expect_script("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
                  "5128751e76e8199196d454941c45d1b3a323f1433bd6"
                  "751e76e8199196d454941c45d1b3a323f1433bd6");
    expect_script("BC1SW50QGDZ25J", "6002751e");
    expect_script("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323");
    expect_script("bc1p2wsldez5mud2yam29q22wgfh9439spgduvct83k3pm50fcxa5dps59h4z5", // BIP 341
                  "512053a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343");
}

TEST(bitcoin_reads_old_addresses_and_gives_their_scripts)
{
    // The legacy half of the CashAddr specification's table: the same hashes, either script.
    expect_script("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu",
                  "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac");
    expect_script("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC",
                  "a91476a04053bda0a88bda5177b86a15c3b29f55987387");
}

TEST(bitcoin_refuses_every_invalid_address_of_bip_350)
{
    static const struct {
        const char *address;
        err why;
    } invalid[] = {
        { "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
          BITCOIN_NOT_AN_ADDRESS },
        { "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
          BITCOIN_NOT_AN_ADDRESS },
        { "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", BITCOIN_OTHER_NETWORK },
        { "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
          BITCOIN_NOT_AN_ADDRESS },
        { "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", BITCOIN_NOT_AN_ADDRESS },
        { "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", BITCOIN_CHECKSUM },
        { "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
          BITCOIN_NOT_AN_ADDRESS },
        { "bc1pw5dgrnzv", BITCOIN_NOT_AN_ADDRESS },
        { "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
          BITCOIN_NOT_AN_ADDRESS },
        { "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", BITCOIN_NOT_AN_ADDRESS },
        { "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
          BITCOIN_NOT_AN_ADDRESS },
        { "bc1gmk9yu", BITCOIN_NOT_AN_ADDRESS },
        { "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", BITCOIN_OTHER_NETWORK },
        { "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3T4", BITCOIN_CHECKSUM }, // mixed case
        { "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", BITCOIN_OTHER_NETWORK },
        { "", BITCOIN_NOT_AN_ADDRESS },
        { "bc1", BITCOIN_CHECKSUM },
        { "1", BITCOIN_NOT_AN_ADDRESS },
        { "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggO", BITCOIN_NOT_AN_ADDRESS }, // O is no digit of it
    };
    for (size_t i = 0; i < COUNT(invalid); i++) {
        struct bitcoin_address a;
        err e = bitcoin_parse(str_from_z(invalid[i].address), &a);
        if (e != invalid[i].why)
            printf("# %s: %d\n", invalid[i].address, e);
        expect(e == invalid[i].why);
    }
}

/* No single wrong character passes: each place of the text gets every other character. */
static void expect_each_typing_error_found(const char *address)
{
    static const char typed[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
    char text[128];
    size_t n = strlen(address);
    for (size_t i = 0; i < n; i++) {
        for (const char *c = typed; *c; c++) {
            struct bitcoin_address a;
            memcpy(text, address, n);
            text[i] = *c;
            if (*c != address[i])
                expect(bitcoin_parse((struct str){ text, n }, &a) != OK);
        }
    }
}

TEST(bitcoin_finds_every_single_wrong_character)
{
    expect_each_typing_error_found("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu");
    expect_each_typing_error_found(
        "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr");
    expect_each_typing_error_found("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu");
}

TEST(bitcoin_says_which_addresses_wallets_pay_today)
{
    struct bitcoin_address a;
    expect(bitcoin_parse(S("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"), &a) == OK);
    expect(bitcoin_is_payable(&a));
    expect(bitcoin_parse(S("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"), &a) == OK);
    expect(bitcoin_is_payable(&a));
    expect(bitcoin_parse(S("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"), &a) ==
           OK);
    expect(bitcoin_is_payable(&a));
    expect(bitcoin_parse(S("BC1SW50QGDZ25J"), &a) == OK); // version 16: anyone could take it
    expect(!bitcoin_is_payable(&a));
}

TEST(bech32_takes_the_valid_strings_of_bip_350_and_bip_173)
{
    static const struct {
        const char *text;
        enum bech32_kind kind;
    } valid[] = {
        { "A1LQFN3A", BECH32M },
        { "a1lqfn3a", BECH32M },
        { "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg"
          "7hg6",
          BECH32M },
        { "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", BECH32M },
        { "11lllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllud"
          "sr8",
          BECH32M },
        { "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", BECH32M },
        { "?1v759aa", BECH32M },
        { "A12UEL5L", BECH32 },
        { "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", BECH32 },
    };
    for (size_t i = 0; i < COUNT(valid); i++) {
        struct bech32 b;
        expect(bech32_decode(str_from_z(valid[i].text), &b));
        expect(b.kind == valid[i].kind);
    }
}

TEST(bech32_refuses_texts_past_its_bounds)
{
    struct bech32 b;
    char text[BECH32_TEXT_MAX + 1];
    memset(text, 'q', sizeof text);
    text[1] = '1';
    expect(!bech32_decode((struct str){ text, sizeof text }, &b));
    expect(!bech32_decode(S("1qzzfhee"), &b)); // no name
    expect(!bech32_decode(S("a1qqqqq"), &b));  // a checksum has six
    expect(!bech32_decode(S("\x7f"
                            "1axkwrx"),
                          &b));
    expect(!bech32_decode(S("pzry9x0s0muk"), &b)); // no separator
}

TEST(base58_refuses_what_is_too_long_or_no_digit)
{
    uint8_t bytes[BASE58_BYTES_MAX];
    size_t n = 0;
    char ones[BASE58_TEXT_MAX + 1];
    memset(ones, '1', sizeof ones);
    expect(!base58_decode((struct str){ ones, sizeof ones }, bytes, &n));
    expect(!base58_decode((struct str){ ones, sizeof ones - 1 }, bytes, &n));
    memset(ones, 'z', sizeof ones);
    expect(!base58_decode((struct str){ ones, sizeof ones - 1 }, bytes, &n));
    expect(!base58_decode(S(""), bytes, &n));
    expect(!base58_decode(S("3yZe7d\0abc"), bytes, &n));
    expect(!base58_decode(S("1111"), bytes, &n));
}

TEST(secret_finds_private_keys_of_every_form)
{
    static const struct {
        const char *text;
        enum secret_kind kind;
    } secrets[] = {
        // BIP 32's first vector, BIP 380's WIF, BIP 38's and the mini key of the Bitcoin wiki.
        { "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNN"
          "U3TGtRBeJgk33yuGBxrMPHi",
          SECRET_EXTENDED },
        { "wpkh([d34db33f/84h/0h/0h]xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiC/0"
          "/*)",
          SECRET_EXTENDED },
        { "zprvAWgYBBk7JR8Gjrh4UJQ2uJdG1r3WNRRfURiABBE3RvMXYSrRJL62XuezvGdPvG6GFBZduosCc1YP5wixPox7"
          "zhZLfiUm8aunE96BBa4Kei5",
          SECRET_EXTENDED },
        { "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1", SECRET_WIF },
        { "5KYZdUEo39z3FPrtuX2QbbwGnNP5zTd7yyr2SC1j299sBCnWjss", SECRET_WIF },
        { "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY2", SECRET_WIF }, // mistyped
        { "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg", SECRET_BIP38 },
        { "S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy", SECRET_MINI },
        { "0xe9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262", SECRET_HEX },
        { "E9873D79C6D87DC0FB6A5778633389F4453213303DA61F20BD67FC233AA33262", SECRET_HEX },
        { "-----BEGIN EC PRIVATE KEY-----", SECRET_PEM },
        { "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
          "about",
          SECRET_WORDS },
        { "legal, winner, thank, year, wave, sausage, worth, useful, legal, winner, thank, yellow",
          SECRET_WORDS },
    };
    for (size_t i = 0; i < COUNT(secrets); i++) {
        if (secret_find(str_from_z(secrets[i].text)) != secrets[i].kind)
            printf("# %s\n", secrets[i].text);
        expect(secret_find(str_from_z(secrets[i].text)) == secrets[i].kind);
        expect(strlen(secret_name(secrets[i].kind)) > 10);
    }
}

/* Sixty-four hexadecimal digits are a key; with any other byte among them they are none. */
TEST(secret_knows_each_digit_of_a_key)
{
    for (int prefix = 0; prefix < 3; prefix++)
        for (int c = 1; c < 256; c++) {
            char text[2 + 64 + 1] = "0x";
            text[1] = "xXx"[prefix];
            char *digits = prefix == 2 ? text : text + 2;
            memset(digits, 'a', 64);
            digits[64] = 0;
            digits[40] = (char)c;
            bool hex = strchr("0123456789abcdefABCDEF", c) != NULL;
            expect((secret_find(str_from_z(text)) == SECRET_HEX) == hex);
            expect(secret_find_sure(str_from_z(text)) == SECRET_NONE);
        }
}

TEST(secret_words_come_in_twelves_to_twenty_fours)
{
    char text[400];
    for (int count = 1; count < 30; count++)
        for (size_t letters = 2; letters < 10; letters++) {
            size_t n = 0;
            for (int i = 0; i < count; i++) {
                memset(text + n, 'a', letters);
                n += letters;
                text[n++] = ' ';
            }
            struct str words = { text, n };
            bool phrase =
                count >= 12 && count <= 24 && count % 3 == 0 && letters >= 3 && letters <= 8;
            expect((secret_find(words) == SECRET_WORDS) == phrase);
        }
    expect(secret_find(S("a a a - a a a")) == SECRET_NONE);
}

TEST(secret_that_is_sure_has_a_checksum_that_holds)
{
    static const char *const mistyped[] = {
        "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY2",
        "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGh",
        "S6c56bnXQiBjk9mqSYE7ykVQ7NzrRz",
        "S6c56bnXQiBjk9mqSYE7yk",
        "S6c56bnXQiBjk9mqSYE7ykVQ7N",
        "T6c56bnXQiBjk9mqSYE7ykVQ7NzrRy",
        "S6c56bnXQiBjk9mqSYE7ykVQ7NzrR0",
        "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoG0",
        "X4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1",
        "04rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1",
        "xprv0s21ZrQH143K3QTDL4LX",
        "xprv9s21ZrQH143K3QT", // too short to be told from a word
    };
    for (size_t i = 0; i < COUNT(mistyped); i++)
        expect(secret_find_sure(str_from_z(mistyped[i])) == SECRET_NONE);
}

TEST(secret_leaves_public_things_alone)
{
    static const char *const fine[] = {
        "",
        "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu",
        "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu",
        "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "DE89370400440532013000",
        "https://donate.example.org/river?campaign=flood-2018&lang=en",
        "Thank you! Every gift goes to the boat, the camera and the two people who use them.",
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265"
        "T"
        "Mg7usUDFdp6W1EGMcet8",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon",
    };
    for (size_t i = 0; i < COUNT(fine); i++)
        expect(secret_find(str_from_z(fine[i])) == SECRET_NONE);
}

TEST(secret_finds_the_line_of_a_configuration_file_but_not_other_services_tokens)
{
    int line = 0;
    expect(
        secret_find_in_file(S("[site]\n; a comment\ntoken = "
                              "e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262\n"),
                            &line) == SECRET_NONE);
    expect(secret_find_in_file(S("[site]\r\n; L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1"
                                 "\r\nname = River\r\n"),
                               &line) == SECRET_WIF);
    expect(line == 2);
}

TEST(payment_uris_carry_the_label_escaped_and_qr_codes_are_in_capitals)
{
    struct arena a;
    arena_init(&a, 10000);
    expect_str(payment_uri_bitcoin(&a, S("bc1qexample"), S("River & Söhne/50%")),
               S("bitcoin:bc1qexample?label=River%20%26%20S%C3%B6hne%2F50%25"));
    expect_str(payment_uri_bitcoin(&a, S("1Example"), S("")), S("bitcoin:1Example"));
    expect_str(payment_uri_bitcoincash(&a, S("bitcoincash:qexample"), S("Boat")),
               S("bitcoincash:qexample?label=Boat"));
    expect_str(payment_uri_ethereum(&a, S("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), 1),
               S("ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@1"));
    expect_str(payment_uri_token(&a, S("0xA0b8"), S("0x5aAe"), 8453),
               S("ethereum:0xA0b8@8453/transfer?address=0x5aAe"));
    expect_str(payment_qr_bitcoin(&a, S("bc1qexample")), S("BITCOIN:BC1QEXAMPLE"));
    expect_str(payment_qr_bitcoin(&a, S("1Example")), S("bitcoin:1Example"));
    expect_str(payment_qr_bitcoincash(&a, S("bitcoincash:qexample")), S("BITCOINCASH:QEXAMPLE"));
    arena_free(&a);
}
