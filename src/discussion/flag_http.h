#pragma once
#include "discussion/flag.h"
#include "http/http.h"

/*
 * Flagging a comment, on a page of its own that needs no script: the comment, the reasons, a few
 * words. POST (reason, note) answers 303 to the page that says thanks, to the same voter's second
 * flag too; a refused form is shown again with all that was typed. The voter is the visitor's
 * cookie, which the form's page sets; who keeps no cookies is known by the address.
 */
err flag_show(struct request *r, struct response *ret); /* GET /comments/{id}/flag */
err flag_post(struct request *r, struct response *ret); /* POST /comments/{id}/flag */

/* For all who take flags: passes the gate and stores it; OK too when this voter has flagged it
 * before. `note` is trimmed and checked. Refuses with a FLAG_. */
enum { FLAG_BANNED = FLAG_AGAIN + 1, FLAG_WORK_WANTED };
MUST_USE err flag_send(const struct request *r, int64_t comment, enum reason reason,
                       struct str note);
struct flag_said {
    int status;
    const char *word;
};
struct flag_said flag_say(err refusal);
