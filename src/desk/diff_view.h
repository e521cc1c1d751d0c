#pragma once
#include "desk/diff.h"
#include "render/view.h"

/* A diff as a page shows it (theme/parts/desk-diff.html). */
struct diff_row {
    bool gone, added, gap, same;
    struct str text;
};
extern const struct view diff_row_view;
struct list diff_rows(struct arena *a, const struct diff *d);
