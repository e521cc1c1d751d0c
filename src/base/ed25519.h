#pragma once
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Ed25519 (RFC 8032, PureEdDSA), by libsodium: signatures that anybody can check with a public key.
 * A private key is its seed of 32 random bytes. Any message length; the same message and key give
 * the same signature.
 */
enum { ED25519_SEED_BYTES = 32, ED25519_PUBLIC_BYTES = 32, ED25519_SIGNATURE_BYTES = 64 };

void ed25519_public(const uint8_t seed[ED25519_SEED_BYTES], uint8_t ret[ED25519_PUBLIC_BYTES]);
void ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], struct str message,
                  uint8_t ret[ED25519_SIGNATURE_BYTES]);
/* False too for a key or signature that is no point of the curve, or of a small order. */
bool ed25519_verify(const uint8_t key[ED25519_PUBLIC_BYTES], struct str message,
                    const uint8_t signature[ED25519_SIGNATURE_BYTES]);

/* The public key as PEM of a SubjectPublicKeyInfo (RFC 8410), for openssl and others. In `a`. */
struct str ed25519_pem(struct arena *a, const uint8_t key[ED25519_PUBLIC_BYTES]);
