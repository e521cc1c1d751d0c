#include "base/scan.h"
#include "desk/rules_desk.h"
#include "discussion/ban.h"
#include "discussion/comment_desk.h"
#include "discussion/comment_queue.h"
#include "http/error.h"

#include <inttypes.h>

static const struct desk_input inputs[] = {
    { "kind", "desk_ban_kind", "desk_ban_kind_hint", INPUT_CHOICE, true, NULL },
    { "days", "desk_ban_days", NULL, INPUT_ASCII, true, NULL },
    { "reason", "desk_ban_reason", "desk_ban_reason_hint", INPUT_LINE, true, NULL },
};

struct change {
    const struct request *r;
    struct ban_draft draft;
    struct str name; /* of the comment's author */
    int64_t ban;
};

static struct str comment_url(const struct change *c)
{
    return str_print(c->r->arena, "/desk/comments/%" PRId64, c->draft.comment);
}

static struct desk_form *ban_form(const struct change *c)
{
    const struct request *r = c->r;
    struct desk_form *f =
        desk_form_make(r, "ban", str_print(r->arena, STR_FMT "/ban", STR_ARG(comment_url(c))),
                       inputs, COUNT(inputs));
    struct desk_option *kinds = arena_new(r->arena, struct desk_option, 3);
    for (int i = BAN_COOKIE; i <= BAN_PREFIX; i++)
        kinds[i] = (struct desk_option){ .value = ban_kind_str((enum ban_kind)i),
                                         .text = desk_word_of(r, "desk_ban_",
                                                              ban_kind_str((enum ban_kind)i)) };
    desk_form_choices(f, "kind", kinds, 3);
    desk_form_button(f, NULL, NULL, "desk_ban");
    return f;
}

static err ask(struct request *r, struct response *ret, const struct change *c,
               const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_COMMENTS,
                               .title = "desk_ban_new",
                               .intro = desk_named(r, "desk_ban_whom", c->name),
                               .back = comment_url(c),
                               .form = f };
    return desk_ask(r, ret, &q);
}

/* True when there is no such comment, or nobody to ban, and it answered. */
static bool missing(struct request *r, struct response *ret, struct change *c, err *ret_e)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct desk_comment found = { 0 };
    c->r = r;
    err e = QUEUE_NO_COMMENT;
    if (desk_segment_id(r, "id", &c->draft.comment))
        e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_get_desk(&tx, c->draft.comment, r->arena, &found);
    if (!e && found.comment.state == COMMENT_STATE_DELETED)
        e = DESK_DELETED;
    c->name = found.comment.name.n ? found.comment.name : desk_word(r, "comment_erased_author");
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

err ban_new_show(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    struct desk_form *f = ban_form(&c);
    desk_form_set(f, "days", S("30"));
    return ask(r, ret, &c, f);
}

static err add_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return ban_add(tx, person_actor(c->r->person), &c->draft);
}

static void tell(struct desk_form *f, err refusal)
{
    switch (refusal) {
    case BAN_DAYS: desk_form_wrong(f, "days", "desk_ban_days_wrong"); break;
    case BAN_REASON: desk_form_wrong(f, "reason", "desk_ban_reason_wrong"); break;
    case BAN_TOO_MANY: desk_form_wrong(f, "", "desk_ban_too_many"); break;
    default: desk_form_wrong(f, "kind", "desk_ban_nobody"); break;
    }
}

err ban_new_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    struct desk_form *f = ban_form(&c);
    desk_form_read(f);
    c.draft.reason = desk_form_get(f, "reason");
    c.draft.now = r->now;
    if (!ban_kind_parse(desk_form_get(f, "kind"), &c.draft.kind))
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    if (!int_parse(str_trim(desk_form_get(f, "days")), 1, BAN_DAYS_MAX, &c.draft.days))
        c.draft.days = 0; // ban_add() says so
    e = store_write(r->app->store, add_work, &c);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, S("/desk/rules"), "ban_added");
    tell(f, e);
    return ask(r, ret, &c, f);
}

static err lift_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return ban_lift(tx, person_actor(c->r->person), c->ban, c->r->now);
}

err ban_lift_post(struct request *r, struct response *ret)
{
    struct change c = { .r = r };
    if (!desk_segment_id(r, "id", &c.ban))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, lift_work, &c);
    if (e)
        return e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return desk_done(r, ret, S("/desk/rules"), "ban_lifted");
}
