#pragma once
#include "http/http.h"

/*
 * POST /api/v1/subscriptions {"email", and one of "report", "comment", "question", "series": id}:
 * the form of /subscriptions for programs, with its limit and its double opt-in. 202 {"sent": true}
 * says nothing about the address: whether it follows anything already, or was mailed lately.
 */
err subscription_api_post(struct request *r, struct response *ret);
