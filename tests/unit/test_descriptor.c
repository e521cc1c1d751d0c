#include "base/encoding.h"
#include "funding/address_plan.h"
#include "funding/descriptor.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these a descriptor copied with a character lost, or read in another way than the wallet
 * does, would show addresses that nobody holds.
 */

static struct arena fresh(void)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    return a;
}

#define KEY "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd"
#define X   "a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd"
#define XPUB1                                                                                      \
    "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7a" \
    "p6r1D3tgFxHmwMkQTPH"
#define XPUB84                                                                                     \
    "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZ" \
    "XYVUhLv1VMrjPC7PW6V"
#define ZPUB84                                                                                     \
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31m" \
    "GDtKsAYz2oz2AGutZYs"
#define XPUB86                                                                                     \
    "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49y" \
    "fdDEHGCtMMj92pReUsQ"
#define XPUB44                                                                                     \
    "xpub6BosfCnifzxcFwrSzQiqu2DBVTshkCXacvNsWGYJVVhhawA7d4R5WSWGFNbi8Aw6ZRc1brxMyWMzG3DSSSSoekku" \
    "dhUd9yLb6qx39T9nMdj"
#define TPUB84                                                                                     \
    "tpubDCxX2sYFS5bDkSe5GKKYHjBW7tgyN1R3UchpLJvdbf54ohxeGRtd8MbDUe1cguVHe4vnK68DsuD5MXjxi9EXx16r" \
    "b9EnNsaF5KT99CinaJz"

static const struct chain *chain_of(const char *network)
{
    return chain_find(CHAIN_BITCOIN, str_from_z(network));
}

static struct str with_checksum(struct arena *a, const char *body)
{
    char sum[DESCRIPTOR_CHECKSUM_BYTES];
    expect(descriptor_checksum(str_from_z(body), sum));
    return str_print(a, "%s#" STR_FMT, body, DESCRIPTOR_CHECKSUM_BYTES, sum);
}

static err parse(struct arena *a, const char *body, const char *network, struct descriptor *ret)
{
    return descriptor_parse(with_checksum(a, body), chain_of(network), ret);
}

TEST(descriptors_are_summed_as_bip_380_says)
{
    char sum[DESCRIPTOR_CHECKSUM_BYTES];
    expect(descriptor_checksum(S("raw(deadbeef)"), sum));
    expect_str(bytes_str(sum, sizeof sum), S("89f8spxm"));
    expect(!descriptor_checksum(S("raw(\xc3\x9c)"), sum));
    expect(!descriptor_checksum(S("raw(\0)"), sum));
}

TEST(descriptors_need_their_checksum)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct descriptor d;
    const struct chain *c = chain_of("main");
    struct str good = with_checksum(&a, "wpkh(" KEY ")");
    expect(descriptor_parse(good, c, &d) == OK);
    expect(descriptor_parse(str_sub(good, 0, good.n - 9), c, &d) == DESCRIPTOR_NO_CHECKSUM);
    expect(descriptor_parse(str_sub(good, 0, good.n - 8), c, &d) == DESCRIPTOR_CHECKSUM);
    expect(descriptor_parse(str_sub(good, 0, good.n - 1), c, &d) == DESCRIPTOR_CHECKSUM);
    expect(descriptor_parse(str_print(&a, STR_FMT "q", STR_ARG(good)), c, &d) ==
           DESCRIPTOR_CHECKSUM);
    // BIP 380: an error in the payload, in the checksum, two signs, a letter that cannot be.
    expect(descriptor_parse(S("raw(deedbeef)#89f8spxm"), c, &d) == DESCRIPTOR_CHECKSUM);
    expect(descriptor_parse(S("raw(deedbeef)##9f8spxm"), c, &d) == DESCRIPTOR_CHECKSUM);
    expect(descriptor_parse(S("raw(deadbeef)#89f8spxm"), c, &d) == DESCRIPTOR_UNSUPPORTED);
    expect(descriptor_parse(S("raw(\xc3\x9c)#00000000"), c, &d) == DESCRIPTOR_NOT_ONE);
}

TEST(descriptors_find_every_single_wrong_character)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct str good = with_checksum(&a, "wpkh([d34db33f/84h/0h/0h]" XPUB84 "/0/*)");
    char text[DESCRIPTOR_TEXT_MAX];
    for (size_t i = 0; i < good.n; i++) {
        struct descriptor d;
        memcpy(text, good.s, good.n);
        text[i] = text[i] == '7' ? '8' : '7';
        expect(descriptor_parse((struct str){ text, good.n }, chain_of("main"), &d) > 0);
    }
}

