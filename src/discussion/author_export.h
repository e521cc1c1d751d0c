#pragma once
#include "base/arena.h"
#include "discussion/comment_author.h"
#include "http/http.h"

/*
 * All that one person wrote, as JSON, in pieces: {"about", "following": [...], "items": [...]}.
 * What the address follows has "kind", the "object"'s number, "pace" and whether it is "confirmed";
 * each item "kind": "comment", latest first, or "former_words", which follow their comment. The
 * author's strings live as long as the request.
 */
void author_export(struct request *r, struct response *ret, const struct author *who);

/* The same into a buffer, for the command line. `site` is the site's address. ERR_LIMIT: it is
 * more than the buffer takes. */
MUST_USE err author_export_all(const struct app *app, struct str site, const struct author *who,
                               struct buf *out);
