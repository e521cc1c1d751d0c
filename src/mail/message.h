#pragma once
#include "mail/mail_setup.h"

/*
 * A mail as it goes over the wire: headers, one text part or text and HTML as alternatives, CRLF
 * line ends, signed if there is a key.
 */
enum { MESSAGE_SECRET_BYTES = 16, MESSAGE_MAX = 4 * 1024 * 1024 };
struct message_facts {
    const struct mail_setup *setup;
    struct str secret; /* MESSAGE_SECRET_BYTES: what Message-IDs and marks are made with */
    struct str to;     /* mail_address_good() */
    struct str key;    /* of the order: stands for the mail's id when that is empty */
    int64_t row, now;
};
/* In `a`. ERR_DATA: a part is missing, too long or not UTF-8, or the link to leave is no link. */
MUST_USE err message_write(const struct message_facts *f, const struct mail *m, struct arena *a,
                           struct str *ret);

/* "<comment.55.HASH@domain>": the same for the same id, recipient and secret, and for no other. */
struct str message_id(const struct message_facts *f, struct str id, struct arena *a);

/*
 * The mark by which a returned mail is known again: "17-3f0a…", in the header X-Diurnal-Mail. Only
 * who has seen the mail knows it.
 */
#define MESSAGE_MARK_HEADER "X-Diurnal-Mail"
struct str message_mark(struct str secret, int64_t row, struct arena *a);
bool message_mark_read(struct str secret, struct str mark, int64_t *ret_row);
