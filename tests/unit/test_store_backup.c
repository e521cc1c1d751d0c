#include "base/file.h"
#include "store/inside.h"
#include "store/job.h"
#include "unit/store_help.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without these a backup could turn out to be none on the day it is needed. */

QUERY(spoil_job, "update job set failed_at = 1, lease_until = 1 where subject = $1");

struct busy {
    struct store *s;
    atomic_bool *stop;
    atomic_int_fast64_t written;
    int64_t number;
    pthread_t thread;
};

static err write_pair(struct tx *tx, void *arg)
{
    struct busy *w = arg;
    int64_t subject = w->number * 1000000 + atomic_load(&w->written);
    err e = job_add(tx, S("left"), subject, 0);
    return e ? e : job_add(tx, S("right"), subject, 0);
}

static void *write_on(void *arg)
{
    struct busy *w = arg;
    while (!atomic_load(w->stop)) {
        expect(store_write(w->s, write_pair, w) == OK);
        atomic_fetch_add(&w->written, 1);
    }
    return NULL;
}

static void print_finding(void *arg, const struct store_finding *f)
{
    struct str *last = arg;
    printf("# %.*s: %.*s\n", STR_ARG(f->check), STR_ARG(f->row));
    *last = (struct str){ 0 };
}

static int64_t findings(struct store *s)
{
    int64_t n = -1;
    struct str last;
    expect(store_check(s, print_finding, &last, &n) == OK);
    return n;
}

static int names_with(const char *dir, const char *part)
{
    int n = 0;
    DIR *d = opendir(dir);
    expect(d);
    for (const struct dirent *e = readdir(d); e; e = readdir(d))
        n += strstr(e->d_name, part) != NULL;
    closedir(d);
    return n;
}

/* The copy, put into an empty folder as an operator would. */
static struct bed restore(struct bed *b, const char *copy)
{
    struct bed r = bed_in_folder();
    struct str bytes = { 0 };
    bed_close(&r);
    expect(file_read(copy, 1 << 28, &b->a, &bytes) == OK);
    expect(file_write(bed_path(&r, "diurnal.db"), bytes, 0600, &b->a) == OK);
    r.o.create = false;
    expect(bed_reopen(&r) == OK);
    return r;
}

static int64_t written_by(struct busy *w, int n)
{
    int64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += atomic_load(&w[i].written);
    return sum;
}

TEST(store_backup_while_eight_threads_write_is_whole_and_can_be_restored)
{
    struct bed b = bed_in_folder();
    struct str why = { 0 };
    atomic_bool stop = false;
    static struct busy w[8];
    for (int i = 0; i < 8; i++) {
        w[i] = (struct busy){ .s = b.s, .stop = &stop, .number = i };
        expect(!pthread_create(&w[i].thread, NULL, write_on, &w[i]));
    }
    while (written_by(w, 8) < 500)
        sched_yield();
    int64_t before = written_by(w, 8);
    const char *copy = bed_path(&b, "copy.db");
    expect(store_backup(b.s, copy, &b.a, &why) == OK);
    int64_t after = written_by(w, 8) + 8; /* one each may have been under way */
    atomic_store(&stop, true);
    for (int i = 0; i < 8; i++)
        pthread_join(w[i].thread, NULL);

    struct stat st;
    expect(!stat(copy, &st) && (st.st_mode & 0777) == 0600);
    expect(names_with(b.o.dir, ".new") == 0 && names_with(b.o.dir, "copy.db") == 1);
    struct bed r = restore(&b, copy);
    int64_t left = jobs_of(r.s, S("left"));
    expect(left == jobs_of(r.s, S("right"))); /* whole transactions only */
    expect(left >= before && left <= after);
    expect(findings(r.s) == 0 && findings(b.s) == 0);
    bed_remove(&r);
    bed_remove(&b);
}

TEST(store_backup_replaces_nothing_and_says_why)
{
    struct bed b = bed_in_folder();
    struct str why = { 0 };
    struct str now = { 0 };
    size_t at = 0;
    const char *taken = bed_path(&b, "taken");
    expect(file_write(taken, S("mine"), 0600, &b.a) == OK);
    expect(store_backup(b.s, taken, &b.a, &why) == BACKUP_EXISTS);
    expect(str_find(why, S("exists"), &at));
    expect(file_read(taken, 100, &b.a, &now) == OK);
    expect_str(now, S("mine"));
    expect(store_backup(b.s, bed_path(&b, "no/such/folder"), &b.a, &why) == BACKUP_NO_FOLDER);
    bed_remove(&b);
}

