#pragma once
#include "store/store.h"
#include "unit/test.h"

/* What the tests of store/ share: a store in memory or in a folder of its own, and threads. */
struct bed {
    struct arena a;
    struct store *s;
    struct store_options o;
    struct str why;
};
struct bed bed_in_memory(void);
struct bed bed_in_folder(void); /* on a disk; the folder is removed by bed_remove() */
err bed_reopen(struct bed *b);  /* closes if open, opens again with b->o */
void bed_close(struct bed *b);
void bed_remove(struct bed *b);                        /* closes, and removes the folder */
const char *bed_path(struct bed *b, const char *name); /* DIR/name */

int64_t jobs_of(struct store *s, struct str kind);
/* True if the call ends a process of its own with abort(). */
bool dies(void (*f)(void *arg), void *arg);
