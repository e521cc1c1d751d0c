/* What staff do about comments and discussions, as JSON. */
#include "base/utf8.h"
#include "desk/deed.h"
#include "desk/desk_api.h"
#include "discussion/mark.h"
#include "discussion/staff_note.h"
#include "http/api.h"
#include "http/error.h"
#include "people/api_admit.h"
#include "people/api_token.h"

enum { DECISION_API_BYTES_MAX = 256 * 1024 };

struct order {
    const struct request *r;
    int64_t id, person, done;
    struct deed_many many; /* its deed and wish are those of one decision too */
    enum act_kind mark;
    struct report report;
    struct str body;
    bool open;
};

/* {"done": 3, "skipped": 1, "act": 7}; the act is what is undone. */
static err put_done(struct request *r, struct response *ret, const struct decisions_done *d)
{
    struct buf out CLEANUP(buf_free) = buf_make(DECISION_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "done", d->done);
    json_write_int(&w, "skipped", d->skipped);
    if (d->act)
        json_write_int(&w, "act", d->act);
    else
        json_write_null(&w, "act");
    json_write_end(&w);
    response_fresh(r, ret);
    return api_answer(r, ret, 200, &out);
}

static err refuse_stale(struct request *r, struct response *ret, const char *word)
{
    return word ? http_refuse(r, ret, 409, word)
                : http_refuse(r, ret, 404, "error_no_such_comment");
}

/* ---- decisions */

/* "restore" is what brings back: to approve. False: answered. */
static bool read_wish(struct request *r, struct response *ret, const struct json *j,
                      struct order *o)
{
    struct str action = { 0 };
    struct str reason = { 0 };
    struct str note = { 0 };
    int64_t seen = 0;
    struct deed_trouble t = { 0 };
    (void)json_get_str(j, "action", &action); // missing: none of them
    o->many.deed = deed_of(str_eq(action, S("restore")) ? S("approve") : action);
    if (!o->many.deed)
        t = (struct deed_trouble){ ERROR_BAD_FORM, "action" };
    else if (!json_get_int(j, "seen", &seen) || seen < 0)
        t = (struct deed_trouble){ ERROR_BAD_FORM, "seen" };
    else if (!api_text(j, "reason", &reason))
        t = (struct deed_trouble){ "desk_reason_unknown", "reason" };
    else if (!api_text(j, "note", &note))
        t = (struct deed_trouble){ "desk_note_not_text", "note" };
    else
        t = deed_wish_of(r, o->many.deed, reason, note, &o->many.wish);
    o->many.wish.seen = seen;
    if (t.word)
        (void)api_refuse(r, ret, 422, t.word, t.field); // always OK
    return !t.word;
}

/* Whether role and token allow this one of the decisions. False: answered. */
static bool may(struct request *r, struct response *ret, const struct deed *d)
{
    if (!person_may(r->person, d->need))
        (void)http_refuse(r, ret, 403, "error_not_allowed"); // always OK
    else if (d->kind == ACT_DELETE && !token_has(r, SCOPE_COMMENTS_DELETE))
        (void)token_refuse_scope(r, ret, SCOPE_COMMENTS_DELETE); // always OK
    else
        return true;
    return false;
}

static err decide_work(struct tx *tx, void *arg)
{
    struct order *o = arg;
    return deed_decide(tx, o->r, &o->many, o->id);
}

err desk_api_decide(struct request *r, struct response *ret)
{
    struct order o = { .r = r };
    const struct json *j = NULL;
    if (!api_segment_id(r, &o.id))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!api_body(r, ret, "action seen reason note", &j) || !read_wish(r, ret, j, &o) ||
        !may(r, ret, o.many.deed))
        return OK;
    err e = store_write(r->app->store, decide_work, &o);
    if (e)
        return e < 0 ? fault(e)
                     : refuse_stale(r, ret,
                                    e == DECISION_NO_COMMENT ? NULL : deed_decision_trouble(e));
    return put_done(r, ret, &o.many.done);
}

static bool read_ids(const struct request *r, const struct json *j, struct deed_many *m)
{
    const struct json *ids = json_get(j, "ids");
    if (!ids || ids->kind != JSON_KIND_ARRAY || !ids->n || ids->n > DECISIONS_MAX)
        return false;
    m->ids = arena_new(r->arena, int64_t, ids->n);
    for (m->n = 0; m->n < ids->n; m->n++) {
        const struct json *one = &ids->items[m->n];
        if (one->kind != JSON_KIND_INT || one->number < 1)
            return false;
        m->ids[m->n] = one->number;
    }
    return true;
}

static err decide_all_work(struct tx *tx, void *arg)
{
    struct order *o = arg;
    return deed_decide_all(tx, o->r, &o->many);
}

err desk_api_decide_all(struct request *r, struct response *ret)
{
    struct order o = { .r = r };
    const struct json *j = NULL;
    if (!api_body(r, ret, "action ids seen reason note", &j) || !read_wish(r, ret, j, &o) ||
        !may(r, ret, o.many.deed))
        return OK;
    if (!read_ids(r, j, &o.many))
        return api_refuse(r, ret, 422, "desk_bulk_none", "ids");
    err e = store_write(r->app->store, decide_all_work, &o);
    return e ? fault(e) : put_done(r, ret, &o.many.done);
}

/* ---- marks */

static err mark_work(struct tx *tx, void *arg)
{
    const struct order *o = arg;
    return deed_mark(tx, o->r, o->mark, o->id);
}