TEST(store_backup_into_a_folder_that_may_not_be_written_says_so)
{
    struct bed b = bed_in_folder();
    struct str why = { 0 };
    expect(jobs_of(b.s, S("x")) == 0); /* a connection is open before the rights go */
    const char *closed = bed_path(&b, "closed");
    bool root = getuid() == 0;
    expect(!mkdir(closed, 0555) && !chmod(b.o.dir, 0755));
    if (root)
        expect(!setresuid(65534, 65534, 0)); /* root may write everywhere */
    expect(store_backup(b.s, bed_path(&b, "closed/copy"), &b.a, &why) == BACKUP_NOT_ALLOWED);
    if (root)
        expect(!setresuid(0, 0, 0));
    bed_remove(&b);
}

TEST(store_backup_onto_a_full_disk_leaves_nothing)
{
    struct bed b = bed_in_folder();
    struct str why = { 0 };
    size_t at = 0;
    signal(SIGXFSZ, SIG_IGN);
    expect(!setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 8192, RLIM_INFINITY }));
    expect(store_backup(b.s, bed_path(&b, "copy.db"), &b.a, &why) == ERR_FULL);
    expect(str_find(why, S("full"), &at));
    expect(names_with(b.o.dir, "copy") == 0);
    expect(!setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }));
    expect(store_backup(b.s, bed_path(&b, "copy.db"), &b.a, &why) == OK);
    bed_remove(&b);
}

static err add_ten(struct tx *tx, void *arg)
{
    err e = OK;
    (void)arg;
    for (int64_t i = 1; !e && i <= 10; i++)
        e = job_add(tx, S("mail"), i, 0);
    return e;
}

static err spoil_one(struct tx *tx, void *arg)
{
    (void)arg;
    struct stmt *q = query_start(tx, &spoil_job);
    bind_int(q, 1, 4);
    return query_run(q, NULL);
}

static void keep_finding(void *arg, const struct store_finding *f)
{
    struct bed *b = arg;
    expect_str(f->check, S("job_states"));
    expect_str(f->must_hold, S("a job either waits, runs or has failed"));
    b->why = str_copy(&b->a, f->row);
}

TEST(store_check_names_what_does_not_hold_and_the_row)
{
    struct bed b = bed_in_memory();
    int64_t n = -1;
    expect(store_write(b.s, add_ten, NULL) == OK);
    expect(findings(b.s) == 0);
    expect(store_write(b.s, spoil_one, NULL) == OK);
    expect(store_check(b.s, keep_finding, &b, &n) == OK && n == 1);
    expect_str(b.why, S("id=4"));
    bed_remove(&b);
}

static err add_thousands(struct tx *tx, void *arg)
{
    err e = OK;
    (void)arg;
    for (int64_t i = 1; !e && i <= 3000; i++)
        e = job_add(tx, S("mail"), i * 7919 % 3001, i);
    return e;
}

/* Scribbles over the last pages, which hold rows or indexes; the first page, with the schema,
 * stays. */
static void damage(const char *path)
{
    struct stat st;
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    expect(!stat(path, &st));
    int fd = open(path, O_WRONLY);
    for (off_t at = st.st_size - (off_t)sizeof noise * 8; at < st.st_size; at += 4096)
        expect(pwrite(fd, noise, sizeof noise, at) == (ssize_t)sizeof noise);
    close(fd);
}

static void count_finding(void *arg, const struct store_finding *f)
{
    int64_t *n = arg;
    *n += f->row.n > 0;
}

TEST(store_check_finds_damage_in_the_file)
{
    struct bed b = bed_in_folder();
    expect(store_write(b.s, add_thousands, NULL) == OK);
    bed_close(&b);
    damage(bed_path(&b, "diurnal.db"));
    expect(bed_reopen(&b) == OK); /* to look at all of it would take too long at each start */
    int64_t told = 0;
    int64_t n = 0;
    err e = store_check(b.s, count_finding, &told, &n);
    expect(told > 0 && (e == OK ? n == told : e == ERR_DATA));
    bed_remove(&b);
}
