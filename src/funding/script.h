#pragma once
#include "base/secp256k1.h"
#include "funding/chain.h"

/*
 * The scripts that outputs of transactions carry (scriptPubKey), of the kinds that addresses can
 * name; and addresses of a chain from scripts and back. A payment to an address is an output with
 * exactly its script.
 *
 *   P2PKH        76a9 14 HASH160 88ac
 *   P2SH         a9 14 HASH160 87
 *   P2SH32       aa 20 HASH256 87            Bitcoin Cash only (CHIP-2022-05)
 *   witness      00 or 51..60, length, 2 to 40 bytes   (BIP 141); P2TR is 51 20 x (BIP 341)
 */
enum { SCRIPT_MAX = 42, SCRIPT_HASH = RIPEMD160_BYTES };
struct script {
    uint8_t bytes[SCRIPT_MAX];
    size_t n;
};
/* What is made of a public key. */
enum script_kind { SCRIPT_P2PKH, SCRIPT_P2SH_P2WPKH, SCRIPT_P2WPKH, SCRIPT_P2TR };

void hash160(struct str s, uint8_t ret[SCRIPT_HASH]); /* RIPEMD-160 of SHA-256 */
struct str script_str(const struct script *s);        /* borrows */

/* False when the point is not on the curve (asked for P2TR only, which calculates with it), or
 * when the chain has no such script (Bitcoin Cash has P2PKH only). */
bool script_of_key(const struct chain *c, enum script_kind kind, const uint8_t point[POINT_BYTES],
                   struct script *ret);

/*
 * The output key of BIP 341: x's point with even y, plus the hash of x and the tree's root times G.
 * Without a tree (`root` empty) that is the key path alone, as BIP 86 wants.
 */
bool taproot_output_key(const uint8_t x[POINT_X_BYTES], struct str root,
                        uint8_t ret[POINT_X_BYTES]);

enum {
    SCRIPT_NOT_AN_ADDRESS = 1,
    SCRIPT_CHECKSUM,      /* it looks like one, but a character is wrong */
    SCRIPT_OTHER_NETWORK, /* of another network, or another coin */
    SCRIPT_LEGACY,        /* of Bitcoin Cash, in the old form that looks like one of Bitcoin */
    SCRIPT_NOT_PAYABLE,   /* wallets do not pay this kind: unknown witness versions */
};
MUST_USE err script_of_address(struct str address, const struct chain *c, struct script *ret);
/* In lower case where the form has one case. Empty when no address of the chain has this script. */
struct str script_address(struct arena *a, const struct script *s, const struct chain *c);
