#include "desk/account_page.h"
#include "desk/session_list.h"
#include "desk/sign_in_page.h"
#include "desk/staff_desk.h"
#include "http/error.h"
#include "people/admit.h"
#include "people/api_token.h"
#include "people/totp.h"

static const struct str account_url = { "/desk/account", 13 };

static const struct desk_input name_inputs[] = {
    { "name", "desk_name", "desk_name_hint", INPUT_LINE, true, "name" },
    CONFIRM_INPUT,
};
static const struct desk_input password_inputs[] = {
    { "present", "desk_password_present", NULL, INPUT_PASSWORD, true, NULL },
    { "wanted", "desk_password_new", "desk_password_new_hint", INPUT_NEW_PASSWORD, true, NULL },
};

struct token_row {
    int64_t id;
    struct str name, scopes;
};
static const struct field token_fields[] = {
    FIELD_INT(struct token_row, id),
    FIELD_STR(struct token_row, name),
    FIELD_STR(struct token_row, scopes),
};
static const struct view token_view = VIEW(struct token_row, token_fields);

struct account_view {
    struct desk_top top;
    struct str email;
    const struct desk_form *name_form, *password_form;
    bool second_step;
    struct str recovery_left;
    struct list sessions;
    bool other_sessions;
    struct list tokens; /* of token_row: those that work */
    bool has_tokens;
};
static const struct field account_fields[] = {
    DESK_FIELDS(struct account_view),
    FIELD_STR(struct account_view, email),
    FIELD_REF(struct account_view, name_form, &desk_form_view),
    FIELD_REF(struct account_view, password_form, &desk_form_view),
    FIELD_BOOL(struct account_view, second_step),
    FIELD_STR(struct account_view, recovery_left),
    FIELD_LIST(struct account_view, sessions, &session_row_view),
    FIELD_BOOL(struct account_view, other_sessions),
    FIELD_LIST(struct account_view, tokens, &token_view),
    FIELD_BOOL(struct account_view, has_tokens),
};
static const struct view account_view = VIEW(struct account_view, account_fields);
TEMPLATE(account_page, "pages/desk/account.html", &account_view, TEMPLATE_HTML);

static struct desk_form *name_form(const struct request *r)
{
    struct desk_form *f = desk_form_make(r, "own", account_url, name_inputs, COUNT(name_inputs));
    confirm_offer(f, r);
    desk_form_set(f, "name", r->person->name);
    desk_form_button(f, NULL, NULL, "desk_save");
    return f;
}

static struct desk_form *password_form(const struct request *r)
{
    struct desk_form *f = desk_form_make(r, "password", S("/desk/account/password"),
                                         password_inputs, COUNT(password_inputs));
    desk_form_button(f, NULL, NULL, "desk_password_button");
    return f;
}

static err read_tokens(struct tx *tx, const struct request *r, struct account_view *v)
{
    const struct api_token *list = NULL;
    size_t n = 0;
    size_t living = 0;
    err e = api_token_list(tx, r->person->id, r->arena, &list, &n);
    struct token_row *rows = arena_new(r->arena, struct token_row, n ? n : 1);
    for (size_t i = 0; !e && i < n; i++)
        if (api_token_lives(&list[i], r->now))
            rows[living++] = (struct token_row){ list[i].id, list[i].name,
                                                 scopes_print(r->arena, list[i].scopes) };
    v->tokens = (struct list){ rows, living };
    v->has_tokens = living > 0;
    return e;
}

static err read_account(const struct request *r, struct account_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t left = 0;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = session_rows(&tx, r, r->person->id, &v->sessions);
    if (!e)
        e = read_tokens(&tx, r, v);
    if (!e && r->person->has_totp)
        e = recovery_left(&tx, r->person->id, &left);
    if (e)
        return fault(e);
    v->other_sessions = v->sessions.n > 1;
    v->recovery_left = desk_count(r, "desk_recovery_left", left);
    return OK;
}

