#include "funding/funding_http.h"
#include "base/json.h"
#include "funding/channel.h"
#include "funding/funding_api.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_export.h"
#include "funding/meter.h"
#include "funding/proof_file.h"
#include "render/format.h"
#include "render/theme.h"
#include "store/store.h"

enum { EMBED_BYTES_MAX = 64 * 1024 };

struct embed_view {
    struct meter_view meter;
};
static const struct field embed_fields[] = {
    FIELD_VIEW(struct embed_view, meter, &meter_view),
};
static const struct view embed_view = VIEW(struct embed_view, embed_fields);
TEMPLATE(embed_page, "pages/meter-embed.html", &embed_view, TEMPLATE_HTML);
TEMPLATE(embed_picture, "pages/meter-embed.svg.xml", &embed_view, TEMPLATE_XML);

/* ledger.csv goes out in pieces, up to the entry that was the last when it was asked for. */
struct download {
    int64_t after, last;
};

static err download_more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                         bool *ret_end)
{
    struct download *d = state;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = ledger_csv_piece(&tx, &d->after, d->last, scratch, out);
    if (e)
        return fault(e);
    *ret_end = d->after == d->last;
    return OK;
}

static err read_head(const struct request *r, struct ledger_head *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = ledger_head(&tx, r->arena, ret);
    return e ? fault(e) : OK;
}

err funding_ledger_get(struct request *r, struct response *ret)
{
    struct ledger_head head = { 0 };
    struct download *d = arena_new(r->arena, struct download, 1);
    err e = read_head(r, &head);
    if (e)
        return e;
    *d = (struct download){ .last = head.seq };
    ret->type = "text/csv; charset=utf-8; header=present";
    ret->source = (struct body_source){ .more = download_more, .state = d };
    response_header(ret, "Content-Disposition", S("attachment; filename=\"ledger.csv\""));
    return OK;
}

static err export_more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                       bool *ret_end)
{
    struct ledger_export *x = state;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = ledger_export_piece(&tx, x, scratch, out);
    if (e)
        return fault(e);
    *ret_end = x->ended;
    return OK;
}

/* The form follows from the address' ending. */
static enum ledger_form form_of(struct str path)
{
    if (str_ends(path, S(".json")))
        return LEDGER_FORM_JSON;
    return str_ends(path, S(".beancount")) ? LEDGER_FORM_BEANCOUNT : LEDGER_FORM_LEDGER;
}

err funding_export_get(struct request *r, struct response *ret)
{
    static const struct str names[] = {
        [LEDGER_FORM_JSON] = { "attachment; filename=\"ledger.json\"", 34 },
        [LEDGER_FORM_BEANCOUNT] = { "attachment; filename=\"ledger.beancount\"", 39 },
        [LEDGER_FORM_LEDGER] = { "attachment; filename=\"ledger.ledger\"", 36 },
    };
    struct ledger_export *x = arena_new(r->arena, struct ledger_export, 1);
    x->form = form_of(r->path);
    err e = read_head(r, &x->head);
    if (e)
        return e;
    ret->type = x->form == LEDGER_FORM_JSON ? "application/json" : "text/plain; charset=utf-8";
    ret->source = (struct body_source){ .more = export_more, .state = x };
    response_header(ret, "Content-Disposition", names[x->form]);
    return OK;
}

static err proofs_more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                       bool *ret_end)
{
    struct proof_cursor *c = state;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = proof_piece(&tx, c, scratch, out, ret_end);
    return e ? fault(e) : OK;
}

err funding_proofs_get(struct request *r, struct response *ret)
{
    ret->type = "application/jsonl; charset=utf-8";
    ret->source = (struct body_source){ .more = proofs_more,
                                        .state = arena_new(r->arena, struct proof_cursor, 1) };
    response_header(ret, "Content-Disposition", S("attachment; filename=\"proofs.jsonl\""));
    return OK;
}

/* ---- frames, pictures and figures on other sites */

static err read_meter(struct request *r, const struct meter_query *q, struct meter *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = meter_asked(&tx, q, r->arena, ret);
    return e ? fault(e) : OK;
}

/* What all three show. *ret_none: the goal that was asked for is not there. */
static err embed_meter(struct request *r, struct meter *ret_meter, struct date *ret_today,
                       bool *ret_none)
{
    struct meter_query q = { .today = format_day_of(r->setup->formats, r->now) };
    q.asked = request_query(r, "goal", &q.period);
    request_topic(r, "meter");
    request_topic(r, "day"); // a goal ends with its last day
    err e = read_meter(r, &q, ret_meter);
    *ret_none = q.asked && !ret_meter->goal.id;
    *ret_today = q.today;
    return e;
}

static void embed_respond(const struct request *r, const struct buf *out, const char *type,
                          struct response *ret)
{
    ret->body = buf_copy(out, r->arena);
    ret->type = type;
    ret->cache = CACHE_SHARED;
    ret->embeddable = true;
}

static err embed_render(struct request *r, struct response *ret, const struct template *page,
                        const char *type)
{
    struct meter m = { 0 };
    struct date today = { 0 };
    bool none = false;
    struct buf out CLEANUP(buf_free) = buf_make(EMBED_BYTES_MAX);
    err e = embed_meter(r, &m, &today, &none);
    if (e)
        return e;
    if (none)
        return http_refuse(r, ret, 404, "error_no_goal");
    struct embed_view v = { .meter = meter_show_full(&m, r->setup, today, r->arena) };
    v.meter.embedded = true;
    e = theme_render(r->setup->theme, page, &v, &out);
    if (e)
        return fault(e);
    embed_respond(r, &out, type, ret);
    return OK;
}

err funding_embed_get(struct request *r, struct response *ret)
{
    return embed_render(r, ret, &embed_page, "text/html; charset=utf-8");
}

err funding_embed_svg(struct request *r, struct response *ret)
{
    return embed_render(r, ret, &embed_picture, "image/svg+xml");
}

err funding_embed_json(struct request *r, struct response *ret)
{
    struct meter m = { 0 };
    struct date today = { 0 };
    bool none = false;
    struct buf out CLEANUP(buf_free) = buf_make(EMBED_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    err e = embed_meter(r, &m, &today, &none);
    if (e)
        return e;
    if (none) {
        e = http_refuse(r, ret, 404, "error_no_goal");
    } else {
        json_write_object(&w, NULL);
        funding_api_meter(&w, &m, today, r->arena);
        json_write_end(&w);
        if (buf_full(&out))
            return fault(ERR_LIMIT);
        embed_respond(r, &out, "application/json", ret);
    }
    response_header(ret, "Access-Control-Allow-Origin", S("*"));
    return e;
}
