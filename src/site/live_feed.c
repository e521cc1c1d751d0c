#include "site/live_feed.h"
#include "base/check.h"
#include "base/json.h"
#include "base/log.h"
#include "base/scan.h"
#include "discussion/comment_event.h"
#include "discussion/vote.h"
#include "live/live.h"
#include "render/format.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

enum {
    ARENA_BYTES = 4 * 1024 * 1024,
    SLOTS = 1024, /* of comments voted on, by their number */
    NOWHERE = -1, /* the cursor of who has no listeners */
    EVENTS = 200, /* read at once */
    DATA_MAX = LIVE_MESSAGE_MAX - 100,
};

/* A comment whose votes have changed. */
struct voted {
    int64_t report, comment;
};

/* What the store has said since the last look. */
struct noted {
    bool comments, meter;
    int64_t since; /* monotonic: the first of them */
    size_t votes;
    struct voted voted[SLOTS]; /* by the comment's number; comment 0: free */
};

struct live_feed {
    struct live_feed_options o;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t news;
    bool stop;
    struct noted noted;
    int64_t cursor; /* of comment events */
    struct arena arena, life;
};

static void lock(struct live_feed *f)
{
    check(pthread_mutex_lock(&f->lock) == 0);
}

static void unlock(struct live_feed *f)
{
    check(pthread_mutex_unlock(&f->lock) == 0);
}

/* ---- notes */

/* The score that is told is that at the time of telling, so one note a comment is enough. */
static void note_vote(struct noted *n, const struct voted *v)
{
    for (size_t i = 0; i < SLOTS && n->votes < LIVE_SCORES_MAX; i++) {
        struct voted *at = &n->voted[((size_t)v->comment + i) % SLOTS];
        if (at->comment == v->comment)
            return;
        if (at->comment)
            continue;
        *at = *v;
        n->votes++;
        return;
    }
}

static bool parse_vote(struct str topic, struct voted *ret)
{
    return scan_text(&topic, S("vote/")) && scan_int(&topic, INT64_MAX, &ret->report) &&
           scan_char(&topic, '/') && scan_int(&topic, INT64_MAX, &ret->comment);
}

void live_feed_topic(struct live_feed *f, struct str topic)
{
    struct voted v = { 0 };
    bool vote = parse_vote(topic, &v);
    bool report = !vote && str_starts(topic, S("report/"));
    bool meter = str_eq(topic, S("meter"));
    if ((!vote && !report && !meter) || !live_any(f->o.app->live))
        return;
    lock(f);
    struct noted *n = &f->noted;
    if (!n->comments && !n->meter && !n->votes)
        n->since = clock_monotonic();
    n->comments = n->comments || report;
    n->meter = n->meter || meter;
    if (vote)
        note_vote(n, &v);
    check(pthread_cond_signal(&f->news) == 0);
    unlock(f);
}

void live_feed_joined(struct live_feed *f, int64_t id)
{
    lock(f);
    if (f->cursor == NOWHERE || f->cursor > id) {
        // What was committed since may have found nobody to tell it to.
        f->cursor = id;
        f->noted.comments = true;
        check(pthread_cond_signal(&f->news) == 0);
    }
    unlock(f);
}

/* ---- comments */

/* What happened to one comment, all taken together. */
enum outcome { OUTCOME_NONE, OUTCOME_NEW, OUTCOME_CHANGED, OUTCOME_GONE };
struct change {
    int64_t comment;
    enum outcome outcome;
};
struct changes {
    int64_t report;
    struct change all[LIVE_CHANGES_MAX];
    size_t count;
    bool many; /* there were more */
};

