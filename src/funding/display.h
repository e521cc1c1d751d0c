#pragma once
#include "base/app.h"
#include "funding/amount.h"
#include "funding/contribution.h"
#include "funding/goal.h"

/* Amounts, channels and periods as people read them, in the site's language. All in `a`. */

/* "$25", "¥500", "0.0015 BTC" */
struct str display_amount(const struct setup *setup, struct arena *a, struct amount m);
struct str display_minor(const struct setup *setup, struct arena *a, int64_t minor,
                         struct currency c);

/* A channel by its configured title, else its kind's name; a channel that is no longer configured,
 * by its name in the ledger. */
struct str display_channel(const struct setup *setup, struct str name);
/* A kind by its name; what is no kind's name comes back as it is. */
struct str display_kind(const struct setup *setup, struct str kind);

/* "May 2018", or "May 10, 2018 – July 31, 2018" with both days part of it. */
struct str display_period(const struct setup *setup, struct arena *a, const struct goal *g);
