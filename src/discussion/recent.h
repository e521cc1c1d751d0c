#pragma once
#include "store/store.h"

/*
 * What was said lately, in memory: so that a comment sent twice (a second click, a page sent again
 * after a lost answer) is found without an index in the database, whose upkeep would halve the rate
 * at which comments can be stored. A hit only says where to look: comment_add() compares the words.
 *
 * It holds RECENT_MAX comments (half a megabyte), evenly by their hash; older ones make way for
 * newer ones. Only the writing side of the store touches it, one transaction at a time, so it needs
 * no lock. A transaction that was undone leaves an entry that leads nowhere, which does no harm.
 */
enum { RECENT_MAX = 32 * 1024, RECENT_WARM = 1000 };
struct recent;

struct recent *recent_make(struct arena *a); /* main.c's own, for as long as the process lives */

/* Remembers the RECENT_WARM latest comments of the store, which may have been acknowledged to
 * nobody before a crash. Before the first write. */
MUST_USE err recent_warm(struct recent *r, struct store *s);

void recent_add(struct recent *r, int64_t said, int64_t comment);
/* The latest comment under that hash, or 0. */
int64_t recent_find(const struct recent *r, int64_t said);
