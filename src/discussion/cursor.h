#pragma once
#include "discussion/listing.h"

/*
 * The text of a listing's cursor (see listing.h), in unreserved characters only: what kind of piece
 * it goes on with, where, and behind which comment.
 *
 *     tn.77.1525428000000000.12     threads of report 77, newest first, behind root 12
 *     tv.77.-3.12                   the same by votes: behind a score of -3
 *     tna.77.1525428000000000.12    the same of those threads alone that are answers
 *     tnq.9.1525428000000000.12     those that answer question 9
 *     r.12.31                       replies of thread 12 behind comment 31
 *     ao.77.1525428000000000.12.31  all of report 77, oldest first, behind comment 31 of thread 12
 *                                   (31 is 0: behind the whole thread)
 */
enum cursor_kind { CURSOR_THREADS, CURSOR_REPLIES, CURSOR_ALL };
struct cursor {
    enum cursor_kind kind;
    enum listing_sort sort; /* but for CURSOR_REPLIES */
    enum listing_only only; /* likewise */
    int64_t scope;          /* report, or question; thread for CURSOR_REPLIES */
    int64_t key;            /* created_at, or score for LISTING_VOTES; 0 for CURSOR_REPLIES */
    int64_t id;             /* the root; the reply for CURSOR_REPLIES */
    int64_t reply;          /* CURSOR_ALL only */
};

/* At most LISTING_CURSOR_MAX bytes; every number in its shortest form and within 63 bits. */
bool cursor_parse(struct str s, struct cursor *ret);
struct str cursor_print(struct arena *a, const struct cursor *c);
