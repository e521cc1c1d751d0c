#include "store/inside.h"
#include "store/job.h"
#include "unit/store_help.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

/* Without these a promised mail could go out twice, too early, or never. */

QUERY(job_row, "select run_at, attempts, coalesce(last_error, 0), failed_at is not null, "
               "lease_until is not null from job where kind = $1 and subject = $2");
QUERY(lease_by_hand, "update job set lease_until = $1, attempts = $2 where subject = $3");

enum { NOON = 1000000 }; /* where the test's clock stands */

struct office {
    struct bed b;
    struct clock clock;
    struct jobs *jobs;
    sem_t ran; /* one post a run, after it */
    sem_t go;  /* for `slow`: one wait a run */
    sem_t began;
    err answer;
    atomic_int runs, side_by_side, most_side_by_side, last_attempt;
};

static err run_quick(void *arg, const struct job *j)
{
    struct office *o = arg;
    atomic_fetch_add(&o->runs, 1);
    atomic_store(&o->last_attempt, j->attempt);
    err e = o->answer;
    sem_post(&o->ran);
    return e;
}

static err run_slow(void *arg, const struct job *j)
{
    struct office *o = arg;
    int beside = atomic_fetch_add(&o->side_by_side, 1) + 1;
    if (beside > atomic_load(&o->most_side_by_side))
        atomic_store(&o->most_side_by_side, beside);
    int run = atomic_fetch_add(&o->runs, 1) + 1;
    atomic_store(&o->last_attempt, j->attempt);
    sem_post(&o->began);
    sem_wait(&o->go);
    atomic_fetch_sub(&o->side_by_side, 1);
    sem_post(&o->ran);
    return run == 1 ? OK : o->answer;
}

static err run_until_stopped(void *arg, const struct job *j)
{
    struct office *o = arg;
    sem_post(&o->began);
    while (!job_stopping(j))
        sched_yield();
    atomic_fetch_add(&o->runs, 1);
    return ERR_BUSY;
}

static const struct job_kind kinds[] = {
    { { "quick", 5 }, run_quick, 3 },
    { { "slow", 4 }, run_slow, 0 },
    { { "long", 4 }, run_until_stopped, 0 },
};

static void office_open(struct office *o)
{
    o->b = bed_in_memory();
    o->clock.fixed = NOON;
    expect(!sem_init(&o->ran, 0, 0) && !sem_init(&o->go, 0, 0) && !sem_init(&o->began, 0, 0));
}

static void hire(struct office *o, int workers)
{
    struct jobs_options options = { .store = o->b.s,
                                    .clock = &o->clock,
                                    .kinds = kinds,
                                    .kind_count = COUNT(kinds),
                                    .workers = workers,
                                    .arg = o };
    expect(jobs_start(&options, &o->jobs) == OK);
}

static void dismiss(struct office *o)
{
    jobs_stop(o->jobs);
    o->jobs = NULL;
}

static void office_close(struct office *o)
{
    dismiss(o);
    bed_remove(&o->b);
}

struct promise {
    struct str kind;
    int64_t subject, run_at;
    err answer;
};

static err make_promise(struct tx *tx, void *arg)
{
    const struct promise *p = arg;
    err e = job_add(tx, p->kind, p->subject, p->run_at);
    return e ? e : p->answer;
}

static void promise(struct office *o, struct str kind, int64_t subject, int64_t run_at)
{
    struct promise p = { kind, subject, run_at, OK };
    expect(store_write(o->b.s, make_promise, &p) == OK);
}

static struct job_counts counts(struct office *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct job_counts n = { 0 };
    expect(store_read(o->b.s, &tx) == OK && job_counts(&tx, &n) == OK);
    return n;
}

struct row {
    int64_t run_at, attempts, error;
    bool failed, leased;
};

static struct row row_of(struct office *o, struct str kind, int64_t subject)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(o->b.s, &tx) == OK);
    struct stmt *q = query_start(&tx, &job_row);
    bind_str(q, 1, kind);
    bind_int(q, 2, subject);
    expect(query_step(q, &row) == OK && row);
    return (struct row){ column_int(q, 0), column_int(q, 1), column_int(q, 2),
                         column_int(q, 3) != 0, column_int(q, 4) != 0 };
}

struct by_hand {
    int64_t lease, attempts, subject;
};

static err set_lease(struct tx *tx, void *arg)
{
    const struct by_hand *h = arg;
    struct stmt *q = query_start(tx, &lease_by_hand);
    bind_int(q, 1, h->lease);
    bind_int(q, 2, h->attempts);
    bind_int(q, 3, h->subject);
    return query_run(q, NULL);
}

