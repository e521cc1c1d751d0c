#pragma once
#include "base/ed25519.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * The keys that the program makes for itself, 32 random bytes each, in DIR/keys/ (mode 0700, files
 * 0600): made when missing, loaded at start, never in the database, in a backup only when asked
 * for. Losing them ends visitors' cookies, signed links and receipt codes, makes hashes of
 * addresses incomparable with older ones, and gives the periods closed from then on another
 * signature; nothing else.
 *
 * The address key is changed every KEYS_ADDRESS_DAYS days by keys_renew(). The one before is kept
 * as long as hashes made with it are: for their rows, and for a ban until its end. keys_forget()
 * then removes it, so that nobody, neither we, can find again who wrote an old comment.
 */
struct keys;
enum {
    KEY_BYTES = 32,
    KEYS_MAC_BYTES = 16, /* of the signatures we make */
    KEYS_ADDRESS_DAYS = 30,
    KEYS_ADDRESS_BYTES = 16, /* of a hashed address */
    KEYS_OLD_MAX = 64,       /* old address keys: one more, and the oldest goes */
};
enum { KEYS_REFUSED = 1 };
/*
 * Refuses, with a sentence in ret_why (made in `a`): a file of another size or one that others may
 * read, a folder that cannot be made. data_dir NULL: keys that are nowhere but in memory.
 */
MUST_USE err keys_open(const char *data_dir, struct arena *a, struct keys **ret,
                       struct str *ret_why);
void keys_free(struct keys *k); /* wipes them; NULL is fine */

/* Changes the address key when it is old enough. Any thread; made for a daily job and the start. */
MUST_USE err keys_renew(struct keys *k, int64_t now, struct arena *a);

/*
 * Signs pieces of text, the first of which names the purpose ("visitor", "unsubscribe"): what is
 * signed for one is worth nothing for another. HMAC-SHA-256, cut to 128 bits.
 */
enum key_use {
    KEY_COOKIE, /* what a browser keeps */
    KEY_LINK,   /* what stands in a mail, a form or an address */
};
void keys_sign(const struct keys *k, enum key_use use, const struct str *parts, size_t n,
               uint8_t ret[KEYS_MAC_BYTES]);
bool keys_signed(const struct keys *k, enum key_use use, const struct str *parts, size_t n,
                 struct str mac);

/* Signs with the newsroom's own Ed25519 key, DIR/keys/ledger, what anybody shall be able to check.
 */
void keys_ledger_sign(const struct keys *k, struct str message,
                      uint8_t ret[ED25519_SIGNATURE_BYTES]);
void keys_ledger_public(const struct keys *k, uint8_t ret[ED25519_PUBLIC_BYTES]);

/* The keyed hash of a client's address or its neighbourhood. Returns the number of the key, which
 * is kept beside it: hashes of different keys cannot be compared. Any thread. */
int64_t keys_hash_address(struct keys *k, struct str address, uint8_t ret[KEYS_ADDRESS_BYTES]);

/* The same with an older key. False: that key is no longer, or was never. */
bool keys_hash_address_as(struct keys *k, int64_t number, struct str address,
                          uint8_t ret[KEYS_ADDRESS_BYTES]);

/* Removes the address keys that were replaced before `before`, but those in `needed`. */
MUST_USE err keys_forget(struct keys *k, int64_t before, const int64_t *needed, size_t n);
