#include "site/subscription_page.h"
#include "base/scan.h"
#include "http/error.h"
#include "mail/mail.h"
#include "people/email.h"
#include "people/visitor.h"
#include "publishing/layout.h"
#include "site/follow_thing.h"
#include "site/notice_mail.h"

#include <inttypes.h>

/* ---- the form */

struct form_view {
    struct layout page;
    struct str heading, what, what_url, field, value, email, error;
    bool sent, form;
};
static const struct field form_fields[] = {
    FIELD_VIEW(struct form_view, page, &layout_view),
    FIELD_STR(struct form_view, heading),
    FIELD_STR(struct form_view, what),
    FIELD_STR(struct form_view, what_url),
    FIELD_STR(struct form_view, field),
    FIELD_STR(struct form_view, value),
    FIELD_STR(struct form_view, email),
    FIELD_STR(struct form_view, error),
    FIELD_BOOL(struct form_view, sent),
    FIELD_BOOL(struct form_view, form),
};
static const struct view form_view = VIEW(struct form_view, form_fields);
TEMPLATE(follow_page, "pages/follow.html", &form_view, TEMPLATE_HTML);

typedef bool getter(const struct request *r, const char *name, struct str *ret);

/* Which thing the query or the form names. */
static bool named(const struct request *r, getter *get, enum follow_kind *ret_kind, int64_t *ret)
{
    struct str text = { 0 };
    for (int k = FOLLOW_REPORT; k < FOLLOW_KINDS; k++) {
        enum follow_kind kind = (enum follow_kind)k;
        if (!get(r, follow_thing_field(kind), &text))
            continue;
        *ret_kind = kind;
        return int_parse(text, 1, INT64_MAX, ret);
    }
    return false;
}

static err read_thing(const struct request *r, getter *get, struct follow_thing *ret)
{
    enum follow_kind kind = FOLLOW_KINDS;
    int64_t object = 0;
    return named(r, get, &kind, &object) ? follow_thing_find(r, kind, object, ret)
                                         : FOLLOW_THING_NONE;
}

static struct str phrase(const struct request *r, const char *key, struct str title)
{
    const struct word_arg args[] = { { .name = "title", .text = title } };
    return theme_phrase(r->setup->theme, r->arena, key, args, COUNT(args));
}

static err show_form(struct request *r, struct response *ret, struct form_view *v, int status)
{
    v->heading = theme_word(r->setup->theme, v->sent ? "follow_sent" : "follow_heading");
    v->page = (struct layout){ .title = v->heading, .kind = S("follow-page"), .noindex = true };
    err e = layout_fill(r, &v->page);
    return e ? fault(e) : layout_respond(r, ret, &follow_page, v, status);
}

static struct form_view form_of(const struct request *r, const struct follow_thing *t)
{
    return (struct form_view){
        .form = true,
        .what = phrase(r, follow_thing_word(t->kind), t->title),
        .what_url = t->path,
        .field = str_from_z(follow_thing_field(t->kind)),
        .value = str_print(r->arena, "%" PRId64, t->object),
    };
}

err subscription_form_show(struct request *r, struct response *ret)
{
    struct str sent = { 0 };
    struct follow_thing t = { 0 };
    if (request_query(r, "sent", &sent))
        return show_form(r, ret, &(struct form_view){ .sent = true }, 200);
    err e = read_thing(r, request_query, &t);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct form_view v = form_of(r, &t);
    return show_form(r, ret, &v, 200);
}

static err form_again(struct request *r, struct response *ret, const struct follow_thing *t,
                      int status, const char *word)
{
    struct form_view v = form_of(r, t);
    (void)request_field(r, "email", &v.email); // nothing was typed
    v.error = theme_word(r->setup->theme, word);
    return show_form(r, ret, &v, status);
}

err subscription_form_post(struct request *r, struct response *ret)
{
    struct follow_thing t = { 0 };
    struct str typed = { 0 };
    err e = read_thing(r, request_field, &t);
    if (e > 0 && request_damage(r)) // its number is what was damaged
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!request_limit(r, LIMIT_COMMENT))
        return form_again(r, ret, &t, 429, "follow_too_often");
    if (request_damage(r))
        return form_again(r, ret, &t, 400, request_damage(r));
    (void)request_field(r, "email", &typed); // none: refused like a wrong one
    e = follow_send(r, &t, typed);
    if (e > 0)
        return form_again(r, ret, &t, 422, "follow_email_wrong");
    return e ? fault(e) : response_redirect(r, ret, 303, S(SUBSCRIPTIONS_PATH "?sent=1"));
}

