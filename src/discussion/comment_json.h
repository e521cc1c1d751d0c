#pragma once
#include "base/json.h"
#include "discussion/comment.h"

/*
 * The members of a comment as the public may see it, into an object that is open: what the API, a
 * webhook and docs/openapi.yaml (Comment) have in common. Name and text only of a published
 * comment, and only when `shown`, which says whether its report is public.
 */
void comment_json(struct json_writer *w, const struct comment *c, bool shown, struct arena *a);