static enum outcome outcome_of(enum comment_change c, enum outcome before)
{
    switch (c) {
    case COMMENT_CHANGE_PUBLISHED:
    case COMMENT_CHANGE_APPROVED: return OUTCOME_NEW;
    case COMMENT_CHANGE_EDITED:
    case COMMENT_CHANGE_ERASED: return before == OUTCOME_NONE ? OUTCOME_CHANGED : before;
    case COMMENT_CHANGE_RESTORED: return OUTCOME_CHANGED;
    case COMMENT_CHANGE_HIDDEN:
    case COMMENT_CHANGE_SPAM:
    case COMMENT_CHANGE_DELETED: return OUTCOME_GONE;
    case COMMENT_CHANGE_HELD:
    case COMMENT_CHANGES: break;
    }
    return before; // readers see nothing of it
}

static void changes_add(struct changes *c, const struct comment_event *e)
{
    struct change *at = NULL;
    for (size_t i = 0; i < c->count && !at; i++)
        if (c->all[i].comment == e->comment)
            at = &c->all[i];
    enum outcome now = outcome_of(e->change, at ? at->outcome : OUTCOME_NONE);
    if (at) {
        at->outcome = now;
    } else if (now && c->count == LIVE_CHANGES_MAX) {
        c->many = true;
    } else if (now) {
        c->all[c->count++] = (struct change){ e->comment, now };
    }
}

static void put_some(struct json_writer *w, const char *name, const struct changes *c,
                     enum outcome which)
{
    json_write_array(w, name);
    for (size_t i = 0; i < c->count; i++)
        if (c->all[i].outcome == which)
            json_write_int(w, NULL, c->all[i].comment);
    json_write_end(w);
}

static void put_changes(struct buf *out, int64_t id, const struct changes *c)
{
    struct buf data CLEANUP(buf_free) = buf_make(DATA_MAX);
    struct json_writer w = json_writer(&data);
    json_write_object(&w, NULL);
    json_write_int(&w, "report", c->report);
    put_some(&w, "new", c, OUTCOME_NEW);
    put_some(&w, "changed", c, OUTCOME_CHANGED);
    put_some(&w, "gone", c, OUTCOME_GONE);
    json_write_bool(&w, "many", c->many);
    json_write_end(&w);
    check(!buf_full(&data));
    live_put(out, id, "comments", buf_str(&data));
}

static void put_missed(struct buf *out, int64_t report)
{
    struct buf data CLEANUP(buf_free) = buf_make(DATA_MAX);
    buf_print(&data, "{\"report\":%" PRId64 "}", report);
    live_put(out, 0, "missed", buf_str(&data));
}

static void put_changes_in(struct live_feed *f, int64_t id, const struct changes *c,
                           struct live_message *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(LIVE_MESSAGE_MAX);
    put_changes(&out, id, c);
    *ret = (struct live_message){ c->report, id, buf_copy(&out, &f->arena) };
}

/* The message of the report that event `i` is of; false: there is none, or there was one. */
static bool make_message(struct live_feed *f, const struct comment_events *e, size_t i,
                         struct live_message *ret)
{
    int64_t report = e->events[i].report;
    for (size_t k = 0; k < i; k++)
        if (e->events[k].report == report)
            return false;
    if (!live_heard(f->o.app->live, report))
        return false;
    struct changes changes = { .report = report };
    for (size_t k = i; k < e->count; k++)
        if (e->events[k].report == report)
            changes_add(&changes, &e->events[k]);
    if (!changes.count)
        return false;
    put_changes_in(f, e->last, &changes, ret);
    return true;
}

static void say_events(struct live_feed *f, const struct comment_events *e, int64_t since)
{
    struct live_message *messages = arena_new(&f->arena, struct live_message, EVENTS);
    size_t n = 0;
    for (size_t i = 0; i < e->count; i++)
        n += make_message(f, e, i, &messages[n]);
    live_say(f->o.app->live, messages, n, since);
}

static err read_more(struct live_feed *f, int64_t after, struct comment_events *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(f->o.app->store, &tx);
    return e ? e : comment_events(&tx, after, 0, EVENTS, &f->arena, ret);
}

