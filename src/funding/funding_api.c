#include "funding/funding_api.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "funding/display.h"
#include "funding/meter.h"
#include "funding/support.h"
#include "funding/wallet.h"
#include "render/format.h"
#include "store/store.h"

enum { API_BYTES_MAX = 256 * 1024 };

static void write_amount(struct json_writer *w, struct arena *a, const char *name, struct amount m)
{
    json_write_str(w, name, amount_print(a, m));
}

static void write_amounts(struct json_writer *w, struct arena *a, const char *name,
                          const struct amount *m, size_t n)
{
    json_write_array(w, name);
    for (size_t i = 0; i < n; i++) {
        json_write_object(w, NULL);
        json_write_str(w, "asset", asset_str(&m[i].asset));
        write_amount(w, a, "amount", m[i]);
        json_write_end(w);
    }
    json_write_end(w);
}

static void write_day(struct json_writer *w, struct arena *a, const char *name, int64_t day)
{
    json_write_str(w, name, date_print(a, date_from_days(day)));
}

static struct amount in_goal(const struct meter *m, int64_t minor)
{
    return (struct amount){ .units = minor, .asset = asset_of(m->goal.amount.cur) };
}

static void write_goal(struct json_writer *w, const struct goal *g, struct arena *a)
{
    json_write_object(w, "goal");
    json_write_int(w, "id", g->id);
    json_write_str(w, "period", goal_period_print(a, g->first_day, g->end_day));
    write_day(w, a, "from", g->first_day);
    write_day(w, a, "to", g->end_day);
    json_write_str(w, "label", g->label);
    json_write_str(w, "currency", currency_str(&g->amount.cur));
    json_write_str(w, "amount", money_print(a, g->amount));
    json_write_end(w);
}

static void write_meter(struct json_writer *w, const struct meter *m, bool ended, struct arena *a)
{
    json_write_object(w, "meter");
    write_amount(w, a, "settled", in_goal(m, m->settled));
    write_amount(w, a, "provable", in_goal(m, m->provable));
    write_amount(w, a, "attested", in_goal(m, m->attested));
    write_amount(w, a, "by_hand", in_goal(m, m->by_hand));
    write_amount(w, a, "fees", in_goal(m, m->fees));
    write_amount(w, a, "net", in_goal(m, meter_net(m)));
    write_amount(w, a, "pending", in_goal(m, m->pending));
    json_write_int(w, "percent", m->percent);
    write_amounts(w, a, "unvalued", m->unvalued, m->unvalued_count);
    write_amounts(w, a, "unconfirmed", m->unconfirmed, ended ? 0 : m->unconfirmed_count);
    json_write_array(w, "marks");
    for (size_t i = 0; i < m->mark_count; i++) {
        json_write_object(w, NULL);
        write_amount(w, a, "amount", in_goal(m, m->marks[i].minor));
        json_write_str(w, "label", m->marks[i].label);
        json_write_end(w);
    }
    json_write_end(w);
    json_write_end(w);
}

void funding_api_meter(struct json_writer *w, const struct meter *m, struct date today,
                       struct arena *a)
{
    if (!m->goal.id) {
        json_write_null(w, "goal");
        json_write_null(w, "meter");
        return;
    }
    write_goal(w, &m->goal, a);
    bool ended = m->goal.end_day <= date_to_days(today);
    json_write_bool(w, "ended", ended);
    write_meter(w, m, ended, a);
}

static void write_if(struct json_writer *w, const char *name, struct str s)
{
    if (s.n)
        json_write_str(w, name, s);
}

static void write_channels(struct json_writer *w, const struct setup *setup,
                           const struct str *addresses, struct arena *a)
{
    const struct channel *c = NULL;
    size_t n = channels_list(setup->channels, &c);
    json_write_array(w, "channels");
    for (size_t i = 0; i < n; i++) {
        json_write_object(w, NULL);
        json_write_str(w, "name", c[i].name);
        json_write_str(w, "kind", channel_kind_name(&c[i]));
        json_write_str(w, "title", display_channel(setup, c[i].name));
        write_if(w, "note", c[i].note);
        write_if(w, "url", c[i].url);
        write_if(w, "holder", c[i].holder);
        write_if(w, "iban", c[i].iban);
        write_if(w, "account", c[i].account);
        write_if(w, "bic", c[i].bic);
        write_if(w, "bank", c[i].bank);
        write_if(w, "reference", c[i].reference);
        write_if(w, "address", addresses[i]);
        if (c[i].wallet)
            json_write_str(w, "uri", wallet_uri(&c[i], addresses[i], a));
        json_write_end(w);
    }
    json_write_end(w);
}

