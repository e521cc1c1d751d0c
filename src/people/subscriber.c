#include "people/subscriber.h"
#include "base/check.h"
#include "mail/mail.h"
#include "people/email.h"

#include <inttypes.h>
#include <stdio.h>

QUERY(erase_subscriptions, "delete from subscription where subscriber in "
                           "(select id from subscriber where email = $1)");
QUERY(erase_subscriber, "delete from subscriber where email = $1 and blocked_at is null");
QUERY(subscriber_make, "insert into subscriber (email, created_at, mailbox) values ($1, $2, $3) "
                       "on conflict (email) do nothing");
QUERY(subscriber_by_email,
      "select id, confirmed_at is not null and failed_at is null and visitor = $2, "
      "blocked_at is not null from subscriber where email = $1");
QUERY(mailbox_closed, "select 1 from subscriber where mailbox = $1 and asked_at > $2 "
                      "union all select 1 from subscriber where mailbox = $1 "
                      "and blocked_at is not null limit 1");
QUERY(subscriber_asked, "update subscriber set asked_at = $2 where id = $1");
QUERY(subscriber_read, "select email, confirmed_at is not null, blocked_at is not null, "
                       "failed_at is not null from subscriber where id = $1");
QUERY(subscriber_of_email, "select id from subscriber where email = $1");
QUERY(follow_counts, "select count(*), count(*) filter (where confirmed_at is null) "
                     "from subscription where subscriber = $1");
QUERY(follow_drop_oldest, "delete from subscription where id = (select min(id) from subscription "
                          "where subscriber = $1 and confirmed_at is null)");
QUERY(follow_insert,
      "insert into subscription (subscriber, kind, object, confirmed_at, created_at) "
      "values ($1, $2, $3, $4, $5) on conflict (subscriber, kind, object) do nothing");
QUERY(follow_is_confirmed, "select confirmed_at is not null from subscription "
                           "where subscriber = $1 and kind = $2 and object = $3");
QUERY(follows_of, "select id, kind, object, pace, confirmed_at is not null from subscription "
                  "where subscriber = $1 order by id desc limit $2");
QUERY(follow_by_id, "select subscriber, kind, object, pace, confirmed_at is not null "
                    "from subscription where id = $1");
QUERY(subscriber_confirmed, "update subscriber set confirmed_at = coalesce(confirmed_at, $2), "
                            "failed_at = null, blocked_at = null, visitor = $3 where id = $1");
QUERY(follows_confirmed, "update subscription set confirmed_at = $2 "
                         "where subscriber = $1 and confirmed_at is null");
QUERY(follow_paced, "update subscription set pace = $3 where id = $2 and subscriber = $1");
QUERY(follow_ended, "delete from subscription where id = $2 and subscriber = $1");
QUERY(follows_paced_ended, "delete from subscription where subscriber = $1 and pace = $2");
QUERY(follows_ended, "delete from subscription where subscriber = $1");
QUERY(subscriber_blocked, "update subscriber set blocked_at = $2 where id = $1");
QUERY(subscriber_tell,
      "update subscriber set told = case when told_since > $2 then told + 1 else 1 end, "
      "told_since = case when told_since > $2 then told_since else $3 end where id = $1 "
      "returning told");
QUERY(subscriber_fails, "update subscriber set failed_at = $2 where id = $1");
QUERY(followers, "select s.id, s.subscriber, p.failed_at is null and p.blocked_at is null, s.pace "
                 "from subscription s join subscriber p on p.id = s.subscriber "
                 "where s.kind = $1 and s.object = $2 and s.id > $3 and s.confirmed_at is not null "
                 "order by s.id limit $4");
QUERY(follower_any, "select 1 from subscription where kind = $1 and object = $2 "
                    "and confirmed_at is not null limit 1");
QUERY(paced, "select distinct subscriber from subscription where pace = $1 and subscriber > $2 "
             "and confirmed_at is not null order by subscriber limit $3");
QUERY(fan_out_read, "select last from fan_out where kind = $1 and object = $2");
QUERY(fan_out_write, "insert into fan_out (kind, object, last) values ($1, $2, $3) "
                     "on conflict (kind, object) do update set last = excluded.last");
QUERY(fan_out_drop, "delete from fan_out where kind = $1 and object = $2");
QUERY(follows_stale, "delete from subscription where confirmed_at is null and created_at < $1");
QUERY(
    subscribers_stale,
    "delete from subscriber where confirmed_at is null and blocked_at is null and created_at < $1 "
    "and not exists (select 1 from subscription where subscriber = subscriber.id)");

