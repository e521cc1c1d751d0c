#pragma once
#include "funding/payment.h"
#include "funding/paypal_webhook.h"

/*
 * What PayPal itself says of an object, over its API (developer.paypal.com/docs/api/payments/v2,
 * v1 for sales): the fact that a webhook only hints at. Asking waits for the network.
 */
struct paypal_account {
    struct str api; /* PAYPAL_API, or what the operator configured */
    struct str client_id, client_secret;
    struct str merchant_id; /* whose captures they must be */
    struct str ca_file;     /* trusted instead of the machine's certificates; mostly empty */
    bool allow_private;
    bool (*give_up)(void *arg); /* as in outgoing/fetch.h; or NULL */
    void *arg;
};
enum paypal_state {
    PAYPAL_OTHER, /* nothing that moves money, yet or ever */
    PAYPAL_PENDING,
    PAYPAL_DONE,
    PAYPAL_FAILED,
    PAYPAL_REVERSED, /* a sale that was taken away again */
};
struct paypal_fact {
    enum paypal_object object;
    enum paypal_state state;
    struct str id, of; /* `of`: of a refund, its capture's or sale's */
    struct amount amount, fee;
    int64_t at;
    struct str body; /* PayPal's own words */
};

/* Reads what PayPal answered about an object of this kind. No network. */
enum {
    PAYPAL_API_NONSENSE = 1, /* not what the documents promise, or about another object */
    PAYPAL_API_STRANGER,     /* a capture that is not our merchant's */
    PAYPAL_API_DENIED,       /* the client's id or secret is not taken */
    PAYPAL_API_MISSING,      /* there is no such object */
    PAYPAL_API_DIFFERS,      /* the amount is not the one the hint told: somebody made it up */
    PAYPAL_API_DOWN,         /* no answer, or "later" */
};
MUST_USE err paypal_fact_read(struct str body, enum paypal_object object, struct str merchant_id,
                              struct arena *a, struct paypal_fact *ret);

/*
 * Asks for the hint's object and holds the answer against it: id, payee, and the amount it told. Of
 * a refund the capture is asked for too, for only that names the payee. *ret is written on OK.
 */
MUST_USE err paypal_confirm(const struct paypal_account *p, const struct paypal_hint *hint,
                            struct arena *a, struct paypal_fact *ret);

/* A token to ask with (RFC 6749 section 4.4); good for minutes. */
MUST_USE err paypal_token(const struct paypal_account *p, struct arena *a, struct str *ret);

/* A page, from 1, of the account's transactions of a span of PAYPAL_REPORT_DAYS at most, for
 * paypal_report_read(). DENIED also when the app may not search transactions. */
struct paypal_span {
    int64_t from, until;
    int page;
};
MUST_USE err paypal_ask_report(const struct paypal_account *p, struct str token,
                               const struct paypal_span *span, struct arena *a, struct str *ret);

/*
 * What the ledger is to be told, but for channel, day, source and message: none or one event. What
 * PayPal took back itself ("reversed") is a refund like others: the API does not tell the two
 * apart, the event's name is not to be believed, and one object must be of one kind.
 */
size_t paypal_fact_events(const struct paypal_fact *f, struct payment_event ret[1]);
