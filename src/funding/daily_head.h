#pragma once
#include "base/app.h"
#include "base/config.h"
#include "funding/ledger.h"
#include "mail/mail.h"

/*
 * Daily heads: when a day of UTC turns, the end of the ledger's chain is written down for the day
 * that ended, and told to people outside: in the feed /funding/heads.atom, and by mail to the
 * witnesses of the configuration and to the staff's treasurers when anything was booked since the
 * last one. For the chain alone proves nothing against an operator who writes all of it anew; a
 * head that somebody else has kept does. They are never changed (triggers refuse).
 */
struct daily_head {
    int64_t day; /* since 1970-01-01, UTC */
    int64_t noted_at;
    struct ledger_head head;
};
enum {
    DAILY_HEADS_MAX = 60, /* in one listing: two months */
    WITNESSES_MAX = 20,
};

/* Latest first, DAILY_HEADS_MAX at most. */
MUST_USE err daily_head_list(struct tx *tx, struct arena *a, const struct daily_head **ret,
                             size_t *ret_n);
enum { DAILY_HEAD_MISSING = 1 };
MUST_USE err daily_head_get(struct tx *tx, int64_t day, struct arena *a, struct daily_head *ret);

/* "2018-05-03 12 5b0c…": day, entries and head, as feed, mail and page say it. In `a`. */
struct str daily_head_line(struct arena *a, const struct daily_head *h);

/* The addresses of [funding] witnesses. The check is made when the configuration is read: it
 * refuses with "FILE:LINE: what is wrong" (made in `a`) what is no list of at most WITNESSES_MAX
 * addresses. */
enum { WITNESSES_WRONG = 1 };
MUST_USE err witnesses_check(const struct config *c, struct str file, struct arena *a,
                             struct str *ret_why);

/* The job: writes down the head of the day that ended, queues the mails, promises the next. */
#define DAILY_HEAD_JOB "ledger-head"
MUST_USE err daily_head_promise(const struct app *app);
MUST_USE err daily_head_job(const struct app *app, const struct setup *setup);

/* The mail's kind; order.subject is the day. */
#define DAILY_HEAD_MAIL "ledger-head"
MUST_USE err daily_head_compose(const struct app *app, const struct setup *s,
                                const struct mail_order *o, struct arena *a, struct mail *ret);
