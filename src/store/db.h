#pragma once
#include "store/store.h"

/*
 * One connection to the database and its prepared statements: all that the rest of this room knows
 * of SQLite. A connection is used by one thread at a time; who hands it on does so under a lock.
 * Nothing outside store/ includes this header.
 */
struct db;
enum db_kind {
    DB_WRITER, /* reads and writes; makes the file when it is missing */
    DB_READER, /* may only read */
};
struct db_options {
    const char *path;
    enum db_kind kind;
    bool unsafe;         /* synchronous=OFF */
    int cache_kilobytes; /* the page cache's ceiling; it grows only as pages are used */
};

/* Before the first connection of the process; more calls do nothing. */
void db_init(void);

/* Opens without changing a byte of an existing file; db_settle() then makes it ours. */
MUST_USE err db_open(const struct db_options *o, struct db **ret_db);
MUST_USE err db_settle(struct db *db); /* WAL, synchronous, foreign keys */
void db_close(struct db *db);          /* NULL is fine */

/* Constant SQL of one or more statements, prepared, run and forgotten: for opening and migrating.
 */
MUST_USE err db_exec(struct db *db, const char *sql);
void db_roll_back(struct db *db); /* what is under way, if anything is */
MUST_USE err db_exec_int(struct db *db, const char *sql,
                         int64_t *ret); /* the first row's integer */
const char *db_message(struct db *db); /* what SQLite says of the last error; until the next call */

/*
 * Tries every QUERY of the program. A wrong one is ERR_DATA, and ret_why names it: "query NAME
 * (what is wrong)".
 */
MUST_USE err db_check_queries(struct db *db, struct arena *a, struct str *ret_why);

struct stmt *db_start(struct db *db, const struct query *q);
MUST_USE err db_run(struct db *db, const struct query *q); /* without parameters or rows */
void db_end_statements(struct db *db);                     /* resets all that are under way */
bool db_in_transaction(const struct db *db); /* false also after SQLite has rolled back itself */
bool db_references_missing(const struct db *db); /* deferred foreign keys wait for their rows */
void db_release_memory(struct db *db);           /* forgets cached pages */

/* Copies what this connection sees, in its transaction if it is in one, into an empty file. */
MUST_USE err db_copy(struct db *db, const char *path);
struct str query_row_text(struct stmt *s, struct arena *a); /* "id=7 counted=3" */
