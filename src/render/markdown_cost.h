#pragma once
#include "base/str.h"

/*
 * What a text would cost cmark-gfm, guessed from above in one linear pass. Several of its steps
 * take quadratic time over input made for that (the versions in Debian 12 and Ubuntu 24.04 more
 * than later ones: CVE-2022-39209, CVE-2023-22483 ... 22486, -24824, -26485, -37463). Each guess is
 * in steps of about a nanosecond and has its bound, far above what anyone writes by hand.
 */
struct markdown_cost {
    bool too_much;        /* nesting or brackets: do not parse */
    bool links_too_much;  /* do not look for bare addresses */
    bool tables_too_much; /* do not look for tables */
    /* Do not look for footnotes: after some "[^" no plain name and "]" follow. The library would
     * take what stands between by its columns, wrongly where that is on two lines. */
    bool notes_wrong;
};
struct markdown_cost markdown_cost(struct str text);