TEST(job_runs_when_promised_and_its_row_goes)
{
    static struct office o;
    office_open(&o);
    hire(&o, 2);
    promise(&o, S("quick"), 1, NOON - 5); /* the workers are asleep, and hear it */
    sem_wait(&o.ran);
    promise(&o, S("quick"), 2, NOON); /* due to the microsecond */
    sem_wait(&o.ran);
    promise(&o, S("quick"), 3, NOON + 1);
    dismiss(&o);
    expect(o.runs == 2 && o.last_attempt == 1);
    struct job_counts n = counts(&o);
    expect(n.waiting == 1 && n.running == 0 && n.failed == 0 && n.oldest_due == NOON + 1);
    office_close(&o);
}

TEST(job_of_a_refused_transaction_does_not_exist)
{
    static struct office o;
    office_open(&o);
    struct promise p = { S("quick"), 1, 0, 7 };
    expect(store_write(o.b.s, make_promise, &p) == 7);
    expect(counts(&o).waiting == 0);
    office_close(&o);
}

TEST(job_promised_twice_runs_once_at_the_earlier_time)
{
    static struct office o;
    office_open(&o);
    promise(&o, S("quick"), 1, NOON + 10);
    promise(&o, S("quick"), 1, NOON + 20);
    expect(row_of(&o, S("quick"), 1).run_at == NOON + 10);
    promise(&o, S("quick"), 1, NOON - 1);
    expect(row_of(&o, S("quick"), 1).run_at == NOON - 1 && counts(&o).waiting == 1);
    hire(&o, 2);
    sem_wait(&o.ran);
    dismiss(&o);
    expect(o.runs == 1 && counts(&o).waiting == 0);
    office_close(&o);
}

TEST(job_that_faults_is_put_off_longer_each_time_and_then_kept_as_failed)
{
    static struct office o;
    office_open(&o);
    o.answer = ERR_IO;
    promise(&o, S("quick"), 1, NOON);
    for (int attempt = 1; attempt <= 3; attempt++) { /* its kind's tries */
        hire(&o, 1);
        sem_wait(&o.ran);
        dismiss(&o);
        struct row r = row_of(&o, S("quick"), 1);
        expect(r.attempts == attempt && r.error == ERR_IO && !r.leased);
        expect(r.failed == (attempt == 3));
        if (!r.failed)
            expect(r.run_at == o.clock.fixed + (attempt == 1 ? 10 : 20) * SECOND);
        o.clock.fixed = r.run_at;
    }
    struct job_counts n = counts(&o);
    expect(n.failed == 1 && n.waiting == 0);
    o.clock.fixed += JOB_FAILED_KEPT;
    hire(&o, 1);
    promise(&o, S("quick"), 1, NOON); /* one that failed does not stand in the way */
    sem_wait(&o.ran);
    dismiss(&o);
    expect(counts(&o).waiting == 1 && counts(&o).failed == 1);
    office_close(&o);
}

TEST(job_that_is_refused_fails_at_once_and_is_forgotten_in_the_end)
{
    static struct office o;
    office_open(&o);
    o.answer = 4;
    promise(&o, S("quick"), 1, NOON);
    hire(&o, 1);
    sem_wait(&o.ran);
    dismiss(&o);
    struct row r = row_of(&o, S("quick"), 1);
    expect(r.failed && r.error == 4 && r.attempts == 1);
    o.clock.fixed += JOB_FAILED_KEPT + 1;
    promise(&o, S("quick"), 2, NOON);
    hire(&o, 1);
    sem_wait(&o.ran);
    dismiss(&o);
    expect(counts(&o).failed == 1 && row_of(&o, S("quick"), 2).failed);
    office_close(&o);
}

TEST(job_whose_lease_ends_is_leased_by_another_and_the_first_cannot_end_it)
{
    static struct office o;
    office_open(&o);
    o.answer = ERR_IO; /* of the second run */
    hire(&o, 2);
    promise(&o, S("slow"), 1, NOON);
    sem_wait(&o.began);
    expect(row_of(&o, S("slow"), 1).leased);
    struct by_hand over = { NOON, 1, 1 };
    expect(store_write(o.b.s, set_lease, &over) == OK);
    promise(&o, S("quick"), 9, NOON + HOUR); /* wakes the other */
    sem_wait(&o.began);
    sem_post(&o.go);
    sem_post(&o.go);
    sem_wait(&o.ran);
    sem_wait(&o.ran);
    dismiss(&o);
    struct row r = row_of(&o, S("slow"), 1);
    expect(o.runs == 2 && o.most_side_by_side == 2);
    expect(r.attempts == 2 && r.run_at == NOON + 20 * SECOND); /* the second's word counts */
    office_close(&o);
}

