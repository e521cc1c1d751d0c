#pragma once
#include "mail/message.h"
#include "mail/queue.h"

/*
 * One mail from its row to the server: composed by its kind, written, handed over. Knows no queue
 * and no threads.
 */
struct delivery {
    const struct app *app;
    const struct setup *setup; /* setup->mail is there */
    const struct mail_kind *kinds;
    size_t kind_count;
    struct str secret; /* message.h */
};
struct delivered {
    struct str to; /* whom it went to, when that was known */
    struct smtp_answer answer;
};
/* OK: the server has it. */
enum {
    DELIVER_DROP = 1,   /* nobody wants it any more */
    DELIVER_IMPOSSIBLE, /* no such kind, no good address, nothing that can be sent: answer.text */
    DELIVER_REFUSED,    /* as SMTP_… */
    DELIVER_LATER,
    DELIVER_DOWN,
    DELIVER_UNCERTAIN,
};
MUST_USE err deliver(const struct delivery *d, struct smtp *s, const struct queued *row,
                     struct arena *a, struct delivered *ret);

/* The kind of that name, or NULL. */
const struct mail_kind *mail_kind_of(const struct delivery *d, struct str name);

/* The answer says that nobody has this address, not that somebody does not want this mail. */
bool delivered_to_nobody(const struct smtp_answer *answer);
