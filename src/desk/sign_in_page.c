#include "desk/sign_in_page.h"
#include "base/check.h"
#include "desk/staff_desk.h"
#include "people/admit.h"
#include "people/link.h"
#include "people/password_rules.h"

enum { BUSY_SECONDS = 2 };

static const struct desk_input sign_in_inputs[] = {
    { "email", "desk_email", NULL, INPUT_EMAIL, true, "username" },
    { "password", "desk_password", NULL, INPUT_PASSWORD, true, NULL },
    { .name = "next", .kind = INPUT_HIDDEN },
};
static const struct desk_input code_inputs[] = {
    { "code", "desk_code", "desk_code_hint", INPUT_CODE, true, NULL },
    { .name = "next", .kind = INPUT_HIDDEN },
};
static const struct desk_input link_inputs[] = {
    { "name", "desk_name", "desk_name_hint", INPUT_LINE, true, "name" },
    { "email", "desk_email", "desk_email_hint", INPUT_EMAIL, true, "username" },
    { "password", "desk_password_new", "desk_password_new_hint", INPUT_NEW_PASSWORD, true, NULL },
};
static const struct desk_input confirm_inputs[] = {
    { "confirm", "desk_password", NULL, INPUT_PASSWORD, true, NULL },
    { .name = "next", .kind = INPUT_HIDDEN },
};

static void wait_for(struct request *r, struct response *ret, int64_t seconds)
{
    struct buf b CLEANUP(buf_free) = buf_make(24);
    buf_put_int(&b, seconds);
    response_header(ret, "Retry-After", buf_copy(&b, r->arena));
}

static void password_wrong(struct request *r, struct desk_form *f, const char *field, err e)
{
    switch ((enum password_refusal)e) {
    case PASSWORD_SHORT:
        desk_form_wrong_text(f, field,
                             desk_count(r, "desk_password_short",
                                        config_int(r->setup->config, &password_characters)));
        return;
    case PASSWORD_LONG: desk_form_wrong(f, field, "desk_password_long"); return;
    case PASSWORD_COMMON: desk_form_wrong(f, field, "desk_password_common"); return;
    case PASSWORD_CONTEXT: desk_form_wrong(f, field, "desk_password_context"); return;
    }
    check(false);
}

void sign_in_refused(struct request *r, struct response *ret, struct desk_form *f,
                     const char *field, err e, const struct sign_in *s)
{
    ret->status = 422;
    switch ((enum sign_in_refusal)e) {
    case SIGN_IN_WRONG:
        desk_form_wrong(f, field, "desk_sign_in_wrong");
        ret->status = 403;
        return;
    case SIGN_IN_THROTTLED:
        desk_form_wrong_text(f, "", desk_count(r, "desk_sign_in_wait", s->wait_seconds));
        wait_for(r, ret, s->wait_seconds);
        ret->status = 429;
        return;
    case SIGN_IN_BUSY:
        desk_form_wrong(f, "", "desk_sign_in_busy");
        wait_for(r, ret, BUSY_SECONDS);
        ret->status = 503;
        return;
    case SIGN_IN_PASSWORD: password_wrong(r, f, field, s->password); return;
    case SIGN_IN_PERSON: staff_wrong(f, s->person); return;
    case SIGN_IN_CODE_NEEDED:
    case SIGN_IN_TICKET_OLD:
    case SIGN_IN_LINK_GONE: break;
    }
    check(false);
}

/* "/desk/sign-in" with where to go afterwards. */
static struct str with_next(const struct request *r, const char *path, struct str next)
{
    if (str_eq(next, S("/desk")))
        return str_from_z(path);
    struct str escaped = url_escape(r->arena, next);
    return str_print(r->arena, "%s?next=" STR_FMT, path, STR_ARG(escaped));
}

/* Cookies of the desk are kept from plain http, but on this machine. True when it answered. */
static bool insecure(struct request *r, struct response *ret, err *ret_e)
{
    if (r->secure)
        return false;
    *ret_e = http_refuse(r, ret, 403, "error_desk_needs_https");
    return true;
}

static err welcome(struct request *r, struct response *ret, const struct sign_in *s,
                   struct str next)
{
    desk_cookie_set(r, ret, s->session);
    known_cookie_set(r, ret, s->known);
    ticket_cookie_drop(r, ret);
    if (s->recovery)
        return desk_done(r, ret, S("/desk/account"), "recovery_used");
    return response_redirect(r, ret, 303, desk_next(next));
}

static err ask_code(struct request *r, struct response *ret, const struct sign_in *s,
                    struct str next)
{
    ticket_cookie_set(r, ret, s->ticket);
    return response_redirect(r, ret, 303, with_next(r, "/desk/sign-in/code", desk_next(next)));
}

