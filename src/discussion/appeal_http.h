#pragma once
#include "discussion/appeal.h"
#include "http/http.h"
#include "people/claim.h"

/*
 * The private page of an author whose comment was removed, and the appeal made there (appeal.h).
 * Nobody else finds anything at its address. The comment's permalink leads its author to it.
 */
err appeal_show(struct request *r, struct response *ret); /* GET /comments/{id}/appeal */
err appeal_post(struct request *r, struct response *ret); /* POST: body */

/*
 * The same page by a link on /mine, for who has shown the address of the comment to be theirs:
 * /mine/appeals/{token}. The link is signed for this purpose, the comment and the person (the
 * claim), good for CLAIM_LINK_SPAN, and void when the claim is.
 */
struct str appeal_link(const struct request *r, int64_t comment, const struct claim *who);
err appeal_link_show(struct request *r, struct response *ret);
err appeal_link_post(struct request *r, struct response *ret);
/* Its reason in words. */
struct str appeal_reason(const struct request *r, const struct appeal_case *c);

/* Whether the asking visitor has such a page for this comment. */
bool appeal_is_for(const struct request *r, int64_t comment);
struct str appeal_path(const struct request *r, int64_t comment);

/* For all who take appeals, from the asking visitor: APPEAL_NOT_YOURS .. APPEAL_NOT_TEXT, and the
 * word for what comes behind APPEAL_NOT_YOURS. */
MUST_USE err appeal_send(const struct request *r, int64_t comment, struct str body);
const char *appeal_trouble(err refusal);
