#pragma once
#include "http/http.h"

/*
 * Following by mail, for people without an account. GET /subscriptions?report=77 (or series=,
 * question=, comment=) shows a form, its POST asks for a subscription (people/subscriber.h) and
 * says the same whatever becomes of it. GET /subscriptions/{token}, a signed address that only
 * mails hold, shows all that its subscriber follows; its POST confirms, changes, ends or blocks.
 * GET /subscriptions/leave/{token} shows a button, for programs open links; its POST, which mail
 * programs may send by themselves (RFC 8058), ends one subscription.
 */
err subscription_form_show(struct request *r, struct response *ret);
err subscription_form_post(struct request *r, struct response *ret);
err subscription_list_show(struct request *r, struct response *ret);
err subscription_list_post(struct request *r, struct response *ret);
err subscription_leave_show(struct request *r, struct response *ret);
err subscription_leave_post(struct request *r, struct response *ret);