static const struct {
    const char *body, *script;
} single[] = {
    // BIP 381, 382, 386.
    { "pkh([deadbeef/1/2'/3/4']" KEY ")", "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac" },
    { "pkh([deadbeef/1/2h/3/4h]" KEY ")", "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac" },
    { "pkh([bd16bee5/2147483647h]xpub69H7F5dQzmVd3vPuLKtcXJziMEQByuDidnX3YdwgtNsecY5HRGtAAQC5mXTt4"
      "dsv9RzyjgDjAQs9VGVV6ydYCHnprc9vvaA5YtqWyL6hyds/0)",
      "76a914ebdc90806a9c4356c1c88e42216611e1cb4c1c1788ac" },
    { "wpkh(" KEY ")", "00149a1c78a507689f6f54b847ad1cef1e614ee23f1e" },
    { "tr(" X ")", "512077aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11" },
    { "tr(" KEY ")", "512077aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11" },
    { "wpkh([ffffffff/13']" XPUB1 "/1/2/0)", "0014326b2249e3a25d5dc60935f044ee835d090ba859" },
    { "addr(3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC)",
      "a91476a04053bda0a88bda5177b86a15c3b29f55987387" },
    { "sh(wpkh(" KEY "))", "a9141857af51a5e516552b3086430fd8ce55f7c1a52487" },
};

TEST(descriptors_of_one_key_give_its_script)
{
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(single); i++) {
        struct descriptor d;
        expect(parse(&a, single[i].body, "main", &d) == OK && !d.ranged);
        struct str got = hex_print(&a, script_str(&d.script));
        if (str_starts(str_from_z(single[i].body), S("sh(")))
            expect(got.n == 46); // BIP 382 has its script by private key only
        else
            expect_str(got, str_from_z(single[i].script));
    }
}

static struct str script_hex(struct arena *a, const struct descriptor *d, uint32_t index)
{
    struct extended_key k;
    struct script s;
    expect(d->ranged && extended_key_child(&d->branch, index, &k) == OK);
    expect(script_of_key(chain_of("main"), d->kind, k.point, &s));
    return hex_print(a, script_str(&s));
}

TEST(descriptors_with_a_star_number_their_scripts)
{
    // BIP 382. Its sh(wpkh()) case is of a private master key, whose public twin BIP 32 has.
    struct arena a CLEANUP(arena_free) = fresh();
    struct descriptor d;
    expect(parse(&a, "wpkh([ffffffff/13']" XPUB1 "/1/2/*)", "main", &d) == OK);
    expect_str(d.origin, S("ffffffff/13'"));
    expect_str(script_hex(&a, &d, 0), S("0014326b2249e3a25d5dc60935f044ee835d090ba859"));
    expect_str(script_hex(&a, &d, 1), S("0014af0bd98abc2f2cae66e36896a39ffe2d32984fb7"));
    expect_str(script_hex(&a, &d, 2), S("00141fa798efd1cbf95cebf912c031b8a4a6e9fb9f27"));
    expect(parse(&a, "wpkh(" XPUB1 "/*)", "main", &d) == OK && d.branch.depth == 1);
}

TEST(descriptors_take_the_receiving_one_of_two_branches)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct descriptor one;
    struct descriptor two;
    expect(parse(&a, "wpkh(" XPUB84 "/0/*)", "main", &one) == OK);
    expect(parse(&a, "wpkh(" XPUB84 "/<0;1>/*)", "main", &two) == OK);
    expect(memcmp(&one.branch, &two.branch, sizeof one.branch) == 0);
    static const char *const wrong[] = {
        "wpkh(" XPUB84 "/<0;0>/*)", "wpkh(" XPUB84 "/<0>/*)",  "wpkh(" XPUB84 "/<0;1/*)",
        "wpkh(" XPUB84 "/<;1>/*)",  "wpkh(" XPUB84 "/<0;>/*)", "wpkh(" XPUB84 "/<0;1>/<0;1>/*)",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(parse(&a, wrong[i], "main", &two) == DESCRIPTOR_NOT_ONE);
}

