#pragma once
#include "http/http.h"
#include "mail/mail.h"

/*
 * /mine: what one has written here. The visitor's cookie shows the comments of this browser. Who
 * gave an address with comments, in this browser or another, asks for a link to it: with the link
 * they are listed too, can be edited and deleted at any time, and all be erased at once. Asking
 * says the same whatever the address: a mail goes out only when something was written with it, one
 * an hour.
 */
err mine_show(struct request *r, struct response *ret);
/* /mine/export.json: the same as data. */
err mine_export(struct request *r, struct response *ret);
/* POST /mine/address: email. */
err mine_ask_post(struct request *r, struct response *ret);
/* /mine/address/{token}: the mailed link; a button confirms it, for scanners open links. */
err mine_link_show(struct request *r, struct response *ret);
err mine_link_post(struct request *r, struct response *ret);
/* POST /mine/leave: this browser forgets the address. */
err mine_leave_post(struct request *r, struct response *ret);
/* /mine/erase */
err mine_erase_show(struct request *r, struct response *ret);
err mine_erase_post(struct request *r, struct response *ret);

/* The mail with the link; its order's subject is the claim. */
#define MINE_LINK_MAIL "address-link"
MUST_USE err mine_compose_link(const struct app *app, const struct setup *s,
                               const struct mail_order *o, struct arena *a, struct mail *ret);
