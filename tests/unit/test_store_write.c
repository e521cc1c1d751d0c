#include "base/file.h"
#include "store/inside.h"
#include "store/job.h"
#include "unit/store_help.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without these an acknowledged comment could be lost, or a refused one kept. */

QUERY(rows_of_kind, "select count(*) from job where kind = $1");
QUERY(insert_wide, "insert into job (kind, subject, run_at) values ($1, $2, 0)");

enum { THREADS_MAX = 600 };

/* Holds the batch that leads until it is let go, so that those who come meanwhile form one. */
struct gate {
    atomic_bool entered, open;
};

static err wait_at_gate(struct tx *tx, void *arg)
{
    struct gate *g = arg;
    (void)tx;
    atomic_store(&g->entered, true);
    while (!atomic_load(&g->open))
        sched_yield();
    return OK;
}

/* A writer in a thread of its own. */
struct caller {
    struct store *s;
    pthread_t thread;
    tx_work *work;
    int64_t number;
    struct gate *gate;
    err result;
};

static void *call(void *arg)
{
    struct caller *c = arg;
    c->result = store_write(c->s, c->work, c->gate ? (void *)c->gate : (void *)c);
    return NULL;
}

static void start(struct caller *c)
{
    expect(!pthread_create(&c->thread, NULL, call, c));
}

static void await_forming(struct store *s, int n)
{
    for (int formed = -1; formed != n; sched_yield()) {
        pthread_mutex_lock(&s->writer.lock);
        formed = s->writer.batches[s->writer.forming & 1].n;
        pthread_mutex_unlock(&s->writer.lock);
    }
}

/* Starts one caller at the gate, and `n` that form the batch after it. */
static void form_batch(struct store *s, struct gate *g, struct caller *first, struct caller *rest,
                       int n)
{
    *first = (struct caller){ .s = s, .work = wait_at_gate, .gate = g };
    start(first);
    while (!atomic_load(&g->entered))
        sched_yield();
    for (int i = 0; i < n; i++)
        start(&rest[i]);
    await_forming(s, n < BATCH_MAX ? n : BATCH_MAX);
}

static void finish_batch(struct gate *g, struct caller *first, struct caller *rest, int n)
{
    atomic_store(&g->open, true);
    pthread_join(first->thread, NULL);
    for (int i = 0; i < n; i++)
        pthread_join(rest[i].thread, NULL);
}

static err write_and_answer(struct tx *tx, void *arg)
{
    const struct caller *c = arg;
    err e = job_add(tx, S("row"), c->number, 0);
    tx_touch(tx, "topic/%d", (int)c->number);
    tx_touch(tx, "all");
    if (e)
        return e;
    switch (c->number % 4) {
    case 1: return 17;
    case 2: return ERR_LIMIT;
    default: return OK;
    }
}

struct heard {
    struct store *s;
    atomic_int topics, all;
    int64_t rows_at_first;
    bool wrong;
};

static void hear(void *arg, struct str topic)
{
    struct heard *h = arg;
    if (!atomic_fetch_add(&h->topics, 1))
        h->rows_at_first = jobs_of(h->s, S("row")); /* committed before the hook is called */
    if (str_eq(topic, S("all")))
        atomic_fetch_add(&h->all, 1);
    h->wrong |= str_eq(topic, S("topic/1")) || str_eq(topic, S("topic/2"));
}

TEST(store_batch_undoes_refusals_keeps_their_siblings_and_tells_topics_after_commit)
{
    struct bed b = bed_in_memory();
    struct gate g = { 0 };
    struct heard h = { .s = b.s };
    static struct caller first;
    static struct caller c[16];
    store_set_hook(b.s, hear, &h);
    for (int i = 0; i < 16; i++)
        c[i] = (struct caller){ .s = b.s, .work = write_and_answer, .number = i };
    form_batch(b.s, &g, &first, c, 16);
    finish_batch(&g, &first, c, 16);
    for (int i = 0; i < 16; i++)
        expect(c[i].result == (i % 4 == 1 ? 17 : i % 4 == 2 ? ERR_LIMIT : OK));
    expect(jobs_of(b.s, S("row")) == 8 && h.rows_at_first == 8);
    expect(h.topics == 9 && h.all == 1 && !h.wrong); /* eight of their own, and "all" once */
    struct store_statistics st = store_statistics(b.s);
    expect(st.batches == 2 && st.largest_batch == 16 && st.writes == 17 && st.writes_kept == 9);
    bed_remove(&b);
}

