#include "desk/report_desk.h"
#include "desk/report_form.h"
#include "desk/report_rules.h"
#include "http/error.h"

enum { REPORTS_PAGE = 30 };

struct report_row {
    struct str url; /* empty: this person may not open it */
    struct str title, series, byline, date, date_text, state;
    bool pending; /* published, with newer words that are not */
    struct desk_time publish_at;
};
static const struct field report_row_fields[] = {
    FIELD_STR(struct report_row, url),
    FIELD_STR(struct report_row, title),
    FIELD_STR(struct report_row, series),
    FIELD_STR(struct report_row, byline),
    FIELD_STR(struct report_row, date),
    FIELD_STR(struct report_row, date_text),
    FIELD_STR(struct report_row, state),
    FIELD_BOOL(struct report_row, pending),
    FIELD_VIEW(struct report_row, publish_at, &desk_time_view),
};
static const struct view report_row_view = VIEW(struct report_row, report_row_fields);

struct reports_view {
    struct desk_top top;
    struct list filters; /* of layout_link */
    struct list reports;
    struct str older;
};
static const struct field reports_fields[] = {
    DESK_FIELDS(struct reports_view),
    FIELD_LIST(struct reports_view, filters, &layout_link_view),
    FIELD_LIST(struct reports_view, reports, &report_row_view),
    FIELD_STR(struct reports_view, older),
};
static const struct view reports_view = VIEW(struct reports_view, reports_fields);
TEMPLATE(reports_page, "pages/desk/reports.html", &reports_view, TEMPLATE_HTML);

static const enum report_state states[] = { REPORT_DRAFT, REPORT_SCHEDULED, REPORT_PUBLISHED,
                                            REPORT_WITHDRAWN };

static struct str filter_url(struct arena *a, const struct report_desk_query *q)
{
    return q->any
               ? S("/desk/reports")
               : str_print(a, "/desk/reports?state=" STR_FMT, STR_ARG(report_state_str(q->state)));
}

static void fill_filters(const struct request *r, const struct report_desk_query *now,
                         struct reports_view *v)
{
    struct layout_link *links = arena_new(r->arena, struct layout_link, COUNT(states) + 1);
    links[0] = (struct layout_link){ .title = desk_word(r, "desk_state_any"),
                                     .url = S("/desk/reports"),
                                     .current = now->any };
    for (size_t i = 0; i < COUNT(states); i++) {
        struct report_desk_query q = { .state = states[i] };
        links[i + 1] = (struct layout_link){
            .title = desk_word_of(r, "desk_state_", report_state_str(states[i])),
            .url = filter_url(r->arena, &q),
            .current = !now->any && now->state == states[i],
        };
    }
    v->filters = (struct list){ links, COUNT(states) + 1 };
}

static err row_of(struct tx *tx, const struct request *r, const struct report *report,
                  struct report_row *ret)
{
    bool open = person_may(r->person, PERMISSION_REPORT_EDIT);
    err e = open ? OK : report_is_own(tx, r, report->id, &open);
    if (e)
        return fault(e);
    *ret = (struct report_row){
        .url = open ? report_desk_url(r, report->id, "") : S(""),
        .title = report->title,
        .series = report->series_title,
        .byline = report->byline,
        .date = date_print(r->arena, report->date),
        .date_text = format_date(r->setup->formats, r->arena, report->date),
        .state = desk_word_of(r, "desk_state_", report_state_str(report->state)),
        .pending = report->state == REPORT_PUBLISHED && report->newest > report->live,
        .publish_at = desk_time(r, report->publish_at),
    };
    return OK;
}

static err read_list(const struct request *r, const struct report_desk_query *q,
                     struct reports_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_rows found = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_list_desk(&tx, q, r->arena, &found);
    if (e)
        return e;
    struct report_row *rows = arena_new(r->arena, struct report_row, found.n ? found.n : 1);
    for (size_t i = 0; !e && i < found.n; i++)
        e = row_of(&tx, r, &found.reports[i], &rows[i]);
    v->reports = (struct list){ rows, found.n };
    if (found.older.n)
        v->older =
            str_print(r->arena, STR_FMT "%cbefore=" STR_FMT, STR_ARG(filter_url(r->arena, q)),
                      q->any ? '?' : '&', STR_ARG(found.older));
    return e;
}

err report_desk_list(struct request *r, struct response *ret)
{
    struct reports_view v = { 0 };
    struct report_desk_query q = { .before = desk_query(r, "before"), .max = REPORTS_PAGE };
    q.any = !report_state_parse(desk_query(r, "state"), &q.state);
    fill_filters(r, &q, &v);
    err e = read_list(r, &q, &v);
    if (e > 0) // a cursor that never was
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!e)
        e = desk_fill(r, DESK_AT_REPORTS, "desk_reports", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &reports_page, &v, 200);
}
