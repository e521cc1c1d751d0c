#pragma once
#include "desk/desk_page.h"
#include "desk/diff.h"

/* A diff as a page shows it (theme/parts/desk-diff.html). */
struct diff_row {
    bool gone, added, gap, same;
    struct str text;
};
extern const struct view diff_row_view;
/* As diff_texts(), but for texts so long that a page with both and the diff would not fit. */
enum { DIFF_BYTES_MAX = 1024 * 1024 }; /* of both texts together */
bool diff_wanted(struct arena *a, struct str was, struct str is, struct diff *ret);
struct list diff_rows(struct arena *a, const struct diff *d);

/* What somebody else saved while a text was written, for parts/desk-other.html. */
struct desk_other {
    struct str heading, title, body;
    struct desk_time at;
    struct list diff; /* of diff_row: from theirs to what was typed */
};
extern const struct view desk_other_view;
/* Fills o->diff from o->body; it stays empty when the two are too long to be compared. */
void desk_other_compare(struct arena *a, struct desk_other *o, struct str typed);
