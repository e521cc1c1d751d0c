#pragma once
#include "funding/amount.h"
#include "store/store.h"

/*
 * What one whole unit of an asset costs in a currency of ISO 4217, as it was at a time, and how
 * long that may be used. Prices are decimal text of at most RATE_DIGITS_MAX digits and are only
 * ever multiplied with: a rate for BTC in USD says nothing of USD in BTC. There is no guess: where
 * no rate is valid, an amount has no value.
 */
enum { RATE_DIGITS_MAX = 12, RATE_DECIMALS_MAX = 12, RATE_SOURCE_MAX = 200 /* bytes */ };
struct rate {
    struct asset asset, currency;
    struct str price;  /* "63251.20", ".": at most one point, digits on both sides */
    struct str source; /* for people: "median of kraken, coinbase, bitstamp" */
    int64_t at, valid_until;
};
/* At most RATE_DIGITS_MAX digits without zeros in front, RATE_DECIMALS_MAX after the point, and
 * above zero. */
bool rate_price_is_valid(struct str price);
bool rate_source_is_valid(struct str source); /* one line, not empty, RATE_SOURCE_MAX at most */

/* False when the value does not fit, or is above CONTRIBUTION_MINOR_MAX smallest units of the
 * currency. Rounds half away from zero; of less than half a unit the value is zero. */
bool rate_apply(const struct rate *r, struct amount m, struct amount *ret);

MUST_USE err rate_add(struct tx *tx, const struct rate *r);
/* The latest that was known and valid at `at`; ret->price is empty when there is none. */
MUST_USE err rate_find(struct tx *tx, struct asset asset, struct asset currency, int64_t at,
                       struct arena *a, struct rate *ret);
