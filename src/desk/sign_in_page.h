#pragma once
#include "desk/desk_form.h"
#include "people/sign_in.h"

/*
 * The desk's door: signing in with password and code, one-time links, signing out, and giving the
 * password again before a change that asks for it.
 */
err sign_in_show(struct request *r, struct response *ret);      /* GET /desk/sign-in */
err sign_in_post(struct request *r, struct response *ret);      /* POST /desk/sign-in */
err sign_in_code_show(struct request *r, struct response *ret); /* GET /desk/sign-in/code */
err sign_in_code_post(struct request *r, struct response *ret); /* POST /desk/sign-in/code */
err sign_out_post(struct request *r, struct response *ret);     /* POST /desk/sign-out */
err link_show(struct request *r, struct response *ret);         /* GET /desk/link/{token} */
err link_post(struct request *r, struct response *ret);         /* POST /desk/link/{token} */
err confirm_show(struct request *r, struct response *ret);      /* GET /desk/confirm */
err confirm_post(struct request *r, struct response *ret);      /* POST /desk/confirm */

/*
 * Confirming. A page that shows a secret, or a button without words beside it, sends the person to
 * /desk/confirm, which comes back to `next` (303). A form with words asks for the password itself,
 * so that they are kept: its table holds CONFIRM_INPUT, confirm_offer() drops the field from the
 * form of who has confirmed lately, and confirm_take() looks at what was given.
 */
#define CONFIRM_INPUT                                                                              \
    {                                                                                              \
        "confirm", "desk_password_again", "desk_password_again_hint", INPUT_PASSWORD, true, NULL   \
    }
bool confirmed(const struct request *r);
err confirm_first(struct request *r, struct response *ret, struct str next);
void confirm_offer(struct desk_form *f, const struct request *r);
/* OK: go on. Else the form has the error, *ret has its headers, and ret->status is set. */
enum { CONFIRM_AGAIN = 1 };
MUST_USE err confirm_take(struct request *r, struct response *ret, struct desk_form *f);

/* Puts what sign_in.h refused into the form: WRONG, THROTTLED, BUSY, PASSWORD, PERSON. `field` is
 * where a wrong password or code is shown. Sets ret->status and Retry-After. */
void sign_in_refused(struct request *r, struct response *ret, struct desk_form *f,
                     const char *field, err e, const struct sign_in *s);
