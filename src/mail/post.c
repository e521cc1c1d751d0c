#include "mail/post.h"
#include "base/check.h"
#include "base/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
    ROWS_AT_ONCE = 64,
    LOOK_MAX = ROWS_AT_ONCE + MAIL_CONNECTIONS_MAX, /* those under way are found too */
    POST_MEMORY = 8 * 1024 * 1024,                  /* of the rows that were looked up */
    MAIL_MEMORY = 32 * 1024 * 1024,                 /* of one mail */
};
#define SLEEP_MAX  MINUTE /* the machine's clock may have been set meanwhile */
#define DISK_PAUSE (5 * SECOND)
#define PRUNE_EACH HOUR

struct sender {
    struct post *post;
    int number;
    pthread_t thread;
    struct smtp *smtp; /* NULL: none open */
    uint8_t fingerprint[SHA256_BYTES];
    int64_t flying; /* the row it sends, or 0 */
    struct arena arena;
};

struct post {
    struct post_options o;
    struct arena own;
    char secret[MESSAGE_SECRET_BYTES];

    pthread_mutex_t lock; /* for all below */
    pthread_cond_t moved;
    struct sender senders[MAIL_CONNECTIONS_MAX];
    int started;
    int wanted;       /* senders that work, by the setup in force */
    int64_t a_minute; /* by the same */
    bool stopping, looking, woken;
    int64_t look_at; /* when something is due, by the clock */
    struct arena rows_arena;
    struct queued rows[ROWS_AT_ONCE];
    size_t at, n;

    int64_t next_slot;  /* monotonic: mail.a_minute */
    int64_t pause_end;  /* monotonic: the server is away until then at least */
    int64_t pause;      /* how long that wait was; 0: it is there */
    int64_t down_since; /* by the clock */
    struct smtp_answer trouble;
    char trouble_text[SMTP_ANSWER_MAX];
    int64_t prune_at; /* monotonic */

    atomic_int_fast64_t stop_at; /* monotonic: what is under way is given up; 0: it is not */
};

static int64_t now_of(const struct post *p)
{
    return clock_now(&p->o.app->clock);
}

static bool give_up(void *arg)
{
    struct post *p = arg;
    int64_t at = atomic_load(&p->stop_at);
    return at && clock_monotonic() > at;
}

/* ---- finding what is due ---- */

struct look {
    int64_t flying[MAIL_CONNECTIONS_MAX];
    struct queued found[LOOK_MAX];
    size_t n;
    int64_t next;
};

static bool is_flying(const struct look *l, int64_t id)
{
    for (size_t i = 0; i < MAIL_CONNECTIONS_MAX; i++)
        if (l->flying[i] == id)
            return true;
    return false;
}

static err read_due(struct post *p, struct look *l)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t now = now_of(p);
    err e = store_read(p->o.app->store, &tx);
    if (!e)
        e = queue_due(&tx, now, LOOK_MAX, &p->rows_arena, l->found, &l->n);
    if (!e)
        e = queue_next_due(&tx, now, &l->next);
    return e;
}

/* Called with the lock, which it lets go while it reads. What flies is noted before the snapshot is
 * taken: what lands in between has ended there. */
static void look(struct post *p)
{
    struct look l = { 0 };
    p->looking = true;
    p->woken = false;
    for (size_t i = 0; i < MAIL_CONNECTIONS_MAX; i++)
        l.flying[i] = p->senders[i].flying;
    arena_reset(&p->rows_arena);
    pthread_mutex_unlock(&p->lock);
    err e = read_due(p, &l);
    int64_t now = now_of(p);
    pthread_mutex_lock(&p->lock);
    p->looking = false;
    p->at = p->n = 0;
    for (size_t i = 0; i < l.n && p->n < ROWS_AT_ONCE && !e; i++)
        if (!is_flying(&l, l.found[i].id))
            p->rows[p->n++] = l.found[i];
    p->look_at = now + SLEEP_MAX;
    if (e)
        p->look_at = now + DISK_PAUSE;
    else if (p->n)
        p->look_at = now; // again when these are sent
    else if (l.next && l.next < p->look_at)
        p->look_at = l.next;
    pthread_cond_broadcast(&p->moved);
}

