/* Appeals, as JSON. */
#include "desk/appeal_desk.h"
#include "desk/deed.h"
#include "desk/desk_api.h"
#include "http/api.h"
#include "http/error.h"

enum { APPEAL_API_BYTES_MAX = 4 * 1024 * 1024 };

static struct str state_str(enum appeal_state s)
{
    switch (s) {
    case APPEAL_NONE: return S("none");
    case APPEAL_OPEN: return S("open");
    case APPEAL_GRANTED: return S("granted");
    case APPEAL_REFUSED: return S("refused");
    case APPEAL_MOOT: return S("moot");
    }
    return S("none");
}

static void put_appeal(const struct request *r, struct json_writer *w, const struct appeal *a)
{
    json_write_object(w, NULL);
    json_write_int(w, "id", a->id);
    json_write_int(w, "comment", a->comment);
    json_write_int(w, "against", a->against);
    json_write_str(w, "state", state_str(a->state));
    json_write_str(w, "body", a->body);
    json_write_str(w, "answer", a->answer);
    json_write_str(w, "created", time_print(r->arena, a->created_at));
    if (a->decided_at)
        json_write_str(w, "decided", time_print(r->arena, a->decided_at));
    else
        json_write_null(w, "decided");
    json_write_end(w);
}

static err read_list(const struct request *r, bool open, int64_t after, struct appeals *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : appeal_list(&tx, open, after, r->arena, ret);
}

err desk_api_appeals(struct request *r, struct response *ret)
{
    struct appeals found = { 0 };
    struct str sent = { 0 };
    struct str show = S("open");
    int64_t after = 0;
    (void)request_query(r, "show", &show); // else the open ones
    bool open = str_eq(show, S("open"));
    if ((request_query(r, "after", &sent) && !desk_query_id(r, "after", &after)) ||
        (!open && !str_eq(show, S("over"))))
        return http_refuse(r, ret, 400, ERROR_BAD_QUERY);
    err e = read_list(r, open, after, &found);
    if (e)
        return fault(e);
    struct buf out CLEANUP(buf_free) = buf_make(APPEAL_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_array(&w, "appeals");
    for (size_t i = 0; i < found.count; i++)
        put_appeal(r, &w, &found.appeals[i]);
    json_write_end(&w);
    if (found.next)
        json_write_int(&w, "after", found.next);
    else
        json_write_null(&w, "after");
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

static err read_one(const struct request *r, int64_t id, struct appeal *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : appeal_get(&tx, id, r->arena, ret);
}

static err put_one(struct request *r, struct response *ret, int64_t id)
{
    struct appeal a = { 0 };
    err e = read_one(r, id, &a);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct buf out CLEANUP(buf_free) = buf_make(APPEAL_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    put_appeal(r, &w, &a);
    return api_answer(r, ret, 200, &out);
}

err desk_api_appeal(struct request *r, struct response *ret)
{
    int64_t id = 0;
    return api_segment_id(r, &id) ? put_one(r, ret, id) : http_refuse(r, ret, 404, ERROR_NOT_FOUND);
}

struct judging {
    const struct request *r;
    struct appeal_judgement j;
};

static err judge_work(struct tx *tx, void *arg)
{
    const struct judging *w = arg;
    return deed_judge(tx, w->r, &w->j);
}

err desk_api_judge(struct request *r, struct response *ret)
{
    struct judging w = { .r = r, .j = { .by = r->person->id, .now = r->now } };
    struct str verdict = { 0 };
    const struct json *j = NULL;
    const char *trouble = NULL;
    if (!api_segment_id(r, &w.j.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!api_body(r, ret, "verdict answer", &j))
        return OK;
    (void)json_get_str(j, "verdict", &verdict); // missing: neither
    w.j.granted = str_eq(verdict, S("grant"));
    if (!w.j.granted && !str_eq(verdict, S("refuse")))
        return api_refuse(r, ret, 422, ERROR_BAD_FORM, "verdict");
    if (!api_text(j, "answer", &w.j.answer))
        return api_refuse(r, ret, 422, "desk_note_not_text", "answer");
    w.j.answer = str_trim(w.j.answer);
    if (!appeal_answer_fine(w.j.answer, &trouble))
        return api_refuse(r, ret, 422, trouble, "answer");
    err e = store_write(r->app->store, judge_work, &w);
    if (e < 0)
        return fault(e);
    if (e == APPEAL_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return http_refuse(r, ret, e == APPEAL_OWN ? 403 : 409,
                           e == APPEAL_OWN ? "desk_appeal_own" : "desk_appeal_decided_already");
    response_fresh(r, ret);
    return put_one(r, ret, w.j.id);
}
