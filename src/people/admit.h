#pragma once
#include "http/http.h"
#include "http/server.h"
#include "people/person.h"

/*
 * The desk's door: who is asking, by the session's cookie. On https it is `__Host-desk`; on plain
 * http, which the desk allows on loopback hosts only (request.secure), it is `desk`. Both are
 * HttpOnly, SameSite=Strict, for the whole site.
 */

/*
 * For server_hooks.admit, on routes that need a permission. Sets r->person. HTTP_ANSWERED: no
 * session (a page asked for by GET: 303 to /desk/sign-in?next=...; else 401), a role without the
 * permission (403), plain http elsewhere than on this machine (403).
 */
MUST_USE err person_admit(struct request *r, struct response *ret);

/*
 * On a public route: the member of the staff whose desk session asks, in the request's arena; NULL
 * for everybody else. The session counts only when the browser itself says that the page which
 * sends this is ours (Sec-Fetch-Site: same-origin), and where the desk may be used.
 */
MUST_USE err person_asking(const struct request *r, const struct person **ret);

/* The session's cookie: its token or empty text; set it, remove it. */
struct str desk_cookie(const struct request *r);
void desk_cookie_set(struct request *r, struct response *ret, struct str token);
void desk_cookie_drop(struct request *r, struct response *ret);

/* The cookie `known` that marks a browser that has signed in before (sign_in.h). */
struct str known_cookie(const struct request *r);
void known_cookie_set(struct request *r, struct response *ret, struct str known);

/* The cookie `desk-code` with the ticket between password and code (sign_in.h). */
struct str ticket_cookie(const struct request *r);
void ticket_cookie_set(struct request *r, struct response *ret, struct str ticket);
void ticket_cookie_drop(struct request *r, struct response *ret);

/* Where to go after the sign-in: `next` when it is a path under /desk, else "/desk". */
struct str desk_next(struct str next);

struct knock;
/* Who knocks, from a request: for the functions of sign_in.h. */
struct knock request_knock(const struct request *r);
