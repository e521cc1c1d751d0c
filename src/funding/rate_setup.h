#pragma once
#include "base/config.h"
#include "funding/rate.h"

/*
 * Where rates come from, as the sections [rate.NAME] say, one a source:
 *
 *     [rate.kraken]
 *     btc_usd = https://api.kraken.com/0/public/Ticker?pair=XBTUSD result.XXBTZUSD.c.0
 *     [rate.fixed]
 *     eur_usd = 1.08
 *
 * A line is a pair and either an address that answers JSON with the path to the price in it, or a
 * price. A pair has a price of the operator's, or at least RATE_SOURCES_LEAST sources. Part of
 * `struct setup`; docs/rates.md is the manual.
 */
enum {
    RATE_SOURCES_LEAST = 3,
    RATE_SOURCES_MAX = 8, /* of one pair */
    RATE_PAIRS_MAX = 16,
    RATE_PATH_MAX = 200, /* bytes */
    RATE_NAME_MAX = 32,
};
struct rate_source {
    struct str name, url, path;
    int line;
};
struct rate_pair {
    struct asset asset, currency;
    struct str fixed; /* a price; empty: asked for */
    struct rate_source sources[RATE_SOURCES_MAX];
    size_t count;
    int line;
};
struct rate_setup {
    struct rate_pair pairs[RATE_PAIRS_MAX];
    size_t count;
    struct arena arena;
};
enum { RATE_SETUP_WRONG = 1 };
/* `file` is the configuration's name in ret_why, "FILE:LINE: what is wrong", made in `a`. */
MUST_USE err rate_setup_make(const struct config *config, struct str file, struct arena *a,
                             struct rate_setup **ret, struct str *ret_why);
void rate_setup_free(struct rate_setup *s); /* NULL is fine */
