#pragma once
#include "base/buf.h"
#include "mail/mail.h"

/*
 * The queue as the post and the desk see it: what is due, how a mail ended, what failed. All in the
 * caller's transaction.
 */
enum mail_state { MAIL_WAITING, MAIL_SENT, MAIL_DROPPED, MAIL_FAILED, MAIL_BOUNCED };

struct queued {
    int64_t id, since, due_at, ended_at;
    struct mail_order order; /* `at` is not filled */
    int64_t attempts;        /* that were made */
    enum mail_state state;
    int64_t code;      /* the server's last answer, or 0 */
    struct str answer; /* in its words, or what else went wrong */
};

/* Waiting ones whose time has come, the longest due first, at most `max`. */
MUST_USE err queue_due(struct tx *tx, int64_t now, size_t max, struct arena *a,
                       struct queued *ret_rows, size_t *ret_n);
MUST_USE err queue_next_due(struct tx *tx, int64_t now, int64_t *ret_at); /* 0: none later */

/* What came of an attempt. Both do nothing to a row that has ended. */
struct queue_outcome {
    int64_t id, now;
    enum mail_state state; /* MAIL_WAITING: put off until due_at */
    int64_t due_at;
    struct str to; /* whom it went to; kept with it */
    int64_t code;
    struct str answer;
};
MUST_USE err queue_outcome(struct tx *tx, const struct queue_outcome *o, bool *ret_done);

/* A mail that was sent has come back (`id`, `now` and `answer`): only then *ret_done, and the row
 * in `a`. */
MUST_USE err queue_bounce(struct tx *tx, const struct queue_outcome *o, struct arena *a,
                          struct queued *ret, bool *ret_done);

/* Tries one that failed again, at once. False in *ret_done: it had not failed. */
MUST_USE err queue_again(struct tx *tx, int64_t id, int64_t now, bool *ret_done);

/* Forgets rows that ended MAIL_KEPT_DAYS ago, a bounded number; *ret_more when there are others. */
MUST_USE err queue_prune(struct tx *tx, int64_t now, bool *ret_more);

/* For the desk: failed and bounced ones, latest first, and those put off at least once. */
enum { QUEUE_PAGE = 50 };
struct queue_page {
    struct queued rows[QUEUE_PAGE];
    size_t n;
    int64_t next; /* `before` of the next page; 0: none */
};
MUST_USE err queue_failed(struct tx *tx, int64_t before, struct arena *a, struct queue_page *ret);

struct queue_counts {
    int64_t waiting, sent, failed; /* waiting now; sent and failed within a day */
    int64_t oldest;                /* since when the longest waiting one waits; 0: none */
    int64_t putoff;                /* of the waiting: tried already */
};
MUST_USE err queue_counts(struct tx *tx, int64_t now, struct queue_counts *ret);
void queue_metrics(const struct queue_counts *c, struct buf *out); /* lines for /metrics */
