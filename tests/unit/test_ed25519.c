#include "base/crypto.h"
#include "base/ed25519.h"
#include "base/encoding.h"
#include "unit/test.h"

#include <string.h>

/* Without these a statement that somebody else signed could pass for ours. */

struct vector {
    const char *seed, *public, *message, *signature;
};
/* RFC 8032, section 7.1, tests 1 to 3. */
static const struct vector vectors[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46b"
      "d25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
      "1d8c"
      "387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
      "c659"
      "4a7c15e9716ed28dc027beceea1ec40a" },
};

TEST(ed25519_makes_and_accepts_the_signatures_of_rfc_8032)
{
    for (size_t i = 0; i < COUNT(vectors); i++) {
        uint8_t seed[32];
        uint8_t key[32];
        uint8_t made[32];
        uint8_t right[64];
        uint8_t signature[64];
        uint8_t message[2];
        size_t n = strlen(vectors[i].message) / 2;
        expect(hex_parse(str_from_z(vectors[i].seed), seed, sizeof seed));
        expect(hex_parse(str_from_z(vectors[i].public), key, sizeof key));
        expect(hex_parse(str_from_z(vectors[i].signature), right, sizeof right));
        expect(hex_parse(str_from_z(vectors[i].message), message, n));
        ed25519_public(seed, made);
        expect(memcmp(made, key, sizeof key) == 0);
        ed25519_sign(seed, bytes_str(message, n), signature);
        expect(memcmp(signature, right, sizeof right) == 0);
        expect(ed25519_verify(key, bytes_str(message, n), signature));
        expect(!ed25519_verify(key, S("another"), signature));
        for (size_t at = 0; at < sizeof signature; at++) {
            signature[at] ^= 1;
            expect(!ed25519_verify(key, bytes_str(message, n), signature));
            signature[at] ^= 1;
        }
        memset(key, 0, sizeof key);
        expect(!ed25519_verify(key, bytes_str(message, n), signature));
    }
}

TEST(an_ed25519_key_is_written_as_rfc_8410_says)
{
    // RFC 8410, section 10.1
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                              "-----END PUBLIC KEY-----\n";
    struct arena a;
    uint8_t key[32];
    arena_init(&a, 1 << 16);
    expect(hex_parse(S("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"), key,
                     sizeof key));
    expect_str(ed25519_pem(&a, key), str_from_z(pem));
    arena_free(&a);
}
