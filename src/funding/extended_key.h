#pragma once
#include "base/secp256k1.h"
#include "funding/chain.h"

/*
 * Extended public keys (BIP 32): a point and a chain code, from which all receiving addresses of a
 * wallet follow and no private key. The forms are xpub, tpub and bcoin's rpub, which say nothing of
 * the addresses' kind, and SLIP-132's ypub, upub (P2SH-P2WPKH) and zpub, vpub (P2WPKH).
 *
 * Private keys of every form are refused by a name of their own, and nothing here prints what it
 * refused: callers must not either.
 */
enum key_form { KEY_FORM_PLAIN, KEY_FORM_P2SH_P2WPKH, KEY_FORM_P2WPKH };
enum {
    EXTENDED_KEY_FINGERPRINT = 4,
    EXTENDED_KEY_TEXT_MAX = 113,        /* of 82 bytes in base 58, whatever they are */
    EXTENDED_KEY_INDEX_MAX = 0x7fffffff /* above are hardened ones, for which it takes the private
                                           key */
};
struct extended_key {
    enum key_family family;
    enum key_form form;
    uint8_t depth;
    uint8_t parent[EXTENDED_KEY_FINGERPRINT];
    uint32_t child; /* its number below the parent, hardened ones above EXTENDED_KEY_INDEX_MAX */
    uint8_t chain_code[SHA256_BYTES];
    uint8_t point[POINT_BYTES];
};
enum {
    EXTENDED_KEY_NOT_A_KEY = 1, /* not Base58Check of 78 bytes, or not what BIP 32 allows in them */
    EXTENDED_KEY_UNKNOWN_FORM,  /* version bytes of no form above: other coins, multisignature */
    EXTENDED_KEY_PRIVATE,       /* a private key */
    EXTENDED_KEY_OTHER_NETWORK, /* a good key, but of another network than the chain's */
    EXTENDED_KEY_HARDENED,      /* a public key has no hardened children */
    EXTENDED_KEY_NO_CHILD,      /* this index has no key: once in 2^127; the next one is taken */
};
MUST_USE err extended_key_parse(struct str s, const struct chain *c, struct extended_key *ret);
struct str extended_key_print(struct arena *a, const struct extended_key *k);

/* CKDpub of BIP 32. HARDENED, NO_CHILD; ERR_LIMIT below a depth of 255. */
MUST_USE err extended_key_child(const struct extended_key *k, uint32_t index,
                                struct extended_key *ret);
/* First bytes of HASH160 of the point, by which its children name it. */
void extended_key_fingerprint(const struct extended_key *k, uint8_t ret[EXTENDED_KEY_FINGERPRINT]);
