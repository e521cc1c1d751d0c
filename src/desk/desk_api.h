#pragma once
#include "http/http.h"

/*
 * The desk's discussion as JSON, for programs with a token (people/api_token.h). The same deeds as
 * the pages' (deed.h), with the same rules, words and audit log; docs/openapi.yaml describes every
 * answer, docs/api.md how it is used. Cursors are ids, as on the pages.
 */

/* GET /api/v1/desk/comments ?queue= ?like= ?of= ?q= ?before= */
err desk_api_comments(struct request *r, struct response *ret);
/* GET /api/v1/desk/comments/{id}: with flags, decisions, notes, former words, history */
err desk_api_comment(struct request *r, struct response *ret);
/* POST /api/v1/desk/comments/{id}/decision {"action", "seen", "reason"?, "note"?} */
err desk_api_decide(struct request *r, struct response *ret);
/* POST /api/v1/desk/decisions {"action", "ids", "seen", "reason"?, "note"?} */
err desk_api_decide_all(struct request *r, struct response *ret);
/* POST /api/v1/desk/comments/{id}/mark {"action": pin, unpin, lock, unlock} */
err desk_api_mark(struct request *r, struct response *ret);
/* POST /api/v1/desk/comments/{id}/notes {"body"} and /assignment {"person": id or null} */
err desk_api_note(struct request *r, struct response *ret);
err desk_api_assign(struct request *r, struct response *ret);
/* POST /api/v1/desk/discussions/{id} {"open": true, false} */
err desk_api_open(struct request *r, struct response *ret);
/* GET /api/v1/desk/acts ?before=, POST /api/v1/desk/acts/{id}/undo {} */
err desk_api_acts(struct request *r, struct response *ret);
err desk_api_undo(struct request *r, struct response *ret);
/* GET /api/v1/desk/appeals ?show=open|over ?after=, /api/v1/desk/appeals/{id} */
err desk_api_appeals(struct request *r, struct response *ret);
err desk_api_appeal(struct request *r, struct response *ret);
/* POST /api/v1/desk/appeals/{id} {"verdict": grant, refuse, "answer"?} */
err desk_api_judge(struct request *r, struct response *ret);
