#include "desk/staff_desk.h"
#include "base/check.h"
#include "desk/once_page.h"
#include "desk/session_list.h"
#include "desk/sign_in_page.h"
#include "http/error.h"
#include "people/link.h"

#include <inttypes.h>

static const struct desk_input person_inputs[] = {
    { "name", "desk_name", NULL, INPUT_LINE, true, "off" },
    { "email", "desk_email", NULL, INPUT_EMAIL, true, "off" },
    { "role", "desk_role", "desk_role_hint", INPUT_CHOICE, true, NULL },
    CONFIRM_INPUT,
};

struct person_row {
    struct str url, name, email, role, state;
    struct desk_time signed_in;
    bool second_step;
};
static const struct field person_row_fields[] = {
    FIELD_STR(struct person_row, url),
    FIELD_STR(struct person_row, name),
    FIELD_STR(struct person_row, email),
    FIELD_STR(struct person_row, role),
    FIELD_STR(struct person_row, state),
    FIELD_VIEW(struct person_row, signed_in, &desk_time_view),
    FIELD_BOOL(struct person_row, second_step),
};
static const struct view person_row_view = VIEW(struct person_row, person_row_fields);

struct staff_view {
    struct desk_top top;
    struct list persons;
};
static const struct field staff_fields[] = {
    DESK_FIELDS(struct staff_view),
    FIELD_LIST(struct staff_view, persons, &person_row_view),
};
static const struct view staff_view = VIEW(struct staff_view, staff_fields);
TEMPLATE(staff_page, "pages/desk/staff.html", &staff_view, TEMPLATE_HTML);

struct person_view {
    struct desk_top top;
    struct person_row person;
    bool active;
    const struct desk_form *form;
    struct list sessions;
};
static const struct field person_fields[] = {
    DESK_FIELDS(struct person_view),
    FIELD_VIEW(struct person_view, person, &person_row_view),
    FIELD_BOOL(struct person_view, active),
    FIELD_REF(struct person_view, form, &desk_form_view),
    FIELD_LIST(struct person_view, sessions, &session_row_view),
};
static const struct view person_view = VIEW(struct person_view, person_fields);
TEMPLATE(person_page, "pages/desk/person.html", &person_view, TEMPLATE_HTML);

void staff_wrong(struct desk_form *f, err refusal)
{
    switch ((enum person_refusal)refusal) {
    case PERSON_NAME_WRONG: desk_form_wrong(f, "name", "desk_person_name_wrong"); return;
    case PERSON_EMAIL_WRONG: desk_form_wrong(f, "email", "desk_person_email_wrong"); return;
    case PERSON_EMAIL_TAKEN: desk_form_wrong(f, "email", "desk_person_email_taken"); return;
    case PERSON_TOO_MANY: desk_form_wrong(f, "", "desk_person_too_many"); return;
    case PERSON_LAST_OWNER: desk_form_wrong(f, "role", "desk_person_last_owner"); return;
    case PERSON_ENDED: desk_form_wrong(f, "", "desk_person_is_ended"); return;
    case PERSON_MISSING: desk_form_wrong(f, "", "desk_person_missing"); return;
    }
    check(false);
}

static struct str person_url(const struct request *r, int64_t id)
{
    return str_print(r->arena, "/desk/staff/%" PRId64, id);
}

static struct person_row row_of(const struct request *r, const struct person *p)
{
    const char *state = !p->active         ? "desk_person_left"
                        : !p->has_password ? "desk_person_waiting"
                                           : "desk_person_active";
    return (struct person_row){ .url = person_url(r, p->id),
                                .name = p->name,
                                .email = p->email,
                                .role = desk_word_of(r, "role_", role_str(p->role)),
                                .state = desk_word(r, state),
                                .signed_in = desk_time(r, p->signed_in_at),
                                .second_step = p->has_totp };
}

