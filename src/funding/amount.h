#pragma once
#include "base/err.h"
#include "base/money.h"
#include "base/str.h"

#include <stdint.h>

/*
 * What was given, exactly: whole smallest units of an asset, which is a currency of ISO 4217, a
 * coin (BTC, BCH: 8 decimals; ETH: 18) or a token (USDC: 6; docs/ledger.md lists them). Wei need
 * more than 64 bits, so units are 128 bits wide; no floating point anywhere.
 *
 * The database keeps an amount as two whole numbers that SQL can add up and compare: `minor` counts
 * units of 10^-9 for assets with more than nine decimals, else smallest units; `fine` counts what
 * is left below that (wei below a gwei; 0 for all others) and has the sign of `minor`.
 */
__extension__ typedef __int128 int128;

enum { ASSET_CODE_MAX = 7, AMOUNT_TEXT_MAX = 42 };
struct asset {
    char code[ASSET_CODE_MAX + 1]; /* "USD", "BTC", NUL-terminated */
};
struct amount {
    int128 units;
    struct asset asset;
};

bool asset_parse(struct str s, struct asset *ret); /* a code the tables know, in capitals */
int asset_decimals(struct asset a);
bool asset_eq(struct asset a, struct asset b);
struct str asset_str(const struct asset *a); /* borrows from *a */
struct asset asset_of(struct currency c);
bool asset_is_coin(struct asset a); /* not of ISO 4217 */

/* "25", "25.5", "0.0015": at most the asset's decimals, ASCII digits, no sign, at most 20 digits
 * before the point. */
bool amount_parse(struct str s, struct asset asset, struct amount *ret);
/* With all the asset's decimals: "25.50", "-0.00150000". */
struct str amount_print(struct arena *a, struct amount m);
MUST_USE err amount_add(struct amount *sum, struct amount m); /* same asset (check); ERR_OVERFLOW */
struct amount amount_negative(struct amount m);

/* To and from the database's two columns. Splitting what does not fit is ERR_OVERFLOW. */
MUST_USE err amount_split(struct amount m, int64_t *ret_minor, int64_t *ret_fine);
struct amount amount_join(int64_t minor, int64_t fine, struct asset asset);

/* As money of ISO 4217; the asset is a currency and fits (else false). */
bool amount_money(struct amount m, struct money *ret);
struct amount amount_of(struct money m);

/* Whole numbers of 128 bits as text: at least `width` digits, zeros in front. */
size_t int128_print(char out[AMOUNT_TEXT_MAX], int128 v, int width);
