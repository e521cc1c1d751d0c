#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Linked into "faulty", the program as it is with this before its database: the file that FAULTS
 * names holds two numbers and a text, shared with the test. While the first is above zero it is
 * counted down by every step of every statement of the threads that answer requests; the one that
 * takes it to zero fails as on a full disk, the text becomes its statement and the second number
 * one. A rollback needs no room: it never fails.
 */
enum { SQL_MAX = 248 };
struct faults {
    atomic_int left, struck;
    char sql[SQL_MAX]; /* of what failed, cut */
};
static struct faults *faults;

int __real_sqlite3_step(sqlite3_stmt *s);
int __wrap_sqlite3_step(sqlite3_stmt *s);

__attribute__((constructor)) static void faults_open(void)
{
    const char *path = getenv("FAULTS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *at = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED)
        faults = at;
}

static bool counts(sqlite3_stmt *s)
{
    static _Thread_local char name[16];
    if (!name[0])
        (void)pthread_getname_np(pthread_self(), name, sizeof name);
    return !strcmp(name, "worker") && strncmp(sqlite3_sql(s), "rollback", 8) != 0;
}

int __wrap_sqlite3_step(sqlite3_stmt *s)
{
    if (faults && counts(s) && atomic_load(&faults->left) > 0 &&
        atomic_fetch_sub(&faults->left, 1) == 1) {
        strncpy(faults->sql, sqlite3_sql(s), SQL_MAX - 1);
        atomic_store(&faults->struck, 1);
        return SQLITE_FULL;
    }
    return __real_sqlite3_step(s);
}
