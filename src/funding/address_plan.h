#pragma once
#include "funding/extended_key.h"
#include "funding/script.h"

/*
 * Where gifts on a chain of Bitcoin's family go: what the operator configured, as addresses by
 * their number. One of
 *
 *   a descriptor             wpkh([d34db33f/84h/0h/0h]xpub...)#...: branch and kind are its own
 *   an account's public key  zpub, vpub: P2WPKH; ypub, upub: P2SH-P2WPKH; on Bitcoin Cash xpub,
 *                            tpub, rpub: P2PKH. Its branch 0 receives: address n is key/0/n
 *   one address              which is number 0, and every other number too
 *
 * On Bitcoin an xpub, tpub or rpub says nothing of the addresses' kind, and a guess could be a
 * wallet's that nobody looks into: it must come in a descriptor. The same for keys deeper than an
 * account's (3), of which branch 0 is not where wallets look.
 */
enum { ADDRESS_PLAN_DEPTH_MAX = 3 };
struct address_plan {
    const struct chain *chain;
    bool derived;               /* else it is one address */
    enum script_kind kind;      /* of derived ones */
    struct extended_key branch; /* of derived ones: child n is address n */
    struct script script;       /* of one address */
};
enum {
    ADDRESS_PLAN_WRONG = 1, /* none of the three */
    ADDRESS_PLAN_NO_CHECKSUM,
    ADDRESS_PLAN_CHECKSUM,
    ADDRESS_PLAN_PRIVATE,
    ADDRESS_PLAN_UNSUPPORTED,
    ADDRESS_PLAN_HARDENED,
    ADDRESS_PLAN_OTHER_NETWORK,
    ADDRESS_PLAN_KIND_UNKNOWN, /* a plain key on Bitcoin */
    ADDRESS_PLAN_TOO_DEEP,     /* a key below an account */
    ADDRESS_PLAN_LEGACY,       /* an address of Bitcoin Cash in the old form */
};
MUST_USE err address_plan_parse(struct str text, const struct chain *c, struct address_plan *ret);
const char *address_plan_refusal(err refusal); /* a sentence for the operator */

struct receiving_address {
    struct script script; /* what a payment's output carries */
    struct str text;      /* what is shown; in the arena */
};
enum { ADDRESS_NONE = 1 }; /* this number has none (once in 2^127): take the next */
/* Number `index`, at most EXTENDED_KEY_INDEX_MAX (check). Takes about a third of a millisecond. */
MUST_USE err address_for(const struct address_plan *p, uint32_t index, struct arena *a,
                         struct receiving_address *ret);
