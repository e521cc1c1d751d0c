#include "publishing/page_http.h"
#include "http/error.h"
#include "publishing/layout.h"
#include "publishing/page.h"
#include "render/slug.h"

struct page_view {
    struct layout page;
    struct html body;
    struct str title, changed, changed_text;
};
static const struct field page_fields[] = {
    FIELD_VIEW(struct page_view, page, &layout_view),
    FIELD_HTML(struct page_view, body),
    FIELD_STR(struct page_view, title),
    FIELD_STR(struct page_view, changed),
    FIELD_STR(struct page_view, changed_text),
};
static const struct view page_view = VIEW(struct page_view, page_fields);
TEMPLATE(standing_page, "pages/standing.html", &page_view, TEMPLATE_HTML);

static err read_page(struct request *r, struct str slug, struct page *ret, struct html *ret_html)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = page_get(&tx, slug, r->arena, ret);
    if (!e)
        e = page_html(&tx, ret->id, r->arena, ret_html);
    return e;
}

err page_show(struct request *r, struct response *ret)
{
    struct str slug = { 0 };
    struct page p = { 0 };
    struct html body = { 0 };
    if (!request_segment(r, "slug", &slug) || !slug_valid(slug))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    request_topic(r, "page/" STR_FMT, STR_ARG(slug));
    err e = read_page(r, slug, &p, &body);
    if (e == PAGE_NONE)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return fault(e);
    struct page_view v = {
        .page = { .title = p.title, .path = p.path, .kind = S("standing-page") },
        .body = body,
        .title = p.title,
        .changed = time_print(r->arena, p.changed_at),
        .changed_text = format_date(r->setup->formats, r->arena,
                                    format_day_of(r->setup->formats, p.changed_at)),
    };
    e = layout_fill(r, &v.page);
    if (e)
        return fault(e);
    ret->cache = CACHE_SHARED;
    return layout_respond(r, ret, &standing_page, &v, 200);
}