static const char *const pace_names[PACES] = { "now", "daily", "weekly" };

struct str follow_pace_str(enum follow_pace p)
{
    return str_from_z(pace_names[p]);
}

struct str follow_kind_str(enum follow_kind k)
{
    static const char *const names[FOLLOW_KINDS] = { [FOLLOW_REPORT] = "report",
                                                     [FOLLOW_REPLIES] = "replies",
                                                     [FOLLOW_QUESTION] = "question",
                                                     [FOLLOW_SERIES] = "series" };
    return str_from_z(names[k]);
}

bool follow_pace_parse(struct str s, enum follow_pace *ret)
{
    for (int p = 0; p < PACES; p++) {
        if (!str_eq(s, str_from_z(pace_names[p])))
            continue;
        *ret = (enum follow_pace)p;
        return true;
    }
    return false;
}

struct asking {
    int64_t id;
    struct str mailbox;
    bool known, blocked; /* known: the browser is the one it was confirmed in */
};

static err find(struct tx *tx, const struct follow_order *o, struct asking *ret)
{
    struct stmt *s = query_start(tx, &subscriber_make);
    bind_str(s, 1, o->email);
    bind_int(s, 2, o->now);
    bind_str(s, 3, ret->mailbox);
    err e = query_run(s, NULL);
    if (e)
        return e;
    bool row = false;
    s = query_start(tx, &subscriber_by_email);
    bind_str(s, 1, o->email);
    bind_blob_or_null(s, 2, o->visitor);
    e = query_step(s, &row);
    if (e || !row)
        return e ? e : fault(ERR_DATA);
    ret->id = column_int(s, 0);
    ret->known = !column_null(s, 1) && column_int(s, 1);
    ret->blocked = column_int(s, 2);
    query_end(s);
    return OK;
}

/* What waits makes way for what comes: others may have filled it, and its owner asks now. */
static err has_room(struct tx *tx, int64_t subscriber, bool *ret)
{
    struct stmt *s = query_start(tx, &follow_counts);
    bind_int(s, 1, subscriber);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : fault(ERR_DATA);
    *ret = column_int(s, 0) < FOLLOWS_MAX;
    bool drop = column_int(s, 1) >= FOLLOWS_WAITING_MAX;
    query_end(s);
    if (!drop)
        return OK;
    s = query_start(tx, &follow_drop_oldest);
    bind_int(s, 1, subscriber);
    return query_run(s, NULL);
}

static err insert(struct tx *tx, const struct follow_order *o, const struct asking *who)
{
    struct stmt *s = query_start(tx, &follow_insert);
    bind_int(s, 1, who->id);
    bind_int(s, 2, (int64_t)o->kind);
    bind_int(s, 3, o->object);
    bind_int_or_null(s, 4, who->known ? o->now : 0);
    bind_int(s, 5, o->now);
    return query_run(s, NULL);
}

static err is_confirmed(struct tx *tx, const struct follow_order *o, int64_t subscriber, bool *ret)
{
    struct stmt *s = query_start(tx, &follow_is_confirmed);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, (int64_t)o->kind);
    bind_int(s, 3, o->object);
    bool row = false;
    err e = query_step(s, &row);
    *ret = !e && row && column_int(s, 0);
    if (!e && row)
        query_end(s);
    return e;
}

/* Whether whoever has the mailbox may be written to: not while the latest mail to it is younger
 * than an hour, and never when its owner wants no mail, by whatever form of the address. */
static err may_ask(struct tx *tx, const struct asking *who, int64_t now, bool *ret)
{
    struct stmt *s = query_start(tx, &mailbox_closed);
    bind_str(s, 1, who->mailbox);
    bind_int(s, 2, now - FOLLOW_ASK_APART);
    bool row = false;
    err e = query_step(s, &row);
    *ret = !row;
    if (!e && row)
        query_end(s);
    return e;
}

/* The mail with the link. */
static err ask(struct tx *tx, const struct asking *who, int64_t now)
{
    bool may = false;
    err e = may_ask(tx, who, now, &may);
    if (e || !may)
        return e;
    struct stmt *s = query_start(tx, &subscriber_asked);
    bind_int(s, 1, who->id);
    bind_int(s, 2, now);
    e = query_run(s, NULL);
    if (e)
        return e;
    char key[64];
    int n = snprintf(key, sizeof key, "confirm/%" PRId64 "/%" PRId64, who->id, now);
    struct mail_order mail = { .key = { key, (size_t)n },
                               .kind = S(SUBSCRIBER_CONFIRM_MAIL),
                               .subject = who->id,
                               .detail = now,
                               .ahead = true };
    return mail_add(tx, &mail, now, NULL);
}

