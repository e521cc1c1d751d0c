#include "store/writer.h"
#include "base/check.h"
#include "base/log.h"
#include "store/inside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

QUERY(begin_batch, "begin immediate");
QUERY(commit_batch, "commit");
QUERY(begin_participant, "savepoint participant");
QUERY(keep_participant, "release participant");
QUERY(undo_participant, "rollback to participant");

void writer_init(struct writer *w, struct store *s)
{
    *w = (struct writer){ .store = s,
                          .touched = { .topics = buf_make(TOPICS_MAX_BYTES) },
                          .forming = 1,
                          .batches = { { .number = 0 }, { .number = 1 } } };
    check(!pthread_mutex_init(&w->lock, NULL));
    init_condition(&w->room);
}

void writer_free(struct writer *w)
{
    db_close(w->db);
    buf_free(&w->touched.topics);
    pthread_cond_destroy(&w->room);
    pthread_mutex_destroy(&w->lock);
}

/* Undoes one participant. OK if its siblings are still there. */
static err undo(struct db *db)
{
    err e = db_run(db, &undo_participant);
    return e ? e : db_run(db, &keep_participant);
}

/*
 * Runs one participant; its outcome goes into its ticket. What is returned is the batch's: a fault
 * if the transaction around it is lost, as a full disk or a failing one makes SQLite do.
 */
static err run_ticket(struct writer *w, struct ticket *t)
{
    size_t topics = w->touched.topics.n;
    struct tx tx = { .store = w->store, .db = w->db, .touched = &w->touched, .writing = true };
    err e = db_run(w->db, &begin_participant);
    if (e)
        return e;
    t->result = t->work(&tx, t->arg);
    db_end_statements(w->db);
    if (!db_in_transaction(w->db))
        return t->result < 0 ? t->result : fault(ERR_IO);
    if (!t->result && buf_full(&w->touched.topics))
        t->result = fault(ERR_LIMIT);
    if (!t->result && db_references_missing(w->db))
        t->result = fault(ERR_DATA); /* found here, it does not fail the siblings' COMMIT */
    if (!t->result)
        return db_run(w->db, &keep_participant);
    w->touched.topics.n = topics;
    w->touched.topics.full = false;
    return undo(w->db);
}

static err run_batch(struct writer *w, struct batch *b)
{
    err e = db_run(w->db, &begin_batch);
    for (int i = 0; i < b->n && !e; i++)
        e = run_ticket(w, b->tickets[i]);
    if (!e)
        e = db_run(w->db, &commit_batch);
    if (e)
        db_roll_back(w->db);
    return e;
}

static size_t topic_place(struct str topic)
{
    uint32_t h = 2166136261; /* FNV-1a */
    for (size_t i = 0; i < topic.n; i++)
        h = (h ^ (unsigned char)topic.s[i]) * 16777619;
    return h % TOPICS_REMEMBERED;
}

/* Participants of a batch mostly touch the same topics: those told lately are not told again. */
static void tell(struct writer *w)
{
    struct str told[TOPICS_REMEMBERED] = { 0 };
    struct str topics = buf_str(&w->touched.topics);
    struct str topic = { 0 };
    while (w->store->hook && str_cut(topics, '\n', &topic, &topics)) {
        struct str *last = &told[topic_place(topic)];
        if (str_eq(*last, topic))
            continue;
        *last = topic;
        w->store->hook(w->store->hook_arg, topic);
    }
}

static void finish(struct writer *w, struct batch *b, err e)
{
    for (int i = 0; i < b->n; i++) {
        if (e)
            b->tickets[i]->result = e;
        w->kept += !b->tickets[i]->result;
        atomic_store(&b->tickets[i]->turn, TICKET_DONE);
    }
    w->writes += (uint64_t)b->n;
    w->failed += e != OK;
    if ((uint64_t)b->n > w->largest)
        w->largest = (uint64_t)b->n;
    w->finished = b->number;
}

static void post(struct ticket *t)
{
    check(!sem_post(&t->posted));
}

/* The first of the batch that has formed meanwhile leads it; NULL if nobody came. */
static struct ticket *hand_on(struct writer *w)
{
    struct batch *b = &w->batches[w->forming & 1];
    w->working = false;
    w->leading = b->n > 0;
    if (!w->leading)
        return NULL;
    atomic_store(&b->tickets[0]->turn, TICKET_LEADS);
    return b->tickets[0];
}

/* Takes the forming batch, so that another can form. */
static struct batch *take_batch(struct writer *w)
{
    struct batch *b = &w->batches[w->forming & 1];
    w->leading = w->working = true;
    w->leader = pthread_self();
    w->forming++;
    w->batches[w->forming & 1].number = w->forming;
    w->batches[w->forming & 1].n = 0;
    pthread_cond_broadcast(&w->room);
    return b;
}

/*
 * Called with the lock held and left without it; runs the forming batch, which holds the caller's
 * own ticket. The next leader is woken before the others: it has the most to do. A ticket that was
 * posted may be gone, and as soon as all are, so may the batch's list: it is the next but one's.
 */
