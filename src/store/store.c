#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/inside.h"
#include "store/migration.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    WAIT_SECONDS = 5,
    WRITER_CACHE_KB = 64 * 1024,
    READER_CACHE_KB = 8 * 1024,
    TOPIC_MAX = 200,
    TOPICS_MAX_BYTES = 16 * 1024 * 1024,
};

QUERY(begin_read, "begin");
QUERY(begin_write, "begin immediate");
QUERY(commit_tx, "commit");

struct touched {
    struct buf topics;
};

static err open_writer(struct store *s, const struct store_options *o, struct arena *a,
                       struct str *ret_why)
{
    struct db_options d = { .path = s->folder.database,
                            .kind = DB_WRITER,
                            .unsafe = o->unsafe || !o->dir,
                            .cache_kilobytes = WRITER_CACHE_KB };
    err e = db_open(&d, &s->writer);
    if (e)
        return e;
    e = migration_examine(s->writer, &s->folder, a, ret_why);
    if (e)
        return e;
    e = db_settle(s->writer);
    if (e)
        *ret_why = str_print(a, "cannot use %s: %s", s->folder.database, db_message(s->writer));
    if (!e)
        e = migration_run(s->writer, &s->folder, a, ret_why);
    if (!e)
        e = db_prepare_all(s->writer, a, ret_why);
    return e;
}

static err open_reader(struct store *s, struct db **ret_db)
{
    struct db *db = NULL;
    err e = db_open(&s->reader, &db);
    if (!e)
        e = db_settle(db);
    int64_t tables = 0;
    if (!e) /* the file beside the database, which all connections share, is opened now */
        e = db_exec_int(db, "select count(*) from sqlite_schema", &tables);
    if (e) {
        db_close(db);
        return fault(e);
    }
    *ret_db = db;
    return OK;
}

/* A temporary folder goes as soon as every connection is open. */
static err open_all_readers(struct store *s)
{
    struct pool *p = &s->pool;
    while (p->opened < p->most) {
        err e = open_reader(s, &p->idle[p->idle_count]);
        if (e)
            return e;
        p->idle_count++;
        p->opened++;
    }
    folder_forget(&s->folder);
    return OK;
}

static void init_locks(struct store *s)
{
    pthread_condattr_t monotonic;
    check(!pthread_condattr_init(&monotonic) &&
          !pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC));
    check(!pthread_mutex_init(&s->writing, NULL) && !pthread_mutex_init(&s->pool.lock, NULL) &&
          !pthread_cond_init(&s->pool.given_back, &monotonic));
    check(!pthread_condattr_destroy(&monotonic));
}

err store_open(const struct store_options *o, struct arena *a, struct store **ret_store,
               struct str *ret_why)
{
    check(o->readers >= 1 && o->readers <= READERS_MAX);
    *ret_why = S("");
    struct arena own;
    arena_init(&own, SIZE_MAX / 16);
    struct store *s = arena_new(&own, struct store, 1);
    *s = (struct store){ .folder = { .lock = -1 }, .pool = { .most = o->readers } };
    init_locks(s);
    err e = folder_open(o, &own, &s->folder, ret_why);
    s->reader = (struct db_options){ .path = s->folder.database,
                                     .kind = DB_READER,
                                     .cache_kilobytes = READER_CACHE_KB };
    if (!e)
        e = open_writer(s, o, a, ret_why);
    if (!e && !o->dir)
        e = open_all_readers(s);
    s->own = own;
    if (e) {
        *ret_why = str_copy(a, ret_why->n ? *ret_why : S("the database cannot be opened"));
        log_event("event=store_refused code=%d why=\"" STR_FMT "\"", e, STR_ARG(*ret_why));
        store_close(s);
        return e;
    }
    *ret_store = s;
    return OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    check(s->pool.idle_count == s->pool.opened); /* every reader has been given back */
    for (int i = 0; i < s->pool.idle_count; i++)
        db_close(s->pool.idle[i]);
    db_close(s->writer);
    folder_close(&s->folder);
    pthread_mutex_destroy(&s->writing);
    pthread_mutex_destroy(&s->pool.lock);
    pthread_cond_destroy(&s->pool.given_back);
    struct arena own = s->own;
    arena_free(&own);
}

