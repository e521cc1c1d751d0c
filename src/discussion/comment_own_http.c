#include "discussion/comment_own_http.h"
#include "base/check.h"
#include "base/scan.h"
#include "discussion/comment_form.h"
#include "discussion/comment_own.h"
#include "discussion/discussion_http.h"
#include "discussion/gate.h"
#include "discussion/sender.h"
#include "http/error.h"
#include "people/admit.h"
#include "people/claim.h"
#include "people/visitor.h"
#include "publishing/layout.h"

#include <inttypes.h>

struct own_view {
    struct layout page;
    struct str heading, report_title, report_path, back_url;
    struct str action, body, body_error, error;
    struct html html, preview;
    struct str until; /* "Until 10:15 it can be changed." */
};
static const struct field own_fields[] = {
    FIELD_VIEW(struct own_view, page, &layout_view),
    FIELD_STR(struct own_view, heading),
    FIELD_STR(struct own_view, report_title),
    FIELD_STR(struct own_view, report_path),
    FIELD_STR(struct own_view, back_url),
    FIELD_STR(struct own_view, action),
    FIELD_STR(struct own_view, body),
    FIELD_STR(struct own_view, body_error),
    FIELD_STR(struct own_view, error),
    FIELD_HTML(struct own_view, html),
    FIELD_HTML(struct own_view, preview),
    FIELD_STR(struct own_view, until),
};
static const struct view own_view = VIEW(struct own_view, own_fields);
TEMPLATE(own_edit_page, "pages/comment-edit.html", &own_view, TEMPLATE_HTML);
TEMPLATE(own_delete_page, "pages/comment-delete.html", &own_view, TEMPLATE_HTML);

/* ---- whose it is */

err own_find(const struct request *r, struct own_asking *a)
{
    struct str id = { 0 };
    const struct person *staff = NULL;
    (void)request_segment(r, "id", &id); // the pattern has it
    if (!int_parse(id, 1, INT64_MAX, &a->wish.comment))
        return OWN_MISSING;
    err e = person_asking(r, &staff);
    if (e)
        return e;
    (void)visitor_get(r, &a->wish.visitor); // nobody: nothing is theirs
    a->wish.person = staff ? staff->id : 0;
    a->wish.window = own_window(r->setup->config);
    a->wish.now = r->now;
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct claim claim = { 0 };
    e = store_read(r->app->store, &tx);
    if (!e)
        e = claim_of(r, &tx, &claim);
    a->wish.email = claim.email;
    if (!e)
        e = own_get(&tx, &a->wish, r->arena, &a->comment);
    if (e)
        return e;
    e = report_get(&tx, a->comment.report, r->arena, &a->report);
    return e > 0 ? ERR_DATA : e;
}

err own_refuse(struct request *r, struct response *ret, err refusal)
{
    static const struct {
        int status;
        const char *word;
    } said[OWN_REFUSALS] = {
        [OWN_MISSING] = { 404, "error_no_such_comment" },
        [OWN_OTHERS] = { 403, "error_comment_not_yours" },
        [OWN_LATE] = { 403, "error_comment_too_late" },
        [OWN_REMOVED] = { 409, "error_comment_taken_down" },
        [OWN_CLOSED] = { 403, "error_comment_edit_closed" },
        [OWN_TOO_OFTEN] = { 409, "error_comment_edited_often" },
    };
    if (refusal < 0)
        return fault(refusal);
    check(refusal > 0 && refusal < OWN_REFUSALS);
    return http_refuse(r, ret, said[refusal].status, said[refusal].word);
}

/* ---- the pages */

static struct str until_text(const struct request *r, const struct own_comment *c, const char *word)
{
    int64_t until = c->created_at + own_window(r->setup->config);
    if (until <= r->now) // a confirmed address has all the time
        return S("");
    const struct word_arg args[] = { { .name = "time",
                                       .text = format_time(r->setup->formats, r->arena, until) } };
    return theme_phrase(r->setup->theme, r->arena, word, args, COUNT(args));
}

static struct own_view view_of(const struct request *r, const struct own_asking *a,
                               const char *title)
{
    struct str heading = theme_word(r->setup->theme, title);
    struct str place = discussion_place_of(r, a->report.path, a->wish.comment, a->wish.visitor);
    return (struct own_view){
        .page = { .title = heading, .kind = S("own-page"), .noindex = true },
        .heading = heading,
        .report_title = a->report.title,
        .report_path = a->report.path,
        .back_url = a->report.state == REPORT_PUBLISHED ? place : S("/mine"),
        .action = r->path,
        .body = a->comment.body,
        .html = a->comment.html,
    };
}

static err respond(struct request *r, struct response *ret, const struct template *t,
                   struct own_view *v, int status)
{
    err e = layout_fill(r, &v->page);
    return e ? fault(e) : layout_respond(r, ret, t, v, status);
}

