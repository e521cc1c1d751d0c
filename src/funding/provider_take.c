#include "funding/provider_take.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "funding/channel.h"
#include "funding/channel_health.h"
#include "funding/payment_message.h"
#include "funding/pledge.h"

#include <inttypes.h>

QUERY(confirms_waiting, "select count(*) from (select 1 from job where kind = $1"
                        " and lease_until is null and failed_at is null limit $2)");
QUERY(provider_message_one, "select channel, body from payment_message where id = $1");
QUERY(provider_message_forget, "update payment_message set body = null where id = $1");
QUERY(provider_row, "select channel, poll_cursor from channel_health where id = $1");
QUERY(provider_row_id, "select id from channel_health where channel = $1");
QUERY(provider_row_begin,
      "insert into channel_health (channel) values ($1) on conflict do nothing");
QUERY(provider_polled, "update channel_health set poll_cursor = $2, polled_at = $3 where id = $1");

#define POLL_FIRST (SECOND / 2) /* after the start */
#define POLL_EVERY (24 * HOUR)

/* What one transaction writes. */
struct taking {
    struct str channel;
    const struct payment_message *message; /* NULL: of a poll, or kept before */
    int64_t message_id;
    const struct provider_events *events;
    enum health_fact fact; /* beside HEARD; HEARD: nothing else */
    struct str why;
    int64_t row;      /* of a poll: its row, whose cursor moves; else 0 */
    int poll_minutes; /* then: until the next */
    int64_t now;
    struct arena *arena;
};

/* The answers of events that cannot be: kept with their message, and for a person to look at. */
static err note_wrong(struct tx *tx, const struct taking *t, enum health_fact fact,
                      const struct payment_event *e)
{
    struct str why =
        str_print(t->arena, "%s of " STR_FMT,
                  fact == HEALTH_DIFFERS ? "another amount or payment than before was told"
                                         : "an amount, a day or a number that cannot be",
                  STR_ARG(payment_kind_name(e->kind)));
    return channel_health_note(tx, t->channel, fact, why, t->now);
}

static err take_event(struct tx *tx, const struct taking *t, const struct payment_event *from)
{
    struct payment_event e = *from;
    struct payment_result r = { 0 };
    e.channel = t->channel;
    e.message = t->message_id;
    err why = payment_take(tx, &e, t->now, t->arena, &r);
    if (why == PAYMENT_WRONG)
        return note_wrong(tx, t, HEALTH_MALFORMED, &e);
    if (why)
        return why;
    return r.outcome == PAYMENT_DIFFERS ? note_wrong(tx, t, HEALTH_DIFFERS, &e) : OK;
}

static err take_events(struct tx *tx, const struct taking *t)
{
    for (size_t i = 0; i < t->events->n; i++) {
        err e = take_event(tx, t, &t->events->events[i]);
        if (e)
            return e;
    }
    return OK;
}

static err poll_now(struct tx *tx, struct str channel, int64_t now)
{
    bool row = false;
    struct stmt *s = query_start(tx, &provider_row_id);
    bind_str(s, 1, channel);
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA); // noted just before
    int64_t id = column_int(s, 0);
    query_end(s);
    return job_add(tx, S(PROVIDER_POLL_JOB), id, now);
}

static err keep_message(struct tx *tx, struct taking *t, bool *ret_new)
{
    *ret_new = true;
    return t->message ? payment_message_add(tx, t->message, &t->message_id, ret_new) : OK;
}

static int64_t poll_pause(int minutes)
{
    return minutes ? minutes * MINUTE : POLL_EVERY;
}

static err move_cursor(struct tx *tx, const struct taking *t)
{
    struct stmt *s = query_start(tx, &provider_polled);
    bind_int(s, 1, t->row);
    bind_str(s, 2, t->events->cursor);
    bind_int(s, 3, t->now);
    err e = query_run(s, NULL);
    if (!e)
        e = job_add(tx, S(PROVIDER_POLL_JOB), t->row, t->now + poll_pause(t->poll_minutes));
    return e ? fault(e) : OK;
}

enum { TOO_MANY_WAIT = 1 };

static err promise_confirm(struct tx *tx, const struct taking *t)
{
    bool row = false;
    struct stmt *s = query_start(tx, &confirms_waiting);
    bind_str(s, 1, S(PROVIDER_CONFIRM_JOB));
    bind_int(s, 2, PROVIDER_CONFIRM_MAX);
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA); // a count has a row
    int64_t n = column_int(s, 0);
    query_end(s);
    return n < PROVIDER_CONFIRM_MAX ? job_add(tx, S(PROVIDER_CONFIRM_JOB), t->message_id, t->now)
                                    : TOO_MANY_WAIT;
}

