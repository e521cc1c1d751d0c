/*
 * One SQLite connection with its statements. The only file that includes sqlite3.h.
 *
 * Every QUERY of the program stands in one linker section, so a query's place in it is the index of
 * its statement in each connection: no look-up by name. A statement is prepared once a connection
 * (on the writer at start, on a reader when first used) and kept. "$1" is a name to SQLite, whose
 * index depends on where it first stands in the text: the map from our number to that index is made
 * when the statement is.
 */
#include "base/buf.h"
#include "base/check.h"
#include "base/log.h"
#include "base/scan.h"
#include "store/db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum {
    PARAMETERS_MAX = 60,      /* of one statement */
    COPY_PAGES = 256,         /* copied in one step */
    ROW_TEXT_MAX = 4000,      /* bytes of a row shown to the operator */
    TEXT_MAX = 100 * 1000000, /* bytes of one value or row */
    BUSY_WAIT_MS = 5000,      /* for another process' lock, as a shell's on the same file */
};

extern const struct query __start_queries[], __stop_queries[];

struct stmt {
    sqlite3_stmt *handle;
    struct db *db;
    const struct query *query;
    struct stmt *next; /* of those under way */
    uint64_t bound;    /* bit i: parameter i has its value */
    err failed;        /* a bind went wrong; the next step says so */
    bool under_way, stepped;
    int parameters;
    uint8_t index[PARAMETERS_MAX + 1];
};

struct db {
    sqlite3 *handle;
    struct arena own; /* the connection, its statements */
    struct stmt *under_way;
    struct stmt **stmts; /* by place in the section; NULL until prepared */
    enum db_kind kind;
    bool unsafe;
    int cache_kilobytes;
};

static bool refused_by(sqlite3_file *file)
{
    int error = 0;
    if (!file || !file->pMethods ||
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error) != SQLITE_OK)
        return false;
    return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EROFS;
}

/*
 * Was it for want of room that writing failed? SQLite itself says "full" to ENOSPC only, and
 * forgets the system's error when it is a COMMIT that fails; its files remember it.
 */
static bool disk_refuses(sqlite3 *handle)
{
    sqlite3_file *file = NULL;
    sqlite3_file *log = NULL;
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    return refused_by(file) || refused_by(log);
}

/* SQLite's result as one of our faults. Running out of memory, and misuse, end the program. */
static err fault_in(sqlite3 *handle, int rc)
{
    check(rc != SQLITE_NOMEM && rc != SQLITE_MISUSE && rc != SQLITE_RANGE);
    switch (rc & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY: return ERR_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT: return ERR_BUSY;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return disk_refuses(handle) ? ERR_FULL : ERR_IO;
    case SQLITE_TOOBIG: return ERR_LIMIT;
    case SQLITE_ERROR:
        return strcmp(sqlite3_errmsg(handle), "integer overflow") ? ERR_DATA : ERR_OVERFLOW;
    default: return ERR_DATA;
    }
}

static err fault_of(const struct db *db, int rc)
{
    return fault_in(db->handle, rc);
}

const char *db_message(struct db *db)
{
    return sqlite3_errmsg(db->handle);
}

static void set_limits(sqlite3 *handle)
{
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, BUSY_WAIT_MS);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, TEXT_MAX);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM INTO attaches its copy */
}

void db_init(void)
{
    /* Its counting of memory takes one lock for the whole process at each allocation. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // refused once SQLite is at work
}

err db_open(const struct db_options *o, struct db **ret_db)
{
    struct arena own;
    arena_init(&own, SIZE_MAX / 16);
    struct db *db = arena_new(&own, struct db, 1);
    size_t n = (size_t)(__stop_queries - __start_queries);
    *db = (struct db){ .stmts = arena_new(&own, struct stmt *, n),
                       .kind = o->kind,
                       .unsafe = o->unsafe,
                       .cache_kilobytes = o->cache_kilobytes };
    db->own = own;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
    flags |=
        o->kind == DB_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(o->path, &db->handle, flags, NULL);
    check(db->handle);
    if (rc != SQLITE_OK) {
        err e = fault_of(db, rc);
        db_close(db);
        return fault(e);
    }
    set_limits(db->handle);
    *ret_db = db;
    return OK;
}

/* Numbers that a pragma takes cannot be parameters; this one is ours, not a reader's. */
static err set_cache(struct db *db)
{
    char sql[64];
    snprintf(sql, sizeof sql, "pragma cache_size = -%d", db->cache_kilobytes);
    return db_exec(db, sql);
}

err db_settle(struct db *db)
{
    err e = set_cache(db);
    if (!e)
        e = db_exec(db,
                    "pragma foreign_keys = on; pragma mmap_size = 0; pragma temp_store = memory");
    if (e || db->kind == DB_READER)
        return e;
    e = db_exec(db, "pragma journal_mode = wal; pragma wal_autocheckpoint = 2000;"
                    "pragma journal_size_limit = 67108864");
    if (e)
        return e;
    return db_exec(db, db->unsafe ? "pragma synchronous = off" : "pragma synchronous = full");
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < (size_t)(__stop_queries - __start_queries); i++)
        if (db->stmts[i])
            sqlite3_finalize(db->stmts[i]->handle);
    sqlite3_close(db->handle);
    struct arena own = db->own;
    arena_free(&own);
}

