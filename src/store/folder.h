#pragma once
#include "store/store.h"

/*
 * The data folder: DIR/diurnal.db, DIR/backup/, and DIR/lock, which one process at a time holds.
 * Or a temporary folder that is forgotten, files and all, once the database is open: a store "in
 * memory".
 */
struct folder {
    const char *dir, *database, *backup; /* paths; in the arena they were made in */
    int lock;                            /* file descriptor, or -1 */
    bool temporary, fresh;               /* fresh: there was no database yet */
};
/* Refusals are those of store_open(). `a` outlives the folder; so does the text of ret_why. */
MUST_USE err folder_open(const struct store_options *o, struct arena *a, struct folder *ret,
                         struct str *ret_why);
void folder_forget(struct folder *f); /* removes a temporary folder's names; open files stay */
void folder_close(struct folder *f);  /* lets others have it */
