#include "discussion/webhook.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <inttypes.h>

#define HOOK_COLUMNS                                                                               \
    "id, cursor, since, name, coalesce(off_at, 0), coalesce(missed_at, 0), "                       \
    "coalesce(succeeded_at, 0), coalesce(failed_at, 0), answer, failures, pause_until"
#define MESSAGE_COLUMNS                                                                            \
    "id, key, webhook, event, comment, report, change, at, since, due_at, attempts, answer, "      \
    "coalesce(ended_at, 0)"
QUERY(select_webhook, "select " HOOK_COLUMNS " from webhook where name = $1");
QUERY(select_webhooks, "select " HOOK_COLUMNS " from webhook order by name limit $1");
QUERY(count_webhook_messages, "select count(case when ended_at is null then 1 end), "
                              "count(ended_at) from webhook_message where webhook = $1");
QUERY(count_webhook_waiting, "select count(*) from (select 1 from webhook_message "
                             "where webhook = $1 and ended_at is null limit $2) as some");
QUERY(insert_webhook,
      "insert into webhook (name, url_hash, cursor, since) values ($1, $2, $3, $4) "
      "on conflict (name) do update set off_at = null, failures = 0, pause_until = 0, "
      "url_hash = excluded.url_hash where webhook.url_hash <> excluded.url_hash");
QUERY(delete_webhook_messages, "delete from webhook_message where webhook = $1");
QUERY(delete_webhook, "delete from webhook where id = $1");
QUERY(move_webhook_cursor, "update webhook set cursor = $2, "
                           "missed_at = coalesce($3, missed_at) where id = $1");
QUERY(insert_webhook_message,
      "insert into webhook_message (key, webhook, event, comment, report, change, at, since, "
      "due_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)");
QUERY(select_due_message, "select " MESSAGE_COLUMNS " from webhook_message "
                          "where webhook = $1 and ended_at is null order by due_at, id limit 1");
QUERY(select_undelivered, "select " MESSAGE_COLUMNS " from webhook_message "
                          "where attempts > 0 and id < $1 order by id desc limit $2");
QUERY(delete_webhook_message, "delete from webhook_message where id = $1");
QUERY(try_message_later, "update webhook_message set attempts = attempts + 1, due_at = $2, "
                         "answer = $3, ended_at = $4 where id = $1");
QUERY(webhook_succeeded, "update webhook set succeeded_at = $2, failures = 0, pause_until = 0 "
                         "where id = $1");
QUERY(webhook_failed, "update webhook set failed_at = $2, answer = $3, failures = failures + 1, "
                      "pause_until = $4, off_at = $5 where id = $1");
QUERY(webhook_is_back, "select 1 from webhook where id = $1 and failures >= $2");
QUERY(bring_messages_forward, "update webhook_message set due_at = $2 "
                              "where webhook = $1 and ended_at is null and due_at > $2");
QUERY(try_messages_again,
      "update webhook_message set due_at = $2, since = $2, attempts = 0, answer = 0, "
      "ended_at = null where id in (select id from webhook_message where webhook = $1 "
      "order by id limit $3)");
QUERY(end_webhook_pause, "update webhook set failures = 0, pause_until = 0 where id = $1");
QUERY(switch_webhook_on, "update webhook set off_at = null, failures = 0, pause_until = 0 "
                         "where id = $1 and off_at is not null");
QUERY(give_up_old_messages,
      "update webhook_message set ended_at = $3, attempts = attempts + 1, answer = $4 "
      "where id in (select id from webhook_message where webhook = $1 and ended_at is null "
      "and since < $2 order by due_at, id limit $5)");
QUERY(forget_webhook_messages,
      "delete from webhook_message where id in (select id from webhook_message "
      "where webhook = $1 and ended_at < $2 order by ended_at limit $3)");

enum {
    KEY_RANDOM_BYTES = 18,
    BACK_AFTER = 5,  /* failures in a row: then it was away, and all that waited is due */
    ROWS_READ = 100, /* those of the configuration, and those that are to go */
};

static const char *const trouble_names[WEBHOOK_TROUBLES] = {
    [WEBHOOK_TROUBLE_NONE] = "none",       [WEBHOOK_TROUBLE_ADDRESS] = "address",
    [WEBHOOK_TROUBLE_PRIVATE] = "private", [WEBHOOK_TROUBLE_UNREACHABLE] = "unreachable",
    [WEBHOOK_TROUBLE_TIMEOUT] = "timeout", [WEBHOOK_TROUBLE_TOO_LARGE] = "too_large",
    [WEBHOOK_TROUBLE_BROKEN] = "broken",   [WEBHOOK_TROUBLE_OLD] = "old",
    [WEBHOOK_TROUBLE_TEXT] = "text",
};

