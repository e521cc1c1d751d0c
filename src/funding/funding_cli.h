#pragma once
#include "base/app.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The commands `goal set`, `contribution add`, `contribution reverse`, `contribution settle` and
 * `ledger verify`, for main/cli.c, which parses the command line. OK: ret_say is what to print.
 * FUNDING_REFUSED: ret_say is the sentence that says why. Both are made in `a`. Missing arguments
 * are empty text.
 */
enum { FUNDING_REFUSED = 1 };
struct store;
struct keys;
struct hand_rule;
struct goal_set_args {
    struct str currency, amount, period, label;
};
MUST_USE err funding_goal_set(struct store *store, const struct goal_set_args *args, int64_t now,
                              struct arena *a, struct str *ret_say);
struct contribution_add_args {
    struct str channel, amount, currency, date, note, reference;
    bool pending;
    const struct hand_rule *rule; /* what needs a second person; NULL: nothing does */
    const struct keys *keys;      /* for the receipt's code; NULL: it is not said */
};
MUST_USE err funding_contribution_add(struct store *store, const struct channels *channels,
                                      const struct contribution_add_args *args, int64_t now,
                                      struct arena *a, struct str *ret_say);
MUST_USE err funding_contribution_reverse(struct store *store, struct str id, struct str reason,
                                          int64_t now, struct arena *a, struct str *ret_say);
MUST_USE err funding_contribution_settle(struct store *store, struct str id, int64_t now,
                                         struct arena *a, struct str *ret_say);
/* Needs no data folder: only the files. Those beside the ledger's may be NULL. */
struct ledger_files {
    const char *ledger;
    const char *proofs;    /* proofs.jsonl */
    const char *heads;     /* any text with daily heads in it */
    const char *statement; /* of a closed period */
};
MUST_USE err funding_ledger_verify(const struct ledger_files *files, struct arena *a,
                                   struct str *ret_say);