static err take_pledge(struct tx *tx, const struct taking *t)
{
    const struct pledge p = { .channel = t->channel,
                              .amount = t->events->pledged,
                              .told_at = t->now };
    if (t->events->pledge == PROVIDER_PLEDGE)
        return pledge_set(tx, &p);
    return t->events->pledge == PROVIDER_NO_PLEDGE ? pledge_end(tx, t->channel) : OK;
}

static err write_all(struct tx *tx, void *arg)
{
    struct taking *t = arg;
    bool fresh = false;
    err e = keep_message(tx, t, &fresh);
    if (e || !fresh) // it was taken before, with all that it says
        return e;
    if (!t->events->confirm) // else anybody may have sent it
        e = channel_health_note(tx, t->channel, HEALTH_HEARD, S(""), t->now);
    if (!e && t->fact != HEALTH_HEARD)
        e = channel_health_note(tx, t->channel, t->fact, t->why, t->now);
    if (!e && t->events->confirm)
        e = promise_confirm(tx, t);
    if (!e && t->events->poll)
        e = poll_now(tx, t->channel, t->now);
    if (!e)
        e = take_events(tx, t);
    if (!e)
        e = take_pledge(tx, t);
    if (!e && t->row)
        e = move_cursor(tx, t);
    return e;
}

static err note_work(struct tx *tx, void *arg)
{
    const struct taking *t = arg;
    return channel_health_note(tx, t->channel, t->fact, t->why, t->now);
}

/* ---- a message */

static bool is_delivery(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < '!' || s.s[i] > '~')
            return false;
    return s.n > 0 && s.n <= PAYMENT_DELIVERY_MAX;
}

static struct str hash_text(struct arena *a, const uint8_t hash[SHA256_BYTES])
{
    return hex_print(a, bytes_str(hash, SHA256_BYTES));
}

static err map(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    err e = c->channel->provider->map(c, body, ret);
    check(e <= 0 || e == PROVIDER_MALFORMED);
    check(ret->n <= PROVIDER_EVENTS_MAX);
    return e;
}

err provider_hook(const struct app *app, const struct provider_call *c,
                  const struct provider_message *m, enum hook_verdict *ret)
{
    struct str delivery = { 0 };
    struct provider_events events = { 0 };
    struct payment_message kept = { .channel = c->channel->name,
                                    .body = m->body,
                                    .received_at = c->now };
    struct taking t = { .channel = c->channel->name,
                        .message = &kept,
                        .events = &events,
                        .now = c->now,
                        .arena = c->arena };
    err e = c->channel->provider->receive(c, m, &delivery);
    if (e < 0)
        return e;
    if (e == PROVIDER_FORGED || e == PROVIDER_STALE) {
        *ret = HOOK_FORGED;
        return OK;
    }
    bool malformed = e == PROVIDER_MALFORMED;
    if (c->channel->provider->keep && !malformed)
        kept.body = c->channel->provider->keep(c, m);
    if (!malformed) {
        e = map(c, kept.body, &events);
        if (e < 0)
            return e;
        malformed = e > 0;
    }
    sha256(kept.body, kept.hash);
    kept.delivery = is_delivery(delivery) ? delivery : hash_text(c->arena, kept.hash);
    if (malformed) {
        events = (struct provider_events){ 0 };
        t.fact = HEALTH_MALFORMED;
        t.why = S("a message was not understood");
    } else if (!events.n && events.why) {
        t.fact = HEALTH_IGNORED;
        t.why = str_from_z(events.why);
    }
    *ret = malformed ? HOOK_MALFORMED : HOOK_TAKEN;
    e = store_write(app->store, write_all, &t);
    if (e != TOO_MANY_WAIT)
        return e;
    *ret = HOOK_FULL;
    return OK;
}

err provider_hook_forged(const struct app *app, const struct provider_call *c)
{
    struct taking t = { .channel = c->channel->name, .fact = HEALTH_FORGED, .now = c->now };
    return store_write(app->store, note_work, &t);
}

/* ---- jobs */

struct jobbing {
    const struct app *app;
    const struct setup *setup;
    const struct job *job;
    struct arena arena;
};

static bool give_up(void *arg)
{
    const struct jobbing *j = arg;
    return job_stopping(j->job);
}

static struct provider_call call_of(struct jobbing *j, const struct channel *c)
{
    return (struct provider_call){
        .channel = c,
        .formats = j->setup->formats,
        .now = clock_now(&j->app->clock),
        .arena = &j->arena,
        .give_up = give_up,
        .arg = j,
    };
}

/* Two texts of a row by its number; empty when there is none. */
static err read_texts(struct jobbing *j, const struct query *q, int64_t id, struct str ret[2])
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    err e = store_read(j->app->store, &tx);
    if (e)
        return fault(e);
    struct stmt *s = query_start(&tx, q);
    bind_int(s, 1, id);
    e = query_step(s, &row);
    if (e || !row)
        return e ? fault(e) : OK;
    ret[0] = column_str(s, 0, &j->arena);
    ret[1] = column_str(s, 1, &j->arena);
    query_end(s);
    return OK;
}

