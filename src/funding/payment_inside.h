#pragma once
#include "funding/payment.h"

/* What payment.c (booking) and payment_row.c (the table) share. */
#define PAYMENT_COLUMNS                                                                            \
    "id, channel, object, kind, of_object, asset, minor, fine, fee_asset, fee_minor, fee_fine,"    \
    " occurred_at, day, source, reference, message, taken_at, state, why, contribution,"           \
    " ledger_transaction, giver, matched, case when aside_why = why then aside_reason else '' end"
enum payment_state {
    PAYMENT_IS_BOOKED,
    PAYMENT_IS_WAITING,
    PAYMENT_IS_SUPERSEDED,
    PAYMENT_IS_UNDONE
};
struct str payment_state_name(enum payment_state s);

/* Whether payment_take() would look at it: else it is PAYMENT_WRONG. */
bool payment_event_is_sound(const struct payment_event *e, int64_t now);

/* Kinds that tell an amount of their own. */
bool payment_kind_has_amount(enum payment_kind k);

/* The event of an object of this kind; ret->id 0: there is none. */
MUST_USE err payment_find(struct tx *tx, struct str channel, struct str object,
                          enum payment_kind kind, struct arena *a, struct payment_row *ret);
/* What became of an event: a new row (id 0, which is set) or what changes of one that is there. */
MUST_USE err payment_keep(struct tx *tx, struct payment_row *row, enum payment_state state);
MUST_USE err payment_undo(struct tx *tx, int64_t id); /* it is undone; nothing else changes */
/* The row of this number; ret->id 0: there is none. */
MUST_USE err payment_by_id(struct tx *tx, int64_t id, struct arena *a, struct payment_row *ret);
/* The gift that an event of `object` was matched with by hand; 0: none. */
MUST_USE err payment_matched_of(struct tx *tx, struct str channel, struct str object,
                                int64_t *ret_contribution);
/* Whether a payment or an announcement of another object is this gift. */
MUST_USE err payment_is_of_other(struct tx *tx, int64_t contribution, struct str object, bool *ret);
/* All rows of a started statement of PAYMENT_COLUMNS that gives at most `most`. */
MUST_USE err payment_read_all(struct stmt *s, size_t most, struct arena *a,
                              const struct payment_row **ret, size_t *ret_n);
/* Looks again at one that waits, and at what waits for it. What it says of it stands in row->why
 * when it still waits. */
MUST_USE err payment_settle(struct tx *tx, struct payment_row *row, int64_t now, struct arena *a,
                            struct payment_result *ret);
/* Those that wait for `object` and have a row behind `after`, in the order they came; at most
 * PAYMENT_ROUND. */
enum { PAYMENT_ROUND = 8 };
struct payment_wait {
    struct str channel, object;
    int64_t after;
};
MUST_USE err payment_waiting_for(struct tx *tx, const struct payment_wait *w, struct arena *a,
                                 const struct payment_row **ret, size_t *ret_n);
