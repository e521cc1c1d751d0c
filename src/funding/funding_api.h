#pragma once
#include "http/http.h"

/* The same as JSON, described in docs/openapi.yaml. */
err funding_api_get(struct request *r, struct response *ret); /* GET /api/v1/funding */
err contribution_api_list(struct request *r,
                          struct response *ret); /* GET /api/v1/contributions ?after= */
