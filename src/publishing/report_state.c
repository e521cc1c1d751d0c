#include "base/check.h"
#include "people/subscriber.h"
#include "publishing/report_inside.h"
#include "store/job.h"

/* What becomes of a report: published, published later, withdrawn, restored. */

QUERY(read_change,
      "select r.state, r.live, r.scheduled, r.series, r.day, coalesce(r.published_at, -1),"
      " v.id, v.series, v.day, v.minute, v.moment, case when r.day = v.day and r.slug = v.slug "
      "then 1 else 0 end, v.title"
      " from report r join revision v on v.report = r.id and v.number = $2 where r.id = $1");
QUERY(address_taken, "select other.id from revision v join report other on other.day = v.day"
                     " and other.slug = v.slug and other.id <> v.report where v.id = $1");
QUERY(keep_old_address, "insert into report_path (day, slug, report)"
                        " select day, slug, id from report where id = $1"
                        " on conflict (day, slug) do update set report = excluded.report");
QUERY(drop_old_address, "delete from report_path where (day, slug) ="
                        " (select day, slug from revision where id = $1)");
QUERY(publish_words,
      "update report set state = 'published', series = $3, day = $4,"
      " slug = (select slug from revision where id = $2), words = $2, live = $5, scheduled = 0,"
      " publish_at = null, published_at = $6, updated_at = $7, edited_at = $7, reason = ''"
      " where id = $1");
QUERY(recount_series,
      "update series set report_count = (select count(*) from report where series = $1"
      " and state = 'published'), latest_day = (select max(day) from report where series = $1"
      " and state = 'published') where id = $1");
QUERY(set_schedule, "update report set scheduled = $2, publish_at = $3, edited_at = $4,"
                    " state = case when live = 0 then 'scheduled' else state end where id = $1");
QUERY(drop_schedule, "update report set scheduled = 0, publish_at = null, edited_at = $2,"
                     " state = case when live = 0 then 'draft' else state end where id = $1");
QUERY(set_withdrawn, "update report set state = 'withdrawn', reason = $2, scheduled = 0,"
                     " publish_at = null, edited_at = $3 where id = $1");
QUERY(read_due, "select scheduled, publish_at from report where id = $1 and scheduled > 0");

CHECK_ROWS(report_old_addresses, "an old address leads on, and is no report's present one",
           "select report_path.report, report.id as present from report_path join report"
           " on report.day = report_path.day and report.slug = report_path.slug"
           " where report.live > 0");

enum { SCRATCH_BYTES = 64 * 1024 };

/* A report and one of its revisions. */
struct change {
    int64_t report, number, now;
    enum report_state state;
    int64_t live, scheduled, old_series, old_day, published_at;
    int64_t revision, series, day, minute, moment;
    bool same_address;
    struct str title;
};

static err read_it(struct tx *tx, struct change *c, struct arena *a)
{
    bool row = false;
    struct stmt *s = query_start(tx, &read_change);
    bind_int(s, 1, c->report);
    bind_int(s, 2, c->number);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return REPORT_NONE;
    bool known = report_state_parse(column_str(s, 0, a), &c->state);
    c->live = column_int(s, 1);
    c->scheduled = column_int(s, 2);
    c->old_series = column_int(s, 3);
    c->old_day = column_int(s, 4);
    c->published_at = column_int(s, 5);
    c->revision = column_int(s, 6);
    c->series = column_int(s, 7);
    c->day = column_int(s, 8);
    c->minute = column_int(s, 9);
    c->moment = column_int(s, 10);
    c->same_address = column_int(s, 11);
    c->title = column_str(s, 12, a);
    query_end(s);
    return known ? OK : fault(ERR_DATA);
}

static err run_on(struct tx *tx, const struct query *q, int64_t id)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, id);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err check_free(struct tx *tx, const struct change *c)
{
    bool row = false;
    struct stmt *s = query_start(tx, &address_taken);
    bind_int(s, 1, c->revision);
    err e = query_step(s, &row);
    query_end(s);
    if (e)
        return fault(e);
    return row ? REPORT_ADDRESS_TAKEN : OK;
}

/* The old address leads to the new one; an address that is in use leads nowhere else. */
static err move_address(struct tx *tx, const struct change *c)
{
    err e = OK;
    if (c->live && !c->same_address)
        e = run_on(tx, &keep_old_address, c->report);
    return e ? e : run_on(tx, &drop_old_address, c->revision);
}

/*
 * When it counts as published: at the time its author gave; else, when its day is today, now; else
 * with its day's beginning, so that a report brought in from elsewhere takes its place among the
 * old ones. Once told it stays, unless the day changes.
 */
static int64_t published_at(const struct change *c)
{
    if (c->minute >= 0 && c->moment <= c->now)
        return c->moment;
    if (c->published_at >= 0 && c->live && c->old_day == c->day)
        return c->published_at;
    bool today = c->now >= c->moment && c->now - c->moment < DAY;
    return today || c->moment > c->now ? c->now : c->moment;
}

