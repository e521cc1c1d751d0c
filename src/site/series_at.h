#pragma once
#include "http/http.h"
#include "publishing/series.h"

/* The series that a route with {slug} speaks of, read in a snapshot of its own. SERIES_NONE. */
MUST_USE err series_at(struct request *r, struct series *ret);