static void lead(struct writer *w, const struct ticket *own)
{
    struct batch *b = take_batch(w);
    pthread_mutex_unlock(&w->lock);

    buf_clear(&w->touched.topics);
    w->touched.jobs = false;
    err e = run_batch(w, b);
    if (!e)
        tell(w);
    if (!e && w->touched.jobs)
        alarm_ring(&w->store->jobs_due);

    struct ticket *done[BATCH_MAX];
    pthread_mutex_lock(&w->lock);
    finish(w, b, e);
    int n = b->n;
    memcpy(done, b->tickets, (size_t)n * sizeof done[0]);
    struct ticket *next = hand_on(w);
    pthread_mutex_unlock(&w->lock);
    if (next)
        post(next);
    for (int i = 0; i < n; i++)
        if (done[i] != own)
            post(done[i]);
}

static err join(struct writer *w, struct ticket *t, const struct timespec *until)
{
    while (w->batches[w->forming & 1].n == BATCH_MAX)
        if (pthread_cond_timedwait(&w->room, &w->lock, until) == ETIMEDOUT)
            return ERR_BUSY;
    struct batch *b = &w->batches[w->forming & 1];
    t->place = b->n;
    b->tickets[b->n++] = t;
    return OK;
}

/* Its batch has not begun: the last takes its place. */
static void leave(struct writer *w, const struct ticket *t)
{
    struct batch *b = &w->batches[w->forming & 1];
    struct ticket *last = b->tickets[--b->n];
    b->tickets[t->place] = last;
    last->place = t->place;
}

static void take_post(struct ticket *t)
{
    while (sem_wait(&t->posted))
        check(errno == EINTR);
}

/* False when nothing came until then. */
static bool take_post_until(struct ticket *t, const struct timespec *until)
{
    while (sem_clockwait(&t->posted, CLOCK_MONOTONIC, until)) {
        if (errno == ETIMEDOUT)
            return false;
        check(errno == EINTR);
    }
    return true;
}

/* Out of time. A batch that has begun is awaited all the same: its outcome is not known before. */
static bool gives_up(struct writer *w, const struct ticket *t, uint64_t number)
{
    pthread_mutex_lock(&w->lock);
    bool left = atomic_load(&t->turn) == TICKET_WAITS && w->forming == number;
    if (left)
        leave(w, t);
    w->busy += left;
    pthread_mutex_unlock(&w->lock);
    return left;
}

/* Called with the lock held and left without it. */
static err await(struct writer *w, struct ticket *t, const struct timespec *until)
{
    if (!w->leading) {
        lead(w, t);
        return t->result;
    }
    uint64_t number = w->forming;
    pthread_mutex_unlock(&w->lock);
    if (!take_post_until(t, until)) {
        if (gives_up(w, t, number))
            return ERR_BUSY;
        take_post(t);
    }
    if (atomic_load(&t->turn) == TICKET_LEADS) {
        pthread_mutex_lock(&w->lock);
        lead(w, t);
    }
    return t->result;
}

err writer_write(struct writer *w, tx_work *work, void *arg)
{
    struct ticket t = { .work = work, .arg = arg };
    struct timespec until = deadline_in(w->wait);
    atomic_init(&t.turn, TICKET_WAITS);
    check(!sem_init(&t.posted, 0, 0));
    pthread_mutex_lock(&w->lock);
    check(!w->working || !pthread_equal(w->leader, pthread_self())); /* not from inside `work` */
    err e = join(w, &t, &until);
    bool joined = !e;
    if (joined) {
        e = await(w, &t, &until);
    } else {
        w->busy++;
        pthread_mutex_unlock(&w->lock);
    }
    (void)sem_destroy(&t.posted); // nobody waits for it any more
    return joined ? e : fault(e);
}

void writer_count(struct writer *w, struct store_statistics *ret)
{
    pthread_mutex_lock(&w->lock);
    ret->batches = w->finished;
    ret->batches_failed = w->failed;
    ret->largest_batch = w->largest;
    ret->writes = w->writes;
    ret->writes_kept = w->kept;
    ret->busy += w->busy;
    pthread_mutex_unlock(&w->lock);
}

void writer_rest(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    if (!w->leading && w->writes - w->writes_at_rest <= HARDLY_ANY_WRITES)
        db_release_memory(w->db); /* quick: under the lock, so nobody leads meanwhile */
    w->writes_at_rest = w->writes;
    pthread_mutex_unlock(&w->lock);
}

void tx_touch(struct tx *tx, const char *topic, ...)
{
    char text[TOPIC_MAX + 1];
    check(tx->writing);
    va_list args;
    va_start(args, topic);
    int n = vsnprintf(text, sizeof text, topic, args);
    va_end(args);
    check(n > 0 && n <= TOPIC_MAX && !memchr(text, '\n', (size_t)n));
    buf_put(&tx->touched->topics, (struct str){ text, (size_t)n });
    buf_put_char(&tx->touched->topics, '\n');
}
