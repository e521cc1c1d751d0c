#pragma once
#include "http/http.h"

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