err desk_api_mark(struct request *r, struct response *ret)
{
    struct order o = { .r = r };
    struct str action = { 0 };
    const struct json *j = NULL;
    if (!api_segment_id(r, &o.id))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!api_body(r, ret, "action", &j))
        return OK;
    if (!json_get_str(j, "action", &action) || !act_kind_parse(action, &o.mark) ||
        o.mark < ACT_PIN || o.mark > ACT_UNLOCK)
        return api_refuse(r, ret, 422, ERROR_BAD_FORM, "action");
    err e = store_write(r->app->store, mark_work, &o);
    if (e)
        return e < 0 ? fault(e)
                     : refuse_stale(r, ret, e == MARK_MISSING ? NULL : deed_mark_trouble(e));
    return put_done(r, ret, &(struct decisions_done){ .done = 1 });
}

static err open_work(struct tx *tx, void *arg)
{
    struct order *o = arg;
    err e = report_get(tx, o->id, o->r->arena, &o->report);
    return e ? e : deed_open(tx, o->r, &o->report, o->open);
}

err desk_api_open(struct request *r, struct response *ret)
{
    struct order o = { .r = r };
    const struct json *j = NULL;
    if (!api_segment_id(r, &o.id))
        return http_refuse(r, ret, 404, "error_no_such_report");
    if (!api_body(r, ret, "open", &j))
        return OK;
    if (!json_get_bool(j, "open", &o.open))
        return api_refuse(r, ret, 422, ERROR_BAD_FORM, "open");
    err e = store_write(r->app->store, open_work, &o);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, "error_no_such_report");
    return put_done(r, ret, &(struct decisions_done){ .done = 1 });
}

/* ---- notes and assignments */

static err note_work(struct tx *tx, void *arg)
{
    const struct order *o = arg;
    return deed_write_down(tx, o->r, o->id, o->body);
}

err desk_api_note(struct request *r, struct response *ret)
{
    struct order o = { .r = r };
    const struct json *j = NULL;
    if (!api_segment_id(r, &o.id))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!api_body(r, ret, "body", &j))
        return OK;
    bool text = api_text(j, "body", &o.body);
    o.body = str_trim(o.body);
    err e = text ? staff_note_check(o.body) : STAFF_NOTE_NOT_TEXT;
    if (e)
        return api_refuse(r, ret, 422, deed_note_trouble(e), "body");
    e = store_write(r->app->store, note_work, &o);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, "error_no_such_comment");
    return put_done(r, ret, &(struct decisions_done){ .done = 1 });
}

static err assign_work(struct tx *tx, void *arg)
{
    const struct order *o = arg;
    return deed_assign(tx, o->r, o->id, o->person);
}

err desk_api_assign(struct request *r, struct response *ret)
{
    struct order o = { .r = r };
    const struct json *j = NULL;
    if (!api_segment_id(r, &o.id))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!api_body(r, ret, "person", &j))
        return OK;
    bool fine = json_get(j, "person") && api_id(j, "person", &o.person);
    err e = fine && o.person ? deed_may_assign(r, o.person, &fine) : OK;
    if (e)
        return fault(e);
    if (!fine)
        return api_refuse(r, ret, 422, "desk_assign_wrong", "person");
    e = store_write(r->app->store, assign_work, &o);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, "error_no_such_comment");
    return put_done(r, ret, &(struct decisions_done){ .done = 1 });
}

/* ---- acts */

static err read_acts(const struct request *r, int64_t before, struct acts *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : act_list(&tx, before, 0, r->arena, ret);
}

static void put_act(const struct request *r, struct json_writer *w, const struct act *a)
{
    json_write_object(w, NULL);
    json_write_int(w, "id", a->id);
    json_write_str(w, "action", act_kind_str(a->kind));
    json_write_str(w, "at", time_print(r->arena, a->at));
    json_write_int(w, "person", a->person);
    json_write_int(w, "comment", a->comment);
    json_write_int(w, "report", a->report);
    json_write_int(w, "comments", a->comments);
    json_write_bool(w, "undone", a->undone_at != 0);
    json_write_end(w);
}

err desk_api_acts(struct request *r, struct response *ret)
{
    struct acts acts = { 0 };
    struct str sent = { 0 };
    int64_t before = 0;
    if (request_query(r, "before", &sent) && !desk_query_id(r, "before", &before))
        return http_refuse(r, ret, 400, ERROR_BAD_QUERY);
    err e = read_acts(r, before, &acts);
    if (e)
        return fault(e);
    struct buf out CLEANUP(buf_free) = buf_make(DECISION_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_array(&w, "acts");
    for (size_t i = 0; i < acts.count; i++)
        put_act(r, &w, &acts.acts[i]);
    json_write_end(&w);
    if (acts.next)
        json_write_int(&w, "before", acts.next);
    else
        json_write_null(&w, "before");
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

static err undo_work(struct tx *tx, void *arg)
{
    struct order *o = arg;
    return deed_undo(tx, o->r, o->id, &o->done);
}

err desk_api_undo(struct request *r, struct response *ret)
{
    struct order o = { .r = r };
    const struct json *j = NULL;
    if (!api_segment_id(r, &o.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!api_body(r, ret, "", &j))
        return OK;
    err e = store_write(r->app->store, undo_work, &o);
    if (e < 0)
        return fault(e);
    if (e == ACT_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return http_refuse(r, ret, 409, deed_undo_trouble(e));
    return put_done(r, ret, &(struct decisions_done){ .act = o.id, .done = o.done });
}
