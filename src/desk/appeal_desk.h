#pragma once
#include "desk/desk_form.h"

/* Appeals against removals (discussion/appeal.h): PERMISSION_APPEAL_JUDGE. Nobody judges one
 * against the own decision; where there is nobody else, the page says so. */
err appeals_show(struct request *r, struct response *ret);     /* GET /desk/appeals?show=&after= */
err appeal_desk_show(struct request *r, struct response *ret); /* GET /desk/appeals/{id} */
err appeal_desk_post(struct request *r, struct response *ret); /* POST /desk/appeals/{id} */
