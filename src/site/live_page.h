#pragma once
#include "http/http.h"

/*
 * GET /live/events?reports=77,78&after=4711: a stream of what happens (live_feed.h) to these
 * reports, LIVE_TOPICS_MAX of them, and to the meter. It begins with what happened after the event
 * `after`, or after `Last-Event-ID`, which the browser sends when it comes back, and which counts
 * more. 204 tells browsers not to come again: live updates are off. 503 and 429, with Retry-After:
 * too many streams are open, here or by this client.
 */
err live_page_show(struct request *r, struct response *ret);
