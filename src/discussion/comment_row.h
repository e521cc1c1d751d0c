#pragma once
#include "discussion/comment.h"

/* For the files of this folder: the columns that every list of comments reads, in the order of
 * comment_read(). */
#define COMMENT_STATE_OF(column)                                                                   \
    "case " column " when 'held' then 0 when 'published' then 1 when 'hidden' then 2 "             \
    "when 'spam' then 3 else 4 end"
#define COMMENT_STATE_NUMBER COMMENT_STATE_OF("state")
#define COMMENT_COLUMNS                                                                            \
    "id, report, coalesce(parent, 0), coalesce(root, id), depth, " COMMENT_STATE_NUMBER            \
    ", visible, erased, coalesce(person, 0), created_at, up, down, score, children, replies, "     \
    "name, html, coalesce(question, 0), used, coalesce(edited_at, 0), pinned, locked"
enum { COMMENT_COLUMN_COUNT = 22 }; /* others of a query come after these */

void comment_read(struct stmt *s, struct arena *a, struct comment *ret);
