#pragma once
#include "base/app.h"
#include "discussion/record.h"

/* The record in one sentence of the site's language: "312 comments: 301 published, 7 held, 4
 * removed: 2 spam, 1 personal data, 1 insult; median time to decision 14 min". Empty while there
 * are no comments. In `a`. */
struct str record_text(const struct setup *s, struct arena *a, const struct record *r);
/* "14 min", "3 h", "2 days". */
struct str minutes_text(const struct setup *s, struct arena *a, int64_t minutes);
