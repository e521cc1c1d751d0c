#include "store/store.h"
#include "base/check.h"
#include "base/rest.h"
#include "store/backup.h"
#include "store/inside.h"
#include "store/migration.h"

#include <errno.h>

enum {
    /* Ceilings: a cache grows only as pages are used, and is given back when nobody writes. */
    WRITER_CACHE_KILOBYTES = 64 * 1024,
    READER_CACHE_KILOBYTES = 8 * 1024,
    WAIT_MS = 5000,
};

void init_condition(pthread_cond_t *c)
{
    pthread_condattr_t monotonic;
    check(!pthread_condattr_init(&monotonic) &&
          !pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) &&
          !pthread_cond_init(c, &monotonic) && !pthread_condattr_destroy(&monotonic));
}

struct timespec deadline_in(int64_t microseconds)
{
    struct timespec t;
    check(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    int64_t nanoseconds = t.tv_nsec + microseconds % SECOND * 1000;
    t.tv_sec += microseconds / SECOND + nanoseconds / 1000000000;
    t.tv_nsec = nanoseconds % 1000000000;
    return t;
}

static void alarm_init(struct alarm *a)
{
    check(!pthread_mutex_init(&a->lock, NULL));
    init_condition(&a->rung);
}

static void alarm_free(struct alarm *a)
{
    pthread_cond_destroy(&a->rung);
    pthread_mutex_destroy(&a->lock);
}

void alarm_ring(struct alarm *a)
{
    pthread_mutex_lock(&a->lock);
    a->rings++;
    pthread_cond_broadcast(&a->rung);
    pthread_mutex_unlock(&a->lock);
}

uint64_t alarm_rings(struct alarm *a)
{
    pthread_mutex_lock(&a->lock);
    uint64_t rings = a->rings;
    pthread_mutex_unlock(&a->lock);
    return rings;
}

void alarm_await(struct alarm *a, uint64_t heard, int64_t microseconds)
{
    struct timespec until = deadline_in(microseconds);
    bool late = false;
    pthread_mutex_lock(&a->lock);
    while (a->rings == heard && !late)
        late = pthread_cond_timedwait(&a->rung, &a->lock, &until) == ETIMEDOUT;
    pthread_mutex_unlock(&a->lock);
}

static err open_writer(struct store *s, const struct store_options *o, struct arena *a,
                       struct str *ret_why)
{
    struct db_options d = { .path = s->folder.database,
                            .kind = DB_WRITER,
                            .unsafe = o->unsafe || s->folder.temporary,
                            .cache_kilobytes = WRITER_CACHE_KILOBYTES };
    struct db *db = NULL;
    err e = db_open(&d, &db);
    if (e)
        return e;
    s->writer.db = db;
    struct migrations m = migrations_built_in(&s->own);
    e = migrations_examine(db, &s->folder, &m, a, ret_why);
    if (e)
        return e;
    e = db_settle(db);
    if (e) {
        *ret_why = str_print(a, "cannot use %s: %s", s->folder.database, db_message(db));
        return fault(e);
    }
    e = migrations_run(db, &s->folder, &m, a, ret_why);
    return e ? e : db_check_queries(db, a, ret_why);
}

/* Everything that is opened stays in *s also when the next step fails; store_close() frees it. */
static err open_parts(struct store *s, const struct store_options *o, struct arena *a,
                      struct str *ret_why)
{
    s->writer.wait = s->readers.wait = (o->wait_ms ? o->wait_ms : WAIT_MS) * (SECOND / 1000);
    err e = folder_open(o, &s->own, &s->folder, ret_why);
    if (!e)
        e = open_writer(s, o, a, ret_why);
    s->readers.options = (struct db_options){ .path = s->folder.database,
                                              .kind = DB_READER,
                                              .cache_kilobytes = READER_CACHE_KILOBYTES };
    if (!e && s->folder.temporary)
        e = readers_open_all(&s->readers);
    folder_forget(&s->folder);
    return e;
}

static struct store *make_store(int readers)
{
    struct arena own;
    db_init();
    arena_init(&own, SIZE_MAX / 16);
    struct store *s = arena_new(&own, struct store, 1);
    *s = (struct store){ .folder = { .lock = -1 } };
    s->own = own;
    writer_init(&s->writer, s);
    readers_init(&s->readers, readers);
    alarm_init(&s->jobs_due);
    return s;
}

err store_open(const struct store_options *o, struct arena *a, struct store **ret_store,
               struct str *ret_why)
{
    check(o->readers >= 1 && o->readers <= READERS_MAX && o->wait_ms >= 0);
    struct store *s = make_store(o->readers);
    struct str why = { 0 };
    err e = open_parts(s, o, a, &why);
    if (e) {
        *ret_why = why.n ? str_copy(a, why) : S("the database cannot be opened");
        store_close(s);
        return e;
    }
    *ret_store = s;
    return OK;
}

err store_open_beside(const char *dir, struct arena *a, struct store **ret_store,
                      struct str *ret_why)
{
    struct store *s = make_store(1);
    s->folder.dir = str_z(&s->own, str_from_z(dir));
    s->folder.database = str_z(&s->own, str_print(&s->own, "%s/diurnal.db", dir));
    s->readers.wait = WAIT_MS * (SECOND / 1000);
    s->readers.options = (struct db_options){ .path = s->folder.database,
                                              .kind = DB_READER,
                                              .cache_kilobytes = READER_CACHE_KILOBYTES };
    struct migrations m = migrations_built_in(&s->own);
    struct db *db = NULL;
    err e = backup_read_beside(dir, a, &db, ret_why);
    if (!e)
        e = migrations_all_run(db, &s->folder, &m, a, ret_why);
    db_close(db);
    if (e) {
        if (!ret_why->n)
            *ret_why = S("the database cannot be read");
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
    readers_free(&s->readers);
    writer_free(&s->writer);
    folder_close(&s->folder);
    alarm_free(&s->jobs_due);
    struct arena own = s->own;
    arena_free(&own);
}

err store_read(struct store *s, struct tx *ret_tx)
{
    struct db *db = NULL;
    err e = readers_take(&s->readers, &db);
    if (e)
        return e;
    *ret_tx = (struct tx){ .store = s, .db = db };
    return OK;
}

void tx_end(struct tx *tx)
{
    if (!tx->db)
        return;
    check(!tx->writing); /* who writes ends by returning */
    readers_give(&tx->store->readers, tx->db);
    tx->db = NULL;
}

err store_write(struct store *s, tx_work *work, void *arg)
{
    return writer_write(&s->writer, work, arg);
}

void store_set_hook(struct store *s, store_hook *hook, void *arg)
{
    s->hook = hook;
    s->hook_arg = arg;
}

struct store_statistics store_statistics(struct store *s)
{
    struct store_statistics r = { 0 };
    writer_count(&s->writer, &r);
    readers_count(&s->readers, &r);
    return r;
}

void store_rest(struct store *s)
{
    writer_rest(&s->writer);
    readers_rest(&s->readers);
    rest_memory();
}
