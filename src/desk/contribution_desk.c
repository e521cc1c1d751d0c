#include "desk/funding_desk.h"
#include "desk/funding_row.h"
#include "funding/receipt.h"
#include "http/error.h"

static const struct desk_input inputs[] = {
    { "channel", "desk_gift_channel", NULL, INPUT_CHOICE, true, NULL },
    { "amount", "desk_gift_amount", "desk_amount_hint", INPUT_ASCII, true, NULL },
    { "currency", "desk_currency", "desk_gift_currency_hint", INPUT_ASCII, true, NULL },
    { "date", "desk_gift_date", NULL, INPUT_DATE, true, NULL },
    { "pending", "desk_gift_pending", NULL, INPUT_TICK, false, NULL },
    { "note", "desk_gift_note", "desk_gift_note_hint", INPUT_TEXT, false, NULL },
    { "reference", "desk_gift_reference", "desk_gift_reference_hint", INPUT_LINE, false, NULL },
};
static const struct desk_input reverse_inputs[] = {
    { "reason", "desk_gift_reason", "desk_gift_note_hint", INPUT_TEXT, true, NULL },
};

struct gift_view {
    struct desk_top top;
    struct gift_row gift;
    struct str heading;
    struct str receipt; /* its code, for the giver */
};
static const struct field gift_fields[] = {
    DESK_FIELDS(struct gift_view),
    FIELD_VIEW(struct gift_view, gift, &gift_row_view),
    FIELD_STR(struct gift_view, heading),
    FIELD_STR(struct gift_view, receipt),
};
static const struct view gift_view = VIEW(struct gift_view, gift_fields);
TEMPLATE(gift_page, "pages/desk/contribution.html", &gift_view, TEMPLATE_HTML);

/* ---- entering one */

static struct desk_form *new_form(const struct request *r)
{
    struct desk_form *f =
        desk_form_make(r, "gift", S("/desk/funding/contributions/new"), inputs, COUNT(inputs));
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

struct entry {
    const struct request *r;
    struct contribution_draft draft;
    int64_t id;
};

static err add_work(struct tx *tx, void *arg)
{
    struct entry *n = arg;
    return contribution_add(tx, &n->draft, n->r->arena, &n->id);
}

static bool read_draft(struct entry *n, struct desk_form *f)
{
    struct contribution_draft *d = &n->draft;
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

static const char *field_of(err refusal)
{
    static const char *const fields[CONTRIBUTION_REFUSALS] = {
        [CONTRIBUTION_CHANNEL_UNKNOWN] = "channel",   [CONTRIBUTION_AMOUNT_ZERO] = "amount",
        [CONTRIBUTION_AMOUNT_LARGE] = "amount",       [CONTRIBUTION_DAY_EARLY] = "date",
        [CONTRIBUTION_DAY_FUTURE] = "date",           [CONTRIBUTION_NOTE_WRONG] = "note",
        [CONTRIBUTION_REFERENCE_WRONG] = "reference", [CONTRIBUTION_REFERENCE_USED] = "reference",
    };
    return fields[refusal] ? fields[refusal] : "";
}

err gift_new_post(struct request *r, struct response *ret)
{
    struct entry n = { .r = r };
    struct desk_form *f = new_form(r);
    desk_form_read(f);
    if (!read_draft(&n, f))
        return new_ask(r, ret, f);
    err e = store_write(r->app->store, add_work, &n);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, gift_url(r, n.id, ""), "contribution_added");
    desk_form_wrong(f, field_of(e), contribution_refusal_word(e));
    return new_ask(r, ret, f);
}

/* ---- one, and its later steps */

struct step {
    const struct request *r;
    struct contribution gift;
    struct str reason;
};

static err read_gift(struct step *s, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(s->r->app->store, &tx);
    return e ? e : contribution_get(&tx, id, s->r->arena, &s->gift);
}

/* True when there is no such contribution and it answered. */
static bool missing(struct request *r, struct response *ret, struct step *s, err *ret_e)
{
    int64_t id = 0;
    s->r = r;
    err e = desk_segment_id(r, "id", &id) ? read_gift(s, id) : CONTRIBUTION_MISSING;
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

err gift_show(struct request *r, struct response *ret)
{
    struct step s = { 0 };
    err e = OK;
    if (missing(r, ret, &s, &e))
        return e;
    struct gift_view v = { .gift = gift_row(r, &s.gift),
                           .heading = desk_count(r, "desk_gift_number", s.gift.id),
                           .receipt = receipt_code(r->app->keys, s.gift.id, r->arena) };
    v.top.page.title = v.heading;
    e = desk_fill(r, DESK_AT_FUNDING, "desk_funding", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &gift_page, &v, 200);
}

/* After a step: the contribution's page with the notice, or why not. */
static err answer(struct request *r, struct response *ret, const struct step *s, err e,
                  const char *done)
{
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, gift_url(r, s->gift.id, ""), done);
    return http_refuse(r, ret, e == CONTRIBUTION_MISSING ? 404 : 409,
                       contribution_refusal_word(e)); // 409: somebody was faster
}

static err settle_work(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    const struct request *r = s->r;
    return contribution_settle(tx, s->gift.id, person_actor(r->person), r->now, r->arena);
}

err gift_settle_post(struct request *r, struct response *ret)
{
    struct step s = { 0 };
    err e = OK;
    if (missing(r, ret, &s, &e))
        return e;
    e = store_write(r->app->store, settle_work, &s);
    return answer(r, ret, &s, e, "contribution_settled");
}

static struct str described(const struct step *s)
{
    struct gift_row row = gift_row(s->r, &s->gift);
    return str_print(s->r->arena, STR_FMT ", " STR_FMT ", " STR_FMT, STR_ARG(row.amount),
                     STR_ARG(row.channel), STR_ARG(row.day_text));
}

static struct desk_form *reverse_form(const struct step *s)
{
    struct desk_form *f = desk_form_make(s->r, "reverse", gift_url(s->r, s->gift.id, "/reverse"),
                                         reverse_inputs, COUNT(reverse_inputs));
    desk_form_button(f, NULL, NULL, "desk_gift_reverse");
    return f;
}

static err reverse_ask(struct request *r, struct response *ret, const struct step *s,
                       const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_gift_reverse",
                               .intro = desk_named(r, "desk_gift_reverse_sure", described(s)),
                               .back = gift_url(r, s->gift.id, ""),
                               .form = f };
    return desk_ask(r, ret, &q);
}

