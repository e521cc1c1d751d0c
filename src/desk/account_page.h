#pragma once
#include "desk/desk_form.h"

/* What everybody at the desk has: the own name, password, second step and sessions. */
err account_show(struct request *r, struct response *ret);          /* GET /desk/account */
err account_name_post(struct request *r, struct response *ret);     /* POST /desk/account */
err account_password_post(struct request *r, struct response *ret); /* POST …/password */
err account_sessions_post(struct request *r, struct response *ret); /* POST …/sessions */
err account_tokens_post(struct request *r, struct response *ret);   /* POST …/tokens: ends one */

/* The second step: begun by a button, shown as QR code and text, on once a code was right. */
err second_step_show(struct request *r, struct response *ret);  /* GET …/second-step */
err second_step_begin(struct request *r, struct response *ret); /* POST …/second-step */
err second_step_on(struct request *r, struct response *ret);    /* POST …/second-step/on */
err second_step_off(struct request *r, struct response *ret);   /* POST …/second-step/off */
err recovery_post(struct request *r, struct response *ret);     /* POST …/recovery-codes */