err own_edit_show(struct request *r, struct response *ret)
{
    struct own_asking a = { 0 };
    err e = own_find(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    struct own_view v = view_of(r, &a, "comment_edit_heading");
    v.until = until_text(r, &a.comment, "comment_edit_until");
    return respond(r, ret, &own_edit_page, &v, 200);
}

err own_delete_show(struct request *r, struct response *ret)
{
    struct own_asking a = { 0 };
    err e = own_find(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    struct own_view v = view_of(r, &a, "comment_delete_heading");
    return respond(r, ret, &own_delete_page, &v, 200);
}

/* ---- editing */

struct edit_work {
    const struct own_wish *wish;
    const struct comment_draft *draft;
    struct own_edited done;
};

static err edit(struct tx *tx, void *arg)
{
    struct edit_work *w = arg;
    return own_edit(tx, w->wish, w->draft, &w->done);
}

/* The form again: why is about the words, or NULL and `word` about the whole. */
static err again(struct request *r, struct response *ret, const struct own_asking *a,
                 const struct comment_draft *d, err why, const char *word)
{
    const struct theme *theme = r->setup->theme;
    struct own_view v = view_of(r, a, "comment_edit_heading");
    v.body = d->body;
    v.body_error = why ? theme_word(theme, comment_refusal_word(why)) : S("");
    v.error = word ? theme_word(theme, word) : S("");
    v.preview = why ? (struct html){ 0 } : d->html;
    v.until = until_text(r, &a->comment, "comment_edit_until");
    int status = why ? own_edit_status(why) : ret->status ? ret->status : word ? 503 : 200;
    return respond(r, ret, &own_edit_page, &v, status);
}

err own_draft(struct request *r, struct response *ret, const struct own_asking *a, struct str body,
              struct comment_draft *d)
{
    struct comment_problems problems = { 0 };
    *d = (struct comment_draft){ .report = a->comment.report,
                                 .parent = a->comment.parent,
                                 .question = a->comment.question,
                                 .body = body };
    err e = sender_sign(r, ret, d);
    if (e)
        return e;
    d->name = a->comment.name;
    d->email = S("");
    d->hold = d->person ? COMMENT_HOLD_NONE : moderation_hold(r->setup->config);
    return comment_prepare(d, r->setup->config, r->arena, &problems);
}

int own_edit_status(err refusal)
{
    bool barred = refusal == COMMENT_NAME_STAFF || refusal == COMMENT_BANNED ||
                  refusal == COMMENT_WORK_WANTED;
    return barred ? 403 : comment_refusal_status(refusal);
}

err own_store_edit(const struct request *r, const struct own_asking *a,
                   const struct comment_draft *d, struct own_edited *ret)
{
    struct edit_work w = { .wish = &a->wish, .draft = d };
    err e = store_write(r->app->store, edit, &w);
    if (!e)
        *ret = w.done;
    return e;
}

static err edited(struct request *r, struct response *ret, const struct own_asking *a)
{
    response_fresh(r, ret);
    struct str place = discussion_place_of(r, a->report.path, a->wish.comment, a->wish.visitor);
    return response_redirect(r, ret, 303, place);
}

static err store_edit(struct request *r, struct response *ret, const struct own_asking *a,
                      struct comment_draft *d)
{
    err e = gate_comment(r, d);
    if (e)
        return e < 0 ? fault(e) : again(r, ret, a, d, e, NULL);
    struct own_edited done = { 0 };
    e = own_store_edit(r, a, d, &done);
    if (e == ERR_FULL)
        return again(r, ret, a, d, OK, ERROR_DISK_FULL);
    if (e == ERR_BUSY)
        return again(r, ret, a, d, OK, ERROR_BUSY_NOW);
    return e ? own_refuse(r, ret, e) : edited(r, ret, a);
}

err own_edit_post(struct request *r, struct response *ret)
{
    struct own_asking a = { 0 };
    struct comment_draft d = { 0 };
    struct str preview = { 0 };
    struct str body = { 0 };
    bool show = request_field(r, "preview", &preview);
    err e = own_find(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    (void)request_field(r, "body", &body); // none is empty, and refused as such
    bool often = !request_limit(r, show ? LIMIT_READ : LIMIT_COMMENT);
    if (often || request_damage(r)) {
        d.body = body; // kept in the form
        ret->status = often ? 429 : 400;
        return again(r, ret, &a, &d, OK, often ? "comment_too_often" : request_damage(r));
    }
    e = own_draft(r, ret, &a, body, &d);
    if (e < 0)
        return fault(e);
    if (e || show)
        return again(r, ret, &a, &d, e, NULL);
    return store_edit(r, ret, &a, &d);
}

/* ---- deleting */

struct delete_work {
    const struct own_wish *wish;
    int64_t report;
};

static err delete (struct tx *tx, void *arg)
{
    struct delete_work *w = arg;
    return own_delete(tx, w->wish, &w->report);
}

err own_store_delete(const struct request *r, const struct own_asking *a)
{
    struct delete_work w = { .wish = &a->wish };
    return store_write(r->app->store, delete, &w);
}

err own_delete_post(struct request *r, struct response *ret)
{
    struct own_asking a = { 0 };
    err e = own_find(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    if (!request_limit(r, LIMIT_VOTE))
        return http_refuse(r, ret, 429, ERROR_TOO_OFTEN);
    e = own_store_delete(r, &a);
    if (e)
        return own_refuse(r, ret, e);
    return edited(r, ret, &a);
}