err gift_reverse_show(struct request *r, struct response *ret)
{
    struct step s = { 0 };
    err e = OK;
    if (missing(r, ret, &s, &e))
        return e;
    return reverse_ask(r, ret, &s, reverse_form(&s));
}

static err reverse_work(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    struct contribution_reversal reversal = {
        .id = s->gift.id, .reason = s->reason, .by = person_actor(s->r->person), .now = s->r->now
    };
    return contribution_reverse(tx, &reversal, s->r->arena);
}

err gift_reverse_post(struct request *r, struct response *ret)
{
    struct step s = { 0 };
    err e = OK;
    if (missing(r, ret, &s, &e))
        return e;
    struct desk_form *f = reverse_form(&s);
    desk_form_read(f);
    s.reason = str_trim(desk_form_get(f, "reason"));
    if (!s.reason.n) {
        desk_form_wrong(f, "reason", "funding_refused_reason");
        return reverse_ask(r, ret, &s, f);
    }
    e = store_write(r->app->store, reverse_work, &s);
    if (e != CONTRIBUTION_NOTE_WRONG)
        return answer(r, ret, &s, e, "contribution_reversed");
    desk_form_wrong(f, "reason", contribution_refusal_word(e));
    return reverse_ask(r, ret, &s, f);
}

err gift_erase_show(struct request *r, struct response *ret)
{
    struct step s = { 0 };
    err e = OK;
    if (missing(r, ret, &s, &e))
        return e;
    struct desk_form *f = desk_form_make(r, "erase", gift_url(r, s.gift.id, "/erase"), NULL, 0);
    desk_form_button(f, NULL, NULL, "desk_gift_erase");
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_gift_erase",
                               .intro = desk_named(r, "desk_gift_erase_sure", described(&s)),
                               .back = gift_url(r, s.gift.id, ""),
                               .form = f };
    return desk_ask(r, ret, &q);
}

static err erase_work(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    return contribution_erase(tx, s->gift.id, person_actor(s->r->person), s->r->now);
}

err gift_erase_post(struct request *r, struct response *ret)
{
    struct step s = { 0 };
    err e = OK;
    if (missing(r, ret, &s, &e))
        return e;
    e = store_write(r->app->store, erase_work, &s);
    return answer(r, ret, &s, e, "contribution_erased");
}
