#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "site/feed_view.h"

/* The feed as JSON Feed 1.1 (jsonfeed.org), in `a`. ERR_LIMIT when it is longer than a stated
 * bound. */
enum { FEED_JSON_MAX = 4 * 1024 * 1024 };
MUST_USE err feed_json(struct arena *a, const struct feed *f, struct str *ret);
