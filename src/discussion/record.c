#include "discussion/record.h"
#include "base/check.h"
#include "base/clock.h"

#include <inttypes.h>

QUERY(record_reasons, "select reason, comments from moderation_reason where report = $1");
QUERY(record_waits, "select minutes, decisions from moderation_wait where report = $1 "
                    "and decisions > 0 order by minutes");
QUERY(record_reason_add,
      "insert into moderation_reason (report, reason, comments) values ($1, $2, $3) "
      "on conflict (report, reason) do update set "
      "comments = moderation_reason.comments + excluded.comments");
QUERY(record_wait_add,
      "insert into moderation_wait (report, minutes, decisions) values ($1, $2, $3) "
      "on conflict (report, minutes) do update set "
      "decisions = moderation_wait.decisions + excluded.decisions");

CHECK_ROWS(comment_reason, "a removed comment has a reason, and another has none",
           "select id, state from comment "
           "where (state in ('hidden', 'spam', 'deleted')) <> (reason <> 0)");
CHECK_ROWS(record_reasons_counted, "a report's removed comments are counted by their reasons",
           "select report, sum(counted) as comments_less_counted from "
           "(select report, reason, comments as counted from moderation_reason union all "
           "select report, reason, -1 from comment where reason <> 0) as both_sides "
           "group by report, reason having sum(counted) <> 0");
CHECK_ROWS(record_waits_counted, "how long comments waited is counted as it was decided",
           "select report, minutes, sum(counted) as decisions_less_counted from "
           "(select report, minutes, decisions as counted from moderation_wait union all "
           "select c.report, d.minutes, -1 from decision d join comment c on c.id = d.comment "
           "where d.minutes is not null and d.undone = 0) as both_sides "
           "group by report, minutes having sum(counted) <> 0");

int64_t record_minutes(int64_t since, int64_t now)
{
    enum {
        HOUR_MINUTES = 60,
        HOURS_MINUTES = 10 * HOUR_MINUTES,
        DAY_MINUTES = 24 * 60,
        DAYS_MINUTES = 3 * DAY_MINUTES,
        YEAR_DAYS = 366
    };
    int64_t m = now > since ? (now - since) / MINUTE : 0;
    int64_t step = 1;
    if (m > (int64_t)YEAR_DAYS * DAY_MINUTES)
        m = (int64_t)YEAR_DAYS * DAY_MINUTES;
    if (m >= DAYS_MINUTES)
        step = DAY_MINUTES;
    else if (m >= HOURS_MINUTES)
        step = HOUR_MINUTES;
    else if (m >= HOUR_MINUTES)
        step = 10;
    return m - m % step;
}

static err read_reasons(struct tx *tx, int64_t report, struct record *ret)
{
    struct stmt *s = query_start(tx, &record_reasons);
    bind_int(s, 1, report);
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        int64_t reason = column_int(s, 0);
        if (reason <= REASON_NONE || reason >= REASONS)
            return ERR_DATA;
        ret->reasons[reason] = column_int(s, 1);
    }
}

/* The middle one; of an even number the lower of the two in the middle. */
static err read_median(struct tx *tx, int64_t report, int64_t *ret)
{
    enum { ROWS_MAX = 1000 }; // record_minutes() gives fewer different ones
    int64_t minutes[ROWS_MAX];
    int64_t counts[ROWS_MAX];
    int64_t sum = 0;
    size_t n = 0;
    struct stmt *s = query_start(tx, &record_waits);
    bind_int(s, 1, report);
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return e;
        if (!row)
            break;
        check(n < ROWS_MAX);
        minutes[n] = column_int(s, 0);
        counts[n] = column_int(s, 1);
        sum += counts[n++];
    }
    int64_t before = 0;
    *ret = -1;
    for (size_t i = 0; i < n && *ret < 0; i++) {
        before += counts[i];
        if (before * 2 >= sum)
            *ret = minutes[i];
    }
    return OK;
}

err record_get(struct tx *tx, int64_t report, struct record *ret)
{
    struct discussion d = { 0 };
    struct record record = { .median = -1 };
    err e = discussion_get(tx, report, &d);
    if (!e)
        e = read_reasons(tx, report, &record);
    if (!e)
        e = read_median(tx, report, &record.median);
    if (e)
        return fault(e);
    record.published = d.published;
    record.held = d.held;
    record.removed = d.hidden + d.spam + d.deleted;
    record.comments = record.published + record.held + record.removed;
    *ret = record;
    return OK;
}

err record_count_reason(struct tx *tx, int64_t report, enum reason reason, int64_t n)
{
    check(reason != REASON_NONE);
    struct stmt *s = query_start(tx, &record_reason_add);
    bind_int(s, 1, report);
    bind_int(s, 2, reason);
    bind_int(s, 3, n);
    return query_run(s, NULL);
}

err record_count_wait(struct tx *tx, int64_t report, int64_t minutes, int64_t n)
{
    struct stmt *s = query_start(tx, &record_wait_add);
    bind_int(s, 1, report);
    bind_int(s, 2, minutes);
    bind_int(s, 3, n);
    err e = query_run(s, NULL);
    if (e)
        return e;
    tx_touch(tx, "report/%" PRId64, report);
    return OK;
}
