#include "store/job.h"
#include "base/check.h"
#include "base/log.h"
#include "store/inside.h"

#include <inttypes.h>
#include <stdatomic.h>

QUERY(insert_job, "insert into job (kind, subject, run_at) values ($1, $2, $3) "
                  "on conflict (kind, subject) where lease_until is null and failed_at is null "
                  "do update set run_at = excluded.run_at where excluded.run_at < job.run_at");
/* The next of a kind, but for those whose twin is running. */
QUERY(next_waiting_job,
      "select id, run_at, subject, attempts from job where kind = $1 "
      "and lease_until is null and failed_at is null and not exists (select 1 from job as twin "
      "where twin.kind = job.kind and twin.subject = job.subject and twin.lease_until > $2) "
      "order by run_at limit 1");
/* At most as many as there are workers, and those that a crash left. */
QUERY(next_leased_job, "select id, lease_until, subject, attempts from job where kind = $1 "
                       "and lease_until is not null order by lease_until limit 1");
QUERY(lease_job, "update job set lease_until = $2, attempts = attempts + 1 where id = $1");
/* The number of the attempt tells whether the lease is still the worker's own. */
QUERY(delete_job, "delete from job where id = $1 and attempts = $2");
QUERY(retry_job, "update job set lease_until = null, run_at = $3, last_error = $4 "
                 "where id = $1 and attempts = $2 and not exists (select 1 from job as twin "
                 "where twin.kind = job.kind and twin.subject = job.subject and twin.id <> job.id "
                 "and twin.lease_until is null and twin.failed_at is null)");
QUERY(merge_job, "update job set attempts = $3, last_error = $4 where kind = $1 and subject = $2 "
                 "and lease_until is null and failed_at is null");
QUERY(fail_job, "update job set lease_until = null, failed_at = $3, last_error = $4 "
                "where id = $1 and attempts = $2");
QUERY(forget_failed, "delete from job where failed_at < $1");
QUERY(free_leases, "update job set lease_until = 0 where lease_until is not null");
QUERY(count_kinds, "select kind, count(*) from job where failed_at is null group by kind");
QUERY(count_job_states,
      "select count(case when lease_until is null and failed_at is null then 1 end), "
      "count(lease_until), count(failed_at), "
      "coalesce(min(case when lease_until is null and failed_at is null then run_at end), 0) "
      "from job");

enum {
    GIVEN_UP_MAX = 100, /* jobs of crashed processes given up in one transaction */
    DISK_PAUSE = 5,     /* seconds, after the store itself failed */
};
#define SLEEP_MAX MINUTE /* the machine's clock may have been set meanwhile */

struct jobs {
    struct jobs_options o;
    struct arena own;
    pthread_t threads[JOB_WORKERS_MAX];
    int running;
    atomic_bool stopping;
    atomic_int_fast64_t rest_at; /* monotonic: when the store may look what memory it can spare */
};

err job_add(struct tx *tx, struct str kind, int64_t subject, int64_t run_at)
{
    check(tx->writing);
    tx->touched->jobs = true;
    struct stmt *q = query_start(tx, &insert_job);
    bind_str(q, 1, kind);
    bind_int(q, 2, subject);
    bind_int(q, 3, run_at);
    return query_run(q, NULL);
}

bool job_stopping(const struct job *job)
{
    return job->workers && atomic_load(&job->workers->stopping);
}

err job_counts(struct tx *tx, struct job_counts *ret)
{
    bool row = false;
    struct stmt *q = query_start(tx, &count_job_states);
    err e = query_step(q, &row);
    if (e)
        return e;
    check(row);
    *ret = (struct job_counts){ .waiting = column_int(q, 0),
                                .running = column_int(q, 1),
                                .failed = column_int(q, 2),
                                .oldest_due = column_int(q, 3) };
    query_end(q);
    return OK;
}

/* What a worker does in one transaction: it ends the job it ran, if any, and leases the next. */
struct turn {
    const struct jobs *jobs;
    int64_t now;
    struct job ended;
    const struct job_kind *ended_kind; /* NULL: none */
    err outcome;
    bool gave_up;

    struct job next;
    const struct job_kind *next_kind; /* NULL: none is due */
    int64_t next_due;                 /* INT64_MAX: nothing is planned */
};

static int tries_of(const struct job_kind *k)
{
    return k->tries ? k->tries : JOB_TRIES_STANDARD;
}

static int64_t wait_before_retry(int attempt)
{
    int64_t wait = JOB_WAIT_FIRST;
    for (int i = 1; i < attempt && wait < JOB_WAIT_MAX; i++)
        wait *= 2;
    return wait < JOB_WAIT_MAX ? wait : JOB_WAIT_MAX;
}

