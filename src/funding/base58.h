#pragma once
#include "base/str.h"

#include <stdint.h>

/*
 * Base58Check, as Bitcoin's old addresses, extended keys and private keys are written: base 58
 * without 0 O I l, the last four bytes being the begin of SHA-256(SHA-256(payload)).
 */
enum { BASE58_TEXT_MAX = 120, BASE58_BYTES_MAX = 96 };

bool base58_is_digit(char c);
/* Decodes and checks. `*ret_n` is the payload's length without the four bytes of checksum. */
bool base58_decode(struct str s, uint8_t ret[BASE58_BYTES_MAX], size_t *ret_n);
/* The reverse, checksum and all; at most BASE58_BYTES_MAX - 4 bytes (check). */
struct str base58_encode(struct arena *a, struct str payload);
