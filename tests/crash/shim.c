/*
 * A disk that forgets, preloaded into the server under test (LD_PRELOAD).
 *
 *   SHIM_UNDO=FILE    every write, before it happens, notes in FILE what it overwrites; a sync notes that
 *                     all before it is safe. After a kill -9, tests/crash/power_cut.py puts back what was
 *                     not synced: to the program this is a power cut with the worst possible cache.
 *   SHIM_DELAY_US=N   adds N microseconds to every sync.
 *   SHIM_ONLY=TEXT    only files whose path holds TEXT are noted (default "diurnal.db").
 *
 * A record: magic, kind ('w' write, 't' truncate, 's' sync), path length, offset, length of the old bytes,
 * old size of the file; then path and old bytes. SQLite's shared-memory index is rebuilt at recovery and
 * is not noted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    uint32_t magic, kind, path_length, old_length;
    int64_t offset, old_size;
};
enum { MAGIC = 0x44495552 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int undo_fd = -2;
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

static void find(void)
{
    if (undo_fd != -2)
        return;
    real_pwrite64 = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    real_ftruncate64 = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    const char *path = getenv("SHIM_UNDO");
    undo_fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

static int noted(int fd, char path[PATH_MAX])
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n <= 0)
        return 0;
    path[n] = 0;
    const char *only = getenv("SHIM_ONLY");
    return undo_fd >= 0 && strstr(path, only ? only : "diurnal.db") && !strstr(path, "-shm");
}

static void note(char kind, int fd, const char *path, off64_t offset, size_t length)
{
    struct stat st;
    if (fstat(fd, &st))
        abort();
    size_t old = 0;
    if (kind == 'w' && offset < st.st_size)
        old = (size_t)(st.st_size - offset) < length ? (size_t)(st.st_size - offset) : length;
    if (kind == 't' && offset < st.st_size)
        old = (size_t)(st.st_size - offset);
    char *bytes = malloc(old ? old : 1);
    if (!bytes || (old && pread64(fd, bytes, old, offset) != (ssize_t)old))
        abort();
    struct record r = { MAGIC, (uint32_t)kind, (uint32_t)strlen(path), (uint32_t)old, offset, st.st_size };
    struct iovec parts[] = { { &r, sizeof r }, { (void *)(uintptr_t)path, strlen(path) }, { bytes, old } };
    if (writev(undo_fd, parts, 3) != (ssize_t)(sizeof r + strlen(path) + old))
        abort();
    free(bytes);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
    pthread_mutex_lock(&lock);
    find();
    char path[PATH_MAX];
    if (noted(fd, path))
        note('w', fd, path, offset, n);
    ssize_t put = real_pwrite64(fd, bytes, n, offset);
    pthread_mutex_unlock(&lock);
    return put;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    pthread_mutex_lock(&lock);
    find();
    char path[PATH_MAX];
    if (undo_fd >= 0 && noted(fd, path))
        note('w', fd, path, lseek64(fd, 0, SEEK_CUR), n);
    ssize_t put = real_write(fd, bytes, n);
    pthread_mutex_unlock(&lock);
    return put;
}

int ftruncate64(int fd, off64_t size)
{
    pthread_mutex_lock(&lock);
    find();
    char path[PATH_MAX];
    if (noted(fd, path))
        note('t', fd, path, size, 0);
    int done = real_ftruncate64(fd, size);
    pthread_mutex_unlock(&lock);
    return done;
}

static int sync_with(int fd, int (**real)(int))
{
    pthread_mutex_lock(&lock);
    find();
    char path[PATH_MAX];
    int mine = noted(fd, path);
    pthread_mutex_unlock(&lock);
    const char *delay = getenv("SHIM_DELAY_US");
    if (delay)
        usleep((useconds_t)strtoul(delay, NULL, 10));
    int done = (*real)(fd);
    if (mine && !done) {
        pthread_mutex_lock(&lock);
        note('s', fd, path, 0, 0);
        pthread_mutex_unlock(&lock);
    }
    return done;
}

int fsync(int fd)
{
    return sync_with(fd, &real_fsync);
}

int fdatasync(int fd)
{
    return sync_with(fd, &real_fdatasync);
}
