#include "site/question_api.h"
#include "base/clock.h"
#include "base/scan.h"
#include "http/error.h"
#include "site/question_page.h"
#include "site/series_at.h"

#include <inttypes.h>

enum { API_BYTES_MAX = 1024 * 1024, NONE = QUESTION_AFTER_WRONG + 1 };

void question_api_put(const struct request *r, struct json_writer *w, const struct question *q)
{
    struct str site = site_url(r->setup->config);
    json_write_object(w, NULL);
    json_write_int(w, "id", q->id);
    json_write_int(w, "report", q->report);
    json_write_str(w, "url",
                   str_print(r->arena, STR_FMT "/questions/%" PRId64, STR_ARG(site), q->id));
    json_write_str(w, "text", q->text);
    json_write_str(w, "passage", q->passage);
    json_write_str(w, "asked", time_print(r->arena, q->asked_at));
    json_write_str(w, "state", question_state_str(q->state));
    json_write_bool(w, "shown", q->shown);
    json_write_int(w, "answers", q->answers);
    json_write_end(w);
}

static err respond(struct request *r, struct response *ret, const struct question_rows *rows)
{
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_array(&w, "questions");
    for (size_t i = 0; i < rows->n; i++)
        question_api_put(r, &w, &rows->questions[i]);
    json_write_end(&w);
    if (rows->more)
        json_write_str(&w, "after",
                       str_print(r->arena, "%" PRId64, rows->questions[rows->n - 1].id));
    json_write_end(&w);
    if (buf_full(&out))
        return fault(ERR_LIMIT);
    ret->type = "application/json";
    ret->body = buf_copy(&out, r->arena);
    ret->cache = CACHE_SHARED;
    return OK;
}

static err refuse(struct request *r, struct response *ret, err e, const char *none)
{
    if (e < 0)
        return fault(e);
    return e == NONE ? http_refuse(r, ret, 404, none) : http_refuse(r, ret, 400, ERROR_BAD_QUERY);
}

static err read_report(struct request *r, int64_t report, struct question_rows *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question after = { 0 };
    bool published = false;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_published(&tx, report, &published);
    if (!e && !published)
        return NONE;
    if (!e)
        e = question_after(r, &tx, &after);
    if (!e && after.id && after.report != report)
        return QUESTION_AFTER_WRONG;
    return e ? e : question_list(&tx, report, after.id, r->arena, ret);
}

err question_api_report(struct request *r, struct response *ret)
{
    struct str text = { 0 };
    struct question_rows rows = { 0 };
    int64_t id = 0;
    (void)request_segment(r, "id", &text); // the pattern has it
    if (!int_parse(text, 1, INT64_MAX, &id))
        return http_refuse(r, ret, 404, "error_no_such_report");
    request_topic(r, "front");
    request_topic(r, "report/%" PRId64, id);
    err e = read_report(r, id, &rows);
    return e ? refuse(r, ret, e, "error_no_such_report") : respond(r, ret, &rows);
}

static err read_board(struct request *r, int64_t series, struct question_rows *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question after = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = question_after(r, &tx, &after);
    if (!e && after.id && after.series != series)
        return QUESTION_AFTER_WRONG;
    return e ? e : question_board(&tx, series, after.asked_at, after.id, r->arena, ret);
}

err question_api_series(struct request *r, struct response *ret)
{
    struct series s = { 0 };
    struct question_rows rows = { 0 };
    request_topic(r, "front");
    err e = series_at(r, &s);
    if (e > 0)
        e = NONE;
    if (!e) {
        request_topic(r, "series/%" PRId64, s.id);
        request_topic(r, "questions/%" PRId64, s.id);
        e = read_board(r, s.id, &rows);
    }
    return e ? refuse(r, ret, e, "error_no_such_series") : respond(r, ret, &rows);
}
