#pragma once
#include "discussion/comment.h"
#include "publishing/question.h"

/*
 * Answers: comments that say which of their report's questions they answer. They begin a thread,
 * stand in the discussion like all comments, and are lists of their own besides (listing.h). A
 * report's page shows a few beside each question: those with the most votes, in bounded number and
 * length, whatever there are.
 */
enum {
    ANSWERS_SHOWN_MAX = 3, /* beside one question */
    ANSWER_BYTES_MAX =
        96 * 1024,           /* of HTML in all boxes of one page; what is longer is only linked */
    ANSWER_CREDITS_MAX = 20, /* answers that one report's question can name as used */
};

/* For comment_add(): whether the draft may answer the question it names. */
MUST_USE err answer_check(struct tx *tx, const struct comment_draft *d);

struct answers {
    struct comment *comments; /* published, most votes first; html empty when there was no room */
    size_t count;
};
/* At most ANSWERS_SHOWN_MAX; *room, bytes of HTML, becomes less. */
MUST_USE err answer_list(struct tx *tx, int64_t question, struct arena *a, size_t *room,
                         struct answers *ret);
/* The published answers that the report made use of, in order of writing; without their html. */
MUST_USE err answer_credits(struct tx *tx, int64_t question, struct arena *a, struct answers *ret);
/* Those written before the one at `behind` (zeros: the last ones), latest first, from at most `max`
 * places: for feeds and the desk. */
struct answer_place {
    int64_t at, id; /* created_at and id */
};
MUST_USE err answer_recent(struct tx *tx, int64_t question, struct answer_place behind, size_t max,
                           struct arena *a, struct answers *ret);

enum {
    ANSWER_NONE = 1,      /* no such comment, or it answers nothing */
    ANSWER_NOT_PUBLISHED, /* only what readers see is named */
    ANSWER_SAME,          /* it is so already */
    ANSWER_TOO_MANY,      /* ANSWER_CREDITS_MAX are named already */
};
/*
 * Names an answer as used in its report, or no more; its question's state becomes "used" with the
 * first and "answered" when the last goes. The caller writes the audit log.
 */
MUST_USE err answer_use(struct tx *tx, int64_t comment, bool used, int64_t by, int64_t now);