/* Where to go on reading; the cursor is given up when nobody listens. */
static int64_t cursor_of(struct live_feed *f)
{
    lock(f);
    if (!live_any(f->o.app->live))
        f->cursor = NOWHERE;
    int64_t cursor = f->cursor;
    unlock(f);
    return cursor;
}

/* A stream that joined meanwhile may have set it back: then that holds. */
static void cursor_move(struct live_feed *f, int64_t from, int64_t to)
{
    lock(f);
    if (f->cursor == from)
        f->cursor = to;
    unlock(f);
}

static err say_comments(struct live_feed *f, int64_t since)
{
    for (;;) {
        struct comment_events events = { 0 };
        int64_t cursor = cursor_of(f);
        if (cursor == NOWHERE)
            return OK;
        arena_reset(&f->arena);
        err e = read_more(f, cursor, &events);
        if (e)
            return e;
        say_events(f, &events, since);
        cursor_move(f, cursor, events.last);
        if (events.complete)
            return OK;
    }
}

err live_feed_missed(struct tx *tx, int64_t after, const int64_t *reports, size_t count,
                     struct arena *a, struct buf *out, int64_t *ret_last)
{
    int64_t last = 0;
    err e = comment_event_last(tx, &last);
    for (size_t i = 0; !e && i < count; i++) {
        struct comment_events events = { 0 };
        e = comment_events(tx, after, reports[i], LIVE_CATCH_UP, a, &events);
        struct changes changes = { .report = reports[i] };
        for (size_t k = 0; !e && k < events.count; k++)
            changes_add(&changes, &events.events[k]);
        if (!e && (events.missed || !events.complete))
            put_missed(out, reports[i]);
        else if (!e && changes.count)
            put_changes(out, 0, &changes);
    }
    buf_print(out, "id: %" PRId64 "\n\n", last); // after all: who is cut off before asks for all
    *ret_last = last;
    return e;
}

/* ---- votes and the meter */

static err put_scores(struct live_feed *f, const struct noted *n, int64_t report, struct buf *out)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct buf data CLEANUP(buf_free) = buf_make(DATA_MAX);
    struct json_writer w = json_writer(&data);
    err e = store_read(f->o.app->store, &tx);
    if (e)
        return e;
    const struct setup *setup = f->o.pin(f->o.arg);
    json_write_object(&w, NULL);
    json_write_int(&w, "report", report);
    json_write_object(&w, "scores");
    for (size_t i = 0; !e && i < SLOTS; i++) {
        bool shown = false;
        int64_t score = 0;
        if (n->voted[i].report == report)
            e = vote_score_of(&tx, n->voted[i].comment, &shown, &score);
        if (!e && shown) {
            json_write_name(&w, str_print(&f->arena, "%" PRId64, n->voted[i].comment));
            json_write_str(&w, NULL, format_int(setup->formats, &f->arena, score));
        }
    }
    json_write_end(&w);
    json_write_end(&w);
    f->o.drop(f->o.arg, setup);
    if (!e && !buf_full(&data)) // so many votes in a second: the next ones are told
        live_put(out, 0, "votes", buf_str(&data));
    return e;
}

static void say_one(struct live_feed *f, int64_t topic, const struct buf *out, int64_t since)
{
    const struct live_message m = { .topic = topic, .text = buf_str(out) };
    live_say(f->o.app->live, &m, 1, since);
}

static err say_votes(struct live_feed *f, struct noted *n)
{
    err e = OK;
    for (size_t i = 0; !e && i < SLOTS; i++) {
        int64_t report = n->voted[i].report;
        if (!n->voted[i].comment)
            continue;
        struct buf out CLEANUP(buf_free) = buf_make(LIVE_MESSAGE_MAX);
        arena_reset(&f->arena);
        if (live_heard(f->o.app->live, report))
            e = put_scores(f, n, report, &out);
        if (!e && out.n)
            say_one(f, report, &out, n->since);
        for (size_t k = i; k < SLOTS; k++)
            if (n->voted[k].report == report)
                n->voted[k] = (struct voted){ 0 };
    }
    return e;
}

