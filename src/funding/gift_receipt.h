#pragma once
#include "mail/mail.h"
#include "people/audit.h"
#include "store/store.h"

/*
 * Receipts by mail. A gift whose giver is known falls due in the transaction that books its
 * arrival; a job that runs every minute orders the mails, each once. None is sent when
 * `funding.receipts` is off, when there is no address or mail to it came back, when the gift went
 * back or was set aside meanwhile, or when it was made more than RECEIPT_DAYS before: whoever reads
 * in last year's statements writes to nobody. The treasurer may send any gift's receipt, and again.
 *
 * The mail says what was given, when and how, and the code with which the giver finds the gift in
 * the public ledger (receipt.h). The address is read when the mail is made: who was erased
 * meanwhile gets none.
 */
#define GIFT_RECEIPT_JOB  "gift-receipts"
#define GIFT_RECEIPT_MAIL "gift-receipt"
#define RECEIPT_EVERY     MINUTE
enum { RECEIPT_DAYS = 7, RECEIPT_BATCH = 200 /* of one transaction */ };

/* It arrived: settled, with a giver; or who gave it became known. Nothing is changed of one that is
 * due, or was mailed. */
MUST_USE err gift_receipt_due(struct tx *tx, int64_t contribution, int64_t now);

/* Of today: a day of the site's zone. */
struct receipt_round {
    bool send; /* they are wanted, and mails can be sent */
    int64_t today, now;
    struct arena *arena;
};
/* Orders what is due, at most RECEIPT_BATCH; *ret_more: there may be others. */
MUST_USE err gift_receipts_order(struct tx *tx, const struct receipt_round *o, bool *ret_more);

/* By the treasurer's hand. RECEIPT_NOBODY: no address is known. RECEIPT_NOT_SETTLED: it is pending,
 * or nothing is left of it. An address to which mail came back is tried again. */
enum { RECEIPT_NOBODY = 1, RECEIPT_NOT_SETTLED, RECEIPT_FROZEN };
MUST_USE err gift_receipt_send(struct tx *tx, int64_t contribution, struct actor by, int64_t now,
                               struct arena *a);

/* What was sent of it. No row: all zero. */
struct gift_receipt {
    int64_t at, mails;
};
MUST_USE err gift_receipt_get(struct tx *tx, int64_t contribution, struct gift_receipt *ret);

MUST_USE err gift_receipt_job(const struct app *app, const struct setup *s);
MUST_USE err gift_receipt_promise(const struct app *app);
MUST_USE err gift_receipt_compose(const struct app *app, const struct setup *s,
                                  const struct mail_order *o, struct arena *a, struct mail *ret);
/* The mail came back: its giver gets none by themselves any more. */
MUST_USE err gift_receipt_failed(struct tx *tx, const struct mail_order *o, int64_t now);
