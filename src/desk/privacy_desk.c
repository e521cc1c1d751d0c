#include "desk/privacy_desk.h"
#include "discussion/author_export.h"
#include "people/email.h"

struct privacy_view {
    struct desk_top top;
    struct str email, error;
};
static const struct field privacy_fields[] = {
    DESK_FIELDS(struct privacy_view),
    FIELD_STR(struct privacy_view, email),
    FIELD_STR(struct privacy_view, error),
};
static const struct view privacy_view = VIEW(struct privacy_view, privacy_fields);
TEMPLATE(privacy_page, "pages/desk/privacy.html", &privacy_view, TEMPLATE_HTML);

static err show(struct request *r, struct response *ret, const char *error)
{
    struct privacy_view v = { .email = desk_field(r, "email") };
    if (error)
        v.error = desk_word(r, error);
    err e = desk_fill(r, DESK_AT_PRIVACY, "desk_privacy", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &privacy_page, &v, error ? 422 : 200);
}

err privacy_show(struct request *r, struct response *ret)
{
    return show(r, ret, NULL);
}

struct deed {
    const struct request *r;
    struct str email;
    const char *action;
    bool erase, known;
};

static err carry_out(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    err e = author_known(tx, d->r->app->keys, d->email, &d->known);
    if (e || !d->known)
        return e;
    if (d->erase)
        e = author_erase_ask(tx, d->email, d->r->now);
    return e ? e : desk_note(tx, d->r, &(struct desk_deed){ .action = d->action, .kind = "" });
}

/* OK, a fault, or a refusal that is a page already: *ret_done is false then. */
static err take(struct request *r, struct response *ret, struct deed *d, bool *ret_done)
{
    *ret_done = false;
    if (!email_parse(desk_field(r, "email"), r->arena, &d->email))
        return show(r, ret, "comment_email_wrong");
    err e = store_write(r->app->store, carry_out, d);
    if (e)
        return fault(e);
    *ret_done = d->known;
    return d->known ? OK : show(r, ret, "desk_privacy_none");
}

err privacy_export_post(struct request *r, struct response *ret)
{
    struct deed d = { .r = r, .action = "privacy.export" };
    bool done = false;
    err e = take(r, ret, &d, &done);
    if (e || !done)
        return e;
    response_header(ret, "Content-Disposition", S("attachment; filename=\"comments.json\""));
    author_export(r, ret, &(struct author){ .email = d.email });
    return OK;
}

err privacy_erase_post(struct request *r, struct response *ret)
{
    struct deed d = { .r = r, .action = "privacy.erase", .erase = true };
    bool done = false;
    if (!desk_field(r, "sure").n)
        return show(r, ret, "desk_privacy_unsure");
    err e = take(r, ret, &d, &done);
    return e || !done ? e : desk_done(r, ret, S("/desk/privacy"), "person_erased");
}
