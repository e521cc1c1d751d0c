#pragma once
#include "base/app.h"
#include "base/config.h"

/*
 * What is known of people is dropped when it is old, once a day, RETENTION_STEP comments a
 * transaction:
 *
 *   [privacy] address_days   hashes of addresses and their neighbourhoods: of comments, votes,
 *                            flags, bursts of votes, with the traces by them
 *   [privacy] email_days     e-mail addresses given with comments
 *   VISITOR_DAYS             hashes of visitors' cookies (the cookies are over by then)
 *
 * Votes and flags stay, so that their sums can be recounted at any time; in the place of who voted
 * or flagged stands a random number. Who flagged without a cookie is known by the hash of an
 * address, which goes after address_days.
 *
 * Then the address keys that no row and no ban needs go (people/keys.h). docs/privacy.md lists all
 * of it. The job goes on where it stopped, so a day's run costs what became too old since the one
 * before; votes and flags alone are looked through whole, for old comments get new ones.
 */
extern const struct config_key privacy_address_days, privacy_email_days;
enum { RETENTION_STEP = 500 };
#define RETENTION_JOB "retention"
struct retention_days {
    int64_t address, email;
};
struct retention_days retention_days(const struct config *c);
MUST_USE err retention_job(const struct app *app, struct retention_days days);
MUST_USE err retention_promise(struct store *store, int64_t at);
