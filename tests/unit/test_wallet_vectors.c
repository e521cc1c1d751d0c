#include "base/encoding.h"
#include "funding/bech32.h"
#include "funding/bitcoin.h"
#include "funding/cashaddr.h"
#include "funding/ethereum.h"
#include "funding/secret.h"
#include "unit/test.h"
#include "unit/vectors.h"

/*
 * Without these our own tables of addresses could share a mistake with our code: the official
 * vectors are read from their file, which lies beside the repository.
 */

/* Test networks' addresses are refused by name; the checksum and the program are read beneath. */
static void expect_script(struct vectors *v, struct str address, struct str script)
{
    struct bitcoin_address a = { .kind = BITCOIN_WITNESS };
    uint8_t bytes[BITCOIN_SCRIPT_MAX];
    if (bitcoin_parse(address, &a) != OK) {
        struct bech32 b = { 0 };
        expect(bitcoin_parse(address, &a) == BITCOIN_OTHER_NETWORK);
        expect(bech32_decode(address, &b) && b.count > 0);
        a.version = b.groups[0];
        expect(bech32_join(b.groups + 1, b.count - 1, a.program, sizeof a.program, &a.n));
    }
    size_t n = bitcoin_script(&a, bytes);
    expect_str(hex_print(&v->arena, (struct str){ (const char *)bytes, n }), script);
}

TEST(wallet_vectors_of_bip_350_are_read_and_refused_as_they_say)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    const struct json *bip350 = json_get(v.all, "bip350");
    const struct json *valid = json_get(bip350, "segwit_valid");
    const struct json *invalid = json_get(bip350, "segwit_invalid");
    const struct json *strings = json_get(bip350, "bech32m_valid");
    expect(valid->n >= 8 && invalid->n >= 15 && strings->n >= 7);
    for (size_t i = 0; i < valid->n; i++)
        expect_script(&v, vectors_text(&valid->items[i], "address"),
                      vectors_text(&valid->items[i], "script"));
    for (size_t i = 0; i < invalid->n; i++) {
        struct bitcoin_address a;
        expect(bitcoin_parse(vectors_text(&invalid->items[i], "address"), &a) != OK);
    }
    for (size_t i = 0; i < strings->n; i++) {
        struct bech32 b;
        expect(bech32_decode(strings->items[i].text, &b) && b.kind == BECH32M);
    }
    arena_free(&v.arena);
}

TEST(wallet_vectors_of_bip_84_86_and_341_are_payable)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    static const char *const bips[] = { "bip84", "bip86" };
    for (size_t i = 0; i < COUNT(bips); i++) {
        const struct json *list = json_get(json_get(v.all, bips[i]), "addresses");
        expect(list->n == 3);
        for (size_t j = 0; j < list->n; j++) {
            struct bitcoin_address a;
            expect(bitcoin_parse(list->items[j].text, &a) == OK && bitcoin_is_payable(&a));
        }
    }
    arena_free(&v.arena);
    vectors_load(&v, "bip341.json");
    const struct json *list = json_get(v.all, "scriptPubKey");
    expect(list->n >= 7);
    for (size_t i = 0; i < list->n; i++) {
        const struct json *want = json_get(&list->items[i], "expected");
        expect_script(&v, vectors_text(want, "bip350Address"), vectors_text(want, "scriptPubKey"));
    }
    arena_free(&v.arena);
}

TEST(wallet_vectors_of_cashaddr_and_eip_55_are_read_exactly)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    const struct json *cash = json_get(v.all, "cashaddr");
    for (size_t i = 0; i < cash->n; i++) {
        struct cashaddr a;
        int64_t type = -1;
        expect(cashaddr_parse(vectors_text(&cash->items[i], "address"), S("x"), &a) == OK);
        expect(json_get_int(&cash->items[i], "type", &type) && type == a.type);
        expect_str(str_from_z(a.prefix), vectors_text(&cash->items[i], "prefix"));
        expect_str(hex_print(&v.arena, (struct str){ (const char *)a.hash, a.n }),
                   str_lower(&v.arena, vectors_text(&cash->items[i], "payload")));
    }
    const struct json *legacy = json_get(v.all, "cashaddr_legacy");
    for (size_t i = 0; i < legacy->n; i++) {
        struct cashaddr a;
        struct bitcoin_address b;
        expect(cashaddr_parse(vectors_text(&legacy->items[i], "cashaddr"), S("x"), &a) == OK);
        expect(bitcoin_parse(vectors_text(&legacy->items[i], "legacy"), &b) == OK);
        expect_str(((struct str){ (const char *)a.hash, a.n }),
                   ((struct str){ (const char *)b.program, b.n }));
    }
    const struct json *eip55 = json_get(v.all, "eip55");
    expect(cash->n >= 6 && legacy->n >= 2 && eip55->n >= 8);
    for (size_t i = 0; i < eip55->n; i++) {
        struct ethereum_address a;
        expect(ethereum_parse(eip55->items[i].text, &a) == OK);
    }
    arena_free(&v.arena);
}

TEST(wallet_vectors_of_bip_32_are_told_apart_into_public_and_private)
{
    struct vectors v;
    vectors_load(&v, "addresses.json");
    const struct json *vectors = json_get(json_get(v.all, "bip32"), "vectors");
    for (size_t i = 0; i < vectors->n; i++) {
        const struct json *chains = json_get(&vectors->items[i], "chains");
        for (size_t j = 0; j < chains->n; j++) {
            struct str private = vectors_text(&chains->items[j], "xprv");
            expect(secret_find_sure(private) == SECRET_EXTENDED);
            expect(secret_find(vectors_text(&chains->items[j], "xpub")) == SECRET_NONE);
        }
    }
    expect(vectors->n >= 4);
    arena_free(&v.arena);
}
