#pragma once
#include "desk/desk_form.h"

/* The newsroom's people: PERMISSION_STAFF_MANAGE. Every change asks for the password again. */
err staff_show(struct request *r, struct response *ret);          /* GET /desk/staff */
err staff_new(struct request *r, struct response *ret);           /* GET /desk/staff/new */
err staff_add_post(struct request *r, struct response *ret);      /* POST /desk/staff */
err staff_person(struct request *r, struct response *ret);        /* GET /desk/staff/{id} */
err staff_person_post(struct request *r, struct response *ret);   /* POST /desk/staff/{id} */
err staff_link_post(struct request *r, struct response *ret);     /* POST /desk/staff/{id}/link */
err staff_end_post(struct request *r, struct response *ret);      /* POST /desk/staff/{id}/end */
err staff_begin_post(struct request *r, struct response *ret);    /* POST /desk/staff/{id}/begin */
err staff_sessions_post(struct request *r, struct response *ret); /* POST …/{id}/sessions */

/* Puts a person_refusal into a form with the fields name, email and role. */
void staff_wrong(struct desk_form *f, err refusal);
