#include "people/turn.h"
#include "base/check.h"
#include "base/clock.h"

#include <errno.h>
#include <time.h>

void turn_init(struct turn *t, int waiting_max, int64_t wait)
{
    pthread_condattr_t monotonic;
    *t = (struct turn){ .waiting_max = waiting_max, .wait = wait };
    check(!pthread_condattr_init(&monotonic) &&
          !pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC));
    check(!pthread_mutex_init(&t->lock, NULL) && !pthread_cond_init(&t->over, &monotonic));
    check(!pthread_condattr_destroy(&monotonic));
}

void turn_free(struct turn *t)
{
    check(!t->taken && !t->waiting);
    check(!pthread_mutex_destroy(&t->lock) && !pthread_cond_destroy(&t->over));
}

static err wait_for(struct turn *t)
{
    int64_t until = clock_monotonic() + t->wait;
    struct timespec at = { .tv_sec = until / SECOND, .tv_nsec = until % SECOND * 1000 };
    int rc = 0;
    while (t->taken && rc == 0)
        rc = pthread_cond_timedwait(&t->over, &t->lock, &at);
    check(rc == 0 || rc == ETIMEDOUT);
    return t->taken ? ERR_BUSY : OK;
}

err turn_take(struct turn *t)
{
    err e = OK;
    check(pthread_mutex_lock(&t->lock) == 0);
    if (t->taken && t->waiting == t->waiting_max) {
        e = ERR_BUSY;
    } else if (t->taken) {
        t->waiting++;
        e = wait_for(t);
        t->waiting--;
    }
    if (!e)
        t->taken = true;
    check(pthread_mutex_unlock(&t->lock) == 0);
    return e;
}

void turn_give(struct turn *t)
{
    check(pthread_mutex_lock(&t->lock) == 0);
    check(t->taken);
    t->taken = false;
    check(pthread_cond_signal(&t->over) == 0);
    check(pthread_mutex_unlock(&t->lock) == 0);
}
