/*
 * How many comments a second are acknowledged after they are on the disk, without HTTP: clients
 * that each prepare a comment (check, render), store it in the next batch, and wait.
 *
 *     comment_bench FOLDER [SECONDS [CLIENTS]]
 *
 * FOLDER is made, must not exist, and lies on the disk to be measured. Each comment comes from a
 * visitor and an address of its own; five of six are replies to recent comments.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/scan.h"
#include "discussion/comment.h"
#include "newsroom.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CLIENTS_MAX = 256, LATEST = 1024 };

struct run {
    struct newsroom room;
    struct recent *recent;
    atomic_bool stop;
    atomic_int_fast64_t next;
    atomic_int_fast64_t latest[LATEST];
};
struct client {
    struct run *run;
    pthread_t thread;
    int64_t comments, waited, longest;
};
struct say {
    struct comment_draft draft;
    struct comment_added added;
};

static err add(struct tx *tx, void *arg)
{
    struct say *say = arg;
    return comment_add(tx, &say->draft, &say->added);
}

static void say_one(struct client *c, struct arena *a)
{
    struct run *r = c->run;
    struct comment_problems problems = { 0 };
    int64_t n = atomic_fetch_add(&r->next, 1);
    struct str visitor = str_print(a, "%016" PRIx64, (uint64_t)n * UINT64_C(0x9E3779B97F4A7C15));
    struct str body = str_print(a,
                                "Number %" PRId64 ": the water stood in the cellar by six, and "
                                "the harbour office told us nothing until noon.",
                                n);
    struct say say = { .draft = { .report = 1,
                                  .parent = n % 6 ? atomic_load(&r->latest[n % LATEST]) : 0,
                                  .name = S("Marta Quint"),
                                  .body = body,
                                  .visitor = visitor,
                                  .recent = r->recent,
                                  .address = visitor,
                                  .prefix = visitor,
                                  .now = INT64_C(1525428000) * SECOND + n } };
    int64_t began = clock_monotonic();
    check(comment_prepare(&say.draft, r->room.setup.config, a, &problems) == OK);
    check(store_write(r->room.store, add, &say) == OK);
    int64_t waited = clock_monotonic() - began;
    atomic_store(&r->latest[(n + 7) % LATEST], say.added.id);
    c->comments++;
    c->waited += waited;
    c->longest = waited > c->longest ? waited : c->longest;
}

static void *client_run(void *arg)
{
    struct client *c = arg;
    struct arena a;
    arena_init(&a, 1 << 20);
    while (!atomic_load(&c->run->stop)) {
        say_one(c, &a);
        arena_reset(&a);
    }
    arena_free(&a);
    return NULL;
}

static void measure(struct run *r, int64_t seconds, int64_t clients)
{
    static struct client all[CLIENTS_MAX];
    int64_t comments = 0;
    int64_t waited = 0;
    int64_t longest = 0;
    int64_t began = clock_monotonic();
    for (int64_t i = 0; i < clients; i++) {
        all[i] = (struct client){ .run = r };
        check(pthread_create(&all[i].thread, NULL, client_run, &all[i]) == 0);
    }
    struct timespec pause = { .tv_sec = seconds };
    check(nanosleep(&pause, NULL) == 0);
    atomic_store(&r->stop, true);
    for (int64_t i = 0; i < clients; i++) {
        check(pthread_join(all[i].thread, NULL) == 0);
        comments += all[i].comments;
        waited += all[i].waited;
        longest = all[i].longest > longest ? all[i].longest : longest;
    }
    int64_t took = clock_monotonic() - began;
    printf("comments clients=%" PRId64 " per_second=%" PRId64 " mean_us=%" PRId64
           " longest_us=%" PRId64 "\n",
           clients, comments * SECOND / took, waited / comments, longest);
}

int main(int argc, char **argv)
{
    int64_t seconds = 10;
    int64_t clients = 64;
    if (argc < 2 || (argc > 2 && !int_parse(str_from_z(argv[2]), 1, 3600, &seconds)) ||
        (argc > 3 && !int_parse(str_from_z(argv[3]), 1, CLIENTS_MAX, &clients))) {
        fprintf(stderr, "usage: comment_bench FOLDER [SECONDS [CLIENTS]]\n");
        return 2;
    }
    static struct run r;
    struct store_options o = { .dir = argv[1], .create = true, .readers = 2 };
    newsroom_open(&r.room, &o, 1);
    r.recent = recent_make(&r.room.arena);
    measure(&r, seconds, clients);
    store_close(r.room.store);
    return 0;
}
