#include "base/ed25519.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <sodium.h>
#include <string.h>

_Static_assert(ED25519_SEED_BYTES == crypto_sign_SEEDBYTES, "as libsodium has it");
_Static_assert(ED25519_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "as libsodium has it");
_Static_assert(ED25519_SIGNATURE_BYTES == crypto_sign_BYTES, "as libsodium has it");

struct pair {
    uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
};

static struct pair pair_of(const uint8_t seed[ED25519_SEED_BYTES])
{
    struct pair p;
    check(sodium_init() >= 0);
    check(crypto_sign_seed_keypair(p.public, p.secret, seed) == 0);
    return p;
}

void ed25519_public(const uint8_t seed[ED25519_SEED_BYTES], uint8_t ret[ED25519_PUBLIC_BYTES])
{
    struct pair p = pair_of(seed);
    memcpy(ret, p.public, ED25519_PUBLIC_BYTES);
    secret_wipe(&p, sizeof p);
}

void ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], struct str message,
                  uint8_t ret[ED25519_SIGNATURE_BYTES])
{
    struct pair p = pair_of(seed);
    const unsigned char *m = (const unsigned char *)message.s;
    check(crypto_sign_detached(ret, NULL, m, message.n, p.secret) == 0);
    secret_wipe(&p, sizeof p);
}

bool ed25519_verify(const uint8_t key[ED25519_PUBLIC_BYTES], struct str message,
                    const uint8_t signature[ED25519_SIGNATURE_BYTES])
{
    const unsigned char *m = (const unsigned char *)message.s;
    check(sodium_init() >= 0);
    return crypto_sign_verify_detached(signature, m, message.n, key) == 0;
}

struct str ed25519_pem(struct arena *a, const uint8_t key[ED25519_PUBLIC_BYTES])
{
    // SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING }, RFC 8410, section 4
    static const uint8_t before[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                      0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
    uint8_t der[sizeof before + ED25519_PUBLIC_BYTES];
    memcpy(der, before, sizeof before);
    memcpy(der + sizeof before, key, ED25519_PUBLIC_BYTES);
    struct str text = base64_print(a, bytes_str(der, sizeof der));
    return str_print(a, "-----BEGIN PUBLIC KEY-----\n" STR_FMT "\n-----END PUBLIC KEY-----\n",
                     STR_ARG(text));
}