static struct timespec after_seconds(int seconds)
{
    struct timespec t;
    check(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    t.tv_sec += seconds;
    return t;
}

/* An idle connection, or leave to open one more (then *ret_db is NULL), or ERR_BUSY. */
static err pool_take(struct pool *p, struct db **ret_db)
{
    struct timespec until = after_seconds(WAIT_SECONDS);
    err e = OK;
    pthread_mutex_lock(&p->lock);
    while (!p->idle_count && p->opened == p->most && !e)
        if (pthread_cond_timedwait(&p->given_back, &p->lock, &until) == ETIMEDOUT)
            e = ERR_BUSY;
    if (p->idle_count) {
        e = OK;
        *ret_db = p->idle[--p->idle_count];
    } else if (!e) {
        p->opened++;
    }
    pthread_mutex_unlock(&p->lock);
    return e;
}

static void pool_give(struct pool *p, struct db *db)
{
    pthread_mutex_lock(&p->lock);
    if (db)
        p->idle[p->idle_count++] = db;
    else
        p->opened--;
    pthread_cond_signal(&p->given_back);
    pthread_mutex_unlock(&p->lock);
}

err store_read(struct store *s, struct tx *ret_tx)
{
    struct db *db = NULL;
    err e = pool_take(&s->pool, &db);
    if (e)
        return fault(e);
    if (!db)
        e = open_reader(s, &db);
    if (!e)
        e = db_run(db, &begin_read);
    if (e) {
        pool_give(&s->pool, db);
        return e;
    }
    *ret_tx = (struct tx){ .store = s, .db = db };
    return OK;
}

void tx_end(struct tx *tx)
{
    if (!tx->db)
        return;
    check(!tx->writing); /* who writes ends by returning */
    db_roll_back(tx->db);
    pool_give(&tx->store->pool, tx->db);
    tx->db = NULL;
}

static err run_alone(struct store *s, struct tx *tx, tx_work *work, void *arg)
{
    err e = db_run(s->writer, &begin_write);
    if (e)
        return e;
    e = work(tx, arg);
    db_end_statements(s->writer);
    if (!e)
        e = db_run(s->writer, &commit_tx);
    db_roll_back(s->writer);
    return e;
}

static void tell(struct store *s, struct str topics)
{
    struct str topic = { 0 };
    while (s->hook && str_cut(topics, '\n', &topic, &topics))
        s->hook(s->hook_arg, topic);
}

err store_write(struct store *s, tx_work *work, void *arg)
{
    pthread_mutex_lock(&s->writing);
    struct touched touched = { .topics = buf_make(TOPICS_MAX_BYTES) };
    struct tx tx = { .store = s, .db = s->writer, .touched = &touched, .writing = true };
    err e = run_alone(s, &tx, work, arg);
    if (!e)
        tell(s, buf_str(&touched.topics));
    buf_free(&touched.topics);
    pthread_mutex_unlock(&s->writing);
    return e;
}

void tx_touch(struct tx *tx, const char *topic, ...)
{
    char text[TOPIC_MAX];
    check(tx->writing);
    va_list args;
    va_start(args, topic);
    int n = vsnprintf(text, sizeof text, topic, args);
    va_end(args);
    check(n > 0 && n < TOPIC_MAX && !memchr(text, '\n', (size_t)n));
    buf_put(&tx->touched->topics, (struct str){ text, (size_t)n });
    buf_put_char(&tx->touched->topics, '\n');
    check(!buf_full(&tx->touched->topics));
}

void store_set_hook(struct store *s, store_hook *hook, void *arg)
{
    s->hook = hook;
    s->hook_arg = arg;
}