struct str webhook_trouble_str(enum webhook_trouble t)
{
    check(t < WEBHOOK_TROUBLES);
    return str_from_z(trouble_names[t]);
}

int64_t webhook_wait(int64_t attempts, unsigned chance)
{
    enum { CHANCES = 65536, TENTH = 10 };
    int64_t wait = WEBHOOK_WAIT_FIRST;
    for (int64_t i = 0; i < attempts && wait < WEBHOOK_WAIT_MAX; i++)
        wait *= 2;
    if (wait > WEBHOOK_WAIT_MAX)
        wait = WEBHOOK_WAIT_MAX;
    return wait - wait / TENTH + wait / TENTH * 2 * (int64_t)(chance % CHANCES) / CHANCES;
}

struct str webhook_key(struct arena *a)
{
    uint8_t chance[KEY_RANDOM_BYTES];
    random_bytes(chance, sizeof chance);
    return str_print(a, "msg_" STR_FMT,
                     STR_ARG(base64url_print(a, bytes_str(chance, sizeof chance))));
}

/* ---- reading rows ---- */

static struct webhook hook_of(struct stmt *q, struct arena *a)
{
    return (struct webhook){
        .id = column_int(q, 0),
        .cursor = column_int(q, 1),
        .since = column_int(q, 2),
        .name = column_str(q, 3, a),
        .off_at = column_int(q, 4),
        .missed_at = column_int(q, 5),
        .succeeded_at = column_int(q, 6),
        .failed_at = column_int(q, 7),
        .answer = column_int(q, 8),
        .failures = column_int(q, 9),
        .pause_until = column_int(q, 10),
    };
}

static struct webhook_message message_of(struct stmt *q, struct arena *a)
{
    return (struct webhook_message){
        .id = column_int(q, 0),
        .key = column_str(q, 1, a),
        .webhook = column_int(q, 2),
        .event = column_int(q, 3),
        .comment = column_int(q, 4),
        .report = column_int(q, 5),
        .change = (enum comment_change)column_int(q, 6),
        .at = column_int(q, 7),
        .since = column_int(q, 8),
        .due_at = column_int(q, 9),
        .attempts = column_int(q, 10),
        .answer = column_int(q, 11),
        .ended_at = column_int(q, 12),
    };
}

static err get_hook(struct tx *tx, struct str name, struct arena *a, struct webhook *ret,
                    bool *ret_there)
{
    struct stmt *q = query_start(tx, &select_webhook);
    bind_str(q, 1, name);
    err e = query_step(q, ret_there);
    if (e || !*ret_there)
        return e;
    *ret = hook_of(q, a);
    query_end(q);
    return OK;
}

static err read_hooks(struct tx *tx, struct arena *a, struct webhook *rows, size_t *ret_n)
{
    struct stmt *q = query_start(tx, &select_webhooks);
    bind_int(q, 1, ROWS_READ);
    bool row = false;
    size_t n = 0;
    err e = query_step(q, &row);
    while (!e && row) {
        rows[n++] = hook_of(q, a);
        e = query_step(q, &row);
    }
    *ret_n = n;
    return e;
}

/* ---- the configuration ---- */

static err put_hook(struct tx *tx, const struct webhook_config *h, int64_t cursor, int64_t now)
{
    uint8_t hash[SHA256_BYTES];
    sha256(h->url, hash);
    struct stmt *q = query_start(tx, &insert_webhook);
    bind_str(q, 1, h->name);
    bind_blob(q, 2, bytes_str(hash, sizeof hash));
    bind_int(q, 3, cursor);
    bind_int(q, 4, now);
    return query_run(q, NULL);
}

static err drop_hook(struct tx *tx, int64_t id)
{
    struct stmt *q = query_start(tx, &delete_webhook_messages);
    bind_int(q, 1, id);
    err e = query_run(q, NULL);
    if (e)
        return e;
    q = query_start(tx, &delete_webhook);
    bind_int(q, 1, id);
    return query_run(q, NULL);
}

err webhook_sync(struct tx *tx, const struct webhook_setup *s, int64_t now, struct arena *a)
{
    struct webhook rows[ROWS_READ];
    size_t n = 0;
    int64_t last = 0;
    err e = read_hooks(tx, a, rows, &n);
    for (size_t i = 0; i < n && !e; i++)
        if (!webhook_find(s, rows[i].name))
            e = drop_hook(tx, rows[i].id);
    if (!e)
        e = comment_event_last(tx, &last);
    for (size_t i = 0; i < s->count && !e; i++)
        e = put_hook(tx, &s->hooks[i], last, now);
    return e;
}

/* ---- what is to be done ---- */

static err find_room(struct tx *tx, int64_t id, bool *ret)
{
    struct stmt *q = query_start(tx, &count_webhook_waiting);
    bind_int(q, 1, id);
    bind_int(q, 2, WEBHOOK_WAITING_MAX);
    bool row = false;
    err e = query_step(q, &row);
    if (e)
        return e;
    *ret = column_int(q, 0) < WEBHOOK_WAITING_MAX;
    query_end(q);
    return OK;
}

