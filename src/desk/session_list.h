#pragma once
#include "desk/desk_page.h"
#include "people/session.h"

/* A person's sessions as a page lists them, each with a button that ends it
 * (theme/parts/desk-session.html). The handler of the button checks whose session it is. */
struct session_row {
    int64_t id;
    struct str agent;
    struct desk_time started, seen;
    bool current;
};
extern const struct view session_row_view;
MUST_USE err session_rows(struct tx *tx, const struct request *r, int64_t person,
                          struct list *ret_rows);
