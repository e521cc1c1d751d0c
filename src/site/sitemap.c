#include "site/sitemap.h"
#include "base/scan.h"
#include "http/error.h"
#include "publishing/page.h"
#include "publishing/report.h"

#include <inttypes.h>

/* One address of the sitemap, or one piece of its index. */
struct place {
    struct str url, changed; /* changed: RFC 3339, may be empty */
};
static const struct field place_fields[] = {
    FIELD_STR(struct place, url),
    FIELD_STR(struct place, changed),
};
static const struct view place_view = VIEW(struct place, place_fields);
struct sitemap {
    struct list places;
};
static const struct field sitemap_fields[] = {
    FIELD_LIST(struct sitemap, places, &place_view),
};
static const struct view sitemap_view = VIEW(struct sitemap, sitemap_fields);
TEMPLATE(sitemap_index_xml, "pages/sitemap-index.xml", &sitemap_view, TEMPLATE_XML);
TEMPLATE(sitemap_xml, "pages/sitemap.xml", &sitemap_view, TEMPLATE_XML);

struct robots {
    struct str site;
};
static const struct field robots_fields[] = { FIELD_STR(struct robots, site) };
static const struct view robots_view = VIEW(struct robots, robots_fields);
TEMPLATE(robots_txt, "pages/robots.txt", &robots_view, TEMPLATE_TEXT);

enum { SITEMAP_BYTES_MAX = 1024 * 1024, SITEMAP_FIXED = 3 };

static struct str absolute(const struct request *r, struct str path)
{
    return str_print(r->arena, STR_FMT STR_FMT, STR_ARG(site_url(r->setup->config)), STR_ARG(path));
}

static err respond(struct request *r, struct response *ret, const struct template *t,
                   const void *view, const char *type)
{
    struct buf out CLEANUP(buf_free) = buf_make(SITEMAP_BYTES_MAX);
    err e = theme_render(r->setup->theme, t, view, &out);
    if (e)
        return fault(e);
    ret->body = buf_copy(&out, r->arena);
    ret->type = type;
    ret->cache = CACHE_SHARED;
    return OK;
}

err sitemap_robots(struct request *r, struct response *ret)
{
    struct robots v = { .site = site_url(r->setup->config) };
    return respond(r, ret, &robots_txt, &v, "text/plain; charset=utf-8");
}

/* The index names a piece by the id it begins behind: /sitemap/0 is the pages and the first
 * reports. */
static err read_index(struct request *r, struct sitemap *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (e)
        return fault(e);
    struct place *places = arena_new(r->arena, struct place, SITEMAP_PIECES_MAX);
    struct report_addresses rows = { .more = true };
    int64_t after = 0;
    size_t n = 0;
    while (rows.more && n < SITEMAP_PIECES_MAX) {
        struct str path = str_print(r->arena, "/sitemap/%" PRId64, after);
        places[n++] = (struct place){ .url = absolute(r, path) };
        e = report_addresses(&tx, after, r->arena, &rows);
        if (e)
            return fault(e);
        if (arena_full(r->arena))
            return fault(ERR_LIMIT);
        after = rows.n ? rows.rows[rows.n - 1].id : after;
    }
    v->places = (struct list){ places, n };
    return OK;
}

err sitemap_index(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct sitemap v = { 0 };
    err e = read_index(r, &v);
    return e ? e : respond(r, ret, &sitemap_index_xml, &v, "application/xml; charset=utf-8");
}

static err put_pages(struct request *r, struct tx *tx, struct place *places, size_t *n)
{
    static const char *const fixed[SITEMAP_FIXED] = { "/", "/archive", "/funding" };
    for (size_t i = 0; i < SITEMAP_FIXED; i++)
        places[(*n)++] = (struct place){ .url = absolute(r, str_from_z(fixed[i])) };
    struct series_rows series = { 0 };
    struct page_rows pages = { 0 };
    err e = series_list(tx, SERIES_MAX, r->arena, &series);
    if (!e)
        e = page_list(tx, true, r->arena, &pages);
    for (size_t i = 0; !e && i < series.n; i++)
        places[(*n)++] = (struct place){ .url = absolute(r, series.series[i].path) };
    for (size_t i = 0; !e && i < pages.n; i++)
        places[(*n)++] =
            (struct place){ .url = absolute(r, pages.pages[i].path),
                            .changed = time_print(r->arena, pages.pages[i].changed_at) };
    return e;
}

static err read_piece(struct request *r, int64_t after, struct sitemap *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (e)
        return fault(e);
    enum { ROOM = SITEMAP_FIXED + SERIES_MAX + PAGE_MAX + REPORT_ADDRESSES_MAX };
    struct place *places = arena_new(r->arena, struct place, ROOM);
    struct report_addresses rows = { 0 };
    size_t n = 0;
    e = after ? OK : put_pages(r, &tx, places, &n);
    if (!e)
        e = report_addresses(&tx, after, r->arena, &rows);
    if (e)
        return fault(e);
    for (size_t i = 0; i < rows.n; i++)
        places[n++] = (struct place){ .url = absolute(r, rows.rows[i].path),
                                      .changed = time_print(r->arena, rows.rows[i].updated_at) };
    v->places = (struct list){ places, n };
    return OK;
}

err sitemap_piece(struct request *r, struct response *ret)
{
    struct str piece = { 0 };
    int64_t after = 0;
    (void)request_segment(r, "piece", &piece); // the pattern has it
    if (!int_parse(piece, 0, INT64_MAX, &after))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    request_topic(r, "front");
    request_topic(r, "navigation");
    struct sitemap v = { 0 };
    err e = read_piece(r, after, &v);
    return e ? e : respond(r, ret, &sitemap_xml, &v, "application/xml; charset=utf-8");
}
