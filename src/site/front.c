#include "site/front.h"
#include "base/scan.h"
#include "funding/meter.h"
#include "funding/support.h"
#include "http/error.h"
#include "mail/mail.h"
#include "publishing/layout.h"
#include "site/series_at.h"
#include "site/teaser.h"

#include <inttypes.h>

enum { FRONT_REPORTS = 20, SERIES_REPORTS = 30, FRONT_SERIES_MAX = 100 };

/* One shape for every list: the front page has a meter and a support box beside it. */
struct list_view {
    struct layout page;
    struct str heading, about, questions_url, follow_url;
    struct list reports; /* of teaser */
    bool has_reports, first;
    struct str older, newer;
    struct meter_view meter;
    struct support_view support;
};
static const struct field list_fields[] = {
    FIELD_VIEW(struct list_view, page, &layout_view),
    FIELD_STR(struct list_view, heading),
    FIELD_STR(struct list_view, about),
    FIELD_STR(struct list_view, questions_url),
    FIELD_STR(struct list_view, follow_url),
    FIELD_LIST(struct list_view, reports, &teaser_view),
    FIELD_BOOL(struct list_view, has_reports),
    FIELD_BOOL(struct list_view, first),
    FIELD_STR(struct list_view, older),
    FIELD_STR(struct list_view, newer),
    FIELD_VIEW(struct list_view, meter, &meter_view),
    FIELD_VIEW(struct list_view, support, &support_view),
};
static const struct view list_view = VIEW(struct list_view, list_fields);
TEMPLATE(front_page, "pages/front.html", &list_view, TEMPLATE_HTML);
TEMPLATE(list_page, "pages/list.html", &list_view, TEMPLATE_HTML);

/* A link with a line about what it leads to. */
struct entry {
    struct str title, url, note, about;
};
static const struct field entry_fields[] = {
    FIELD_STR(struct entry, title),
    FIELD_STR(struct entry, url),
    FIELD_STR(struct entry, note),
    FIELD_STR(struct entry, about),
};
static const struct view entry_view = VIEW(struct entry, entry_fields);
struct index_view {
    struct layout page;
    struct list entries;
    bool has_entries;
};
static const struct field index_fields[] = {
    FIELD_VIEW(struct index_view, page, &layout_view),
    FIELD_LIST(struct index_view, entries, &entry_view),
    FIELD_BOOL(struct index_view, has_entries),
};
static const struct view index_view = VIEW(struct index_view, index_fields);
TEMPLATE(index_page, "pages/index.html", &index_view, TEMPLATE_HTML);

static err fill_list(struct request *r, const struct report_query *q, struct list_view *v)
{
    struct teaser_list list = { 0 };
    err e = teaser_list(r, q, &list);
    if (e)
        return e;
    v->reports = (struct list){ list.teasers, list.n };
    v->has_reports = list.n > 0;
    v->first = !q->before.n && !q->after.n;
    v->older = teaser_piece_url(r->arena, v->page.path, "before", list.older);
    v->newer = teaser_piece_url(r->arena, v->page.path, "after", list.newer);
    v->page.older = v->older;
    v->page.newer = v->newer;
    // A piece behind the first is found by crawling the first; its own address is not canonical.
    v->page.noindex = !v->first;
    return OK;
}

static err fill_meter(struct request *r, struct list_view *v)
{
    request_topic(r, "meter");
    request_topic(r, "day"); // the goal ends with its last day
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct meter m = { 0 };
    struct date today = format_day_of(r->setup->formats, r->now);
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = meter_running(&tx, today, r->arena, &m);
    if (e)
        return fault(e);
    v->meter = meter_show(&m, r->setup, today, r->arena);
    return OK;
}

/* A refused cursor is an address that never was. */
static err answer(struct request *r, struct response *ret, err e)
{
    return e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
}

static err respond(struct request *r, struct response *ret, const struct template *t,
                   const void *view)
{
    ret->cache = CACHE_SHARED;
    return layout_respond(r, ret, t, view, 200);
}

err front_show(struct request *r, struct response *ret)
{
    struct list_view v = { .page = { .path = S("/"), .kind = S("front") } };
    struct report_query q = { .max = FRONT_REPORTS };
    teaser_cursors(r, &q);
    request_topic(r, "front");
    err e = fill_list(r, &q, &v);
    if (!e)
        e = fill_meter(r, &v);
    if (!e)
        e = support_show(r, SUPPORT_BELOW, &v.support);
    if (!e)
        e = layout_fill(r, &v.page);
    if (e)
        return answer(r, ret, e);
    return respond(r, ret, &front_page, &v);
}

static const struct layout_link *feeds_of(struct request *r, const struct series *s)
{
    static const struct {
        const char *ending, *type;
    } kinds[] = { { "atom", "application/atom+xml" },
                  { "rss", "application/rss+xml" },
                  { "json", "application/feed+json" } };
    struct layout_link *links = arena_new(r->arena, struct layout_link, COUNT(kinds));
    for (size_t i = 0; i < COUNT(kinds); i++)
        links[i] = (struct layout_link){
            .title = s->title,
            .url = str_print(r->arena, STR_FMT "/feed.%s", STR_ARG(s->path), kinds[i].ending),
            .type = str_from_z(kinds[i].type),
        };
    return links;
}

