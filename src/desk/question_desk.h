#pragma once
#include "http/http.h"

/*
 * Questions and their answers at the desk: which are open, what was answered, which answers went
 * into the report and are named there. Every change is in the audit log.
 *
 * GET  /desk/questions ?show=open|answered|used|closed ?before=
 * GET  /desk/questions/{id} ?before=    one, with its answers, latest first
 * POST /desk/questions/{id}             state = open|answered|closed; or answer = a comment's
 *                                       number with used = yes|no, which sets "used" and takes it
 *                                       back
 */
err questions_desk_show(struct request *r, struct response *ret);
err question_desk_show(struct request *r, struct response *ret);
err question_desk_post(struct request *r, struct response *ret);
