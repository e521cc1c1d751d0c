#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *under(struct arena *a, const char *dir, const char *name)
{
    return str_z(a, str_print(a, "%s/%s", dir, name));
}

static err refuse_errno(struct arena *a, const char *doing, const char *path, struct str *ret_why)
{
    int error = errno;
    *ret_why = str_print(a, "%s %s: %s", doing, path, strerrordesc_np(error));
    switch (error) {
    case EACCES:
    case EPERM:
    case EROFS: return STORE_READ_ONLY;
    case ENOENT:
    case ENOTDIR: return STORE_MISSING;
    case ENOSPC:
    case EDQUOT: return ERR_FULL;
    default: return ERR_IO;
    }
}

static err make_temporary(struct arena *a, const char **ret_dir, struct str *ret_why)
{
    const char *const parents[] = { "/dev/shm", getenv("TMPDIR"), "/tmp" };
    for (size_t i = 0; i < COUNT(parents); i++) {
        if (!parents[i])
            continue;
        struct str name = str_print(a, "%s/diurnal-XXXXXX", parents[i]);
        char *dir = arena_new(a, char, name.n + 1);
        memcpy(dir, name.s, name.n);
        if (mkdtemp(dir)) {
            *ret_dir = dir;
            return OK;
        }
    }
    return refuse_errno(a, "cannot make a temporary folder in", "/tmp", ret_why);
}

/* The database is made empty here, so that it and what SQLite puts beside it are for us alone. */
static err make_database(struct folder *f, struct arena *a, struct str *ret_why)
{
    int fd = open(f->database, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return refuse_errno(a, "cannot make", f->database, ret_why);
    close(fd);
    return OK;
}

static err find_database(const struct store_options *o, struct folder *f, struct arena *a,
                         struct str *ret_why)
{
    struct stat st;
    if (stat(f->database, &st) == 0) {
        f->fresh = st.st_size == 0;
        return OK;
    }
    if (errno != ENOENT)
        return refuse_errno(a, "cannot look at", f->database, ret_why);
    if (!o->create && !f->temporary) {
        bool folder = !access(f->dir, F_OK);
        *ret_why = str_print(a, "there is no %s %s", folder ? "database in" : "folder", f->dir);
        return STORE_MISSING;
    }
    f->fresh = true;
    return OK;
}

static err hold(struct folder *f, struct arena *a, struct str *ret_why)
{
    const char *path = under(a, f->dir, "lock");
    f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f->lock < 0)
        return refuse_errno(a, "cannot write", path, ret_why);
    if (flock(f->lock, LOCK_EX | LOCK_NB) == 0)
        return OK;
    if (errno != EWOULDBLOCK)
        return refuse_errno(a, "cannot lock", path, ret_why);
    *ret_why = str_print(a, "another process, probably a running server, holds %s", f->dir);
    return STORE_HELD;
}

static err writable(const struct folder *f, struct arena *a, struct str *ret_why)
{
    if (access(f->dir, W_OK | X_OK))
        return refuse_errno(a, "cannot write into", f->dir, ret_why);
    if (!f->fresh && access(f->database, R_OK | W_OK))
        return refuse_errno(a, "cannot write", f->database, ret_why);
    return OK;
}

err folder_open(const struct store_options *o, struct arena *a, struct folder *ret,
                struct str *ret_why)
{
    struct folder f = { .dir = o->dir, .lock = -1, .temporary = !o->dir };
    err e = OK;
    if (f.temporary)
        e = make_temporary(a, &f.dir, ret_why);
    else if (o->create && mkdir(f.dir, 0700) && errno != EEXIST)
        e = refuse_errno(a, "cannot make the folder", f.dir, ret_why);
    if (e)
        return e;
    f.database = under(a, f.dir, "diurnal.db");
    f.backup = under(a, f.dir, "backup");
    e = find_database(o, &f, a, ret_why);
    if (!e)
        e = writable(&f, a, ret_why);
    if (!e)
        e = hold(&f, a, ret_why);
    if (!e)
        e = make_database(&f, a, ret_why);
    if (e) {
        folder_close(&f);
        return e;
    }
    *ret = f;
    return OK;
}

void folder_forget(struct folder *f)
{
    if (!f->temporary)
        return;
    static const char *const names[] = { "diurnal.db", "diurnal.db-wal", "diurnal.db-shm", "lock" };
    int dir = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return;
    for (size_t i = 0; i < COUNT(names); i++)
        (void)unlinkat(dir, names[i], 0); // it need not be there
    close(dir);
    (void)rmdir(f->dir);
}

void folder_close(struct folder *f)
{
    if (f->lock >= 0)
        close(f->lock);
    f->lock = -1;
    folder_forget(f);
}
