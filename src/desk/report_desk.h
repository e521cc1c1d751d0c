#pragma once
#include "desk/desk_page.h"

/* Lists of reports and of their revisions: PERMISSION_REPORT_WRITE and report_rules.h. */
err report_desk_list(struct request *r,
                     struct response *ret); /* GET /desk/reports?state=&before= */
err revision_desk_list(struct request *r, struct response *ret); /* GET …/{id}/revisions?before= */
err revision_desk_show(struct request *r, struct response *ret); /* GET …/revisions/{number} */
