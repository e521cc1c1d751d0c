#include "discussion/reader_api.h"
#include "discussion/appeal.h"
#include "discussion/appeal_http.h"
#include "discussion/comment_form.h"
#include "discussion/comment_own_http.h"
#include "discussion/flag_http.h"
#include "discussion/gate.h"
#include "discussion/record.h"
#include "http/api.h"
#include "http/error.h"
#include "people/visitor.h"
#include "publishing/report.h"

#include <inttypes.h>

enum { READER_API_BYTES_MAX = 1024 * 1024 };

/* ---- the record */

static err read_record(const struct request *r, int64_t id, bool *ret_there, struct record *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_published(&tx, id, ret_there);
    return e || !*ret_there ? e : record_get(&tx, id, ret);
}

static err put_record(const struct request *r, struct response *ret, int64_t id,
                      const struct record *rec)
{
    struct buf out CLEANUP(buf_free) = buf_make(READER_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "report", id);
    json_write_int(&w, "comments", rec->comments);
    json_write_int(&w, "published", rec->published);
    json_write_int(&w, "held", rec->held);
    json_write_int(&w, "removed", rec->removed);
    json_write_object(&w, "reasons");
    for (int i = REASON_FIRST; i < (int)REASONS; i++) {
        if (!rec->reasons[i])
            continue;
        json_write_name(&w, reason_str((enum reason)i));
        json_write_int(&w, NULL, rec->reasons[i]);
    }
    json_write_end(&w);
    if (rec->median >= 0)
        json_write_int(&w, "median_minutes", rec->median);
    else
        json_write_null(&w, "median_minutes");
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

err reader_api_record(struct request *r, struct response *ret)
{
    struct record rec = { 0 };
    int64_t id = 0;
    bool there = false;
    if (!api_segment_id(r, &id))
        return http_refuse(r, ret, 404, "error_no_such_report");
    request_topic(r, "report/%" PRId64, id);
    err e = read_record(r, id, &there, &rec);
    if (e)
        return fault(e);
    if (!there)
        return http_refuse(r, ret, 404, "error_no_such_report");
    ret->cache = CACHE_SHARED;
    return put_record(r, ret, id, &rec);
}

/* ---- a preview */

static err read_published(const struct request *r, int64_t id, bool *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : report_published(&tx, id, ret);
}

static err put_html(const struct request *r, struct response *ret, struct str html)
{
    struct buf out CLEANUP(buf_free) = buf_make(READER_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_str(&w, "html", html);
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

static err refuse_words(struct request *r, struct response *ret, int status, err refusal)
{
    return api_refuse(r, ret, status, comment_refusal_word(refusal),
                      comment_refusal_field(refusal));
}

err reader_api_preview(struct request *r, struct response *ret)
{
    struct comment_draft d = { 0 };
    struct comment_problems problems = { 0 };
    const struct json *j = NULL;
    bool there = false;
    if (!api_segment_id(r, &d.report))
        return http_refuse(r, ret, 404, "error_no_such_report");
    if (!api_body(r, ret, "body", &j))
        return OK;
    if (!api_text(j, "body", &d.body))
        return refuse_words(r, ret, 422, COMMENT_NOT_TEXT);
    if (!request_limit(r, LIMIT_READ))
        return http_refuse(r, ret, 429, ERROR_TOO_OFTEN);
    err e = read_published(r, d.report, &there);
    if (e)
        return fault(e);
    if (!there)
        return http_refuse(r, ret, 404, "error_no_such_report");
    e = comment_prepare(&d, r->setup->config, r->arena, &problems);
    if (e < 0)
        return fault(e);
    if (problems.body) // who looks at the words has not said who they are
        return refuse_words(r, ret, comment_refusal_status(problems.body), problems.body);
    return put_html(r, ret, d.html.s);
}

/* ---- flags */

static err put_flagged(const struct request *r, struct response *ret, int64_t comment)
{
    struct buf out CLEANUP(buf_free) = buf_make(READER_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "comment", comment);
    json_write_bool(&w, "flagged", true);
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

err reader_api_flag(struct request *r, struct response *ret)
{
    int64_t comment = 0;
    enum reason reason = REASON_NONE;
    struct str name = { 0 };
    struct str note = { 0 };
    const struct json *j = NULL;
    if (!api_segment_id(r, &comment))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!api_body(r, ret, "reason note", &j))
        return OK;
    if (!request_limit(r, LIMIT_FLAG))
        return http_refuse(r, ret, 429, "flag_too_often");
    if (!json_get_str(j, "reason", &name) || !reason_choose(name, &reason))
        return api_refuse(r, ret, 422, "flag_reason_missing", "reason");
    err e = api_text(j, "note", &note) ? OK : FLAG_NOTE_NOT_TEXT;
    note = str_trim(note);
    if (!e)
        e = flag_note_check(note);
    if (e)
        return api_refuse(r, ret, 422, e == FLAG_NOTE_LONG ? "flag_note_long" : "flag_not_text",
                          "note");
    e = flag_send(r, comment, reason, note);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, flag_say(e).status, flag_say(e).word);
    return put_flagged(r, ret, comment);
}

/* ---- appeals */

static err read_case(const struct request *r, int64_t id, struct appeal_case *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str visitor = { 0 };
    if (!visitor_get(r, &visitor))
        return APPEAL_NOT_YOURS;
    err e = store_read(r->app->store, &tx);
    return e ? e
             : appeal_case_get(&tx, id, &(struct appellant){ .visitor = visitor }, r->arena, ret);
}

static struct str appeal_state_str(enum appeal_state s)
{
    static const char *const names[] = { [APPEAL_NONE] = "none",
                                         [APPEAL_OPEN] = "open",
                                         [APPEAL_GRANTED] = "granted",
                                         [APPEAL_REFUSED] = "refused",
                                         [APPEAL_MOOT] = "moot" };
    return str_from_z(names[s]);
}

static err put_case(struct request *r, struct response *ret, int64_t id)
{
    struct appeal_case c = { 0 };
    err e = read_case(r, id, &c);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, "error_appeal_not_yours");
    struct buf out CLEANUP(buf_free) = buf_make(READER_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "comment", c.comment);
    json_write_str(&w, "state", comment_state_str(c.now));
    json_write_str(&w, "reason", reason_str(c.decision.reason));
    json_write_str(&w, "note", c.decision.note);
    json_write_str(&w, "until", time_print(r->arena, c.until));
    json_write_str(&w, "appeal", appeal_state_str(c.appeal.state));
    json_write_str(&w, "body", c.appeal.body);
    json_write_str(&w, "answer", c.appeal.answer);
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

err reader_api_appeal(struct request *r, struct response *ret)
{
    int64_t id = 0;
    return api_segment_id(r, &id) ? put_case(r, ret, id)
                                  : http_refuse(r, ret, 404, "error_appeal_not_yours");
}

err reader_api_appeal_post(struct request *r, struct response *ret)
{
    int64_t id = 0;
    struct str body = { 0 };
    const struct json *j = NULL;
    if (!api_segment_id(r, &id))
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    if (!api_body(r, ret, "body", &j))
        return OK;
    if (!request_limit(r, LIMIT_FLAG))
        return http_refuse(r, ret, 429, "flag_too_often");
    err e = api_text(j, "body", &body) ? appeal_send(r, id, body) : APPEAL_NOT_TEXT;
    if (e < 0)
        return fault(e);
    if (e == APPEAL_NOT_YOURS)
        return http_refuse(r, ret, 404, "error_appeal_not_yours");
    if (e)
        return api_refuse(r, ret, e < APPEAL_EMPTY ? 409 : 422, appeal_trouble(e),
                          e < APPEAL_EMPTY ? NULL : "body");
    return put_case(r, ret, id);
}

/* ---- one's own */

static err put_own(struct request *r, struct response *ret, int64_t id, enum comment_state state,
                   struct str html)
{
    struct buf out CLEANUP(buf_free) = buf_make(READER_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "id", id);
    json_write_str(&w, "state", comment_state_str(state));
    if (state != COMMENT_STATE_DELETED)
        json_write_str(&w, "html", html);
    json_write_end(&w);
    response_fresh(r, ret);
    return api_answer(r, ret, 200, &out);
}

err reader_api_edit(struct request *r, struct response *ret)
{
    struct own_asking a = { 0 };
    struct comment_draft d = { 0 };
    struct own_edited done = { 0 };
    struct str body = { 0 };
    const struct json *j = NULL;
    if (!api_body(r, ret, "body", &j))
        return OK;
    err e = own_find(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    if (!request_limit(r, LIMIT_COMMENT))
        return http_refuse(r, ret, 429, "comment_too_often");
    e = api_text(j, "body", &body) ? own_draft(r, ret, &a, body, &d) : COMMENT_NOT_TEXT;
    if (!e)
        e = gate_comment(r, &d);
    if (e)
        return e < 0 ? fault(e) : refuse_words(r, ret, own_edit_status(e), e);
    e = own_store_edit(r, &a, &d, &done);
    if (e)
        return own_refuse(r, ret, e);
    bool held = done.held || (done.same && a.comment.state == COMMENT_STATE_HELD);
    return put_own(r, ret, a.wish.comment, held ? COMMENT_STATE_HELD : COMMENT_STATE_PUBLISHED,
                   d.html.s);
}

err reader_api_delete(struct request *r, struct response *ret)
{
    struct own_asking a = { 0 };
    const struct json *j = NULL;
    if (!api_body(r, ret, "", &j))
        return OK;
    err e = own_find(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    if (!request_limit(r, LIMIT_VOTE))
        return http_refuse(r, ret, 429, ERROR_TOO_OFTEN);
    e = own_store_delete(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    return put_own(r, ret, a.wish.comment, COMMENT_STATE_DELETED, S(""));
}
