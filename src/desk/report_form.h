#pragma once
#include "desk/desk_form.h"

/*
 * Writing a report: one form whose buttons save, preview, publish or schedule. What was typed is
 * never lost: a refusal, a preview and another person's newer revision all show the form again.
 * Who may change which report says report_rules.h.
 */
err report_new_show(struct request *r, struct response *ret);  /* GET /desk/reports/new */
err report_new_post(struct request *r, struct response *ret);  /* POST /desk/reports/new */
err report_edit_show(struct request *r, struct response *ret); /* GET /desk/reports/{id}?from= */
err report_edit_post(struct request *r, struct response *ret); /* POST /desk/reports/{id} */

/* "/desk/reports/7" with what follows. */
struct str report_desk_url(const struct request *r, int64_t report, const char *rest);
