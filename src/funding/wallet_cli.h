#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The command `wallet addresses`: what a watched wallet's public key or descriptor comes to, to be
 * compared with what the wallet itself shows before anybody is sent there. Needs no data folder.
 */
enum { WALLET_REFUSED = 1, WALLET_ADDRESSES_MAX = 1000, WALLET_ADDRESSES_STANDARD = 10 };
struct wallet_addresses_args {
    struct str coin;         /* "bitcoin", "bitcoincash", "ethereum" */
    struct str network;      /* "main" when empty; only of the first two (chain.h) */
    struct str key;          /* a descriptor, an account's public key, or an address */
    struct str first, count; /* empty: 0 and WALLET_ADDRESSES_STANDARD */
};
/* OK: ret_say has a line for each, its number and the address. WALLET_REFUSED: why. In `a`. */
MUST_USE err wallet_addresses(const struct wallet_addresses_args *args, struct arena *a,
                              struct str *ret_say);
