#pragma once
#include "base/app.h"
#include "mail/mail.h"
#include "people/subscriber.h"

/*
 * The mails that subscribers get, and the addresses in them. Every mail says why it comes, links to
 * the one page with all that its address follows, and can be left with one click (RFC 8058). What a
 * mail is about is read when it is composed: an answer that was taken down or a subscription that
 * ended meanwhile makes none.
 */
#define NOTICE_REPORT_MAIL "report" /* .subject: the subscription, .detail: the report */

MUST_USE err notice_mail_confirm(const struct app *app, const struct setup *s,
                                 const struct mail_order *o, struct arena *a, struct mail *ret);
MUST_USE err notice_mail_comment(const struct app *app, const struct setup *s,
                                 const struct mail_order *o, struct arena *a, struct mail *ret);
MUST_USE err notice_mail_report(const struct app *app, const struct setup *s,
                                const struct mail_order *o, struct arena *a, struct mail *ret);
/* mail_kind.failed of all kinds whose subject is a subscription, and of those that name the
 * subscriber itself. */
MUST_USE err notice_mail_failed(struct tx *tx, const struct mail_order *o, int64_t now);
MUST_USE err notice_mail_subscriber_failed(struct tx *tx, const struct mail_order *o, int64_t now);

/* Job REPORT_NOTICE_JOB: tells the followers of its series of a report, if its date is not more
 * than NOTICE_REPORT_DAYS ago: who publishes an archive writes to nobody. */
enum { NOTICE_REPORT_DAYS = 7 };
struct job;
MUST_USE err notice_report_job(const struct app *app, const struct setup *s, const struct job *job);

/* Paths with signed tokens: all that a subscriber follows; the end of one subscription, or of all
 * that comes at a pace (a digest's). */
#define SUBSCRIPTIONS_PATH "/subscriptions"
enum { SUBSCRIPTIONS_LINK_DAYS = 400 };
struct keys;
struct str subscriptions_path(const struct keys *k, struct arena *a, int64_t subscriber,
                              int64_t now);
struct leaving {
    int64_t subscription; /* 0: all of that subscriber with that pace */
    int64_t subscriber;
    enum follow_pace pace;
};
struct str leave_path(const struct keys *k, struct arena *a, struct leaving what);
bool subscriptions_path_read(const struct keys *k, struct str token, int64_t now, int64_t *ret);
bool leave_path_read(const struct keys *k, struct str token, struct leaving *ret);
