#include "discussion/discussion_api.h"
#include "base/clock.h"
#include "base/scan.h"
#include "discussion/comment_form.h"
#include "discussion/comment_json.h"
#include "discussion/gate.h"
#include "discussion/listing.h"
#include "discussion/sender.h"
#include "http/api.h"
#include "http/error.h"
#include "publishing/report.h"

#include <inttypes.h>

enum { API_BYTES_MAX = 1024 * 1024 };

/* ---- reading */

static void put_thread(const struct request *r, struct json_writer *w, const struct thread *t)
{
    json_write_object(w, NULL);
    comment_json(w, &t->root, true, r->arena);
    json_write_array(w, "replies");
    for (size_t i = 0; i < t->count; i++) {
        json_write_object(w, NULL);
        comment_json(w, &t->replies[i], true, r->arena);
        json_write_end(w);
    }
    json_write_end(w);
    json_write_int(w, "more", t->more);
    if (t->more)
        json_write_str(w, "after", t->after);
    json_write_end(w);
}

static err put_listing(const struct request *r, struct response *ret, const struct listing *l)
{
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "report", l->query.report);
    json_write_int(&w, "count", l->counts.published);
    json_write_bool(&w, "open", l->counts.open);
    json_write_array(&w, "threads");
    for (size_t i = 0; i < l->count; i++)
        put_thread(r, &w, &l->threads[i]);
    json_write_end(&w);
    if (l->next.n && !l->query.thread)
        json_write_str(&w, "next", l->next);
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

static err read_listing(const struct request *r, const struct listing_query *q, bool *ret_report,
                        struct listing *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_published(&tx, q->report, ret_report);
    return e || !*ret_report ? e : listing_get(&tx, r->arena, q, ret);
}

static bool query_read(const struct request *r, struct listing_query *q)
{
    struct str text = { 0 };
    if (request_query(r, "sort", &text) && !listing_sort_parse(text, &q->sort))
        return false;
    if (request_query(r, "thread", &text) && !int_parse(text, 1, INT64_MAX, &q->thread))
        return false;
    if (request_query(r, "question", &text) && !int_parse(text, 1, INT64_MAX, &q->question))
        return false;
    bool answers = request_query(r, "only", &text);
    if (answers && !str_eq(text, S("answers")))
        return false;
    if (!q->thread)
        q->only = q->question ? LISTING_QUESTION : answers ? LISTING_ANSWERS : LISTING_EVERY;
    (void)request_query(r, "after", &q->after); // none: from the beginning
    return true;
}

err discussion_api_list(struct request *r, struct response *ret)
{
    struct listing_query q = { 0 };
    struct listing l = { 0 };
    bool report = false;
    if (!api_segment_id(r, &q.report))
        return http_refuse(r, ret, 404, "error_no_such_report");
    if (!query_read(r, &q))
        return http_refuse(r, ret, 400, ERROR_BAD_QUERY);
    request_topic(r, "report/%" PRId64, q.report);
    err e = read_listing(r, &q, &report, &l);
    if (e < 0)
        return fault(e);
    if (!report)
        return http_refuse(r, ret, 404, "error_no_such_report");
    if (e == LISTING_CURSOR_WRONG)
        return http_refuse(r, ret, 400, "error_comment_cursor");
    if (e)
        return http_refuse(r, ret, 404, "error_no_such_comments");
    ret->cache = CACHE_SHARED;
    return put_listing(r, ret, &l);
}

/* ---- writing */

/* Which member is of the wrong kind; NULL: none. */
static const char *draft_read(const struct json *j, struct comment_draft *d)
{
    if (!api_text(j, "name", &d->name))
        return "name";
    if (!api_text(j, "body", &d->body))
        return "body";
    if (!api_text(j, "email", &d->email))
        return "email";
    if (!api_id(j, "parent", &d->parent))
        return "parent";
    return api_id(j, "question", &d->question) ? NULL : "question";
}

static err refuse(struct request *r, struct response *ret, err refusal)
{
    return api_refuse(r, ret, comment_refusal_status(refusal), comment_refusal_word(refusal),
                      comment_refusal_field(refusal));
}

static err put_added(struct request *r, struct response *ret, const struct comment_added *added)
{
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    struct str path = str_print(r->arena, "/comments/%" PRId64, added->id);
    struct str site = site_url(r->setup->config);
    enum comment_state state = added->held ? COMMENT_STATE_HELD : COMMENT_STATE_PUBLISHED;
    json_write_object(&w, NULL);
    json_write_int(&w, "id", added->id);
    json_write_str(&w, "state", comment_state_str(state));
    json_write_str(&w, "url", str_print(r->arena, STR_FMT STR_FMT, STR_ARG(site), STR_ARG(path)));
    json_write_end(&w);
    response_header(ret, "Location", path);
    return api_answer(r, ret, 201, &out);
}

err discussion_api_post(struct request *r, struct response *ret)
{
    struct comment_draft d = { 0 };
    struct comment_problems problems = { 0 };
    struct comment_added added = { 0 };
    const struct json *j = NULL;
    if (!api_segment_id(r, &d.report))
        return http_refuse(r, ret, 404, "error_no_such_report");
    if (!api_body(r, ret, "name body email parent question", &j))
        return OK;
    const char *wrong = draft_read(j, &d);
    if (wrong)
        return api_refuse(r, ret, 400, "error_comment_json", wrong);
    if (!request_limit(r, LIMIT_COMMENT)) {
        gate_trouble(r);
        return http_refuse(r, ret, 429, ERROR_TOO_OFTEN);
    }
    err e = sender_sign(r, ret, &d);
    if (e)
        return fault(e);
    d.hold = d.person ? COMMENT_HOLD_NONE : moderation_hold(r->setup->config);
    e = comment_prepare(&d, r->setup->config, r->arena, &problems);
    if (!e)
        e = gate_comment(r, &d);
    if (!e)
        e = sender_add(r, &d, &added);
    if (e)
        return e < 0 ? fault(e) : refuse(r, ret, e);
    response_fresh(r, ret);
    return put_added(r, ret, &added);
}

static err put_sums(const struct request *r, struct response *ret, int64_t comment,
                    const struct vote_sums *sums)
{
    struct buf out CLEANUP(buf_free) = buf_make(API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "comment", comment);
    json_write_int(&w, "up", sums->up);
    json_write_int(&w, "down", sums->down);
    json_write_int(&w, "score", sums->score);
    json_write_int(&w, "value", sums->value);
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

err discussion_api_vote(struct request *r, struct response *ret)
{
    struct vote v = { 0 };
    struct vote_sums sums = { 0 };
    const struct json *j = NULL;
    int64_t value = 0;
    if (!api_segment_id(r, &v.comment))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!api_body(r, ret, "value", &j))
        return OK;
    if (!json_get_int(j, "value", &value) || value < -1 || value > 1)
        return api_refuse(r, ret, 422, "error_vote_value", "value");
    if (!request_limit(r, LIMIT_VOTE)) {
        gate_trouble(r);
        return http_refuse(r, ret, 429, ERROR_TOO_OFTEN);
    }
    v.value = (int)value;
    err e = sender_vote(r, ret, &v);
    if (!e)
        e = sender_set(r, &v, &sums);
    if (e)
        return e < 0 ? fault(e) : sender_vote_refuse(r, ret, e);
    response_fresh(r, ret);
    return put_sums(r, ret, v.comment, &sums);
}