/* ---- all that one follows */

struct follow_row {
    struct str id, what, url;
    bool confirmed, now, daily, weekly;
};
static const struct field row_fields[] = {
    FIELD_STR(struct follow_row, id),      FIELD_STR(struct follow_row, what),
    FIELD_STR(struct follow_row, url),     FIELD_BOOL(struct follow_row, confirmed),
    FIELD_BOOL(struct follow_row, now),    FIELD_BOOL(struct follow_row, daily),
    FIELD_BOOL(struct follow_row, weekly),
};
static const struct view row_view = VIEW(struct follow_row, row_fields);

struct list_view {
    struct layout page;
    struct str email, action, done;
    struct list rows; /* of follow_row */
    bool waiting, blocked;
};
static const struct field list_fields[] = {
    FIELD_VIEW(struct list_view, page, &layout_view),
    FIELD_STR(struct list_view, email),
    FIELD_STR(struct list_view, action),
    FIELD_STR(struct list_view, done),
    FIELD_LIST(struct list_view, rows, &row_view),
    FIELD_BOOL(struct list_view, waiting),
    FIELD_BOOL(struct list_view, blocked),
};
static const struct view list_view = VIEW(struct list_view, list_fields);
TEMPLATE(subscriptions_page, "pages/subscriptions.html", &list_view, TEMPLATE_HTML);

static bool subscriber_of(const struct request *r, int64_t *ret)
{
    struct str token = { 0 };
    (void)request_segment(r, "token", &token); // the pattern has it
    return subscriptions_path_read(r->app->keys, token, r->now, ret);
}

static err add_row(struct tx *tx, const struct request *r, const struct follow *f,
                   struct follow_row *row)
{
    struct follow_thing t = { 0 };
    err e = follow_thing_read(tx, r->setup, r->arena, f->kind, f->object, &t);
    if (e < 0)
        return e;
    *row = (struct follow_row){
        .id = str_print(r->arena, "%" PRId64, f->id),
        .what = e ? theme_word(r->setup->theme, "follow_gone")
                  : phrase(r, follow_thing_word(f->kind), t.title),
        .url = t.path,
        .confirmed = f->confirmed,
        .now = f->pace == PACE_NOW,
        .daily = f->pace == PACE_DAILY,
        .weekly = f->pace == PACE_WEEKLY,
    };
    return OK;
}

static err read_list(const struct request *r, int64_t subscriber, struct list_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct subscriber who = { 0 };
    struct follows all = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = subscriber_get(&tx, subscriber, r->arena, &who);
    if (!e)
        e = follow_list(&tx, subscriber, r->arena, &all);
    struct follow_row *rows = arena_new(r->arena, struct follow_row, all.n);
    for (size_t i = 0; !e && i < all.n; i++) {
        e = add_row(&tx, r, &all.follows[i], &rows[i]);
        v->waiting |= !all.follows[i].confirmed;
    }
    v->email = who.email;
    v->blocked = who.blocked;
    v->rows = (struct list){ rows, all.n };
    return e;
}

err subscription_list_show(struct request *r, struct response *ret)
{
    struct list_view v = { .action = r->path };
    int64_t subscriber = 0;
    struct str done = { 0 };
    err e = subscriber_of(r, &subscriber) ? read_list(r, subscriber, &v) : SUBSCRIBER_NONE;
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, "error_follow_link");
    if (request_query(r, "done", &done))
        v.done = theme_word(r->setup->theme, "follow_done");
    v.page = (struct layout){ .title = theme_word(r->setup->theme, "follow_list_heading"),
                              .kind = S("follow-page"),
                              .notice = v.done,
                              .noindex = true };
    e = layout_fill(r, &v.page);
    return e ? fault(e) : layout_respond(r, ret, &subscriptions_page, &v, 200);
}

struct change {
    int64_t subscriber, follow, now;
    struct str action, visitor;
    enum follow_pace pace;
};

static err apply(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    if (str_eq(c->action, S("confirm")))
        return subscriber_confirm(tx, c->subscriber, c->visitor, c->now);
    if (str_eq(c->action, S("pace")))
        return follow_set_pace(tx, c->subscriber, c->follow, c->pace);
    if (str_eq(c->action, S("end")))
        return follow_end(tx, c->subscriber, c->follow);
    err e = follow_end_all(tx, c->subscriber);
    if (!e && str_eq(c->action, S("block")))
        e = subscriber_block(tx, c->subscriber, true, c->now);
    return e;
}

