#pragma once
#include "base/str.h"

/*
 * What changed between two texts, line by line, for people: the lines that are gone, those that are
 * new, and DIFF_CONTEXT unchanged ones around them. Shortest where that is cheap; where the changed
 * middle is too large (DIFF_CELLS_MAX), all its old lines come before all its new ones, which is as
 * true and less pretty. Time and memory are bounded by these figures.
 */
enum {
    DIFF_LINES_MAX = 10000, /* of one text; a longer one is not compared */
    DIFF_CELLS_MAX = 1000000,
    DIFF_CONTEXT = 3,
};
enum diff_kind { DIFF_SAME, DIFF_GONE, DIFF_NEW, DIFF_GAP }; /* GAP: unchanged lines left out */
struct diff_line {
    enum diff_kind kind;
    struct str text; /* without its line end; empty for a gap */
};
struct diff {
    const struct diff_line *lines;
    size_t n; /* 0: the texts are the same */
};
/* False when a text has too many lines. Lines borrow from the texts. */
bool diff_texts(struct arena *a, struct str was, struct str is, struct diff *ret);
