#pragma once
#include "desk/desk_form.h"
#include "funding/hand_entry.h"

/*
 * What was entered by hand and waits for a second person (funding/hand_entry.h). Who may enter
 * sees it, with PERMISSION_CONTRIBUTION_ADD; PERMISSION_CONTRIBUTION_APPROVE decides, but never
 * approves what is one's own.
 */
err second_show(struct request *r, struct response *ret); /* GET /desk/funding/second-person */
err second_approve_post(struct request *r, struct response *ret); /* POST …/{id}/approve */
err second_refuse_post(struct request *r, struct response *ret);  /* POST …/{id}/refuse */

/* After hand_enter(): to the gift with the notice `done`, or to what waits. */
err second_answer(struct request *r, struct response *ret, const struct hand_done *h,
                  const char *done);
