#pragma once
#include "http/http.h"
#include "publishing/question.h"
#include "publishing/report.h"

/*
 * Lists of questions, QUESTION_LIST_MAX a page, and the address of one.
 *
 * GET /series/{slug}/questions ?after=   the open ones of a series, oldest first
 * GET {report}/questions ?after=         all that a report ever asked in public
 * GET /questions/{id}                    303 to its passage, else to its answers
 *
 * `after` is the number of a question of that same list; any other is refused.
 */
err question_page_series(struct request *r, struct response *ret);
err question_page_report(struct request *r, struct response *ret);
err question_page_one(struct request *r, struct response *ret);

/* The question of ?after=, behind which a list goes on; id 0 without one. */
enum { QUESTION_AFTER_WRONG = 1 };
MUST_USE err question_after(const struct request *r, struct tx *tx, struct question *ret);

/* The question that a route with {id} speaks of, and its report, read in a snapshot of their own.
 * QUESTION_NONE when readers know none, or its report is not public. */
MUST_USE err question_at(struct request *r, struct question *ret, struct report *ret_report);
