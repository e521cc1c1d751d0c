#include "base/file.h"
#include "store/inside.h"
#include "store/migration.h"
#include "unit/store_help.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without these a wrong folder could be harmed, or an old one be migrated without a way back. */

static bool exists(struct bed *b, const char *name)
{
    struct stat st;
    return !stat(bed_path(b, name), &st);
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    expect(!stat(path, &st));
    return st.st_mode & 0777;
}

static void expect_refused(struct bed *b, err refusal, struct str word)
{
    size_t at = 0;
    expect(bed_reopen(b) == refusal);
    expect(!b->s);
    expect(str_find(b->why, word, &at));
}

/* Changes the database as another program, or another version of this one, would. */
static void change(struct bed *b, const char *sql)
{
    struct db *db = NULL;
    bed_close(b);
    expect(db_open(&(struct db_options){ .path = bed_path(b, "diurnal.db") }, &db) == OK);
    expect(db_exec(db, sql) == OK);
    db_close(db);
}

TEST(store_folder_is_made_for_its_owner_alone_and_only_when_asked)
{
    struct bed b = bed_in_folder();
    bed_close(&b);
    expect(!unlink(bed_path(&b, "diurnal.db")) && !unlink(bed_path(&b, "lock")));
    expect(!rmdir(b.o.dir));
    b.o.create = false;
    expect_refused(&b, STORE_MISSING, S("no folder"));
    expect(!exists(&b, ""));
    expect(!mkdir(b.o.dir, 0700));
    expect_refused(&b, STORE_MISSING, S("no database"));
    expect(!exists(&b, "lock")); /* a foreign folder is left as it is */
    expect(!rmdir(b.o.dir));
    b.o.create = true;
    expect(bed_reopen(&b) == OK);
    expect(mode_of(b.o.dir) == 0700 && mode_of(bed_path(&b, "diurnal.db")) == 0600);
    expect(mode_of(bed_path(&b, "diurnal.db-wal")) == 0600);
    b.o.create = false;
    expect(bed_reopen(&b) == OK);
    bed_remove(&b);
}

TEST(store_folder_belongs_to_one_process_at_a_time)
{
    struct bed b = bed_in_folder();
    struct store *second = NULL;
    struct str why;
    expect(store_open(&b.o, &b.a, &second, &why) == STORE_HELD && !second);
    bed_close(&b);
    expect(store_open(&b.o, &b.a, &second, &why) == OK);
    store_close(second);
    bed_remove(&b);
}

TEST(store_of_a_newer_program_is_refused)
{
    struct bed b = bed_in_folder();
    change(&b, "pragma user_version = 9999");
    expect_refused(&b, STORE_NEWER, S("newer Diurnal"));
    bed_remove(&b);
}

TEST(store_of_another_program_is_refused)
{
    struct bed b = bed_in_folder();
    change(&b, "pragma application_id = 252006673");
    expect_refused(&b, STORE_FOREIGN, S("another program"));
    bed_close(&b);
    expect(!unlink(bed_path(&b, "diurnal.db")));
    change(&b, "create table note (text)"); /* an id of 0, but it is somebody's */
    expect_refused(&b, STORE_FOREIGN, S("another program"));
    bed_remove(&b);
}

TEST(store_that_is_no_database_or_a_damaged_one_is_refused)
{
    struct bed b = bed_in_folder();
    bed_close(&b);
    expect(truncate(bed_path(&b, "diurnal.db"), 300) == 0);
    expect_refused(&b, STORE_CORRUPT, S("restore a backup"));
    struct str text = S("Dear diary, this is a text file and not a database at all. It goes on and "
                        "on, so that it is longer than the hundred bytes of a header.");
    expect(file_write(bed_path(&b, "diurnal.db"), text, 0600, &b.a) == OK);
    expect_refused(&b, STORE_CORRUPT, S("not a database"));
    struct str now = { 0 };
    expect(file_read(bed_path(&b, "diurnal.db"), 1000, &b.a, &now) == OK);
    expect_str(now, text); /* not a byte was changed */
    bed_remove(&b);
}

TEST(store_whose_making_was_cut_short_is_made_again)
{
    struct bed b = bed_in_folder();
    bed_close(&b);
    expect(truncate(bed_path(&b, "diurnal.db"), 0) == 0);
    expect(bed_reopen(&b) == OK);
    expect(jobs_of(b.s, S("x")) == 0);
    bed_remove(&b);
}

TEST(store_in_a_folder_that_may_not_be_written_is_refused)
{
    struct bed b = bed_in_folder();
    bed_close(&b);
    bool root = getuid() == 0;
    expect(!chmod(b.o.dir, 0555) && !chmod(bed_path(&b, "diurnal.db"), 0444));
    if (root)
        expect(!setresuid(65534, 65534, 0)); /* root may write everywhere */
    expect_refused(&b, STORE_READ_ONLY, S("ermission denied"));
    if (root)
        expect(!setresuid(0, 0, 0));
    expect(!chmod(b.o.dir, 0755));
    if (!root)
        expect_refused(&b, STORE_READ_ONLY, S("ermission denied")); /* the file alone */
    expect(!chmod(b.o.dir, 0700) && !chmod(bed_path(&b, "diurnal.db"), 0600));
    expect(bed_reopen(&b) == OK);
    bed_remove(&b);
}

