#pragma once
#include "desk/desk_form.h"

/* Payment events that wait, and what the treasurer decides of them (funding/payment_match.h):
 * PERMISSION_CONTRIBUTION_ADD to look, _REVERSE to decide. */
err waiting_list_show(struct request *r, struct response *ret);  /* GET /desk/funding/waiting */
err waiting_event_show(struct request *r, struct response *ret); /* GET …/waiting/{id} */
err waiting_find_post(struct request *r,
                      struct response *ret); /* POST …/waiting/{id}: which gift */
err waiting_match_show(struct request *r, struct response *ret); /* GET …/{id}/gift/{gift}: sure? */
err waiting_match_post(struct request *r, struct response *ret); /* POST …/{id}/gift/{gift} */
err waiting_aside_post(struct request *r, struct response *ret); /* POST …/{id}/aside */
err waiting_again_post(struct request *r, struct response *ret); /* POST …/{id}/again: take it up */
