#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "discussion/webhook_setup.h"
#include "store/store.h"

/*
 * Outgoing webhooks: programs of the operator's choosing are told of new, changed and moderated
 * comments by signed messages (Standard Webhooks). This is how they stand in the database; who
 * sends is webhook_sender.h, what is sent webhook_post.h, the operator's manual docs/webhooks.md.
 *
 * Each receiver has a cursor on comment_event. What lies behind it and is wanted becomes a row of
 * webhook_message with an id of its own, the webhook-id, which stays the same at every try: at
 * least once, and whoever gets it twice can tell. A row holds the event's numbers and no text,
 * because events are pruned sooner (event_days may be 1) than a message is given up. The text is
 * made at each try, from the comment as it is then: nothing personal waits in the queue, and what
 * was hidden, deleted or erased meanwhile is sent to nobody.
 */

/* What a try came to when it was no HTTP status (those are 100 to 599). */
enum webhook_trouble {
    WEBHOOK_TROUBLE_NONE,
    WEBHOOK_TROUBLE_ADDRESS,
    WEBHOOK_TROUBLE_PRIVATE,
    WEBHOOK_TROUBLE_UNREACHABLE,
    WEBHOOK_TROUBLE_TIMEOUT,
    WEBHOOK_TROUBLE_TOO_LARGE,
    WEBHOOK_TROUBLE_BROKEN,
    WEBHOOK_TROUBLE_OLD,  /* it waited too long */
    WEBHOOK_TROUBLE_TEXT, /* its text could not be made; the log says why */
    WEBHOOK_TROUBLES,
};
struct str webhook_trouble_str(enum webhook_trouble t); /* "private", "unreachable", ... */

enum {
    WEBHOOK_TRIES_MAX = 24,      /* with the waits below: about three days */
    WEBHOOK_WAITING_MAX = 10000, /* messages of one receiver; further events wait as events */
    WEBHOOK_COLLECT_MAX = 200,   /* events made into messages at once */
    WEBHOOK_KEPT_DAYS = 30,      /* a message that was given up is forgotten so long after */
    WEBHOOK_PRUNED_MAX = 2000,   /* rows of each kind at once */
};
#define WEBHOOK_WAIT_FIRST (5 * SECOND) /* then twice as long each time */
#define WEBHOOK_WAIT_MAX   (6 * HOUR)
#define WEBHOOK_PAUSE_MAX  (10 * MINUTE) /* a receiver that fails is left alone so long at most */
#define WEBHOOK_AGE_MAX    (4 * DAY)     /* what has waited for that is given up */

/* What a transaction touches that changes when something is to be sent: the sender hears it. */
#define WEBHOOK_TOPIC "webhook"

/* How long to wait after the try that came after `attempts` others: 5, 10, 20 ... seconds, a tenth
 * more or less by `chance`, any 16 bits. */
int64_t webhook_wait(int64_t attempts, unsigned chance);

struct webhook {
    int64_t id, cursor, since;
    struct str name;
    int64_t off_at;    /* it answered 410; 0: it is on */
    int64_t missed_at; /* events were pruned before they were looked at; 0: never */
    int64_t succeeded_at, failed_at;
    int64_t answer;      /* to the last failure: an HTTP status, or enum webhook_trouble */
    int64_t failures;    /* in a row */
    int64_t pause_until; /* nothing is sent before */
};
struct webhook_message {
    int64_t id;
    struct str key; /* "msg_..." */
    int64_t webhook, event, comment, report;
    enum comment_change change;
    int64_t at, since, due_at;
    int64_t attempts; /* that were made */
    int64_t answer;
    int64_t ended_at; /* given up; 0: it waits */
};

/* A new id for a message, in `a`. */
struct str webhook_key(struct arena *a);

/*
 * Makes the rows those of the configuration: a new receiver begins with what happens from now on;
 * one whose url is another is switched on; one that has gone goes with all that waited for it.
 */
MUST_USE err webhook_sync(struct tx *tx, const struct webhook_setup *s, int64_t now,
                          struct arena *a);

/* What there is to do for one receiver. */
struct webhook_work {
    struct webhook hook;
    bool there;   /* it has a row */
    bool collect; /* there are events behind its cursor, and room for them */
    bool due;     /* `message` is to be sent now */
    struct webhook_message message;
    int64_t next; /* else the time of the next one; 0: none waits */
};
MUST_USE err webhook_look(struct tx *tx, struct str name, int64_t now, struct arena *a,
                          struct webhook_work *ret);

/* Makes messages of the next events that `h` wants, and moves the cursor. Nothing when its row has
 * gone. */
MUST_USE err webhook_collect(struct tx *tx, const struct webhook_config *h, int64_t now,
                             struct arena *a);

/* What came of a try. Nothing happens to rows that have gone. */
enum webhook_fate {
    WEBHOOK_DELIVERED,
    WEBHOOK_LATER,
    WEBHOOK_GIVEN_UP,
    WEBHOOK_GONE, /* the receiver wants no more: it is switched off, and the message waits */
};
struct webhook_outcome {
    int64_t webhook, message, now;
    enum webhook_fate fate;
    int64_t answer;
    int64_t due_at, pause_until;
};
MUST_USE err webhook_end_try(struct tx *tx, const struct webhook_outcome *o);

/* At the desk. All that waits or was given up is tried at once, WEBHOOK_WAITING_MAX at most; what
 * is switched off goes on, with what happened meanwhile. False in *ret_done: there is no such
 * receiver, or it is on. */
MUST_USE err webhook_again(struct tx *tx, int64_t id, int64_t now, bool *ret_done);
MUST_USE err webhook_switch_on(struct tx *tx, int64_t id, int64_t now, bool *ret_done);

/* Gives up what is too old and forgets what was given up long ago. */
MUST_USE err webhook_prune(struct tx *tx, int64_t id, int64_t now);

/* How all stand, by name. */
struct webhook_row {
    struct webhook hook;
    int64_t waiting, failed; /* messages that wait, and that were given up */
};
struct webhook_rows {
    struct webhook_row rows[WEBHOOKS_MAX];
    size_t n;
};
MUST_USE err webhook_list(struct tx *tx, struct arena *a, struct webhook_rows *ret);

/* Messages that could not be delivered so far, latest event first. */
enum { WEBHOOK_PAGE = 50 };
struct webhook_page {
    struct webhook_message rows[WEBHOOK_PAGE];
    size_t n;
    int64_t next; /* `before` of the next page; 0: none */
};
MUST_USE err webhook_undelivered(struct tx *tx, int64_t before, struct arena *a,
                                 struct webhook_page *ret);

/* Lines for /metrics. */
void webhook_metrics(const struct webhook_rows *rows, struct buf *out);
