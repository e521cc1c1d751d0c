#include "discussion/closing.h"
#include "base/clock.h"
#include "discussion/appeal.h"
#include "discussion/mark.h"
#include "people/audit.h"
#include "store/job.h"

CONFIG_INT(discussion_close_after_days, "discussion", "close_after_days", 0, 0, 36500,
           "Days after a report's publication on which its discussion closes by itself, within an "
           "hour. 0: never. A series may say otherwise at the desk, and so may who opens a "
           "discussion by hand.");

/* Times and days are microseconds; a series that says 0 never closes. */
QUERY(discussions_old,
      "select r.id from report r join series s on s.id = r.series "
      "left join discussion d on d.report = r.id where r.state = 'published' "
      "and coalesce(s.close_after, $1) > 0 "
      "and r.published_at + coalesce(s.close_after, $1) * $3 <= $2 "
      "and coalesce(d.open, 1) = 1 and coalesce(d.kept_open, 0) = 0 order by r.id limit $4");

static err find_old(struct tx *tx, int64_t days, int64_t now, int64_t ids[CLOSING_STEP],
                    size_t *ret_n)
{
    struct stmt *s = query_start(tx, &discussions_old);
    bind_int(s, 1, days);
    bind_int(s, 2, now);
    bind_int(s, 3, DAY);
    bind_int(s, 4, CLOSING_STEP);
    for (*ret_n = 0;; ++*ret_n) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        ids[*ret_n] = column_int(s, 0);
    }
}

static err close_one(struct tx *tx, int64_t report, int64_t now)
{
    int64_t act = 0;
    struct mark_wish w = { .kind = ACT_CLOSE, .object = report, .now = now };
    struct audit_note note = { .action = S("discussion.close"),
                               .kind = S("report"),
                               .object = report,
                               .detail = S("by age"),
                               .now = now };
    err e = mark_set(tx, &w, &act);
    if (e > 0)
        e = ERR_DATA; // it was open a moment ago
    return e ? e : audit_add(tx, ACTOR_SERVER, &note);
}

err closing_step(struct tx *tx, int64_t days, int64_t now, size_t *ret_n)
{
    int64_t ids[CLOSING_STEP];
    err e = find_old(tx, days, now, ids, ret_n);
    for (size_t i = 0; !e && i < *ret_n; i++)
        e = close_one(tx, ids[i], now);
    return e ? fault(e) : OK;
}

struct hour {
    int64_t days, now;
    size_t closed;
};

static err close_some(struct tx *tx, void *arg)
{
    struct hour *h = arg;
    return closing_step(tx, h->days, h->now, &h->closed);
}

static err end_hour(struct tx *tx, void *arg)
{
    const struct hour *h = arg;
    err e = appeal_prune(tx, h->now);
    return e ? e : job_add(tx, S(CLOSING_JOB), 0, h->now + HOUR);
}

err closing_job(const struct app *app, int64_t days)
{
    struct hour h = { .days = days, .now = clock_now(&app->clock) };
    do {
        err e = store_write(app->store, close_some, &h);
        if (e)
            return fault(e);
    } while (h.closed == CLOSING_STEP);
    return store_write(app->store, end_hour, &h);
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(CLOSING_JOB), 0, *at);
}

err closing_promise(struct store *store, int64_t at)
{
    return store_write(store, promise, &at);
}