err db_exec(struct db *db, const char *sql)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : fault_of(db, rc);
}

/* A failing ROLLBACK leaves either nothing under way or a broken connection, which the next says.
 */
void db_roll_back(struct db *db)
{
    db_end_statements(db);
    if (db_in_transaction(db))
        sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL);
}

err db_exec_int(struct db *db, const char *sql, int64_t *ret)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    bool row = rc == SQLITE_ROW;
    int64_t v = row ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    if (!row)
        return rc == SQLITE_DONE ? ERR_DATA : fault_of(db, rc);
    *ret = v;
    return OK;
}

/* Parameters are "$1" to "$n" without a gap. */
static bool map_parameters(struct stmt *s)
{
    int n = sqlite3_bind_parameter_count(s->handle);
    if (n > PARAMETERS_MAX)
        return false;
    for (int i = 1; i <= n; i++) {
        struct str name = str_from_z(sqlite3_bind_parameter_name(s->handle, i));
        int64_t number = 0;
        if (!scan_char(&name, '$') || !int_parse(name, 1, n, &number))
            return false;
        s->index[number] = (uint8_t)i;
    }
    s->parameters = n;
    return true;
}

static err prepare(struct db *db, const struct query *q, struct stmt *ret_stmt)
{
    struct stmt made = { .db = db, .query = q };
    const char *rest = NULL;
    int rc =
        sqlite3_prepare_v3(db->handle, q->sql, -1, SQLITE_PREPARE_PERSISTENT, &made.handle, &rest);
    if (rc != SQLITE_OK)
        return fault_of(db, rc);
    if (!made.handle || *rest || !map_parameters(&made)) {
        sqlite3_finalize(made.handle);
        return ERR_DATA; /* nothing, more than one statement, or parameters other than $1 .. $n */
    }
    *ret_stmt = made;
    return OK;
}

err db_check_queries(struct db *db, struct arena *a, struct str *ret_why)
{
    for (const struct query *q = __start_queries; q < __stop_queries; q++) {
        struct stmt s = { 0 };
        err e = prepare(db, q, &s);
        sqlite3_finalize(s.handle);
        if (e) {
            *ret_why = str_print(a, "query %s (%s)", q->name, db_message(db));
            return fault(e);
        }
    }
    return OK;
}

static struct stmt *prepare_first(struct db *db, const struct query *q)
{
    struct stmt *s = arena_new(&db->own, struct stmt, 1);
    err e = prepare(db, q, s);
    if (e)
        log_event("event=query_wrong query=%s message=\"%s\"", q->name, db_message(db));
    check(!e); /* it was right at start */
    db->stmts[q - __start_queries] = s;
    return s;
}

struct stmt *db_start(struct db *db, const struct query *q)
{
    struct stmt *s = db->stmts[q - __start_queries];
    if (!s)
        s = prepare_first(db, q);
    check(!s->under_way);
    sqlite3_clear_bindings(s->handle);
    s->under_way = true;
    s->stepped = false;
    s->bound = 0;
    s->failed = OK;
    s->next = db->under_way;
    db->under_way = s;
    return s;
}

err db_run(struct db *db, const struct query *q)
{
    return query_run(db_start(db, q), NULL);
}

void db_end_statements(struct db *db)
{
    while (db->under_way)
        query_end(db->under_way);
}

bool db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

bool db_references_missing(const struct db *db)
{
    int now = 0;
    int high = 0;
    int rc = sqlite3_db_status(db->handle, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &high, 0);
    check(rc == SQLITE_OK);
    return now != 0;
}

void db_release_memory(struct db *db)
{
    sqlite3_db_release_memory(db->handle);
}

static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");
    if (!copy)
        return sqlite3_errcode(to);
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK)
        rc = sqlite3_backup_step(copy, COPY_PAGES);
    int end = sqlite3_backup_finish(copy);
    return rc == SQLITE_DONE ? end : rc;
}

err db_copy(struct db *db, const char *path)
{
    sqlite3 *to = NULL;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(path, &to, flags, NULL);
    check(to);
    if (rc == SQLITE_OK) /* who calls syncs the file, and drops it if it was cut short */
        rc = sqlite3_exec(to, "pragma synchronous = off; pragma journal_mode = off", NULL, NULL,
                          NULL);
    if (rc == SQLITE_OK)
        rc = copy_pages(db->handle, to);
    err e = rc == SQLITE_OK ? OK : fault_in(to, rc);
    sqlite3_close(to);
    return e;
}

