#pragma once
#include "store/store.h"

/* Who of the staff is to look at a comment: one person at most, until something is decided. */
MUST_USE err assignment_set(struct tx *tx, int64_t comment, int64_t person, int64_t now);
/* Nobody any more; *ret_person is who was, or 0. */
MUST_USE err assignment_end(struct tx *tx, int64_t comment, int64_t *ret_person);
MUST_USE err assignment_get(struct tx *tx, int64_t comment, int64_t *ret_person); /* or 0 */
