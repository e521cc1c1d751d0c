#pragma once
#include "store/db.h"
#include "store/folder.h"

/*
 * The schema's way from what a data folder holds to what this program needs: the files of
 * src/store/migrations/, compiled in, each run once, in the order of its number, in a transaction
 * of its own that also writes the number into the database (user_version). Forward only.
 *
 * An existing database is copied to DIR/backup/before-NNNN.db first, NNNN being the first number
 * that is to run.
 */
struct migration {
    int number;
    struct str name, sql;
};
/* All of them by number; the array is in `a`. */
size_t migration_list(struct arena *a, const struct migration **ret_list);

/* Is it ours, sound enough to read, and not newer than we are? Changes nothing. */
MUST_USE err migration_examine(struct db *db, const struct folder *f, struct arena *a,
                               struct str *ret_why);
MUST_USE err migration_run(struct db *db, const struct folder *f, struct arena *a,
                           struct str *ret_why);