static bool read_change(const struct request *r, struct change *c)
{
    struct str id = { 0 };
    struct str pace = { 0 };
    if (!request_field(r, "action", &c->action))
        return false;
    bool of_one = str_eq(c->action, S("pace")) || str_eq(c->action, S("end"));
    if (of_one && (!request_field(r, "id", &id) || !int_parse(id, 1, INT64_MAX, &c->follow)))
        return false;
    if (str_eq(c->action, S("pace")))
        return request_field(r, "pace", &pace) && follow_pace_parse(pace, &c->pace);
    return of_one || str_eq(c->action, S("confirm")) || str_eq(c->action, S("end-all")) ||
           str_eq(c->action, S("block"));
}

err subscription_list_post(struct request *r, struct response *ret)
{
    struct change c = { .now = r->now };
    if (!subscriber_of(r, &c.subscriber))
        return http_refuse(r, ret, 404, "error_follow_link");
    if (!read_change(r, &c))
        return http_refuse(r, ret, 422, ERROR_BAD_FORM);
    if (str_eq(c.action, S("confirm"))) // this browser need not confirm again
        c.visitor = visitor_make(r, ret);
    err e = store_write(r->app->store, apply, &c);
    if (e)
        return fault(e);
    return response_redirect(r, ret, 303, str_print(r->arena, STR_FMT "?done=1", STR_ARG(r->path)));
}

/* ---- the end of one */

struct leave_view {
    struct layout page;
    struct str what, what_url, action;
    bool done;
};
static const struct field leave_fields[] = {
    FIELD_VIEW(struct leave_view, page, &layout_view),
    FIELD_STR(struct leave_view, what),
    FIELD_STR(struct leave_view, what_url),
    FIELD_STR(struct leave_view, action),
    FIELD_BOOL(struct leave_view, done),
};
static const struct view leave_view = VIEW(struct leave_view, leave_fields);
TEMPLATE(leave_page, "pages/leave.html", &leave_view, TEMPLATE_HTML);

static bool leaving_of(const struct request *r, struct leaving *ret)
{
    struct str token = { 0 };
    (void)request_segment(r, "token", &token); // the pattern has it
    return leave_path_read(r->app->keys, token, ret);
}

static err read_leave(const struct request *r, const struct leaving *what, struct leave_view *v)
{
    if (!what->subscription) {
        const char *word = what->pace == PACE_WEEKLY ? "follow_all_weekly" : "follow_all_daily";
        v->what = theme_word(r->setup->theme, word);
        return OK;
    }
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct follow f = { 0 };
    struct follow_thing t = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = follow_get(&tx, what->subscription, &f);
    if (e) { // ended already
        v->done = e == SUBSCRIBER_NONE;
        return v->done ? OK : e;
    }
    e = follow_thing_read(&tx, r->setup, r->arena, f.kind, f.object, &t);
    v->what = e ? theme_word(r->setup->theme, "follow_gone")
                : phrase(r, follow_thing_word(f.kind), t.title);
    v->what_url = t.path;
    return e < 0 ? e : OK;
}

static err show_leave(struct request *r, struct response *ret, struct leave_view *v)
{
    v->action = r->path;
    v->page = (struct layout){ .title = theme_word(r->setup->theme, "follow_leave_heading"),
                               .kind = S("follow-page"),
                               .noindex = true };
    err e = layout_fill(r, &v->page);
    return e ? fault(e) : layout_respond(r, ret, &leave_page, v, 200);
}

err subscription_leave_show(struct request *r, struct response *ret)
{
    struct leave_view v = { 0 };
    struct leaving what = { 0 };
    if (!leaving_of(r, &what))
        return http_refuse(r, ret, 404, "error_follow_link");
    err e = read_leave(r, &what, &v);
    return e ? fault(e) : show_leave(r, ret, &v);
}

static err leave(struct tx *tx, void *arg)
{
    const struct leaving *what = arg;
    struct follow f = { 0 };
    if (!what->subscription)
        return follow_end_pace(tx, what->subscriber, what->pace);
    err e = follow_get(tx, what->subscription, &f);
    if (e)
        return e == SUBSCRIBER_NONE ? OK : e;
    return follow_end(tx, f.subscriber, f.id);
}

err subscription_leave_post(struct request *r, struct response *ret)
{
    struct leaving what = { 0 };
    if (!leaving_of(r, &what))
        return http_refuse(r, ret, 404, "error_follow_link");
    err e = store_write(r->app->store, leave, &what);
    struct leave_view v = { .done = true };
    return e ? fault(e) : show_leave(r, ret, &v);
}
