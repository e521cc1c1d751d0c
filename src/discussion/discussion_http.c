#include "discussion/discussion_http.h"
#include "base/scan.h"
#include "discussion/appeal_http.h"
#include "discussion/comment_own.h"
#include "discussion/gate.h"
#include "discussion/sender.h"
#include "http/error.h"
#include "mail/mail.h"
#include "people/subscriber.h"
#include "people/visitor.h"
#include "render/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- what a page's query asks for */

static bool id_parse(struct str s, int64_t *ret)
{
    return int_parse(s, 1, INT64_MAX, ret);
}

/* A parameter that is a comment's number; true as well when it is not there. */
static bool query_id(const struct request *r, const char *name, int64_t *ret)
{
    struct str text = { 0 };
    return !request_query(r, name, &text) || id_parse(text, ret);
}

/* ?only=answers, ?question=12; a thread is shown whole. */
static bool ask_only(const struct request *r, struct listing_query *q)
{
    struct str text = { 0 };
    bool answers = request_query(r, "only", &text);
    if ((answers && !str_eq(text, S("answers"))) || !query_id(r, "question", &q->question))
        return false;
    if (!q->thread)
        q->only = q->question ? LISTING_QUESTION : answers ? LISTING_ANSWERS : LISTING_EVERY;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* ?comments=12,15: each once, LISTING_SOME at most, and nothing else asked. */
static bool ask_some(const struct request *r, struct listing_query *q)
{
    struct str text = { 0 };
    if (!request_query(r, "comments", &text))
        return true;
    int64_t *ids = arena_new(r->arena, int64_t, LISTING_SOME);
    size_t n = 0;
    do {
        if (n == LISTING_SOME || !scan_int(&text, INT64_MAX, &ids[n]) || !ids[n])
            return false;
        n++;
    } while (scan_char(&text, ','));
    if (text.n)
        return false;
    qsort(ids, n, sizeof *ids, by_number);
    for (size_t i = 1; i < n; i++)
        if (ids[i] == ids[i - 1])
            return false;
    *q = (struct listing_query){ .report = q->report, .some = ids, .some_count = n };
    return true;
}

err discussion_ask(const struct request *r, int64_t report, const struct comment_form *form,
                   struct discussion_asked *ret)
{
    struct discussion_asked asked = { .query = { .report = report } };
    struct str text = { 0 };
    if (form) {
        asked.reply = form->parent;
        *ret = asked;
        return OK;
    }
    if (request_query(r, "sort", &text) && !listing_sort_parse(text, &asked.query.sort))
        return DISCUSSION_ASKED_WRONG;
    if (!query_id(r, "thread", &asked.query.thread) || !query_id(r, "reply", &asked.reply))
        return DISCUSSION_ASKED_WRONG;
    if (request_query(r, "all", &text) && !str_eq(text, S("1")))
        return DISCUSSION_ASKED_WRONG;
    if (!ask_only(r, &asked.query))
        return DISCUSSION_ASKED_WRONG;
    asked.query.all = text.n && str_eq(text, S("1")) && !asked.query.thread;
    (void)request_query(r, "after", &asked.query.after); // none: from the beginning
    if (!ask_some(r, &asked.query))
        return DISCUSSION_ASKED_WRONG;
    asked.personal = request_fresh(r);
    if (asked.personal)
        (void)visitor_get(r, &asked.query.viewer); // no visitor: a page like everyone's
    *ret = asked;
    return OK;
}

/* ---- a comment */

/* "Tell me by mail of"; whatever else stands there means nothing. */
static int notify_read(const struct request *r)
{
    struct str text = { 0 };
    if (!mail_enabled(r->setup) || !request_field(r, "notify", &text))
        return 0;
    if (str_eq(text, S("report")))
        return FOLLOW_REPORT;
    return str_eq(text, S("replies")) ? FOLLOW_REPLIES : 0;
}

static void form_read(const struct request *r, struct comment_form *f)
{
    struct str parent = { 0 };
    struct str question = { 0 };
    (void)request_field(r, "name", &f->name); // what is missing is empty, and refused as such
    (void)request_field(r, "email", &f->email);
    (void)request_field(r, "body", &f->body);
    (void)request_field(r, "subject", &f->trap);
    (void)request_field(r, "token", &f->token);
    f->notify = notify_read(r);
    struct str preview = { 0 };
    f->preview = request_field(r, "preview", &preview);
    if (request_field(r, "parent", &parent) && parent.n)
        f->parent_wrong = !id_parse(parent, &f->parent);
    if (request_field(r, "question", &question) && question.n)
        f->question_wrong = !id_parse(question, &f->question);
}

static err again(struct comment_form *f, int status, const char *message)
{
    f->status = status;
    f->message = message;
    return COMMENT_FORM_AGAIN;
}

/* Until when, in the site's words. */
static err tell_ban(const struct request *r, struct comment_form *f)
{
    int64_t until = 0;
    err e = gate_banned(r, &until);
    if (e)
        return fault(e);
    struct str day =
        format_date(r->setup->formats, r->arena, format_day_of(r->setup->formats, until));
    const struct word_arg args[] = { { .name = "date", .text = day } };
    f->message_text =
        theme_phrase(r->setup->theme, r->arena, "comment_banned_until", args, COUNT(args));
    return again(f, comment_refusal_status(COMMENT_BANNED), NULL);
}

/* A refusal or a fault of storing it. What the person can do nothing about is a fault still, but
 * for the two that pass. */
static err not_added(struct request *r, struct response *ret, struct comment_form *f, err e)
{
    if (e == ERR_FULL)
        return again(f, 503, ERROR_DISK_FULL);
    if (e == ERR_BUSY)
        return again(f, 503, ERROR_BUSY_NOW);
    if (e < 0)
        return fault(e);
    if (e == COMMENT_BANNED)
        return tell_ban(r, f);
    if (e == COMMENT_NAME_STAFF) { // said at its field
        f->problems.name = e;
        return again(f, comment_refusal_status(e), NULL);
    }
    if (e == COMMENT_NO_REPORT) // it was withdrawn while the comment was written
        return http_refuse(r, ret, 404, comment_refusal_word(e));
    return again(f, comment_refusal_status(e), comment_refusal_word(e));
}

static struct str print_place(const struct request *r, struct str path, struct str query,
                              int64_t id)
{
    return str_print(r->arena, STR_FMT STR_FMT "#comment-%" PRId64, STR_ARG(path), STR_ARG(query),
                     id);
}

struct str discussion_place_of(const struct request *r, struct str path, int64_t id,
                               struct str viewer)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct comment_place place = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_place(&tx, r->arena, id, viewer, &place);
    if (e)
        place.query = (struct str){ 0 };
    return print_place(r, path, place.query, id);
}

