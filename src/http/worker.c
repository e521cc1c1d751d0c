#include "http/worker.h"
#include "base/attr.h"
#include "base/check.h"
#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* Handlers call ICU, cmark and SQLite, none of which needs much; untouched pages cost nothing. */
enum { STACK_BYTES = 1024 * 1024 };

enum slot_state { SLOT_FREE, SLOT_RUNNING, SLOT_ENDED };
struct slot {
    struct workers *pool;
    pthread_t thread;
    enum slot_state state; /* ENDED: to be joined */
};

struct workers {
    struct workers_options o;
    pthread_mutex_t lock;
    pthread_cond_t work; /* a task waits, or the pool stops */
    pthread_cond_t rest; /* a task or a thread ended */
    struct task *first, *last;
    unsigned waiting, threads, busy;
    bool stopping;
    struct slot *slots; /* `most` of them */
};

static void lock(struct workers *w)
{
    check(pthread_mutex_lock(&w->lock) == 0);
}

static void unlock(struct workers *w)
{
    check(pthread_mutex_unlock(&w->lock) == 0);
}

static struct timespec to_timespec(int64_t monotonic)
{
    return (struct timespec){ .tv_sec = monotonic / SECOND, .tv_nsec = monotonic % SECOND * 1000 };
}

/* Waits on `c` until `deadline`; false when it has passed. */
static bool wait_until(struct workers *w, pthread_cond_t *c, int64_t deadline)
{
    struct timespec until = to_timespec(deadline);
    int e = pthread_cond_clockwait(c, &w->lock, CLOCK_MONOTONIC, &until);
    check(e == 0 || e == ETIMEDOUT);
    return e == 0;
}

/* The next task, or NULL when this thread may end. */
static struct task *next_task(struct workers *w)
{
    int64_t deadline = clock_monotonic() + w->o.idle;
    while (!w->first && !w->stopping && wait_until(w, &w->work, deadline))
        continue;
    struct task *t = w->first;
    if (!t)
        return NULL;
    w->first = t->next;
    if (!w->first)
        w->last = NULL;
    t->next = NULL;
    w->waiting--;
    return t;
}

static void *work(void *arg)
{
    struct slot *slot = arg;
    struct workers *w = slot->pool;
    (void)pthread_setname_np(pthread_self(), "worker"); // `top -H` tells it from the others
    void *bench = w->o.begin(w->o.arg);
    lock(w);
    for (;;) {
        struct task *t = next_task(w);
        if (!t)
            break;
        w->busy++;
        unlock(w);
        t->run(w->o.arg, bench, t);
        lock(w);
        w->busy--;
        check(pthread_cond_broadcast(&w->rest) == 0);
    }
    w->threads--;
    unlock(w);
    w->o.end(w->o.arg, bench);
    lock(w);
    slot->state = SLOT_ENDED;
    check(pthread_cond_broadcast(&w->rest) == 0);
    unlock(w);
    return NULL;
}

struct workers *workers_start(const struct workers_options *o)
{
    struct workers *w = calloc(1, sizeof *w);
    check(w);
    w->o = *o;
    w->slots = calloc(o->most, sizeof *w->slots);
    check(w->slots);
    check(pthread_mutex_init(&w->lock, NULL) == 0);
    check(pthread_cond_init(&w->work, NULL) == 0);
    check(pthread_cond_init(&w->rest, NULL) == 0);
    return w;
}

/* One that runs no thread; joins what ended in it. The lock is held. */
static struct slot *free_slot(struct workers *w)
{
    for (unsigned i = 0; i < w->o.most; i++) {
        struct slot *s = &w->slots[i];
        if (s->state == SLOT_RUNNING)
            continue;
        if (s->state == SLOT_ENDED)
            check(pthread_join(s->thread, NULL) == 0);
        s->state = SLOT_FREE;
        return s;
    }
    return NULL;
}

static void add_thread(struct workers *w)
{
    struct slot *s = free_slot(w);
    if (!s)
        return;
    pthread_attr_t attr;
    check(pthread_attr_init(&attr) == 0);
    check(pthread_attr_setstacksize(&attr, STACK_BYTES) == 0);
    s->pool = w;
    if (pthread_create(&s->thread, &attr, work, s) == 0) {
        s->state = SLOT_RUNNING;
        w->threads++;
    }
    check(pthread_attr_destroy(&attr) == 0);
}

static void append(struct workers *w, struct task *task)
{
    task->next = NULL;
    if (w->last)
        w->last->next = task;
    else
        w->first = task;
    w->last = task;
    w->waiting++;
}

bool workers_add(struct workers *w, struct task *task)
{
    lock(w);
    bool room = w->waiting < w->o.queue && !w->stopping;
    if (room && w->threads - w->busy <= w->waiting && w->threads < w->o.most)
        add_thread(w);
    room = room && w->threads > 0;
    if (room)
        append(w, task);
    unlock(w);
    if (room) // without the lock, or who wakes would wait for it at once
        check(pthread_cond_signal(&w->work) == 0);
    return room;
}

bool workers_drain(struct workers *w, int64_t deadline)
{
    lock(w);
    bool in_time = true;
    while (in_time && (w->first || w->busy))
        in_time = wait_until(w, &w->rest, deadline);
    bool drained = !w->first && !w->busy;
    unlock(w);
    return drained;
}

static bool some_run(const struct workers *w)
{
    for (unsigned i = 0; i < w->o.most; i++)
        if (w->slots[i].state == SLOT_RUNNING)
            return true;
    return false;
}

void workers_stop(struct workers *w)
{
    if (!w)
        return;
    lock(w);
    check(!w->first && !w->busy);
    w->stopping = true;
    check(pthread_cond_broadcast(&w->work) == 0);
    while (some_run(w))
        check(pthread_cond_wait(&w->rest, &w->lock) == 0);
    unlock(w);
    for (unsigned i = 0; i < w->o.most; i++)
        if (w->slots[i].state == SLOT_ENDED)
            check(pthread_join(w->slots[i].thread, NULL) == 0);
    (void)pthread_cond_destroy(&w->rest); // all waiters are joined
    (void)pthread_cond_destroy(&w->work);
    (void)pthread_mutex_destroy(&w->lock);
    free(w->slots);
    free(w);
}

struct workers_state workers_look(struct workers *w)
{
    lock(w);
    struct workers_state s = { .threads = w->threads, .busy = w->busy, .waiting = w->waiting };
    unlock(w);
    return s;
}
