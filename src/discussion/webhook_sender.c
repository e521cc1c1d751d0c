#include "discussion/webhook_sender.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    SENDER_MEMORY = 1024 * 1024,
    LANE_MEMORY = 16 * 1024 * 1024, /* of one message */
    GONE = 410,
    PAUSE_DOUBLINGS = 7, /* 5 s << 7 is more than the longest pause */
};
#define SLEEP_MAX  MINUTE /* the machine's clock may have been set meanwhile */
#define DISK_PAUSE (5 * SECOND)
#define PRUNE_EACH HOUR
#define RETRY_MAX  HOUR /* for how long a Retry-After holds all messages of a receiver */

/* One thread: the receiver with its number in the setup in force. */
struct lane {
    struct webhook_sender *sender;
    size_t number;
    pthread_t thread;
    int64_t busy;       /* the row it works for, or 0; under the lock */
    uint64_t seen;      /* of the sender's news */
    bool lingers;       /* it knows the news, and lets more of them come together */
    int64_t collect_at; /* monotonic: not sooner */
    int64_t prune_at;   /* the same */
    struct arena arena;
};

struct webhook_sender {
    struct webhook_sender_options o;
    struct arena own;
    atomic_bool any;             /* some receiver is configured */
    atomic_int_fast64_t stop_at; /* monotonic: what is under way is given up; 0: it is not */

    pthread_mutex_t lock; /* for all below */
    pthread_cond_t moved; /* there is news, or all ends */
    pthread_cond_t ended; /* all ends: for waits that no news shall cut short */
    uint64_t news;        /* grows with each wake */
    bool stopping;
    size_t started;
    struct lane lanes[WEBHOOKS_MAX];
};

static int64_t now_of(const struct webhook_sender *w)
{
    return clock_now(&w->o.app->clock);
}

static bool give_up(void *arg)
{
    struct webhook_sender *w = arg;
    int64_t at = atomic_load(&w->stop_at);
    return at && clock_monotonic() > at;
}

/* Called with the lock, which the wait lets go. */
static void wait_on(pthread_cond_t *c, struct webhook_sender *w, int64_t micros)
{
    int64_t at = clock_monotonic() + (micros < SLEEP_MAX ? micros : SLEEP_MAX);
    struct timespec until = { .tv_sec = at / SECOND, .tv_nsec = at % SECOND * 1000 };
    (void)pthread_cond_clockwait(c, &w->lock, CLOCK_MONOTONIC,
                                 &until); // sooner than that, the caller only looks sooner
}

/* ---- what came of a try ---- */

static unsigned chance(void)
{
    uint16_t bits = 0;
    random_bytes(&bits, sizeof bits);
    return bits;
}

static int64_t pause_after(int64_t failures)
{
    int64_t pause = WEBHOOK_WAIT_FIRST << (failures < PAUSE_DOUBLINGS ? failures : PAUSE_DOUBLINGS);
    return pause < WEBHOOK_PAUSE_MAX ? pause : WEBHOOK_PAUSE_MAX;
}

static int64_t longest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static enum webhook_fate fate_of(const struct webhook_message *m, int64_t answer)
{
    if (webhook_taken(answer))
        return WEBHOOK_DELIVERED;
    if (answer == GONE)
        return WEBHOOK_GONE;
    return m->attempts + 1 >= WEBHOOK_TRIES_MAX ? WEBHOOK_GIVEN_UP : WEBHOOK_LATER;
}

static struct webhook_outcome outcome_of(const struct webhook_work *work,
                                         const struct webhook_answer *got, int64_t now)
{
    const struct webhook_message *m = &work->message;
    int64_t held = got->wait < RETRY_MAX ? got->wait : RETRY_MAX;
    return (struct webhook_outcome){
        .webhook = m->webhook,
        .message = m->id,
        .now = now,
        .fate = fate_of(m, got->answer),
        .answer = got->answer,
        .due_at = now + longest(webhook_wait(m->attempts, chance()), got->wait),
        .pause_until = now + longest(pause_after(work->hook.failures), held),
    };
}

static err write_outcome(struct tx *tx, void *arg)
{
    const struct webhook_outcome *o = arg;
    return webhook_end_try(tx, o);
}

