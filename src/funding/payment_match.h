#pragma once
#include "funding/payment.h"
#include "people/audit.h"

/*
 * What the treasurer decides about events that wait: "this refund belongs to that gift", or "this
 * will never be matched".
 *
 * A match stands for ever: the event is booked as if its payment had been that gift, and a wrong
 * one is made good by a reversal, never by undoing the match. A payment that was typed in before it
 * was told (it waits, for its number is used) is matched with that gift: it moves nothing, and what
 * is told of it later finds its way. When a payment comes whose refund was matched with a gift by
 * hand of the same amount, it is that gift.
 */
enum {
    PAYMENT_MATCH_MISSING = 1, /* no such event, or it does not wait */
    PAYMENT_MATCH_KIND,        /* it undoes something: it waits for that, not for a gift */
    PAYMENT_MATCH_NO_GIFT,
    PAYMENT_MATCH_CHANNEL, /* the gift came by another one */
    PAYMENT_MATCH_ASSET,
    PAYMENT_MATCH_AMOUNT, /* more than is left of it; of a payment: not just its amount */
    PAYMENT_MATCH_STATE,  /* the gift has not arrived, or nothing is left of it */
    PAYMENT_MATCH_FROZEN,
    PAYMENT_MATCH_TAKEN,  /* the gift is another payment's */
    PAYMENT_MATCH_REASON, /* none, too long, or controls in it */
    PAYMENT_MATCH_REFUSALS
};
/* The key of theme/words. */
const char *payment_match_word(err refusal);

/* Whether events of this kind can be matched by hand at all. */
bool payment_may_match(enum payment_kind k);

struct payment_match {
    int64_t event, contribution;
    struct actor by;
    int64_t now;
};
MUST_USE err payment_match(struct tx *tx, const struct payment_match *m, struct arena *a,
                           struct payment_result *ret);

/* Not shown among those that wait, until it waits for something else; it is booked all the same
 * when what it waits for comes. Again: the new reason stands. */
enum { PAYMENT_REASON_MAX = 500 /* bytes */ };
struct payment_aside {
    int64_t event;
    struct str reason; /* the treasurer's, private */
    struct actor by;
    int64_t now;
};
MUST_USE err payment_set_aside(struct tx *tx, const struct payment_aside *s);
/* It is to be shown among those that wait again. */
MUST_USE err payment_take_up(struct tx *tx, int64_t event, struct actor by, int64_t now);

/* One that waits: PAYMENT_MATCH_MISSING. */
MUST_USE err payment_waiting_get(struct tx *tx, int64_t event, struct arena *a,
                                 struct payment_row *ret);
/* Those set aside, as payment_waiting() does with the others. */
MUST_USE err payment_aside_list(struct tx *tx, int64_t before, size_t most, struct arena *a,
                                const struct payment_row **ret, size_t *ret_n);
/* How many wait and are not set aside; counted up to PAYMENT_COUNT_MAX. */
enum { PAYMENT_COUNT_MAX = 1000 };
MUST_USE err payment_waiting_count(struct tx *tx, int64_t *ret);

/* Gifts of just the event's channel and amount of which something is left, latest first. Their
 * numbers. */
enum { PAYMENT_CANDIDATES = 10 };
MUST_USE err payment_candidates(struct tx *tx, const struct payment_row *row,
                                int64_t ret[PAYMENT_CANDIDATES], size_t *ret_n);
