#pragma once
#include "desk/desk_page.h"

/* Webhooks: how each stands, what could not be delivered and why, trying it again, and switching
 * on one that had said that it wants no more. */
err webhook_desk_show(struct request *r, struct response *ret);
err webhook_desk_again(struct request *r,
                       struct response *ret);                 /* POST /desk/webhooks/{id}/again */
err webhook_desk_on(struct request *r, struct response *ret); /* POST /desk/webhooks/{id}/on */
