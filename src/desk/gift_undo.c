/* Taking a gift back, and erasing what is private of one: each asks on a page of its own. */
#include "desk/funding_desk.h"
#include "desk/gift_desk.h"

static const struct desk_input reverse_inputs[] = {
    { "reason", "desk_gift_reason", "desk_gift_note_hint", INPUT_TEXT, true, NULL },
};

struct undoing {
    struct gift_at at;
    struct str reason;
};

static struct desk_form *reverse_form(const struct gift_at *g)
{
    struct desk_form *f = desk_form_make(g->r, "reverse", gift_url(g->r, g->gift.id, "/reverse"),
                                         reverse_inputs, COUNT(reverse_inputs));
    desk_form_button(f, NULL, NULL, "desk_gift_reverse");
    return f;
}

static struct desk_form *erase_form(const struct gift_at *g)
{
    struct desk_form *f =
        desk_form_make(g->r, "erase", gift_url(g->r, g->gift.id, "/erase"), NULL, 0);
    desk_form_button(f, NULL, NULL, "desk_gift_erase");
    return f;
}

static err reverse_ask(const struct gift_at *g, struct response *ret, const struct desk_form *f,
                       int status)
{
    struct request *r = g->r;
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_gift_reverse",
                               .intro = desk_named(r, "desk_gift_reverse_sure",
                                                   gift_described(r, &g->gift)),
                               .back = gift_url(r, g->gift.id, ""),
                               .form = f,
                               .status = status };
    return desk_ask(r, ret, &q);
}

static err erase_ask(const struct gift_at *g, struct response *ret, const struct desk_form *f,
                     int status)
{
    struct request *r = g->r;
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_gift_erase",
                               .intro = desk_named(r, "desk_gift_erase_sure",
                                                   gift_described(r, &g->gift)),
                               .back = gift_url(r, g->gift.id, ""),
                               .form = f,
                               .status = status };
    return desk_ask(r, ret, &q);
}

err gift_reverse_show(struct request *r, struct response *ret)
{
    struct gift_at g = { 0 };
    err e = OK;
    return gift_missing(r, ret, &g, &e) ? e : reverse_ask(&g, ret, reverse_form(&g), 0);
}

static err reverse_work(struct tx *tx, void *arg)
{
    const struct undoing *u = arg;
    const struct request *r = u->at.r;
    struct contribution_reversal reversal = {
        .id = u->at.gift.id, .reason = u->reason, .by = person_actor(r->person), .now = r->now
    };
    return contribution_reverse(tx, &reversal, r->arena);
}

err gift_reverse_post(struct request *r, struct response *ret)
{
    struct undoing u = { 0 };
    err e = OK;
    if (gift_missing(r, ret, &u.at, &e))
        return e;
    struct desk_form *f = reverse_form(&u.at);
    desk_form_read(f);
    u.reason = str_trim(desk_form_get(f, "reason"));
    e = u.reason.n ? store_write(r->app->store, reverse_work, &u) : CONTRIBUTION_REASON_MISSING;
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, gift_url(r, u.at.gift.id, ""), "contribution_reversed");
    desk_form_wrong(f, gift_field_of(e), contribution_refusal_word(e));
    return reverse_ask(&u.at, ret, f, gift_status_of(e));
}

err gift_erase_show(struct request *r, struct response *ret)
{
    struct gift_at g = { 0 };
    err e = OK;
    return gift_missing(r, ret, &g, &e) ? e : erase_ask(&g, ret, erase_form(&g), 0);
}

static err erase_work(struct tx *tx, void *arg)
{
    const struct undoing *u = arg;
    const struct request *r = u->at.r;
    return contribution_erase(tx, u->at.gift.id, person_actor(r->person), r->now);
}

err gift_erase_post(struct request *r, struct response *ret)
{
    struct undoing u = { 0 };
    err e = OK;
    if (gift_missing(r, ret, &u.at, &e))
        return e;
    struct desk_form *f = erase_form(&u.at);
    e = store_write(r->app->store, erase_work, &u);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, gift_url(r, u.at.gift.id, ""), "contribution_erased");
    desk_form_wrong(f, "", contribution_refusal_word(e));
    return erase_ask(&u.at, ret, f, 409);
}
