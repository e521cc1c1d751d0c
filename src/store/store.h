#pragma once
#include "base/app.h"
#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * The database, seen as statements prepared once. SQL is written beside the code that uses it, in a
 * QUERY at the top of the file, never put together at run time: there is no function that takes a
 * string of SQL. Parameters are $1, $2 ..., text is UTF-8, times are UTC microseconds, truths 0
 * and 1. The subset is what SQLite 3.40 and PostgreSQL 15 share.
 *
 * Reading: store_read() gives one snapshot on a pooled read-only connection.
 * Writing: store_write() runs a function in a savepoint of the next batch (group commit): many
 * callers' work is committed with one fsync, and each caller returns after that COMMIT.
 */
struct query {
    const char *name, *sql;
};
#define QUERY(id, text) static const struct query id IN_SECTION("queries") = { #id, (text) }

/*
 * What must always hold of the rows, said as a query without parameters that finds those of which
 * it does not. Its columns are shown to the operator by name: numbers that lead to the row, never
 * what a person wrote. `diurnal check` runs all of them (store_check).
 *
 *     CHECK_ROWS(comment_counts, "a report's comment count is the number of its comments",
 *                "select report.id, report.comment_count, count(...) as counted from ...");
 */
struct row_check {
    const struct query *query;
    const char *must_hold;
};
#define CHECK_ROWS(id, must, text)                                                                 \
    QUERY(id, text);                                                                               \
    static const struct row_check id##_check IN_SECTION("row_checks") = { &(id), (must) }

struct store;
struct stmt;

/* One transaction as its participant sees it. Reads inside a writing one use its own connection. */
struct tx {
    struct store *store;
    struct db *db; /* the connection, NULL once ended */
    struct touched *touched;
    bool writing;
};

/*
 * Why a data folder was not opened: a sentence for the operator is put into ret_why,
 * which is made in `a`.
 */
enum {
    STORE_NEWER = 1, /* made by a newer Diurnal */
    STORE_FOREIGN,   /* a database, but not ours */
    STORE_CORRUPT,   /* not a database, or a damaged one */
    STORE_READ_ONLY, /* the folder or the file may not be written */
    STORE_HELD,      /* another process (a running server) holds it */
    STORE_OLDER,     /* made by an older Diurnal: only of store_open_beside() */
    STORE_MISSING,   /* no such folder, or no database in it, and `create` was not asked */
};
struct store_options {
    const char
        *dir;    /* the data folder; its database is DIR/diurnal.db; NULL: in memory, for tests */
    bool create; /* make folder and database when missing */
    bool unsafe; /* synchronous=OFF: only for tests that show what FULL protects from */
    int readers; /* read-only connections at most, 1..64 */
    int wait_ms; /* the longest wait for a connection or a batch's turn; 0: 5000 */
};
/* The process' first call happens while no other thread calls. */
MUST_USE err store_open(const struct store_options *o, struct arena *a, struct store **ret_store,
                        struct str *ret_why);
/*
 * For reading alone, whether or not a server holds the folder: nothing is made, locked, migrated or
 * written, and store_write() must not be called. Refusals are those of store_open() and whose
 * process it is decides what may be read.
 */
MUST_USE err store_open_beside(const char *dir, struct arena *a, struct store **ret_store,
                               struct str *ret_why);
void store_close(
    struct store *s); /* waits for nothing: the caller has ended all users; NULL is fine */

/* A snapshot to read in. Waits for a free connection up to the store's deadline, then ERR_BUSY. */
MUST_USE err store_read(struct store *s, struct tx *ret_tx);
void tx_end(struct tx *tx); /* made for CLEANUP(tx_end); gives the connection back */

/*
 * Runs work(tx, arg) and returns what it returned, after the batch is on the disk. OK keeps what it
 * wrote; a refusal (> 0) or a fault (< 0) undoes it. If the COMMIT fails the whole batch gets that
 * fault (ERR_FULL for a full or read-only disk). Only SQL belongs into `work`: no rendering,
 * hashing or waiting. `work` may run on another thread than the caller's and must not call
 * store_write.
 */
