#include "funding/wallet_hand.h"
#include "render/format.h"

QUERY(wallet_hand_month, "select address from wallet_address where channel = $1 and plan = $2"
                         " and purpose = 1 and period <= $3 order by period desc limit 1");
QUERY(wallet_hand_place, "select address from wallet_address where channel = $1 and plan = $2"
                         " and purpose = 2 and period = $3 limit 1");
QUERY(wallet_hand_numbers,
      "select coalesce(max(number), -1), coalesce(max(number) filter (where paid_at > 0), -1)"
      " from wallet_address where channel = $1 and plan = $2");
QUERY(wallet_hand_spares,
      "select count(*) from wallet_address where channel = $1 and plan = $2 and purpose = 4");
QUERY(wallet_hand_taken,
      "select count(*) from wallet_address where channel = $1 and plan = $2 and purpose = $3"
      " and period = $4");
QUERY(wallet_hand_next,
      "update wallet_address set purpose = $3, period = $4, handed_at = $5 where id ="
      " (select id from wallet_address where channel = $1 and plan = $2 and purpose = 4"
      " order by number limit 1) returning address");
QUERY(wallet_hand_again,
      "update wallet_address set handed_at = $4 where id = (select id from wallet_address"
      " where channel = $1 and plan = $2 and purpose = 3 and paid_at = 0 and handed_at <= $3"
      " order by handed_at, id limit 1) returning address");
QUERY(wallet_hand_known,
      "select purpose <> 4 from wallet_address where channel = $1 and plan = $2 and address = $3");

enum { SPARES_A_WRITE = 100, ARENA_BYTES = 1 << 20 };

bool wallet_hands(const struct wallet *w)
{
    return w->derived && (w->rotation != WALLET_ONE || w->own_addresses);
}

/* ---- asking ---- */

static struct stmt *start(struct tx *tx, const struct query *q, const struct channel *c)
{
    struct stmt *s = query_start(tx, q);
    bind_str(s, 1, c->name);
    bind_str(s, 2, c->wallet->plan_id);
    return s;
}

/* The row's text; empty: there is none. */
static err one_text(struct stmt *s, struct arena *a, struct str *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    *ret = !e && row ? column_str(s, 0, a) : S("");
    query_end(s);
    return e;
}

static err one_number(struct stmt *s, int64_t *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    *ret = !e && row ? column_int(s, 0) : 0;
    query_end(s);
    return e;
}

static struct str month_of(struct date d, struct arena *a)
{
    return str_print(a, "%04d-%02d", d.year, d.month);
}

/* Place 0 of the pool is the wallet's first address, which is no spare. */
static struct str pool_place(const struct wallet *w, struct date today, struct arena *a)
{
    int64_t place = date_to_days(today) % w->pool;
    return place > 0 ? str_print(a, "%d", (int)place) : S("");
}

err wallet_shown(struct tx *tx, const struct channel *c, struct date today, struct arena *a,
                 struct str *ret)
{
    const struct wallet *w = c->wallet;
    bool month = w->rotation == WALLET_MONTH;
    *ret = c->address;
    if (w->rotation == WALLET_ONE)
        return OK;
    struct str period = month ? month_of(today, a) : pool_place(w, today, a);
    struct str found = { 0 };
    struct stmt *s = start(tx, month ? &wallet_hand_month : &wallet_hand_place, c);
    bind_str(s, 3, period);
    err e = one_text(s, a, &found);
    if (!e && found.n)
        *ret = found;
    return e;
}

err wallet_was_handed(struct tx *tx, const struct channel *c, struct str address, bool *ret)
{
    int64_t yes = 0;
    struct stmt *s = start(tx, &wallet_hand_known, c);
    bind_str(s, 3, address);
    err e = one_number(s, &yes);
    *ret = yes != 0;
    return e;
}

/* ---- handing out ---- */

/* The next spare; *ret is empty when there is none. */
static err hand_next(struct tx *tx, const struct channel *c, const struct wallet_address *as,
                     struct arena *a, struct str *ret)
{
    struct stmt *s = start(tx, &wallet_hand_next, c);
    bind_int(s, 3, as->purpose);
    bind_str(s, 4, as->period);
    bind_int(s, 5, as->handed_at);
    return one_text(s, a, ret);
}

/* An unpaid one that was handed out at `before` or earlier; *ret is empty when there is none. */
static err hand_again(struct tx *tx, const struct channel *c, int64_t before, int64_t now,
                      struct arena *a, struct str *ret)
{
    struct stmt *s = start(tx, &wallet_hand_again, c);
    bind_int(s, 3, before);
    bind_int(s, 4, now);
    return one_text(s, a, ret);
}

err wallet_hand_own(struct tx *tx, const struct channel *c, int64_t now, struct arena *a,
                    struct str *ret)
{
    const struct wallet_address own = { .purpose = WALLET_OWN, .period = S(""), .handed_at = now };
    int64_t spares = 0;
    err e = hand_again(tx, c, now - WALLET_OWN_KEPT, now, a, ret);
    if (e || ret->n)
        return e;
    e = one_number(start(tx, &wallet_hand_spares, c), &spares);
    if (!e && spares > (c->wallet->rotation == WALLET_MONTH ? WALLET_SPARES_KEPT : 0))
        e = hand_next(tx, c, &own, a, ret);
    if (!e && !ret->n)
        e = hand_again(tx, c, now, now, a, ret);
    return e || ret->n ? e : WALLET_NONE_LEFT;
}

