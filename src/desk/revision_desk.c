#include "desk/diff_view.h"
#include "desk/report_desk.h"
#include "desk/report_form.h"
#include "desk/report_rules.h"
#include "publishing/revision.h"
#include "publishing/series.h"

#include <inttypes.h>

struct revision_row {
    int64_t number;
    struct str url, author, title;
    struct desk_time at;
    bool live, scheduled;
};
static const struct field revision_row_fields[] = {
    FIELD_INT(struct revision_row, number),
    FIELD_STR(struct revision_row, url),
    FIELD_STR(struct revision_row, author),
    FIELD_STR(struct revision_row, title),
    FIELD_VIEW(struct revision_row, at, &desk_time_view),
    FIELD_BOOL(struct revision_row, live),
    FIELD_BOOL(struct revision_row, scheduled),
};
static const struct view revision_row_view = VIEW(struct revision_row, revision_row_fields);

struct revisions_view {
    struct desk_top top;
    struct str heading, report, older;
    struct list revisions;
};
static const struct field revisions_fields[] = {
    DESK_FIELDS(struct revisions_view),
    FIELD_STR(struct revisions_view, heading),
    FIELD_STR(struct revisions_view, report),
    FIELD_STR(struct revisions_view, older),
    FIELD_LIST(struct revisions_view, revisions, &revision_row_view),
};
static const struct view revisions_view = VIEW(struct revisions_view, revisions_fields);
TEMPLATE(revisions_page, "pages/desk/revisions.html", &revisions_view, TEMPLATE_HTML);

/* A field of the words that is not the body, with its value before. */
struct word_row {
    struct str label, was, is;
    bool changed;
};
static const struct field word_row_fields[] = {
    FIELD_STR(struct word_row, label),
    FIELD_STR(struct word_row, was),
    FIELD_STR(struct word_row, is),
    FIELD_BOOL(struct word_row, changed),
};
static const struct view word_row_view = VIEW(struct word_row, word_row_fields);

struct revision_view {
    struct desk_top top;
    struct revision_row revision;
    struct str revisions, use; /* addresses: the list; the form filled with these words */
    struct list words_of;
    bool first, same, compared;
    struct list diff; /* of diff_row */
    struct html text;
};
static const struct field revision_fields[] = {
    DESK_FIELDS(struct revision_view),
    FIELD_VIEW(struct revision_view, revision, &revision_row_view),
    FIELD_STR(struct revision_view, revisions),
    FIELD_STR(struct revision_view, use),
    FIELD_LIST(struct revision_view, words_of, &word_row_view),
    FIELD_BOOL(struct revision_view, first),
    FIELD_BOOL(struct revision_view, same),
    FIELD_BOOL(struct revision_view, compared),
    FIELD_LIST(struct revision_view, diff, &diff_row_view),
    FIELD_HTML(struct revision_view, text),
};
static const struct view revision_view = VIEW(struct revision_view, revision_fields);
TEMPLATE(revision_page, "pages/desk/revision.html", &revision_view, TEMPLATE_HTML);

static struct revision_row row_of(const struct request *r, const struct report *report,
                                  const struct revision *v)
{
    struct str rest = str_print(r->arena, "/revisions/%" PRId64, v->number);
    return (struct revision_row){ .number = v->number,
                                  .url = report_desk_url(r, v->report, str_z(r->arena, rest)),
                                  .author = v->author_name,
                                  .title = v->title,
                                  .at = desk_time(r, v->made_at),
                                  .live = v->number == report->live,
                                  .scheduled = v->number == report->scheduled };
}

static err read_list(const struct request *r, int64_t id, int64_t before, struct revisions_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report report = { 0 };
    struct revision_rows found = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_rule(&tx, r, id, REPORT_LOOK, &report);
    if (e)
        return e;
    e = revision_list(&tx, id, before, r->arena, &found);
    if (e)
        return fault(e > 0 ? ERR_DATA : e);
    struct revision_row *rows = arena_new(r->arena, struct revision_row, found.n ? found.n : 1);
    for (size_t i = 0; i < found.n; i++)
        rows[i] = row_of(r, &report, &found.revisions[i]);
    v->heading = report.title;
    v->report = report_desk_url(r, id, "");
    v->revisions = (struct list){ rows, found.n };
    if (found.more && found.n)
        v->older = str_print(r->arena, STR_FMT "/revisions?before=%" PRId64, STR_ARG(v->report),
                             rows[found.n - 1].number);
    return OK;
}

