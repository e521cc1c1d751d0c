#include "funding/channel_health.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "funding/channel.h"

QUERY(health_begin, "insert into channel_health (channel) values ($1) on conflict do nothing");
QUERY(health_heard, "update channel_health set heard_at = $2, polls_failed = 0 where channel = $1");
QUERY(health_forged,
      "update channel_health set forged = forged + 1,"
      " forged_in_hour = case when forged_hour = $2 then forged_in_hour + 1 else 1 end,"
      " forged_hour = $2 where channel = $1");
QUERY(health_malformed,
      "update channel_health set malformed = malformed + 1, why = $2 where channel = $1");
QUERY(health_ignored,
      "update channel_health set ignored = ignored + 1, why = $2 where channel = $1");
QUERY(health_differs,
      "update channel_health set differs = differs + 1, why = $2 where channel = $1");
QUERY(health_poll_failed,
      "update channel_health set polls_failed = polls_failed + 1, why = $2 where channel = $1");
QUERY(health_pause, "update channel_health set paused_at = $2, paused_why = $3 where channel = $1"
                    " and paused_at = 0");
QUERY(health_resume, "update channel_health set paused_at = 0, paused_why = '' where channel = $1");
QUERY(health_clear, "update channel_health set forged = 0, forged_in_hour = 0, malformed = 0,"
                    " ignored = 0, differs = 0, polls_failed = 0, why = '' where channel = $1");
QUERY(health_all, "select channel, heard_at, forged, forged_hour, forged_in_hour, malformed,"
                  " ignored, differs, polls_failed, paused_at, paused_why, why"
                  " from channel_health order by channel limit $1");

static int64_t hour_of(int64_t now)
{
    return now / HOUR;
}

/* The row's update: channel, and a number or the reason. */
static err note_number(struct tx *tx, const struct query *q, struct str channel, int64_t n)
{
    struct stmt *s = query_start(tx, q);
    bind_str(s, 1, channel);
    bind_int(s, 2, n);
    return query_run(s, NULL);
}

static err note_why(struct tx *tx, const struct query *q, struct str channel, struct str why)
{
    struct stmt *s = query_start(tx, q);
    bind_str(s, 1, channel);
    bind_str(s, 2, utf8_cut(why, HEALTH_WHY_MAX));
    return query_run(s, NULL);
}

static err pause(struct tx *tx, struct str channel, struct str why, int64_t now)
{
    struct stmt *s = query_start(tx, &health_pause);
    bind_str(s, 1, channel);
    bind_int(s, 2, now);
    bind_str(s, 3, utf8_cut(why, HEALTH_WHY_MAX));
    return query_run(s, NULL);
}

static err run_for(struct tx *tx, const struct query *q, struct str channel)
{
    struct stmt *s = query_start(tx, q);
    bind_str(s, 1, channel);
    return query_run(s, NULL);
}

static err note(struct tx *tx, struct str channel, enum health_fact fact, struct str why,
                int64_t now)
{
    switch (fact) {
    case HEALTH_HEARD: return note_number(tx, &health_heard, channel, now);
    case HEALTH_FORGED: return note_number(tx, &health_forged, channel, hour_of(now));
    case HEALTH_MALFORMED: return note_why(tx, &health_malformed, channel, why);
    case HEALTH_IGNORED: return note_why(tx, &health_ignored, channel, why);
    case HEALTH_DIFFERS: return note_why(tx, &health_differs, channel, why);
    case HEALTH_POLL_FAILED: return note_why(tx, &health_poll_failed, channel, why);
    case HEALTH_PAUSED: return pause(tx, channel, why, now);
    case HEALTH_RESUMED: return run_for(tx, &health_resume, channel);
    case HEALTH_FACTS: break;
    }
    check(false);
}

err channel_health_note(struct tx *tx, struct str channel, enum health_fact fact, struct str why,
                        int64_t now)
{
    err e = run_for(tx, &health_begin, channel);
    if (!e)
        e = note(tx, channel, fact, why, now);
    return e ? fault(e) : OK;
}

static void judge(struct channel_health *h, const struct channels *channels, int64_t now)
{
    const struct channel *c = channels ? channels_find(channels, h->channel) : NULL;
    int days = c && c->provider && provider_listens(c) ? c->provider->silent_days : 0;
    h->silent = days && h->heard_at && now - h->heard_at > days * DAY;
    h->alarm = h->silent || h->paused_at || h->differs || h->malformed ||
               h->forged_last_hour >= HEALTH_FORGED_AN_HOUR ||
               h->polls_failed >= HEALTH_POLLS_FAILED;
}

static struct channel_health row_read(struct stmt *s, int64_t now, struct arena *a)
{
    bool now_hour = column_int(s, 3) >= hour_of(now) - 1; // this one, or the one before
    return (struct channel_health){
        .channel = column_str(s, 0, a),
        .heard_at = column_int(s, 1),
        .forged = column_int(s, 2),
        .forged_last_hour = now_hour ? column_int(s, 4) : 0,
        .malformed = column_int(s, 5),
        .ignored = column_int(s, 6),
        .differs = column_int(s, 7),
        .polls_failed = column_int(s, 8),
        .paused_at = column_int(s, 9),
        .paused_why = column_str(s, 10, a),
        .why = column_str(s, 11, a),
    };
}

err channel_health_list(struct tx *tx, const struct channels *channels, int64_t now,
                        struct arena *a, const struct channel_health **ret, size_t *ret_n)
{
    struct channel_health *all = arena_new(a, struct channel_health, CHANNEL_HEALTH_MAX);
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &health_all);
    bind_int(s, 1, CHANNEL_HEALTH_MAX);
    err e = query_step(s, &row);
    while (!e && row) {
        all[n] = row_read(s, now, a);
        judge(&all[n++], channels, now);
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret = all;
    *ret_n = n;
    return OK;
}

err channel_health_clear(struct tx *tx, struct str channel)
{
    err e = run_for(tx, &health_clear, channel);
    return e ? fault(e) : OK;
}
