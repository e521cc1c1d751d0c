#pragma once
#include "funding/contribution.h"
#include "render/view.h"

/* A gift as the public sees it: day, channel, amount, state, what of it went out again, and the
 * name of a giver who asked for it. */
struct public_gift {
    int64_t id;
    struct str day, iso_day, channel, amount, state, known;
    struct str name;  /* empty: not told, or not asked for */
    struct str out;   /* "$20 of it went back"; empty: nothing, or all of it */
    struct str value; /* "$63", of a gift in another currency */
    bool reversed, pending, by_hand, unvalued;
};
extern const struct view public_gift_view;

/* The public name of the giver of each, beside the gifts; empty for most. A name stands beside
 * money that is there only: not beside promises, reversed gifts and those set aside for a look. */
MUST_USE err gift_names(struct tx *tx, const struct contribution *gifts, size_t n, struct arena *a,
                        const struct str **ret);
struct public_gift public_gift_of(const struct setup *setup, const struct contribution *c,
                                  struct str name, struct arena *a);