/* ---- what came of it ---- */

struct ending {
    const struct delivery *d;
    const struct queued *row;
    struct queue_outcome o;
    bool nobody; /* the address leads to nobody */
};

static err write_ending(struct tx *tx, void *arg)
{
    const struct ending *n = arg;
    bool done = false;
    err e = queue_outcome(tx, &n->o, &done);
    const struct mail_kind *kind = mail_kind_of(n->d, n->row->order.kind);
    if (e || !done || !n->nobody || !kind || !kind->failed)
        return e;
    return kind->failed(tx, &n->row->order, n->o.now);
}

static int64_t wait_before(int64_t attempts, int64_t first, int64_t most)
{
    int64_t wait = first;
    for (int64_t i = 0; i < attempts && wait < most; i++)
        wait *= 2;
    return wait < most ? wait : most;
}

/* Put off, or given up when there were enough tries. */
static enum mail_state after_try(const struct queued *row, int64_t most)
{
    return row->attempts + 1 >= most ? MAIL_FAILED : MAIL_WAITING;
}

static enum mail_state state_after(const struct queued *row, err outcome)
{
    switch (outcome) {
    case OK: return MAIL_SENT;
    case DELIVER_DROP: return MAIL_DROPPED;
    case DELIVER_LATER: return after_try(row, MAIL_TRIES_MAX);
    case DELIVER_UNCERTAIN: return after_try(row, POST_UNCERTAIN_MAX);
    default: return MAIL_FAILED;
    }
}

static struct ending ending_of(const struct delivery *d, const struct queued *row, err outcome,
                               const struct delivered *got)
{
    int64_t now = clock_now(&d->app->clock);
    bool taken = outcome == OK || outcome == DELIVER_DROP;
    return (struct ending){
        .d = d,
        .row = row,
        .o = { .id = row->id,
               .now = now,
               .state = state_after(row, outcome),
               .due_at = now + wait_before(row->attempts, POST_RETRY_FIRST, POST_RETRY_MAX),
               .to = got->to,
               .code = got->answer.code,
               .answer = taken ? S("") : got->answer.text },
        .nobody = outcome == DELIVER_REFUSED && delivered_to_nobody(&got->answer)
    };
}