/* The API did not answer as it must: noted, and tried again by the job's own rules. */
static err failed(struct jobbing *j, struct taking *t, err why)
{
    t->fact = HEALTH_POLL_FAILED;
    t->why = why == PROVIDER_DENIED ? S("the provider's API does not take our credentials")
             : why == PROVIDER_DOWN ? S("the provider's API did not answer")
                                    : S("the provider's API says that it is not so");
    err e = store_write(j->app->store, note_work, t);
    return e ? e : ERR_BUSY;
}

static err forget_forged(struct tx *tx, void *arg)
{
    const struct taking *t = arg;
    struct stmt *s = query_start(tx, &provider_message_forget);
    bind_int(s, 1, t->message_id);
    err e = query_run(s, NULL);
    return e ? e : channel_health_note(tx, t->channel, HEALTH_FORGED, S(""), t->now);
}

static err confirm(struct jobbing *j)
{
    struct str texts[2] = { { 0 } };
    struct provider_events events = { 0 };
    err e = read_texts(j, &provider_message_one, j->job->subject, texts);
    const struct channel *c = e ? NULL : channels_find(j->setup->channels, texts[0]);
    if (e || !c || !c->provider || !c->provider->confirm || !texts[1].n)
        return e; // the channel or the message has gone
    struct provider_call call = call_of(j, c);
    struct taking t = { .channel = c->name,
                        .message_id = j->job->subject,
                        .events = &events,
                        .now = call.now,
                        .arena = &j->arena };
    e = c->provider->confirm(&call, texts[1], &events);
    if (e == PROVIDER_FORGED)
        return store_write(j->app->store, forget_forged, &t);
    if (e == PROVIDER_MALFORMED) { // for good: a person must look
        t.fact = HEALTH_MALFORMED;
        t.why = S("the provider's API does not confirm what a message said");
        return store_write(j->app->store, note_work, &t);
    }
    if (e)
        return e < 0 ? e : failed(j, &t, e);
    if (!events.n && events.why) {
        t.fact = HEALTH_IGNORED;
        t.why = str_from_z(events.why);
    }
    return store_write(j->app->store, write_all, &t);
}

static err poll(struct jobbing *j)
{
    struct str texts[2] = { { 0 } };
    struct provider_events events = { 0 };
    err e = read_texts(j, &provider_row, j->job->subject, texts);
    const struct channel *c = e ? NULL : channels_find(j->setup->channels, texts[0]);
    if (e || !c || !provider_polls(c))
        return e;
    struct provider_call call = call_of(j, c);
    struct taking t = { .channel = c->name,
                        .events = &events,
                        .row = j->job->subject,
                        .poll_minutes = c->provider->poll_minutes,
                        .now = call.now,
                        .arena = &j->arena };
    e = c->provider->poll(&call, texts[1], &events);
    if (e)
        return e < 0 ? e : failed(j, &t, e);
    if (events.why) {
        t.fact = HEALTH_IGNORED;
        t.why = str_from_z(events.why);
    }
    return store_write(j->app->store, write_all, &t);
}

enum { JOB_ARENA = 32 * 1024 * 1024 };

static err run_job(const struct app *app, const struct setup *s, const struct job *job,
                   err (*run)(struct jobbing *j))
{
    struct jobbing j = { .app = app, .setup = s, .job = job };
    arena_init(&j.arena, JOB_ARENA);
    err e = run(&j);
    arena_free(&j.arena);
    return e;
}

err provider_confirm_job(const struct app *app, const struct setup *s, const struct job *job)
{
    return run_job(app, s, job, confirm);
}

err provider_poll_job(const struct app *app, const struct setup *s, const struct job *job)
{
    return run_job(app, s, job, poll);
}

struct beginning {
    const struct channels *channels;
    int64_t now;
};

static err begin(struct tx *tx, void *arg)
{
    const struct beginning *b = arg;
    const struct channel *list = NULL;
    size_t n = channels_list(b->channels, &list);
    for (size_t i = 0; i < n; i++) {
        if (!provider_polls(&list[i]))
            continue;
        struct stmt *s = query_start(tx, &provider_row_begin);
        bind_str(s, 1, list[i].name);
        err e = query_run(s, NULL);
        if (!e)
            e = poll_now(tx, list[i].name, b->now + POLL_FIRST);
        if (e)
            return fault(e);
    }
    return OK;
}

err provider_polls_begin(const struct app *app, const struct setup *s)
{
    struct beginning b = { .channels = s->channels, .now = clock_now(&app->clock) };
    return store_write(app->store, begin, &b);
}
