#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/display.h"
#include "funding/funding_http.h"
#include "funding/funding_part.h"
#include "funding/goal_close.h"
#include "funding/wallet_address.h"
#include "http/error.h"
#include "people/keys.h"
#include "publishing/layout.h"
#include "render/format.h"

#include <inttypes.h>

/* GET /funding/goals/{id}: one goal's period, and what it was when it was closed. */

struct adjustment_row {
    int64_t seq, contribution;
    struct str day, booked, channel, kind, amount;
    bool fee;
};
struct goal_view {
    struct layout page;
    struct str heading;
    struct meter_view meter;
    struct str net, fees;
    struct list channels;
    bool closed;
    struct str closed_sentence, frozen, statement, signature, statement_url, signature_url;
    struct str addresses_url;
    struct list adjustments; /* of adjustment_row */
    struct str adjusted;
    bool more;
};
static const struct field adjustment_fields[] = {
    FIELD_INT(struct adjustment_row, seq),     FIELD_INT(struct adjustment_row, contribution),
    FIELD_STR(struct adjustment_row, day),     FIELD_STR(struct adjustment_row, booked),
    FIELD_STR(struct adjustment_row, channel), FIELD_STR(struct adjustment_row, kind),
    FIELD_STR(struct adjustment_row, amount),  FIELD_BOOL(struct adjustment_row, fee),
};
static const struct view adjustment_view = VIEW(struct adjustment_row, adjustment_fields);
static const struct field goal_fields[] = {
    FIELD_VIEW(struct goal_view, page, &layout_view),
    FIELD_STR(struct goal_view, heading),
    FIELD_VIEW(struct goal_view, meter, &meter_view),
    FIELD_STR(struct goal_view, net),
    FIELD_STR(struct goal_view, fees),
    FIELD_LIST(struct goal_view, channels, &channel_row_view),
    FIELD_BOOL(struct goal_view, closed),
    FIELD_STR(struct goal_view, closed_sentence),
    FIELD_STR(struct goal_view, frozen),
    FIELD_STR(struct goal_view, statement),
    FIELD_STR(struct goal_view, signature),
    FIELD_STR(struct goal_view, statement_url),
    FIELD_STR(struct goal_view, signature_url),
    FIELD_STR(struct goal_view, addresses_url),
    FIELD_LIST(struct goal_view, adjustments, &adjustment_view),
    FIELD_STR(struct goal_view, adjusted),
    FIELD_BOOL(struct goal_view, more),
};
static const struct view goal_view = VIEW(struct goal_view, goal_fields);
TEMPLATE(goal_page, "pages/goal.html", &goal_view, TEMPLATE_HTML);

struct reading {
    struct request *r;
    struct tx *tx;
    struct meter meter;
    struct goal_close close;
    const struct ledger_sum *sums;
    size_t sum_count;
    const struct goal_adjustment *later;
    size_t later_count;
    bool more;
};

static bool goal_number(const struct request *r, int64_t *ret)
{
    struct str text = { 0 };
    return request_segment(r, "id", &text) && int_parse(text, 1, INT64_MAX, ret);
}

/* GOAL_MISSING. */
static err read_all(struct reading *g, int64_t id)
{
    struct arena *a = g->r->arena;
    struct goal goal = { 0 };
    err e = goal_get(g->tx, id, a, &goal);
    if (!e)
        e = meter_get(g->tx, &goal, a, &g->meter);
    if (!e)
        e = ledger_sums(g->tx, goal.first_day, goal.end_day, a, &g->sums, &g->sum_count);
    if (!e)
        e = goal_close_get(g->tx, id, a, &g->close);
    if (!e && g->close.goal)
        e = goal_adjustments(g->tx, &goal, &g->close, a, &g->later, &g->later_count, &g->more);
    return e;
}

static err read_page(struct reading *g, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(g->r->app->store, &tx);
    if (e)
        return fault(e);
    g->tx = &tx;
    e = read_all(g, id);
    g->tx = NULL;
    return e;
}

static struct str money(const struct reading *g, int64_t minor)
{
    return display_minor(g->r->setup, g->r->arena, minor, g->meter.goal.amount.cur);
}

static struct list show_adjustments(const struct reading *g)
{
    const struct setup *setup = g->r->setup;
    struct arena *a = g->r->arena;
    struct adjustment_row *rows = arena_new(a, struct adjustment_row, g->later_count);
    for (size_t i = 0; i < g->later_count; i++) {
        const struct goal_adjustment *v = &g->later[i];
        rows[i] = (struct adjustment_row){
            .seq = v->seq,
            .contribution = v->contribution,
            .day = format_date(setup->formats, a, date_from_days(v->day)),
            .booked = format_date(setup->formats, a, date_from_days(v->booked)),
            .channel = display_channel(setup, v->channel),
            .kind = display_kind_of_entry(setup, v->kind),
            .amount = display_amount(setup, a, v->amount),
            .fee = v->account == LEDGER_FEES,
        };
    }
    return (struct list){ rows, g->later_count };
}

static void show_close(const struct reading *g, struct goal_view *v)
{
    const struct setup *setup = g->r->setup;
    struct arena *a = g->r->arena;
    const struct goal_close *c = &g->close;
    const struct word_arg args[] = {
        { .name = "day",
          .text = format_date(setup->formats, a, format_day_of(setup->formats, c->closed_at)) },
        { .name = "amount", .text = money(g, c->settled) },
        { .name = "net", .text = money(g, c->net) },
        { .name = "n", .count = c->seq },
        { .name = "change", .text = money(g, g->meter.settled - c->settled) },
    };
    v->closed = true;
    v->closed_sentence =
        theme_phrase(setup->theme, a, "funding_closed_sentence", args, COUNT(args));
    v->statement = c->statement;
    v->signature = base64_print(a, bytes_str(c->signature, sizeof c->signature));
    v->statement_url = str_print(a, "/funding/goals/%" PRId64 "/statement.txt", c->goal);
    v->signature_url = str_print(a, "/funding/goals/%" PRId64 "/statement.sig", c->goal);
    v->addresses_url = str_print(a, "/funding/goals/%" PRId64 "/addresses.csv", c->goal);
    v->adjustments = show_adjustments(g);
    v->adjusted = theme_phrase(setup->theme, a, "funding_adjusted_sentence", args, COUNT(args));
    v->more = g->more;
}

