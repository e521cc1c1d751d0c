#pragma once
#include "base/str.h"

/*
 * Finds private keys of wallets where only public addresses belong. The server never holds one
 * (DESIGN promise 3), so a configuration with one in it is refused. What was found is never echoed.
 *
 * Known forms: WIF, mini private keys, BIP 38, extended private keys (xprv and its SLIP-132 kin),
 * PEM, 32 bytes in hex, and twelve to twenty-four words that look like a BIP 39 mnemonic.
 */
enum secret_kind {
    SECRET_NONE,
    SECRET_WIF,
    SECRET_MINI,
    SECRET_BIP38,
    SECRET_EXTENDED,
    SECRET_PEM,
    SECRET_HEX,
    SECRET_WORDS,
};
enum secret_kind secret_find(struct str value);
/* Only forms that cannot be anything else: checksums hold; no hex and no words. */
enum secret_kind secret_find_sure(struct str value);
const char *secret_name(enum secret_kind kind); /* "an extended private key (xprv)" */

/* Looks through a whole configuration file, comments too, by secret_find_sure(). Gives the line. */
enum secret_kind secret_find_in_file(struct str text, int *ret_line);
