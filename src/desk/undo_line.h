#pragma once
#include "desk/desk_page.h"
#include "discussion/act.h"

/* The line above a list that says what this person did last, with a button that undoes it; and the
 * page of the last acts of everybody. */
#define UNDO_OFFERED HOUR /* how long the line is there */
struct act_row {
    int64_t id;
    struct str what, who, url, undone; /* url: of what it was about, or empty */
    struct desk_time at;
    bool may_undo;
};
extern const struct view act_row_view;
/* A list of one row, the last act of who asks; of none when it is long ago or undone. */
MUST_USE err undo_line(struct tx *tx, const struct request *r, struct list *ret);

err acts_show(struct request *r, struct response *ret);     /* GET /desk/acts?before= */
err act_undo_post(struct request *r, struct response *ret); /* POST /desk/acts/{id}/undo */
