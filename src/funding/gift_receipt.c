#include "funding/gift_receipt.h"
#include "funding/contribution.h"
#include "funding/display.h"
#include "funding/giver_wish.h"
#include "funding/receipt.h"
#include "publishing/letter.h"
#include "render/format.h"
#include "render/theme.h"
#include "store/job.h"

#include <inttypes.h>

QUERY(receipt_due,
      "insert into gift_receipt (contribution, state, at, mails) values ($1, 'due', $2, 0)"
      " on conflict (contribution) do update set state = 'due', at = excluded.at"
      " where gift_receipt.state = 'none' and gift_receipt.mails = 0");
QUERY(receipt_list,
      "select r.contribution, c.state = 'settled' and c.frozen = 0 and g.failed_at is null,"
      " c.day, g.email"
      " from gift_receipt r join contribution c on c.id = r.contribution"
      " join giver g on g.id = c.giver where r.state = 'due' order by r.contribution limit $1");
QUERY(receipt_set, "update gift_receipt set state = $2, at = $3, mails = mails + $4"
                   " where contribution = $1");
QUERY(receipt_one, "select at, mails from gift_receipt where contribution = $1 and mails > 0");

QUERY(receipt_giver, "select giver from contribution where id = $1 and giver is not null");

CONFIG_BOOL(funding_receipts, "funding", "receipts", 1,
            "Whether givers whose address is known get a receipt by mail.");

enum { ARENA_BYTES = 1 << 20 };

err gift_receipt_due(struct tx *tx, int64_t contribution, int64_t now)
{
    struct stmt *s = query_start(tx, &receipt_due);
    bind_int(s, 1, contribution);
    bind_int(s, 2, now);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* ---- ordering */

static err set_state(struct tx *tx, int64_t contribution, bool ordered, int64_t now)
{
    struct stmt *s = query_start(tx, &receipt_set);
    bind_int(s, 1, contribution);
    bind_str(s, 2, ordered ? S("ordered") : S("none"));
    bind_int(s, 3, now);
    bind_int(s, 4, ordered);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* `number`: of the mails about this gift. */
static err order(struct tx *tx, int64_t contribution, int64_t number, int64_t now, struct arena *a)
{
    struct mail_order o = {
        .key = str_print(a, GIFT_RECEIPT_MAIL "/%" PRId64 "/%" PRId64, contribution, number),
        .kind = S(GIFT_RECEIPT_MAIL),
        .subject = contribution,
    };
    err e = mail_add(tx, &o, now, NULL);
    return e ? e : set_state(tx, contribution, true, now);
}

struct due {
    int64_t contribution, day;
    bool wanted;
};

static err read_due(struct tx *tx, struct arena *a, struct due ret[RECEIPT_BATCH], size_t *ret_n)
{
    bool row = false;
    err e = OK;
    size_t n = 0;
    struct stmt *s = query_start(tx, &receipt_list);
    bind_int(s, 1, RECEIPT_BATCH);
    while (!(e = query_step(s, &row)) && row)
        ret[n++] =
            (struct due){ .contribution = column_int(s, 0),
                          .wanted = column_int(s, 1) && mail_address_good(column_str(s, 3, a)),
                          .day = column_int(s, 2) };
    *ret_n = n;
    return e ? fault(e) : OK;
}

err gift_receipts_order(struct tx *tx, const struct receipt_round *o, bool *ret_more)
{
    struct due due[RECEIPT_BATCH];
    size_t n = 0;
    err e = read_due(tx, o->arena, due, &n);
    for (size_t i = 0; !e && i < n; i++) {
        bool send = o->send && due[i].wanted && due[i].day >= o->today - RECEIPT_DAYS;
        e = send ? order(tx, due[i].contribution, 1, o->now, o->arena)
                 : set_state(tx, due[i].contribution, false, o->now);
    }
    *ret_more = n == RECEIPT_BATCH;
    return e;
}

err gift_receipt_get(struct tx *tx, int64_t contribution, struct gift_receipt *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &receipt_one);
    bind_int(s, 1, contribution);
    err e = query_step(s, &row);
    *ret = (struct gift_receipt){ 0 };
    if (e)
        return fault(e);
    if (!row)
        return OK;
    *ret = (struct gift_receipt){ .at = column_int(s, 0), .mails = column_int(s, 1) };
    query_end(s);
    return OK;
}

err gift_receipt_send(struct tx *tx, int64_t contribution, struct actor by, int64_t now,
                      struct arena *a)
{
    struct contribution c = { 0 };
    struct giver g = { 0 };
    struct gift_receipt before = { 0 };
    err e = contribution_get(tx, contribution, a, &c);
    if (!e && c.state != CONTRIBUTION_SETTLED)
        return RECEIPT_NOT_SETTLED;
    if (!e && c.frozen)
        return RECEIPT_FROZEN;
    if (!e && c.giver)
        e = giver_get(tx, c.giver, a, &g);
    if (e)
        return e;
    if (!mail_address_good(g.email))
        return RECEIPT_NOBODY;
    e = gift_receipt_due(tx, contribution, now);
    if (!e)
        e = gift_receipt_get(tx, contribution, &before);
    if (!e)
        e = order(tx, contribution, before.mails + 1, now, a);
    if (!e)
        e = audit_add(tx, by,
                      &(struct audit_note){ .action = S("contribution.receipt"),
                                            .kind = S("contribution"),
                                            .object = contribution,
                                            .now = now });
    return e ? fault(e) : OK;
}

/* ---- the job */

static err order_due(struct tx *tx, void *arg)
{
    const struct receipt_round *o = arg;
    bool more = false;
    err e = gift_receipts_order(tx, o, &more);
    if (!e)
        e = job_add(tx, S(GIFT_RECEIPT_JOB), 0, o->now + (more ? 0 : RECEIPT_EVERY));
    return e ? fault(e) : OK;
}

err gift_receipt_job(const struct app *app, const struct setup *s)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ARENA_BYTES);
    struct receipt_round o = { .now = clock_now(&app->clock), .arena = &a };
    o.today = date_to_days(format_day_of(s->formats, o.now));
    o.send = mail_enabled(s) && config_bool(s->config, &funding_receipts);
    return store_write(app->store, order_due, &o);
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(GIFT_RECEIPT_JOB), 0, *at);
}

