#pragma once
#include "desk/desk_form.h"

/* Appeals against removals (discussion/appeal.h): PERMISSION_APPEAL_JUDGE. Nobody judges one
 * against the own decision; where there is nobody else, the page says so. */
err appeals_show(struct request *r, struct response *ret);     /* GET /desk/appeals?show=&after= */
err appeal_desk_show(struct request *r, struct response *ret); /* GET /desk/appeals/{id} */
err appeal_desk_post(struct request *r, struct response *ret); /* POST /desk/appeals/{id} */

/* What may be answered to an appeal; else the word of what is wrong in *ret_trouble. */
bool appeal_answer_fine(struct str answer, const char **ret_trouble);
