#pragma once
#include "funding/payment.h"

/*
 * PayPal's list of an account's transactions
 * (developer.paypal.com/docs/api/transaction-search/v1, GET /v1/reporting/transactions): how what
 * no message told of is found. Reading it needs no network and no database.
 *
 * Payments that came in (event codes T00.., an amount above zero) and refunds of them (T1107)
 * count; a transaction's number is the capture's, the refund's, and an IPN's txn_id. Payments that
 * PayPal took back itself are listed by numbers of other kinds, and are left to its messages.
 */
enum {
    PAYPAL_REPORT_MAX = 256 * 1024, /* bytes of a page */
    PAYPAL_REPORT_PAGE = 100,       /* transactions of one */
    PAYPAL_REPORT_DAYS = 31,        /* that one question may span */
    PAYPAL_REPORT_NONSENSE = 1,     /* not what the documents promise */
};
struct paypal_report {
    struct payment_event *events; /* without channel, day, source and message */
    size_t n;
    int64_t pages; /* there are so many of this span */
    bool skipped;  /* some payment or refund made no sense */
};
MUST_USE err paypal_report_read(struct str body, struct arena *a, struct paypal_report *ret);
