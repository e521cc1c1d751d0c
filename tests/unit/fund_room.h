#pragma once
#include "base/config.h"
#include "funding/payment.h"
#include "unit/funding.h"

/* What the tests of the money's public side share: a newsroom with a ledger, keys, words and mail,
 * without a server; and gifts told by a provider or a chain. */
struct fund_room {
    struct fund fund;
    struct app app;
    struct setup setup;
    struct config *config;
    struct theme *theme;
    struct formats *formats;
    struct mail_setup *mail;
    struct channels *channels;
};
void fund_room_start(struct fund_room *o, const char *config); /* lines of diurnal.ini */
void fund_room_end(struct fund_room *o);
void fund_room_at(struct fund_room *o, int64_t now); /* the clock shows that */

/* A payment by "stripe" or, with LEDGER_BY_CHAIN, "bitcoin"; its contribution. */
int64_t fund_paid(struct fund *f, enum ledger_source source, const char *object, const char *amount,
                  const char *day);
/* What follows it: its outcome must be PAYMENT_BOOKED. */
void fund_event(struct fund *f, enum payment_kind kind, const char *object, const char *of,
                const char *amount);
void fund_rate(struct fund *f, const char *asset, const char *price); /* in USD, valid for a day */
