#pragma once
#include "funding/amount.h"
#include "store/store.h"

/* Whether staff entered a gift of this channel, day and amount by hand, and did not reverse it:
 * what a bank's statement says may be the same gift. */
struct contribution_alike {
    struct str channel;
    int64_t day;
    struct amount amount;
};
MUST_USE err contribution_alike_find(struct tx *tx, const struct contribution_alike *c,
                                     bool *ret_found);
