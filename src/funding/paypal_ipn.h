#pragma once
#include "funding/payment.h"

/*
 * PayPal's instant payment notifications (IPN), which the hosted donate button sends: a form in
 * one of several character sets. Its sender is proved by asking PayPal whether it sent these very
 * bytes; the amount stands in them. Reading them needs no network and no database.
 */
enum {
    PAYPAL_IPN_MAX = 32 * 1024, /* bytes of one */
    PAYPAL_IPN_FIELDS_MAX = 200,
};
struct paypal_receiver {
    struct str merchant_id, email; /* one of them names us; the other may be empty */
    bool sandbox;                  /* PayPal's play money is what we want */
};
enum {
    PAYPAL_IPN_BROKEN = 1, /* not a form; a field that matters is there twice, or makes no sense */
    PAYPAL_IPN_STRANGER,   /* the money is somebody else's, or play money */
    PAYPAL_IPN_IDLE,       /* it moves no money (subscriptions made, disputes opened ...) */
};
struct paypal_ipn {
    struct payment_event event; /* without channel, day, source and message */
    bool undoes;                /* a reversal of event.of, a payment, that is looked up: dispute-won
                                   is of the dispute */
};
/*
 * `event.object` is txn_id, which PayPal's API calls the capture's or the refund's id: the same
 * gift told by both is one. Pending and Completed have one txn_id and are events of two kinds.
 */
MUST_USE err paypal_ipn_read(struct str body, const struct paypal_receiver *us, struct arena *a,
                             struct paypal_ipn *ret);

/* "20:12:59 Jan 13, 2009 PST" (or PDT). */
bool paypal_ipn_time(struct str s, int64_t *ret);

/* What goes back for PayPal to verify: the identical bytes behind "cmd=_notify-validate&". */
struct str paypal_ipn_question(struct str body, struct arena *a);
