#pragma once
#include "base/app.h"
#include "mail/mail.h"

/*
 * Digests: one mail a day or a week with the latest of all that a subscriber follows at that pace.
 * The job runs every morning at DIGEST_HOUR of the site's zone (the weekly ones on Mondays), and
 * queues a mail for everybody who has such subscriptions; what is new is found when the mail is
 * composed, and who has nothing new gets none. A mail names NOTICE_NEW_MAX things of each
 * subscription and DIGEST_MAX in all. It runs at each start too: what was due while the server was
 * down is made up then, in one mail that reaches back to the digest before
 * (people/digest_round.h).
 */
#define DIGEST_JOB "digest"
#define DIGEST_MAIL                                                                                \
    "digest" /* .subject: the subscriber, .detail: until when, .note: the pace/since when */
enum { DIGEST_HOUR = 7, DIGEST_MAX = 60 };

MUST_USE err digest_job(const struct app *app, const struct setup *s);
/* A run now: after a start, and after a SIGHUP that may have changed the zone. */
MUST_USE err digest_promise(const struct app *app);
MUST_USE err digest_mail(const struct app *app, const struct setup *s, const struct mail_order *o,
                         struct arena *a, struct mail *ret);
