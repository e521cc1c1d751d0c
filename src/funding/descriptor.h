#pragma once
#include "funding/extended_key.h"
#include "funding/script.h"

/*
 * Output descriptors (BIP 380 to 382, 386, 389): how a wallet writes down which scripts it owns.
 * Taken are
 *
 *   pkh(KEY)  wpkh(KEY)  sh(wpkh(KEY))  tr(KEY)  addr(ADDRESS)
 *
 * KEY is a compressed public key in hex (in tr() its x alone, too), or an xpub, tpub or rpub with
 * steps and, last, `*`; an origin in brackets may stand before it and is kept but not used, as it
 * tells nothing about the addresses. Of a step with alternatives, `<0;1>`, the first is taken: the
 * receiving branch. Money on the second is change of the newsroom's own payments, no gift.
 *
 * The checksum behind `#` must be there, unlike in BIP 380: a character lost in copying gives
 * another wallet's addresses, and nothing else would find it. Private keys are refused by name and
 * never printed. Not taken are scripts with more than one key, bare keys, uncompressed keys, raw
 * scripts, script trees, and SLIP-132's keys, whose meaning the function before them states.
 */
enum { DESCRIPTOR_TEXT_MAX = 400, DESCRIPTOR_STEPS_MAX = 8, DESCRIPTOR_CHECKSUM_BYTES = 8 };
struct descriptor {
    enum script_kind kind;      /* of a key; without meaning for addr() */
    bool ranged;                /* it ends in `*`: child n of the branch gives address n */
    struct extended_key branch; /* of a ranged one: all steps before `*` are taken already */
    struct script script;       /* of one that is not: its only script */
    struct str origin;          /* "d34db33f/84h/0h/0h", borrowed; often empty */
};
enum {
    DESCRIPTOR_NOT_ONE = 1,
    DESCRIPTOR_NO_CHECKSUM,
    DESCRIPTOR_CHECKSUM,
    DESCRIPTOR_PRIVATE,
    DESCRIPTOR_UNSUPPORTED,   /* a good one of a kind not taken here, or not on this chain */
    DESCRIPTOR_HARDENED,      /* steps that take the private key */
    DESCRIPTOR_OTHER_NETWORK, /* of its key or address */
};
MUST_USE err descriptor_parse(struct str s, const struct chain *c, struct descriptor *ret);

/* What stands behind `#` (BIP 380). False when the text has characters that descriptors have not.
 */
bool descriptor_checksum(struct str body, char ret[DESCRIPTOR_CHECKSUM_BYTES]);