static err write_one(struct tx *tx, void *arg)
{
    const struct caller *c = arg;
    return job_add(tx, S("row"), c->number, 0);
}

TEST(store_batch_takes_its_maximum_and_one_more_waits_for_the_next)
{
    struct bed b = bed_in_memory();
    struct gate g = { 0 };
    static struct caller first;
    static struct caller c[BATCH_MAX + 1];
    for (int i = 0; i <= BATCH_MAX; i++)
        c[i] = (struct caller){ .s = b.s, .work = write_one, .number = i };
    form_batch(b.s, &g, &first, c, BATCH_MAX + 1);
    finish_batch(&g, &first, c, BATCH_MAX + 1);
    for (int i = 0; i <= BATCH_MAX; i++)
        expect(c[i].result == OK);
    struct store_statistics st = store_statistics(b.s);
    expect(st.batches == 3 && st.largest_batch == BATCH_MAX && st.writes == BATCH_MAX + 2);
    expect(jobs_of(b.s, S("row")) == BATCH_MAX + 1);
    bed_remove(&b);
}

TEST(store_writer_whose_turn_does_not_come_is_sent_away_and_writes_nothing)
{
    struct bed b = bed_in_memory();
    b.o.wait_ms = 20;
    expect(bed_reopen(&b) == OK);
    struct gate g = { 0 };
    static struct caller first;
    static struct caller c[3];
    for (int i = 0; i < 3; i++)
        c[i] = (struct caller){ .s = b.s, .work = write_one, .number = i };
    form_batch(b.s, &g, &first, c, 0);
    for (int i = 0; i < 3; i++)
        start(&c[i]);
    for (int i = 0; i < 3; i++)
        pthread_join(c[i].thread, NULL);
    for (int i = 0; i < 3; i++)
        expect(c[i].result == ERR_BUSY);
    finish_batch(&g, &first, c, 0);
    expect(first.result == OK); /* it had begun */
    expect(jobs_of(b.s, S("row")) == 0);
    expect(store_statistics(b.s).busy == 3);
    expect(store_write(b.s, write_one, &c[0]) == OK);
    bed_remove(&b);
}

struct many {
    struct store *s;
    int number;
    pthread_t thread;
};

static err count_own(struct tx *tx, void *arg)
{
    const struct many *m = arg;
    char name[16];
    int n = snprintf(name, sizeof name, "t%d", m->number);
    struct str kind = { name, (size_t)n };
    bool row = false;
    struct stmt *q = query_start(tx, &rows_of_kind);
    bind_str(q, 1, kind);
    err e = query_step(q, &row);
    int64_t rows = row ? column_int(q, 0) : -1;
    query_end(q);
    return e ? e : job_add(tx, kind, rows, 0);
}

static void *write_many(void *arg)
{
    struct many *m = arg;
    for (int i = 0; i < 20; i++) {
        expect(store_write(m->s, count_own, m) == OK);
        expect(jobs_of(m->s, S("t0")) >= 0);
    }
    return NULL;
}

TEST(store_of_64_threads_loses_no_write_among_readers)
{
    struct bed b = bed_in_folder();
    static struct many m[64];
    for (int i = 0; i < 64; i++) {
        m[i] = (struct many){ .s = b.s, .number = i };
        expect(!pthread_create(&m[i].thread, NULL, write_many, &m[i]));
    }
    for (int i = 0; i < 64; i++)
        pthread_join(m[i].thread, NULL);
    expect(jobs_of(b.s, S("t0")) == 20 && jobs_of(b.s, S("t63")) == 20);
    expect(store_statistics(b.s).writes_kept == 1280);
    expect(bed_reopen(&b) == OK);
    expect(jobs_of(b.s, S("t0")) == 20 && jobs_of(b.s, S("t63")) == 20);
    bed_remove(&b);
}

static err touch_two(struct tx *tx, void *arg)
{
    (void)arg;
    char topic[TOPIC_MAX + 1];
    for (int i = 0; i < TOPIC_MAX; i++)
        topic[i] = 'x';
    topic[TOPIC_MAX] = 0;
    tx_touch(tx, "%s", topic);
    return OK;
}

