#include "site/question_page.h"
#include "base/scan.h"
#include "http/error.h"
#include "publishing/layout.h"
#include "site/question_view.h"
#include "site/report_at.h"
#include "site/series_at.h"

#include <inttypes.h>

struct questions_view {
    struct layout page;
    struct str heading, back_url, back; /* back: the series' or the report's title */
    struct list questions;              /* of question_row */
    struct str next_url, empty;
};
static const struct field questions_fields[] = {
    FIELD_VIEW(struct questions_view, page, &layout_view),
    FIELD_STR(struct questions_view, heading),
    FIELD_STR(struct questions_view, back_url),
    FIELD_STR(struct questions_view, back),
    FIELD_LIST(struct questions_view, questions, &question_row_view),
    FIELD_STR(struct questions_view, next_url),
    FIELD_STR(struct questions_view, empty),
};
static const struct view questions_view = VIEW(struct questions_view, questions_fields);
TEMPLATE(questions_page, "pages/questions.html", &questions_view, TEMPLATE_HTML);

static struct str next_url(const struct request *r, struct str path,
                           const struct question_rows *rows)
{
    if (!rows->more)
        return S("");
    int64_t last = rows->questions[rows->n - 1].id;
    return str_print(r->arena, STR_FMT "?after=%" PRId64, STR_ARG(path), last);
}

static struct str titled(const struct request *r, const char *key, struct str title)
{
    const struct word_arg args[] = { { .name = "title", .text = title } };
    return theme_phrase(r->setup->theme, r->arena, key, args, COUNT(args));
}

/* ---- of a series */

/* Questions asked together are mostly of one report. */
static err add_row(struct request *r, struct tx *tx, const struct question *q,
                   struct report *report, struct question_row *ret)
{
    err e = report->id == q->report ? OK : report_get(tx, q->report, r->arena, report);
    if (e)
        return e > 0 ? ERR_DATA : e;
    *ret = question_row_of(r, q, report->path);
    ret->title = report->title;
    ret->path = report->path;
    return OK;
}

static err read_board(struct request *r, const struct series *s, struct questions_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question after = { 0 };
    struct question_rows rows = { 0 };
    struct report report = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = question_after(r, &tx, &after);
    if (!e && after.id && after.series != s->id)
        e = QUESTION_AFTER_WRONG;
    if (!e)
        e = question_board(&tx, s->id, after.asked_at, after.id, r->arena, &rows);
    struct question_row *list = arena_new(r->arena, struct question_row, rows.n);
    for (size_t i = 0; !e && i < rows.n; i++)
        e = add_row(r, &tx, &rows.questions[i], &report, &list[i]);
    v->questions = (struct list){ list, rows.n };
    v->next_url = next_url(r, v->page.path, &rows);
    v->page.noindex = after.id != 0;
    return e;
}

static err respond(struct request *r, struct response *ret, struct questions_view *v, err e)
{
    if (!e)
        e = layout_fill(r, &v->page);
    if (e)
        return e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    ret->cache = CACHE_SHARED;
    return layout_respond(r, ret, &questions_page, v, 200);
}

err question_page_series(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct series s = { 0 };
    err e = series_at(r, &s);
    if (e == SERIES_NONE)
        return http_refuse(r, ret, 404, "error_no_such_series");
    if (e)
        return fault(e);
    request_topic(r, "series/%" PRId64, s.id);
    request_topic(r, "questions/%" PRId64, s.id);
    struct str heading = titled(r, "questions_open", s.title);
    struct questions_view v = {
        .page = { .title = heading,
                  .path = str_print(r->arena, STR_FMT "/questions", STR_ARG(s.path)),
                  .kind = S("questions-page"),
                  .series = s.slug },
        .heading = heading,
        .back_url = s.path,
        .back = s.title,
        .empty = theme_word(r->setup->theme, "questions_open_none"),
    };
    e = read_board(r, &s, &v);
    return respond(r, ret, &v, e);
}

/* ---- of a report */

static err read_all(struct request *r, const struct report *report, struct questions_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question after = { 0 };
    struct question_rows rows = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = question_after(r, &tx, &after);
    if (!e && after.id && after.report != report->id)
        e = QUESTION_AFTER_WRONG;
    if (!e)
        e = question_list(&tx, report->id, after.id, r->arena, &rows);
    struct question_row *list = arena_new(r->arena, struct question_row, rows.n);
    for (size_t i = 0; !e && i < rows.n; i++)
        list[i] = question_row_of(r, &rows.questions[i], report->path);
    v->questions = (struct list){ list, rows.n };
    v->next_url = next_url(r, v->page.path, &rows);
    v->page.noindex = after.id != 0;
    return e;
}

err question_page_report(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct report_found f = { 0 };
    err e = report_at(r, &f);
    if (e == REPORT_NONE || (!e && f.standing == REPORT_GONE))
        return http_refuse(r, ret, 404, "error_no_such_report");
    if (e)
        return fault(e);
    const struct report *report = &f.report;
    struct str path = str_print(r->arena, STR_FMT "/questions", STR_ARG(report->path));
    if (f.standing == REPORT_MOVED)
        return response_redirect(r, ret, 301, path);
    request_topic(r, "report/%" PRId64, report->id);
    struct str heading = titled(r, "questions_of", report->title);
    struct questions_view v = { .page = { .title = heading,
                                          .path = path,
                                          .kind = S("questions-page"),
                                          .series = report->series_slug },
                                .heading = heading,
                                .back_url = report->path,
                                .back = report->title,
                                .empty = theme_word(r->setup->theme, "questions_none") };
    e = read_all(r, report, &v);
    return respond(r, ret, &v, e);
}

/* ---- one */

err question_after(const struct request *r, struct tx *tx, struct question *ret)
{
    struct str text = { 0 };
    int64_t id = 0;
    if (!request_query(r, "after", &text))
        return OK;
    if (!int_parse(text, 1, INT64_MAX, &id))
        return QUESTION_AFTER_WRONG;
    err e = question_get(tx, id, r->arena, ret);
    return e > 0 ? QUESTION_AFTER_WRONG : e;
}

err question_at(struct request *r, struct question *ret, struct report *ret_report)
{
    struct str text = { 0 };
    int64_t id = 0;
    (void)request_segment(r, "id", &text); // the pattern has it
    if (!int_parse(text, 1, INT64_MAX, &id))
        return QUESTION_NONE;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = question_get(&tx, id, r->arena, ret);
    if (!e)
        e = report_get(&tx, ret->report, r->arena, ret_report);
    if (e)
        return e;
    return ret_report->state == REPORT_PUBLISHED ? OK : QUESTION_NONE;
}

err question_page_one(struct request *r, struct response *ret)
{
    struct question q = { 0 };
    struct report report = { 0 };
    err e = question_at(r, &q, &report);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_no_such_question");
    if (e)
        return fault(e);
    return response_redirect(r, ret, 303, question_row_of(r, &q, report.path).url);
}
