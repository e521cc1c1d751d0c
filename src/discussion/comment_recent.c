#include "discussion/comment_recent.h"
#include "discussion/comment_row.h"

QUERY(recent_rows, "select " COMMENT_COLUMNS " from comment where report = $1 "
                   "and state = 'published' order by id desc limit $2");

err comment_recent(struct tx *tx, int64_t report, size_t max, struct arena *a,
                   const struct comment **ret_comments, size_t *ret_n)
{
    struct comment *comments = arena_new(a, struct comment, max);
    struct stmt *s = query_start(tx, &recent_rows);
    bind_int(s, 1, report);
    bind_int(s, 2, (int64_t)max);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        comment_read(s, a, &comments[n++]);
    }
    if (arena_full(a))
        return fault(ERR_LIMIT);
    *ret_comments = comments;
    *ret_n = n;
    return OK;
}
