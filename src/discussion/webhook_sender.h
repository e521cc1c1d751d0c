#pragma once
#include "discussion/webhook_post.h"

/*
 * Threads that send what waits for webhooks: one a receiver, so that one that hangs or fails holds
 * up nobody else, nor the jobs. Each looks up the events behind its receiver's cursor, then sends
 * one message after the other, in the order of the events.
 *
 *   2xx            delivered; the message is forgotten
 *   410 Gone       the receiver is switched off, and the desk says so; its messages wait
 *   anything else  a redirect, another status, no answer in time: that message again after 5, 10,
 *                  20 ... seconds, at most 6 hours, until WEBHOOK_TRIES_MAX; or as Retry-After asks
 *   failures       in a row: the receiver is left alone for 5, 10, 20 ... seconds, at most
 *                  WEBHOOK_PAUSE_MAX, then the next message is tried. When it is back after five of
 *                  them, all that waits is sent at once.
 *
 * What had been sent and not yet recorded when the process ended is sent once more, with its id.
 */
#define WEBHOOK_STOP_WITHIN  SECOND /* what is under way is given up after that */
#define WEBHOOK_COLLECT_EACH (SECOND / 10)

struct webhook_sender_options {
    const struct app *app;
    /* The setup in force, kept alive until dropped. */
    const struct setup *(*pin)(void *arg);
    void (*drop)(void *arg, const struct setup *s);
    void *arg;
};
struct webhook_sender;
struct webhook_sender *webhook_sender_make(const struct webhook_sender_options *o); /* idle */
/* Ending, in two steps: no more is begun; and all threads have ended. NULL is fine. */
void webhook_sender_stop(struct webhook_sender *w);
void webhook_sender_free(struct webhook_sender *w);

/* Comments, or what WEBHOOK_TOPIC names, have changed; NULL is fine. Made for the store's hook. */
void webhook_sender_wake(struct webhook_sender *w);
/* Begins to send, by the setup in force, and later goes on by another one. */
void webhook_sender_reload(struct webhook_sender *w);
