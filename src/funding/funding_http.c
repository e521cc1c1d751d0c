#include "funding/funding_http.h"
#include "funding/ledger_csv.h"
#include "funding/meter.h"
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

err funding_ledger_get(struct request *r, struct response *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct ledger_head head = { 0 };
    struct download *d = arena_new(r->arena, struct download, 1);
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = ledger_head(&tx, r->arena, &head);
    if (e)
        return fault(e);
    *d = (struct download){ .last = head.seq };
    ret->type = "text/csv; charset=utf-8; header=present";
    ret->source = (struct body_source){ .more = download_more, .state = d };
    response_header(ret, "Content-Disposition", S("attachment; filename=\"ledger.csv\""));
    return OK;
}

static err read_meter(struct request *r, const struct meter_query *q, struct meter *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = meter_asked(&tx, q, r->arena, ret);
    return e ? fault(e) : OK;
}

err funding_embed_get(struct request *r, struct response *ret)
{
    struct meter m = { 0 };
    struct meter_query q = { .today = format_day_of(r->setup->formats, r->now) };
    struct buf out CLEANUP(buf_free) = buf_make(EMBED_BYTES_MAX);
    q.asked = request_query(r, "goal", &q.period);
    request_topic(r, "meter");
    request_topic(r, "day"); // a goal ends with its last day
    err e = read_meter(r, &q, &m);
    if (e)
        return e;
    if (q.asked && !m.goal.id)
        return http_refuse(r, ret, 404, "error_no_goal");
    struct embed_view v = { .meter = meter_show(&m, r->setup, q.today, r->arena) };
    v.meter.embedded = true;
    e = theme_render(r->setup->theme, &embed_page, &v, &out);
    if (e)
        return fault(e);
    ret->body = buf_copy(&out, r->arena);
    ret->cache = CACHE_SHARED;
    ret->embeddable = true;
    return OK;
}
