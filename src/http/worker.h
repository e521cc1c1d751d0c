#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * The pool of threads that run handlers. Threads are made when work waits and none is free, up to
 * `most`, and end after `idle` microseconds without work, so that a server at rest has none. At
 * most `queue` tasks wait; the next one is refused.
 */
struct task {
    struct task *next; /* the pool's, while it waits */
    /* Runs it on a worker, whose own `bench` was made by `begin` and will be freed by `end`. */
    void (*run)(void *arg, void *bench, struct task *task);
};
struct workers;
struct workers_options {
    unsigned most, queue;
    int64_t idle;
    void *(*begin)(void *arg); /* what a worker needs for itself */
    void (*end)(void *arg, void *bench);
    void *arg;
};
struct workers *workers_start(const struct workers_options *o);

/* False: the queue is full, or no thread can be had. */
bool workers_add(struct workers *w, struct task *task);

/* Waits until nothing waits or runs, at most until `deadline` on the monotonic clock. */
bool workers_drain(struct workers *w, int64_t deadline);

/* Ends the threads; they must have been drained. */
void workers_stop(struct workers *w);

struct workers_state {
    unsigned threads, busy, waiting;
};
struct workers_state workers_look(struct workers *w);
