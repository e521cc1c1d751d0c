#pragma once
#include "base/err.h"
#include "funding/amount.h"
#include "funding/payment.h"

/*
 * A page of an account's transactions as Open Collective's API (GraphQL, version 2;
 * https://graphql-docs-v2.opencollective.com) answers. All transactions of one payment share a
 * `group`, which names it: the contribution, what the processor and the fiscal host kept, and,
 * under a group of its own that names the first, its refund. Amounts are hundredths of the
 * currency's unit, of currencies without decimals too.
 */
struct collective_move {
    enum payment_kind kind; /* received, fee or refund */
    struct str object, of;  /* as payment_event wants them */
    struct str name;        /* who gave, unless they wish not to be known; may be empty */
    struct amount amount;
    int64_t at; /* microseconds UTC */
};
struct collective_page {
    const struct collective_move *moves;
    size_t n;
    size_t nodes; /* that were told, those that do not count too: fewer than asked for is the end */
    int64_t newest; /* when the last of them was made; 0: there were none */
    size_t skipped; /* that were not understood */
};
enum {
    COLLECTIVE_NODES_MAX = 1000, /* of one page */
    COLLECTIVE_NOT_A_PAGE = 1,
    COLLECTIVE_UNKNOWN, /* there is no such account, or the token may not see it */
};
MUST_USE err collective_page_read(struct str body, struct arena *a, struct collective_page *ret);
