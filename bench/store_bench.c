/*
 * How many small durable writes a second the store acknowledges: group commit against one
 * transaction each, in the same run and on the same disk.
 *
 *     store_bench FOLDER [SECONDS]
 *
 * FOLDER is made, must not exist, lies on the disk to be measured, and is left for a look inside.
 * Each write promises a job: one row in one table with its indexes. "one each" puts a lock around
 * store_write(), so that every batch has one participant.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/scan.h"
#include "store/job.h"
#include "store/store.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS_MAX = 256, WAITS_MAX = 1 << 20 };

struct run {
    struct store *store;
    bool alone;
    pthread_mutex_t one;
    atomic_bool stop;
    atomic_int_fast64_t next;
};
struct client {
    struct run *run;
    pthread_t thread;
    int64_t writes, waits_micros, longest;
};

static err promise(struct tx *tx, void *arg)
{
    const int64_t *subject = arg;
    return job_add(tx, S("bench"), *subject, 0);
}

static void write_one(struct client *c)
{
    struct run *r = c->run;
    int64_t subject = atomic_fetch_add(&r->next, 1);
    int64_t began = clock_monotonic();
    if (r->alone)
        pthread_mutex_lock(&r->one);
    err e = store_write(r->store, promise, &subject);
    if (r->alone)
        pthread_mutex_unlock(&r->one);
    check(!e);
    int64_t waited = clock_monotonic() - began;
    c->writes++;
    c->waits_micros += waited;
    if (waited > c->longest)
        c->longest = waited;
}

static void *client_run(void *arg)
{
    struct client *c = arg;
    while (!atomic_load(&c->run->stop))
        write_one(c);
    return NULL;
}

static double measure(struct run *r, int threads, int seconds, bool alone)
{
    static struct client clients[THREADS_MAX];
    r->alone = alone;
    atomic_store(&r->stop, false);
    int64_t began = clock_monotonic();
    for (int i = 0; i < threads; i++) {
        clients[i] = (struct client){ .run = r };
        check(!pthread_create(&clients[i].thread, NULL, client_run, &clients[i]));
    }
    struct timespec pause = { .tv_sec = seconds };
    nanosleep(&pause, NULL);
    atomic_store(&r->stop, true);
    int64_t writes = 0;
    int64_t waits = 0;
    int64_t longest = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(clients[i].thread, NULL);
        writes += clients[i].writes;
        waits += clients[i].waits_micros;
        longest = clients[i].longest > longest ? clients[i].longest : longest;
    }
    double took = (double)(clock_monotonic() - began) / 1e6;
    printf("%7d  %-12s %9.0f  %9.2f  %9.1f\n", threads, alone ? "one each" : "group commit",
           (double)writes / took, (double)waits / (double)writes / 1e3, (double)longest / 1e3);
    fflush(stdout);
    return (double)writes / took;
}

int main(int argc, char **argv)
{
    int64_t seconds = 3;
    if (argc < 2 || argc > 3 || (argc == 3 && !int_parse(str_from_z(argv[2]), 1, 600, &seconds))) {
        fprintf(stderr, "use: store_bench FOLDER [SECONDS]\n");
        return 2;
    }
    struct arena a;
    arena_init(&a, 1 << 20);
    struct str why;
    struct run r = { .one = PTHREAD_MUTEX_INITIALIZER };
    struct store_options o = { .dir = argv[1], .create = true, .readers = 1 };
    if (store_open(&o, &a, &r.store, &why))
        return 1;
    static const int threads[] = { 1, 16, 64, 256 };
    printf("threads  how          writes/s   mean ms  longest ms\n");
    for (size_t i = 0; i < COUNT(threads); i++) {
        double one = measure(&r, threads[i], (int)seconds, true);
        double group = measure(&r, threads[i], (int)seconds, false);
        printf("%7d  ratio %18.1f\n", threads[i], group / one);
    }
    store_close(r.store);
    arena_free(&a);
    return 0;
}