/* What was delivered must not be sent again because the disk was full: it waits here. */
static void keep_outcome(struct webhook_sender *w, struct webhook_outcome *o)
{
    bool stopping = false;
    while (!stopping && store_write(w->o.app->store, write_outcome, o)) { // logged where it failed
        pthread_mutex_lock(&w->lock);
        if (!w->stopping)
            wait_on(&w->ended, w, DISK_PAUSE);
        stopping = w->stopping;
        pthread_mutex_unlock(&w->lock);
    }
}

static void say_outcome(const struct webhook_config *h, const struct webhook_outcome *o)
{
    if (o->fate == WEBHOOK_GONE)
        log_event("event=webhook_off name=" STR_FMT " answer=%" PRId64, STR_ARG(h->name),
                  o->answer);
    if (o->fate == WEBHOOK_GIVEN_UP)
        log_event("event=webhook_given_up name=" STR_FMT " message=%" PRId64 " answer=%" PRId64,
                  STR_ARG(h->name), o->message, o->answer);
}

/* ---- one step of a lane ---- */

/* What a lane works with: the setup is pinned. */
struct step {
    struct lane *lane;
    const struct setup *setup;
    const struct webhook_config *hook;
    struct webhook_work work;
};

static void send_message(const struct step *s)
{
    struct webhook_sender *w = s->lane->sender;
    const struct webhook_message *m = &s->work.message;
    struct webhook_answer got = { .answer = WEBHOOK_TROUBLE_TEXT };
    struct webhook_try t = { .hook = s->hook,
                             .key = m->key,
                             .now = now_of(w),
                             .timeout_ms = s->setup->webhooks->timeout_ms,
                             .give_up = give_up,
                             .arg = w };
    err e = webhook_body(w->o.app, s->setup, m, &s->lane->arena, &t.body);
    if (!e)
        got = webhook_post(&t, &s->lane->arena);
    if (got.given_up)
        return; // ended by us, not by the receiver: it is sent again at the next start
    struct webhook_outcome o = outcome_of(&s->work, &got, now_of(w));
    keep_outcome(w, &o);
    say_outcome(s->hook, &o);
}

static err write_messages(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    return webhook_collect(tx, s->hook, now_of(s->lane->sender), &s->lane->arena);
}

static err write_pruned(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    return webhook_prune(tx, s->work.hook.id, now_of(s->lane->sender));
}

static err read_work(struct step *s)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct webhook_sender *w = s->lane->sender;
    err e = store_read(w->o.app->store, &tx);
    return e ? e : webhook_look(&tx, s->hook->name, now_of(w), &s->lane->arena, &s->work);
}

/* After a reload two lanes may see one receiver for a moment; the second one waits. */
static bool claim(struct lane *l, int64_t id)
{
    struct webhook_sender *w = l->sender;
    bool free = true;
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->started; i++)
        free = free && w->lanes[i].busy != id;
    if (free)
        l->busy = id;
    pthread_mutex_unlock(&w->lock);
    return free;
}

/* The next thing that is due, if any; returns for how long there is nothing to do. */
static int64_t act(struct step *s)
{
    struct lane *l = s->lane;
    struct store *store = l->sender->o.app->store;
    int64_t monotonic = clock_monotonic();
    if (monotonic >= l->prune_at) {
        l->prune_at = monotonic + PRUNE_EACH;
        if (store_write(store, write_pruned, s))
            return DISK_PAUSE;
    }
    if (s->work.collect && monotonic >= l->collect_at) {
        l->collect_at = monotonic + WEBHOOK_COLLECT_EACH;
        return store_write(store, write_messages, s) ? DISK_PAUSE : 0;
    }
    if (s->work.due) {
        send_message(s);
        return 0;
    }
    l->lingers = s->work.collect;
    if (l->lingers)
        return l->collect_at - monotonic;
    int64_t wait = s->work.next ? s->work.next - now_of(l->sender) : SLEEP_MAX;
    return wait > 0 ? wait : 0;
}

