#pragma once
#include "base/str.h"

#include <stdint.h>

/*
 * SipHash-1-3 (Aumasson, Bernstein 2012; the variant that hash tables use): what clients choose,
 * paths and addresses, is spread over our tables by a key they do not know.
 */
struct hash_key {
    uint64_t k0, k1;
};
struct hash_key hash_key_make(void); /* random */
uint64_t hash_bytes(const struct hash_key *key, struct str text);
