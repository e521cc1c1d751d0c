#pragma once
#include "http/http.h"

/*
 * GET /me: what a cached page cannot say, as JSON for script. Its parameters and members are the
 * discussion's (discussion_http.h: discussion_me()).
 */
err me_show(struct request *r, struct response *ret);
