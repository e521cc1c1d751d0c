#include "site/site_api.h"
#include "base/json.h"
#include "base/scan.h"
#include "discussion/discussion.h"
#include "http/error.h"
#include "publishing/report.h"
#include "publishing/revision.h"
#include "site/question_api.h"

#include <inttypes.h>

enum { API_BYTES_MAX = 4 * 1024 * 1024, API_REPORTS = 30, API_SERIES_MAX = 200 };

static err respond(struct request *r, struct response *ret, const struct buf *out)
{
    if (buf_full(out))
        return fault(ERR_LIMIT);
    ret->type = "application/json";
    ret->body = buf_copy(out, r->arena);
    ret->cache = CACHE_SHARED;
    return OK;
}

static struct str absolute(const struct request *r, struct str path)
{
    return str_print(r->arena, STR_FMT STR_FMT, STR_ARG(site_url(r->setup->config)), STR_ARG(path));
}

err site_api_series(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    request_topic(r, "navigation");
    struct series_rows rows = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = series_list(&tx, API_SERIES_MAX, r->arena, &rows);
    if (e)
        return fault(e);
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_array(&w, "series");
    for (size_t i = 0; i < rows.n; i++) {
        json_write_object(&w, NULL);
        json_write_str(&w, "slug", rows.series[i].slug);
        json_write_str(&w, "title", rows.series[i].title);
        json_write_str(&w, "about", rows.series[i].about);
        json_write_str(&w, "url", absolute(r, rows.series[i].path));
        json_write_int(&w, "reports", rows.series[i].report_count);
        json_write_end(&w);
    }
    json_write_end(&w);
    json_write_end(&w);
    return respond(r, ret, &out);
}

/* Opens an object that the caller ends. */
static void begin_report(struct json_writer *w, const struct request *r, const struct report *p,
                         int64_t comments)
{
    json_write_object(w, NULL);
    json_write_int(w, "id", p->id);
    json_write_str(w, "url", absolute(r, p->path));
    json_write_str(w, "series", p->series_slug);
    json_write_str(w, "date", date_print(r->arena, p->date));
    json_write_str(w, "title", p->title);
    json_write_str(w, "headline", report_headline(r->setup, r->arena, p));
    json_write_str(w, "standfirst", p->standfirst);
    json_write_str(w, "byline", p->byline);
    json_write_str(w, "dateline", p->dateline);
    json_write_str(w, "published_at", time_print(r->arena, p->published_at));
    json_write_str(w, "updated_at", time_print(r->arena, p->updated_at));
    json_write_int(w, "comments", comments);
}

static err put_rows(struct request *r, struct tx *tx, struct json_writer *w,
                    const struct report_rows *rows)
{
    json_write_array(w, "reports");
    for (size_t i = 0; i < rows->n; i++) {
        struct discussion d = { 0 };
        err e = discussion_get(tx, rows->reports[i].id, &d);
        if (e)
            return fault(e);
        begin_report(w, r, &rows->reports[i], d.published);
        json_write_end(w);
    }
    json_write_end(w);
    return OK;
}

/* The series of ?series=, if there is one in the query. */
static err series_of_query(struct request *r, struct tx *tx, int64_t *ret_id)
{
    struct str slug = { 0 };
    struct series s = { 0 };
    if (!request_query(r, "series", &slug))
        return OK;
    err e = series_get(tx, slug, r->arena, &s);
    *ret_id = s.id;
    return e;
}

/* The counts change with every comment, whose topics are not known beforehand: not kept in the
 * cache. */
err site_api_reports(struct request *r, struct response *ret)
{
    struct report_query q = { .max = API_REPORTS };
    struct report_rows rows = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    (void)request_query(r, "before", &q.before); // not there: from the newest
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = series_of_query(r, &tx, &q.series);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_no_such_series");
    if (!e)
        e = report_list(&tx, &q, r->arena, &rows);
    if (e)
        return e > 0 ? http_refuse(r, ret, 400, ERROR_BAD_QUERY) : fault(e);
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    e = put_rows(r, &tx, &w, &rows);
    if (e)
        return e;
    if (rows.older.n)
        json_write_str(&w, "before", rows.older);
    json_write_end(&w);
    e = respond(r, ret, &out);
    ret->cache = CACHE_PRIVATE;
    return e;
}

/* Those of the text, in reading order. */
static err put_questions(const struct request *r, struct tx *tx, struct json_writer *w,
                         const struct revision_html *html)
{
    json_write_array(w, "questions");
    for (size_t i = 0; i < html->n; i++) {
        for (size_t k = 0; k < html->pieces[i].question_count; k++) {
            struct question q = { 0 };
            err e = question_get(tx, html->pieces[i].questions[k].id, r->arena, &q);
            if (e)
                return fault(e > 0 ? ERR_DATA : e);
            question_api_put(r, w, &q);
        }
    }
    json_write_end(w);
    return OK;
}

static err read_report(struct request *r, int64_t id, struct buf *out)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report p = { 0 };
    struct revision_html html = { 0 };
    struct discussion d = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_get(&tx, id, r->arena, &p);
    if (!e && p.state != REPORT_PUBLISHED)
        return REPORT_NONE;
    if (!e)
        e = revision_html(&tx, p.revision, r->arena, &html);
    if (!e)
        e = discussion_get(&tx, id, &d);
    if (e)
        return e;
    struct json_writer w = json_writer(out);
    begin_report(&w, r, &p, d.published);
    json_write_bool(&w, "open", d.open);
    json_write_str(&w, "html", html.whole.s);
    e = put_questions(r, &tx, &w, &html);
    if (e)
        return e;
    json_write_end(&w);
    return OK;
}

err site_api_report(struct request *r, struct response *ret)
{
    struct str text = { 0 };
    int64_t id = 0;
    (void)request_segment(r, "id", &text); // the pattern has it
    if (!int_parse(text, 1, INT64_MAX, &id))
        return http_refuse(r, ret, 404, "error_no_such_report");
    request_topic(r, "front");
    request_topic(r, "report/%" PRId64, id);
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    err e = read_report(r, id, &out);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_no_such_report");
    return e ? fault(e) : respond(r, ret, &out);
}