TEST(store_in_memory_leaves_no_name_behind)
{
    struct bed b = bed_in_memory();
    struct stat st;
    expect(b.s->folder.temporary && stat(b.s->folder.dir, &st));
    expect(jobs_of(b.s, S("x")) == 0);
    bed_remove(&b);
}

/* A database of its own, to be migrated by lists of the test's own. */
struct old {
    struct folder f;
    struct db *db;
    struct str why;
};

static struct old old_open(struct bed *b)
{
    struct old o = {
        .f = { .dir = b->o.dir, .database = bed_path(b, "old.db"), .backup = bed_path(b, "backup") }
    };
    expect(db_open(&(struct db_options){ .path = o.f.database }, &o.db) == OK);
    expect(db_settle(o.db) == OK);
    return o;
}

static err migrate(struct old *o, struct bed *b, const struct migration *list, size_t n)
{
    struct migrations m = { list, n };
    return migrations_run(o->db, &o->f, &m, &b->a, &o->why);
}

static int64_t number(struct db *db, const char *sql)
{
    int64_t v = -1;
    expect(db_exec_int(db, sql, &v) == OK);
    return v;
}

#define ONE                                                                                        \
    {                                                                                              \
        1, S("0001-one.sql"), S("create table t (v integer) strict; insert into t values (1)")     \
    }

TEST(store_migrations_run_once_in_order_and_a_copy_of_the_former_is_kept)
{
    const struct migration list[] = {
        ONE,
        { 3, S("0003-three.sql"), S("update t set v = 3") },
        { 4, S("0004-four.sql"), S("update t set v = v * 2") },
    };
    struct bed b = bed_in_folder();
    struct old o = old_open(&b);
    expect(migrate(&o, &b, list, 1) == OK);
    expect(!exists(&b, "backup")); /* there was nothing to keep */
    expect(number(o.db, "pragma user_version") == 1);
    expect(migrate(&o, &b, list, 3) == OK);
    expect(number(o.db, "pragma user_version") == 4 && number(o.db, "select v from t") == 6);
    expect(migrate(&o, &b, list, 3) == OK); /* nothing to do */
    expect(number(o.db, "select v from t") == 6);
    db_close(o.db);

    expect(mode_of(bed_path(&b, "backup")) == 0700);
    expect(mode_of(bed_path(&b, "backup/before-0003.db")) == 0600);
    expect(!exists(&b, "backup/before-0004.db"));
    o.f.database = bed_path(&b, "backup/before-0003.db");
    expect(db_open(&(struct db_options){ .path = o.f.database }, &o.db) == OK);
    expect(number(o.db, "pragma user_version") == 1 && number(o.db, "select v from t") == 1);
    db_close(o.db);
    bed_remove(&b);
}

TEST(store_migration_that_fails_changes_nothing)
{
    const struct migration list[] = {
        ONE,
        { 2, S("0002-two.sql"), S("update t set v = 2; create table t (w integer)") },
    };
    const struct migration dangling[] = {
        ONE,
        { 2, S("0002-two.sql"),
          S("create table u (t integer references v (w)); create table v (w integer primary key);"
            "insert into u values (1)") },
    };
    struct bed b = bed_in_folder();
    struct old o = old_open(&b);
    size_t at = 0;
    expect(migrate(&o, &b, list, 1) == OK);
    expect(migrate(&o, &b, list, 2) < 0);
    expect(str_find(o.why, S("0002-two.sql"), &at) && str_find(o.why, S("already exists"), &at));
    expect(number(o.db, "pragma user_version") == 1 && number(o.db, "select v from t") == 1);
    expect(exists(&b, "backup/before-0002.db"));
    expect(migrate(&o, &b, dangling, 2) == ERR_DATA);
    expect(number(o.db, "select count(*) from sqlite_schema") == 1);
    db_close(o.db);
    bed_remove(&b);
}

TEST(store_is_not_migrated_when_no_copy_can_be_kept)
{
    const struct migration list[] = { ONE, { 2, S("2"), S("update t set v = 2") } };
    struct bed b = bed_in_folder();
    struct old o = old_open(&b);
    expect(migrate(&o, &b, list, 1) == OK);
    expect(file_write(bed_path(&b, "backup"), S("a file"), 0600, &b.a) == OK);
    expect(migrate(&o, &b, list, 2) < 0);
    expect(number(o.db, "select v from t") == 1);
    db_close(o.db);
    bed_remove(&b);
}

TEST(store_migrations_are_numbered_without_doubles)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct migrations m = migrations_built_in(&a);
    expect(m.n >= 1 && m.list[0].number == 1);
    expect_str(m.list[0].name, S("src/store/migrations/0001-store.sql"));
    arena_free(&a);
}
