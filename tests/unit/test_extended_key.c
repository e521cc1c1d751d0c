#include "base/encoding.h"
#include "funding/extended_key.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these the server would derive addresses that no wallet looks into, and gifts to them
 * would be gone; or it would take a private key.
 */

static struct arena fresh(void)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    return a;
}

static const struct chain *bitcoin(const char *network)
{
    return chain_find(CHAIN_BITCOIN, str_from_z(network));
}

static struct extended_key key_of(const char *text)
{
    struct extended_key k;
    expect(extended_key_parse(str_from_z(text), bitcoin("main"), &k) == OK);
    return k;
}

/* Public steps of BIP 32's test vectors: parent, number, child. */
TEST(extended_keys_have_the_children_of_bip_32)
{
    static const struct {
        const char *parent;
        uint32_t index;
        const char *child;
    } steps[] = {
        { "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgw"
          "Q9xv5ski8PX9rL2dZXvgGDnw",
          1,
          "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527"
          "Hqck2AxYysAA7xmALppuCkwQ" },
        { "xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7e"
          "pu4trkrX7x7DogT5Uv6fcLW5",
          2,
          "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR6"
          "2cfN7fe5JnJ7dh8zL4fiyLHV" },
        { "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR6"
          "2cfN7fe5JnJ7dh8zL4fiyLHV",
          1000000000,
          "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGa"
          "sTvXEYBVPamhGW6cFJodrTHy" },
        { "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8"
          "BDzTJY47LJhkJ8UB7WEGuduB",
          0,
          "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezp"
          "bZb7ap6r1D3tgFxHmwMkQTPH" },
        { "xpub6ASAVgeehLbnwdqV6UKMHVzgqAG8Gr6riv3Fxxpj8ksbH9ebxaEyBLZ85ySDhKiLDBrQSARLq1uNRts8RuJ"
          "iHjaDMBU4Zn9h8LZNnBC5y4a",
          1,
          "xpub6DF8uhdarytz3FWdA8TvFSvvAh8dP3283MY7p2V4SeE2wyWmG5mg5EwVvmdMVCQcoNJxGoWaU9DCWh89Loj"
          "fZ537wTfunKau47EL2dhHKon" },
        { "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2gr"
          "BGRjaDMzQLcgJvLJuZZvRcEL",
          2,
          "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY"
          "5agb9rXpVGyy3bdW6EEgAtqt" },
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct extended_key parent = key_of(steps[i].parent);
        struct extended_key child;
        expect(extended_key_child(&parent, steps[i].index, &child) == OK);
        expect_str(extended_key_print(&a, &child), str_from_z(steps[i].child));
        expect_str(extended_key_print(&a, &parent), str_from_z(steps[i].parent));
    }
}

TEST(extended_keys_keep_the_zeros_that_begin_numbers)
{
    // BIP 32's third and fourth vectors, made because other programs had dropped them.
    static const char *const keys[] = {
        "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oD"
        "aPPLPxSb7gwQN3ih19Zm4Y",
        "xpub69AUMk3qDBi3uW1sXgjCmVjJ2G6WQoYSnNHyzkmdCHEhSZ4tBok37xfFEqHd2AddP56Tqp4o56AePAgCjYdvp"
        "W2PU2jbUPFKsav5ut6Ch1m",
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct extended_key k = key_of(keys[i]);
        expect_str(extended_key_print(&a, &k), str_from_z(keys[i]));
    }
}

