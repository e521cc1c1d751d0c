#pragma once
#include "base/str.h"

/*
 * Finds private keys of wallets where only public addresses belong. The server never holds one
 * (DESIGN promise 3), so a configuration with one in it is refused. What was found is never echoed.
 *
 * Known forms: WIF, mini private keys, BIP 38, extended private keys (xprv and its SLIP-132 kin),
 * 32 bytes in hex, PEM, and twelve to twenty-four words that look like a BIP 39 mnemonic.
 */
enum secret_kind {
    SECRET_NONE,
    SECRET_WIF,
    SECRET_MINI,
    SECRET_BIP38,
    SECRET_EXTENDED,
    SECRET_HEX,
    SECRET_PEM,
    SECRET_WORDS,
};
enum secret_kind secret_find(struct str value);
/* "an extended private key (xprv)" */
const char *secret_name(enum secret_kind kind);

/*
 * Looks through the text of a configuration file, in every section, for forms that cannot be
 * anything else (not hex and not words, which may be another service's token). Gives the line.
 */
enum secret_kind secret_find_in_file(struct str text, int *ret_line);
