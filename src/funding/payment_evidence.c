#include "funding/payment_evidence.h"
#include "base/check.h"
#include "base/crypto.h"
#include "funding/channel.h"
#include "funding/payment_inside.h"

#include <inttypes.h>

CONFIG_INT(
    funding_message_days, "funding", "message_days", 400, 30, 36500,
    "Days after which the bytes of payment providers' messages are forgotten; what was booked "
    "and their hashes stay.");

QUERY(evidence_message, "select id, channel, body, hash, received_at from payment_message"
                        " where id > $1 and body is not null order by id limit 1");
QUERY(evidence_events, "select count(*) from payment_event where message = $1");
QUERY(evidence_forget, "update payment_message set body = null where id in"
                       " (select id from payment_message where body is not null"
                       " and received_at < $1 order by received_at limit $2)");

enum { SCRATCH_BYTES = 16 * 1024 * 1024, FORGOTTEN_AT_ONCE = 200 };

struct message {
    int64_t id, received_at;
    struct str channel, body, hash;
};
struct examination {
    struct tx *tx;
    const struct setup *setup;
    struct arena scratch; /* of one message */
    struct arena *a;
    struct str *ret_why;
};

static err next_message(struct examination *x, int64_t after, struct message *ret)
{
    bool row = false;
    struct stmt *s = query_start(x->tx, &evidence_message);
    bind_int(s, 1, after);
    *ret = (struct message){ 0 };
    err e = query_step(s, &row);
    if (e || !row)
        return e ? fault(e) : OK;
    *ret = (struct message){
        .id = column_int(s, 0),
        .channel = column_str(s, 1, &x->scratch),
        .body = column_str(s, 2, &x->scratch),
        .hash = column_str(s, 3, &x->scratch),
        .received_at = column_int(s, 4),
    };
    query_end(s);
    return OK;
}

static err differs(struct examination *x, const struct message *m, const char *what)
{
    *x->ret_why =
        str_print(x->a, "message %" PRId64 " of " STR_FMT ": %s", m->id, STR_ARG(m->channel), what);
    return EVIDENCE_WRONG;
}

static bool same(const struct payment_event *told, const struct payment_event *kept)
{
    bool amount =
        !payment_kind_has_amount(told->kind) || (asset_eq(told->amount.asset, kept->amount.asset) &&
                                                 told->amount.units == kept->amount.units);
    return amount && str_eq(told->of, kept->of) && told->occurred_at == kept->occurred_at;
}

/* What a message says must be there; what was told before by another one may differ, which was an
 * alarm then. */
static err check_event(struct examination *x, const struct message *m,
                       const struct payment_event *told, int64_t *found)
{
    struct payment_row kept = { 0 };
    err e = payment_find(x->tx, m->channel, told->object, told->kind, &x->scratch, &kept);
    if (e)
        return e;
    if (!kept.id) {
        struct payment_event again = *told;
        again.channel = m->channel;
        return payment_event_is_sound(&again, m->received_at)
                   ? differs(x, m, "it tells of an event that is not there")
                   : OK; // it was refused then too
    }
    if (kept.event.message != m->id)
        return OK;
    (*found)++;
    return same(told, &kept.event) ? OK : differs(x, m, "it tells something else than was booked");
}

static err count_events(struct examination *x, int64_t message, int64_t *ret)
{
    bool row = false;
    struct stmt *s = query_start(x->tx, &evidence_events);
    bind_int(s, 1, message);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err check_events(struct examination *x, const struct message *m,
                        const struct provider_events *told)
{
    int64_t found = 0;
    int64_t kept = 0;
    err e = OK;
    for (size_t i = 0; !e && i < told->n; i++)
        e = check_event(x, m, &told->events[i], &found);
    if (!e)
        e = count_events(x, m->id, &kept);
    if (!e && kept != found)
        e = differs(x, m, "events were booked from it of which it tells nothing");
    return e;
}

static err check_message(struct examination *x, const struct message *m)
{
    uint8_t hash[SHA256_BYTES];
    struct provider_events told = { 0 };
    const struct channel *c = channels_find(x->setup->channels, m->channel);
    sha256(m->body, hash);
    if (!str_eq(m->hash, bytes_str(hash, sizeof hash)))
        return differs(x, m, "its bytes are not those that came");
    if (!c || !c->provider || !provider_listens(c) || !c->provider->map)
        return OK;
    struct provider_call call = {
        .channel = c, .formats = x->setup->formats, .now = m->received_at, .arena = &x->scratch
    };
    err e = c->provider->map(&call, m->body, &told);
    if (e < 0)
        return e;
    if (e) // it was not understood
        told = (struct provider_events){ 0 };
    return told.confirm || told.poll ? OK : check_events(x, m, &told);
}

err payment_evidence_check(struct tx *tx, const struct setup *s, struct arena *a,
                           struct str *ret_why)
{
    struct examination x = { .tx = tx, .setup = s, .a = a, .ret_why = ret_why };
    struct message m = { 0 };
    err e = OK;
    arena_init(&x.scratch, SCRATCH_BYTES);
    do {
        arena_reset(&x.scratch);
        e = next_message(&x, m.id, &m);
        if (!e && m.id)
            e = check_message(&x, &m);
    } while (!e && m.id);
    arena_free(&x.scratch);
    return e;
}

struct forgetting {
    int64_t before, next, changes;
};

static err forget(struct tx *tx, void *arg)
{
    struct forgetting *f = arg;
    struct stmt *s = query_start(tx, &evidence_forget);
    bind_int(s, 1, f->before);
    bind_int(s, 2, FORGOTTEN_AT_ONCE);
    err e = query_run(s, &f->changes);
    if (e)
        return fault(e);
    return f->changes < FORGOTTEN_AT_ONCE ? job_add(tx, S(EVIDENCE_JOB), 0, f->next) : OK;
}

static int64_t next_day(int64_t now)
{
    return (now / DAY + 1) * DAY;
}

err payment_evidence_job(const struct app *app, int64_t days)
{
    int64_t now = clock_now(&app->clock);
    struct forgetting f = { .before = now - days * DAY, .next = next_day(now) };
    err e = OK;
    do
        e = store_write(app->store, forget, &f);
    while (!e && f.changes == FORGOTTEN_AT_ONCE);
    return e;
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(EVIDENCE_JOB), 0, *at);
}

err payment_evidence_promise(const struct app *app)
{
    int64_t at = next_day(clock_now(&app->clock));
    return store_write(app->store, promise, &at);
}