static err run_with(struct tx *tx, const struct query *q, const int64_t values[4], int64_t *ret)
{
    struct stmt *s = query_start(tx, q);
    for (int i = 0; i < 4; i++)
        bind_int(s, i + 1, values[i]);
    return query_run(s, ret);
}

static err delete_ended(struct tx *tx, const struct job *j, int64_t *ret_changes)
{
    struct stmt *q = query_start(tx, &delete_job);
    bind_int(q, 1, j->id);
    bind_int(q, 2, j->attempt);
    return query_run(q, ret_changes);
}

/* The same job was promised again while this one ran: the promise stays, with this one's tries. */
static err merge(struct tx *tx, const struct turn *t)
{
    int64_t changes = 0;
    err e = delete_ended(tx, &t->ended, &changes);
    if (e || !changes)
        return e; /* the lease was over, and another worker has the job */
    struct stmt *q = query_start(tx, &merge_job);
    bind_str(q, 1, t->ended.kind);
    bind_int(q, 2, t->ended.subject);
    bind_int(q, 3, t->ended.attempt);
    bind_int(q, 4, t->outcome);
    return query_run(q, NULL);
}

static err forget_old(struct tx *tx, int64_t now)
{
    struct stmt *q = query_start(tx, &forget_failed);
    bind_int(q, 1, now - JOB_FAILED_KEPT);
    return query_run(q, NULL);
}

static err end_job(struct tx *tx, struct turn *t)
{
    const struct job *j = &t->ended;
    int64_t changes = 0;
    tx->touched->jobs = true; /* the others look too: its twin may run now, or a retry is planned */
    if (!t->outcome)
        return delete_ended(tx, j, NULL);
    t->gave_up = t->outcome > 0 || j->attempt >= tries_of(t->ended_kind);
    int64_t at = t->gave_up ? t->now : t->now + wait_before_retry(j->attempt);
    err e = run_with(tx, t->gave_up ? &fail_job : &retry_job,
                     (int64_t[]){ j->id, j->attempt, at, t->outcome }, &changes);
    if (!e && !changes && !t->gave_up)
        e = merge(tx, t);
    return e || !t->gave_up ? e : forget_old(tx, t->now);
}

/* Takes the row into the turn if it is due before what is there. */
static err consider(struct turn *t, struct stmt *q, const struct job_kind *k)
{
    bool row = false;
    err e = query_step(q, &row);
    if (!e && row && column_int(q, 1) < t->next_due) {
        t->next_due = column_int(q, 1);
        t->next_kind = k;
        t->next = (struct job){ .id = column_int(q, 0),
                                .subject = column_int(q, 2),
                                .kind = k->name,
                                .attempt = (int)column_int(q, 3) + 1,
                                .workers = t->jobs };
    }
    query_end(q);
    return e;
}

static err find_next(struct tx *tx, struct turn *t)
{
    t->next_kind = NULL;
    t->next_due = INT64_MAX;
    for (size_t i = 0; i < t->jobs->o.kind_count; i++) {
        const struct job_kind *k = &t->jobs->o.kinds[i];
        struct stmt *q = query_start(tx, &next_waiting_job);
        bind_str(q, 1, k->name);
        bind_int(q, 2, t->now);
        err e = consider(t, q, k);
        if (e)
            return e;
        q = query_start(tx, &next_leased_job);
        bind_str(q, 1, k->name);
        e = consider(t, q, k);
        if (e)
            return e;
    }
    if (t->next_due > t->now)
        t->next_kind = NULL;
    return OK;
}

/* A job whose last try ended with the process has used up its tries, too. */
static err give_up(struct tx *tx, const struct job *j, int64_t now)
{
    log_event("event=job_failed kind=" STR_FMT " subject=%" PRId64 " attempt=%d why=crash",
              STR_ARG(j->kind), j->subject, j->attempt - 1);
    return run_with(tx, &fail_job, (int64_t[]){ j->id, j->attempt - 1, now, ERR_IO }, NULL);
}

static err lease_next(struct tx *tx, struct turn *t)
{
    for (int i = 0; i < GIVEN_UP_MAX; i++) {
        err e = find_next(tx, t);
        if (e || !t->next_kind)
            return e;
        if (t->next.attempt <= tries_of(t->next_kind)) {
            struct stmt *q = query_start(tx, &lease_job);
            bind_int(q, 1, t->next.id);
            bind_int(q, 2, t->now + JOB_LEASE);
            return query_run(q, NULL);
        }
        e = give_up(tx, &t->next, t->now);
        if (e)
            return e;
    }
    t->next_kind = NULL;
    t->next_due = t->now; /* there are more: again at once */
    return OK;
}

static err take_turn(struct tx *tx, void *arg)
{
    struct turn *t = arg;
    err e = t->ended_kind ? end_job(tx, t) : OK;
    if (!e && !atomic_load(&t->jobs->stopping))
        e = lease_next(tx, t);
    return e;
}