struct stmt *query_start(struct tx *tx, const struct query *q)
{
    check(tx->db);
    struct stmt *s = db_start(tx->db, q);
    check(tx->writing || sqlite3_stmt_readonly(s->handle));
    return s;
}

static int place(struct stmt *s, int i)
{
    check(s->under_way && !s->stepped && i >= 1 && i <= s->parameters);
    s->bound |= UINT64_C(1) << i;
    return s->index[i];
}

static void note_bind(struct stmt *s, int rc)
{
    if (rc != SQLITE_OK)
        s->failed = fault_of(s->db, rc);
}

void bind_int(struct stmt *s, int i, int64_t v)
{
    note_bind(s, sqlite3_bind_int64(s->handle, place(s, i), v));
}

void bind_str(struct stmt *s, int i, struct str v)
{
    note_bind(s, sqlite3_bind_text64(s->handle, place(s, i), v.n ? v.s : "", v.n, SQLITE_STATIC,
                                     SQLITE_UTF8));
}

void bind_blob(struct stmt *s, int i, struct str v)
{
    note_bind(s, sqlite3_bind_blob64(s->handle, place(s, i), v.n ? v.s : "", v.n, SQLITE_STATIC));
}

void bind_null(struct stmt *s, int i)
{
    note_bind(s, sqlite3_bind_null(s->handle, place(s, i)));
}

void bind_int_or_null(struct stmt *s, int i, int64_t v)
{
    if (v)
        bind_int(s, i, v);
    else
        bind_null(s, i);
}

void bind_str_or_null(struct stmt *s, int i, struct str v)
{
    if (v.n)
        bind_str(s, i, v);
    else
        bind_null(s, i);
}

void bind_blob_or_null(struct stmt *s, int i, struct str v)
{
    if (v.n)
        bind_blob(s, i, v);
    else
        bind_null(s, i);
}

static err step_failed(struct stmt *s, err e)
{
    log_event("event=query_failed query=%s code=%d message=\"%s\"", s->query->name,
              sqlite3_extended_errcode(s->db->handle), db_message(s->db));
    query_end(s);
    return fault(e);
}

err query_step(struct stmt *s, bool *ret_row)
{
    check(s->under_way);
    if (s->failed)
        return step_failed(s, s->failed);
    check(s->bound == ((UINT64_C(1) << s->parameters) - 1) << 1); /* every parameter has a value */
    s->stepped = true;
    int rc = sqlite3_step(s->handle);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return step_failed(s, fault_of(s->db, rc));
    *ret_row = rc == SQLITE_ROW;
    if (rc == SQLITE_DONE)
        query_end(s);
    return OK;
}

err query_run(struct stmt *s, int64_t *ret_changes)
{
    bool row = false;
    struct db *db = s->db;
    err e = query_step(s, &row);
    if (e)
        return e;
    check(!row);
    if (ret_changes)
        *ret_changes = sqlite3_changes64(db->handle);
    return OK;
}

err query_insert(struct stmt *s, int64_t *ret_id)
{
    int64_t changes = 0;
    struct db *db = s->db;
    err e = query_run(s, &changes);
    if (e)
        return e;
    check(changes == 1);
    *ret_id = sqlite3_last_insert_rowid(db->handle);
    return OK;
}

void query_end(struct stmt *s)
{
    if (!s->under_way)
        return;
    (void)sqlite3_reset(s->handle); /* it repeats the last step's error, which was handed up */
    struct stmt **at = &s->db->under_way;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    s->next = NULL;
    s->under_way = false;
}

static void check_column(const struct stmt *s, int i)
{
    check(s->under_way && s->stepped && i >= 0 && i < sqlite3_data_count(s->handle));
}

int64_t column_int(struct stmt *s, int i)
{
    check_column(s, i);
    return sqlite3_column_int64(s->handle, i);
}

struct str column_str(struct stmt *s, int i, struct arena *a)
{
    check_column(s, i);
    const char *p = sqlite3_column_blob(s->handle, i);
    int n = sqlite3_column_bytes(s->handle, i);
    return str_copy(a, (struct str){ p, (size_t)n });
}

bool column_null(struct stmt *s, int i)
{
    check_column(s, i);
    return sqlite3_column_type(s->handle, i) == SQLITE_NULL;
}

struct str query_row_text(struct stmt *s, struct arena *a)
{
    struct buf text CLEANUP(buf_free) = buf_make(ROW_TEXT_MAX);
    for (int i = 0; i < sqlite3_data_count(s->handle); i++) {
        struct str v = column_str(s, i, a);
        buf_print(&text, "%s%s=" STR_FMT, i ? " " : "", sqlite3_column_name(s->handle, i),
                  STR_ARG(v));
    }
    return buf_copy(&text, a);
}
