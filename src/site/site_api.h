#pragma once
#include "http/http.h"

/* Series and reports as JSON; docs/openapi.yaml describes them. */
err site_api_series(struct request *r, struct response *ret); /* GET /api/v1/series */
err site_api_reports(struct request *r,
                     struct response *ret); /* GET /api/v1/reports ?series= ?before= */
err site_api_report(struct request *r, struct response *ret); /* GET /api/v1/reports/{id} */
