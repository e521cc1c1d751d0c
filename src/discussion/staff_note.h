#pragma once
#include "store/store.h"

/* What staff write down for each other beside a comment. Never public, and never changed. */
enum { STAFF_NOTE_MAX = 2000 /* bytes */, STAFF_NOTES_SHOWN = 50 };
struct staff_note {
    int64_t id, at, person;
    struct str body;
};
enum { STAFF_NOTE_EMPTY = 1, STAFF_NOTE_LONG, STAFF_NOTE_NOT_TEXT };
err staff_note_check(struct str body); /* OK or one of these */
MUST_USE err staff_note_add(struct tx *tx, int64_t comment, const struct staff_note *n);
/* The latest STAFF_NOTES_SHOWN, oldest of them last. All in `a`. */
MUST_USE err staff_note_list(struct tx *tx, int64_t comment, struct arena *a,
                             const struct staff_note **ret, size_t *ret_n);
