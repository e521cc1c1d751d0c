/* Entering a gift by hand, and entering one anew that was entered wrong. */
#include "desk/funding_desk.h"
#include "desk/gift_desk.h"
#include "desk/second_desk.h"
#include "funding/contribution_note.h"

static const struct desk_input inputs[] = {
    { "reason", "desk_gift_correct_reason", "desk_gift_note_hint", INPUT_TEXT, true, NULL },
    { "channel", "desk_gift_channel", NULL, INPUT_CHOICE, true, NULL },
    { "amount", "desk_gift_amount", "desk_amount_hint", INPUT_ASCII, true, NULL },
    { "currency", "desk_currency", "desk_gift_currency_hint", INPUT_ASCII, true, NULL },
    { "date", "desk_gift_date", NULL, INPUT_DATE, true, NULL },
    { "pending", "desk_gift_pending", NULL, INPUT_TICK, false, NULL },
    { "note", "desk_gift_note", "desk_gift_note_hint", INPUT_TEXT, false, NULL },
    { "reference", "desk_gift_reference", "desk_gift_reference_hint", INPUT_LINE, false, NULL },
};

struct entry {
    const struct request *r;
    struct contribution_correction correction; /* id 0: a new one */
    struct hand_rule rule;
    struct hand_done done;
};

static err enter_work(struct tx *tx, void *arg)
{
    struct entry *n = arg;
    struct hand_wish w = { .kind = n->correction.id ? HAND_CORRECT : HAND_ADD,
                           .entry = n->correction };
    return hand_enter(tx, &n->rule, &w, n->r->arena, &n->done);
}

static bool read_draft(struct entry *n, struct desk_form *f)
{
    struct contribution_draft *d = &n->correction.draft;
    struct asset asset = { 0 };
    *d = (struct contribution_draft){ .channels = n->r->setup->channels,
                                      .channel = desk_form_get(f, "channel"),
                                      .pending = desk_form_ticked(f, "pending"),
                                      .source = LEDGER_BY_HAND,
                                      .note = str_trim(desk_form_get(f, "note")),
                                      .reference = str_trim(desk_form_get(f, "reference")),
                                      .by = person_actor(n->r->person),
                                      .now = n->r->now };
    if (!asset_parse(str_trim(desk_form_get(f, "currency")), &asset))
        desk_form_wrong(f, "currency", "desk_currency_unknown");
    else if (!amount_parse(str_trim(desk_form_get(f, "amount")), asset, &d->amount))
        desk_form_wrong(f, "amount", "desk_amount_wrong");
    if (!date_parse(str_trim(desk_form_get(f, "date")), &d->occurred_on))
        desk_form_wrong(f, "date", "desk_date_wrong");
    return desk_form_fine(f);
}

/* A note of its own may be wrong, or the reason: the refusal is the same. */
static const char *field_of(const struct entry *n, err refusal)
{
    if (refusal == CONTRIBUTION_NOTE_WRONG && contribution_note_is_fine(n->correction.reason))
        return "note";
    return gift_field_of(refusal);
}

/* ---- a new one */

static struct desk_form *new_form(const struct request *r)
{
    struct desk_form *f = desk_form_make(r, "gift", S("/desk/funding/contributions/new"),
                                         inputs + 1, COUNT(inputs) - 1);
    desk_form_button(f, NULL, NULL, "desk_gift_add");
    return f;
}

static err new_ask(struct request *r, struct response *ret, struct desk_form *f)
{
    gift_channels(r, f, NULL);
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_gift_new",
                               .intro = desk_word(r, "desk_gift_new_intro"),
                               .back = S("/desk/funding"),
                               .form = f };
    return desk_ask(r, ret, &q);
}

err gift_new_show(struct request *r, struct response *ret)
{
    struct desk_form *f = new_form(r);
    struct date today = format_day_of(r->setup->formats, r->now);
    desk_form_set(f, "channel", S("bank"));
    desk_form_set(f, "currency", config_text(r->setup->config, &site_currency));
    desk_form_set(f, "date", date_print(r->arena, today));
    return new_ask(r, ret, f);
}

err gift_new_post(struct request *r, struct response *ret)
{
    struct entry n = { .r = r, .rule = hand_rule_of(r->setup->config) };
    struct desk_form *f = new_form(r);
    desk_form_read(f);
    if (!read_draft(&n, f))
        return new_ask(r, ret, f);
    err e = store_write(r->app->store, enter_work, &n);
    if (e < 0)
        return fault(e);
    if (!e)
        return second_answer(r, ret, &n.done, "contribution_added");
    desk_form_wrong(f, field_of(&n, e), hand_refusal_word(e));
    return new_ask(r, ret, f);
}

/* ---- one that was entered wrong */

static struct desk_form *correct_form(const struct gift_at *g)
{
    struct desk_form *f = desk_form_make(g->r, "correct", gift_url(g->r, g->gift.id, "/correct"),
                                         inputs, COUNT(inputs));
    desk_form_button(f, NULL, NULL, "desk_gift_correct_button");
    return f;
}

static err correct_ask(const struct gift_at *g, struct response *ret, struct desk_form *f,
                       int status)
{
    struct request *r = g->r;
    gift_channels(r, f, NULL);
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_gift_correct",
                               .intro = desk_named(r, "desk_gift_correct_sure",
                                                   gift_described(r, &g->gift)),
                               .back = gift_url(r, g->gift.id, ""),
                               .form = f,
                               .status = status };
    return desk_ask(r, ret, &q);
}

err gift_correct_show(struct request *r, struct response *ret)
{
    struct gift_at g = { 0 };
    err e = OK;
    if (gift_missing(r, ret, &g, &e))
        return e;
    struct desk_form *f = correct_form(&g);
    const struct contribution *c = &g.gift;
    desk_form_set(f, "channel", c->channel);
    desk_form_set(f, "amount", amount_print(r->arena, c->amount));
    desk_form_set(f, "currency", str_copy(r->arena, asset_str(&c->amount.asset)));
    desk_form_set(f, "date", date_print(r->arena, c->occurred_on));
    desk_form_tick(f, "pending", c->state == CONTRIBUTION_PENDING);
    desk_form_set(f, "note", c->note);
    desk_form_set(f, "reference", c->reference);
    return correct_ask(&g, ret, f, 0);
}

err gift_correct_post(struct request *r, struct response *ret)
{
    struct gift_at g = { 0 };
    err e = OK;
    if (gift_missing(r, ret, &g, &e))
        return e;
    struct entry n = { .r = r,
                       .correction = { .id = g.gift.id },
                       .rule = hand_rule_of(r->setup->config) };
    struct desk_form *f = correct_form(&g);
    desk_form_read(f);
    n.correction.reason = str_trim(desk_form_get(f, "reason"));
    if (!n.correction.reason.n)
        desk_form_wrong(f, "reason", "funding_refused_reason");
    if (!read_draft(&n, f))
        return correct_ask(&g, ret, f, 0);
    e = store_write(r->app->store, enter_work, &n);
    if (e < 0)
        return fault(e);
    if (!e)
        return second_answer(r, ret, &n.done, "contribution_corrected");
    desk_form_wrong(f, field_of(&n, e), hand_refusal_word(e));
    return correct_ask(&g, ret, f, gift_status_of(e));
}