static err read_staff(const struct request *r, struct staff_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct person *list = NULL;
    size_t n = 0;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = person_list(&tx, r->arena, &list, &n);
    if (e)
        return fault(e);
    struct person_row *rows = arena_new(r->arena, struct person_row, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(r, &list[i]);
    v->persons = (struct list){ rows, n };
    return OK;
}

err staff_show(struct request *r, struct response *ret)
{
    struct staff_view v = { 0 };
    err e = read_staff(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_STAFF, "desk_staff", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &staff_page, &v, 200);
}

/* ---- somebody new */

static void offer_roles(const struct request *r, struct desk_form *f)
{
    struct desk_option *options = arena_new(r->arena, struct desk_option, ROLES);
    for (size_t i = 0; i < ROLES; i++) {
        struct str role = role_str((enum role)i);
        options[i] = (struct desk_option){ .value = role, .text = desk_word_of(r, "role_", role) };
    }
    desk_form_choices(f, "role", options, ROLES);
}

static struct desk_form *person_form(const struct request *r, struct str action, const char *button)
{
    struct desk_form *f = desk_form_make(r, "person", action, person_inputs, COUNT(person_inputs));
    confirm_offer(f, r);
    desk_form_button(f, NULL, NULL, button);
    return f;
}

static err new_ask(struct request *r, struct response *ret, struct desk_form *f)
{
    offer_roles(r, f);
    struct desk_question q = { .place = DESK_AT_STAFF,
                               .title = "desk_person_new",
                               .intro = desk_word(r, "desk_person_new_intro"),
                               .back = S("/desk/staff"),
                               .form = f,
                               .status = ret->status };
    return desk_ask(r, ret, &q);
}

err staff_new(struct request *r, struct response *ret)
{
    struct desk_form *f = person_form(r, S("/desk/staff"), "desk_person_add_button");
    desk_form_set(f, "role", role_str(ROLE_REPORTER));
    return new_ask(r, ret, f);
}

/* One change of the staff: what is wished, and what came of it. */
struct change {
    const struct request *r;
    int64_t person, session;
    struct person_draft draft;
    struct str token; /* of a link */
};

static err add_work(struct tx *tx, void *arg)
{
    struct change *c = arg;
    struct actor by = person_actor(c->r->person);
    err e = person_add(tx, by, &c->draft, &c->person);
    return e ? e : link_add(tx, by, c->person, c->r->now, c->r->arena, &c->token);
}

static bool draft_of(struct desk_form *f, const struct request *r, struct person_draft *ret)
{
    *ret = (struct person_draft){ .name = desk_form_get(f, "name"),
                                  .email = desk_form_get(f, "email"),
                                  .now = r->now,
                                  .keep_session = r->person->session };
    bool known = role_parse(desk_form_get(f, "role"), &ret->role);
    if (!known)
        desk_form_wrong(f, "role", "desk_role_unknown");
    return known;
}

static err show_link(struct request *r, struct response *ret, const struct change *c,
                     struct str name)
{
    struct str site = site_url(r->setup->config);
    struct str path = link_path(r->arena, c->token);
    struct str *line = arena_new(r->arena, struct str, 1);
    *line = str_print(r->arena, STR_FMT STR_FMT, STR_ARG(site), STR_ARG(path));
    struct once o = { .place = DESK_AT_STAFF,
                      .title = "desk_once_link",
                      .intro = desk_named(r, "desk_once_link_intro", name),
                      .lines = line,
                      .n = 1,
                      .back = person_url(r, c->person) };
    return once_show(r, ret, &o);
}

err staff_add_post(struct request *r, struct response *ret)
{
    struct change c = { .r = r };
    struct desk_form *f = person_form(r, S("/desk/staff"), "desk_person_add_button");
    desk_form_read(f);
    if (!draft_of(f, r, &c.draft))
        return new_ask(r, ret, f);
    err e = confirm_take(r, ret, f);
    if (e > 0)
        return new_ask(r, ret, f);
    if (!e)
        e = store_write(r->app->store, add_work, &c);
    if (e < 0)
        return fault(e);
    if (!e)
        return show_link(r, ret, &c, str_trim(c.draft.name));
    staff_wrong(f, e);
    return new_ask(r, ret, f);
}

/* ---- one person */

static err read_person(const struct request *r, int64_t id, struct person *ret,
                       struct list *ret_sessions)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = person_get(&tx, id, r->arena, ret);
    return e ? e : session_rows(&tx, r, id, ret_sessions);
}

static err person_respond(struct request *r, struct response *ret, struct person_view *v,
                          const struct person *p, struct desk_form *f)
{
    offer_roles(r, f);
    v->person = row_of(r, p);
    v->active = p->active;
    v->form = f;
    v->top.page.title = p->name;
    err e = desk_fill(r, DESK_AT_STAFF, "desk_staff", &v->top);
    int status = ret->status ? ret->status : desk_form_fine(f) ? 200 : 422;
    return e ? fault(e) : desk_respond(r, ret, &person_page, v, status);
}