static void write_ledger(struct json_writer *w, const struct request *r,
                         const struct ledger_head *head)
{
    struct str url = site_url(r->setup->config);
    json_write_object(w, "ledger");
    json_write_int(w, "entries", head->seq);
    json_write_str(w, "head", hex_print(r->arena, bytes_str(head->hash, LEDGER_HASH)));
    json_write_str(w, "url", str_print(r->arena, STR_FMT "/funding/ledger.csv", STR_ARG(url)));
    json_write_end(w);
}

static err respond(const struct request *r, struct response *ret, struct buf *out)
{
    if (buf_full(out))
        return fault(ERR_LIMIT);
    ret->body = buf_copy(out, r->arena);
    ret->type = "application/json";
    ret->cache = CACHE_SHARED;
    return OK;
}

static err read_funding(struct request *r, const struct meter_query *q, struct meter *ret,
                        struct ledger_head *ret_head)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = meter_asked(&tx, q, r->arena, ret);
    if (!e)
        e = ledger_head(&tx, r->arena, ret_head);
    return e ? fault(e) : OK;
}

err funding_api_get(struct request *r, struct response *ret)
{
    struct meter m = { 0 };
    struct ledger_head head = { 0 };
    struct meter_query q = { .today = format_day_of(r->setup->formats, r->now) };
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    q.asked = request_query(r, "goal", &q.period);
    request_topic(r, "funding");
    request_topic(r, "day"); // another goal may run tomorrow
    const struct str *addresses = NULL;
    err e = support_addresses(r, &addresses);
    if (!e)
        e = read_funding(r, &q, &m, &head);
    if (e)
        return fault(e);
    if (q.asked && !m.goal.id)
        return http_refuse(r, ret, 404, "error_no_goal");
    json_write_object(&w, NULL);
    funding_api_meter(&w, &m, q.today, r->arena);
    write_channels(&w, r->setup, addresses, r->arena);
    write_ledger(&w, r, &head);
    json_write_end(&w);
    return respond(r, ret, &out);
}

static void write_contribution(struct json_writer *w, const struct contribution *c, struct arena *a)
{
    json_write_object(w, NULL);
    json_write_int(w, "id", c->id);
    json_write_str(w, "day", date_print(a, c->occurred_on));
    json_write_str(w, "channel", c->channel);
    json_write_str(w, "asset", asset_str(&c->amount.asset));
    write_amount(w, a, "amount", c->amount);
    write_amount(w, a, "out", c->out);
    if (c->value.units) {
        json_write_str(w, "value_asset", asset_str(&c->value.asset));
        write_amount(w, a, "value", c->value);
    }
    json_write_str(w, "state", contribution_state_name(c->state));
    json_write_str(w, "source", ledger_source_name(c->source));
    json_write_bool(w, "unvalued", c->unvalued);
    json_write_end(w);
}

static err read_contributions(struct request *r, struct contribution_cursor after,
                              struct contribution_page *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = contribution_list(&tx, after, CONTRIBUTION_PAGE, r->arena, ret);
    return e ? fault(e) : OK;
}

err funding_api_contributions(struct request *r, struct response *ret)
{
    struct contribution_cursor after = CONTRIBUTION_BEGIN;
    struct contribution_page page = { 0 };
    struct str text = { 0 };
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    if (request_query(r, "after", &text) && !contribution_cursor_parse(text, &after))
        return http_refuse(r, ret, 400, "error_bad_query");
    request_topic(r, "funding");
    err e = read_contributions(r, after, &page);
    if (e)
        return e;
    json_write_object(&w, NULL);
    json_write_array(&w, "contributions");
    for (size_t i = 0; i < page.n; i++)
        write_contribution(&w, &page.items[i], r->arena);
    json_write_end(&w);
    if (page.more)
        json_write_str(&w, "after", contribution_cursor_print(r->arena, page.next));
    json_write_end(&w);
    return respond(r, ret, &out);
}
