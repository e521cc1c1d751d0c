#include "mail/queue.h"
#include "base/check.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "id, key, kind, recipient, subject, detail, note, since, due_at, ended_at, attempts, state, "  \
    "code, answer"
QUERY(select_due_mails, "select " COLUMNS " from mail where ended_at is null and due_at <= $1 "
                        "order by due_at, id limit $2");
QUERY(select_next_due_mail, "select due_at from mail where ended_at is null and due_at > $1 "
                            "order by due_at limit 1");
QUERY(select_mail, "select " COLUMNS " from mail where id = $1");
QUERY(select_failed_mails, "select " COLUMNS " from mail where state >= 3 and id < $1 "
                           "order by id desc limit $2");
QUERY(end_mail,
      "update mail set state = $2, ended_at = $3, recipient = $4, code = $5, answer = $6, "
      "attempts = attempts + 1 where id = $1 and ended_at is null");
QUERY(put_mail_off, "update mail set due_at = $2, code = $3, answer = $4, "
                    "attempts = attempts + 1 where id = $1 and ended_at is null");
QUERY(bounce_mail, "update mail set state = 4, answer = $2, ended_at = $3 "
                   "where id = $1 and state = 1");
QUERY(try_mail_again, "update mail set state = 0, ended_at = null, attempts = 0, due_at = $2, "
                      "since = $2 where id = $1 and state = 3");
QUERY(delete_old_mails, "delete from mail where id in (select id from mail where ended_at < $1 "
                        "order by ended_at limit $2)");
QUERY(count_waiting_mails, "select count(*), coalesce(min(since), 0), "
                           "count(case when attempts > 0 then 1 end) "
                           "from mail where ended_at is null");
QUERY(count_ended_mails, "select count(case when state = 1 then 1 end), "
                         "count(case when state >= 3 then 1 end) from mail where ended_at > $1");

enum { PRUNED_AT_ONCE = 2000 };

CHECK_ROWS(mail_ends, "a mail has ended if and only if it no longer waits",
           "select id, state from mail where (state = 0) <> (ended_at is null)");

static struct queued row_of(struct stmt *q, struct arena *a)
{
    return (struct queued){
        .id = column_int(q, 0),
        .order = { .key = column_str(q, 1, a),
                   .kind = column_str(q, 2, a),
                   .to = column_str(q, 3, a),
                   .subject = column_int(q, 4),
                   .detail = column_int(q, 5),
                   .note = column_str(q, 6, a) },
        .since = column_int(q, 7),
        .due_at = column_int(q, 8),
        .ended_at = column_int(q, 9),
        .attempts = column_int(q, 10),
        .state = (enum mail_state)column_int(q, 11),
        .code = column_int(q, 12),
        .answer = column_str(q, 13, a),
    };
}

/* Rows of a started query, at most `max`. */
static err take_rows(struct stmt *q, size_t max, struct arena *a, struct queued *rows,
                     size_t *ret_n)
{
    bool row = false;
    size_t n = 0;
    err e = query_step(q, &row);
    while (!e && row && n < max) {
        rows[n++] = row_of(q, a);
        e = query_step(q, &row);
    }
    query_end(q);
    *ret_n = n;
    return e;
}

err queue_due(struct tx *tx, int64_t now, size_t max, struct arena *a, struct queued *ret_rows,
              size_t *ret_n)
{
    struct stmt *q = query_start(tx, &select_due_mails);
    bind_int(q, 1, now);
    bind_int(q, 2, (int64_t)max);
    return take_rows(q, max, a, ret_rows, ret_n);
}

err queue_next_due(struct tx *tx, int64_t now, int64_t *ret_at)
{
    bool row = false;
    struct stmt *q = query_start(tx, &select_next_due_mail);
    bind_int(q, 1, now);
    err e = query_step(q, &row);
    if (!e)
        *ret_at = row ? column_int(q, 0) : 0;
    query_end(q);
    return e;
}

static err put_off(struct tx *tx, const struct queue_outcome *o, int64_t *ret_changes)
{
    struct stmt *q = query_start(tx, &put_mail_off);
    bind_int(q, 1, o->id);
    bind_int(q, 2, o->due_at);
    bind_int_or_null(q, 3, o->code);
    bind_str_or_null(q, 4, o->answer);
    return query_run(q, ret_changes);
}

