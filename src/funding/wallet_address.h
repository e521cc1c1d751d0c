#pragma once
#include "funding/wallet.h"
#include "store/job.h"
#include "store/store.h"

/*
 * Addresses of wallets that were handed out: shown in the support box, or given to somebody. Each
 * is a row for ever, whatever happens to the configuration, and gifts to it count for ever.
 */
enum wallet_purpose {
    WALLET_FIXED,  /* the one address there is */
    WALLET_PERIOD, /* of a month: `period` is "2026-11" */
    WALLET_POOLED, /* of the pool: `period` is its place in it */
    WALLET_OWN,    /* a giver's own: `period` is empty */
    WALLET_SPARE,  /* nobody was shown it yet; watched already (wallet_hand.h) */
    WALLET_PURPOSES
};
struct wallet_address {
    int64_t id;
    struct str channel, plan_id, text, script, period;
    int64_t number;
    enum wallet_purpose purpose;
    int64_t handed_at;
    int64_t paid_at; /* first payment seen, settled or not; 0: none yet */
};
/* The row of this channel, plan, purpose and period (for WALLET_OWN and WALLET_SPARE: of this
 * number), made if it is not there. The address was derived outside the writer. *ret_new: it was
 * made. */
MUST_USE err wallet_address_hand(struct tx *tx, const struct wallet_address *w, int64_t now,
                                 int64_t *ret_id, bool *ret_new);
/* All of a channel's, by id. */
MUST_USE err wallet_address_list(struct tx *tx, struct str channel, struct arena *a,
                                 const struct wallet_address **ret, size_t *ret_n);
/* Highest id of a channel's, or 0: whether wallet_address_list() would say something new. */
MUST_USE err wallet_address_newest(struct tx *tx, struct str channel, int64_t *ret);
/* Those of all channels that were paid to before `paid_before`, above id `after`, at most a page.
 */
enum { WALLET_ADDRESSES_PAGE = 500 };
MUST_USE err wallet_address_paid_list(struct tx *tx, int64_t paid_before, int64_t after,
                                      struct arena *a, const struct wallet_address **ret,
                                      size_t *ret_n);
/* A payment to it was seen; the first one stays, and more addresses may be handed out then: that is
 * promised (wallet_hand.h). */
#define WALLET_HAND_JOB "wallet-hand"
MUST_USE err wallet_address_paid(struct tx *tx, int64_t id, int64_t at);
