#pragma once
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Cryptography: with base/sign.h, base/ed25519.h and base/secp256k1.h the only files of the program
 * that know OpenSSL and libsodium.
 * Nothing here is our own but Keccak-256, which Debian's OpenSSL lacks, and which no secret depends
 * on.
 *
 * What each is for: SHA-256 for chains, tokens and ETags; HMAC-SHA-256 for everything signed and
 * for addresses; HMAC-SHA-1 for TOTP only, whose apps know no other; Argon2id for
 * passwords; RIPEMD-160, SHA-512 and Keccak-256 for wallet formats.
 */
enum {
    SHA1_BYTES = 20,
    MD5_BYTES = 16,
    SHA256_BYTES = 32,
    SHA512_BYTES = 64,
    RIPEMD160_BYTES = 20,
    KECCAK256_BYTES = 32,
};

/* Bytes of any type as a str, for the functions below. */
struct str bytes_str(const void *bytes, size_t n);

void sha256(struct str s, uint8_t ret[SHA256_BYTES]);       /* FIPS 180-4 */
void sha512(struct str s, uint8_t ret[SHA512_BYTES]);       /* FIPS 180-4 */
void ripemd160(struct str s, uint8_t ret[RIPEMD160_BYTES]); /* ISO/IEC 10118-3 */
/* Ethereum's: Keccak with its first padding (0x01), which FIPS 202's SHA3-256 changed. */
void keccak256(struct str s, uint8_t ret[KECCAK256_BYTES]);

/*
 * SHA-256 of many messages, one after the other and each in pieces, without OpenSSL's looking the
 * algorithm up for each. On the stack with CLEANUP(hasher_free).
 */
struct hasher {
    void *state;
};
struct hasher hasher_make(void);
void hasher_free(struct hasher *h); /* a zeroed one is fine */
void hasher_put(struct hasher *h, struct str s);
/* SHA-256 of SHA-256 of what was put, as Bitcoin hashes everything; the next message begins. */
void hasher_end_twice(struct hasher *h, uint8_t ret[SHA256_BYTES]);

/* RFC 2104. A key may have any length; 32 random bytes are right. */
void hmac_sha256(struct str key, struct str s, uint8_t ret[SHA256_BYTES]);
void hmac_sha512(struct str key, struct str s, uint8_t ret[SHA512_BYTES]);
void hmac_sha1(struct str key, struct str s, uint8_t ret[SHA1_BYTES]);
/* RFC 2104 with MD5: for providers that know no better. */
void hmac_md5(struct str key, struct str s, uint8_t ret[MD5_BYTES]);

/*
 * HMAC-SHA-256 of several pieces, each with its length before it, so that no two lists of pieces
 * are the same bytes. The first piece should name the purpose.
 */
void hmac_sha256_parts(struct str key, const struct str *parts, size_t n,
                       uint8_t ret[SHA256_BYTES]);

/* SipHash-2-4: where a text stands in a table, unforeseeable for who does not know the key. */
enum { SIPHASH_KEY_BYTES = 16 };
uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], struct str s);

/* Whether they are equal, in a time that depends on their lengths only. */
bool secret_eq(struct str a, struct str b);

/* Overwrites a secret that is no longer needed; the compiler cannot leave it out. */
void secret_wipe(void *secret, size_t n);

/* From getrandom(2), which cannot fail once the machine has started; waits if it has not. */
void random_bytes(void *ret, size_t n);

/*
 * Passwords by Argon2id (RFC 9106). The hash is a line of ASCII that carries its own parameters, so
 * that these can be raised later: password_outdated() says which hashes have older ones.
 */
struct password_cost {
    int64_t kilobytes, passes;
};
enum { PASSWORD_HASH_MAX = 127 }; /* bytes of the line */

/* Takes as long and as much memory as the cost says: never inside a transaction. In `a`. */
struct str password_hash(struct str password, struct password_cost cost, struct arena *a);
bool password_verify(struct str password, struct str hash); /* false too for what is not a hash */
/* A line that no password fits and whose checking costs the same: for accounts that are not there.
 */
struct str password_decoy(struct password_cost cost, struct arena *a);
bool password_outdated(struct str hash, struct password_cost cost);
