#pragma once
#include "desk/desk_page.h"

/* GET /desk/audit?before=&person=: the audit log, latest first. */
err audit_show(struct request *r, struct response *ret);
