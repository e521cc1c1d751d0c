#pragma once
#include "desk/desk_page.h"
#include "publishing/report.h"

/*
 * What the table of permissions cannot say (people/permission.h): whose report it is. Who may edit
 * reports may look at and change all of them. Whoever may only write looks at the own ones (the
 * person who made the first revision) and changes them while they are drafts that were never
 * public. Ask in the transaction that changes the report: meanwhile an editor may have published
 * it.
 */
enum report_act { REPORT_LOOK, REPORT_CHANGE };
enum { REPORT_RULE_NONE = 1, REPORT_RULE_FORBIDDEN };
MUST_USE err report_rule(struct tx *tx, const struct request *r, int64_t report,
                         enum report_act act, struct report *ret);
/* For those two: 404 and 403. */
err report_rule_refuse(struct request *r, struct response *ret, err refusal);
/* The person who asks made the report's first revision. */
MUST_USE err report_is_own(struct tx *tx, const struct request *r, int64_t report, bool *ret);
