#pragma once
#include "discussion/comment_own.h"
#include "http/http.h"
#include "publishing/report.h"

/*
 * A comment's own author over HTTP: /comments/{id}/edit and /comments/{id}/delete, a page with a
 * form each. Done: 303 to where the comment stands, or stood. A refused edit shows its form again
 * with the words kept; `preview` among the fields shows them as they would appear, and stores
 * nothing.
 */
err own_edit_show(struct request *r, struct response *ret);
err own_edit_post(struct request *r, struct response *ret);
err own_delete_show(struct request *r, struct response *ret);
err own_delete_post(struct request *r, struct response *ret);

/* For the API too: what a request is about: the comment it may change, by cookie, confirmed address
 * or desk session, and the report that shows it. */
struct own_asking {
    struct own_wish wish;
    struct own_comment comment;
    struct report report;
};
MUST_USE err own_find(const struct request *r, struct own_asking *a); /* {id}; an own_refusal */
err own_refuse(struct request *r, struct response *ret, err refusal); /* a fault too */
/* What a new comment passes, with the name the first words came with: a comment_refusal. */
MUST_USE err own_draft(struct request *r, struct response *ret, const struct own_asking *a,
                       struct str body, struct comment_draft *d);
int own_edit_status(err refusal); /* of a comment_refusal */
/* After gate_comment(). An own_refusal. */
MUST_USE err own_store_edit(const struct request *r, const struct own_asking *a,
                            const struct comment_draft *d, struct own_edited *ret);
MUST_USE err own_store_delete(const struct request *r, const struct own_asking *a);