err subscriber_follow(struct tx *tx, const struct follow_order *o)
{
    char mailbox[EMAIL_MAX];
    struct asking who = { .mailbox = email_mailbox(o->email, mailbox) };
    bool room = false;
    bool done = false;
    err e = find(tx, o, &who);
    if (e || who.blocked)
        return e;
    e = has_room(tx, who.id, &room);
    if (!e && room)
        e = insert(tx, o, &who);
    if (!e)
        e = is_confirmed(tx, o, who.id, &done);
    return e || done ? e : ask(tx, &who, o->now);
}

err subscriber_get(struct tx *tx, int64_t id, struct arena *a, struct subscriber *ret)
{
    struct stmt *s = query_start(tx, &subscriber_read);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : SUBSCRIBER_NONE;
    *ret = (struct subscriber){ .id = id,
                                .email = column_str(s, 0, a),
                                .confirmed = column_int(s, 1),
                                .blocked = column_int(s, 2),
                                .failed = column_int(s, 3) };
    query_end(s);
    return OK;
}

err subscriber_find(struct tx *tx, struct str email, struct arena *a, struct subscriber *ret)
{
    struct stmt *s = query_start(tx, &subscriber_of_email);
    bind_str(s, 1, email);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? fault(e) : SUBSCRIBER_NONE;
    int64_t id = column_int(s, 0);
    query_end(s);
    return subscriber_get(tx, id, a, ret);
}

err follow_list(struct tx *tx, int64_t subscriber, struct arena *a, struct follows *ret)
{
    struct follow *f = arena_new(a, struct follow, FOLLOWS_MAX);
    struct stmt *s = query_start(tx, &follows_of);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, FOLLOWS_MAX);
    bool row = false;
    size_t n = 0;
    err e = query_step(s, &row);
    for (; !e && row && n < FOLLOWS_MAX; e = query_step(s, &row))
        f[n++] = (struct follow){ .id = column_int(s, 0),
                                  .subscriber = subscriber,
                                  .kind = (enum follow_kind)column_int(s, 1),
                                  .object = column_int(s, 2),
                                  .pace = (enum follow_pace)column_int(s, 3),
                                  .confirmed = column_int(s, 4) };
    *ret = (struct follows){ f, n };
    return e;
}

err follow_get(struct tx *tx, int64_t id, struct follow *ret)
{
    struct stmt *s = query_start(tx, &follow_by_id);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : SUBSCRIBER_NONE;
    *ret = (struct follow){ .id = id,
                            .subscriber = column_int(s, 0),
                            .kind = (enum follow_kind)column_int(s, 1),
                            .object = column_int(s, 2),
                            .pace = (enum follow_pace)column_int(s, 3),
                            .confirmed = column_int(s, 4) };
    query_end(s);
    return OK;
}

err subscriber_confirm(struct tx *tx, int64_t subscriber, struct str visitor, int64_t now)
{
    struct stmt *s = query_start(tx, &subscriber_confirmed);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, now);
    bind_blob_or_null(s, 3, visitor);
    err e = query_run(s, NULL);
    if (e)
        return e;
    s = query_start(tx, &follows_confirmed);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, now);
    return query_run(s, NULL);
}

err follow_set_pace(struct tx *tx, int64_t subscriber, int64_t id, enum follow_pace pace)
{
    struct stmt *s = query_start(tx, &follow_paced);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, id);
    bind_int(s, 3, (int64_t)pace);
    return query_run(s, NULL);
}

err follow_end(struct tx *tx, int64_t subscriber, int64_t id)
{
    struct stmt *s = query_start(tx, &follow_ended);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, id);
    return query_run(s, NULL);
}

err follow_end_pace(struct tx *tx, int64_t subscriber, enum follow_pace pace)
{
    struct stmt *s = query_start(tx, &follows_paced_ended);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, (int64_t)pace);
    return query_run(s, NULL);
}

err follow_end_all(struct tx *tx, int64_t subscriber)
{
    struct stmt *s = query_start(tx, &follows_ended);
    bind_int(s, 1, subscriber);
    return query_run(s, NULL);
}

err subscriber_block(struct tx *tx, int64_t subscriber, bool blocked, int64_t now)
{
    struct stmt *s = query_start(tx, &subscriber_blocked);
    bind_int(s, 1, subscriber);
    bind_int_or_null(s, 2, blocked ? now : 0);
    return query_run(s, NULL);
}

