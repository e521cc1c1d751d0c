#include "http/deadline.h"
#include "base/check.h"

#include <stddef.h>
#include <sys/socket.h>

void watchdog_init(struct watchdog *d)
{
    *d = (struct watchdog){ 0 };
    check(pthread_mutex_init(&d->lock, NULL) == 0);
}

void watchdog_free(struct watchdog *d)
{
    check(!d->first);
    (void)pthread_mutex_destroy(&d->lock); // nobody is left who could hold it
}

static void lock(struct watchdog *d)
{
    check(pthread_mutex_lock(&d->lock) == 0);
}

static void unlock(struct watchdog *d)
{
    check(pthread_mutex_unlock(&d->lock) == 0);
}

void watchdog_add(struct watchdog *d, struct watch *w, int fd)
{
    lock(d);
    w->fd = fd;
    w->before = NULL;
    w->next = d->first;
    if (d->first)
        d->first->before = w;
    d->first = w;
    d->count++;
    unlock(d);
}

void watchdog_remove(struct watchdog *d, struct watch *w)
{
    lock(d);
    if (w->before)
        w->before->next = w->next;
    else
        d->first = w->next;
    if (w->next)
        w->next->before = w->before;
    d->count--;
    unlock(d);
}

void watch_set(struct watch *w, int64_t deadline, bool idle)
{
    atomic_store_explicit(&w->deadline, deadline, memory_order_relaxed);
    atomic_store_explicit(&w->idle, idle, memory_order_relaxed);
}

/* The library sees the end of the stream, or a hang-up, and closes. */
static void end(struct watch *w)
{
    (void)shutdown(w->fd, SHUT_RDWR); // it may be gone already
    atomic_store_explicit(&w->deadline, INT64_MAX, memory_order_relaxed);
}

static bool is_late(const struct watch *w, int64_t now, int64_t hurry)
{
    int64_t deadline = atomic_load_explicit(&w->deadline, memory_order_relaxed);
    bool idle = atomic_load_explicit(&w->idle, memory_order_relaxed);
    return deadline <= (w->gives_way && idle ? now + hurry : now);
}

unsigned watchdog_sweep(struct watchdog *d, int64_t now, int64_t hurry)
{
    unsigned n = 0;
    lock(d);
    for (struct watch *w = d->first; w; w = w->next) {
        if (!is_late(w, now, hurry))
            continue;
        end(w);
        n++;
    }
    unlock(d);
    return n;
}

unsigned watchdog_count(struct watchdog *d)
{
    lock(d);
    unsigned n = d->count;
    unlock(d);
    return n;
}

void watchdog_end_idle(struct watchdog *d)
{
    lock(d);
    for (struct watch *w = d->first; w; w = w->next)
        if (atomic_load_explicit(&w->idle, memory_order_relaxed))
            end(w);
    unlock(d);
}

void watchdog_end_all(struct watchdog *d)
{
    lock(d);
    for (struct watch *w = d->first; w; w = w->next)
        end(w);
    unlock(d);
}