static err publish_row(struct tx *tx, const struct change *c)
{
    struct stmt *s = query_start(tx, &publish_words);
    bind_int(s, 1, c->report);
    bind_int(s, 2, c->revision);
    bind_int(s, 3, c->series);
    bind_int(s, 4, c->day);
    bind_int(s, 5, c->number);
    bind_int(s, 6, published_at(c));
    bind_int(s, 7, c->now);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err recount(struct tx *tx, int64_t series)
{
    tx_touch(tx, "series/%lld", (long long)series);
    return run_on(tx, &recount_series, series);
}

/* Readers see something else at the report, in its lists and in the navigation. */
static err tell(struct tx *tx, const struct change *c)
{
    tx_touch(tx, "report/%lld", (long long)c->report);
    tx_touch(tx, "front");
    tx_touch(tx, "navigation");
    err e = recount(tx, c->series);
    return e || c->old_series == c->series ? e : recount(tx, c->old_series);
}

/* Those who follow the series are told of a report that was never public before. */
static err promise_notice(struct tx *tx, const struct change *c)
{
    bool any = false;
    err e = follow_any(tx, FOLLOW_SERIES, c->series, &any);
    return e || !any ? e : job_add(tx, S(REPORT_NOTICE_JOB), c->report, c->now);
}

err report_go_public(struct tx *tx, int64_t report, int64_t number, int64_t now, bool *ret_changed)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct change c = { .report = report, .number = number, .now = now };
    err e = read_it(tx, &c, &a);
    if (e)
        return e;
    bool idle = c.state == REPORT_PUBLISHED && c.live == number && !c.scheduled;
    *ret_changed = !idle;
    if (idle)
        return OK;
    e = check_free(tx, &c);
    if (!e)
        e = move_address(tx, &c);
    if (!e)
        e = publish_row(tx, &c);
    if (!e)
        e = question_show(tx, report, now);
    if (!e && c.published_at < 0)
        e = promise_notice(tx, &c);
    return e ? e : tell(tx, &c);
}

static err note(struct tx *tx, struct actor by, struct str action, const struct change *c,
                struct str detail)
{
    struct audit_note n = {
        .action = action, .kind = S("report"), .object = c->report, .detail = detail, .now = c->now
    };
    err e = audit_add(tx, by, &n);
    return e ? fault(e) : OK;
}

err report_publish(struct tx *tx, struct actor by, int64_t report, int64_t number, int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct change c = { .report = report, .number = number, .now = now };
    bool changed = false;
    err e = read_it(tx, &c, &a);
    if (!e)
        e = report_go_public(tx, report, number, now, &changed);
    return e || !changed ? e : note(tx, by, S("report.publish"), &c, c.title);
}

static err put_schedule(struct tx *tx, const struct change *c, int64_t at)
{
    struct stmt *s = query_start(tx, &set_schedule);
    bind_int(s, 1, c->report);
    bind_int(s, 2, c->number);
    bind_int(s, 3, at);
    bind_int(s, 4, c->now);
    err e = query_run(s, NULL);
    if (!e)
        e = job_add(tx, S("report-publish"), c->report, at);
    return e ? fault(e) : OK;
}

err report_schedule(struct tx *tx, struct actor by, int64_t report, int64_t number, int64_t at,
                    int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct change c = { .report = report, .number = number, .now = now };
    err e = read_it(tx, &c, &a);
    if (e)
        return e;
    if (c.state == REPORT_WITHDRAWN || at <= now)
        return REPORT_STATE_WRONG;
    e = check_free(tx, &c);
    if (!e)
        e = put_schedule(tx, &c, at);
    return e ? e : note(tx, by, S("report.schedule"), &c, time_print(&a, at));
}

/* A report with its public or newest revision, whichever number that is. */
static err read_any(struct tx *tx, struct change *c, struct arena *a)
{
    struct report r = { 0 };
    err e = report_get(tx, c->report, a, &r);
    if (e)
        return e;
    c->number = r.live ? r.live : r.newest;
    return read_it(tx, c, a);
}

err report_unschedule(struct tx *tx, struct actor by, int64_t report, int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct change c = { .report = report, .now = now };
    err e = read_any(tx, &c, &a);
    if (e)
        return e;
    if (!c.scheduled)
        return REPORT_STATE_WRONG;
    struct stmt *s = query_start(tx, &drop_schedule);
    bind_int(s, 1, report);
    bind_int(s, 2, now);
    e = query_run(s, NULL);
    return e ? fault(e) : note(tx, by, S("report.unschedule"), &c, c.title);
}

err report_withdraw(struct tx *tx, struct actor by, int64_t report, struct str reason, int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct change c = { .report = report, .now = now };
    err e = read_any(tx, &c, &a);
    if (e)
        return e;
    if (!c.live)
        return REPORT_STATE_WRONG;
    struct stmt *s = query_start(tx, &set_withdrawn);
    bind_int(s, 1, report);
    bind_str(s, 2, reason);
    bind_int(s, 3, now);
    e = query_run(s, NULL);
    if (!e)
        e = question_show(tx, report, now);
    if (!e)
        e = tell(tx, &c);
    return e ? fault(e) : note(tx, by, S("report.withdraw"), &c, reason);
}

err report_restore(struct tx *tx, struct actor by, int64_t report, int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct change c = { .report = report, .now = now };
    bool changed = false;
    err e = read_any(tx, &c, &a);
    if (e)
        return e;
    if (c.state != REPORT_WITHDRAWN)
        return REPORT_STATE_WRONG;
    e = report_go_public(tx, report, c.live, now, &changed);
    return e ? e : note(tx, by, S("report.restore"), &c, c.title);
}

struct due {
    int64_t report, now;
};

static err publish_due(struct tx *tx, void *arg)
{
    const struct due *d = arg;
    bool row = false;
    struct stmt *s = query_start(tx, &read_due);
    bind_int(s, 1, d->report);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return OK; // it was taken off the plan, or published by hand
    int64_t number = column_int(s, 0);
    int64_t at = column_int(s, 1);
    query_end(s);
    if (at > d->now)
        return job_add(tx, S("report-publish"), d->report, at);
    return report_publish(tx, ACTOR_SERVER, d->report, number, d->now);
}

err report_publish_job(const struct app *app, int64_t report)
{
    struct due d = { .report = report, .now = clock_now(&app->clock) };
    return store_write(app->store, publish_due, &d);
}
