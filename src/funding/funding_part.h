#pragma once
#include "base/app.h"
#include "funding/meter.h"
#include "render/view.h"

/* Tables and the chart that the public pages of the money share. All text in the site's language.
 */

/* A channel's sums, by how we know of them. */
struct channel_row {
    struct str channel, known, settled, fees, pending;
};
extern const struct view channel_row_view;
/* Rows of what the sums say, by channel and asset, in the arena. ERR_OVERFLOW when one does not
 * fit. */
MUST_USE err channel_rows(const struct setup *setup, const struct ledger_sum *sums, size_t n,
                          struct arena *a, struct list *ret);

/* How we know of a gift: "provable", "attested", "by hand". */
struct str display_source(const struct setup *setup, enum ledger_source source);
struct str display_kind_of_entry(const struct setup *setup, struct str kind);

/*
 * A bar for each goal, oldest first, as high as its share of the goal, in parts: provable,
 * attested, by hand. Units are percent of the goal, from the picture's upper edge (150) down.
 */
enum { CHART_TOP = 150, CHART_STEP = 40, CHART_BARS_LEAST = 12 };
struct chart_bar {
    int64_t x, provable_y, provable_height, attested_y, attested_height, hand_y, hand_height;
    struct str sentence; /* "May 2018: $2,550 of $5,000 raised, 51%" */
};
struct chart_view {
    bool any;
    int64_t width;
    struct list bars;
};
extern const struct view chart_view;
/* `meters` are the latest first. */
struct chart_view chart_show(const struct setup *setup, const struct meter *meters, size_t n,
                             struct arena *a);