/* BIP 32's fifth vector: keys that look right and are not. */
static const struct {
    const char *text;
    err why;
} wrong[] = {
    { "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8sfvZU521AAwdZafEz7"
      "mnzBBsz4wKY5fTtTQBm",
      EXTENDED_KEY_PRIVATE }, // the bytes of a private key under a public version
    { "xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzFGTQQD3dC4H2D5GBj7vWvSQaaBv5cxi9"
      "gafk7NF3pnBju6dwKvH",
      EXTENDED_KEY_PRIVATE },
    { "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Txnt3siSujt9RCVYsx4qHZGc62TG4Mc"
      "vMGcAUjeuwZdduYEvFn",
      EXTENDED_KEY_NOT_A_KEY }, // prefix 04
    { "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6N8ZMMXctdiCjxTNq964yKkwrkBJJwpz"
      "ZS4HS2fxvyYUA4q2Xe4",
      EXTENDED_KEY_NOT_A_KEY }, // prefix 01
    { "xpub661no6RGEX3uJkY4bNnPcw4URcQTrSibUZ4NqJEw5eBkv7ovTwgiT91XX27VbEXGENhYRCf7hyEbWrR3FewATdCE"
      "ebj6znwMfQkhRYHRLpJ",
      EXTENDED_KEY_NOT_A_KEY }, // a parent above the master
    { "xpub661MyMwAuDcm6CRQ5N4qiHKrJ39Xe1R1NyfouMKTTWcguwVcfrZJaNvhpebzGerh7gucBvzEQWRugZDuDXjNDRmX"
      "zSZe4c7mnTK97pTvGS8",
      EXTENDED_KEY_NOT_A_KEY }, // a master with a number
    { "DMwo58pR1QLEFihHiXPVykYB6fJmsTeHvyTp7hRThAtCX8CvYzgPcn8XnmdfHGMQzT7ayAmfo4z3gY5KfbrZWZ6St24U"
      "Vf2Qgo6oujFktLHdHY4",
      EXTENDED_KEY_PRIVATE },
    { "DMwo58pR1QLEFihHiXPVykYB6fJmsTeHvyTp7hRThAtCX8CvYzgPcn8Xnmdf"
      "HPmHJiEDXkTiJTVV9rHEBUem2mwVbbNfvT2MTcAqj3nesx8uBf9",
      EXTENDED_KEY_UNKNOWN_FORM },
    { "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Q5JXayek4PRsn35jii4veMimro1xefs"
      "M58PgBMrvdYre8QyULY",
      EXTENDED_KEY_NOT_A_KEY }, // not on the curve
    { "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TG"
      "tRBeJgk33yuGBxrMPHL",
      EXTENDED_KEY_PRIVATE }, // mistyped, and yet
    { "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31m"
      "GDtKsAYz2oz2AGutZYt",
      EXTENDED_KEY_NOT_A_KEY }, // its last letter
    { "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", EXTENDED_KEY_NOT_A_KEY },
    { "Zpub739WFCnqb8H6bozqRWNgL4NwrVvUUDaa5UodTovoPXuLnoVJTvkwKA6b5ioUif4ntuhU53ob9LUdZ66F3uNGoX8S"
      "6gzjGa1yvYFtkDRknR2",
      EXTENDED_KEY_UNKNOWN_FORM }, // of wallets with several signers
    { "tpubDCxX2sYFS5bDkSe5GKKYHjBW7tgyN1R3UchpLJvdbf54ohxeGRtd8MbDUe1cguVHe4vnK68DsuD5MXjxi9EXx16r"
      "b9EnNsaF5KT99CinaJz",
      EXTENDED_KEY_OTHER_NETWORK },
    { "", EXTENDED_KEY_NOT_A_KEY },
};

TEST(extended_keys_that_are_wrong_are_refused_by_name)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct extended_key k;
        err e = extended_key_parse(str_from_z(wrong[i].text), bitcoin("main"), &k);
        if (e != wrong[i].why)
            printf("# number %zu: %d\n", i, e);
        expect(e == wrong[i].why);
    }
}

