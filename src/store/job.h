#pragma once
#include "base/clock.h"
#include "store/store.h"

/*
 * Later work, promised in the same transaction as what it speaks of. A job may run twice (a crash
 * between its work and its end): what it does is idempotent by a unique key.
 *
 * At most one waiting job exists per (kind, subject): promising it again moves its time to the
 * earlier of the two. jobs.c in main lists every kind with its function.
 */
struct job {
    int64_t id, subject;
    struct str kind;
    int attempt;                /* 1 the first time */
    const struct jobs *workers; /* NULL: run by hand, and never asked to stop */
};
MUST_USE err job_add(struct tx *tx, struct str kind, int64_t subject, int64_t run_at);

/*
 * The workers. Each leases one due job at a time and calls its kind's function, outside any
 * transaction:
 *
 *   OK   the job is done; its row goes.
 *   > 0  it can never succeed (its receiver is gone): kept as failed.
 *   < 0  tried again after 10, 20, 40 ... seconds, at most 6 hours apart, until its kind's tries
 * are used up; then kept as failed.
 *
 * A lease lasts JOB_LEASE: whoever holds it longer may find the job run a second time by another
 * worker; so long work is split into several jobs. A process that died while it held leases counts
 * as a try; its jobs run again as soon as workers start. While a job runs, another one of the same
 * kind and subject waits.
 *
 * Workers sleep until the next job is due or one is promised. Kinds that the table lacks stay where
 * they are, and are logged when the workers start. A failed job is logged, counted (job_counts) and
 * kept with its last error for JOB_FAILED_KEPT.
 */
enum { JOB_WORKERS_MAX = 16, JOB_TRIES_MAX = 100, JOB_TRIES_STANDARD = 15 /* about a day */ };
#define JOB_LEASE       (10 * MINUTE)
#define JOB_WAIT_FIRST  (10 * SECOND)
#define JOB_WAIT_MAX    (6 * HOUR)
#define JOB_FAILED_KEPT (30 * DAY)

struct job_kind {
    struct str name;
    err (*run)(void *arg, const struct job *job);
    int tries; /* 0 stands for JOB_TRIES_STANDARD */
};
struct jobs_options {
    struct store *store;
    const struct clock *clock;
    const struct job_kind *kinds;
    size_t kind_count;
    int workers; /* threads, 1..JOB_WORKERS_MAX */
    void *arg;   /* handed to every run() */
};
/* At most one group of workers a store. What the options point to outlives it. */
struct jobs;
MUST_USE err jobs_start(const struct jobs_options *o, struct jobs **ret_jobs);
void jobs_stop(struct jobs *j); /* waits for the running ones to end; NULL is fine */

/* True once jobs_stop() was called: a long job may end early with a fault, and runs again later. */
bool job_stopping(const struct job *job);

struct job_counts {
    int64_t waiting, running, failed;
    int64_t oldest_due; /* when the longest waiting one was to run; 0 when none waits */
};
MUST_USE err job_counts(struct tx *tx, struct job_counts *ret);
