#pragma once
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * CashAddr, the form of Bitcoin Cash addresses (bitcoincash.org, spec/cashaddr.md): a prefix that
 * may be left out, `:`, and groups of five bits of which the last eight are a checksum over prefix
 * and payload.
 */
enum { CASHADDR_HASH_MAX = 64, CASHADDR_TEXT_MAX = 128, CASHADDR_PREFIX_MAX = 20 };
struct cashaddr {
    char prefix[CASHADDR_PREFIX_MAX + 1]; /* lower case, NUL-terminated */
    int type;                             /* 0 P2PKH, 1 P2SH, 2 and 3 the same and token-aware */
    uint8_t hash[CASHADDR_HASH_MAX];
    size_t n; /* 20, 24, 28, 32, 40, 48, 56 or 64 */
};
enum {
    CASHADDR_NOT_AN_ADDRESS = 1,
    CASHADDR_CHECKSUM,
    CASHADDR_LEGACY, /* the old Base58 form, which looks like a Bitcoin address */
};
/* `prefix` is what stands before the `:` when the text leaves it out. */
MUST_USE err cashaddr_parse(struct str s, struct str prefix, struct cashaddr *ret);
/* Wallets of the main network pay it: bitcoincash, types 0..3, 20 bytes, or 32 for scripts. */
bool cashaddr_is_payable(const struct cashaddr *a);
/* With its prefix, in lower case. The size is one of those above (check). */
struct str cashaddr_print(struct arena *a, const struct cashaddr *c);
