#include "base/file.h"
#include "base/check.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static err refusal_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR: return FILE_MISSING;
    case EACCES:
    case EPERM:
    case EROFS: return FILE_NOT_ALLOWED;
    case ENOSPC:
    case EDQUOT: return ERR_FULL;
    default: return ERR_IO;
    }
}

static err read_whole(int fd, size_t max, struct arena *a, struct str *ret)
{
    struct stat st;
    if (fstat(fd, &st))
        return refusal_of(errno);
    if (!S_ISREG(st.st_mode))
        return FILE_NOT_REGULAR;
    if (st.st_size < 0 || (uint64_t)st.st_size > max)
        return FILE_TOO_LARGE;
    size_t n = (size_t)st.st_size;
    char *p = arena_new(a, char, n);
    size_t at = 0;
    while (at < n) {
        ssize_t got = read(fd, p + at, n - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refusal_of(errno);
        if (got == 0)
            break; // it was cut while we read
        at += (size_t)got;
    }
    *ret = (struct str){ p, at };
    return OK;
}

err file_read(const char *path, size_t max, struct arena *a, struct str *ret)
{
    int fd CLEANUP(close_fd) =
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // never waits for a pipe
    return fd < 0 ? refusal_of(errno) : read_whole(fd, max, a, ret);
}

err file_read_at(int folder, const char *name, size_t max, struct arena *a, struct str *ret)
{
    int fd CLEANUP(close_fd) = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return errno == ELOOP ? FILE_NOT_REGULAR : refusal_of(errno);
    return read_whole(fd, max, a, ret);
}

static err write_whole(int fd, struct str s)
{
    while (s.n) {
        ssize_t put = write(fd, s.s, s.n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return refusal_of(errno);
        s = str_sub(s, (size_t)put, s.n);
    }
    return fsync(fd) ? refusal_of(errno) : OK;
}

static err sync_folder_of(const char *path, struct arena *a)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    const char *folder = n ? str_z(a, (struct str){ path, n }) : slash ? "/" : ".";
    int fd CLEANUP(close_fd) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fsync(fd) ? refusal_of(errno) : OK;
}

err file_write(const char *path, struct str bytes, unsigned mode, struct arena *a)
{
    struct str beside = str_print(a, "%s.%ld.new", path, (long)getpid());
    const char *temporary = str_z(a, beside);
    (void)unlink(temporary); // left by a process that was killed
    int fd CLEANUP(close_fd) = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return refusal_of(errno);
    err e = write_whole(fd, bytes);
    if (!e && rename(temporary, path))
        e = refusal_of(errno);
    if (e) {
        (void)unlink(temporary); // the refusal or fault is what matters
        return e;
    }
    return sync_folder_of(path, a);
}

const char *file_refusal(err refusal)
{
    switch (refusal) {
    case FILE_MISSING: return "no such file";
    case FILE_TOO_LARGE: return "the file is too large";
    case FILE_NOT_ALLOWED: return "its permissions do not allow it";
    case FILE_NOT_REGULAR: return "it is not a regular file";
    default: return "it cannot be read or written";
    }
}