/* Called with the lock, which the wait lets go. */
static int wait_for(struct post *p, int64_t micros)
{
    struct timespec until;
    check(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    int64_t nanos = until.tv_nsec + micros % SECOND * 1000;
    until.tv_sec += micros / SECOND + nanos / 1000000000;
    until.tv_nsec = nanos % 1000000000;
    return pthread_cond_timedwait(&p->moved, &p->lock, &until);
}

/* A mail that was sent must not be sent again because the disk was full: it waits here. */
static void keep_ending(struct sender *s, struct ending *n)
{
    struct post *p = s->post;
    bool stopping = false;
    while (!stopping && store_write(p->o.app->store, write_ending, n)) { // logged where it failed
        pthread_mutex_lock(&p->lock);
        if (!p->stopping)
            (void)wait_for(p, DISK_PAUSE); // woken early, it only tries early
        stopping = p->stopping;
        pthread_mutex_unlock(&p->lock);
    }
    if (n->o.state == MAIL_FAILED)
        log_event("event=mail_failed row=%" PRId64 " kind=" STR_FMT " code=%" PRId64, n->o.id,
                  STR_ARG(n->row->order.kind), n->o.code);
}

/* ---- the server is away, or there again ---- */

static void put_down(struct post *p, const struct smtp_answer *answer)
{
    pthread_mutex_lock(&p->lock);
    int64_t now = clock_monotonic();
    if (!p->down_since) {
        p->down_since = now_of(p);
        log_event("event=mail_server_away code=%d", answer->code);
    }
    if (now >= p->pause_end) { // the first of those that found it so
        p->pause = p->pause ? p->pause * 2 : POST_PAUSE_FIRST;
        if (p->pause > POST_PAUSE_MAX)
            p->pause = POST_PAUSE_MAX;
        p->pause_end = now + p->pause;
    }
    size_t n = answer->text.n < sizeof p->trouble_text ? answer->text.n : sizeof p->trouble_text;
    memcpy(p->trouble_text, answer->text.s, n);
    p->trouble = (struct smtp_answer){ .code = answer->code, .text = { p->trouble_text, n } };
    p->at = p->n = 0; // looked up again, in the order of their time
    p->look_at = 0;
    pthread_mutex_unlock(&p->lock);
}

static void put_up(struct post *p)
{
    pthread_mutex_lock(&p->lock);
    if (p->down_since)
        log_event("event=mail_server_back");
    p->pause = 0;
    p->pause_end = 0;
    p->down_since = 0;
    pthread_mutex_unlock(&p->lock);
}

/* ---- one mail ---- */

static void open_smtp(struct sender *s, const struct mail_setup *m)
{
    if (s->smtp && memcmp(s->fingerprint, m->fingerprint, sizeof s->fingerprint) == 0)
        return;
    smtp_close(s->smtp);
    struct smtp_server o = m->server;
    o.give_up = give_up;
    o.arg = s->post;
    s->smtp = smtp_open(&o);
    memcpy(s->fingerprint, m->fingerprint, sizeof s->fingerprint);
}

static void send_with(struct sender *s, const struct setup *setup, const struct queued *row)
{
    struct post *p = s->post;
    struct delivered got = { 0 };
    struct delivery d = { .app = p->o.app,
                          .setup = setup,
                          .kinds = p->o.kinds,
                          .kind_count = p->o.kind_count,
                          .secret = p->o.secret };
    open_smtp(s, setup->mail);
    err e = deliver(&d, s->smtp, row, &s->arena, &got);
    if (e && e != DELIVER_REFUSED && give_up(p))
        return; // ended by us, not by the server: its row waits for the next start
    if (e == DELIVER_DOWN) {
        put_down(p, &got.answer);
        if (now_of(p) - row->since < POST_WAIT_MAX)
            return;
    } else if (got.answer.code) {
        put_up(p);
    }
    struct ending n = ending_of(&d, row, e, &got);
    keep_ending(s, &n);
}

static struct queued copy_of(const struct queued *row, struct arena *a)
{
    struct queued r = *row;
    r.order.key = str_copy(a, row->order.key);
    r.order.kind = str_copy(a, row->order.kind);
    r.order.to = str_copy(a, row->order.to);
    r.order.note = str_copy(a, row->order.note);
    return r;
}

/* Called with the lock, which it lets go meanwhile. */
static void send_next(struct sender *s)
{
    struct post *p = s->post;
    arena_reset(&s->arena);
    struct queued row = copy_of(&p->rows[p->at++], &s->arena);
    s->flying = row.id;
    if (p->a_minute)
        p->next_slot = clock_monotonic() + MINUTE / p->a_minute;
    pthread_mutex_unlock(&p->lock);
    const struct setup *setup = p->o.pin(p->o.arg);
    if (setup->mail)
        send_with(s, setup, &row);
    p->o.drop(p->o.arg, setup);
    pthread_mutex_lock(&p->lock);
    s->flying = 0;
}

/* ---- a thread's life ---- */

static err prune(struct tx *tx, void *arg)
{
    const struct post *p = arg;
    bool more = true;
    err e = OK;
    for (int i = 0; i < 5 && more && !e; i++)
        e = queue_prune(tx, now_of(p), &more);
    return e;
}

/* How long it may sleep: 0 when there is something to do for this one. */
static int64_t idle_time(const struct sender *s)
{
    const struct post *p = s->post;
    int64_t monotonic = clock_monotonic();
    if (s->number >= p->wanted)
        return SLEEP_MAX;
    if (p->pause_end > monotonic)
        return p->pause_end - monotonic;
    if (p->at < p->n)
        return p->next_slot > monotonic ? p->next_slot - monotonic : 0;
    if (p->looking)
        return SLEEP_MAX;
    int64_t now = now_of(p);
    return p->woken || p->look_at <= now ? 0 : p->look_at - now;
}

static void sleep_for(struct sender *s, int64_t micros)
{
    struct post *p = s->post;
    int64_t wait = micros < SLEEP_MAX ? micros : SLEEP_MAX;
    if (s->smtp && wait > POST_IDLE)
        wait = POST_IDLE;
    int late = wait_for(p, wait);
    if (!late || !s->smtp || wait < POST_IDLE)
        return;
    struct smtp *smtp = s->smtp;
    s->smtp = NULL;
    pthread_mutex_unlock(&p->lock);
    smtp_close(smtp);
    pthread_mutex_lock(&p->lock);
}

/* True when it did, and had let the lock go meanwhile. */
static bool prune_now_and_then(struct post *p)
{
    int64_t now = clock_monotonic();
    if (now < p->prune_at)
        return false;
    p->prune_at = now + PRUNE_EACH;
    pthread_mutex_unlock(&p->lock);
    if (store_write(p->o.app->store, prune, p))
        log_event("event=mail_prune outcome=not_written");
    pthread_mutex_lock(&p->lock);
    return true;
}

static void *work(void *arg)
{
    struct sender *s = arg;
    struct post *p = s->post;
    pthread_mutex_lock(&p->lock);
    while (!p->stopping) {
        if (!s->number && prune_now_and_then(p))
            continue; // it may be over by now
        int64_t wait = idle_time(s);
        if (wait)
            sleep_for(s, wait);
        else if (p->at < p->n)
            send_next(s);
        else
            look(p);
    }
    pthread_mutex_unlock(&p->lock);
    smtp_close(s->smtp);
    arena_free(&s->arena);
    return NULL;
}

/* ---- the whole ---- */

/* Called with the lock. Threads are made when they are first wanted, and stay. */
static void take_setup(struct post *p)
{
    const struct setup *setup = p->o.pin(p->o.arg);
    p->wanted = setup->mail ? setup->mail->connections : 0;
    p->a_minute = setup->mail ? setup->mail->a_minute : 0;
    p->o.drop(p->o.arg, setup);
    for (; p->started < p->wanted; p->started++) {
        struct sender *s = &p->senders[p->started];
        s->post = p;
        s->number = p->started;
        arena_init(&s->arena, MAIL_MEMORY);
        check(pthread_create(&s->thread, NULL, work, s) == 0);
    }
}

struct post *post_make(const struct post_options *o)
{
    struct arena own;
    arena_init(&own, POST_MEMORY);
    struct post *p = arena_new(&own, struct post, 1);
    pthread_condattr_t monotonic;
    check(o->secret.n == MESSAGE_SECRET_BYTES);
    p->o = *o;
    memcpy(p->secret, o->secret.s, sizeof p->secret);
    p->o.secret = (struct str){ p->secret, sizeof p->secret };
    arena_init(&p->rows_arena, POST_MEMORY);
    check(pthread_mutex_init(&p->lock, NULL) == 0 && pthread_condattr_init(&monotonic) == 0 &&
          pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
          pthread_cond_init(&p->moved, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    p->own = own; // moves into what it holds; nothing points at the local one any more
    return p;
}

void post_stop(struct post *p)
{
    if (!p)
        return;
    atomic_store(&p->stop_at, clock_monotonic() + POST_STOP_WITHIN);
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->started; i++)
        check(pthread_join(p->senders[i].thread, NULL) == 0);
    pthread_cond_destroy(&p->moved);
    pthread_mutex_destroy(&p->lock);
    arena_free(&p->rows_arena);
    struct arena own = p->own;
    arena_free(&own);
}

void post_wake(struct post *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    bool news = !p->woken;
    p->woken = true;
    if (news && p->at == p->n && !p->looking)
        pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
}

void post_reload(struct post *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    take_setup(p);
    p->pause = p->pause_end = 0; // the operator may have mended it
    p->woken = true;
    pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
}

struct post_state post_state(struct post *p, struct arena *a)
{
    struct post_state s = { 0 };
    if (!p)
        return s;
    pthread_mutex_lock(&p->lock);
    s.down_since = p->down_since;
    if (p->down_since)
        s.answer = str_copy(a, p->trouble.text);
    pthread_mutex_unlock(&p->lock);
    return s;
}
