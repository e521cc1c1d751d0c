#pragma once
#include "desk/desk_form.h"

/* The books of a period for the accountant (funding/accounts_export.h), with names when they are
 * asked for; who takes them stands in the audit log. PERMISSION_CONTRIBUTION_ADD, which sees the
 * names at the desk too. */
err accounts_show(struct request *r, struct response *ret); /* GET /desk/funding/export?from=&to= */
err accounts_post(struct request *r, struct response *ret); /* POST: the file */
