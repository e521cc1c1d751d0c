#pragma once
#include "discussion/comment.h"

/* The latest published comments of a report, replies too, latest first, at most `max`; for feeds.
 * All in `a`. */
MUST_USE err comment_recent(struct tx *tx, int64_t report, size_t max, struct arena *a,
                            const struct comment **ret_comments, size_t *ret_n);
