#pragma once
#include "desk/desk_form.h"

/*
 * What holds comments back, at the desk: rules, bans, bursts of votes, the filter. Rules are
 * PERMISSION_RULE_SET, bans PERMISSION_COMMENT_MODERATE.
 */
err rules_show(struct request *r, struct response *ret); /* GET /desk/rules: all of it */

/* GET and POST /desk/rules/{scope}/{id}: the site's (site/0), a series', a report's. */
err rules_edit_show(struct request *r, struct response *ret);
err rules_edit_post(struct request *r, struct response *ret);

/* GET /desk/comments/{id}/filter: what the filter said of it, says now, and why. */
err filter_comment_show(struct request *r, struct response *ret);
/* GET /desk/filter: figures, and the forms for its file. Export, import and reset are
 * PERMISSION_SETTINGS. */
err filter_show(struct request *r, struct response *ret);
err filter_export_get(struct request *r, struct response *ret);  /* GET /desk/filter/export */
err filter_import_post(struct request *r, struct response *ret); /* POST /desk/filter/import */
err filter_reset_post(struct request *r, struct response *ret);  /* POST /desk/filter/reset */

/* GET and POST /desk/comments/{id}/ban: whom, how long, why. */
err ban_new_show(struct request *r, struct response *ret);
err ban_new_post(struct request *r, struct response *ret);
err ban_lift_post(struct request *r, struct response *ret); /* POST /desk/bans/{id}/lift */
