#include "base/crypto.h"
#include "base/encoding.h"
#include "unit/test.h"

#include <string.h>

/* Without these a wrong digest could pass for a right one: wallets, chains, sessions, passwords. */

static struct arena fresh(void)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    return a;
}

static struct str repeated(struct arena *a, char c, size_t n)
{
    char *p = arena_new(a, char, n);
    memset(p, c, n);
    return (struct str){ p, n };
}

static void expect_hex(struct arena *a, const uint8_t *bytes, size_t n, struct str want)
{
    expect_str(hex_print(a, bytes_str(bytes, n)), want);
}

TEST(digests_of_abc_are_those_of_their_standards)
{
    struct arena a CLEANUP(arena_free) = fresh();
    uint8_t d[SHA512_BYTES];
    sha256(S("abc"), d);
    expect_hex(&a, d, SHA256_BYTES,
               S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    sha256(S(""), d);
    expect_hex(&a, d, SHA256_BYTES,
               S("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    sha512(S("abc"), d);
    expect_hex(&a, d, SHA512_BYTES,
               S("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
    ripemd160(S("abc"), d);
    expect_hex(&a, d, RIPEMD160_BYTES, S("8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"));
}

TEST(keccak_is_right_around_the_borders_of_its_blocks)
{
    struct arena a CLEANUP(arena_free) = fresh();
    static const struct {
        size_t n;
        const char *hex;
    } table[] = {
        { 0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
        { 135, "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446" },
        { 136, "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e" },
        { 137, "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39" },
        { 272, "cf7fcd4f705ee749930d19ca84561a9bf62516bd90a471545fa2f49fdc7e63c8" },
    };
    uint8_t d[KECCAK256_BYTES];
    for (size_t i = 0; i < COUNT(table); i++) {
        keccak256(repeated(&a, 'a', table[i].n), d);
        expect_hex(&a, d, sizeof d, str_from_z(table[i].hex));
    }
    keccak256(S("testing"), d);
    expect_hex(&a, d, sizeof d,
               S("5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"));
}

TEST(keyed_digests_match_rfc_4231_and_rfc_2202)
{
    struct arena a CLEANUP(arena_free) = fresh();
    uint8_t d[SHA512_BYTES];
    struct str key = repeated(&a, 0x0b, 20);
    hmac_sha256(key, S("Hi There"), d);
    expect_hex(&a, d, SHA256_BYTES,
               S("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    hmac_sha256(repeated(&a, (char)0xaa, 131),
                S("Test Using Larger Than Block-Size Key - Hash Key First"), d);
    expect_hex(&a, d, SHA256_BYTES,
               S("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
    hmac_sha512(key, S("Hi There"), d);
    expect_hex(&a, d, SHA512_BYTES,
               S("87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                 "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"));
    hmac_sha1(key, S("Hi There"), d);
    expect_hex(&a, d, SHA1_BYTES, S("b617318655057264e28bc0b6fb378c8ef146be00"));
    hmac_sha256(S(""), S(""), d);
    expect_hex(&a, d, SHA256_BYTES,
               S("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}

TEST(pieces_cut_elsewhere_have_another_keyed_digest)
{
    uint8_t one[SHA256_BYTES];
    uint8_t two[SHA256_BYTES];
    hmac_sha256_parts(S("key"), (struct str[]){ S("link"), S("ab"), S("c") }, 3, one);
    hmac_sha256_parts(S("key"), (struct str[]){ S("link"), S("a"), S("bc") }, 3, two);
    expect(memcmp(one, two, sizeof one) != 0);
    hmac_sha256_parts(S("key"), (struct str[]){ S("link"), S("ab"), S("c") }, 3, two);
    expect(memcmp(one, two, sizeof one) == 0);
    hmac_sha256_parts(S("key"), (struct str[]){ S("link"), S("ab"), S("c"), S("") }, 4, two);
    expect(memcmp(one, two, sizeof one) != 0);
}

TEST(secrets_are_equal_only_when_every_byte_is)
{
    expect(secret_eq(S("abc"), S("abc")) && secret_eq(S(""), (struct str){ 0 }));
    expect(!secret_eq(S("abc"), S("abd")) && !secret_eq(S("abc"), S("abcd")) &&
           !secret_eq(S("abc"), S("")));
    uint8_t a[64] = { 0 };
    uint8_t b[64] = { 0 };
    random_bytes(a, sizeof a);
    random_bytes(b, sizeof b);
    expect(!secret_eq(bytes_str(a, sizeof a), bytes_str(b, sizeof b)));
    secret_wipe(a, sizeof a);
    expect(memcmp(a, (uint8_t[64]){ 0 }, sizeof a) == 0);
}

/* The smallest that libsodium takes: these tests are about what is done with the answers. */
static const struct password_cost cheap = { .kilobytes = 8, .passes = 1 };

TEST(a_password_is_found_again_and_no_other_is)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct str hash = password_hash(S("the river rose at night"), cheap, &a);
    expect(str_starts(hash, S("$argon2id$v=19$m=8,t=1,p=1$")) && hash.n <= PASSWORD_HASH_MAX);
    expect(password_verify(S("the river rose at night"), hash));
    expect(!password_verify(S("the river rose at nigh"), hash));
    expect(!password_verify(S("The river rose at night"), hash) && !password_verify(S(""), hash));
    expect(!str_eq(hash, password_hash(S("the river rose at night"), cheap, &a)));
    struct str with_nul = password_hash((struct str){ "a\0b", 3 }, cheap, &a);
    expect(password_verify((struct str){ "a\0b", 3 }, with_nul) &&
           !password_verify(S("a"), with_nul));
}

TEST(what_is_not_a_password_hash_fits_no_password)
{
    struct arena a CLEANUP(arena_free) = fresh();
    expect(!password_verify(S(""), S("")) && !password_verify(S("x"), S("$argon2id$v=19$")));
    expect(!password_verify(S("x"), repeated(&a, 'a', PASSWORD_HASH_MAX)));
    expect(!password_verify(S("x"), repeated(&a, 'a', PASSWORD_HASH_MAX + 1)));
    struct str hash = password_hash(S("x"), cheap, &a);
    expect(!password_verify(S("x"), str_sub(hash, 0, hash.n - 1)));
}

TEST(a_hash_made_at_another_cost_is_outdated)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct str hash = password_hash(S("x"), cheap, &a);
    expect(!password_outdated(hash, cheap));
    expect(password_outdated(hash, (struct password_cost){ .kilobytes = 16, .passes = 1 }));
    expect(password_outdated(hash, (struct password_cost){ .kilobytes = 8, .passes = 2 }));
    expect(password_outdated(S("nonsense"), cheap));
}

TEST(a_decoy_costs_what_a_hash_costs_and_fits_nothing)
{
    struct arena a CLEANUP(arena_free) = fresh();
    struct str decoy = password_decoy(cheap, &a);
    expect(!password_verify(S("x"), decoy) && !password_verify(S(""), decoy));
    expect(!password_outdated(decoy, cheap)); /* so it was read whole, parameters and all */
}

/* The first two vectors of the SipHash paper's reference code. */
TEST(siphash_is_siphash_2_4)
{
    uint8_t key[SIPHASH_KEY_BYTES];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    expect(siphash(key, S("")) == UINT64_C(0x726fdb47dd0e0e31));
    expect(siphash(key, (struct str){ "\0", 1 }) == UINT64_C(0x74f839c593dc67fd));
}

TEST(encodings_are_those_of_rfc_4648_without_padding)
{
    struct arena a CLEANUP(arena_free) = fresh();
    static const struct {
        const char *plain, *base64, *base32, *hex;
    } table[] = {
        { "", "", "", "" },
        { "f", "Zg", "MY", "66" },
        { "fo", "Zm8", "MZXQ", "666f" },
        { "foo", "Zm9v", "MZXW6", "666f6f" },
        { "foob", "Zm9vYg", "MZXW6YQ", "666f6f62" },
        { "fooba", "Zm9vYmE", "MZXW6YTB", "666f6f6261" },
        { "foobar", "Zm9vYmFy", "MZXW6YTBOI", "666f6f626172" },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct str plain = str_from_z(table[i].plain);
        char back[8] = "";
        expect_str(base64url_print(&a, plain), str_from_z(table[i].base64));
        expect_str(base32_print(&a, plain), str_from_z(table[i].base32));
        expect_str(hex_print(&a, plain), str_from_z(table[i].hex));
        expect(base64url_parse(str_from_z(table[i].base64), back, plain.n));
        expect(memcmp(back, plain.s, plain.n) == 0);
        memset(back, 0, sizeof back);
        expect(base32_parse(str_from_z(table[i].base32), back, plain.n) &&
               memcmp(back, plain.s, plain.n) == 0);
        memset(back, 0, sizeof back);
        expect(hex_parse(str_from_z(table[i].hex), back, plain.n) &&
               memcmp(back, plain.s, plain.n) == 0);
    }
    expect_str(base64url_print(&a, (struct str){ "\xfb\xff\xfe", 3 }), S("-__-"));
}

TEST(base64_with_padding_is_read_in_its_one_spelling)
{
    struct arena a CLEANUP(arena_free) = fresh();
    static const char *const plain[] = { "f", "fo", "foo", "foob", "\xfb\xff\xfe" };
    static const char *const wrong[] = { "",     "=",    "====",     "Zg",     "Zg=",  "Zh==",
                                         "Zm9=", "Z===", "Zg==Zg==", "Zm9v\n", "Zm-_", "Zm9vZ" };
    for (size_t i = 0; i < COUNT(plain); i++) {
        struct str back = { 0 };
        expect(base64_read(&a, base64_print(&a, str_from_z(plain[i])), &back));
        expect_str(back, str_from_z(plain[i]));
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str back = S("kept");
        expect(!base64_read(&a, str_from_z(wrong[i]), &back));
        expect_str(back, S("kept"));
    }
}

TEST(an_encoding_has_one_spelling_and_a_refused_one_writes_nothing)
{
    char out[4] = "keep";
    expect(!base64url_parse(S("Zh"), out, 1));   /* spare bits */
    expect(!base64url_parse(S("Zg=="), out, 1)); /* padding */
    expect(!base64url_parse(S("Zm8+"), out, 3) && !base64url_parse(S("Zm9"), out, 3));
    expect(!base64url_parse(S("Zm9v"), out, 2) && !base64url_parse(S("Zm9v"), out, 4));
    expect(!base32_parse(S("MZ"), out, 1) && !base32_parse(S("M1"), out, 1));
    expect(!hex_parse(S("6g"), out, 1) && !hex_parse(S("666"), out, 1));
    expect(!hex_parse((struct str){ "6\0", 2 }, out, 1));
    expect(memcmp(out, "keep", 4) == 0);
    expect(hex_parse(S("6A6a"), out, 2) && memcmp(out, "jjep", 4) == 0);
    expect(base32_parse(S("mzxq"), out, 2) && memcmp(out, "foep", 4) == 0);
}