TEST(job_that_a_crash_left_leased_runs_again_when_workers_start)
{
    static struct office o;
    office_open(&o);
    promise(&o, S("quick"), 1, NOON);
    struct by_hand left = { NOON + JOB_LEASE, 1, 1 };
    expect(store_write(o.b.s, set_lease, &left) == OK);
    hire(&o, 1);
    sem_wait(&o.ran);
    dismiss(&o);
    expect(o.last_attempt == 2 && counts(&o).running == 0);
    office_close(&o);
}

TEST(job_that_crashes_the_program_each_time_is_given_up)
{
    static struct office o;
    office_open(&o);
    promise(&o, S("quick"), 1, NOON);
    promise(&o, S("quick"), 2, NOON + 1);
    struct by_hand left = { NOON + JOB_LEASE, 3, 1 };
    expect(store_write(o.b.s, set_lease, &left) == OK);
    o.clock.fixed++;
    hire(&o, 1);
    sem_wait(&o.ran);
    dismiss(&o);
    expect(o.runs == 1 && row_of(&o, S("quick"), 1).failed && counts(&o).waiting == 0);
    office_close(&o);
}

TEST(job_promised_while_its_twin_runs_waits_for_its_end)
{
    static struct office o;
    office_open(&o);
    hire(&o, 3);
    promise(&o, S("slow"), 1, NOON);
    sem_wait(&o.began);
    promise(&o, S("slow"), 1, NOON);
    promise(&o, S("quick"), 1, NOON); /* others go on meanwhile */
    sem_wait(&o.ran);
    struct job_counts n = counts(&o);
    expect(n.waiting == 1 && n.running >= 1); /* the quick one may still be ending */
    sem_post(&o.go);
    sem_wait(&o.began);
    sem_post(&o.go);
    sem_wait(&o.ran);
    sem_wait(&o.ran);
    dismiss(&o);
    expect(o.most_side_by_side == 1 && counts(&o).waiting == 0);
    office_close(&o);
}

TEST(job_that_faults_while_promised_anew_keeps_one_row_and_its_tries)
{
    static struct office o;
    office_open(&o);
    o.answer = ERR_IO;
    o.runs = 1; /* so that run_slow answers with it */
    hire(&o, 1);
    promise(&o, S("slow"), 1, NOON);
    sem_wait(&o.began);
    promise(&o, S("slow"), 1, NOON + HOUR);
    sem_post(&o.go);
    sem_wait(&o.ran);
    dismiss(&o);
    struct row r = row_of(&o, S("slow"), 1);
    expect(counts(&o).waiting == 1 && counts(&o).running == 0);
    expect(r.run_at == NOON + HOUR && r.attempts == 1 && r.error == ERR_IO);
    office_close(&o);
}

TEST(job_of_an_unknown_kind_stays_where_it_is)
{
    static struct office o;
    office_open(&o);
    promise(&o, S("mystery"), 1, NOON - 100);
    promise(&o, S("quick"), 1, NOON);
    hire(&o, 2);
    sem_wait(&o.ran);
    dismiss(&o);
    struct row r = row_of(&o, S("mystery"), 1);
    expect(r.attempts == 0 && !r.leased && !r.failed && counts(&o).waiting == 1);
    office_close(&o);
}

TEST(job_that_is_long_hears_that_its_workers_stop_and_runs_again_later)
{
    static struct office o;
    office_open(&o);
    promise(&o, S("long"), 1, NOON);
    hire(&o, JOB_WORKERS_MAX);
    sem_wait(&o.began);
    dismiss(&o);
    struct row r = row_of(&o, S("long"), 1);
    expect(o.runs == 1 && r.attempts == 1 && !r.leased && !r.failed);
    office_close(&o);
}

/* On the machine's clock: nothing is promised anew, the worker itself wakes. */
TEST(job_due_in_a_moment_is_run_by_a_sleeping_worker)
{
    static struct office o;
    office_open(&o);
    o.clock.fixed = 0;
    hire(&o, 1);
    int64_t due = clock_now(&o.clock) + 30000;
    promise(&o, S("quick"), 1, due);
    sem_wait(&o.ran);
    expect(clock_now(&o.clock) >= due);
    office_close(&o);
}

TEST(job_wait_before_a_retry_doubles_to_six_hours)
{
    static struct office o;
    office_open(&o);
    o.answer = ERR_IO;
    o.runs = 1;
    promise(&o, S("slow"), 1, NOON);
    struct by_hand left = { NOON + JOB_LEASE, 13, 1 };
    expect(store_write(o.b.s, set_lease, &left) == OK);
    sem_post(&o.go);
    hire(&o, 1);
    sem_wait(&o.ran);
    dismiss(&o);
    struct row r = row_of(&o, S("slow"), 1);
    expect(r.attempts == 14 && r.run_at == NOON + 6 * HOUR && !r.failed);
    office_close(&o);
}
