#pragma once
#include "store/db.h"

/*
 * Copies what the connection sees into a file: under a temporary name beside it, synced, renamed.
 * Refusals are those of store_backup(). `replace` puts it in the place of an older copy.
 */
struct backup {
    const char *path;
    bool replace;
};
MUST_USE err backup_write(struct db *db, const struct backup *b, struct arena *a,
                          struct str *ret_why);
/* A connection for reading to the database of a folder that another process may hold; the caller
 * closes it. Refusals are those of store_open_beside(). */
MUST_USE err backup_read_beside(const char *dir, struct arena *a, struct db **ret_db,
                                struct str *ret_why);
