#pragma once
#include "base/app.h"
#include "base/str.h"
#include "store/store.h"

/*
 * Mail: a queue in the database, and what one mail is made of. A mail is a row that is written in
 * the transaction of what it speaks of, under a key that the caller chooses: the same key is never
 * queued twice. The row names who composes it (a kind, below) and what about; its text is made only
 * when its turn to be sent has come, so that a fan-out to 100,000 costs 100,000 small rows, nothing
 * is sent to who has left meanwhile, and nothing personal waits in the queue.
 *
 *     struct mail_order o = { .key = str_print(a, "comment/%d/%d", comment, subscriber),
 *                             .kind = S("comment-notice"), .subject = subscriber,
 *                             .detail = comment };
 *     err e = mail_add(tx, &o, now);
 *
 * What is queued is sent by the threads of mail/post.h: at least once, and once more only when the
 * process ended or the line broke after the server took the mail and before we knew; both copies
 * then have the same Message-ID.
 *
 * Without mail.server in the configuration nothing can be sent: forms that need mail are not shown,
 * and whoever queues asks mail_enabled() first.
 */
bool mail_enabled(const struct setup *s);

/* What a transaction touches that queues a mail: the post hears it by the store's hook. */
#define MAIL_TOPIC "mail"

enum {
    MAIL_KEY_MAX = 200,   /* bytes */
    MAIL_NOTE_MAX = 2000, /* bytes */
    MAIL_TO_MAX = 254,    /* bytes: RFC 5321, 4.5.3.1 */
    MAIL_TRIES_MAX = 20,  /* with the waits of post.h: about three days */
    MAIL_KEPT_DAYS = 30,  /* a row is forgotten so long after its end */
};
struct mail_order {
    struct str key;  /* "confirm/17/2018-05-04T10": 1..MAIL_KEY_MAX bytes */
    struct str kind; /* struct mail_kind.name */
    struct str to;   /* an address; empty: who composes it knows it */
    int64_t subject, detail;
    struct str note; /* what else who composes it wants to find again; valid UTF-8 */
    int64_t at;      /* not before; 0: at once */
    bool ahead;      /* of what waits: somebody sits in front of the mailbox, while a fan-out of
                        100,000 may take hours */
};
/*
 * Queues it. OK too when the key is there already: nothing is changed then, and *ret_new, which may
 * be NULL, is false. Any address is taken: one that is not one address (mail_address_good) is never
 * spoken to, its row ends as failed.
 */
MUST_USE err mail_add(struct tx *tx, const struct mail_order *o, int64_t now, bool *ret_new);

/* Of a transaction that erases a person: what waits for that address is dropped, and the address
 * goes out of all rows. */
MUST_USE err mail_forget(struct tx *tx, struct str to, int64_t now);

/*
 * A mail as its kind composes it, one recipient each. All text is UTF-8; what stands in headers is
 * encoded (RFC 2047) or refused, so a line end in it cannot begin a header.
 */
struct mail {
    struct str to;        /* where the order's is empty */
    struct str subject;   /* plain text, one line; longer than MAIL_SUBJECT_MAX is cut */
    struct str text;      /* the text part, never empty; lines of any length */
    struct str html;      /* the other part: a whole document; empty: text only */
    struct str from_name; /* shown as the sender: the site's title */
    /*
     * What holds threads together. `id` names this mail among all that go to this recipient:
     * "comment/55"; empty: the order's key. `parent` is the id of the mail it replies to, and
     * `root` that of the first of the thread ("report/77"), whether or not they were ever sent.
     * All become <…@domain> with a keyed hash of the recipient in them.
     */
    struct str id, parent, root;
    struct str unsubscribe; /* the https address that takes RFC 8058's POST, or empty */
};
enum { MAIL_SUBJECT_MAX = 200, MAIL_TEXT_MAX = 256 * 1024, MAIL_HTML_MAX = 512 * 1024 };

/*
 * Who composes. Every kind stands in one table, src/mail_kinds.c. compose() runs in a thread of the
 * post, outside any transaction, may read the store, and makes what it needs in `a`. MAIL_DROP: it
 * is no longer wanted, the row ends without a mail. A fault: tried again later.
 *
 * failed() runs in the transaction that ends the row because the recipient's server refused the
 * address for good, or sent the mail back: a subscriber is no longer written to. NULL: nothing.
 */
enum { MAIL_DROP = 1 };
struct mail_kind {
    struct str name;
    err (*compose)(const struct app *app, const struct setup *s, const struct mail_order *o,
                   struct arena *a, struct mail *ret);
    err (*failed)(struct tx *tx, const struct mail_order *o, int64_t now);
};

/* One address that a mail can go to: RFC 5321's dot-string@domain in ASCII. Quoted local parts and
 * address literals are not taken. */
bool mail_address_good(struct str s);
