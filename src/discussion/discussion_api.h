#pragma once
#include "http/http.h"

/*
 * The discussion as JSON, for programs. Errors are problem details (RFC 9457).
 *
 * GET  /api/v1/reports/{id}/comments ?sort= ?thread= ?after= ?only=answers ?question=
 *      {"report", "count", "open", "threads": [COMMENT with "replies": [COMMENT], "more", "after"],
 *       "next"}: pieces as listing.h cuts them; next and after are cursors, for ?after= and, with
 *      ?thread=, for the rest of a thread's replies. "more" is the number of replies left, or -1.
 *      COMMENT: "id", "parent", "question" and "used" (of an answer), "state" (published, hidden,
 * spam, deleted), "name" (null when erased or removed), "erased", "staff", "html" (null when
 * removed), "created", "up", "down", "score". POST /api/v1/reports/{id}/comments {"name", "body",
 * "email"?, "parent"?, "question"?} 201 {"id", "state": "published" or "held", "url"} and Location.
 * POST /api/v1/comments/{id}/vote {"value": 1, 0, -1} 200 {"comment", "up", "down", "score",
 * "value"}.
 */
err discussion_api_list(struct request *r, struct response *ret);
err discussion_api_post(struct request *r, struct response *ret);
err discussion_api_vote(struct request *r, struct response *ret);
