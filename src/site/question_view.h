#pragma once
#include "discussion/answer.h"
#include "http/http.h"
#include "publishing/report.h"
#include "publishing/revision.h"
#include "render/view.h"

/*
 * A report's text with its questions: the passages lead to their boxes, each of which stands behind
 * its block with the first answers and a form, and opens without script (:target). Behind the text
 * stand those asked about earlier versions. What a page costs is bounded: QUESTIONS_OF_REPORT_MAX
 * boxes with ANSWERS_SHOWN_MAX answers each, ANSWER_BYTES_MAX of answers in all,
 * QUESTIONS_DROPPED_MAX others.
 */
enum { QUESTIONS_DROPPED_MAX = 10 }; /* under the text; all are on a page of their own */

/* What is read for it, in the page's snapshot. */
struct question_reading {
    struct question *questions; /* of the text, in reading order */
    struct answers *answers, *credits;
    size_t n;
    struct question_rows dropped;
};
MUST_USE err question_read(struct tx *tx, const struct report *report,
                           const struct revision_html *html, struct arena *a,
                           struct question_reading *ret);

struct question_view;
struct text_view {
    struct list pieces;  /* of HTML, each with its questions */
    struct list dropped; /* of question_row */
    struct str all_url;  /* to the page of all questions; empty when there are no more */
};
extern const struct view text_view;
/* `open`: the discussion takes comments. */
void question_fill(const struct request *r, const struct report *report,
                   const struct revision_html *html, const struct question_reading *d, bool open,
                   struct text_view *ret);

/* A question in a list. */
struct question_row {
    int64_t id;
    struct str text, passage, state, count;
    struct str url;         /* to its passage, else to its answers */
    struct str at, at_text; /* when it was first asked */
    struct str title, path; /* of its report, where lists are of several */
};
extern const struct view question_row_view;
/* `path` is its report's. */
struct question_row question_row_of(const struct request *r, const struct question *q,
                                    struct str path);