err queue_outcome(struct tx *tx, const struct queue_outcome *o, bool *ret_done)
{
    int64_t changes = 0;
    if (o->state == MAIL_WAITING) {
        err e = put_off(tx, o, &changes);
        *ret_done = changes;
        return e;
    }
    struct stmt *q = query_start(tx, &end_mail);
    bind_int(q, 1, o->id);
    bind_int(q, 2, o->state);
    bind_int(q, 3, o->now);
    bind_str_or_null(q, 4, o->to);
    bind_int_or_null(q, 5, o->code);
    bind_str_or_null(q, 6, o->answer);
    err e = query_run(q, &changes);
    *ret_done = changes;
    return e;
}

err queue_bounce(struct tx *tx, const struct queue_outcome *o, struct arena *a, struct queued *ret,
                 bool *ret_done)
{
    int64_t changes = 0;
    size_t n = 0;
    struct stmt *q = query_start(tx, &bounce_mail);
    bind_int(q, 1, o->id);
    bind_str(q, 2, o->answer);
    bind_int(q, 3, o->now);
    err e = query_run(q, &changes);
    *ret_done = changes;
    if (e || !changes)
        return e;
    q = query_start(tx, &select_mail);
    bind_int(q, 1, o->id);
    return take_rows(q, 1, a, ret, &n);
}

err queue_again(struct tx *tx, int64_t id, int64_t now, bool *ret_done)
{
    int64_t changes = 0;
    struct stmt *q = query_start(tx, &try_mail_again);
    bind_int(q, 1, id);
    bind_int(q, 2, now);
    err e = query_run(q, &changes);
    *ret_done = changes;
    if (!e && changes)
        tx_touch(tx, MAIL_TOPIC);
    return e;
}

err queue_prune(struct tx *tx, int64_t now, bool *ret_more)
{
    int64_t changes = 0;
    struct stmt *q = query_start(tx, &delete_old_mails);
    bind_int(q, 1, now - MAIL_KEPT_DAYS * DAY);
    bind_int(q, 2, PRUNED_AT_ONCE);
    err e = query_run(q, &changes);
    *ret_more = changes == PRUNED_AT_ONCE;
    return e;
}

err queue_failed(struct tx *tx, int64_t before, struct arena *a, struct queue_page *ret)
{
    *ret = (struct queue_page){ 0 };
    struct stmt *q = query_start(tx, &select_failed_mails);
    bind_int(q, 1, before ? before : INT64_MAX);
    bind_int(q, 2, QUEUE_PAGE);
    err e = take_rows(q, QUEUE_PAGE, a, ret->rows, &ret->n);
    if (ret->n == QUEUE_PAGE)
        ret->next = ret->rows[QUEUE_PAGE - 1].id;
    return e;
}

err queue_counts(struct tx *tx, int64_t now, struct queue_counts *ret)
{
    bool row = false;
    struct stmt *q = query_start(tx, &count_waiting_mails);
    err e = query_step(q, &row);
    if (e)
        return e;
    ret->waiting = column_int(q, 0);
    ret->oldest = column_int(q, 1);
    ret->putoff = column_int(q, 2);
    query_end(q);
    q = query_start(tx, &count_ended_mails);
    bind_int(q, 1, now - DAY);
    e = query_step(q, &row);
    if (e)
        return e;
    ret->sent = column_int(q, 0);
    ret->failed = column_int(q, 1);
    query_end(q);
    return OK;
}

static void put_figure(struct buf *out, const char *name, int64_t v)
{
    buf_print(out, "# TYPE %s gauge\n%s %" PRId64 "\n", name, name, v);
}

void queue_metrics(const struct queue_counts *c, struct buf *out)
{
    put_figure(out, "diurnal_mail_waiting", c->waiting);
    put_figure(out, "diurnal_mail_put_off", c->putoff);
    put_figure(out, "diurnal_mail_sent_day", c->sent);
    put_figure(out, "diurnal_mail_failed_day", c->failed);
}
