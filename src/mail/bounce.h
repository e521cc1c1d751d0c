#pragma once
#include "mail/queue.h"

/*
 * Mails that come back: what `diurnal bounce` reads from the operator's mail server. A message is
 * believed when it holds the mark of a mail that we sent (message.h), which only its receiver and
 * the servers on its way have seen, and says by RFC 3464 that it was not delivered and never will
 * be. All else is left alone: auto-replies, news of delays, forged complaints.
 */
enum { BOUNCE_BYTES_MAX = 1024 * 1024, BOUNCE_TEXT_MAX = 300 };
struct bounce {
    int64_t row;
    struct str status; /* "5.1.1" */
    struct str text;   /* the diagnosis, or the status: printable ASCII, in the arena */
};
/* False: not a failure notice about one of our mails. */
bool bounce_read(struct str message, struct str secret, struct arena *a, struct bounce *ret);

/* Ends the mail as bounced, and tells its kind if nobody has the address. *ret_done: it had been
 * sent, and not come back before. */
struct bounce_order {
    const struct bounce *bounce;
    const struct mail_kind *kinds;
    size_t kind_count;
    int64_t now;
};
MUST_USE err bounce_take(struct tx *tx, const struct bounce_order *o, struct arena *a,
                         bool *ret_done);