static int64_t take_step(struct lane *l, const struct setup *setup)
{
    if (l->number >= setup->webhooks->count)
        return SLEEP_MAX;
    struct step s = { .lane = l, .setup = setup, .hook = &setup->webhooks->hooks[l->number] };
    arena_reset(&l->arena);
    l->lingers = false;
    if (read_work(&s))
        return DISK_PAUSE;
    if (!s.work.there)
        return SLEEP_MAX;
    if (!claim(l, s.work.hook.id))
        return WEBHOOK_COLLECT_EACH;
    return act(&s);
}

static void *work(void *arg)
{
    struct lane *l = arg;
    struct webhook_sender *w = l->sender;
    pthread_mutex_lock(&w->lock);
    while (!w->stopping) {
        l->seen = w->news;
        pthread_mutex_unlock(&w->lock);
        const struct setup *setup = w->o.pin(w->o.arg);
        int64_t wait = take_step(l, setup);
        w->o.drop(w->o.arg, setup);
        pthread_mutex_lock(&w->lock);
        l->busy = 0;
        if (w->stopping || !wait)
            continue;
        if (l->lingers)
            wait_on(&w->ended, w, wait);
        else if (l->seen == w->news)
            wait_on(&w->moved, w, wait);
    }
    pthread_mutex_unlock(&w->lock);
    arena_free(&l->arena);
    return NULL;
}

/* ---- the whole ---- */

struct webhook_sender *webhook_sender_make(const struct webhook_sender_options *o)
{
    struct arena own;
    arena_init(&own, SENDER_MEMORY);
    struct webhook_sender *w = arena_new(&own, struct webhook_sender, 1);
    w->o = *o;
    check(pthread_mutex_init(&w->lock, NULL) == 0 && pthread_cond_init(&w->moved, NULL) == 0 &&
          pthread_cond_init(&w->ended, NULL) == 0);
    w->own = own; // moves into what it holds; nothing points at the local one any more
    return w;
}

void webhook_sender_stop(struct webhook_sender *w)
{
    if (!w)
        return;
    atomic_store(&w->stop_at, clock_monotonic() + WEBHOOK_STOP_WITHIN);
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->moved);
    pthread_cond_broadcast(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

void webhook_sender_free(struct webhook_sender *w)
{
    if (!w)
        return;
    check(atomic_load(&w->stop_at));
    for (size_t i = 0; i < w->started; i++)
        check(pthread_join(w->lanes[i].thread, NULL) == 0);
    pthread_cond_destroy(&w->moved);
    pthread_cond_destroy(&w->ended);
    pthread_mutex_destroy(&w->lock);
    struct arena own = w->own;
    arena_free(&own);
}

void webhook_sender_wake(struct webhook_sender *w)
{
    if (!w || !atomic_load(&w->any))
        return;
    pthread_mutex_lock(&w->lock);
    w->news++;
    pthread_cond_broadcast(&w->moved);
    pthread_mutex_unlock(&w->lock);
}

struct syncing {
    struct webhook_sender *sender;
    const struct webhook_setup *setup;
    struct arena *arena;
};

static err write_setup(struct tx *tx, void *arg)
{
    const struct syncing *s = arg;
    return webhook_sync(tx, s->setup, now_of(s->sender), s->arena);
}

/* Called with the lock. Threads are made when they are first wanted, and stay. */
static void start_lanes(struct webhook_sender *w, size_t wanted)
{
    for (; w->started < wanted; w->started++) {
        struct lane *l = &w->lanes[w->started];
        l->sender = w;
        l->number = w->started;
        arena_init(&l->arena, LANE_MEMORY);
        check(pthread_create(&l->thread, NULL, work, l) == 0);
    }
}

void webhook_sender_reload(struct webhook_sender *w)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SENDER_MEMORY);
    const struct setup *setup = w->o.pin(w->o.arg);
    struct syncing s = { w, setup->webhooks, &a };
    if (store_write(w->o.app->store, write_setup, &s)) // a full disk: new ones begin at a reload
        log_event("event=webhooks_changed outcome=not_written");
    pthread_mutex_lock(&w->lock);
    start_lanes(w, setup->webhooks->count);
    atomic_store(&w->any, setup->webhooks->count > 0);
    w->news++;
    pthread_cond_broadcast(&w->moved);
    pthread_mutex_unlock(&w->lock);
    w->o.drop(w->o.arg, setup);
}