/* A thread that has just begun stands at the top of the first page, and nothing need be read. */
static struct str place_of_new(const struct request *r, struct str path,
                               const struct comment_draft *d, const struct comment_added *done)
{
    if (!d->parent && !done->again)
        return print_place(r, path, (struct str){ 0 }, done->id);
    return discussion_place_of(r, path, done->id, d->visitor);
}

static err added(struct request *r, struct response *ret, struct str location)
{
    response_fresh(r, ret);
    if (!request_by_script(r))
        return response_redirect(r, ret, 303, location);
    ret->status = 201;
    response_header(ret, "Location", location);
    return OK;
}

/* The words by our own renderer, and the form again; nothing is stored and no rule asked. */
static err preview(struct request *r, const struct report *report, struct comment_form *form)
{
    if (!request_limit(r, LIMIT_READ))
        return again(form, 429, "comment_too_often");
    struct comment_draft d = {
        .report = report->id, .name = form->name, .email = form->email, .body = form->body
    };
    err e = comment_prepare(&d, r->setup->config, r->arena, &form->problems);
    if (e < 0)
        return fault(e);
    form->html = d.html;
    form->problems.name = OK; // who looks at the words may not have said who they are
    form->problems.email = OK;
    return again(form, form->problems.body ? 422 : 200, NULL);
}

/* The form again, mended; nothing is stored and no rule asked. */
static err damaged(struct request *r, struct comment_form *form)
{
    if (!request_limit(r, LIMIT_READ))
        return again(form, 429, "comment_too_often");
    return again(form, 400, request_damage(r));
}

