#include "unit/store_help.h"

#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARENA_MAX = 1 << 28 }; /* a whole copy fits */

QUERY(count_jobs_of_kind, "select count(*) from job where kind = $1");

struct bed bed_in_memory(void)
{
    struct bed b = { .o = { .readers = 4 } };
    arena_init(&b.a, ARENA_MAX);
    expect(bed_reopen(&b) == OK);
    return b;
}

struct bed bed_in_folder(void)
{
    struct bed b = { .o = { .create = true, .readers = 4 } };
    arena_init(&b.a, ARENA_MAX);
    const char *parent = getenv("TMPDIR");
    struct str name = str_print(&b.a, "%s/diurnal-test-XXXXXX", parent ? parent : "/tmp");
    char *dir = arena_new(&b.a, char, name.n + 1);
    memcpy(dir, name.s, name.n);
    expect(mkdtemp(dir));
    b.o.dir = dir;
    expect(bed_reopen(&b) == OK);
    return b;
}

err bed_reopen(struct bed *b)
{
    bed_close(b);
    return store_open(&b->o, &b->a, &b->s, &b->why);
}

void bed_close(struct bed *b)
{
    store_close(b->s);
    b->s = NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
    (void)st;
    (void)kind;
    (void)f;
    return remove(path);
}

void bed_remove(struct bed *b)
{
    bed_close(b);
    if (b->o.dir)
        expect(!nftw(b->o.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS));
    arena_free(&b->a);
}

const char *bed_path(struct bed *b, const char *name)
{
    return str_z(&b->a, str_print(&b->a, "%s/%s", b->o.dir, name));
}

int64_t jobs_of(struct store *s, struct str kind)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(s, &tx) == OK);
    struct stmt *q = query_start(&tx, &count_jobs_of_kind);
    bind_str(q, 1, kind);
    expect(query_step(q, &row) == OK && row);
    return column_int(q, 0);
}

bool dies(void (*f)(void *arg), void *arg)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        expect(freopen("/dev/null", "w", stderr));
        f(arg);
        _Exit(0);
    }
    int status = 0;
    expect(waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
