#include "people/daily.h"
#include "people/claim.h"
#include "people/keys.h"
#include "people/subscriber.h"
#include "store/job.h"

QUERY(delete_sessions_over, "delete from session where ends_at <= $1");
QUERY(delete_links_over, "delete from link where ends_at <= $1");

enum { SCRATCH = 65536 }; /* bytes */

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(PEOPLE_DAILY_JOB), 0, *at);
}

err people_daily_promise(struct store *store, int64_t at)
{
    return store_write(store, promise, &at);
}

static err delete_over(struct tx *tx, const struct query *q, int64_t now)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, now);
    return query_run(s, NULL);
}

static err clear(struct tx *tx, void *arg)
{
    const int64_t *now = arg;
    err e = delete_over(tx, &delete_sessions_over, *now);
    if (!e)
        e = delete_over(tx, &delete_links_over, *now);
    if (!e)
        e = claim_drop_old(tx, *now);
    if (!e)
        e = subscriber_daily(tx, *now);
    return e ? e : job_add(tx, S(PEOPLE_DAILY_JOB), 0, *now + DAY);
}

err people_daily(const struct app *app)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    int64_t now = clock_now(&app->clock);
    err e = keys_renew(app->keys, now, &a);
    return e ? e : store_write(app->store, clear, &now);
}