static err show(const struct reading *g, struct goal_view *v)
{
    const struct setup *setup = g->r->setup;
    struct date today = format_day_of(setup->formats, g->r->now);
    v->heading = display_period(setup, g->r->arena, &g->meter.goal);
    v->page.title = v->heading;
    v->meter = meter_show_full(&g->meter, setup, today, g->r->arena);
    v->meter.link = S("");
    if (g->close.goal)
        show_close(g, v);
    return channel_rows(setup, g->sums, g->sum_count, g->r->arena, &v->channels);
}

err funding_goal_get(struct request *r, struct response *ret)
{
    struct reading g = { .r = r };
    struct goal_view v = { .page = { .kind = S("funding"), .path = r->path } };
    int64_t id = 0;
    if (!goal_number(r, &id))
        return http_refuse(r, ret, 404, "error_no_goal");
    request_topic(r, "funding");
    request_topic(r, "day"); // a goal ends with its last day
    err e = read_page(&g, id);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_no_goal");
    if (!e)
        e = show(&g, &v);
    if (!e)
        e = layout_fill(r, &v.page);
    if (!e)
        e = layout_respond(r, ret, &goal_page, &v, 200);
    if (e)
        return fault(e);
    ret->cache = CACHE_SHARED;
    return OK;
}

/* ---- the files that a machine checks */

static err read_close(const struct request *r, struct goal_close *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t id = 0;
    if (!goal_number(r, &id))
        return OK;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = goal_close_get(&tx, id, r->arena, ret);
    return e ? fault(e) : OK;
}

err funding_statement_get(struct request *r, struct response *ret)
{
    struct goal_close c = { 0 };
    request_topic(r, "funding");
    err e = read_close(r, &c);
    if (e)
        return e;
    if (!c.goal)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    ret->body = c.statement;
    ret->type = "text/plain; charset=utf-8";
    ret->cache = CACHE_SHARED;
    return OK;
}

err funding_signature_get(struct request *r, struct response *ret)
{
    struct goal_close c = { 0 };
    request_topic(r, "funding");
    err e = read_close(r, &c);
    if (e)
        return e;
    if (!c.goal)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    ret->body = str_copy(r->arena, bytes_str(c.signature, sizeof c.signature));
    ret->type = "application/octet-stream";
    ret->cache = CACHE_SHARED;
    return OK;
}

/* Addresses of our wallets that were paid to before a closed period's end. Those of a running one
 * are not told in one list, which would make it easier to watch who gives. */
struct address_list {
    int64_t paid_before, after;
};

static struct str day_of(int64_t at, struct arena *a)
{
    return date_print(a, date_of_utc(at));
}

static err addresses_more(const struct app *app, void *state, struct arena *scratch,
                          struct buf *out, bool *ret_end)
{
    struct address_list *l = state;
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct wallet_address *rows = NULL;
    size_t n = 0;
    err e = store_read(app->store, &tx);
    if (!e)
        e = wallet_address_paid_list(&tx, l->paid_before, l->after, scratch, &rows, &n);
    if (e)
        return fault(e);
    if (l->after == 0)
        buf_put(out, S("channel,address,shown,first_payment\r\n"));
    for (size_t i = 0; i < n; i++) {
        l->after = rows[i].id;
        buf_print(out, STR_FMT "," STR_FMT "," STR_FMT "," STR_FMT "\r\n", STR_ARG(rows[i].channel),
                  STR_ARG(rows[i].text), STR_ARG(day_of(rows[i].handed_at, scratch)),
                  STR_ARG(day_of(rows[i].paid_at, scratch)));
    }
    *ret_end = n < WALLET_ADDRESSES_PAGE;
    return OK;
}

static err read_closed_goal(const struct request *r, struct goal *ret, bool *ret_closed)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct goal_close c = { 0 };
    int64_t id = 0;
    *ret_closed = false;
    if (!goal_number(r, &id))
        return OK;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = goal_close_get(&tx, id, r->arena, &c);
    if (!e && c.goal)
        e = goal_get(&tx, id, r->arena, ret);
    *ret_closed = !e && c.goal;
    return e ? fault(e) : OK;
}

err funding_addresses_get(struct request *r, struct response *ret)
{
    struct goal goal = { 0 };
    bool closed = false;
    struct address_list *l = arena_new(r->arena, struct address_list, 1);
    err e = read_closed_goal(r, &goal, &closed);
    if (e)
        return e;
    if (!closed)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    l->paid_before = format_day_start(r->setup->formats, date_from_days(goal.end_day));
    ret->type = "text/csv; charset=utf-8; header=present";
    ret->source = (struct body_source){ .more = addresses_more, .state = l };
    response_header(ret, "Content-Disposition", S("attachment; filename=\"addresses.csv\""));
    return OK;
}

err funding_key_get(struct request *r, struct response *ret)
{
    uint8_t key[ED25519_PUBLIC_BYTES];
    keys_ledger_public(r->app->keys, key);
    ret->body = ed25519_pem(r->arena, key);
    ret->type = "application/x-pem-file";
    ret->cache = CACHE_SHARED;
    return OK;
}