err subscriber_failed(struct tx *tx, int64_t subscriber, int64_t now)
{
    struct stmt *s = query_start(tx, &subscriber_fails);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, now);
    return query_run(s, NULL);
}

err follow_followers(struct tx *tx, const struct follow_place *from, struct arena *a,
                     struct follows *ret, int64_t *ret_last)
{
    struct follow *f = arena_new(a, struct follow, FOLLOWERS_MAX);
    struct stmt *s = query_start(tx, &followers);
    bind_int(s, 1, (int64_t)from->kind);
    bind_int(s, 2, from->object);
    bind_int(s, 3, from->after);
    bind_int(s, 4, FOLLOWERS_MAX);
    bool row = false;
    size_t n = 0;
    int64_t looked = 0;
    int64_t last = 0;
    err e = query_step(s, &row);
    for (; !e && row; e = query_step(s, &row)) {
        looked++;
        last = column_int(s, 0);
        if (column_int(s, 2) && column_int(s, 3) == PACE_NOW)
            f[n++] = (struct follow){ .id = last,
                                      .subscriber = column_int(s, 1),
                                      .object = from->object,
                                      .kind = from->kind,
                                      .confirmed = true };
    }
    *ret = (struct follows){ f, n };
    *ret_last = looked == FOLLOWERS_MAX ? last : 0;
    return e;
}

err follow_any(struct tx *tx, enum follow_kind kind, int64_t object, bool *ret)
{
    struct stmt *s = query_start(tx, &follower_any);
    bind_int(s, 1, (int64_t)kind);
    bind_int(s, 2, object);
    err e = query_step(s, ret);
    if (!e && *ret)
        query_end(s);
    return e;
}

err subscriber_of_pace(struct tx *tx, enum follow_pace pace, int64_t after, struct arena *a,
                       const int64_t **ret, size_t *ret_n)
{
    int64_t *ids = arena_new(a, int64_t, FOLLOWERS_MAX);
    struct stmt *s = query_start(tx, &paced);
    bind_int(s, 1, (int64_t)pace);
    bind_int(s, 2, after);
    bind_int(s, 3, FOLLOWERS_MAX);
    bool row = false;
    size_t n = 0;
    err e = query_step(s, &row);
    for (; !e && row && n < FOLLOWERS_MAX; e = query_step(s, &row))
        ids[n++] = column_int(s, 0);
    *ret = ids;
    *ret_n = n;
    return e;
}

err subscriber_told(struct tx *tx, int64_t subscriber, int64_t now, int64_t *ret_n)
{
    struct stmt *s = query_start(tx, &subscriber_tell);
    bind_int(s, 1, subscriber);
    bind_int(s, 2, now - HOUR);
    bind_int(s, 3, now);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : fault(ERR_DATA);
    *ret_n = column_int(s, 0);
    query_end(s);
    return OK;
}

err fan_out_at(struct tx *tx, enum follow_kind kind, int64_t object, int64_t *ret)
{
    struct stmt *s = query_start(tx, &fan_out_read);
    bind_int(s, 1, (int64_t)kind);
    bind_int(s, 2, object);
    bool row = false;
    err e = query_step(s, &row);
    *ret = !e && row ? column_int(s, 0) : 0;
    if (!e && row)
        query_end(s);
    return e;
}

err fan_out_set(struct tx *tx, enum follow_kind kind, int64_t object, int64_t last)
{
    struct stmt *s = query_start(tx, &fan_out_write);
    bind_int(s, 1, (int64_t)kind);
    bind_int(s, 2, object);
    bind_int(s, 3, last);
    return query_run(s, NULL);
}

err fan_out_end(struct tx *tx, enum follow_kind kind, int64_t object)
{
    struct stmt *s = query_start(tx, &fan_out_drop);
    bind_int(s, 1, (int64_t)kind);
    bind_int(s, 2, object);
    return query_run(s, NULL);
}

err subscriber_daily(struct tx *tx, int64_t now)
{
    struct stmt *s = query_start(tx, &follows_stale);
    bind_int(s, 1, now - FOLLOW_WAITS);
    err e = query_run(s, NULL);
    if (e)
        return e;
    s = query_start(tx, &subscribers_stale);
    bind_int(s, 1, now - FOLLOW_WAITS);
    return query_run(s, NULL);
}

err subscriber_erase(struct tx *tx, struct str email)
{
    struct stmt *s = query_start(tx, &erase_subscriptions);
    bind_str(s, 1, email);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    s = query_start(tx, &erase_subscriber);
    bind_str(s, 1, email);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}
