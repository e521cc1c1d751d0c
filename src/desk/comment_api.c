/* Reading the queues and one comment, as JSON. */
#include "base/scan.h"
#include "base/utf8.h"
#include "desk/desk_api.h"
#include "desk/desk_page.h"
#include "discussion/appeal.h"
#include "discussion/comment_own.h"
#include "discussion/comment_queue.h"
#include "discussion/decision.h"
#include "discussion/flag.h"
#include "discussion/staff_note.h"
#include "http/api.h"
#include "http/error.h"

enum {
    DESK_API_BYTES_MAX = 20 * 1024 * 1024, /* 50 comments of the longest kind */
    API_FLAGS_SHOWN = 50,
    API_DECISIONS_SHOWN = 50,
};

static void put_time(const struct request *r, struct json_writer *w, const char *name, int64_t at)
{
    if (at)
        json_write_str(w, name, time_print(r->arena, at));
    else
        json_write_null(w, name);
}

static void put_id(struct json_writer *w, const char *name, int64_t id)
{
    if (id)
        json_write_int(w, name, id);
    else
        json_write_null(w, name);
}

/* The members of one comment, into an open object. */
static void put_comment(const struct request *r, struct json_writer *w,
                        const struct desk_comment *d)
{
    const struct comment *c = &d->comment;
    json_write_int(w, "id", c->id);
    json_write_int(w, "report", c->report);
    put_id(w, "parent", c->parent);
    put_id(w, "question", c->question);
    json_write_str(w, "state", comment_state_str(c->state));
    json_write_str(w, "hold", comment_hold_str(d->hold));
    json_write_str(w, "hold_about", d->hold_about);
    json_write_str(w, "reason", reason_str(d->reason));
    json_write_str(w, "name", c->name);
    json_write_str(w, "email", d->email);
    json_write_bool(w, "staff", c->person != 0);
    json_write_bool(w, "erased", c->erased);
    json_write_str(w, "html", c->html.s);
    put_time(r, w, "created", c->created_at);
    put_time(r, w, "edited", c->edited_at);
    put_time(r, w, "changed", d->changed_at);
    put_id(w, "changed_by", d->changed_by);
    json_write_int(w, "seen", d->changed_at > c->edited_at ? d->changed_at : c->edited_at);
    json_write_int(w, "flags", d->flags);
    put_id(w, "assigned", d->assigned);
    json_write_bool(w, "pinned", c->pinned);
    json_write_bool(w, "locked", c->locked);
    json_write_int(w, "score", c->score);
}

/* ---- the queues */

static bool query_read(const struct request *r, struct queue_query *q)
{
    struct str text = { 0 };
    bool listed = request_query(r, "queue", &text);
    q->show = DESK_NEWEST;
    q->person = r->person->id;
    if (listed && !desk_filter_parse(text, &q->show))
        return false;
    if (request_query(r, "before", &text) && !int_parse(text, 1, INT64_MAX, &q->before))
        return false;
    bool of = request_query(r, "of", &text);
    if (of && !int_parse(text, 1, INT64_MAX, &q->of))
        return false;
    bool like = request_query(r, "like", &text);
    if (like != of || (like && !likeness_parse(text, &q->like)))
        return false;
    bool search = request_query(r, "q", &q->text);
    if (search && (!q->text.n || q->text.n > QUEUE_TEXT_MAX || text_check(q->text, true)))
        return false;
    return listed + of + search <= 1;
}

static err read_queue(const struct request *r, const struct queue_query *q,
                      struct desk_comments *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : comment_list_desk(&tx, q, r->arena, ret);
}

err desk_api_comments(struct request *r, struct response *ret)
{
    struct queue_query q = { 0 };
    struct desk_comments list = { 0 };
    if (!query_read(r, &q))
        return http_refuse(r, ret, 400, ERROR_BAD_QUERY);
    err e = read_queue(r, &q, &list);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, "error_no_such_comment");
    struct buf out CLEANUP(buf_free) = buf_make(DESK_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "seen", r->now);
    json_write_array(&w, "comments");
    for (size_t i = 0; i < list.count; i++) {
        json_write_object(&w, NULL);
        put_comment(r, &w, &list.comments[i]);
        json_write_end(&w);
    }
    json_write_end(&w);
    put_id(&w, "before", list.next);
    json_write_end(&w);
    return api_answer(r, ret, 200, &out);
}

/* ---- one of them */

struct reading {
    const struct request *r;
    struct tx *tx;
    struct json_writer *w;
    int64_t id;
};