static err find_due(struct tx *tx, int64_t now, struct arena *a, struct webhook_work *w)
{
    struct stmt *q = query_start(tx, &select_due_message);
    bind_int(q, 1, w->hook.id);
    bool row = false;
    err e = query_step(q, &row);
    if (e || !row)
        return e;
    w->message = message_of(q, a);
    query_end(q);
    int64_t at = w->message.due_at > w->hook.pause_until ? w->message.due_at : w->hook.pause_until;
    w->due = at <= now;
    w->next = at;
    return OK;
}

err webhook_look(struct tx *tx, struct str name, int64_t now, struct arena *a,
                 struct webhook_work *ret)
{
    struct webhook_work w = { 0 };
    int64_t last = 0;
    err e = get_hook(tx, name, a, &w.hook, &w.there);
    if (!e && w.there && !w.hook.off_at) {
        e = comment_event_last(tx, &last);
        if (!e && last != w.hook.cursor)
            e = find_room(tx, w.hook.id, &w.collect);
        if (!e)
            e = find_due(tx, now, a, &w);
    }
    *ret = w;
    return e;
}

static err add_message(struct tx *tx, int64_t hook, const struct comment_event *event, int64_t now,
                       struct arena *a)
{
    struct stmt *q = query_start(tx, &insert_webhook_message);
    bind_str(q, 1, webhook_key(a));
    bind_int(q, 2, hook);
    bind_int(q, 3, event->id);
    bind_int(q, 4, event->comment);
    bind_int(q, 5, event->report);
    bind_int(q, 6, (int64_t)event->change);
    bind_int(q, 7, event->at);
    bind_int(q, 8, now);
    return query_run(q, NULL);
}

err webhook_collect(struct tx *tx, const struct webhook_config *h, int64_t now, struct arena *a)
{
    struct webhook hook = { 0 };
    struct comment_events events = { 0 };
    bool there = false;
    err e = get_hook(tx, h->name, a, &hook, &there);
    if (e || !there || hook.off_at)
        return e;
    e = comment_events(tx, hook.cursor, 0, WEBHOOK_COLLECT_MAX, a, &events);
    for (size_t i = 0; i < events.count && !e; i++)
        if (h->wanted[events.events[i].change])
            e = add_message(tx, hook.id, &events.events[i], now, a);
    if (e)
        return e;
    struct stmt *q = query_start(tx, &move_webhook_cursor);
    bind_int(q, 1, hook.id);
    bind_int(q, 2, events.last);
    bind_int_or_null(q, 3, events.missed ? now : 0);
    return query_run(q, NULL);
}

/* ---- what came of it ---- */

static err bring_forward(struct tx *tx, int64_t id, int64_t now)
{
    struct stmt *q = query_start(tx, &bring_messages_forward);
    bind_int(q, 1, id);
    bind_int(q, 2, now);
    return query_run(q, NULL);
}

static err end_delivered(struct tx *tx, const struct webhook_outcome *o)
{
    bool back = false;
    struct stmt *q = query_start(tx, &delete_webhook_message);
    bind_int(q, 1, o->message);
    err e = query_run(q, NULL);
    if (e)
        return e;
    q = query_start(tx, &webhook_is_back);
    bind_int(q, 1, o->webhook);
    bind_int(q, 2, BACK_AFTER);
    e = query_step(q, &back);
    if (!e && back) {
        query_end(q);
        e = bring_forward(tx, o->webhook, o->now);
    }
    if (e)
        return e;
    q = query_start(tx, &webhook_succeeded);
    bind_int(q, 1, o->webhook);
    bind_int(q, 2, o->now);
    return query_run(q, NULL);
}

err webhook_end_try(struct tx *tx, const struct webhook_outcome *o)
{
    if (o->fate == WEBHOOK_DELIVERED)
        return end_delivered(tx, o);
    struct stmt *q = query_start(tx, &try_message_later);
    bind_int(q, 1, o->message);
    bind_int(q, 2, o->due_at);
    bind_int(q, 3, o->answer);
    bind_int_or_null(q, 4, o->fate == WEBHOOK_GIVEN_UP ? o->now : 0);
    err e = query_run(q, NULL);
    if (e)
        return e;
    q = query_start(tx, &webhook_failed);
    bind_int(q, 1, o->webhook);
    bind_int(q, 2, o->now);
    bind_int(q, 3, o->answer);
    bind_int(q, 4, o->pause_until);
    bind_int_or_null(q, 5, o->fate == WEBHOOK_GONE ? o->now : 0);
    return query_run(q, NULL);
}

/* ---- the desk ---- */

