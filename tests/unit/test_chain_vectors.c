#include "base/encoding.h"
#include "base/scan.h"
#include "funding/address_plan.h"
#include "funding/cashaddr.h"
#include "funding/descriptor.h"
#include "unit/test.h"
#include "unit/vectors.h"

/*
 * Without these our own tables of keys and scripts could share a mistake with our code: the
 * official vectors are read from their files, which lie beside the repository.
 */

static const struct chain *bitcoin(const char *network)
{
    return chain_find(CHAIN_BITCOIN, str_from_z(network));
}

/* The number of a path's last step, unless the step takes the private key. */
static bool public_step(struct str path, int64_t *ret)
{
    struct str last = path;
    while (str_cut(last, '/', &path, &last))
        continue;
    return int_parse(last, 0, EXTENDED_KEY_INDEX_MAX, ret);
}

TEST(chain_vectors_of_bip_32_are_derived_printed_and_refused)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    const struct json *list = json_get(json_get(v.all, "bip32"), "vectors");
    size_t steps = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct json *chains = json_get(&list->items[i], "chains");
        struct extended_key parent = { 0 };
        for (size_t j = 0; j < chains->n; j++) {
            struct str text = vectors_text(&chains->items[j], "xpub");
            struct extended_key k;
            struct extended_key child;
            int64_t index = 0;
            expect(extended_key_parse(text, bitcoin("main"), &k) == OK && k.depth == j);
            expect_str(extended_key_print(&v.arena, &k), text);
            expect(extended_key_parse(vectors_text(&chains->items[j], "xprv"), bitcoin("main"),
                                      &child) == EXTENDED_KEY_PRIVATE);
            if (j > 0 && public_step(vectors_text(&chains->items[j], "path"), &index)) {
                expect(extended_key_child(&parent, (uint32_t)index, &child) == OK);
                expect_str(extended_key_print(&v.arena, &child), text);
                steps++;
            }
            parent = k;
        }
    }
    expect(list->n >= 4 && steps >= 6);
    const struct json *invalid = json_get(json_get(v.all, "bip32"), "invalid");
    for (size_t i = 0; i < invalid->n; i++) {
        struct extended_key k;
        struct str text = vectors_text(&invalid->items[i], "key");
        err e = extended_key_parse(text, bitcoin("main"), &k);
        expect(e > 0 && (e == EXTENDED_KEY_PRIVATE || !str_starts(text, S("xprv"))));
    }
    expect(invalid->n >= 16);
    arena_free(&v.arena);
}

static struct str with_checksum(struct arena *a, struct str body)
{
    char sum[DESCRIPTOR_CHECKSUM_BYTES];
    if (!descriptor_checksum(body, sum))
        return body;
    return str_print(a, STR_FMT "#" STR_FMT, STR_ARG(body), DESCRIPTOR_CHECKSUM_BYTES, sum);
}

TEST(chain_vectors_of_bip_84_and_86_are_the_plans_addresses)
{
    static const struct {
        const char *bip, *key;
    } bips[] = { { "bip84", "account_zpub" }, { "bip86", "account_xpub" } };
    struct vectors v;
    vectors_load(&v, "addresses.json");
    for (size_t i = 0; i < COUNT(bips); i++) {
        const struct json *bip = json_get(v.all, bips[i].bip);
        struct str key = vectors_text(bip, bips[i].key);
        struct str text =
            i == 0 ? key
                   : with_checksum(&v.arena,
                                   str_print(&v.arena, "tr(" STR_FMT "/<0;1>/*)", STR_ARG(key)));
        struct address_plan p;
        expect(address_plan_parse(text, bitcoin("main"), &p) == OK);
        for (uint32_t n = 0; n < 2; n++) {
            struct receiving_address to;
            expect(address_for(&p, n, &v.arena, &to) == OK);
            expect_str(to.text, vectors_text(json_get(bip, "addresses"), n ? "0/1" : "0/0"));
        }
    }
    arena_free(&v.arena);
}

TEST(chain_vectors_of_bip_341_are_tweaked_and_addressed)
{
    struct vectors v;
    vectors_load(&v, "bip341.json");
    const struct json *list = json_get(v.all, "scriptPubKey");
    for (size_t i = 0; i < list->n; i++) {
        const struct json *between = json_get(&list->items[i], "intermediary");
        const struct json *want = json_get(&list->items[i], "expected");
        uint8_t x[POINT_X_BYTES];
        uint8_t root[SHA256_BYTES];
        uint8_t key[POINT_X_BYTES];
        struct str hex = { 0 };
        struct script s = { 0 };
        expect(hex_parse(vectors_text(json_get(&list->items[i], "given"), "internalPubkey"), x,
                         sizeof x));
        bool tree = json_get_str(between, "merkleRoot", &hex);
        expect(!tree || hex_parse(hex, root, sizeof root));
        expect(taproot_output_key(x, tree ? bytes_str(root, sizeof root) : S(""), key));
        expect_str(hex_print(&v.arena, bytes_str(key, sizeof key)),
                   vectors_text(between, "tweakedPubkey"));
        expect(script_of_address(vectors_text(want, "bip350Address"), bitcoin("main"), &s) == OK);
        expect_str(hex_print(&v.arena, script_str(&s)), vectors_text(want, "scriptPubKey"));
        expect_str(script_address(&v.arena, &s, bitcoin("main")),
                   vectors_text(want, "bip350Address"));
    }
    expect(list->n >= 7);
    arena_free(&v.arena);
}

