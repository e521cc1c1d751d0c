#pragma once
#include "http/http.h"

/* The installed address statement, where there is one; else 404. */
err statement_page_get(struct request *r, struct response *ret); /* GET /funding/statement */
err statement_text_get(struct request *r, struct response *ret); /* GET /funding/statement.txt */