err front_series(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct series s = { 0 };
    err e = series_at(r, &s);
    if (e == SERIES_NONE)
        return http_refuse(r, ret, 404, "error_no_such_series");
    if (e)
        return fault(e);
    request_topic(r, "series/%" PRId64, s.id);
    struct list_view v = { .page = { .title = s.title,
                                     .description = s.about,
                                     .path = s.path,
                                     .kind = S("series"),
                                     .series = s.slug,
                                     .feeds = { feeds_of(r, &s), 3 } },
                           .heading = s.title,
                           .about = s.about,
                           .questions_url =
                               str_print(r->arena, STR_FMT "/questions", STR_ARG(s.path)) };
    if (mail_enabled(r->setup))
        v.follow_url = str_print(r->arena, "/subscriptions?series=%" PRId64, s.id);
    struct report_query q = { .series = s.id, .max = SERIES_REPORTS };
    teaser_cursors(r, &q);
    e = fill_list(r, &q, &v);
    if (!e)
        e = layout_fill(r, &v.page);
    if (e)
        return answer(r, ret, e);
    return respond(r, ret, &list_page, &v);
}

static struct str report_count_text(struct request *r, int64_t n)
{
    const struct word_arg args[] = { { .name = "n", .count = n } };
    return theme_phrase(r->setup->theme, r->arena, "report_count", args, COUNT(args));
}

static err read_series_list(struct request *r, struct index_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct series_rows rows = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = series_list(&tx, FRONT_SERIES_MAX, r->arena, &rows);
    if (e)
        return fault(e);
    struct entry *entries = arena_new(r->arena, struct entry, rows.n);
    for (size_t i = 0; i < rows.n; i++)
        entries[i] = (struct entry){ .title = rows.series[i].title,
                                     .url = rows.series[i].path,
                                     .about = rows.series[i].about,
                                     .note = report_count_text(r, rows.series[i].report_count) };
    v->entries = (struct list){ entries, rows.n };
    v->has_entries = rows.n > 0;
    return OK;
}

err front_series_all(struct request *r, struct response *ret)
{
    struct index_view v = { .page = { .title = theme_word(r->setup->theme, "series_all"),
                                      .path = S("/series"),
                                      .kind = S("index") } };
    request_topic(r, "navigation");
    request_topic(r, "front");
    err e = read_series_list(r, &v);
    if (!e)
        e = layout_fill(r, &v.page);
    return e ? fault(e) : respond(r, ret, &index_page, &v);
}

/* The month of /{year}/{month}; false when the address is none. */
static bool month_of(const struct request *r, struct date *ret)
{
    struct str year = { 0 };
    struct str month = { 0 };
    int64_t y = 0;
    int64_t m = 0;
    (void)request_segment(r, "year", &year); // the pattern has both
    (void)request_segment(r, "month", &month);
    if (year.n != 4 || month.n != 2 || !scan_digits(&year, 4, &y) || !scan_digits(&month, 2, &m) ||
        y < 1600 || m < 1 || m > 12)
        return false;
    *ret = (struct date){ (int)y, (int)m, 1 };
    return true;
}

err front_month(struct request *r, struct response *ret)
{
    struct date month = { 0 };
    if (!month_of(r, &month))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct str name = format_month(r->setup->formats, r->arena, month);
    struct list_view v = { .page = { .title = name,
                                     .path =
                                         str_print(r->arena, "/%04d/%02d", month.year, month.month),
                                     .kind = S("month") },
                           .heading = name };
    struct report_query q = { .year = month.year, .month = month.month, .max = SERIES_REPORTS };
    teaser_cursors(r, &q);
    request_topic(r, "front");
    err e = fill_list(r, &q, &v);
    if (!e)
        e = layout_fill(r, &v.page);
    if (e)
        return answer(r, ret, e);
    if (!v.has_reports)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return respond(r, ret, &list_page, &v);
}

static err read_months(struct request *r, struct index_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_months months = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_months(&tx, r->arena, &months);
    if (e)
        return fault(e);
    struct entry *entries = arena_new(r->arena, struct entry, months.n);
    for (size_t i = 0; i < months.n; i++) {
        struct date d = { months.months[i].year, months.months[i].month, 1 };
        entries[i] = (struct entry){ .title = format_month(r->setup->formats, r->arena, d),
                                     .url = str_print(r->arena, "/%04d/%02d", d.year, d.month) };
    }
    v->entries = (struct list){ entries, months.n };
    v->has_entries = months.n > 0;
    return OK;
}

err front_archive(struct request *r, struct response *ret)
{
    struct index_view v = { .page = { .title = theme_word(r->setup->theme, "archive"),
                                      .path = S("/archive"),
                                      .kind = S("index") } };
    request_topic(r, "front");
    err e = read_months(r, &v);
    if (!e)
        e = layout_fill(r, &v.page);
    return e ? fault(e) : respond(r, ret, &index_page, &v);
}