static err touch_too_long(struct tx *tx, void *arg)
{
    (void)arg;
    tx_touch(tx, "%0*d", TOPIC_MAX + 1, 7);
    return OK;
}

static void touch_past_limit(void *arg)
{
    (void)!store_write(arg, touch_too_long, NULL);
}

static err touch_without_end(struct tx *tx, void *arg)
{
    (void)arg;
    err e = job_add(tx, S("row"), 1, 0);
    for (int i = 0; i < TOPICS_MAX_BYTES / 16; i++)
        tx_touch(tx, "comment/%07d", i);
    return e;
}

TEST(store_topics_have_a_longest_and_a_most)
{
    struct bed b = bed_in_memory();
    struct heard h = { .s = b.s };
    store_set_hook(b.s, hear, &h);
    expect(store_write(b.s, touch_two, NULL) == OK && h.topics == 1);
    expect(dies(touch_past_limit, b.s));
    expect(store_write(b.s, touch_without_end, NULL) == OK); /* 16 bytes each: just fits */
    bed_remove(&b);
}

static err touch_one_too_many(struct tx *tx, void *arg)
{
    err e = touch_without_end(tx, arg);
    tx_touch(tx, "x");
    return e;
}

TEST(store_topics_past_their_most_fail_their_writer_whole)
{
    struct bed b = bed_in_memory();
    expect(store_write(b.s, touch_one_too_many, NULL) == ERR_LIMIT);
    expect(jobs_of(b.s, S("row")) == 0);
    expect(store_write(b.s, touch_two, NULL) == OK);
    bed_remove(&b);
}

/* Text of 2,000 bytes or more each: rows that fill pages. */
static err write_wide(struct tx *tx, int64_t number, size_t bytes)
{
    static const char wide[100000] = "wide";
    struct stmt *q = query_start(tx, &insert_wide);
    bind_str(q, 1, (struct str){ wide, bytes });
    bind_int(q, 2, number);
    return query_run(q, NULL);
}

static err write_wide_row(struct tx *tx, void *arg)
{
    const struct caller *c = arg;
    return c->number == 3 ? 5 : write_wide(tx, c->number, 20000);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit l;
    expect(!getrlimit(RLIMIT_FSIZE, &l));
    l.rlim_cur = bytes;
    expect(!setrlimit(RLIMIT_FSIZE, &l));
}

/* The kernel refuses to let the log grow: what a full disk does, at the COMMIT. */
TEST(store_commit_that_fails_fails_its_whole_batch_and_nothing_of_it_stays)
{
    struct bed b = bed_in_folder();
    struct gate g = { 0 };
    struct stat st;
    static struct caller first;
    static struct caller c[8];
    struct heard h = { .s = b.s };
    store_set_hook(b.s, hear, &h);
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 8; i++)
        c[i] = (struct caller){ .s = b.s, .work = write_wide_row, .number = i };
    form_batch(b.s, &g, &first, c, 8);
    expect(!stat(bed_path(&b, "diurnal.db-wal"), &st));
    limit_files((rlim_t)st.st_size);
    finish_batch(&g, &first, c, 8);
    expect(first.result == OK); /* it wrote nothing */
    for (int i = 0; i < 8; i++)
        expect(c[i].result == ERR_FULL); /* the refused one too: it may rest on a sibling's row */
    expect(h.topics == 0 && store_statistics(b.s).batches_failed == 1);
    expect(store_write(b.s, write_wide_row, &c[0]) == ERR_FULL);
    expect(jobs_of(b.s, S("row")) == 0); /* reading goes on */

    limit_files(RLIM_INFINITY); /* somebody made room */
    expect(store_write(b.s, write_one, &c[0]) == OK);
    expect(bed_reopen(&b) == OK);
    struct job_counts n = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(b.s, &tx) == OK && job_counts(&tx, &n) == OK);
    tx_end(&tx);
    expect(n.waiting == 1 && jobs_of(b.s, S("row")) == 1);
    bed_remove(&b);
}

static err fill_up(struct tx *tx, void *arg)
{
    const struct caller *c = arg;
    if (c->number != 5)
        return job_add(tx, S("row"), c->number, 0);
    err e = OK;
    for (int64_t i = 100; !e; i++)
        e = write_wide(tx, i, 2000);
    return e;
}