/* The page; each of the forms may be one that was refused, else it is made here. */
static err respond(struct request *r, struct response *ret, const struct desk_form *name,
                   const struct desk_form *password)
{
    struct account_view v = { .email = r->person->email,
                              .name_form = name ? name : name_form(r),
                              .password_form = password ? password : password_form(r),
                              .second_step = r->person->has_totp };
    err e = read_account(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_ACCOUNT, "desk_account", &v.top);
    int status = ret->status ? ret->status : name || password ? 422 : 200;
    return e ? fault(e) : desk_respond(r, ret, &account_page, &v, status);
}

err account_show(struct request *r, struct response *ret)
{
    return respond(r, ret, NULL, NULL);
}

/* ---- name */

struct rename {
    const struct request *r;
    struct str name;
};

/* Address and role as they are now, not as they were when the page was made. */
static err rename_work(struct tx *tx, void *arg)
{
    const struct rename *n = arg;
    struct person p = { 0 };
    err e = person_get(tx, n->r->person->id, n->r->arena, &p);
    if (e)
        return e;
    struct person_draft d = { .name = n->name,
                              .email = p.email,
                              .role = p.role,
                              .now = n->r->now,
                              .keep_session = p.session };
    return person_set(tx, person_actor(n->r->person), p.id, &d);
}

err account_name_post(struct request *r, struct response *ret)
{
    struct desk_form *f = name_form(r);
    desk_form_read(f);
    struct rename n = { r, desk_form_get(f, "name") };
    err e = confirm_take(r, ret, f);
    if (e > 0)
        return respond(r, ret, f, NULL);
    if (!e)
        e = store_write(r->app->store, rename_work, &n);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, account_url, "name_saved");
    staff_wrong(f, e);
    return respond(r, ret, f, NULL);
}

/* ---- password */

err account_password_post(struct request *r, struct response *ret)
{
    struct desk_form *f = password_form(r);
    struct knock k = request_knock(r);
    struct sign_in s = { 0 };
    struct password_form words = { desk_field(r, "present"), desk_field(r, "wanted") };
    err e = sign_in_set_password(&k, r->person, &words, &s);
    if (e < 0)
        return fault(e);
    if (e) {
        sign_in_refused(r, ret, f, e == SIGN_IN_WRONG ? "present" : "wanted", e, &s);
        return respond(r, ret, NULL, f);
    }
    desk_cookie_set(r, ret, s.session);
    return desk_done(r, ret, account_url, "password_set");
}

/* ---- sessions: one by its number, or all but this one */

struct ending {
    const struct request *r;
    int64_t session; /* or token */ /* 0: all others */
};

static err end_work(struct tx *tx, void *arg)
{
    const struct ending *d = arg;
    const struct person *p = d->r->person;
    if (d->session)
        return session_end(tx, person_actor(p), p->id, d->session, d->r->now);
    err e = session_end_all(tx, p->id, p->session);
    return e ? e
             : desk_note(tx, d->r,
                         &(struct desk_deed){ "session.end_others", "person", p->id, S("") });
}

err account_sessions_post(struct request *r, struct response *ret)
{
    struct ending d = { .r = r };
    bool all = str_eq(desk_field(r, "session"), S("others"));
    if (!all && !desk_field_id(r, "session", &d.session))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, end_work, &d);
    if (e == SESSION_NONE) // ended already, or somebody else's
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return fault(e);
    return desk_done(r, ret, account_url, all ? "sessions_ended" : "session_ended");
}

/* ---- API tokens */

static err end_token_work(struct tx *tx, void *arg)
{
    const struct ending *d = arg;
    return api_token_end(tx, person_actor(d->r->person), d->session, d->r->person->id, d->r->now);
}

err account_tokens_post(struct request *r, struct response *ret)
{
    struct ending d = { .r = r };
    if (!desk_field_id(r, "token", &d.session))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, end_token_work, &d);
    if (e) // ended already, or somebody else's
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return desk_done(r, ret, account_url, "token_ended");
}
