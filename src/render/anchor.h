#pragma once
#include "base/str.h"

/*
 * Names of the headings of one report, for links to them: "s-" and the heading's words in lower
 * case with hyphens between them, letters and digits of any script; where that name is taken, a
 * number behind it.
 */
enum { ANCHOR_MAX = 80 }; /* bytes, without the number */
struct anchors {
    struct anchor *table; /* open addressing; in the arena */
    size_t n, room;
};
struct str anchor_make(struct anchors *t, struct arena *a, struct str words);