err revision_desk_list(struct request *r, struct response *ret)
{
    struct revisions_view v = { 0 };
    int64_t id = 0;
    int64_t before = 0;
    (void)desk_query_id(r, "before", &before); // else from the newest
    err e = desk_segment_id(r, "id", &id) ? read_list(r, id, before, &v) : REPORT_RULE_NONE;
    if (e > 0)
        return report_rule_refuse(r, ret, e);
    if (!e)
        e = desk_fill(r, DESK_AT_REPORTS, "desk_revisions", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &revisions_page, &v, 200);
}

/* ---- one revision, compared with the one before */

struct compared {
    struct report report;
    struct revision was, is; /* was: zeros for the first */
    struct str was_series, is_series;
    struct revision_html html;
};

static err series_title(struct tx *tx, struct arena *a, int64_t id, struct str *ret)
{
    struct series s = { 0 };
    err e = id ? series_get_by_id(tx, id, a, &s) : OK;
    *ret = s.title;
    return e;
}

static err read_one(const struct request *r, int64_t id, int64_t number, struct compared *c)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct arena *a = r->arena;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_rule(&tx, r, id, REPORT_LOOK, &c->report);
    if (e)
        return e;
    e = revision_get(&tx, id, number, a, &c->is);
    if (e)
        return e > 0 ? REPORT_RULE_NONE : fault(e);
    if (number > 1)
        e = revision_get(&tx, id, number - 1, a, &c->was);
    if (!e)
        e = revision_html(&tx, c->is.id, a, &c->html);
    if (!e)
        e = series_title(&tx, a, c->was.series, &c->was_series);
    if (!e)
        e = series_title(&tx, a, c->is.series, &c->is_series);
    return e ? fault(e > 0 ? ERR_DATA : e) : OK;
}

static struct str day_of(struct arena *a, const struct revision *v)
{
    if (!v->number)
        return S("");
    struct str day = date_print(a, v->date);
    if (v->minute < 0)
        return day;
    return str_print(a, STR_FMT " %02d:%02d", STR_ARG(day), (int)(v->minute / 60),
                     (int)(v->minute % 60));
}

static struct list words_list(const struct request *r, const struct compared *c)
{
    const struct {
        const char *label;
        struct str was, is;
    } all[] = {
        { "desk_report_series", c->was_series, c->is_series },
        { "desk_report_title", c->was.title, c->is.title },
        { "desk_report_date", day_of(r->arena, &c->was), day_of(r->arena, &c->is) },
        { "desk_report_byline", c->was.byline, c->is.byline },
        { "desk_report_dateline", c->was.dateline, c->is.dateline },
        { "desk_report_standfirst", c->was.standfirst, c->is.standfirst },
        { "desk_report_slug", c->was.slug, c->is.slug },
    };
    struct word_row *rows = arena_new(r->arena, struct word_row, COUNT(all));
    size_t n = 0;
    for (size_t i = 0; i < COUNT(all); i++) {
        if (!all[i].was.n && !all[i].is.n)
            continue;
        rows[n++] = (struct word_row){ .label = desk_word(r, all[i].label),
                                       .was = all[i].was,
                                       .is = all[i].is,
                                       .changed = c->was.number && !str_eq(all[i].was, all[i].is) };
    }
    return (struct list){ rows, n };
}

static void fill(const struct request *r, const struct compared *c, struct revision_view *v)
{
    struct diff diff = { 0 };
    struct str from = str_print(r->arena, "?from=%" PRId64, c->is.number);
    v->revision = row_of(r, &c->report, &c->is);
    v->revisions = report_desk_url(r, c->is.report, "/revisions");
    v->use = report_desk_url(r, c->is.report, str_z(r->arena, from));
    v->words_of = words_list(r, c);
    v->first = !c->was.number;
    v->compared = !v->first && diff_wanted(r->arena, c->was.body, c->is.body, &diff);
    v->same = v->compared && !diff.n;
    v->diff = diff_rows(r->arena, &diff);
    v->text = c->html.whole;
    v->top.page.title = c->is.title;
}

err revision_desk_show(struct request *r, struct response *ret)
{
    struct revision_view v = { 0 };
    struct compared c = { 0 };
    int64_t id = 0;
    int64_t number = 0;
    err e = REPORT_RULE_NONE;
    if (desk_segment_id(r, "id", &id) && desk_segment_id(r, "number", &number))
        e = read_one(r, id, number, &c);
    if (e > 0)
        return report_rule_refuse(r, ret, e);
    if (e)
        return fault(e);
    fill(r, &c, &v);
    e = desk_fill(r, DESK_AT_REPORTS, "desk_revisions", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &revision_page, &v, 200);
}
