#include "store/reader.h"
#include "base/check.h"
#include "store/inside.h"

#include <errno.h>

QUERY(begin_read, "begin");
QUERY(end_read, "rollback");

void readers_init(struct readers *p, int most)
{
    *p = (struct readers){ .most = most };
    check(!pthread_mutex_init(&p->lock, NULL));
    init_condition(&p->given_back);
}

void readers_free(struct readers *p)
{
    check(p->idle_count == p->opened); /* every one has been given back */
    for (int i = 0; i < p->idle_count; i++)
        db_close(p->idle[i]);
    pthread_cond_destroy(&p->given_back);
    pthread_mutex_destroy(&p->lock);
}

static err open_one(const struct db_options *o, struct db **ret_db)
{
    struct db *db = NULL;
    int64_t tables = 0;
    err e = db_open(o, &db);
    if (e)
        return e;
    e = db_settle(db);
    if (!e) /* opens what lies beside the database too: a temporary folder may go away then */
        e = db_exec_int(db, "select count(*) from sqlite_schema", &tables);
    if (e) {
        db_close(db);
        return fault(e);
    }
    *ret_db = db;
    return OK;
}

err readers_open_all(struct readers *p)
{
    p->fixed = true;
    for (; p->opened < p->most; p->opened++) {
        err e = open_one(&p->options, &p->idle[p->idle_count]);
        if (e)
            return e;
        p->idle_count++;
    }
    return OK;
}

/* An idle connection; or NULL, and leave to open one more. */
static err take_place(struct readers *p, struct db **ret_db)
{
    struct timespec until = deadline_in(p->wait);
    bool late = false;
    pthread_mutex_lock(&p->lock);
    while (!p->idle_count && p->opened == p->most && !late)
        late = pthread_cond_timedwait(&p->given_back, &p->lock, &until) == ETIMEDOUT;
    err e = OK;
    if (p->idle_count && p->idle_least == p->idle_count)
        p->idle_least--;
    if (p->idle_count)
        *ret_db = p->idle[--p->idle_count];
    else if (p->opened < p->most)
        p->opened++;
    else
        e = ERR_BUSY;
    p->reads++;
    p->busy += e == ERR_BUSY;
    pthread_mutex_unlock(&p->lock);
    return e;
}

static void give_place(struct readers *p, struct db *db)
{
    pthread_mutex_lock(&p->lock);
    if (db)
        p->idle[p->idle_count++] = db;
    else
        p->opened--;
    pthread_cond_signal(&p->given_back);
    pthread_mutex_unlock(&p->lock);
}

err readers_take(struct readers *p, struct db **ret_db)
{
    struct db *db = NULL;
    err e = take_place(p, &db);
    if (e)
        return fault(e);
    if (!db)
        e = open_one(&p->options, &db);
    if (!e)
        e = db_run(db, &begin_read);
    if (e) {
        give_place(p, db);
        return e;
    }
    *ret_db = db;
    return OK;
}

void readers_give(struct readers *p, struct db *db)
{
    db_end_statements(db);
    if (db_in_transaction(db) && db_run(db, &end_read))
        db_roll_back(db);
    give_place(p, db);
}

void readers_count(struct readers *p, struct store_statistics *ret)
{
    pthread_mutex_lock(&p->lock);
    ret->reads = p->reads;
    ret->busy += p->busy;
    ret->readers_open_now = p->opened;
    ret->readers_in_use_now = p->opened - p->idle_count;
    pthread_mutex_unlock(&p->lock);
}

/* The idle ones are a stack, so those not needed lie at its bottom. */
void readers_rest(struct readers *p)
{
    struct db *cold[READERS_MAX];
    pthread_mutex_lock(&p->lock);
    int n = p->fixed ? 0 : p->idle_least;
    for (int i = 0; p->fixed && i < p->idle_least; i++)
        db_release_memory(p->idle[i]);
    for (int i = 0; i < n; i++)
        cold[i] = p->idle[i];
    for (int i = n; i < p->idle_count; i++)
        p->idle[i - n] = p->idle[i];
    p->idle_count -= n;
    p->opened -= n;
    p->idle_least = p->idle_count;
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < n; i++)
        db_close(cold[i]);
}
