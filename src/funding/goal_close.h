#pragma once
#include "base/app.h"
#include "base/ed25519.h"
#include "funding/goal.h"
#include "funding/ledger.h"

/*
 * Closing a goal's period: its totals are written down as they are at one entry of the ledger, in a
 * statement of plain text that the newsroom's own key signs (people/keys.h: DIR/keys/ledger), and
 * never change again (triggers refuse). The goal can no longer be changed or dropped. What is
 * booked later of its days, a refund, a late transfer, stands in the ledger after that entry and is
 * shown as an adjustment beside the frozen totals.
 *
 * A period closes by command, at the desk, or by itself [funding] close_after_days days after its
 * end.
 */
struct goal_close {
    int64_t goal; /* 0: it is not closed */
    int64_t closed_at;
    int64_t by;                    /* a person's id; 0: the command line, or by itself */
    int64_t seq, last_transaction; /* the ledger's last when it was closed */
    int64_t settled, net, pending; /* minor units of the goal's currency */
    struct str statement;          /* what was signed: ASCII lines, each ending with LF */
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    uint8_t signature[ED25519_SIGNATURE_BYTES];
};
enum { GOAL_STATEMENT_MAX = 64 * 1024, GOAL_ADJUSTMENTS_MAX = 100 };

MUST_USE err goal_close_get(struct tx *tx, int64_t goal, struct arena *a, struct goal_close *ret);

/*
 * Each closed period's statement once more: it says the totals that are frozen, its head is in the
 * chain at its entry, and its signature holds. GOAL_CLOSE_WRONG with the first that differs, in
 * `a`.
 */
enum { GOAL_CLOSE_WRONG = 1 };
MUST_USE err goal_close_check(struct tx *tx, struct arena *a, struct str *ret_why);

enum {
    GOAL_CLOSE_MISSING = 1,
    GOAL_CLOSE_EARLY, /* the period has not ended */
    GOAL_CLOSE_DONE,  /* it is closed already */
    GOAL_CLOSE_MOVED, /* the goal was changed in the same moment: again */
    GOAL_CLOSE_REFUSALS
};
const char *goal_close_refusal(err refusal);
const char *goal_close_refusal_word(err refusal);

struct goal_close_order {
    const struct app *app;
    const struct setup *setup;
    int64_t goal;
    struct actor by;
    int64_t now;
};
/* Reads the totals, signs them and writes them down. Outside of any transaction. */
MUST_USE err goal_close(const struct goal_close_order *o, struct arena *a);

/* What was booked later of a closed period's days: entries of income and fees, oldest first. */
struct goal_adjustment {
    int64_t seq, contribution, day, booked;
    struct str channel, kind;
    enum ledger_account account;
    struct amount amount; /* as people read it: gifts above zero, what went out and fees below */
};
MUST_USE err goal_adjustments(struct tx *tx, const struct goal *goal, const struct goal_close *c,
                              struct arena *a, const struct goal_adjustment **ret, size_t *ret_n,
                              bool *ret_more);

/* The job: closes what has been over for long enough; once a day. */
#define GOAL_CLOSE_JOB "goal-close"
MUST_USE err goal_close_promise(const struct app *app);
MUST_USE err goal_close_job(const struct app *app, const struct setup *setup);
