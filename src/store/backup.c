#include "store/backup.h"
#include "base/log.h"
#include "store/folder.h"
#include "store/inside.h"
#include "store/migration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static err refuse(struct arena *a, const char *path, struct str *ret_why)
{
    int error = errno;
    *ret_why = str_print(a, "cannot write %s: %s", path, strerrordesc_np(error));
    switch (error) {
    case EEXIST: return BACKUP_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS: return BACKUP_NOT_ALLOWED;
    case ENOENT:
    case ENOTDIR: return BACKUP_NO_FOLDER;
    case ENOSPC:
    case EDQUOT: return fault(ERR_FULL);
    default: return fault(ERR_IO);
    }
}

static int sync_folder_of(const char *path, struct arena *a)
{
    struct str folder = str_from_z(path);
    while (folder.n && folder.s[folder.n - 1] != '/')
        folder.n--;
    const char *name = folder.n ? str_z(a, folder) : ".";
    int fd CLEANUP(close_fd) = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -1 : fsync(fd);
}

/* Some file systems cannot refuse to replace: there, who makes the same file meanwhile loses it. */
static int put_in_place(const char *temporary, const struct backup *b)
{
    if (b->replace)
        return rename(temporary, b->path);
    if (!renameat2(AT_FDCWD, temporary, AT_FDCWD, b->path, RENAME_NOREPLACE))
        return 0;
    if (errno != EINVAL)
        return -1;
    if (!access(b->path, F_OK)) {
        errno = EEXIST;
        return -1;
    }
    return rename(temporary, b->path);
}

static err copy_and_sync(struct db *db, const char *temporary, const char *path, struct arena *a,
                         struct str *ret_why)
{
    int fd CLEANUP(close_fd) = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return refuse(a, path, ret_why);
    err e = db_copy(db, temporary);
    if (e) {
        *ret_why = str_print(a, "cannot copy the database to %s: %s", temporary,
                             e == ERR_FULL ? "the disk is full" : "reading or writing failed");
        return fault(e);
    }
    return fsync(fd) ? refuse(a, temporary, ret_why) : OK;
}

err backup_write(struct db *db, const struct backup *b, struct arena *a, struct str *ret_why)
{
    if (!b->replace && !access(b->path, F_OK)) {
        errno = EEXIST;
        return refuse(a, b->path, ret_why);
    }
    const char *temporary = str_z(a, str_print(a, "%s.%ld.new", b->path, (long)getpid()));
    err e = copy_and_sync(db, temporary, b->path, a, ret_why);
    if (!e && (put_in_place(temporary, b) || sync_folder_of(b->path, a)))
        e = refuse(a, b->path, ret_why);
    if (e && e != BACKUP_NO_FOLDER)
        (void)unlink(temporary); // gone already if it was renamed
    return e;
}

err store_backup(struct store *s, const char *path, struct arena *a, struct str *ret_why)
{
    struct db *db = NULL;
    int64_t tables = 0;
    err e = readers_take(&s->readers, &db);
    if (e) {
        *ret_why = S("the database is busy");
        return e;
    }
    e = db_exec_int(db, "select count(*) from sqlite_schema", &tables); /* pins the snapshot */
    if (e)
        *ret_why = S("the database cannot be read");
    if (!e)
        e = backup_write(db, &(struct backup){ .path = path }, a, ret_why);
    readers_give(&s->readers, db);
    return e;
}

err backup_read_beside(const char *dir, struct arena *a, struct db **ret_db, struct str *ret_why)
{
    struct folder f = { .dir = dir, .lock = -1 };
    f.database = str_z(a, str_print(a, "%s/diurnal.db", dir));
    f.backup = str_z(a, str_print(a, "%s/backup", dir));
    if (access(f.database, F_OK)) {
        bool folder = !access(dir, F_OK);
        *ret_why = str_print(a, "there is no %s %s", folder ? "database in" : "folder", dir);
        return STORE_MISSING;
    }
    db_init();
    struct db *db = NULL;
    err e = db_open(&(struct db_options){ .path = f.database, .kind = DB_READER }, &db);
    struct migrations m = migrations_built_in(a);
    if (!e)
        e = migrations_examine(db, &f, &m, a, ret_why);
    if (e) {
        db_close(db);
        if (!ret_why->n)
            *ret_why = str_print(a, "cannot read %s", f.database);
        return e;
    }
    *ret_db = db;
    return OK;
}

err store_backup_beside(const char *dir, const char *path, struct arena *a, struct str *ret_why)
{
    struct db *db = NULL;
    err e = backup_read_beside(dir, a, &db, ret_why);
    if (e)
        return e;
    e = backup_write(db, &(struct backup){ .path = path }, a, ret_why);
    db_close(db);
    return e;
}