TEST(extended_private_keys_of_every_form_are_refused)
{
    // Of the private key 1 and a published test wallet's chain code; no wallet uses them.
    static const char *const keys[] = {
        "xprv9ybY78BftS5UGANki6oSifuQEjkpyAC8ZmBvBNTshQnCBcxnefjHS7buPL3XctLYVmMCRxVptUPt1iJqEFMW26"
        "7PasYQevK9QTKee6ioCc6",
        "yprvAJRoQnrb37cx7TZsYTb4vkzuQhuGunBdUsi8xmMm5RA5Ein1uKtr4BG3QY17cnzTuQU1BS6PM8kRtzvPwwmWpK"
        "nzTDEqEq8dgBPJ2d1YNdX",
        "zprvAdG4iTXWBoARxkkzNpNh8r6Qag3irQB8PzEMkAFeTRXxHpbF9z4QgEvBRjxhchePK3aovugwoo6ynHXxfeBXcZ"
        "UbKYwFpjx7wuSwRDZ2pWB",
        "tprv8gGUtTW1HhuYrycHNfewtKXPYsB3CgE8uK733ntLBPGfyDhse352wryMJWDBdFirsCsyS47b3pygUZraMThSq9"
        "Nz7WkiKH3CKZ555kdMEZV",
        "uprv916kC8AvSPT2iGoQD2Sa6QctiqKV9JDdpRdFqBnDZPeZ2KX6thEbZvdV"
        "KiAmdANnGqznBXi9WVLEMrU95A7TdP4ayrT8uBrgbH8iUQeEgKV",
        "vprv9Kw1Vnqqb4zWZZzX3PECJViPtoTw5vD8jY9Ucag6wQ2S5RLL9MQABzHdLv8Md52hgV7aw1Jhy9gnF95hnrXURc"
        "kBrC9ZV6gAs1CMrvywDwf",
        "rprvKEFRPqAYANLWbctLVxVjJZr4AcyaUzXP2n2r9KfMG7GGYaUdrc54wUjsSjUPL5FiVpx5ntT7G6APkbtRfGx8r4"
        "DdhFDMU1A33SANRFqMEzD"
        "r",
        "YprvAVKtY2b2c5BKY2jFV843kqLi8VwY88sDo9Mot2dJTBzUruLvfjH89J7yDExbBEDN8sXz426WEM8w2AYAFAvTxo"
        "ufHgMEeEbdZufAcbZ5Ktn",
        "ZprvApA9qhFwkkioPKvNKUqfxvSDJU5z4kriiFt2fRXBqCNMv1A9vPSgmMn7ESvBB8sHYWenoVh4h1VUuT9ixsLUm3"
        "bGA23fE9R7qdip1CrCSDY",
        "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEXBoi4V8uVoCLQckZE9Ld9rd7ur3mw"
        "hZ6srnWF8CLKCtQ7UfT4M",
        "xprv9ybY78BftS5UGANki6oS", // cut off
        "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1",
    };
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct extended_key k;
        expect(extended_key_parse(str_from_z(keys[i]), bitcoin("main"), &k) ==
               EXTENDED_KEY_PRIVATE);
    }
}

TEST(extended_keys_are_known_by_network_and_form)
{
    static const struct {
        const char *text, *network;
        enum key_form form;
    } keys[] = {
        { "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ"
          "4ZeZXYVUhLv1VMrjPC7PW6V",
          "main", KEY_FORM_PLAIN },
        { "ypub6Ww3ibxVfGzLrAH1PNcjyAWenMTbbAosGNB6VvmSEgytSER9azLDWCxoJwW7Ke7icmizBMXrzBx9979FfaHx"
          "HcrArf3zbeJJJUZPf663zsP",
          "main", KEY_FORM_P2SH_P2WPKH },
        { "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDK"
          "f31mGDtKsAYz2oz2AGutZYs",
          "main", KEY_FORM_P2WPKH },
        { "tpubDCxX2sYFS5bDkSe5GKKYHjBW7tgyN1R3UchpLJvdbf54ohxeGRtd8MbDUe1cguVHe4vnK68DsuD5MXjxi9EX"
          "x16rb9EnNsaF5KT99CinaJz",
          "test", KEY_FORM_PLAIN },
        { "upub5EFU65HtV5TeiSHmZZm7FUffBGy8UKeqp7vw43jYbvZPpoVsgU93oac7Wk3u6moKegAEWtGNF8DehrnHtv21"
          "XXEMYRUocHqguyjknFHYfgY",
          "regtest", KEY_FORM_P2SH_P2WPKH },
        { "vpub5YvMuJNjRSYon44z9QmCfdf8SqJRVNvz6m55Qy5iVjZQxDfUgtiQjnc7CC1fAbED2tAGCZRERUfvtn2DstZG"
          "U6HMns6dXXH2wujSc2wfi2x",
          "test", KEY_FORM_P2WPKH },
        { "rpubKBB1caEb6ox7XaVc2SE8viqLb6fkS7sMqR41eKVQgq8AALhpaKaUHj89JP5DpD97mUAjncBPPNsUS48Cp9dM"
          "WANYPZ6G23XAZsSDiWU6TK9g",
          "regtest-bcoin", KEY_FORM_PLAIN },
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct extended_key k;
        expect(extended_key_parse(str_from_z(keys[i].text), bitcoin(keys[i].network), &k) == OK);
        expect(k.form == keys[i].form && k.depth == 3);
        expect_str(extended_key_print(&a, &k), str_from_z(keys[i].text));
        const char *other = strcmp(keys[i].network, "main") == 0 ? "regtest" : "main";
        expect(extended_key_parse(str_from_z(keys[i].text), bitcoin(other), &k) ==
               EXTENDED_KEY_OTHER_NETWORK);
    }
}

