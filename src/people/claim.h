#pragma once
#include "base/clock.h"
#include "http/http.h"
#include "people/keys.h"
#include "store/store.h"

/*
 * An e-mail address that somebody says is theirs. Saying so sends a signed link to it; who opens
 * the link and presses its button has shown it, and gets the cookie `address`, good for CLAIM_SPAN
 * in that browser. What a person may do with it, the rooms above decide.
 *
 * A link is good once and for CLAIM_LINK_SPAN: using it begins the claim's next *round*, in which
 * links and cookies of the earlier ones are void. Both are signed for their purpose, the claim and
 * its round (token.h), so that none can stand for another.
 */
#define CLAIM_LINK_SPAN (1 * DAY)
#define CLAIM_SPAN      (1 * HOUR)
#define CLAIM_ASK_APART (1 * HOUR) /* between two mails to one address */
enum { CLAIM_KEPT_DAYS = 30 };     /* a claim is forgotten so long after it was asked for */

struct claim {
    int64_t id, round;
    struct str email; /* lower case */
    bool erase;       /* all of it is being erased */
};
enum { CLAIM_GONE = 1 }; /* unknown, used, over, or not one of ours */

/* Notes that somebody asks for a link; the caller queues the mail, with *ret_asked_at in its key:
 * it stays the same for CLAIM_ASK_APART, so that one mail goes in that time, whoever asks. `email`
 * is email_parse()'s. */
MUST_USE err claim_ask(struct tx *tx, struct str email, int64_t now, int64_t *ret_id,
                       int64_t *ret_asked_at);
/* Whether another form of the address (people/email.h: the same mailbox) was asked for within
 * CLAIM_ASK_APART: then its owner has had a mail, and no further one goes. */
MUST_USE err claim_mailbox_busy(struct tx *tx, struct str email, int64_t now, bool *ret);
MUST_USE err claim_get(struct tx *tx, int64_t id, struct arena *a, struct claim *ret);

/* The link's token, of the claim's present round. */
struct str claim_token(const struct keys *k, struct arena *a, const struct claim *c, int64_t now);
/* What a link's token stands for, without using it. */
MUST_USE err claim_look(struct tx *tx, const struct request *r, struct str token,
                        struct claim *ret);
/* Uses it: OK once. claim_cookie() then marks the browser. */
MUST_USE err claim_use(struct tx *tx, const struct request *r, struct str token, struct claim *ret);
void claim_cookie(struct request *r, struct response *ret, const struct claim *c);
void claim_cookie_drop(struct request *r, struct response *ret);

/* The address that the asking browser has shown to be its own; all empty when there is none. */
MUST_USE err claim_of(const struct request *r, struct tx *tx, struct claim *ret);

/* Marks it as one whose person is being erased; the cookie is void. */
MUST_USE err claim_erase(struct tx *tx, int64_t id);
MUST_USE err claim_drop(struct tx *tx, int64_t id);
/* For the daily job. */
MUST_USE err claim_drop_old(struct tx *tx, int64_t now);