TEST(descriptors_that_are_not_taken_say_why)
{
    static const struct {
        const char *body;
        err why;
    } others[] = {
        { "pk(" KEY ")", DESCRIPTOR_UNSUPPORTED },
        { "wsh(pkh(" KEY "))", DESCRIPTOR_UNSUPPORTED },
        { "sh(pk(" KEY "))", DESCRIPTOR_UNSUPPORTED },
        { "wsh(multi(1," KEY "))", DESCRIPTOR_UNSUPPORTED },
        { "combo(" KEY ")", DESCRIPTOR_UNSUPPORTED },
        { "tr(" X ",pk(" X "))", DESCRIPTOR_UNSUPPORTED },
        { "pkh(04a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd5b8dec5235a0fa8722"
          "476c7709c02559e3aa73aa03918ba2d492eea75abea235)",
          DESCRIPTOR_UNSUPPORTED },
        { "wpkh(" ZPUB84 "/0/*)", DESCRIPTOR_UNSUPPORTED },
        { "wpkh(" XPUB84 "/0/1/2/3/4/5/6/7/8/*)", DESCRIPTOR_UNSUPPORTED },
        { "addr(BC1SW50QGDZ25J)", DESCRIPTOR_UNSUPPORTED },
        { "addr(tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7)",
          DESCRIPTOR_OTHER_NETWORK },
        { "addr(1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggv)", DESCRIPTOR_NOT_ONE },
        { "wpkh(" TPUB84 "/0/*)", DESCRIPTOR_OTHER_NETWORK },
        { "wpkh(" XPUB84 "/0h/*)", DESCRIPTOR_HARDENED },
        { "wpkh(" XPUB84 "/0/*h)", DESCRIPTOR_HARDENED },
        { "wpkh(" XPUB84 "/0/*')", DESCRIPTOR_HARDENED },
        { "wpkh(" XPUB84 "/0/*/1)", DESCRIPTOR_NOT_ONE },
        { "wpkh(" XPUB84 "/0H/*)", DESCRIPTOR_NOT_ONE },
        { "wpkh(" XPUB84 "/2147483648)", DESCRIPTOR_NOT_ONE },
        { "wpkh(" XPUB84 "/1aa)", DESCRIPTOR_NOT_ONE },
        { "wpkh(" XPUB84 "/)", DESCRIPTOR_NOT_ONE },
        { "wpkh(pkh(" KEY "))", DESCRIPTOR_NOT_ONE },
        { "wpkh()", DESCRIPTOR_NOT_ONE },
        { "wpkh(020000000000000000000000000000000000000000000000000000000000000007)",
          DESCRIPTOR_NOT_ONE },
        { "tr(0000000000000000000000000000000000000000000000000000000000000007)",
          DESCRIPTOR_NOT_ONE },
        { "tr(" XPUB86 "/0/*,pk(" X "))", DESCRIPTOR_UNSUPPORTED },
        { "wpkh([deadbeef/0h/0h/0h/*]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([deadbeef/0h/0h/0h/]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([deadbef/0h/0h/0h]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([deadbeeef/0h/0h/0h]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([deadbeef/0f/0f/0f]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([deadbeef/0H]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([gaaaaaaa]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([aaaaaaaa][aaaaaaaa]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh(aaaaaaaa]" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([aaaaaaaa" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh([deadbeef])", DESCRIPTOR_NOT_ONE },
        { "pkh(05a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd5b8dec5235a0fa8722"
          "476c7709c02559e3aa73aa03918ba2d492eea75abea235)",
          DESCRIPTOR_NOT_ONE },
        { "wpkh(xpubENm2pQ9qBb59iYtgTncysYW9csczKawEsUH5xT1WRw8yJT"
          "SK7vXWTsuNZAkbinV7VqfQkifcgPo2AnEz7VqQuHRXjtimwBfNsJMvVS6UyhS/0/*)",
          DESCRIPTOR_NOT_ONE }, // no deeper
        { "what(" KEY ")", DESCRIPTOR_NOT_ONE },
        { "wpkh(" KEY, DESCRIPTOR_NOT_ONE },
        { "", DESCRIPTOR_NOT_ONE },
        // Private keys: BIP 380 and 381.
        { "pk(L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)", DESCRIPTOR_PRIVATE },
        { "pkh(5KYZdUEo39z3FPrtuX2QbbwGnNP5zTd7yyr2SC1j299sBCnWjss)", DESCRIPTOR_PRIVATE },
        { "wpkh([deadbeef/0h/1h/2]xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8"
          "L39njGVyuoseXzU6rcxFLJ8HFsTjSyQbLYnMpCqE2VbFWc/3h/4h/5h/*h)",
          DESCRIPTOR_PRIVATE },
        { "wpkh(xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8sfvZU521A"
          "AwdZafEz7mnzBBsz4wKY5fTtTQBm/0/*)",
          DESCRIPTOR_PRIVATE },
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(others); i++) {
        struct descriptor d;
        err e = parse(&a, others[i].body, "main", &d);
        if (e != others[i].why)
            printf("# %s: %d\n", others[i].body, e);
        expect(e == others[i].why);
    }
}

TEST(descriptors_end_at_their_longest)
{
    char text[DESCRIPTOR_TEXT_MAX + 1];
    struct descriptor d;
    memset(text, '(', sizeof text);
    expect(descriptor_parse((struct str){ text, sizeof text }, chain_of("main"), &d) ==
           DESCRIPTOR_NOT_ONE);
    struct arena a CLEANUP(arena_free) = fresh();
    expect(descriptor_parse(with_checksum(&a, "wpkh(" KEY ")"),
                            chain_find(CHAIN_BITCOINCASH, S("main")),
                            &d) == DESCRIPTOR_UNSUPPORTED);
    // Eight steps and a star are the most.
    expect(parse(&a, "wpkh(" XPUB84 "/0/1/2/3/4/5/6/7/*)", "main", &d) == OK);
}

/* --- the plan of addresses --- */

static err plan_of(struct arena *a, enum chain_coin coin, const char *text, struct address_plan *p)
{
    const char *network = strstr(text, "rpub")                           ? "regtest-bcoin"
                          : strstr(text, "tpub") || strstr(text, "upub") ? "test"
                                                                         : "main";
    struct str s = str_from_z(text);
    return address_plan_parse(str_has(s, '(') ? with_checksum(a, text) : s,
                              chain_find(coin, str_from_z(network)), p);
}

TEST(addresses_are_those_that_wallets_show)
{
    // BIP 84, BIP 86, BIP 49's test wallet, and the same mnemonic by BIP 44 on both coins.
    static const struct {
        enum chain_coin coin;
        const char *text;
        uint32_t index;
        const char *want;
    } wallets[] = {
        { CHAIN_BITCOIN, ZPUB84, 0, "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu" },
        { CHAIN_BITCOIN, ZPUB84, 1, "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g" },
        { CHAIN_BITCOIN, "wpkh([73c5da0a/84h/0h/0h]" XPUB84 "/0/*)", 1,
          "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g" },
        { CHAIN_BITCOIN, "wpkh(" XPUB84 "/1/*)", 0, "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el" },
        { CHAIN_BITCOIN, "tr(" XPUB86 "/0/*)", 0,
          "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr" },
        { CHAIN_BITCOIN, "tr(" XPUB86 "/0/*)", 1,
          "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh" },
        { CHAIN_BITCOIN,
          "upub5EFU65HtV5TeiSHmZZm7FUffBGy8UKeqp7vw43jYbvZPpoVsgU93oac7Wk3u6moKegAEWtGNF8DehrnHtv21"
          "XXEMYRUocHqguyjknFHYfgY",
          0, "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2" },
        { CHAIN_BITCOIN,
          "sh(wpkh("
          "tpubDD7tXK8KeQ3YY83yWq755fHY2JW8Ha8Q765tknUM5rSvjPcGWfUppDFMpQ1ScziKfW3ZNtZvAD7M3"
          "u7bSs7HofjTD3KP3YxPK7X6hwV8Rk2/0/*))",
          0, "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2" },
        { CHAIN_BITCOIN, "pkh(" XPUB44 "/0/*)", 0, "1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA" },
        { CHAIN_BITCOINCASH,
          "xpub6ByHsPNSQXTWZ7PLESMY2FufyYWtLXagSUpMQq7Un96SiThZH2iJB1X7pwviH1WtKVeDP6K8d6xxFzzoaFzF"
          "3"
          "s8BKCZx8oEDdDkNnp4owAZ",
          0, "bitcoincash:qqyx49mu0kkn9ftfj6hje6g2wfer34yfnq5tahq3q6" },
        { CHAIN_BITCOIN, "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", 7,
          "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu" },
        { CHAIN_BITCOIN, "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr", 1,
          "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr" },
        { CHAIN_BITCOIN, "addr(BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4)", 0,
          "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" },
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(wallets); i++) {
        struct address_plan p;
        struct receiving_address to;
        struct script read;
        err e = plan_of(&a, wallets[i].coin, wallets[i].text, &p);
        if (e)
            printf("# %s: %d\n", wallets[i].text, e);
        expect(!e && address_for(&p, wallets[i].index, &a, &to) == OK);
        expect_str(to.text, str_from_z(wallets[i].want));
        expect(script_of_address(to.text, p.chain, &read) == OK);
        expect(str_eq(script_str(&read), script_str(&to.script)));
    }
}

TEST(address_plans_that_could_miss_the_wallet_are_refused)
{
    static const struct {
        enum chain_coin coin;
        const char *text;
        err why;
    } plans[] = {
        { CHAIN_BITCOIN, XPUB84, ADDRESS_PLAN_KIND_UNKNOWN },
        { CHAIN_BITCOIN, TPUB84, ADDRESS_PLAN_KIND_UNKNOWN },
        { CHAIN_BITCOINCASH, ZPUB84, ADDRESS_PLAN_UNSUPPORTED },
        { CHAIN_BITCOINCASH, "wpkh(" XPUB84 "/0/*)", ADDRESS_PLAN_UNSUPPORTED },
        { CHAIN_BITCOIN,
          "zpub6u4KbU8TSgNuZSxzv7HaGq5Tk361gMHdZxnM4UYuwzg5CMLcNytzhobitV4Zq6vWtWHpG9QijsigkxAzXvQW"
          "y"
          "LRfLq1L7VxPP1tky1hPfD4",
          ADDRESS_PLAN_TOO_DEEP },
        { CHAIN_BITCOIN, "wpkh(" XPUB84 "/0h/*)", ADDRESS_PLAN_HARDENED },
        { CHAIN_BITCOIN, "addr(tb1qqqq)", ADDRESS_PLAN_OTHER_NETWORK },
        { CHAIN_BITCOIN, "hello(there)", ADDRESS_PLAN_WRONG },
        { CHAIN_BITCOIN, "hello", ADDRESS_PLAN_WRONG },
        { CHAIN_BITCOIN, "", ADDRESS_PLAN_WRONG },
        { CHAIN_BITCOIN, "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyq", ADDRESS_PLAN_CHECKSUM },
        { CHAIN_BITCOIN, "rb1q", ADDRESS_PLAN_OTHER_NETWORK },
        { CHAIN_BITCOIN, "BC1SW50QGDZ25J", ADDRESS_PLAN_UNSUPPORTED },
        { CHAIN_BITCOINCASH, "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", ADDRESS_PLAN_LEGACY },
        { CHAIN_BITCOIN, "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1",
          ADDRESS_PLAN_PRIVATE },
        { CHAIN_BITCOIN, "pkh(L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)",
          ADDRESS_PLAN_PRIVATE },
        { CHAIN_BITCOIN,
          "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8sfvZU521AAwdZa"
          "f"
          "Ez7mnzBBsz4wKY5fTtTQBm",
          ADDRESS_PLAN_PRIVATE },
        { CHAIN_BITCOIN,
          "Zpub739WFCnqb8H6bozqRWNgL4NwrVvUUDaa5UodTovoPXuLnoVJTvkwKA6b5ioUif4ntuhU53ob9LUdZ66F3uNG"
          "o"
          "X8S6gzjGa1yvYFtkDRknR2",
          ADDRESS_PLAN_UNSUPPORTED },
        { CHAIN_BITCOIN,
          "vpub5YvMuJNjRSYon44z9QmCfdf8SqJRVNvz6m55Qy5iVjZQxDfUgtiQjnc7CC1fAbED2tAGCZRERUfvtn2DstZG"
          "U"
          "6HMns6dXXH2wujSc2wfi2x",
          ADDRESS_PLAN_OTHER_NETWORK },
        { CHAIN_BITCOIN,
          "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDK"
          "f"
          "31mGDtKsAYz2oz2AGutZYt",
          ADDRESS_PLAN_CHECKSUM },
    };
    struct arena a CLEANUP(arena_free) = fresh();
    for (size_t i = 0; i < COUNT(plans); i++) {
        struct address_plan p;
        err e = plan_of(&a, plans[i].coin, plans[i].text, &p);
        if (e != plans[i].why)
            printf("# %s: %d\n", plans[i].text, e);
        expect(e == plans[i].why);
    }
    struct address_plan p;
    const struct chain *c = chain_of("main");
    expect(address_plan_parse(S("wpkh(" KEY ")"), c, &p) == ADDRESS_PLAN_NO_CHECKSUM);
    expect(address_plan_parse(S("wpkh(" KEY ")#qqqqqqqq"), c, &p) == ADDRESS_PLAN_CHECKSUM);
}

TEST(address_plans_have_no_number_without_a_key)
{
    // Once in 2^127 a number has none; a branch that cannot go deeper stands for it here.
    struct arena a CLEANUP(arena_free) = fresh();
    struct address_plan p;
    struct receiving_address to;
    expect(plan_of(&a, CHAIN_BITCOIN, ZPUB84, &p) == OK);
    p.branch.depth = UINT8_MAX;
    expect(address_for(&p, 0, &a, &to) == ADDRESS_NONE);
}
