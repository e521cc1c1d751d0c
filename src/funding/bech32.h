#pragma once
#include "base/str.h"

#include <stdint.h>

/*
 * Bech32 (BIP 173) and Bech32m (BIP 350): a lower-case name, `1`, and groups of five bits of which
 * the last six are a checksum that finds any four wrong characters. Also the grouping of bits that
 * CashAddr shares.
 */
enum { BECH32_TEXT_MAX = 90, BECH32_NAME_MAX = 83, BECH32_GROUPS_MAX = 84 };
enum bech32_kind { BECH32, BECH32M };
struct bech32 {
    enum bech32_kind kind;
    char name[BECH32_NAME_MAX + 1];    /* lower case, NUL-terminated */
    uint8_t groups[BECH32_GROUPS_MAX]; /* without the checksum; each 0..31 */
    size_t count;
};
/* Refuses mixed case, unknown characters, wrong lengths and checksums that fit neither kind. */
bool bech32_decode(struct str s, struct bech32 *ret);

/* Value of one of the 32 characters "qpzry9x8gf2tvdw0s3jn54khce6mua7l" (either case), or -1. */
int bech32_value(char c);
/*
 * Joins groups of five bits to bytes; refuses more than four left-over bits and left-over bits that
 * are not zero. `ret` has room for `max` bytes; more is refused.
 */
bool bech32_join(const uint8_t *groups, size_t count, uint8_t *ret, size_t max, size_t *ret_n);

/* The reverse of bech32_join: groups of five bits, zeros filling the last. The number of them. */
size_t bech32_split(const uint8_t *bytes, size_t n, uint8_t *ret, size_t max);
char bech32_digit(uint8_t group); /* the character of a group, 0..31 */
/* The text of a decoded one, in lower case, with its checksum; at most BECH32_TEXT_MAX (check). */
struct str bech32_encode(struct arena *a, const struct bech32 *b);