err webhook_again(struct tx *tx, int64_t id, int64_t now, bool *ret_done)
{
    int64_t changes = 0;
    struct stmt *q = query_start(tx, &end_webhook_pause);
    bind_int(q, 1, id);
    err e = query_run(q, &changes);
    *ret_done = changes;
    if (e || !changes)
        return e;
    q = query_start(tx, &try_messages_again);
    bind_int(q, 1, id);
    bind_int(q, 2, now);
    bind_int(q, 3, WEBHOOK_WAITING_MAX);
    tx_touch(tx, WEBHOOK_TOPIC);
    return query_run(q, NULL);
}

err webhook_switch_on(struct tx *tx, int64_t id, int64_t now, bool *ret_done)
{
    int64_t changes = 0;
    struct stmt *q = query_start(tx, &switch_webhook_on);
    bind_int(q, 1, id);
    err e = query_run(q, &changes);
    *ret_done = changes;
    if (e || !changes)
        return e;
    tx_touch(tx, WEBHOOK_TOPIC);
    return bring_forward(tx, id, now);
}

err webhook_prune(struct tx *tx, int64_t id, int64_t now)
{
    struct stmt *q = query_start(tx, &give_up_old_messages);
    bind_int(q, 1, id);
    bind_int(q, 2, now - WEBHOOK_AGE_MAX);
    bind_int(q, 3, now);
    bind_int(q, 4, WEBHOOK_TROUBLE_OLD);
    bind_int(q, 5, WEBHOOK_PRUNED_MAX);
    err e = query_run(q, NULL);
    if (e)
        return e;
    q = query_start(tx, &forget_webhook_messages);
    bind_int(q, 1, id);
    bind_int(q, 2, now - WEBHOOK_KEPT_DAYS * DAY);
    bind_int(q, 3, WEBHOOK_PRUNED_MAX);
    return query_run(q, NULL);
}

static err count_messages(struct tx *tx, struct webhook_row *r)
{
    struct stmt *q = query_start(tx, &count_webhook_messages);
    bind_int(q, 1, r->hook.id);
    bool row = false;
    err e = query_step(q, &row);
    if (e)
        return e;
    r->waiting = column_int(q, 0);
    r->failed = column_int(q, 1);
    query_end(q);
    return OK;
}

err webhook_list(struct tx *tx, struct arena *a, struct webhook_rows *ret)
{
    struct webhook rows[ROWS_READ];
    size_t n = 0;
    *ret = (struct webhook_rows){ 0 };
    err e = read_hooks(tx, a, rows, &n);
    for (; !e && ret->n < n && ret->n < WEBHOOKS_MAX; ret->n++) {
        ret->rows[ret->n] = (struct webhook_row){ .hook = rows[ret->n] };
        e = count_messages(tx, &ret->rows[ret->n]);
    }
    return e;
}

err webhook_undelivered(struct tx *tx, int64_t before, struct arena *a, struct webhook_page *ret)
{
    *ret = (struct webhook_page){ 0 };
    struct stmt *q = query_start(tx, &select_undelivered);
    bind_int(q, 1, before ? before : INT64_MAX);
    bind_int(q, 2, WEBHOOK_PAGE);
    bool row = false;
    err e = query_step(q, &row);
    while (!e && row) {
        ret->rows[ret->n++] = message_of(q, a);
        e = query_step(q, &row);
    }
    if (ret->n == WEBHOOK_PAGE)
        ret->next = ret->rows[WEBHOOK_PAGE - 1].id;
    return e;
}

/* ---- figures ---- */

static void put_figure(const struct webhook_rows *rows, const char *name, struct buf *out,
                       int64_t (*figure)(const struct webhook_row *r))
{
    buf_print(out, "# TYPE %s gauge\n", name);
    for (size_t i = 0; i < rows->n; i++)
        buf_print(out, "%s{webhook=\"" STR_FMT "\"} %" PRId64 "\n", name,
                  STR_ARG(rows->rows[i].hook.name), figure(&rows->rows[i]));
}

static int64_t waiting_of(const struct webhook_row *r)
{
    return r->waiting;
}

static int64_t failed_of(const struct webhook_row *r)
{
    return r->failed;
}

static int64_t off_of(const struct webhook_row *r)
{
    return r->hook.off_at != 0;
}

static int64_t success_of(const struct webhook_row *r)
{
    return r->hook.succeeded_at / SECOND;
}

void webhook_metrics(const struct webhook_rows *rows, struct buf *out)
{
    if (!rows->n)
        return;
    put_figure(rows, "diurnal_webhook_waiting", out, waiting_of);
    put_figure(rows, "diurnal_webhook_failed", out, failed_of);
    put_figure(rows, "diurnal_webhook_off", out, off_of);
    put_figure(rows, "diurnal_webhook_last_success_timestamp_seconds", out, success_of);
}
