#pragma once
#include "desk/desk_page.h"

/* Mail: how the queue stands, what could not be delivered and why, and trying it again. */
err mail_desk_show(struct request *r, struct response *ret);
err mail_desk_again(struct request *r, struct response *ret); /* POST /desk/mail/{id}/again */
