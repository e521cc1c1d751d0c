#include "desk/account_page.h"
#include "desk/once_page.h"
#include "desk/sign_in_page.h"
#include "http/error.h"
#include "people/totp.h"
#include "render/qr.h"

static const struct str account_url = { "/desk/account", 13 };
static const struct str step_url = { "/desk/account/second-step", 25 };

static const struct desk_input on_inputs[] = {
    { "code", "desk_code", "desk_code_first_hint", INPUT_CODE, true, NULL },
};

struct step_view {
    struct desk_top top;
    struct html qr;
    struct str secret;
    const struct desk_form *form;
};
static const struct field step_fields[] = {
    DESK_FIELDS(struct step_view),
    FIELD_HTML(struct step_view, qr),
    FIELD_STR(struct step_view, secret),
    FIELD_REF(struct step_view, form, &desk_form_view),
};
static const struct view step_view = VIEW(struct step_view, step_fields);
TEMPLATE(step_page, "pages/desk/second-step.html", &step_view, TEMPLATE_HTML);

/* What one change of the second step needs and gives. */
struct step {
    const struct request *r;
    struct str site, code;
    struct totp_setup setup;
    struct recovery_codes codes;
};

static struct step step_of(const struct request *r)
{
    return (struct step){ .r = r, .site = config_text(r->setup->config, &site_title) };
}

static struct desk_form *on_form(const struct request *r)
{
    struct desk_form *f =
        desk_form_make(r, "step", S("/desk/account/second-step/on"), on_inputs, COUNT(on_inputs));
    desk_form_button(f, NULL, NULL, "desk_second_step_on_button");
    return f;
}

static err read_setup(struct step *s)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(s->r->app->store, &tx);
    return e ? e : totp_get(&tx, s->r->person, s->site, s->r->arena, &s->setup);
}

static err respond(struct request *r, struct response *ret, const struct step *s,
                   const struct desk_form *f)
{
    struct step_view v = { .secret = s->setup.secret, .form = f };
    struct html qr = { 0 };
    err e = qr_svg(r->arena, s->setup.uri, desk_word(r, "desk_second_step_qr"), &qr);
    if (e < 0)
        return fault(e);
    v.qr = qr; // empty if a site's title is too long for a code: the text beside it does as well
    e = desk_fill(r, DESK_AT_ACCOUNT, "desk_second_step", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &step_page, &v, desk_form_fine(f) ? 200 : 422);
}

err second_step_show(struct request *r, struct response *ret)
{
    struct step s = step_of(r);
    if (!confirmed(r))
        return confirm_first(r, ret, step_url);
    err e = read_setup(&s);
    if (e > 0) // on already, or not begun: both are said on the account's page
        return response_redirect(r, ret, 303, account_url);
    return e ? fault(e) : respond(r, ret, &s, on_form(r));
}

static err begin_work(struct tx *tx, void *arg)
{
    struct step *s = arg;
    err e = totp_begin(tx, s->r->person, s->site, s->r->arena, &s->setup);
    struct desk_deed deed = { "totp.begin", "person", s->r->person->id, S("") };
    return e ? e : desk_note(tx, s->r, &deed);
}

err second_step_begin(struct request *r, struct response *ret)
{
    struct step s = step_of(r);
    if (!confirmed(r))
        return confirm_first(r, ret, account_url);
    err e = store_write(r->app->store, begin_work, &s);
    if (e > 0)
        return http_refuse(r, ret, 409, "desk_second_step_on_already");
    return e ? fault(e) : response_redirect(r, ret, 303, step_url);
}

static err show_codes(struct request *r, struct response *ret, const struct step *s)
{
    struct once o = { .place = DESK_AT_ACCOUNT,
                      .title = "desk_recovery_codes",
                      .intro = desk_word(r, "desk_recovery_codes_intro"),
                      .lines = s->codes.code,
                      .n = RECOVERY_CODES,
                      .back = account_url };
    return once_show(r, ret, &o);
}

static err on_work(struct tx *tx, void *arg)
{
    struct step *s = arg;
    return totp_confirm(tx, s->r->person, s->code, s->r->now, s->r->arena, &s->codes);
}

static err wrong_code(struct request *r, struct response *ret, struct step *s)
{
    struct desk_form *f = on_form(r);
    desk_form_wrong(f, "code", "desk_code_wrong");
    err e = read_setup(s);
    if (e > 0)
        return response_redirect(r, ret, 303, account_url);
    return e ? fault(e) : respond(r, ret, s, f);
}

err second_step_on(struct request *r, struct response *ret)
{
    struct step s = step_of(r);
    if (!confirmed(r))
        return confirm_first(r, ret, step_url);
    s.code = desk_field(r, "code");
    err e = store_write(r->app->store, on_work, &s);
    if (e < 0)
        return fault(e);
    if (!e)
        return show_codes(r, ret, &s);
    return wrong_code(r, ret, &s);
}

static err off_work(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    const struct person *p = s->r->person;
    return totp_drop(tx, person_actor(p), p->id, p->session, s->r->now);
}

err second_step_off(struct request *r, struct response *ret)
{
    struct step s = step_of(r);
    if (!confirmed(r))
        return confirm_first(r, ret, account_url);
    err e = store_write(r->app->store, off_work, &s);
    return e ? fault(e) : desk_done(r, ret, account_url, "second_step_off");
}

static err renew_work(struct tx *tx, void *arg)
{
    struct step *s = arg;
    return recovery_renew(tx, s->r->person, s->r->now, s->r->arena, &s->codes);
}

err recovery_post(struct request *r, struct response *ret)
{
    struct step s = step_of(r);
    if (!confirmed(r))
        return confirm_first(r, ret, account_url);
    err e = store_write(r->app->store, renew_work, &s);
    if (e > 0)
        return http_refuse(r, ret, 409, "desk_second_step_is_off");
    return e ? fault(e) : show_codes(r, ret, &s);
}
