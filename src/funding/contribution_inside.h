#pragma once
#include "funding/contribution.h"
#include "funding/contribution_note.h"

/* What contribution.c and contribution_part.c share. */

/* Entries that move amounts of a gift; the signs are those of ledger.h. */
struct moves {
    struct ledger_entry entries[8];
    size_t n;
};
void move(struct moves *m, enum ledger_account to, enum ledger_account from, struct amount amount);

/* One step of a contribution: who takes it, when, and what it moves. */
struct step {
    enum ledger_kind kind;
    struct str action;    /* for the audit log; empty: it does not belong there */
    struct str reference; /* public */
    struct actor by;
    int64_t now;
    struct moves moves;
    int64_t undone; /* the transaction whose entries are turned round, instead of moves */
};
MUST_USE err step_post(struct tx *tx, const struct contribution *c, const struct step *step,
                       struct arena *a, int64_t *ret_transaction);

/* What a settled gift is worth in the currency of its day's goal. */
struct valuation {
    struct amount value; /* units 0: it has no value of its own */
    struct rate rate;
};
/* With the rate of the moment `at`; 0: there is none. */
MUST_USE err valuation_find(struct tx *tx, const struct contribution *c, int64_t at,
                            struct arena *a, struct valuation *ret);
MUST_USE err valuation_keep(struct tx *tx, int64_t contribution, const struct valuation *v);

/* A pending one will not come, as a provider says: not for the audit log. */
MUST_USE err contribution_fail(struct tx *tx, int64_t id, int64_t now, struct arena *a,
                               int64_t *ret_transaction);
/* What contribution_add() refuses; `fresh`: that its reference is used, too. */
MUST_USE err contribution_check(struct tx *tx, const struct contribution_draft *d, bool fresh);
/* What contribution_value() refuses, and what it would be worth. */
MUST_USE err contribution_price_check(struct tx *tx, const struct contribution_price *p,
                                      struct arena *a, struct contribution *ret_gift,
                                      struct amount *ret_value);
MUST_USE err contribution_day_check(struct date day, int64_t now); /* DAY_EARLY, DAY_FUTURE */
/* AMOUNT_ZERO, AMOUNT_LARGE. */
MUST_USE err contribution_amount_check(struct amount m);
MUST_USE err contribution_exists(struct tx *tx, int64_t id, bool *ret);
MUST_USE err note_keep(struct tx *tx, const struct contribution_note *n); /* as it is */
MUST_USE err notes_empty(struct tx *tx, int64_t contribution);
/* Of what waits for a second person and is about it; a correction without its reason is not
 * approved any more. */
MUST_USE err hand_words_empty(struct tx *tx, int64_t contribution);
MUST_USE err note_check(struct str body); /* REASON_MISSING, NOTE_WRONG */