TEST(chain_vectors_of_bip_350_lead_both_ways)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    const struct json *list = json_get(json_get(v.all, "bip350"), "segwit_valid");
    for (size_t i = 0; i < list->n; i++) {
        struct str text = str_lower(&v.arena, vectors_text(&list->items[i], "address"));
        struct str hex = vectors_text(&list->items[i], "script");
        const struct chain *c = bitcoin(str_starts(text, S("tb1")) ? "test" : "main");
        struct script s = { .n = hex.n / 2 };
        struct script got = { 0 };
        expect(hex_parse(hex, s.bytes, s.n));
        expect_str(script_address(&v.arena, &s, c), text);
        err e = script_of_address(text, c, &got);
        expect(e == SCRIPT_NOT_PAYABLE || str_eq(script_str(&got), script_str(&s)));
    }
    const struct json *invalid = json_get(json_get(v.all, "bip350"), "segwit_invalid");
    for (size_t i = 0; i < invalid->n; i++) {
        struct script s;
        struct str text = vectors_text(&invalid->items[i], "address");
        expect(script_of_address(text, bitcoin("main"), &s) > 0);
        expect(script_of_address(text, bitcoin("test"), &s) > 0);
    }
    arena_free(&v.arena);
}

/* BIP 380's list has the name of each case: those of "invalid" things are known by these words. */
static bool is_good_key_expression(struct str what)
{
    static const struct str bad[] = {
        { "Private", 7 },        { "private", 7 },   { "hardened", 8 },      { "Invalid", 7 },
        { "in key origin", 13 }, { "out of", 6 },    { "fingerprint", 11 },  { "Multiple", 8 },
        { "Missing", 7 },        { "no public", 9 }, { "Uncompressed", 12 }, { "slash", 5 }
    };
    size_t at = 0;
    if (str_find(what, S("as hardened indicator"), &at) || str_find(what, S("mixed hardened"), &at))
        return true;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (str_find(what, bad[i], &at))
            return false;
    return true;
}

TEST(chain_vectors_of_bip_380_are_taken_or_refused)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    const struct json *list = json_get(v.all, "bip380");
    size_t taken = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct str what = vectors_text(&list->items[i], "case");
        struct str text = vectors_text(&list->items[i], "descriptor");
        struct descriptor d;
        if (str_starts(text, S("raw("))) {
            // raw() is not taken; the one with the right checksum is refused for that alone.
            err e = descriptor_parse(text, bitcoin("main"), &d);
            bool sum = str_eq(what, S("Valid checksum")) || str_eq(what, S("No checksum"));
            expect(e == (sum                     ? DESCRIPTOR_UNSUPPORTED
                         : str_has(text, '\xc3') ? DESCRIPTOR_NOT_ONE
                                                 : DESCRIPTOR_CHECKSUM));
            continue;
        }
        struct str body = str_print(&v.arena, "pkh(" STR_FMT ")", STR_ARG(text));
        err e = descriptor_parse(with_checksum(&v.arena, body), bitcoin("main"), &d);
        if ((e == OK) != is_good_key_expression(what))
            printf("# " STR_FMT ": %d\n", STR_ARG(what), e);
        expect((e == OK) == is_good_key_expression(what));
        size_t at = 0;
        if (str_find(text, S("prv"), &at))
            expect(e == DESCRIPTOR_PRIVATE);
        taken += e == OK;
    }
    expect(list->n >= 40 && taken >= 8);
    arena_free(&v.arena);
}

/* Lines "* descriptor" and "** script, first or next"; bad ones are "* Why: descriptor". */
static size_t try_descriptors(struct vectors *v, const char *bip)
{
    const struct json *list = json_get(v->all, bip);
    struct descriptor d = { 0 };
    bool open = false;
    uint32_t index = 0;
    size_t held = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct str line = list->items[i].text;
        if (scan_text(&line, S("** "))) {
            struct extended_key k;
            struct script s = d.script;
            if (!open)
                continue;
            if (d.ranged)
                expect(extended_key_child(&d.branch, index++, &k) == OK &&
                       script_of_key(bitcoin("main"), d.kind, k.point, &s));
            expect_str(hex_print(&v->arena, script_str(&s)), line);
            held++;
            continue;
        }
        expect(scan_text(&line, S("* ")));
        index = 0;
        open = descriptor_parse(with_checksum(&v->arena, line), bitcoin("main"), &d) == OK;
    }
    return held;
}

TEST(chain_vectors_of_bip_381_382_and_386_give_their_scripts)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    expect(try_descriptors(&v, "bip381") >= 3);
    expect(try_descriptors(&v, "bip382") >= 4);
    expect(try_descriptors(&v, "bip386") >= 1);
    arena_free(&v.arena);
}

TEST(chain_vectors_of_cashaddr_are_printed)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    const struct json *list = json_get(v.all, "cashaddr");
    for (size_t i = 0; i < list->n; i++) {
        struct cashaddr a;
        struct str text = vectors_text(&list->items[i], "address");
        expect(cashaddr_parse(text, S(""), &a) == OK);
        expect_str(cashaddr_print(&v.arena, &a), text);
    }
    const struct json *legacy = json_get(v.all, "cashaddr_legacy");
    const struct chain *cash = chain_find(CHAIN_BITCOINCASH, S("main"));
    for (size_t i = 0; i < legacy->n; i++) {
        struct script one;
        struct script two;
        struct str text = vectors_text(&legacy->items[i], "cashaddr");
        expect(script_of_address(text, cash, &one) == OK);
        expect(script_of_address(vectors_text(&legacy->items[i], "legacy"), bitcoin("main"),
                                 &two) == OK);
        expect(str_eq(script_str(&one), script_str(&two)));
        expect_str(script_address(&v.arena, &one, cash), text);
    }
    expect(list->n >= 6 && legacy->n >= 2);
    arena_free(&v.arena);
}
