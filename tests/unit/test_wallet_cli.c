#include "funding/wallet_cli.h"
#include "unit/test.h"

#include <string.h>

/* Without these an operator could compare addresses that are not the wallet's, or type a private
 * key and see it again. */

static const char account[] = /* BIP 84's */
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGD"
    "tKsAYz2oz2AGutZYs";

struct asked {
    struct arena arena;
    struct str say;
    err e;
};

static struct asked ask(struct wallet_addresses_args args)
{
    struct asked a = { 0 };
    arena_init(&a.arena, 1 << 20);
    a.e = wallet_addresses(&args, &a.arena, &a.say);
    return a;
}

static void expect_says(struct wallet_addresses_args args, err e, const char *say)
{
    struct asked a = ask(args);
    expect(a.e == e);
    expect_str(a.say, str_from_z(say));
    arena_free(&a.arena);
}

TEST(wallet_addresses_are_those_of_the_published_vectors)
{
    struct wallet_addresses_args args = { .coin = S("bitcoin"),
                                          .key = str_from_z(account),
                                          .count = S("2") };
    expect_says(args, OK,
                "0 bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n"
                "1 bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g");
    args.first = S("1");
    args.count = S("1");
    expect_says(args, OK, "1 bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g");
    args = (struct wallet_addresses_args){ .coin = S("bitcoin"),
                                           .key = S("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu") };
    expect_says(args, OK, "0 bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu");
}

TEST(wallet_addresses_end_at_the_last_number_and_at_the_most)
{
    struct wallet_addresses_args args = {
        .coin = S("bitcoin"), .key = str_from_z(account), .first = S("2147483647"), .count = S("1")
    };
    struct asked a = ask(args);
    expect(a.e == OK);
    arena_free(&a.arena);
    args.count = S("2");
    a = ask(args);
    expect(a.e == WALLET_REFUSED);
    arena_free(&a.arena);
    args.first = S("0");
    args.count = S("1001");
    a = ask(args);
    expect(a.e == WALLET_REFUSED);
    arena_free(&a.arena);
    args.count = S("0");
    a = ask(args);
    expect(a.e == WALLET_REFUSED);
    arena_free(&a.arena);
}

TEST(wallet_addresses_refuse_private_keys_without_showing_them)
{
    static const char *const keys[] = {
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3"
        "TG"
        "tRBeJgk33yuGBxrMPHi",
        "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
    };
    static const char *const coins[] = { "bitcoin", "bitcoincash", "ethereum" };
    for (size_t i = 0; i < COUNT(keys) * COUNT(coins); i++) {
        struct wallet_addresses_args args = { .coin = str_from_z(coins[i / COUNT(keys)]),
                                              .key = str_from_z(keys[i % COUNT(keys)]) };
        struct asked a = ask(args);
        expect(a.e == WALLET_REFUSED);
        size_t at = 0;
        expect(!str_find(a.say, args.key, &at));
        expect(str_find(a.say, S("private key"), &at));
        arena_free(&a.arena);
    }
}

TEST(wallet_addresses_say_what_is_wrong)
{
    struct wallet_addresses_args args = { .coin = S("dogecoin"), .key = str_from_z(account) };
    expect_says(args, WALLET_REFUSED, "the coin is bitcoin, bitcoincash or ethereum");
    args.coin = S("bitcoin");
    args.network = S("moon");
    expect_says(args, WALLET_REFUSED, "the network is main, test, regtest or regtest-bcoin");
    args.network = S("test");
    expect_says(args, WALLET_REFUSED, "this is of another network");
    args.network = S("main");
    args.coin = S("ethereum");
    expect_says(args, WALLET_REFUSED, "Ethereum's addresses are the same on all its networks");
    args.network = S("");
    expect_says(args, WALLET_REFUSED, "for Ethereum give the xpub of an account (m/44'/60'/0')");
}

TEST(wallet_addresses_of_ethereum_and_bitcoin_cash_are_listed_too)
{
    struct wallet_addresses_args args = {
        .coin = S("ethereum"),
        .key = S("xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9"
                 "qwfzvZNSd54JoNXVsXFYSYwHsnJxqP"),
        .first = S("2147483646"),
        .count = S("2")
    };
    struct asked a = ask(args);
    size_t at = 0;
    expect(a.e == OK && str_starts(a.say, S("2147483646 0x")));
    expect(str_find(a.say, S("\n2147483647 0x"), &at));
    expect(a.say.n == 2 * strlen("2147483646 0x") + 2 * 40 + 1);
    arena_free(&a.arena);
    args = (struct wallet_addresses_args){ .coin = S("bitcoincash"),
                                           .key = S("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a") };
    expect_says(args, OK, "0 bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a");
    args.coin = S("bitcoin"); // the other coin's address
    a = ask(args);
    expect(a.e == WALLET_REFUSED && a.say.n > 0);
    arena_free(&a.arena);
}

TEST(wallet_addresses_are_asked_for_by_numbers)
{
    static const char *const wrong[] = { "x", "-1", "2147483648", "1.0", " 1" };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct wallet_addresses_args args = { .coin = S("bitcoin"),
                                              .key = str_from_z(account),
                                              .first = str_from_z(wrong[i]) };
        expect_says(args, WALLET_REFUSED,
                    "--first is a number from 0 to 2147483647, --count one from 1 to 1000");
        args.first = S("");
        args.count = str_from_z(wrong[i]);
        expect_says(args, WALLET_REFUSED,
                    "--first is a number from 0 to 2147483647, --count one from 1 to 1000");
    }
}

TEST(wallet_addresses_say_what_is_wrong_with_a_key)
{
    static const struct {
        const char *coin, *key, *part;
    } wrong[] = {
        { "bitcoin",
          "wpkh("
          "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZN"
          "Sd54JoNXVsXFYSYwHsnJxqP/0/*)",
          "lacks its checksum" },
        { "bitcoin",
          "wpkh("
          "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZN"
          "Sd54JoNXVsXFYSYwHsnJxqP/0/*)#qqqqqqqq",
          "there is a typing error" },
        { "bitcoin",
          "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZN"
          "Sd54JoNXVsXFYSYwHsnJxqP",
          "does not say what kind" },
        { "bitcoincash", "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "in the old form" },
        { "bitcoin", "hello", "no descriptor, no account's public key and no address" },
        { "bitcoin", "", "no descriptor, no account's public key and no address" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct asked a = ask((struct wallet_addresses_args){ .coin = str_from_z(wrong[i].coin),
                                                             .key = str_from_z(wrong[i].key) });
        size_t at = 0;
        bool right = a.e == WALLET_REFUSED && str_find(a.say, str_from_z(wrong[i].part), &at);
        if (!right)
            printf("# %s: " STR_FMT "\n", wrong[i].key, STR_ARG(a.say));
        expect(right);
        arena_free(&a.arena);
    }
}