err discussion_post(struct request *r, struct response *ret, const struct report *report,
                    struct comment_form *form)
{
    form_read(r, form);
    if (request_damage(r))
        return damaged(r, form);
    if (form->preview)
        return preview(r, report, form);
    if (!request_limit(r, LIMIT_COMMENT)) {
        gate_trouble(r);
        return again(form, 429, "comment_too_often");
    }
    struct comment_draft d = { .report = report->id,
                               .parent = form->parent,
                               .question = form->question,
                               .name = form->name,
                               .email = form->email,
                               .body = form->body,
                               .follow = form->notify };
    err e = sender_sign(r, ret, &d);
    if (e)
        return fault(e);
    d.hold = d.person ? COMMENT_HOLD_NONE : form_hold(r, form, report->id);
    e = comment_prepare(&d, r->setup->config, r->arena, &form->problems);
    if (e < 0)
        return fault(e);
    if (form->parent_wrong)
        return again(form, 422, comment_refusal_word(COMMENT_NO_PARENT));
    if (form->question_wrong)
        return again(form, 422, comment_refusal_word(COMMENT_NO_QUESTION));
    if (!form->problems.email && form->notify && !d.email.n)
        e = form->problems.email = COMMENT_EMAIL_NEEDED;
    if (e)
        return again(form, 422, NULL);
    struct comment_added done = { 0 };
    e = gate_comment(r, &d);
    if (!e)
        e = sender_add(r, &d, &done);
    if (e)
        return not_added(r, ret, form, e);
    return added(r, ret, place_of_new(r, report->path, &d, &done));
}

/* ---- one comment's address */

static bool segment_id(const struct request *r, int64_t *ret)
{
    struct str text = { 0 };
    return request_segment(r, "id", &text) && id_parse(text, ret);
}

/* Refuses with a PLACE_ number. A report that is withdrawn says so itself. */
static err find_place(const struct request *r, int64_t id, struct report *report,
                      struct comment_place *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str viewer = { 0 };
    (void)visitor_get(r, &viewer); // nobody: held comments are not found
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_place(&tx, r->arena, id, viewer, ret);
    if (e)
        return e;
    e = report_get(&tx, ret->report, r->arena, report);
    if (e)
        return e < 0 ? e : ERR_DATA;
    bool addressed = report->state == REPORT_PUBLISHED || report->state == REPORT_WITHDRAWN;
    return addressed ? OK : PLACE_MISSING;
}

err discussion_comment_show(struct request *r, struct response *ret)
{
    struct report report = { 0 };
    struct comment_place place = { 0 };
    int64_t id = 0;
    err e = segment_id(r, &id) ? find_place(r, id, &report, &place) : PLACE_MISSING;
    if (e < 0)
        return fault(e);
    if (e == PLACE_GONE && appeal_is_for(r, id))
        return response_redirect(r, ret, 303, appeal_path(r, id));
    if (e == PLACE_GONE)
        return http_refuse(r, ret, 410, "error_comment_gone");
    if (e)
        return http_refuse(r, ret, 404, "error_no_such_comment");
    return response_redirect(r, ret, 303, print_place(r, report.path, place.query, id));
}

/* ---- a vote */

/*
 * The page a form without script was on, by its Referer (our policy sends it to ourselves whole):
 * only the query is taken from it, and only when it was the comment's own report.
 */
static bool came_from(const struct request *r, struct str path, struct str *ret_query)
{
    struct str from = { 0 };
    struct str host = { 0 };
    struct str query = { 0 };
    if (!request_header(r, "Referer", &from) || !str_cut(from, ':', &host, &from) ||
        !scan_text(&from, S("//")) || !str_cut(from, '/', &host, &from))
        return false;
    (void)str_cut(from, '#', &from, &query); // browsers send none
    bool has_query = str_cut(from, '?', &from, &query);
    if (!str_eq(from, str_sub(path, 1, path.n)))
        return false;
    for (size_t i = 0; has_query && i < query.n; i++)
        if (query.s[i] <= ' ' || query.s[i] >= 0x7F || str_has(S("<>\"\\^`{|}"), query.s[i]))
            return false;
    *ret_query = has_query ? query : (struct str){ 0 };
    return true;
}

static err back(struct request *r, struct response *ret, int64_t comment)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct comment c = { 0 };
    struct report report = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_get(&tx, comment, r->arena, &c);
    if (!e)
        e = report_get(&tx, c.report, r->arena, &report);
    tx_end(&tx);
    if (e)
        return e < 0 ? fault(e) : fault(ERR_DATA); // it was there a moment ago
    struct str query = { 0 };
    struct str location = discussion_place_of(r, report.path, comment, (struct str){ 0 });
    if (came_from(r, report.path, &query))
        location = str_print(r->arena, STR_FMT "%s" STR_FMT "#comment-%" PRId64,
                             STR_ARG(report.path), query.n ? "?" : "", STR_ARG(query), comment);
    return response_redirect(r, ret, 303, location);
}

