#include "store/migration.h"
#include "base/check.h"
#include "base/embedded.h"
#include "base/log.h"
#include "base/scan.h"
#include "store/backup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#define APPLICATION_ID "1145655634" /* "DIUR", as file(1) shows it */

static int by_number(const void *a, const void *b)
{
    const struct migration *x = a;
    const struct migration *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* src/store/migrations/0001-store.sql */
static bool migration_parse(const struct embedded *f, struct migration *ret)
{
    struct str name = str_from_z(f->path);
    int64_t number = 0;
    if (!scan_text(&name, S("src/store/migrations/")))
        return false;
    check(scan_digits(&name, 4, &number) && scan_char(&name, '-') && str_ends(name, S(".sql")));
    *ret = (struct migration){ .number = (int)number,
                               .name = str_from_z(f->path),
                               .sql = { f->bytes, (size_t)(f->end - f->bytes) } };
    return true;
}

struct migrations migrations_built_in(struct arena *a)
{
    size_t most = 0;
    while (embedded_files[most].path)
        most++;
    struct migration *list = arena_new(a, struct migration, most);
    size_t n = 0;
    for (const struct embedded *f = embedded_files; f->path; f++)
        n += migration_parse(f, &list[n]);
    qsort(list, n, sizeof *list, by_number);
    for (size_t i = 1; i < n; i++)
        check(list[i - 1].number < list[i].number);
    return (struct migrations){ list, n };
}

static int newest(const struct migrations *m)
{
    return m->n ? m->list[m->n - 1].number : 0;
}

struct identity {
    int64_t application, version, tables;
};

static err read_identity(struct db *db, struct identity *ret)
{
    struct identity id = { 0 };
    err e = db_exec_int(db, "select count(*) from sqlite_schema", &id.tables);
    if (!e)
        e = db_exec_int(db, "pragma application_id", &id.application);
    if (!e)
        e = db_exec_int(db, "pragma user_version", &id.version);
    if (!e)
        *ret = id;
    return e;
}

err migrations_examine(struct db *db, const struct folder *f, const struct migrations *m,
                       struct arena *a, struct str *ret_why)
{
    struct identity id = { 0 };
    err e = read_identity(db, &id);
    if (e == ERR_DATA) {
        *ret_why = str_print(a, "%s is damaged or not a database (%s); restore a backup",
                             f->database, db_message(db));
        return STORE_CORRUPT;
    }
    if (e) {
        *ret_why = str_print(a, "cannot read %s: %s", f->database, db_message(db));
        return fault(e);
    }
    if (id.application == 0 && id.version == 0 && id.tables == 0)
        return OK; /* just made, or its making was cut short */
    int64_t ours = 0;
    check(int_parse(S(APPLICATION_ID), 1, INT32_MAX, &ours));
    if (id.application != ours) {
        *ret_why = str_print(a, "%s is a database of another program", f->database);
        return STORE_FOREIGN;
    }
    if (id.version > newest(m)) {
        *ret_why = str_print(
            a, "%s was made by a newer Diurnal (schema %" PRId64 ", this program knows up to %d)",
            f->database, id.version, newest(m));
        return STORE_NEWER;
    }
    return OK;
}

err migrations_all_run(struct db *db, const struct folder *f, const struct migrations *m,
                       struct arena *a, struct str *ret_why)
{
    struct identity id = { 0 };
    err e = read_identity(db, &id);
    if (e)
        return fault(e);
    if (id.version == newest(m))
        return OK;
    *ret_why = str_print(a,
                         "%s was made by an older Diurnal; start the server once, which brings "
                         "it up to date",
                         f->database);
    return STORE_OLDER;
}

static err run_statements(struct db *db, const struct migration *m, struct arena *a)
{
    err e = db_exec(db, str_z(a, m->sql));
    if (!e)
        e = db_exec(db, "pragma application_id = " APPLICATION_ID);
    if (!e)
        e = db_exec(db, str_z(a, str_print(a, "pragma user_version = %d", m->number)));
    int64_t dangling = 0;
    if (!e)
        e = db_exec_int(db, "select count(*) from pragma_foreign_key_check", &dangling);
    if (!e && dangling)
        e = ERR_DATA;
    return e;
}

static err run_one(struct db *db, const struct migration *m, struct arena *a, struct str *ret_why)
{
    err e = db_exec(db, "begin immediate");
    if (!e)
        e = run_statements(db, m, a);
    if (!e)
        e = db_exec(db, "commit");
    if (e) {
        *ret_why =
            str_print(a, "migration " STR_FMT " failed: %s", STR_ARG(m->name), db_message(db));
        db_roll_back(db);
    }
    return e;
}

/* What an operator returns to if the new version does not suit. */
static err keep_copy(struct db *db, const struct folder *f, int number, struct arena *a)
{
    struct str why = { 0 };
    if (mkdir(f->backup, 0700) && errno != EEXIST)
        return fault(ERR_IO);
    struct backup b = { .path = str_z(a, str_print(a, "%s/before-%04d.db", f->backup, number)),
                        .replace = true };
    err e = backup_write(db, &b, a, &why);
    if (e)
        log_event("event=copy_failed why=\"" STR_FMT "\"", STR_ARG(why));
    return e > 0 ? fault(ERR_IO) : e;
}

static err run_from(struct db *db, const struct migration *first, const struct migration *end,
                    struct arena *a, struct str *ret_why)
{
    err e = db_exec(db, "pragma foreign_keys = off"); /* a table may be rebuilt under references */
    for (const struct migration *m = first; !e && m < end; m++)
        e = run_one(db, m, a, ret_why);
    return e ? e : db_exec(db, "pragma foreign_keys = on");
}

err migrations_run(struct db *db, const struct folder *f, const struct migrations *m,
                   struct arena *a, struct str *ret_why)
{
    struct identity id = { 0 };
    err e = read_identity(db, &id);
    if (e)
        return fault(e);
    const struct migration *first = m->list;
    const struct migration *end = m->list + m->n;
    while (first < end && first->number <= id.version)
        first++;
    if (first == end)
        return OK;
    if (id.version > 0)
        e = keep_copy(db, f, first->number, a);
    if (e) {
        *ret_why = str_print(a, "no copy could be kept in %s, so nothing was changed", f->backup);
        return e;
    }
    return run_from(db, first, end, a, ret_why);
}
