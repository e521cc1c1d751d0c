#pragma once
#include "funding/giver.h"

/*
 * What holds for a giver as a whole, which is everyone with the same e-mail address, in any case of
 * its letters: whether their name stands in public, and that their address takes no mail. Of a gift
 * that comes later its own teller says both anew.
 */

/* By the giver's wish, told to the treasurer. GIVER_MISSING: there is none, or it was erased.
 * GIVER_NOBODY: there is no name. */
struct giver_wish {
    int64_t giver;
    bool named;
    struct actor by;
    int64_t now;
};
MUST_USE err giver_wish_named(struct tx *tx, const struct giver_wish *w, struct arena *a);

/* A mail came back for good. One that is missing: nothing. */
MUST_USE err giver_failed(struct tx *tx, int64_t giver, int64_t now);
