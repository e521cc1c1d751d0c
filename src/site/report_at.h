#pragma once
#include "http/http.h"
#include "publishing/report.h"

/*
 * The report that a route under /{year}/{month}/{day}/{slug} speaks of, read in a snapshot of its
 * own. REPORT_NONE when the address is none or nothing public stands there.
 */
MUST_USE err report_at(struct request *r, struct report_found *ret);
