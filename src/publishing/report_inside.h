#pragma once
#include "publishing/body.h"
#include "publishing/report_edit.h"

/* What report_prepare.c, report_save.c and report_state.c share; nobody else includes it. */

struct report_draft {
    struct report_input in; /* trimmed and copied */
    struct arena *arena;
    struct str series_slug; /* what in.series is as an address */
    struct date date;
    int64_t day, minute, moment; /* as in struct revision */
    struct str slug;             /* given, or made from the title */
    bool slug_given;
    struct body body;
    struct str hash; /* of title, standfirst, byline, dateline, text and pictures */
    int64_t now;
};

/* Puts a new revision and all that hangs from it; the report's row is report_save.c's. */
struct revision_place {
    int64_t report, number, series;
    struct str slug;
};
MUST_USE err revision_insert(struct tx *tx, const struct report_draft *d,
                             const struct revision_place *at, int64_t *ret_id);
/* New HTML for the same words, after the renderer has changed. */
MUST_USE err revision_set_html(struct tx *tx, int64_t revision, int64_t report,
                               const struct body *body, int64_t now, struct arena *a);
/* Matches the questions of a text with the report's, and notes where they stand. */
MUST_USE err question_place(struct tx *tx, int64_t report, int64_t revision,
                            const struct body *body, int64_t now, struct arena *a);
/* The same for HTML made anew of the same words: each question keeps its place. */
MUST_USE err question_move(struct tx *tx, int64_t report, int64_t revision, const struct body *body,
                           int64_t now, struct arena *a);
/* After what is public of a report has changed: which questions are, and in which words. */
MUST_USE err question_show(struct tx *tx, int64_t report, int64_t now);

/* Makes that revision the public one. *ret_changed: readers see something new. */
MUST_USE err report_go_public(struct tx *tx, int64_t report, int64_t number, int64_t now,
                              bool *ret_changed);