/* ---- e-mail address and password */

static struct desk_form *sign_in_form(const struct request *r)
{
    struct desk_form *f =
        desk_form_make(r, "sign-in", S("/desk/sign-in"), sign_in_inputs, COUNT(sign_in_inputs));
    desk_form_button(f, NULL, NULL, "desk_sign_in_button");
    return f;
}

static err sign_in_ask(struct request *r, struct response *ret, const struct desk_form *f)
{
    struct desk_question q = {
        .place = DESK_AT_DOOR, .title = "desk_sign_in", .form = f, .status = ret->status
    };
    return desk_ask(r, ret, &q);
}

err sign_in_show(struct request *r, struct response *ret)
{
    err e = OK;
    if (insecure(r, ret, &e))
        return e;
    struct desk_form *f = sign_in_form(r);
    desk_form_set(f, "next", desk_next(desk_query(r, "next")));
    return sign_in_ask(r, ret, f);
}

err sign_in_post(struct request *r, struct response *ret)
{
    err e = OK;
    if (insecure(r, ret, &e))
        return e;
    struct desk_form *f = sign_in_form(r);
    desk_form_read(f);
    struct knock k = request_knock(r);
    struct sign_in s = { 0 };
    e = sign_in_start(&k, desk_form_get(f, "email"), desk_field(r, "password"), &s);
    if (e < 0)
        return fault(e);
    if (!e)
        return welcome(r, ret, &s, desk_form_get(f, "next"));
    if (e == SIGN_IN_CODE_NEEDED)
        return ask_code(r, ret, &s, desk_form_get(f, "next"));
    sign_in_refused(r, ret, f, "", e, &s);
    return sign_in_ask(r, ret, f);
}

/* ---- the second step */

static struct desk_form *code_form(const struct request *r)
{
    struct desk_form *f =
        desk_form_make(r, "code", S("/desk/sign-in/code"), code_inputs, COUNT(code_inputs));
    desk_form_button(f, NULL, NULL, "desk_sign_in_button");
    return f;
}

static err code_ask(struct request *r, struct response *ret, const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_DOOR,
                               .title = "desk_second_step",
                               .back = S("/desk/sign-in"),
                               .form = f,
                               .status = ret->status };
    return desk_ask(r, ret, &q);
}

err sign_in_code_show(struct request *r, struct response *ret)
{
    struct str next = desk_next(desk_query(r, "next"));
    if (!ticket_cookie(r).n)
        return response_redirect(r, ret, 303, with_next(r, "/desk/sign-in", next));
    struct desk_form *f = code_form(r);
    desk_form_set(f, "next", next);
    return code_ask(r, ret, f);
}

err sign_in_code_post(struct request *r, struct response *ret)
{
    err e = OK;
    if (insecure(r, ret, &e))
        return e;
    struct desk_form *f = code_form(r);
    desk_form_read(f);
    struct str next = desk_form_get(f, "next");
    struct knock k = request_knock(r);
    struct sign_in s = { 0 };
    e = sign_in_code(&k, ticket_cookie(r), desk_field(r, "code"), &s);
    if (e < 0)
        return fault(e);
    if (!e)
        return welcome(r, ret, &s, next);
    if (e == SIGN_IN_TICKET_OLD) {
        ticket_cookie_drop(r, ret);
        return response_redirect(r, ret, 303, with_next(r, "/desk/sign-in", desk_next(next)));
    }
    sign_in_refused(r, ret, f, "code", e, &s);
    return code_ask(r, ret, f);
}

/* ---- signing out */

struct leave {
    const struct request *r;
    struct str token;
};

static err leave_work(struct tx *tx, void *arg)
{
    const struct leave *l = arg;
    err e = session_end_token(tx, l->token);
    return e ? e : desk_note(tx, l->r, &(struct desk_deed){ .action = "session.sign_out" });
}

err sign_out_post(struct request *r, struct response *ret)
{
    struct leave l = { r, desk_cookie(r) };
    err e = store_write(r->app->store, leave_work, &l);
    if (e)
        return fault(e);
    desk_cookie_drop(r, ret);
    return desk_done(r, ret, S("/desk/sign-in"), "signed_out");
}

/* ---- one-time links */

static err look(const struct request *r, struct str token, struct link *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : link_look(&tx, token, r->now, r->arena, ret);
}

static struct desk_form *link_form(const struct request *r, struct str token,
                                   const struct link *link)
{
    struct desk_form *f =
        desk_form_make(r, "link", link_path(r->arena, token), link_inputs, COUNT(link_inputs));
    if (link->person) {
        desk_form_drop(f, "name");
        desk_form_drop(f, "email");
    }
    desk_form_button(f, NULL, NULL, "desk_link_button");
    return f;
}

