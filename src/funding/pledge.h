#pragma once
#include "funding/amount.h"
#include "funding/channel.h"
#include "store/store.h"

/*
 * Recurring pledges: what people have promised to give each week, as their provider says. A promise
 * is no money: it stands apart on /funding, is in no sum and in no ledger, and a pledge counts when
 * it is charged and told of as a payment.
 */
struct pledge {
    struct str channel;
    struct amount amount; /* a week */
    int64_t told_at;
};
/* The latest; it takes the place of the one before. */
/* ERR_OVERFLOW: an amount that no column holds. */
MUST_USE err pledge_set(struct tx *tx, const struct pledge *p);
MUST_USE err pledge_end(struct tx *tx, struct str channel); /* nothing is known any more */
/* Of channels that are configured and told within PLEDGE_KEPT before `now`, by name. */
#define PLEDGE_KEPT (8 * DAY)
MUST_USE err pledge_list(struct tx *tx, const struct channels *channels, int64_t now,
                         struct arena *a, const struct pledge **ret, size_t *ret_n);
