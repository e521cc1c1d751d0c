#pragma once
#include "desk/desk_page.h"

/* GET /desk: what waits, what there is, the running goal, the latest comments; each part for those
 * who may work on it. */
err overview_show(struct request *r, struct response *ret);
