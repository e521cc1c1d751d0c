#include "discussion/comment_event.h"
#include "base/check.h"
#include "discussion/notice.h"
#include "store/job.h"

CONFIG_INT(discussion_event_days, "discussion", "event_days", 7, 1, 365,
           "Days for which it is remembered that a comment appeared or changed. A live page that "
           "was cut off for longer, and a webhook that was switched off for longer, have missed "
           "some of it and have to look at everything anew.");

QUERY(event_insert,
      "insert into comment_event (comment, report, change, at) values ($1, $2, $3, $4)");
QUERY(event_ends, "select coalesce((select id from comment_event order by id limit 1), 0), "
                  "coalesce((select max(id) from comment_event), 0)");
QUERY(events_after, "select id, comment, report, change, at from comment_event "
                    "where id > $1 and id <= $2 order by id limit $3");
QUERY(events_of_report, "select id, comment, report, change, at from comment_event "
                        "where id > $1 and id <= $2 and report = $4 order by id limit $3");
/* Only the oldest are looked at, for they have no index by time. The latest one keeps the ids
 * growing. */
QUERY(events_drop,
      "delete from comment_event where at < $1 and id < (select max(id) from comment_event) "
      "and id in (select id from comment_event order by id limit $2)");

enum { PRUNE_SOME = 5000 };

static const char *const change_names[COMMENT_CHANGES] = {
    [COMMENT_CHANGE_PUBLISHED] = "published", [COMMENT_CHANGE_HELD] = "held",
    [COMMENT_CHANGE_APPROVED] = "approved",   [COMMENT_CHANGE_EDITED] = "edited",
    [COMMENT_CHANGE_HIDDEN] = "hidden",       [COMMENT_CHANGE_SPAM] = "spam",
    [COMMENT_CHANGE_DELETED] = "deleted",     [COMMENT_CHANGE_RESTORED] = "restored",
    [COMMENT_CHANGE_ERASED] = "erased",
};

struct str comment_change_str(enum comment_change c)
{
    check(c > 0 && c < COMMENT_CHANGES);
    return str_from_z(change_names[c]);
}

err comment_event_add(struct tx *tx, int64_t comment, int64_t report, enum comment_change change,
                      int64_t now)
{
    check(change > 0 && change < COMMENT_CHANGES);
    struct stmt *s = query_start(tx, &event_insert);
    bind_int(s, 1, comment);
    bind_int(s, 2, report);
    bind_int(s, 3, (int64_t)change);
    bind_int(s, 4, now);
    err e = query_run(s, NULL);
    bool appears = change == COMMENT_CHANGE_PUBLISHED || change == COMMENT_CHANGE_APPROVED ||
                   change == COMMENT_CHANGE_RESTORED;
    return e || !appears ? e : notice_promise(tx, comment, report, now);
}

struct ends {
    int64_t first, last;
};

static err ends_get(struct tx *tx, struct ends *ret)
{
    struct stmt *s = query_start(tx, &event_ends);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret = (struct ends){ column_int(s, 0), column_int(s, 1) };
    query_end(s);
    return OK;
}

err comment_event_last(struct tx *tx, int64_t *ret)
{
    struct ends ends = { 0 };
    err e = ends_get(tx, &ends);
    if (!e)
        *ret = ends.last;
    return e;
}

static err read_events(struct stmt *s, size_t most, struct comment_event *ret, size_t *ret_n)
{
    size_t n = 0;
    bool row = true;
    while (n < most) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        ret[n++] = (struct comment_event){
            .id = column_int(s, 0),
            .comment = column_int(s, 1),
            .report = column_int(s, 2),
            .change = (enum comment_change)column_int(s, 3),
            .at = column_int(s, 4),
        };
    }
    if (row)
        query_end(s);
    *ret_n = n;
    return OK;
}

err comment_events(struct tx *tx, int64_t after, int64_t report, size_t most, struct arena *a,
                   struct comment_events *ret)
{
    check(most > 0 && most <= COMMENT_EVENTS_MAX);
    struct ends ends = { 0 };
    err e = ends_get(tx, &ends);
    if (e)
        return e;
    bool missed = after > ends.last || (ends.first && after < ends.first - 1);
    if (after < ends.first || after > ends.last)
        after = after > ends.last ? ends.last : ends.first ? ends.first - 1 : 0;
    int64_t until =
        ends.last - after > COMMENT_EVENTS_SPAN ? after + COMMENT_EVENTS_SPAN : ends.last;
    struct comment_event *rows = arena_new(a, struct comment_event, most);
    size_t n = 0;
    struct stmt *s = query_start(tx, report ? &events_of_report : &events_after);
    bind_int(s, 1, after);
    bind_int(s, 2, until);
    bind_int(s, 3, (int64_t)most);
    if (report)
        bind_int(s, 4, report);
    e = read_events(s, most, rows, &n);
    if (e)
        return e;
    int64_t last = n == most ? rows[n - 1].id : until;
    *ret = (struct comment_events){ rows, n, last, missed, last == ends.last };
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}

/* ---- the daily job */

struct prune {
    int64_t before, next;
    int64_t dropped;
};

static err prune_some(struct tx *tx, void *arg)
{
    struct prune *p = arg;
    struct stmt *s = query_start(tx, &events_drop);
    bind_int(s, 1, p->before);
    bind_int(s, 2, PRUNE_SOME);
    err e = query_run(s, &p->dropped);
    return e ? e : job_add(tx, S(COMMENT_EVENT_JOB), 0, p->next);
}

err comment_event_job(const struct app *app, int64_t days)
{
    int64_t now = clock_now(&app->clock);
    struct prune p = { .before = now - days * DAY, .next = now + DAY };
    do {
        err e = store_write(app->store, prune_some, &p);
        if (e)
            return fault(e);
    } while (p.dropped > 0);
    return OK;
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(COMMENT_EVENT_JOB), 0, *at);
}

err comment_event_promise(struct store *store, int64_t at)
{
    return store_write(store, promise, &at);
}
