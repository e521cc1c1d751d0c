#pragma once
#include "http/http.h"

/*
 * The API's door to the desk: `Authorization: Bearer diu_…` (RFC 6750) on routes with GUARD_TOKEN.
 * No cookie is ever looked at there. Sets r->person, with the token's number, name and scopes.
 *
 * HTTP_ANSWERED: 401 with WWW-Authenticate (no token, or one that is wrong, ended or out of date:
 * which of them is not said), 429 for who guesses, 403 for a missing scope (with WWW-Authenticate)
 * or a role that does not allow it, and for plain http elsewhere than on this machine. The answers
 * are private as all of the desk's are.
 */
MUST_USE err token_admit(struct request *r, struct response *ret);

/* Whether the token that asks has this scope too; for handlers of which one part needs more. */
bool token_has(const struct request *r, int scope);
/* Says that it has not: 403. */
err token_refuse_scope(struct request *r, struct response *ret, int scope);