/* Then SQLite ends the transaction by itself, and later statements would commit one by one. */
TEST(store_full_database_in_one_participant_fails_the_batch_and_leaves_nothing)
{
    struct bed b = bed_in_memory();
    struct gate g = { 0 };
    static struct caller first;
    static struct caller c[8];
    int64_t pages = 0;
    expect(db_exec_int(b.s->writer.db, "pragma page_count", &pages) == OK);
    struct str sql = str_print(&b.a, "pragma max_page_count = %d", (int)pages + 20);
    expect(db_exec_int(b.s->writer.db, str_z(&b.a, sql), &pages) == OK);
    for (int i = 0; i < 8; i++)
        c[i] = (struct caller){ .s = b.s, .work = fill_up, .number = i };
    form_batch(b.s, &g, &first, c, 8);
    finish_batch(&g, &first, c, 8);
    int lost = 0;
    for (int i = 0; i < 8; i++)
        lost += c[i].result == ERR_FULL;
    expect(lost == 8);
    expect(jobs_of(b.s, S("row")) == 0);
    expect(store_write(b.s, write_one, &c[0]) == OK);
    expect(jobs_of(b.s, S("row")) == 1);
    bed_remove(&b);
}

/* A small file system of this process' own; false where the machine does not let us have one. */
static bool mount_small(const char *dir)
{
    if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
        return false;
    return !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
           !mount("tmpfs", dir, "tmpfs", 0, "size=2m");
}

static int64_t write_until_full(struct store *s)
{
    struct caller c = { .s = s, .number = 10 };
    err e = OK;
    for (; !e && c.number < 1000; c.number++)
        e = store_write(s, write_wide_row, &c);
    expect(e == ERR_FULL);
    return c.number - 11;
}

TEST(store_on_a_full_disk_serves_readers_refuses_writers_and_recovers_when_there_is_room)
{
    struct bed b = bed_in_folder();
    static const char ballast[300000];
    const char *dir = b.o.dir;
    struct caller c = { .number = 1 };
    bed_close(&b);
    if (!mount_small(dir)) {
        printf("# skipped: no mounting here; the limit on file sizes is tested above\n");
        bed_remove(&b);
        return;
    }
    expect(file_write(bed_path(&b, "ballast"), (struct str){ ballast, sizeof ballast }, 0600,
                      &b.a) == OK);
    expect(bed_reopen(&b) == OK);
    int64_t kept = write_until_full(b.s);
    for (int i = 0; i < 3; i++)
        expect(store_write(b.s, write_wide_row, &c) == ERR_FULL);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct job_counts n = { 0 };
    expect(store_read(b.s, &tx) == OK && job_counts(&tx, &n) == OK && n.waiting == kept);
    tx_end(&tx);
    expect(!unlink(bed_path(&b, "ballast")));
    expect(store_write(b.s, write_wide_row, &c) == OK);
    expect(bed_reopen(&b) == OK);
    expect(store_read(b.s, &tx) == OK && job_counts(&tx, &n) == OK && n.waiting == kept + 1);
    tx_end(&tx);
    bed_close(&b);
    expect(!umount(dir));
    bed_remove(&b);
}

static err dangle(struct tx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx->db, "insert into child (parent) values (9)");
}

static err add_parent(struct tx *tx, void *arg)
{
    const struct caller *c = arg;
    return c->number == 2 ? dangle(tx, arg) : job_add(tx, S("row"), c->number, 0);
}

TEST(store_dangling_deferred_reference_fails_its_writer_alone)
{
    struct bed b = bed_in_memory();
    struct gate g = { 0 };
    static struct caller first;
    static struct caller c[4];
    expect(db_exec(b.s->writer.db,
                   "create table parent (id integer primary key) strict;"
                   "create table child (parent integer not null references parent (id) "
                   "deferrable initially deferred) strict") == OK);
    for (int i = 0; i < 4; i++)
        c[i] = (struct caller){ .s = b.s, .work = add_parent, .number = i };
    form_batch(b.s, &g, &first, c, 4);
    finish_batch(&g, &first, c, 4);
    for (int i = 0; i < 4; i++)
        expect(c[i].result == (i == 2 ? ERR_DATA : OK));
    expect(jobs_of(b.s, S("row")) == 3);
    bed_remove(&b);
}