static void run_job(struct turn *t, void *arg)
{
    t->ended = t->next;
    t->ended_kind = t->next_kind;
    t->outcome = t->ended_kind->run(arg, &t->ended);
    t->gave_up = false;
}

static void log_end(const struct turn *t)
{
    if (!t->ended_kind || !t->outcome)
        return;
    log_event("event=%s kind=" STR_FMT " subject=%" PRId64 " attempt=%d code=%d",
              t->gave_up ? "job_failed" : "job_put_off", STR_ARG(t->ended.kind), t->ended.subject,
              t->ended.attempt, t->outcome);
}

static void rest_now_and_then(struct jobs *j)
{
    int64_t now = clock_monotonic();
    int64_t at = atomic_load(&j->rest_at);
    if (now >= at && atomic_compare_exchange_strong(&j->rest_at, &at, now + SLEEP_MAX))
        store_rest(j->o.store);
}

/* Until something is due or promised. */
static void sleep_until_due(struct jobs *j, uint64_t heard, int64_t wait)
{
    struct alarm *due = &j->o.store->jobs_due;
    rest_now_and_then(j);
    alarm_await(due, heard, wait < SLEEP_MAX ? wait : SLEEP_MAX);
}

static void *work(void *arg)
{
    struct jobs *j = arg;
    struct turn t = { .jobs = j };
    for (;;) {
        uint64_t heard = alarm_rings(&j->o.store->jobs_due);
        bool last = atomic_load(&j->stopping);
        t.now = clock_now(j->o.clock);
        t.next_kind = NULL;
        t.next_due = INT64_MAX;
        err e = store_write(j->o.store, take_turn, &t);
        if (e && !last) { /* logged where it failed; what was run ends when the disk is back */
            sleep_until_due(j, heard, DISK_PAUSE * SECOND);
            continue;
        }
        if (last)
            return NULL;
        log_end(&t);
        t.ended_kind = NULL;
        if (t.next_kind)
            run_job(&t, j->o.arg);
        else
            sleep_until_due(j, heard, t.next_due == INT64_MAX ? SLEEP_MAX : t.next_due - t.now);
    }
}

static bool known(const struct jobs_options *o, struct str kind)
{
    for (size_t i = 0; i < o->kind_count; i++)
        if (str_eq(o->kinds[i].name, kind))
            return true;
    return false;
}

static err log_unknown(const struct jobs_options *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct arena a;
    bool row = false;
    err e = store_read(o->store, &tx);
    if (e)
        return e;
    arena_init(&a, 1 << 20);
    struct stmt *q = query_start(&tx, &count_kinds);
    for (e = query_step(q, &row); !e && row && !arena_full(&a); e = query_step(q, &row)) {
        struct str kind = column_str(q, 0, &a);
        if (!known(o, kind))
            log_event("event=job_kind_unknown kind=" STR_FMT " jobs=%" PRId64, STR_ARG(kind),
                      column_int(q, 1));
    }
    arena_free(&a);
    return e;
}

/* The process that held them is gone, for this one holds the data folder. */
static err free_all_leases(struct tx *tx, void *arg)
{
    (void)arg; // the function's shape asks for it
    return query_run(query_start(tx, &free_leases), NULL);
}

static void check_options(const struct jobs_options *o)
{
    check(o->workers >= 1 && o->workers <= JOB_WORKERS_MAX);
    for (size_t i = 0; i < o->kind_count; i++)
        check(o->kinds[i].run && o->kinds[i].tries >= 0 && o->kinds[i].tries <= JOB_TRIES_MAX);
}

err jobs_start(const struct jobs_options *o, struct jobs **ret_jobs)
{
    check_options(o);
    err e = log_unknown(o);
    if (!e)
        e = store_write(o->store, free_all_leases, NULL);
    if (e)
        return e;
    struct arena own;
    arena_init(&own, 1 << 16);
    struct jobs *j = arena_new(&own, struct jobs, 1);
    j->o = *o;
    j->own = own;
    atomic_store(&j->rest_at, clock_monotonic() + SLEEP_MAX);
    for (; j->running < o->workers; j->running++) {
        if (pthread_create(&j->threads[j->running], NULL, work, j)) {
            jobs_stop(j);
            return fault(ERR_LIMIT);
        }
    }
    *ret_jobs = j;
    return OK;
}

void jobs_stop(struct jobs *j)
{
    if (!j)
        return;
    atomic_store(&j->stopping, true);
    alarm_ring(&j->o.store->jobs_due);
    for (int i = 0; i < j->running; i++)
        pthread_join(j->threads[i], NULL);
    struct arena own = j->own;
    arena_free(&own);
}
