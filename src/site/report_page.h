#pragma once
#include "http/http.h"

/*
 * The page everything serves: a report with its meter, its support box and its discussion.
 *
 * GET  /{year}/{month}/{day}/{slug} ?sort= ?all= ?thread= ?after= ?reply=
 * POST /{year}/{month}/{day}/{slug}/comments: 303 to the new comment, or the page again with what
 * was typed and what is wrong with it.
 */
err report_page_show(struct request *r, struct response *ret);
err report_page_post(struct request *r, struct response *ret);
