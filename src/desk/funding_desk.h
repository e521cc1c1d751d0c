#pragma once
#include "desk/desk_form.h"

/* The treasurer's pages. GET /desk/funding?after= lists goals and contributions. */
err funding_desk_show(struct request *r, struct response *ret);

/* Goals: PERMISSION_GOAL_SET. A goal's own page has its history and the form that changes it. */
err goal_new_show(struct request *r, struct response *ret);  /* GET /desk/funding/goals/new */
err goal_new_post(struct request *r, struct response *ret);  /* POST /desk/funding/goals/new */
err goal_edit_show(struct request *r, struct response *ret); /* GET /desk/funding/goals/{id} */
err goal_edit_post(struct request *r, struct response *ret); /* POST /desk/funding/goals/{id} */
err goal_drop_show(struct request *r, struct response *ret); /* GET …/goals/{id}/drop: sure? */
err goal_drop_post(struct request *r, struct response *ret); /* POST …/goals/{id}/drop */

/* Further amounts on a goal's scale, and the end of its period: PERMISSION_GOAL_SET. */
err goal_marks_show(struct request *r, struct response *ret); /* GET …/goals/{id}/marks */
err goal_marks_post(struct request *r, struct response *ret); /* POST …/goals/{id}/marks */
err goal_close_show(struct request *r, struct response *ret); /* GET …/goals/{id}/close: sure? */
err goal_close_post(struct request *r, struct response *ret); /* POST …/goals/{id}/close */

/* GET
 * /desk/funding/contributions?channel=&state=&from=&to=&amount=&currency=&reference=&giver=&goal=
 * &after= finds some (contribution_search.h): PERMISSION_CONTRIBUTION_ADD. */
err gift_search_show(struct request *r, struct response *ret);

/* Contributions: PERMISSION_CONTRIBUTION_ADD, and _REVERSE for what is done with them later; the
 * page of one is gift_desk.h. */
err gift_new_show(struct request *r, struct response *ret);     /* GET …/contributions/new */
err gift_new_post(struct request *r, struct response *ret);     /* POST …/contributions/new */
err gift_reverse_show(struct request *r, struct response *ret); /* GET …/{id}/reverse: why? */
err gift_reverse_post(struct request *r, struct response *ret); /* POST …/{id}/reverse */
err gift_correct_show(struct request *r, struct response *ret); /* GET …/{id}/correct */
err gift_correct_post(struct request *r, struct response *ret); /* POST …/{id}/correct */
err gift_erase_show(struct request *r, struct response *ret);   /* GET …/{id}/erase: sure? */
err gift_erase_post(struct request *r, struct response *ret);   /* POST …/{id}/erase */
