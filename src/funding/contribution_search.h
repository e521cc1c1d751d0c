#pragma once
#include "funding/contribution.h"

/*
 * Contributions by what the treasurer knows of them. All that is asked for must hold; what is left
 * out does not matter. Latest day first, as contribution_list().
 *
 * The narrowest of what is asked for leads: a reference, a giver, an amount, a state, a channel,
 * else the days. Each has an index in the order of the pages; what else is asked for is compared
 * row by row, of at most SEARCH_WALK rows for one page. A page may thus be short, or empty, and
 * still say `more`: it looked so far and goes on from there.
 */
enum { SEARCH_WALK = 20000, SEARCH_GIVERS_MAX = 2000, SEARCH_REFERENCES_MAX = 500 };
enum search_state {
    SEARCH_ANY,
    SEARCH_PENDING,
    SEARCH_SETTLED,
    SEARCH_UNVALUED, /* settled, of another asset than its day's goal, without a value */
    SEARCH_FROZEN,
    SEARCH_REFUNDED, /* a part of it went out again, or all */
    SEARCH_REVERSED,
};
enum { SEARCH_STATES = SEARCH_REVERSED + 1 };
struct str search_state_name(enum search_state s); /* "pending"; empty for any */
bool search_state_parse(struct str s, enum search_state *ret);

struct contribution_search {
    struct str channel; /* empty: any; so with all texts */
    enum search_state state;
    int64_t first_day, last_day; /* both belong to it; INT64_MIN, INT64_MAX: any */
    struct amount amount;        /* just this; units 0: any */
    struct str reference;        /* what the ledger's reference, an object of a provider or the own
                                    reference begins with: a transaction's number on a chain finds all its
                                    outputs */
    struct str giver; /* a whole address, or what a name begins with; ASCII's case is alike */
};
enum {
    SEARCH_GIVERS_MANY = 1, /* more than SEARCH_GIVERS_MAX people have such a name */
    SEARCH_REFERENCES_MANY, /* more than SEARCH_REFERENCES_MAX references begin so */
};
MUST_USE err contribution_search(struct tx *tx, const struct contribution_search *q,
                                 struct contribution_cursor after, struct arena *a,
                                 struct contribution_page *ret); /* CONTRIBUTION_PAGE at most */
