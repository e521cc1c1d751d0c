#pragma once
#include "base/json.h"
#include "http/http.h"
#include "publishing/question.h"
#include "publishing/report.h"

/*
 * Questions as JSON, for programs: {"questions": [QUESTION], "after"}; `after` goes on behind the
 * last one. QUESTION: "id", "report", "url", "text", "passage", "asked", "state" (open, answered,
 * used, closed), "shown" (false: asked about an earlier version), "answers" (their number; they are
 * read with /api/v1/reports/{id}/comments?question=).
 *
 * GET /api/v1/reports/{id}/questions ?after=     all a report ever asked in public
 * GET /api/v1/series/{slug}/questions ?after=    the open ones of a series, oldest first
 */
err question_api_report(struct request *r, struct response *ret);
err question_api_series(struct request *r, struct response *ret);

/* The object of one question, for lists. */
void question_api_put(const struct request *r, struct json_writer *w, const struct question *q);
