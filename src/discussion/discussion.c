#include "discussion/discussion.h"

#include <inttypes.h>

QUERY(discussion_row, "select published, threads, held, hidden, spam, deleted, answers, open "
                      "from discussion where report = $1");
QUERY(discussion_sums, "select coalesce(sum(published), 0), coalesce(sum(threads), 0), "
                       "coalesce(sum(held), 0), coalesce(sum(hidden), 0), coalesce(sum(spam), 0), "
                       "coalesce(sum(deleted), 0), coalesce(sum(answers), 0), 1 from discussion");
QUERY(discussion_open_set,
      "insert into discussion (report, open, kept_open) values ($1, $2, $2) on conflict (report) "
      "do update set open = excluded.open, kept_open = excluded.kept_open");
QUERY(discussion_add,
      "insert into discussion (report, published, threads, held, hidden, spam, deleted, answers) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (report) do update set "
      "published = discussion.published + excluded.published, "
      "threads = discussion.threads + excluded.threads, held = discussion.held + excluded.held, "
      "hidden = discussion.hidden + excluded.hidden, spam = discussion.spam + excluded.spam, "
      "deleted = discussion.deleted + excluded.deleted, "
      "answers = discussion.answers + excluded.answers");

#define COUNTED(state) "sum(case when state = '" state "' then 1 else 0 end) as " state ", "
#define STATES_COUNTED                                                                             \
    COUNTED("published") COUNTED("held") COUNTED("hidden") COUNTED("spam") COUNTED("deleted")
#define COMMENTS_COUNTED                                                                           \
    "(select report, " STATES_COUNTED                                                              \
    "sum(case when question is not null and state = 'published' "                                  \
    "then 1 else 0 end) as answers, sum(case when root is null then visible else 0 end) as "       \
    "threads from comment group by report)"
CHECK_ROWS(
    discussion_counted, "a discussion's counters are the numbers of its comments in each state",
    "select d.report, d.published, c.published as counted_published, d.threads, "
    "c.threads as counted_threads, d.held, c.held as counted_held, d.hidden, "
    "c.hidden as counted_hidden, d.spam, c.spam as counted_spam, d.deleted, "
    "c.deleted as counted_deleted, d.answers, c.answers as counted_answers from " COMMENTS_COUNTED
    " c "
    "join discussion d on d.report = c.report where d.published <> c.published "
    "or d.threads <> c.threads or d.held <> c.held or d.hidden <> c.hidden "
    "or d.spam <> c.spam or d.deleted <> c.deleted or d.answers <> c.answers");
CHECK_ROWS(discussion_there, "a report with comments has a discussion, and one without has zeros",
           "select report from comment where report not in (select report from discussion) "
           "union select report from discussion where published + threads + held + hidden + spam "
           "+ deleted <> 0 and report not in (select report from comment)");

static err read_row(struct stmt *s, struct discussion *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    *ret = (struct discussion){
        .report = ret->report,
        .published = column_int(s, 0),
        .threads = column_int(s, 1),
        .held = column_int(s, 2),
        .hidden = column_int(s, 3),
        .spam = column_int(s, 4),
        .deleted = column_int(s, 5),
        .answers = column_int(s, 6),
        .open = column_int(s, 7),
    };
    query_end(s);
    return OK;
}

err discussion_get(struct tx *tx, int64_t report, struct discussion *ret)
{
    struct discussion d = { .report = report, .open = true };
    struct stmt *s = query_start(tx, &discussion_row);
    bind_int(s, 1, report);
    err e = read_row(s, &d);
    if (e)
        return fault(e);
    *ret = d;
    return OK;
}

err discussion_set_open(struct tx *tx, int64_t report, bool open)
{
    struct stmt *s = query_start(tx, &discussion_open_set);
    bind_int(s, 1, report);
    bind_int(s, 2, open);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    tx_touch(tx, "report/%" PRId64, report);
    return OK;
}

err discussion_sum(struct tx *tx, struct discussion *ret)
{
    struct discussion d = { .open = true };
    err e = read_row(query_start(tx, &discussion_sums), &d);
    if (e)
        return fault(e);
    *ret = d;
    return OK;
}

err discussion_count(struct tx *tx, int64_t report, const struct discussion *change)
{
    struct stmt *s = query_start(tx, &discussion_add);
    bind_int(s, 1, report);
    bind_int(s, 2, change->published);
    bind_int(s, 3, change->threads);
    bind_int(s, 4, change->held);
    bind_int(s, 5, change->hidden);
    bind_int(s, 6, change->spam);
    bind_int(s, 7, change->deleted);
    bind_int(s, 8, change->answers);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    tx_touch(tx, "report/%" PRId64, report);
    if (change->published)
        tx_touch(tx, "comments/%" PRId64, report);
    return OK;
}
