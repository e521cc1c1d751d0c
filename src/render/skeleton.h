#pragma once
#include "base/str.h"

/*
 * How a text looks, so that two texts which a reader takes for the same compare as equal: letter
 * case, compatibility forms and zero-width characters go (NFKC_Casefold of UAX 44), so do marks
 * that strike a letter through and the like, white space is one space, and letters that look alike
 * become one ("skeleton" of UTS 39, by ICU). A skeleton is for comparing only; it is never shown.
 * Names that differ in case alone may still look alike in one case only ("I" and "l"): text_looks()
 * therefore also takes the skeleton first and the case after.
 *
 * Immutable once made; any thread.
 */
struct skeletons;
struct skeletons *skeletons_make(void);
void skeletons_free(struct skeletons *s); /* NULL is fine */

/* `text` is valid UTF-8; the answer is made in `a` and at most some 20 times as long. */
struct str text_skeleton(const struct skeletons *s, struct arena *a, struct str text);

/* Two skeletons of a name, of its letters and digits alone, words apart by one space. */
struct looks {
    struct str folded; /* case first */
    struct str drawn;  /* as it is drawn; case after */
};
struct looks text_looks(const struct skeletons *s, struct arena *a, struct str text);
/* Whether `name` looks like `other`: the same letters however they are parted, or, when `other` has
 * several words, those words in a row within it. */
bool looks_alike(struct looks name, struct looks other);

/*
 * Whether a text's skeleton has a phrase's skeleton in it, beginning and ending where words do. A
 * phrase with * at one of its ends may go on there; letters of scripts without spaces have no
 * such ends.
 */
bool skeleton_has(struct str text, struct str phrase);
