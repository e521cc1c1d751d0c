#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Absolute deadlines of connections. The HTTP library counts inactivity only: a client that sends a
 * byte a second is never cut off by it. So every connection is noted here with the time at which
 * its present step must be over, and a sweep once a second shuts down the sockets that are late;
 * the library then sees their end and closes them in its own thread.
 */
struct watch {
    struct watch *next, *before;
    int fd;
    atomic_int_least64_t deadline; /* on the monotonic clock; INT64_MAX: none */
    atomic_bool idle;              /* between requests: may be closed when the server stops */
    bool gives_way;                /* idle, it makes room for others when connections run out */
};
struct watchdog {
    pthread_mutex_t lock;
    struct watch *first;
    unsigned count;
};

void watchdog_init(struct watchdog *d);
void watchdog_free(struct watchdog *d);
void watchdog_add(struct watchdog *d, struct watch *w, int fd);
/* Before the descriptor is closed, so that no other socket of the same number is hit. */
void watchdog_remove(struct watchdog *d, struct watch *w);

/* The connection's present step ends before `deadline`. Only its own thread calls this. */
void watch_set(struct watch *w, int64_t deadline, bool idle);

/* Shuts down who is late at `now`, or, of the idle ones that give way, at `now + hurry`; returns
 * how many. */
unsigned watchdog_sweep(struct watchdog *d, int64_t now, int64_t hurry);
unsigned watchdog_count(struct watchdog *d);

/* When the server stops: ends those between requests, or all. */
void watchdog_end_idle(struct watchdog *d);
void watchdog_end_all(struct watchdog *d);
