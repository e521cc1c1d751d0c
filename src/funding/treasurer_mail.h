#pragma once
#include "mail/queue.h"
#include "store/store.h"

/*
 * Mails about the money to those who answer for it. Each goes to an address once: the key of a mail
 * holds its name and the address hashed, so that no address stands in keys and who is told twice
 * (a witness and a treasurer) gets one.
 */
struct treasurer_letter {
    struct str kind;
    struct str name; /* "ledger-head/17654": the same mail has the same */
    int64_t subject; /* what its composer gets */
    int64_t now;
    struct arena *arena;
};
MUST_USE err treasurer_mail_to(struct tx *tx, const struct treasurer_letter *l, struct str address);
/* To all treasurers that are active. */
MUST_USE err treasurer_mail(struct tx *tx, const struct treasurer_letter *l);
