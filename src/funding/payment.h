#pragma once
#include "funding/ledger.h"

/*
 * Payment events: what a provider, a bank's statement or a chain says happened to money, in words
 * that are the same for all of them. Each is about one money object (a charge, a capture, a refund,
 * a dispute, "txid:vout", a log within its receipt) and happens to it once: (channel, object, kind)
 * is unique for ever, so an event may be told any number of times, in any order and by several at
 * once, and moves money once.
 *
 *   pending         announced, not yet ours
 *   payment         received; of an object that was pending it is the settlement
 *   failed          a pending one will not come; of: the payment's object
 *   fee             what the provider kept, told apart from the payment; of: the payment's
 *   refund          a part or all went back; of: the payment's
 *   refund-failed   a refund came back to us; of: the refund's
 *   dispute         the provider took it away; of: the payment's
 *   dispute-won     it gave it back; of: the dispute's
 *   reorg-reversal  its block is no longer of the chain; of: the payment's
 *   reorg-restore   it is in another block; of: the reversal's
 *
 * An event that comes before what it speaks of waits, and is booked with it. So does one that would
 * take out more than is left, or of another asset, until what it lacks has come; the desk lists all
 * that wait. Undoing (refund-failed, dispute-won, reorg-restore) turns the entries of what it
 * undoes round: what was 63.00 USD when it was given is so again, whatever the rate is now.
 */
enum payment_kind {
    PAYMENT_PENDING,
    PAYMENT_RECEIVED,
    PAYMENT_FAILED,
    PAYMENT_FEE,
    PAYMENT_REFUND,
    PAYMENT_REFUND_FAILED,
    PAYMENT_DISPUTE,
    PAYMENT_DISPUTE_WON,
    PAYMENT_REORG_REVERSAL,
    PAYMENT_REORG_RESTORE,
    PAYMENT_KINDS
};
enum { PAYMENT_OBJECT_MAX = 200 /* bytes, ASCII from '!' to '~' */ };
struct str payment_kind_name(enum payment_kind k); /* "refund-failed" */
bool payment_kind_parse(struct str s, enum payment_kind *ret);

/* Who gave, as far as the provider says (giver.h, which bounds it). Empty: nothing known. */
struct payer {
    struct str name, email, message;
    bool named; /* they want their name beside the gift */
};

struct payment_event {
    struct str channel; /* a configured channel's name */
    enum payment_kind kind;
    struct str object;
    struct str of;        /* as listed above; empty for pending and payment */
    struct amount amount; /* gross, above zero; for failed, refund-failed, dispute-won, reorg-*: not
                             looked at, they move all that `of` did */
    struct amount fee;    /* of a payment, when it is told with it; units 0: none, or not known */
    int64_t occurred_at;  /* when it happened there, UTC */
    int64_t day;          /* the same as a day of the site's zone: which goal a payment counts for.
                             Others count on the day of their payment */
    enum ledger_source source; /* BY_PROVIDER or BY_CHAIN; a bank's statement is BY_PROVIDER */
    struct str reference;      /* public, as in the ledger; empty for all but chains */
    int64_t message;           /* payment_message it was read from; 0: none */
    struct payer payer;        /* of pending and payment */
};

enum payment_outcome {
    PAYMENT_BOOKED,
    PAYMENT_SEEN,    /* it was there, just so */
    PAYMENT_DIFFERS, /* it was there with another amount, asset or payment: nothing was changed;
                        whoever says it is wrong once */
    PAYMENT_WAITS,
    PAYMENT_SUPERSEDED, /* nothing to move: pending after it was received, failed after that, what
                           was undone already, what the treasurer had settled by hand */
};
struct payment_result {
    enum payment_outcome outcome;
    int64_t event;        /* its row */
    int64_t contribution; /* the gift it is about; 0 while it waits */
    int64_t released;     /* others that had waited for it and are booked now */
};
enum {
    PAYMENT_WRONG = 1, /* an amount that is not above zero or too large, an object or reference with
                          characters it may not have, a day out of bounds: who made it has a bug, or
                          was told nonsense. Nothing was kept. */
};
/*
 * Takes one event. `now` stands as the time of booking. A payment in another asset than its goal's
 * currency is valued with rate_find() at `occurred_at` (at `now` if that is earlier), or not at
 * all.
 */
MUST_USE err payment_take(struct tx *tx, const struct payment_event *e, int64_t now,
                          struct arena *a, struct payment_result *ret);

/*
 * Whether another channel was told of this payment or announcement on a chain, in the same coin:
 * that of a wallet that was renamed, or is written in two ways. It counts there, and nowhere else.
 */
MUST_USE err payment_is_elsewhere(struct tx *tx, const struct payment_event *e, bool *ret);

/* A payment_event as it is kept, for the desk and for recounting. */
struct payment_row {
    int64_t id, contribution, ledger_transaction, taken_at;
    int64_t giver;    /* 0: nobody known */
    struct str state; /* "booked", "waiting", "superseded", "undone" */
    struct str why;   /* of one that waits, a key of theme/words: "funding_wait_payment" */
    int64_t matched;  /* the gift that it belongs to by the treasurer's word (payment_match.h); 0 */
    struct str aside; /* why it was set aside; empty: it was not, or waits for something else now */
    struct payment_event event; /* without payer */
};
enum { PAYMENT_PAGE = 50 };
/* Those that wait and were not set aside, latest first, with ids below `before` (INT64_MAX: all).
 */
MUST_USE err payment_waiting(struct tx *tx, int64_t before, size_t most, struct arena *a,
                             const struct payment_row **ret, size_t *ret_n);
/* Those of one contribution, in the order they were taken; at most PAYMENT_PAGE. */
MUST_USE err payment_of_contribution(struct tx *tx, int64_t contribution, struct arena *a,
                                     const struct payment_row **ret, size_t *ret_n);
