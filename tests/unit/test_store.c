#include "store/job.h"
#include "store/store.h"
#include "unit/test.h"

/* Without these an acknowledged comment could be lost, or a refused one kept. */

QUERY(count_jobs, "select count(*) from job where kind = $1");

static struct store *fresh_store(struct arena *a)
{
    struct store *s = NULL;
    struct str why;
    arena_init(a, 1 << 20);
    expect(store_open(&(struct store_options){ .readers = 4 }, a, &s, &why) == OK);
    return s;
}

static int64_t jobs_of(struct store *s, struct str kind)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(s, &tx) == OK);
    struct stmt *q = query_start(&tx, &count_jobs);
    bind_str(q, 1, kind);
    expect(query_step(q, &row) == OK && row);
    return column_int(q, 0);
}

static err promise_two(struct tx *tx, void *arg)
{
    const int *answer = arg;
    err e = job_add(tx, S("mail"), 1, 10);
    if (!e)
        e = job_add(tx, S("mail"), 2, 10);
    return e ? e : *answer;
}

TEST(store_keeps_what_work_wrote_and_undoes_a_refusal_whole)
{
    struct arena a;
    struct store *s = fresh_store(&a);
    int refusal = 3;
    expect(store_write(s, promise_two, &refusal) == 3);
    expect(jobs_of(s, S("mail")) == 0);
    int fine = 0;
    expect(store_write(s, promise_two, &fine) == OK);
    expect(jobs_of(s, S("mail")) == 2);
    store_close(s);
    arena_free(&a);
}