err gift_receipt_promise(const struct app *app)
{
    int64_t now = clock_now(&app->clock);
    return store_write(app->store, promise, &now);
}

/* ---- the mail */

struct receipt_view {
    struct letter letter;
    struct str amount, value, out, channel, day, code, link;
};
static const struct field receipt_fields[] = {
    FIELD_VIEW(struct receipt_view, letter, &letter_view),
    FIELD_STR(struct receipt_view, amount),
    FIELD_STR(struct receipt_view, value),
    FIELD_STR(struct receipt_view, out),
    FIELD_STR(struct receipt_view, channel),
    FIELD_STR(struct receipt_view, day),
    FIELD_STR(struct receipt_view, code),
    FIELD_STR(struct receipt_view, link),
};
static const struct view receipt_view = VIEW(struct receipt_view, receipt_fields);
TEMPLATE(receipt_text, "mail/gift-receipt.txt", &receipt_view, TEMPLATE_TEXT);
TEMPLATE(receipt_html, "mail/gift-receipt.html", &receipt_view, TEMPLATE_HTML);

/* MAIL_DROP: nothing is left of it, it was set aside, or its giver has no address any more. */
static err read_gift(const struct app *app, int64_t id, struct arena *a, struct contribution *c,
                     struct giver *g)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = contribution_get(&tx, id, a, c);
    if (!e && c->giver)
        e = giver_get(&tx, c->giver, a, g);
    if (e < 0)
        return fault(e);
    bool wanted = !e && c->state == CONTRIBUTION_SETTLED && !c->frozen;
    return wanted && mail_address_good(g->email) ? OK : MAIL_DROP;
}

static struct str money(const struct setup *s, struct arena *a, struct amount m)
{
    return m.units ? display_amount(s, a, m) : S("");
}

err gift_receipt_compose(const struct app *app, const struct setup *s, const struct mail_order *o,
                         struct arena *a, struct mail *ret)
{
    struct contribution c = { 0 };
    struct giver g = { 0 };
    err e = read_gift(app, o->subject, a, &c, &g);
    if (e)
        return e;
    struct receipt_view v = {
        .amount = display_amount(s, a, c.amount),
        .value = money(s, a, c.value),
        .out = money(s, a, c.out),
        .channel = display_channel(s, c.channel),
        .day = format_date(s->formats, a, c.occurred_on),
        .code = receipt_code(app->keys, c.id, a),
        .link = letter_link(s, a, S("/funding/receipt")),
    };
    v.letter.heading = theme_word(s->theme, "receipt_mail_heading");
    v.letter.why = theme_word(s->theme, "receipt_mail_why");
    letter_fill(s, a, &v.letter);
    ret->to = g.email;
    ret->subject =
        str_print(a, STR_FMT ": " STR_FMT, STR_ARG(v.letter.site_title), STR_ARG(v.letter.heading));
    return letter_render(s, a, &(struct letter_pages){ &receipt_text, &receipt_html, &v }, ret);
}

err gift_receipt_failed(struct tx *tx, const struct mail_order *o, int64_t now)
{
    bool row = false;
    struct stmt *s = query_start(tx, &receipt_giver);
    bind_int(s, 1, o->subject);
    err e = query_step(s, &row);
    if (e || !row)
        return e ? fault(e) : OK;
    int64_t giver = column_int(s, 0);
    query_end(s);
    return giver_failed(tx, giver, now);
}
