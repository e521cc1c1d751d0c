#pragma once
#include "desk/diff.h"
#include "render/view.h"

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
