#pragma once
#include "base/app.h"
#include "funding/wallet_address.h"

/*
 * Which address of a wallet is shown to whom. Wallets look for payments to so many addresses behind
 * the last one that was paid (`gap`, BIP 44), so no address beyond is ever shown: all up to there
 * are rows, made ahead by a job, and every one that has not been shown is a spare. Handing one out
 * is to give a spare its purpose. Spares are watched too, so a gift to an address that was handed
 * out after the last backup is found when that backup is restored.
 *
 * Months take the next spare each; the pool its places; givers who ask for an own address a spare
 * while months have enough left, or one that nobody paid to and that was handed out long ago.
 */
#define WALLET_OWN_KEPT (7 * DAY) /* for so long an unpaid own address is given to nobody else */
enum {
    WALLET_SPARES_KEPT = 2, /* for months to come */
    WALLET_NONE_LEFT = 1,
};

/* Whether some address of it is handed out, so that spares are needed. */
bool wallet_hands(const struct wallet *w);

/* The address that stands in the support box on a day; in the arena, or the channel's own. */
MUST_USE err wallet_shown(struct tx *tx, const struct channel *c, struct date today,
                          struct arena *a, struct str *ret);

/* Hands out an own address. WALLET_NONE_LEFT: all up to the gap are taken and not paid to, and none
 * of them is a giver's own. */
MUST_USE err wallet_hand_own(struct tx *tx, const struct channel *c, int64_t now, struct arena *a,
                             struct str *ret);
/* Whether this address of the wallet, as it is configured now, was handed out (a spare was not). */
MUST_USE err wallet_was_handed(struct tx *tx, const struct channel *c, struct str address,
                               bool *ret);

/* Makes spares, and hands out what the month and the pool need; then again at midnight, and when an
 * address was paid to. Promised at start and after each reload. */
MUST_USE err wallet_hand_job(const struct app *app, const struct setup *s, const struct job *job);
MUST_USE err wallet_hand_promise(const struct app *app, const struct setup *s);
