#include "base/certificate.h"
#include "base/check.h"
#include "base/clock.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static void x509_end(X509 **cert)
{
    X509_free(*cert);
}
static void chain_end(STACK_OF(X509) * *chain)
{
    sk_X509_pop_free(*chain, X509_free);
}
static void store_end(X509_STORE **store)
{
    X509_STORE_free(*store);
}
static void context_end(X509_STORE_CTX **context)
{
    X509_STORE_CTX_free(*context);
}
static void bio_end(BIO **bio)
{
    BIO_free(*bio);
}

/* A certificate behind a password does not exist; OpenSSL would ask at the terminal. */
static int no_password(char *to, int size, int writing, void *arg)
{
    (void)to;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

/* The first one into *ret_leaf, the others into `chain`. */
static err read_all(struct str pem, X509 **ret_leaf, STACK_OF(X509) * chain)
{
    if (pem.n == 0 || pem.n > CERTIFICATE_PEM_MAX)
        return CERTIFICATE_FORM;
    BIO *bio CLEANUP(bio_end) = BIO_new_mem_buf(pem.s, (int)pem.n);
    check(bio);
    X509 *leaf = PEM_read_bio_X509(bio, NULL, no_password, NULL);
    if (!leaf)
        return CERTIFICATE_FORM;
    *ret_leaf = leaf;
    for (int n = 1;; n++) {
        X509 *next = PEM_read_bio_X509(bio, NULL, no_password, NULL);
        if (!next)
            return OK; // the end, or what is no certificate: the chain has to do without it
        if (n == CERTIFICATES_MAX) {
            X509_free(next);
            return CERTIFICATE_FORM;
        }
        check(sk_X509_push(chain, next) > 0);
    }
}

/* Trust, and dates as they are at `now`. A CA file that cannot be read trusts nobody. */
static bool is_trusted(const struct certificate_check *c, X509 *leaf, STACK_OF(X509) * chain,
                       struct arena *a)
{
    X509_STORE *store CLEANUP(store_end) = X509_STORE_new();
    X509_STORE_CTX *context CLEANUP(context_end) = X509_STORE_CTX_new();
    check(store && context);
    int loaded = c->ca_file.n ? X509_STORE_load_file(store, str_z(a, c->ca_file))
                              : X509_STORE_set_default_paths(store);
    if (loaded != 1)
        return false;
    check(X509_STORE_CTX_init(context, store, leaf, chain) == 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), c->now / SECOND);
    return X509_verify_cert(context) == 1;
}

/* A name that begins with a point stands for all names below it. */
static bool is_below(X509 *leaf, struct str domain, struct arena *a)
{
    struct str below = str_print(a, "." STR_FMT, STR_ARG(domain));
    return X509_check_host(leaf, below.s, below.n, 0, NULL) == 1;
}

static bool is_good_key(EVP_PKEY *key)
{
    if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        return false;
    int bits = EVP_PKEY_get_bits(key);
    return bits >= CERTIFICATE_RSA_BITS_MIN && bits <= CERTIFICATE_RSA_BITS_MAX;
}

static bool fits(EVP_PKEY *key, struct str message, struct str signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    check(context);
    EVP_PKEY_CTX *padding = NULL; // the context's own
    bool good = EVP_DigestVerifyInit(context, &padding, EVP_sha256(), NULL, key) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PADDING) == 1 &&
                EVP_DigestVerify(context, (const unsigned char *)signature.s, signature.n,
                                 (const unsigned char *)message.s, message.n) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static err check_leaf(const struct certificate_check *c, struct arena *a, X509 **ret_leaf)
{
    STACK_OF(X509) * chain CLEANUP(chain_end) = sk_X509_new_null();
    check(chain);
    err e = read_all(c->pem, ret_leaf, chain);
    if (e)
        return e;
    if (!is_good_key(X509_get0_pubkey(*ret_leaf)))
        return CERTIFICATE_KEY;
    if (!is_below(*ret_leaf, c->domain, a))
        return CERTIFICATE_NAME;
    return is_trusted(c, *ret_leaf, chain, a) ? OK : CERTIFICATE_UNTRUSTED;
}

err certificate_check(const struct certificate_check *c, struct arena *a)
{
    X509 *leaf CLEANUP(x509_end) = NULL;
    return check_leaf(c, a, &leaf);
}

err certificate_verify(const struct certificate_check *c, struct str message, struct str signature,
                       struct arena *a)
{
    X509 *leaf CLEANUP(x509_end) = NULL;
    err e = check_leaf(c, a, &leaf);
    if (e)
        return e;
    return fits(X509_get0_pubkey(leaf), message, signature) ? OK : CERTIFICATE_SIGNATURE;
}
