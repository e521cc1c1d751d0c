#pragma once
#include <stdint.h>

/*
 * One character made plain for counting: its case folded (Unicode's simple folding), and what it
 * is. Fast for ASCII; any thread.
 */
enum fold_kind {
    FOLD_LETTER, /* part of a word: a letter, a digit, a mark on one */
    FOLD_OTHER,  /* a sign of its own: $, !, an emoji */
    FOLD_GAP,    /* a space or a control */
    FOLD_NOTHING /* zero-width: as if it were not there */
};
enum fold_kind fold_char(uint32_t c, uint32_t *ret);
