#pragma once
#include "base/clock.h"
#include "store/folder.h"
#include "store/reader.h"
#include "store/writer.h"

#include <pthread.h>
#include <time.h>

/* What is behind `struct store`. Only the files of this room, and its tests, look inside. */

/* Rings after a COMMIT that holds a promise of later work; who waits for work hears it. */
struct alarm {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    uint64_t rings;
};
struct store {
    struct arena own;
    struct folder folder;
    struct writer writer;
    struct readers readers;
    struct alarm jobs_due;
    store_hook *hook;
    void *hook_arg;
};

void alarm_ring(struct alarm *a);
uint64_t alarm_rings(struct alarm *a);
/* Sleeps until it has rung more than `heard` times, or the time is over. */
void alarm_await(struct alarm *a, uint64_t heard, int64_t microseconds);

void init_condition(pthread_cond_t *c); /* on the monotonic clock */
struct timespec deadline_in(int64_t microseconds);
