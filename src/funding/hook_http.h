#pragma once
#include "http/http.h"

/*
 * POST /hooks/{channel}: where providers send their messages. 200 once message and bookings are on
 * the disk; 401 for a wrong signature, token or time, 400 for what holds and is not understood (and
 * is kept), 404 for a channel that does not listen, 413 above limits.hook_bytes; errors as RFC
 * 9457.
 */
extern const struct config_key limit_hook_bytes;
err hook_post(struct request *r, struct response *ret);
