#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * Combining marks: what is drawn on, below or around the character before it, so that thousands in
 * a row build a tower over the lines of others. Unicode's general categories Mn, Me and Mc.
 */
bool mark_is(uint32_t c);
