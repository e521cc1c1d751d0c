#pragma once
#include "base/arena.h"
#include "store/store.h"

/*
 * An author's question on a passage of a report. Across revisions it is the same question, with the
 * same id and the same answers, if text and passage are the same, else if its text is, else if its
 * passage is; else it is new. A question whose passage was taken out stays, so that its answers
 * keep what they answer: it is then "asked about an earlier version".
 *
 * Readers know a question once a revision with it was public, and in the words it then had; a
 * question of drafts alone is nobody's business (QUESTION_NONE). Its answers are comments
 * (discussion/answer.h), which this room does not know; it keeps their number.
 *
 * Topics that move: "report/ID" and, for lists of questions, "questions/SERIES".
 */
enum {
    QUESTIONS_OF_REPORT_MAX = 50, /* in one text; a report with more is refused */
    QUESTION_LIST_MAX = 50,       /* rows of one list */
};

enum question_state {
    QUESTION_OPEN,
    QUESTION_ANSWERED, /* the newsroom knows what it asked for; answers are still taken */
    QUESTION_USED,     /* answers went into the report, which names them; still taken */
    QUESTION_CLOSED,   /* takes no more answers */
    QUESTION_STATES,
};
struct str question_state_str(enum question_state s); /* "open", "answered", "used", "closed" */
bool question_state_parse(struct str s, enum question_state *ret);

struct question {
    int64_t id, report;
    struct str text, passage;
    int64_t series;
    int64_t asked_at; /* first public */
    bool shown;       /* stands in the public text; else it was asked about an earlier version */
    enum question_state state;
    int64_t answers;    /* published ones */
    int64_t changed_at; /* the last change of state; 0: none */
};

enum { QUESTION_NONE = 1, QUESTION_SAME_STATE };
/* In the words readers know. */
MUST_USE err question_get(struct tx *tx, int64_t id, struct arena *a, struct question *ret);

struct question_rows {
    const struct question *questions;
    size_t n;
    bool more; /* behind the last one */
};
/* All a report ever asked in public, oldest first; ids above `after`. At most QUESTION_LIST_MAX. */
MUST_USE err question_list(struct tx *tx, int64_t report, int64_t after, struct arena *a,
                           struct question_rows *ret);
/* Those of them that no longer stand in its text, latest first, at most `max`. */
MUST_USE err question_list_dropped(struct tx *tx, int64_t report, size_t max, struct arena *a,
                                   struct question_rows *ret);
/* The open questions that stand in a series' public reports, oldest first, behind the question
 * `after` as it was asked at `after_at`; 0 and 0: from the oldest. */
MUST_USE err question_board(struct tx *tx, int64_t series, int64_t after_at, int64_t after,
                            struct arena *a, struct question_rows *ret);
/* For the desk: those in one state, latest first; ids below `before`, 0: from the latest. */
MUST_USE err question_list_desk(struct tx *tx, enum question_state state, int64_t before,
                                struct arena *a, struct question_rows *ret);

/* `by` is a person's id, 0 for the command line. The caller has asked for the permission and writes
 * the audit log. */
MUST_USE err question_set_state(struct tx *tx, int64_t id, enum question_state to, int64_t by,
                                int64_t now);

/* For discussion/: one more or one less of its comments is published. */
MUST_USE err question_count(struct tx *tx, int64_t id, int64_t delta);