typedef err tx_work(struct tx *tx, void *arg);
MUST_USE err store_write(struct store *s, tx_work *work, void *arg);

/*
 * Says that what `topic` names ("report/77", "meter", "front") has changed. After the COMMIT, and
 * before any writer of the batch returns, the hook gets each topic of each kept participant.
 */
PRINTF(2, 3) void tx_touch(struct tx *tx, const char *topic, ...);
typedef void store_hook(void *arg, struct str topic);
void store_set_hook(struct store *s, store_hook *hook, void *arg);

/*
 * Statements. query_start() of one that is still stepping in this transaction is a bug (check), and
 * so is stepping before each of its parameters has been bound, or one that writes inside
 * store_read(). What is bound is borrowed until the statement ends. Statements that are still
 * stepping end with their transaction. A constraint that is violated is ERR_DATA: who expects it
 * says "on conflict".
 */
struct stmt *query_start(struct tx *tx, const struct query *q);
void bind_int(struct stmt *s, int i, int64_t v);
void bind_str(struct stmt *s, int i, struct str v); /* empty text for { 0 } */
void bind_blob(struct stmt *s, int i, struct str v);
void bind_null(struct stmt *s, int i);
void bind_int_or_null(struct stmt *s, int i, int64_t v); /* 0 stands for null; so does empty text */
void bind_str_or_null(struct stmt *s, int i, struct str v);
void bind_blob_or_null(struct stmt *s, int i, struct str v);
MUST_USE err query_step(struct stmt *s, bool *ret_row); /* at the last row it resets itself */
MUST_USE err query_run(struct stmt *s,
                       int64_t *ret_changes); /* no rows wanted; ret_changes may be NULL */
/* One row more: its rowid. Cheaper than "returning id", for which SQLite keeps a journal of the
 * statement. */
MUST_USE err query_insert(struct stmt *s, int64_t *ret_id);
void query_end(struct stmt *s); /* resets before the last row */

/* Columns count from 0. Text and blobs are copied into the arena. */
int64_t column_int(struct stmt *s, int i);
struct str column_str(struct stmt *s, int i, struct arena *a);
bool column_null(struct stmt *s, int i);

/*
 * Writes a consistent copy of the database to a new file while the store serves: first under a
 * temporary name beside it, synced, then renamed. Made with mode 0600. To restore it, stop the
 * server and put it as diurnal.db into an empty data folder. ret_why is made in `a`, also for
 * faults.
 */
enum { BACKUP_EXISTS = 1, BACKUP_NOT_ALLOWED, BACKUP_NO_FOLDER };
MUST_USE err store_backup(struct store *s, const char *path, struct arena *a, struct str *ret_why);
/*
 * The same from outside, for the folder `dir`, whether or not a server holds it: the copy is
 * written with the rights of who asks, not with those of the server, which may write nowhere else.
 * Refusals also those of store_open().
 */
MUST_USE err store_backup_beside(const char *dir, const char *path, struct arena *a,
                                 struct str *ret_why);

/*
 * Examines the whole database in one snapshot: SQLite's own integrity check, foreign keys, and
 * every CHECK_ROWS. Each wrong row is reported, up to ROWS_REPORTED_MAX for one check.
 */
enum { ROWS_REPORTED_MAX = 100 };
struct store_finding {
    struct str check, must_hold, row; /* "comment_counts", its sentence, "id=7 counted=3" */
};
typedef void store_report(void *arg, const struct store_finding *f);
MUST_USE err store_check(struct store *s, store_report *report, void *arg, int64_t *ret_findings);

/* Since the store was opened, but for those `_now`. */
struct store_statistics {
    uint64_t batches, batches_failed, largest_batch;
    uint64_t writes, writes_kept; /* participants, and those whose work was kept */
    uint64_t reads;
    uint64_t busy; /* callers that were sent away with ERR_BUSY */
    int readers_open_now, readers_in_use_now;
};
struct store_statistics store_statistics(struct store *s);

/*
 * Gives memory back that has not been of use since the last call: idle connections, cached pages.
 * The workers of store/job.h call it once a minute.
 */
void store_rest(struct store *s);
