#pragma once
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Ethereum addresses: 0x and 40 hex digits whose case is the checksum (EIP-55). An address in one
 * case carries no checksum and is refused, but for the few whose checksum happens to be one case.
 */
enum { ETHEREUM_ADDRESS_BYTES = 20, ETHEREUM_TEXT = 42 };
struct ethereum_address {
    uint8_t bytes[ETHEREUM_ADDRESS_BYTES];
};
enum {
    ETHEREUM_NOT_AN_ADDRESS = 1,
    ETHEREUM_CHECKSUM,    /* mixed case, and wrong */
    ETHEREUM_NO_CHECKSUM, /* all letters in one case */
};
MUST_USE err ethereum_parse(struct str s, struct ethereum_address *ret);
/* The checksummed form: 0x and 40 hex digits, and a NUL. */
void ethereum_print(const struct ethereum_address *a, char ret[ETHEREUM_TEXT + 1]);
