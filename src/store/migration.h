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
struct migrations {
    const struct migration *list; /* by number */
    size_t n;
};
struct migrations migrations_built_in(struct arena *a); /* the list is in `a` */

/* Is it ours, sound enough to read, and not newer than we are? Changes nothing. */
MUST_USE err migrations_examine(struct db *db, const struct folder *f, const struct migrations *m,
                                struct arena *a, struct str *ret_why);
/* After that: has everything run? Else STORE_OLDER, for who only reads. */
MUST_USE err migrations_all_run(struct db *db, const struct folder *f, const struct migrations *m,
                                struct arena *a, struct str *ret_why);
MUST_USE err migrations_run(struct db *db, const struct folder *f, const struct migrations *m,
                            struct arena *a, struct str *ret_why);