TEST(extended_keys_have_no_hardened_children_and_no_endless_descent)
{
    struct extended_key child;
    struct extended_key k = key_of(
        "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf"
        "31mGDtKsAYz2oz2AGutZYs");
    expect(extended_key_child(&k, EXTENDED_KEY_INDEX_MAX, &child) == OK);
    expect(child.child == EXTENDED_KEY_INDEX_MAX && child.depth == 4);
    expect(extended_key_child(&k, EXTENDED_KEY_INDEX_MAX + 1U, &child) == EXTENDED_KEY_HARDENED);
    k.depth = 254;
    expect(extended_key_child(&k, 0, &child) == OK && child.depth == 255);
    expect(extended_key_child(&child, 0, &k) == ERR_LIMIT);
}

TEST(extended_keys_are_named_by_the_begin_of_their_hash)
{
    // BIP 32's first vector: the master's name stands in its first child.
    struct arena a CLEANUP(arena_free) = fresh();
    struct extended_key master = key_of(
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD26"
        "5TMg7usUDFdp6W1EGMcet8");
    uint8_t name[EXTENDED_KEY_FINGERPRINT];
    extended_key_fingerprint(&master, name);
    expect_str(hex_print(&a, bytes_str(name, sizeof name)), S("3442193e"));
}

/* --- the curve --- */

static void point_of(const char *hex, uint8_t ret[POINT_BYTES])
{
    expect(hex_parse(str_from_z(hex), ret, POINT_BYTES));
}

TEST(points_are_tweaked_within_the_group_only)
{
    // SEC 2: the generator, and the group's order; the generator's double.
    uint8_t g[POINT_BYTES];
    uint8_t got[POINT_BYTES];
    uint8_t want[POINT_BYTES];
    uint8_t scalar[SCALAR_BYTES] = { 0 };
    point_of("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", g);
    point_of("02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5", want);
    expect(point_tweak(g, scalar, got) && memcmp(got, g, sizeof g) == 0); // by nothing
    scalar[31] = 1;
    expect(point_tweak(g, scalar, got) && memcmp(got, want, sizeof want) == 0);
    // One less than the order leads to the point at infinity; the order itself is no scalar.
    expect(hex_parse(S("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"), scalar,
                     sizeof scalar));
    expect(!point_tweak(g, scalar, got));
    scalar[31]++;
    expect(!point_tweak(g, scalar, got));
}

TEST(points_that_are_not_on_the_curve_are_refused)
{
    uint8_t p[POINT_BYTES];
    uint8_t both[POINT_XY_BYTES];
    uint8_t scalar[SCALAR_BYTES] = { 0 };
    // BIP 32's fifth vector: x = 7. BIP 340's: x above the field's prime.
    point_of("020000000000000000000000000000000000000000000000000000000000000007", p);
    expect(!point_is_valid(p) && !point_coordinates(p, both) && !point_tweak(p, scalar, p));
    point_of("03fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30", p);
    expect(!point_is_valid(p));
    point_of("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", p);
    expect(!point_is_valid(p));
    p[0] = 3;
    expect(point_is_valid(p) && point_coordinates(p, both) && memcmp(both, p + 1, 32) == 0);
    expect(both[63] == 0x77); // the field's prime less the generator's y, which ends in b8
}
