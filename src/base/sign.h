#pragma once
#include "base/crypto.h"
#include "base/ed25519.h"

/*
 * Signatures with a private key that the operator made (openssl genpkey, diurnal statement keygen):
 * for DKIM and for what the newsroom states of its addresses. Reading is by OpenSSL; a key is used
 * by any number of threads at once.
 */
enum sign_kind {
    SIGN_RSA,     /* RSASSA-PKCS1-v1_5 with SHA-256, 2048 to 4096 bits */
    SIGN_ED25519, /* PureEdDSA */
};
enum { SIGN_BYTES_MAX = 512, SIGN_RSA_BITS_MIN = 2048, SIGN_RSA_BITS_MAX = 4096 };
enum {
    SIGN_NO_KEY = 1, /* not PEM of a private key, or one behind a password */
    SIGN_WRONG_KEY,  /* of another kind or size */
};
struct sign_key;
MUST_USE err sign_key_read(struct str pem, struct sign_key **ret);
void sign_key_free(struct sign_key *k); /* NULL is fine */
enum sign_kind sign_key_kind(const struct sign_key *k);

/* Signs the digest (RSA), or its 32 bytes as the message (Ed25519, as RFC 8463 wants). In `a`. */
struct str sign_digest(const struct sign_key *k, const uint8_t digest[SHA256_BYTES],
                       struct arena *a);

/* The public half as it stands in DNS: SubjectPublicKeyInfo (RSA), or 32 bytes (Ed25519). In `a`.
 */
struct str sign_public(const struct sign_key *k, struct arena *a);

/* A new Ed25519 key, as PEM (PKCS #8), which sign_key_read() and openssl pkey read. In `a`; who
 * has written it wipes it. */
struct str sign_key_make(struct arena *a);
/* PureEdDSA over the whole message, which ed25519_verify() checks. The key is SIGN_ED25519 (check).
 */
void sign_message(const struct sign_key *k, struct str message,
                  uint8_t ret[ED25519_SIGNATURE_BYTES]);