static err put_flags(struct reading *g)
{
    const struct flag_seen *flags = NULL;
    size_t n = 0;
    err e = flag_list(g->tx, g->id, API_FLAGS_SHOWN, g->r->arena, &flags, &n);
    json_write_array(g->w, "flagged");
    for (size_t i = 0; !e && i < n; i++) {
        json_write_object(g->w, NULL);
        json_write_str(g->w, "reason", reason_str(flags[i].reason));
        json_write_str(g->w, "note", flags[i].note);
        put_time(g->r, g->w, "at", flags[i].created_at);
        json_write_bool(g->w, "open", flags[i].open);
        json_write_end(g->w);
    }
    json_write_end(g->w);
    return e;
}

static err put_decisions(struct reading *g)
{
    const struct decision *d = NULL;
    size_t n = 0;
    err e = decision_list(g->tx, g->id, API_DECISIONS_SHOWN, g->r->arena, &d, &n);
    json_write_array(g->w, "decisions");
    for (size_t i = 0; !e && i < n; i++) {
        json_write_object(g->w, NULL);
        json_write_int(g->w, "act", d[i].act);
        put_id(g->w, "person", d[i].person);
        json_write_str(g->w, "was", comment_state_str(d[i].was));
        json_write_str(g->w, "became", comment_state_str(d[i].became));
        json_write_str(g->w, "reason", reason_str(d[i].reason));
        json_write_str(g->w, "note", d[i].note);
        put_time(g->r, g->w, "at", d[i].at);
        json_write_bool(g->w, "undone", d[i].undone);
        json_write_end(g->w);
    }
    json_write_end(g->w);
    return e;
}

static err put_notes(struct reading *g)
{
    const struct staff_note *notes = NULL;
    size_t n = 0;
    err e = staff_note_list(g->tx, g->id, g->r->arena, &notes, &n);
    json_write_array(g->w, "notes");
    for (size_t i = 0; !e && i < n; i++) {
        json_write_object(g->w, NULL);
        put_id(g->w, "person", notes[i].person);
        put_time(g->r, g->w, "at", notes[i].at);
        json_write_str(g->w, "body", notes[i].body);
        json_write_end(g->w);
    }
    json_write_end(g->w);
    return e;
}

/* The words before the author's edits. */
static err put_former(struct reading *g)
{
    const struct former_words *words = NULL;
    size_t n = 0;
    err e = own_former(g->tx, g->id, g->r->arena, &words, &n);
    json_write_array(g->w, "former");
    for (size_t i = 0; !e && i < n; i++) {
        json_write_object(g->w, NULL);
        put_time(g->r, g->w, "until", words[i].until);
        json_write_str(g->w, "body", words[i].body);
        json_write_end(g->w);
    }
    json_write_end(g->w);
    return e;
}

/* How many of the same visitor, address and neighbourhood are in which state. */
static err put_history(struct reading *g)
{
    err e = OK;
    json_write_object(g->w, "history");
    for (int i = 0; !e && i < (int)LIKENESSES; i++) {
        struct history h = { 0 };
        enum likeness like = (enum likeness)i;
        e = comment_history(g->tx, g->id, like, &h);
        json_write_name(g->w, likeness_str(like));
        json_write_object(g->w, NULL);
        json_write_int(g->w, "comments", h.comments);
        json_write_bool(g->w, "more", h.more);
        for (int s = 0; s <= COMMENT_STATE_DELETED; s++) {
            json_write_name(g->w, comment_state_str((enum comment_state)s));
            json_write_int(g->w, NULL, h.states[s]);
        }
        json_write_end(g->w);
    }
    json_write_end(g->w);
    return e;
}

static err put_appeal(struct reading *g)
{
    struct appeal appeal = { 0 };
    err e = appeal_of(g->tx, g->id, g->r->arena, &appeal);
    put_id(g->w, "appeal", appeal.id);
    return e;
}

static err put_one(const struct request *r, int64_t id, struct json_writer *w)
{
    static err (*const parts[])(struct reading *) = { put_flags,  put_decisions, put_notes,
                                                      put_former, put_history,   put_appeal };
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct desk_comment found = { 0 };
    struct reading g = { r, &tx, w, id };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_get_desk(&tx, id, r->arena, &found);
    if (e)
        return e;
    json_write_object(w, NULL);
    put_comment(r, w, &found);
    for (size_t i = 0; !e && i < COUNT(parts); i++)
        e = parts[i](&g);
    json_write_end(w);
    return e < 0 ? e : OK;
}

err desk_api_comment(struct request *r, struct response *ret)
{
    int64_t id = 0;
    struct buf out CLEANUP(buf_free) = buf_make(DESK_API_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    err e = api_segment_id(r, &id) ? put_one(r, id, &w) : QUEUE_NO_COMMENT;
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, "error_no_such_comment");
    return api_answer(r, ret, 200, &out);
}
