#include "base/crypto.h"
#include "base/check.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>
#include <sys/random.h>

struct str bytes_str(const void *bytes, size_t n)
{
    return (struct str){ bytes, n };
}

/* What can fail here is memory, or a build of OpenSSL without the algorithm: neither is input. */
static void digest(const EVP_MD *kind, struct str s, uint8_t *ret, unsigned bytes)
{
    unsigned n = 0;
    check(EVP_Digest(s.n ? s.s : "", s.n, ret, &n, kind, NULL) == 1 && n == bytes);
}

void sha256(struct str s, uint8_t ret[SHA256_BYTES])
{
    digest(EVP_sha256(), s, ret, SHA256_BYTES);
}

void sha512(struct str s, uint8_t ret[SHA512_BYTES])
{
    digest(EVP_sha512(), s, ret, SHA512_BYTES);
}

void ripemd160(struct str s, uint8_t ret[RIPEMD160_BYTES])
{
    digest(EVP_ripemd160(), s, ret, RIPEMD160_BYTES);
}

static void hasher_begin(struct hasher *h)
{
    check(EVP_DigestInit_ex2(h->state, NULL, NULL) == 1); // the algorithm it had
}

struct hasher hasher_make(void)
{
    struct hasher h = { .state = EVP_MD_CTX_new() };
    check(h.state && EVP_DigestInit_ex2(h.state, EVP_sha256(), NULL) == 1);
    return h;
}

void hasher_free(struct hasher *h)
{
    EVP_MD_CTX_free(h->state);
}

void hasher_put(struct hasher *h, struct str s)
{
    check(EVP_DigestUpdate(h->state, s.n ? s.s : "", s.n) == 1);
}

void hasher_end_twice(struct hasher *h, uint8_t ret[SHA256_BYTES])
{
    uint8_t once[SHA256_BYTES];
    check(EVP_DigestFinal_ex(h->state, once, NULL) == 1);
    hasher_begin(h);
    check(EVP_DigestUpdate(h->state, once, sizeof once) == 1);
    check(EVP_DigestFinal_ex(h->state, ret, NULL) == 1);
    hasher_begin(h);
}

/* OpenSSL looks its algorithm up each time, which costs more than short messages do. */
void hmac_sha256(struct str key, struct str s, uint8_t ret[SHA256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)(key.n ? key.s : ""), key.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)(s.n ? s.s : ""), s.n);
    crypto_auth_hmacsha256_final(&state, ret);
    sodium_memzero(&state, sizeof state);
}

static void hmac(const EVP_MD *kind, struct str key, struct str s, uint8_t *ret, unsigned bytes)
{
    unsigned n = 0;
    check(key.n <= INT_MAX);
    const unsigned char *text = (const unsigned char *)(s.n ? s.s : "");
    check(HMAC(kind, key.n ? key.s : "", (int)key.n, text, s.n, ret, &n) && n == bytes);
}

void hmac_sha512(struct str key, struct str s, uint8_t ret[SHA512_BYTES])
{
    hmac(EVP_sha512(), key, s, ret, SHA512_BYTES);
}

void hmac_sha1(struct str key, struct str s, uint8_t ret[SHA1_BYTES])
{
    hmac(EVP_sha1(), key, s, ret, SHA1_BYTES);
}

void hmac_md5(struct str key, struct str s, uint8_t ret[MD5_BYTES])
{
    hmac(EVP_md5(), key, s, ret, MD5_BYTES);
}

void hmac_sha256_parts(struct str key, const struct str *parts, size_t n, uint8_t ret[SHA256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)(key.n ? key.s : ""), key.n);
    for (size_t i = 0; i < n; i++) {
        uint8_t length[8];
        for (size_t b = 0; b < sizeof length; b++)
            length[b] = (uint8_t)((uint64_t)parts[i].n >> 8 * b);
        crypto_auth_hmacsha256_update(&state, length, sizeof length);
        if (parts[i].n)
            crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].s, parts[i].n);
    }
    crypto_auth_hmacsha256_final(&state, ret);
    sodium_memzero(&state, sizeof state);
}

uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], struct str s)
{
    _Static_assert(SIPHASH_KEY_BYTES == crypto_shorthash_KEYBYTES, "");
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t v = 0;
    (void)crypto_shorthash(out, (const unsigned char *)(s.n ? s.s : ""), s.n, key); // never fails
    for (size_t i = 0; i < sizeof out; i++)
        v |= (uint64_t)out[i] << 8 * i;
    return v;
}

bool secret_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.s, b.s, a.n) == 0);
}

void secret_wipe(void *secret, size_t n)
{
    sodium_memzero(secret, n);
}

void random_bytes(void *ret, size_t n)
{
    char *at = ret;
    while (n) {
        ssize_t got = getrandom(at, n, 0);
        check(got >= 0 || errno == EINTR);
        if (got <= 0)
            continue;
        at += got;
        n -= (size_t)got;
    }
}

/* Chooses the fastest code for this processor; any thread may ask any number of times. */
static void start_sodium(void)
{
    check(sodium_init() >= 0);
}

static size_t memory_of(struct password_cost cost)
{
    check(cost.kilobytes > 0 && cost.passes > 0);
    return (size_t)cost.kilobytes * 1024;
}

struct str password_hash(struct str password, struct password_cost cost, struct arena *a)
{
    char line[crypto_pwhash_argon2id_STRBYTES];
    _Static_assert(sizeof line - 1 == PASSWORD_HASH_MAX, "");
    start_sodium();
    check(crypto_pwhash_argon2id_str(line, password.n ? password.s : "", password.n,
                                     (unsigned long long)cost.passes, memory_of(cost)) == 0);
    return str_copy(a, str_from_z(line));
}

/* libsodium wants the line in a field of full size, zeros behind it. */
static bool line_of(struct str hash, char ret[crypto_pwhash_argon2id_STRBYTES])
{
    if (hash.n > PASSWORD_HASH_MAX || str_has(hash, 0))
        return false;
    memset(ret, 0, crypto_pwhash_argon2id_STRBYTES);
    if (hash.n)
        memcpy(ret, hash.s, hash.n);
    return true;
}

bool password_verify(struct str password, struct str hash)
{
    char line[crypto_pwhash_argon2id_STRBYTES];
    start_sodium();
    return line_of(hash, line) &&
           crypto_pwhash_argon2id_str_verify(line, password.n ? password.s : "", password.n) == 0;
}

struct str password_decoy(struct password_cost cost, struct arena *a)
{
    return str_print(a,
                     "$argon2id$v=19$m=%" PRId64 ",t=%" PRId64 ",p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                     cost.kilobytes, cost.passes);
}

bool password_outdated(struct str hash, struct password_cost cost)
{
    char line[crypto_pwhash_argon2id_STRBYTES];
    start_sodium();
    return !line_of(hash, line) || crypto_pwhash_argon2id_str_needs_rehash(
                                       line, (unsigned long long)cost.passes, memory_of(cost)) != 0;
}