/* The person the path names; true when there is none and it answered. */
static bool nobody(struct request *r, struct response *ret, struct person_view *v,
                   struct person *ret_person, err *ret_e)
{
    int64_t id = 0;
    *ret_e = PERSON_MISSING;
    if (desk_segment_id(r, "id", &id))
        *ret_e = read_person(r, id, ret_person, &v->sessions);
    if (*ret_e)
        *ret_e = *ret_e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(*ret_e);
    else
        return false;
    return true;
}

err staff_person(struct request *r, struct response *ret)
{
    struct person_view v = { 0 };
    struct person p = { 0 };
    err e = OK;
    if (nobody(r, ret, &v, &p, &e))
        return e;
    struct desk_form *f = person_form(r, person_url(r, p.id), "desk_save");
    desk_form_set(f, "name", p.name);
    desk_form_set(f, "email", p.email);
    desk_form_set(f, "role", role_str(p.role));
    return person_respond(r, ret, &v, &p, f);
}

static err set_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return person_set(tx, person_actor(c->r->person), c->person, &c->draft);
}

err staff_person_post(struct request *r, struct response *ret)
{
    struct person_view v = { 0 };
    struct person p = { 0 };
    struct change c = { .r = r };
    err e = OK;
    if (nobody(r, ret, &v, &p, &e))
        return e;
    c.person = p.id;
    struct desk_form *f = person_form(r, person_url(r, p.id), "desk_save");
    desk_form_read(f);
    if (!draft_of(f, r, &c.draft))
        return person_respond(r, ret, &v, &p, f);
    e = confirm_take(r, ret, f);
    if (e > 0)
        return person_respond(r, ret, &v, &p, f);
    if (!e)
        e = store_write(r->app->store, set_work, &c);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, person_url(r, p.id), "person_saved");
    staff_wrong(f, e);
    return person_respond(r, ret, &v, &p, f);
}

/* ---- buttons: no words to lose, so the password is asked for first, on a page of its own */

/* True when it answered. */
static bool ask_first(struct request *r, struct response *ret, struct change *c, err *ret_e)
{
    c->r = r;
    if (!desk_segment_id(r, "id", &c->person))
        *ret_e = http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    else if (!confirmed(r))
        *ret_e = confirm_first(r, ret, person_url(r, c->person));
    else
        return false;
    return true;
}

/* After a button's work: the person's page with the refusal said, or with the notice. */
static err button_answer(struct request *r, struct response *ret, const struct change *c, err e,
                         const char *done)
{
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, person_url(r, c->person), done);
    if (e == PERSON_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return http_refuse(r, ret, 409,
                       e == PERSON_LAST_OWNER ? "desk_person_last_owner" : "desk_person_is_ended");
}

static err link_work(struct tx *tx, void *arg)
{
    struct change *c = arg;
    return link_add(tx, person_actor(c->r->person), c->person, c->r->now, c->r->arena, &c->token);
}

err staff_link_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    struct person_view v = { 0 };
    struct person p = { 0 };
    err e = OK;
    if (ask_first(r, ret, &c, &e) || nobody(r, ret, &v, &p, &e))
        return e;
    e = store_write(r->app->store, link_work, &c);
    return e ? button_answer(r, ret, &c, e, "") : show_link(r, ret, &c, p.name);
}

static err end_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return person_end(tx, person_actor(c->r->person), c->person, c->r->now);
}

err staff_end_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (ask_first(r, ret, &c, &e))
        return e;
    e = store_write(r->app->store, end_work, &c);
    return button_answer(r, ret, &c, e, "person_ended");
}

static err begin_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return person_begin(tx, person_actor(c->r->person), c->person, c->r->now);
}

err staff_begin_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (ask_first(r, ret, &c, &e))
        return e;
    e = store_write(r->app->store, begin_work, &c);
    return button_answer(r, ret, &c, e, "person_begun");
}

static err session_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return session_end(tx, person_actor(c->r->person), c->person, c->session, c->r->now);
}

err staff_sessions_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (ask_first(r, ret, &c, &e))
        return e;
    if (!desk_field_id(r, "session", &c.session))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    e = store_write(r->app->store, session_work, &c);
    if (e == SESSION_NONE) // ended already, or somebody else's
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return button_answer(r, ret, &c, e, "session_ended");
}
