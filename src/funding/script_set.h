#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * The scripts that are watched, each with a number of the caller's (an address's row), for looking
 * every output of a block up. Made once and then only read, by any number of threads; a changed set
 * is a new one. Where a script stands depends on a key of this set alone, so that nobody can choose
 * scripts that are slow to look up.
 */
enum { SCRIPT_SET_MAX = 1 << 20, SCRIPT_SET_SCRIPT_MAX = 80 /* bytes of one that is watched */ };
struct script_set;
/* Room for `room` scripts, at most SCRIPT_SET_MAX (check); at least 40 bytes each, in `a`. */
struct script_set *script_set_make(struct arena *a, size_t room);

enum { SCRIPT_SET_TWICE = 1 };
/* Copies the script. TWICE leaves the first number; ERR_LIMIT when it is full or the script is
 * empty or too long. */
MUST_USE err script_set_add(struct script_set *set, struct str script, uint32_t number);
bool script_set_find(const struct script_set *set, struct str script, uint32_t *ret_number);
size_t script_set_count(const struct script_set *set);
