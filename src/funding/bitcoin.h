#pragma once
#include "base/err.h"
#include "base/str.h"
#include "funding/chain.h"

#include <stdint.h>

/*
 * Addresses of Bitcoin's networks, checked strictly: Base58Check (P2PKH, P2SH) and witness
 * programs in Bech32 or Bech32m (BIP 173, BIP 350). An address says which script a payment must
 * carry; bitcoin_script() gives it, so that blocks can be searched for it.
 */
enum { BITCOIN_PROGRAM_MAX = 40, BITCOIN_SCRIPT_MAX = 42, BITCOIN_ADDRESS_MAX = 90 };
enum bitcoin_kind { BITCOIN_P2PKH, BITCOIN_P2SH, BITCOIN_WITNESS };
struct bitcoin_address {
    enum bitcoin_kind kind;
    int version; /* of the witness program, 0..16 */
    uint8_t program[BITCOIN_PROGRAM_MAX];
    size_t n; /* bytes of the program: 20 for the hashes, 2..40 for witness programs */
};
enum {
    BITCOIN_NOT_AN_ADDRESS = 1, /* neither form can be read, or a length is wrong */
    BITCOIN_CHECKSUM,           /* it looks like one, but a character is wrong */
    BITCOIN_OTHER_NETWORK,      /* of a test network, or of another coin */
};
MUST_USE err bitcoin_parse_on(const struct chain *c, struct str s, struct bitcoin_address *ret);
MUST_USE err bitcoin_parse(struct str s, struct bitcoin_address *ret); /* on the main network */
/* Wallets pay it today: P2PKH, P2SH, witness version 0, and version 1 with 32 bytes (Taproot). */
bool bitcoin_is_payable(const struct bitcoin_address *a);
size_t bitcoin_script(const struct bitcoin_address *a, uint8_t ret[BITCOIN_SCRIPT_MAX]);