static err hand_if_missing(struct tx *tx, const struct channel *c, const struct wallet_address *as,
                           struct arena *a)
{
    int64_t there = 0;
    struct str text = { 0 };
    struct stmt *s = start(tx, &wallet_hand_taken, c);
    bind_int(s, 3, as->purpose);
    bind_str(s, 4, as->period);
    err e = one_number(s, &there);
    if (e || there)
        return e;
    e = hand_next(tx, c, as, a, &text);
    if (!e && text.n)
        tx_touch(tx, "support");
    return e; // none left: the one before stays
}

static err hand_due(struct tx *tx, const struct channel *c, struct date today, int64_t now,
                    struct arena *a)
{
    struct wallet_address as = { .handed_at = now };
    err e = OK;
    if (c->wallet->rotation == WALLET_MONTH) {
        as.purpose = WALLET_PERIOD;
        as.period = month_of(today, a);
        return hand_if_missing(tx, c, &as, a);
    }
    as.purpose = WALLET_POOLED;
    for (int place = 1; !e && place < c->wallet->pool; place++) {
        as.period = str_print(a, "%d", place);
        e = hand_if_missing(tx, c, &as, a);
    }
    return e;
}

/* ---- the job ---- */

struct making {
    const struct app *app;
    const struct setup *setup;
    const struct channel *channel;
    struct arena *arena;
    struct date today;
    int64_t now, next;
    int64_t number, last; /* rows from `number` to `last` are missing */
    const struct wallet_address *made;
    size_t count;
};

static err read_numbers(struct making *m)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t paid = 0;
    bool row = false;
    err e = store_read(m->app->store, &tx);
    if (e)
        return e;
    struct stmt *s = start(&tx, &wallet_hand_numbers, m->channel);
    e = query_step(s, &row);
    if (!e && row) {
        m->number = column_int(s, 0) + 1;
        paid = column_int(s, 1);
    }
    query_end(s);
    m->last = paid + m->channel->wallet->gap;
    if (m->last > EXTENDED_KEY_INDEX_MAX)
        m->last = EXTENDED_KEY_INDEX_MAX;
    return e;
}

static err derive(struct making *m)
{
    struct wallet_address *made = arena_new(m->arena, struct wallet_address, SPARES_A_WRITE);
    m->count = 0;
    while (m->count < SPARES_A_WRITE && m->number <= m->last) {
        struct wallet_place place = { 0 };
        err e = wallet_place(m->channel->wallet, m->number, m->arena, &place);
        if (e)
            return e;
        made[m->count++] = (struct wallet_address){
            .channel = m->channel->name,
            .plan_id = m->channel->wallet->plan_id,
            .number = place.number,
            .text = place.text,
            .script = place.script,
            .period = S(""),
            .purpose = place.number ? WALLET_SPARE : WALLET_FIXED,
        };
        m->number = place.number + 1;
    }
    m->made = made;
    return OK;
}

static err write_made(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    err e = OK;
    for (size_t i = 0; !e && i < m->count; i++) {
        int64_t id = 0;
        bool fresh = false;
        e = wallet_address_hand(tx, &m->made[i], m->now, &id, &fresh);
    }
    return e;
}

static err write_due(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    return hand_due(tx, m->channel, m->today, m->now, m->arena);
}

static err make_spares(struct making *m)
{
    err e = read_numbers(m);
    while (!e && m->number <= m->last) {
        arena_reset(m->arena);
        e = derive(m);
        if (!e)
            e = store_write(m->app->store, write_made, m);
    }
    return !e && m->channel->wallet->rotation != WALLET_ONE
               ? store_write(m->app->store, write_due, m)
               : e;
}

static err write_next(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(WALLET_HAND_JOB), 0, *at);
}

err wallet_hand_job(const struct app *app, const struct setup *s, const struct job *job)
{
    const struct channel *list = NULL;
    size_t n = channels_list(s->channels, &list);
    struct arena arena;
    bool any = false;
    err e = OK;
    (void)job; // there is one
    arena_init(&arena, ARENA_BYTES);
    struct making m = { .app = app, .setup = s, .arena = &arena, .now = clock_now(&app->clock) };
    m.today = format_day_of(s->formats, m.now);
    for (size_t i = 0; !e && i < n; i++) {
        m.channel = &list[i];
        if (!list[i].wallet || !wallet_hands(list[i].wallet))
            continue;
        any = true;
        e = make_spares(&m);
    }
    m.next = format_day_start(s->formats, date_from_days(date_to_days(m.today) + 1));
    if (!e && any)
        e = store_write(app->store, write_next, &m.next);
    arena_free(&arena);
    return e;
}

err wallet_hand_promise(const struct app *app, const struct setup *s)
{
    int64_t now = clock_now(&app->clock);
    const struct channel *list = NULL;
    size_t n = channels_list(s->channels, &list);
    for (size_t i = 0; i < n; i++)
        if (list[i].wallet && wallet_hands(list[i].wallet))
            return store_write(app->store, write_next, &now);
    return OK;
}