static void say_meter(struct live_feed *f, int64_t since)
{
    struct buf out CLEANUP(buf_free) = buf_make(LIVE_MESSAGE_MAX);
    live_put(&out, 0, "meter", S("{}"));
    say_one(f, LIVE_EVERYONE, &out, since);
}

/* ---- the thread */

static void wait_until(struct live_feed *f, int64_t at)
{
    struct timespec until = { .tv_sec = at / SECOND, .tv_nsec = at % SECOND * 1000 };
    (void)pthread_cond_clockwait(&f->news, &f->lock, CLOCK_MONOTONIC,
                                 &until); // the caller looks at the clock and the notes
}

/* Takes what is due: comments at once, votes and the meter once a second. False: it shall end. */
static bool wait_for_news(struct live_feed *f, int64_t *slow_at, struct noted *ret)
{
    lock(f);
    struct noted *n = &f->noted;
    while (!f->stop && !n->comments) {
        bool slow = n->meter || n->votes;
        if (slow && clock_monotonic() >= *slow_at)
            break;
        if (slow)
            wait_until(f, *slow_at);
        else
            check(pthread_cond_wait(&f->news, &f->lock) == 0);
    }
    int64_t now = clock_monotonic();
    *ret = (struct noted){ .comments = n->comments, .since = n->since };
    n->comments = false;
    if (now >= *slow_at) {
        ret->meter = n->meter;
        ret->votes = n->votes;
        memcpy(ret->voted, n->voted, sizeof n->voted);
        *n = (struct noted){ 0 };
        *slow_at = now + FEED_VOTE_PAUSE;
    }
    bool goes_on = !f->stop;
    unlock(f);
    return goes_on;
}

static void pause_a_moment(struct live_feed *f)
{
    int64_t until = clock_monotonic() + FEED_PAUSE;
    lock(f);
    while (!f->stop && clock_monotonic() < until)
        wait_until(f, until);
    unlock(f);
}

static void *run(void *arg)
{
    struct live_feed *f = arg;
    struct noted *n = arena_new(&f->life, struct noted, 1);
    int64_t slow_at = 0;
    while (wait_for_news(f, &slow_at, n)) {
        err e = n->comments ? say_comments(f, n->since) : OK;
        if (!e && n->votes)
            e = say_votes(f, n);
        if (n->meter)
            say_meter(f, n->since);
        if (e) // the cursor stays: the next change tells of these too
            log_event("event=live_failed code=%d", e);
        pause_a_moment(f);
    }
    return NULL;
}

struct live_feed *live_feed_start(const struct live_feed_options *o)
{
    struct arena life;
    arena_init(&life, ARENA_BYTES);
    struct live_feed *f = arena_new(&life, struct live_feed, 1);
    f->o = *o;
    f->cursor = NOWHERE;
    f->life = life;
    arena_init(&f->arena, ARENA_BYTES);
    check(pthread_mutex_init(&f->lock, NULL) == 0 && pthread_cond_init(&f->news, NULL) == 0);
    sigset_t all;
    sigset_t before;
    check(sigfillset(&all) == 0 && pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    check(pthread_create(&f->thread, NULL, run, f) == 0);
    check(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    return f;
}

void live_feed_stop(struct live_feed *f)
{
    if (!f)
        return;
    lock(f);
    f->stop = true;
    check(pthread_cond_broadcast(&f->news) == 0);
    unlock(f);
    check(pthread_join(f->thread, NULL) == 0);
    (void)pthread_mutex_destroy(&f->lock); // nobody is left
    (void)pthread_cond_destroy(&f->news);
    arena_free(&f->arena);
    struct arena life = f->life; // which `f` is in
    arena_free(&life);
}
