#pragma once
#include "base/arena.h"
#include "store/store.h"

/*
 * An author's question on a passage of a report. Across revisions it is the same question, with the
 * same id and the same answers, if its text is the same, else if its passage is; else it is new. A
 * question whose passage was taken out stays, so that its answers keep what they answer.
 */
struct question {
    int64_t id;
    struct str text, passage;
};
enum { QUESTION_NONE = 1 };
/* A question of this report, in its public words, else in the last ones it had. */
MUST_USE err question_get(struct tx *tx, int64_t report, int64_t id, struct arena *a,
                          struct question *ret);
