#pragma once
#include "base/json.h"
#include "funding/meter.h"
#include "http/http.h"

/*
 * The money as JSON, described in docs/openapi.yaml. Amounts are decimal text with all the asset's
 * decimals, days are YYYY-MM-DD of the site's zone.
 */

/* The members `goal`, `ended` and `meter` of an open object; null without a goal. */
void funding_api_meter(struct json_writer *w, const struct meter *m, struct date today,
                       struct arena *a);
/* GET /api/v1/funding ?goal=PERIOD: that goal, else the running one; its meter; the ways to give;
 * the ledger's head. */
err funding_api_get(struct request *r, struct response *ret);
/* GET /api/v1/contributions ?after=CURSOR: the public list, latest day first;
 * `after` in it leads to the next piece. */
err funding_api_contributions(struct request *r, struct response *ret);
