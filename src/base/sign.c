#include "base/sign.h"
#include "base/check.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

struct sign_key {
    EVP_PKEY *pkey;
    enum sign_kind kind;
};

/* A key behind a password is refused: nobody is there to type it. */
static int no_password(char *to, int size, int writing, void *arg)
{
    (void)to;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

static bool kind_of(const EVP_PKEY *pkey, enum sign_kind *ret)
{
    int bits = EVP_PKEY_get_bits(pkey);
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_RSA:
        *ret = SIGN_RSA;
        return bits >= SIGN_RSA_BITS_MIN && bits <= SIGN_RSA_BITS_MAX;
    case EVP_PKEY_ED25519: *ret = SIGN_ED25519; return true;
    default: return false;
    }
}

err sign_key_read(struct str pem, struct sign_key **ret)
{
    check(pem.n <= INT_MAX);
    BIO *bio = BIO_new_mem_buf(pem.n ? pem.s : "", (int)pem.n);
    check(bio);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
    BIO_free(bio);
    if (!pkey)
        return SIGN_NO_KEY;
    enum sign_kind kind = SIGN_RSA;
    if (!kind_of(pkey, &kind)) {
        EVP_PKEY_free(pkey);
        return SIGN_WRONG_KEY;
    }
    struct sign_key *k = calloc(1, sizeof *k);
    check(k);
    *k = (struct sign_key){ .pkey = pkey, .kind = kind };
    *ret = k;
    return OK;
}

void sign_key_free(struct sign_key *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->pkey);
    free(k);
}

enum sign_kind sign_key_kind(const struct sign_key *k)
{
    return k->kind;
}

static void sign_rsa(const struct sign_key *k, const uint8_t *digest, uint8_t *to, size_t *n)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->pkey, NULL);
    check(ctx && EVP_PKEY_sign_init(ctx) == 1);
    check(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1);
    check(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
    check(EVP_PKEY_sign(ctx, to, n, digest, SHA256_BYTES) == 1);
    EVP_PKEY_CTX_free(ctx);
}

static void sign_ed25519(const struct sign_key *k, struct str message, uint8_t *to, size_t *n)
{
    const void *bytes = message.n ? message.s : "";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    check(ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1);
    check(EVP_DigestSign(ctx, to, n, bytes, message.n) == 1);
    EVP_MD_CTX_free(ctx);
}

struct str sign_digest(const struct sign_key *k, const uint8_t digest[SHA256_BYTES],
                       struct arena *a)
{
    size_t n = SIGN_BYTES_MAX;
    uint8_t *to = arena_new(a, uint8_t, n);
    if (k->kind == SIGN_RSA)
        sign_rsa(k, digest, to, &n);
    else
        sign_ed25519(k, bytes_str(digest, SHA256_BYTES), to, &n);
    return bytes_str(to, n);
}

struct str sign_public(const struct sign_key *k, struct arena *a)
{
    if (k->kind == SIGN_ED25519) {
        size_t n = ED25519_PUBLIC_BYTES;
        uint8_t *raw = arena_new(a, uint8_t, n);
        check(EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) == 1);
        return bytes_str(raw, n);
    }
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(k->pkey, &der);
    check(n > 0);
    struct str copy = str_copy(a, bytes_str(der, (size_t)n));
    OPENSSL_free(der);
    return copy;
}

struct str sign_key_make(struct arena *a)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    BIO *bio = BIO_new(BIO_s_secmem());
    char *bytes = NULL;
    check(pkey && bio);
    check(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1);
    long n = BIO_get_mem_data(bio, &bytes);
    check(n > 0);
    struct str pem = str_copy(a, bytes_str(bytes, (size_t)n));
    BIO_free(bio); // which wipes it
    EVP_PKEY_free(pkey);
    return pem;
}

void sign_message(const struct sign_key *k, struct str message,
                  uint8_t ret[ED25519_SIGNATURE_BYTES])
{
    size_t n = ED25519_SIGNATURE_BYTES;
    check(k->kind == SIGN_ED25519);
    sign_ed25519(k, message, ret, &n);
    check(n == ED25519_SIGNATURE_BYTES);
}
