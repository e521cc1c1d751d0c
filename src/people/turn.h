#pragma once
#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * One at a time, with a bounded queue: for work that takes much memory, as hashing a password does.
 * Whoever finds the queue full, or waits longer than `wait`, is sent away.
 */
struct turn {
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool taken;
    int waiting, waiting_max;
    int64_t wait; /* microseconds */
};
void turn_init(struct turn *t, int waiting_max, int64_t wait);
void turn_free(struct turn *t);
MUST_USE err turn_take(struct turn *t); /* ERR_BUSY, without a trace in the log: it is expected */
void turn_give(struct turn *t);