static err link_ask(struct request *r, struct response *ret, const struct link *link,
                    const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_DOOR,
                               .title = link->person ? "desk_link" : "desk_link_first",
                               .intro = link->person ? desk_named(r, "desk_link_for", link->email)
                                                     : desk_word(r, "desk_link_founds"),
                               .form = f,
                               .status = ret->status };
    return desk_ask(r, ret, &q);
}

static err link_gone(struct request *r, struct response *ret)
{
    return http_refuse(r, ret, 410, "error_desk_link_gone");
}

err link_show(struct request *r, struct response *ret)
{
    err e = OK;
    struct str token = { 0 };
    struct link link = { 0 };
    if (insecure(r, ret, &e))
        return e;
    (void)request_segment(r, "token", &token); // the pattern has it
    e = look(r, token, &link);
    if (e)
        return e > 0 ? link_gone(r, ret) : fault(e);
    return link_ask(r, ret, &link, link_form(r, token, &link));
}

err link_post(struct request *r, struct response *ret)
{
    err e = OK;
    struct str token = { 0 };
    struct link link = { 0 };
    if (insecure(r, ret, &e))
        return e;
    (void)request_segment(r, "token", &token); // the pattern has it
    e = look(r, token, &link);
    if (e)
        return e > 0 ? link_gone(r, ret) : fault(e);
    struct desk_form *f = link_form(r, token, &link);
    desk_form_read(f);
    struct link_form words = { .token = token,
                               .password = desk_field(r, "password"),
                               .name = desk_form_get(f, "name"),
                               .email = desk_form_get(f, "email") };
    struct knock k = request_knock(r);
    struct sign_in s = { 0 };
    e = sign_in_link(&k, &words, &s);
    if (e < 0)
        return fault(e);
    if (!e)
        return welcome(r, ret, &s, S("/desk"));
    if (e == SIGN_IN_CODE_NEEDED)
        return ask_code(r, ret, &s, S("/desk"));
    if (e == SIGN_IN_LINK_GONE)
        return link_gone(r, ret);
    sign_in_refused(r, ret, f, "password", e, &s);
    return link_ask(r, ret, &link, f);
}

/* ---- the password again */

bool confirmed(const struct request *r)
{
    return session_confirmed(r->person, r->now);
}

err confirm_first(struct request *r, struct response *ret, struct str next)
{
    return response_redirect(r, ret, 303, with_next(r, "/desk/confirm", next));
}

void confirm_offer(struct desk_form *f, const struct request *r)
{
    if (confirmed(r))
        desk_form_drop(f, "confirm");
}

err confirm_take(struct request *r, struct response *ret, struct desk_form *f)
{
    if (confirmed(r))
        return OK;
    struct knock k = request_knock(r);
    struct sign_in s = { 0 };
    struct str password = desk_field(r, "confirm");
    if (!password.n) {
        desk_form_wrong(f, "confirm", "desk_password_again_missing");
        ret->status = 403;
        return CONFIRM_AGAIN;
    }
    err e = sign_in_confirm(&k, r->person, password, &s);
    if (e < 0)
        return fault(e);
    if (!e) {
        desk_cookie_set(r, ret, s.session);
        desk_form_drop(f, "confirm"); // should the form be shown again for another reason
        return OK;
    }
    sign_in_refused(r, ret, f, "confirm", e, &s);
    return CONFIRM_AGAIN;
}

static struct desk_form *confirm_form(const struct request *r)
{
    struct desk_form *f =
        desk_form_make(r, "again", S("/desk/confirm"), confirm_inputs, COUNT(confirm_inputs));
    desk_form_button(f, NULL, NULL, "desk_confirm_button");
    return f;
}

static err confirm_ask(struct request *r, struct response *ret, const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_ACCOUNT,
                               .title = "desk_confirm",
                               .intro = desk_named(r, "desk_confirm_intro", r->person->name),
                               .back = S("/desk"),
                               .form = f,
                               .status = ret->status };
    return desk_ask(r, ret, &q);
}

err confirm_show(struct request *r, struct response *ret)
{
    struct str next = desk_next(desk_query(r, "next"));
    if (confirmed(r))
        return response_redirect(r, ret, 303, next);
    struct desk_form *f = confirm_form(r);
    desk_form_set(f, "next", next);
    return confirm_ask(r, ret, f);
}

err confirm_post(struct request *r, struct response *ret)
{
    struct desk_form *f = confirm_form(r);
    desk_form_read(f);
    err e = confirm_take(r, ret, f);
    if (e < 0)
        return fault(e);
    if (e)
        return confirm_ask(r, ret, f);
    return response_redirect(r, ret, 303, desk_next(desk_form_get(f, "next")));
}
