#pragma once
#include "base/app.h"
#include "mail/mail.h"
#include "people/subscriber.h"
#include "store/job.h"

/*
 * Who is told by mail of a new comment: those who follow its report, the question it answers, or
 * the comment it replies to (people/subscriber.h). The transaction that makes a comment public
 * promises the fan-out when anybody follows; a job then queues a mail for each in small
 * transactions, goes on where it was cut off, and never queues two for one person and comment: as
 * long as the mail's row is kept, which knows of the first; so of a comment that comes back when it
 * is older than NOTICE_DAYS nobody is told.
 * Whoever is told of comments as they come gets NOTICE_HOUR_MAX mails an hour at most, the last of
 * which says so: a troll, or a storm, must not fill the mailboxes of followers.
 * What a mail says, and whether it is still wanted, is found out when its turn comes
 * (site/notice_mail.h).
 */
enum { NOTICE_DAYS = MAIL_KEPT_DAYS, NOTICE_HOUR_MAX = 30 };
#define NOTICE_JOB "notice"
/* The kind of mail: order.subject is the subscription, .detail the comment, .note NOTICE_LAST for
 * the last one of an hour. */
#define NOTICE_LAST "last"
#define NOTICE_MAIL "comment"

/* `comment` has become public. */
MUST_USE err notice_promise(struct tx *tx, int64_t comment, int64_t report, int64_t now);
/* Whether the owner of this address wrote it. */
MUST_USE err notice_own(struct tx *tx, int64_t comment, struct str email, bool *ret);
MUST_USE err notice_job(const struct app *app, const struct job *job);

/* The latest comments on what is followed (a report, a comment, a question), written after one time
 * and until another, or approved then when they were held; NOTICE_NEW_MAX at most, the latest
 * first. Of each kind the last NOTICE_LOOK_MAX are looked through. */
enum { NOTICE_NEW_MAX = 5, NOTICE_LOOK_MAX = 5000 };
struct notice_span {
    enum follow_kind kind;
    int64_t object, after, until;
};
MUST_USE err notice_new(struct tx *tx, const struct notice_span *w, struct arena *a,
                        const int64_t **ret, size_t *ret_n);

/* Queues one mail to each of those who follow an object at once, in small transactions; NAME is the
 * first part of each mail's key. For this job and the one of new reports. */
struct fan_out {
    struct str mail; /* its kind, and the first part of its keys */
    enum follow_kind kind;
    int64_t object;        /* what is followed */
    int64_t about;         /* order.detail */
    const struct job *job; /* it ends early, with a fault, when its workers stop */
};
MUST_USE err fan_out(const struct app *app, const struct fan_out *f);