static err sums_json(const struct request *r, struct response *ret, const struct vote_sums *sums)
{
    struct buf out CLEANUP(buf_free) = buf_make(1024);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_int(&w, "up", sums->up);
    json_write_int(&w, "down", sums->down);
    json_write_int(&w, "score", sums->score);
    json_write_int(&w, "value", sums->value);
    json_write_str(&w, "text", format_int(r->setup->formats, r->arena, sums->score));
    json_write_end(&w);
    ret->type = "application/json";
    ret->body = buf_copy(&out, r->arena);
    return buf_full(&out) ? fault(ERR_LIMIT) : OK;
}

err discussion_vote_post(struct request *r, struct response *ret)
{
    struct vote v = { 0 };
    struct vote_sums sums = { 0 };
    struct str text = { 0 };
    int64_t value = 0;
    if (!segment_id(r, &v.comment))
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (!request_field(r, "value", &text) || !int_parse(text, -1, 1, &value))
        return http_refuse(r, ret, 422, "error_vote_value");
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
    return request_by_script(r) ? sums_json(r, ret, &sums) : back(r, ret, v.comment);
}

/* ---- /me */

struct mine {
    int64_t comments[VOTES_MINE_MAX], votes[VOTES_MINE_MAX];
    bool own[VOTES_MINE_MAX], editable[VOTES_MINE_MAX];
    size_t n;
    int64_t report, held;
};

static void read_ids(const struct request *r, struct mine *m)
{
    struct str text = { 0 };
    (void)request_query(r, "comments", &text); // none asked about
    while (text.n && m->n < VOTES_MINE_MAX) {
        struct str one = text;
        if (!str_cut(text, ',', &one, &text))
            text = (struct str){ 0 };
        if (id_parse(one, &m->comments[m->n]))
            m->n++;
    }
}

static err read_mine(const struct request *r, struct str visitor, struct mine *m)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = vote_mine(&tx, visitor, m->comments, m->n, m->votes);
    for (size_t i = 0; !e && i < m->n; i++)
        e = comment_is_mine(&tx, m->comments[i], visitor, &m->own[i]);
    struct own_wish wish = { .window = own_window(r->setup->config), .now = r->now };
    for (size_t i = 0; !e && i < m->n; i++) {
        wish.comment = m->comments[i];
        if (m->own[i])
            e = own_editable(&tx, &wish, &m->editable[i]);
    }
    if (!e && m->report)
        e = comment_held_of(&tx, m->report, visitor, &m->held);
    return e;
}

static void put_ids(const struct mine *m, const bool *which, const char *name,
                    struct json_writer *w)
{
    json_write_array(w, name);
    for (size_t i = 0; i < m->n; i++)
        if (which[i])
            json_write_int(w, NULL, m->comments[i]);
    json_write_end(w);
}

static void put_mine(const struct mine *m, struct json_writer *w)
{
    char name[24];
    json_write_object(w, "votes");
    for (size_t i = 0; i < m->n; i++) {
        if (!m->votes[i])
            continue;
        int n = snprintf(name, sizeof name, "%" PRId64, m->comments[i]);
        json_write_name(w, (struct str){ name, (size_t)n });
        json_write_int(w, NULL, m->votes[i]);
    }
    json_write_end(w);
    put_ids(m, m->own, "mine", w);
    put_ids(m, m->editable, "editable", w);
}

err discussion_me(const struct request *r, struct json_writer *w)
{
    struct mine *m = arena_new(r->arena, struct mine, 1);
    struct str visitor = { 0 };
    if (!query_id(r, "report", &m->report))
        m->report = 0;
    read_ids(r, m);
    err e = visitor_get(r, &visitor) ? read_mine(r, visitor, m) : OK;
    if (e)
        return fault(e);
    put_mine(m, w);
    if (m->report) {
        json_write_int(w, "held", m->held);
        json_write_str(w, "token", form_token_write(r->app->keys, r->arena, m->report, r->now));
    }
    return OK;
}
