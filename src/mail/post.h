#pragma once
#include "mail/deliver.h"

/*
 * The post: threads that send what is queued, each over a connection of its own that is kept open
 * between mails; as many as mail.connections says. They sleep until something is due or queued.
 *
 *   taken by the server   the row ends as sent
 *   refused for good      it ends as failed; if nobody has that address, its kind is told
 *   4xx, a broken line    again after 1, 2, 4 ... minutes, at most 6 hours apart, until
 *                         MAIL_TRIES_MAX
 *   no answer at the end  the same, at most POST_UNCERTAIN_MAX times: the server may have it
 *   the server is away    no mail's try is counted; all wait 10, 20, 40 ... seconds, at most 10
 *                         minutes; a mail that has waited for POST_WAIT_MAX ends as failed
 *
 * What a process had under way when it ended is sent once more, with the same Message-ID.
 */
enum { POST_UNCERTAIN_MAX = 3 };
#define POST_RETRY_FIRST MINUTE
#define POST_RETRY_MAX   (6 * HOUR)
#define POST_PAUSE_FIRST (10 * SECOND)
#define POST_PAUSE_MAX   (10 * MINUTE)
#define POST_WAIT_MAX    (3 * DAY)
#define POST_IDLE        (15 * SECOND) /* a connection without work is closed */
#define POST_STOP_WITHIN SECOND        /* what is under way is given up after that */

struct post_options {
    const struct app *app;
    const struct mail_kind *kinds;
    size_t kind_count;
    struct str secret; /* message.h; copied */
    /* The setup in force, kept alive until dropped. */
    const struct setup *(*pin)(void *arg);
    void (*drop)(void *arg, const struct setup *s);
    void *arg;
};
struct post;
struct post *post_make(const struct post_options *o); /* sends nothing yet */
void post_stop(struct post *p);                       /* NULL is fine */

void post_wake(struct post *p); /* MAIL_TOPIC was touched; NULL is fine */
/* Begins to send, by the setup in force, and later goes on by another one. The store's hook, which
 * wakes the post, is set before. */
void post_reload(struct post *p);

/* For the desk: since when the server is away, and what it said; 0: it is not. In `a`. */
struct post_state {
    int64_t down_since;
    struct str answer;
};
struct post_state post_state(struct post *p, struct arena *a);
