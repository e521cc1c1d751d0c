/* What is done with one gift on its page: a form each, and what becomes of it. */
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "desk/gift_desk.h"
#include "desk/second_desk.h"
#include "funding/contribution_note.h"
#include "funding/gift_receipt.h"
#include "http/error.h"

static const struct desk_input note_inputs[] = {
    { "reason", "desk_gift_note", "desk_gift_note_hint", INPUT_TEXT, true, NULL },
};
static const struct desk_input reason_inputs[] = {
    { "reason", "desk_gift_reason", "desk_gift_note_hint", INPUT_TEXT, true, NULL },
};
static const struct desk_input value_inputs[] = {
    { "price", "desk_gift_price", "desk_gift_price_hint", INPUT_ASCII, true, NULL },
    { "source", "desk_gift_price_source", "desk_gift_price_source_hint", INPUT_LINE, true, NULL },
    { "date", "desk_gift_price_day", NULL, INPUT_DATE, true, NULL },
};
static const struct desk_input refund_inputs[] = {
    { "amount", "desk_gift_amount", "desk_amount_hint", INPUT_ASCII, true, NULL },
    { "reason", "desk_gift_reason", "desk_gift_note_hint", INPUT_TEXT, true, NULL },
};
static const struct desk_input evidence_inputs[] = {
    { "hash", "desk_gift_evidence", "desk_gift_evidence_hint", INPUT_ASCII, true, NULL },
};

static const struct desk_input giver_inputs[] = {
    { "name", "desk_gift_giver", NULL, INPUT_LINE, false, NULL },
    { "email", "desk_email", "desk_gift_giver_email_hint", INPUT_ASCII, false, NULL },
    { "named", "desk_gift_giver_named", NULL, INPUT_TICK, false, NULL },
};

struct doing {
    const struct request *r;
    const struct contribution *gift;
    struct str reason;
    struct contribution_price price;
    struct amount amount;
    struct giver_word giver;
    uint8_t hash[SHA256_BYTES];
    struct hand_done done; /* of the value, which may wait for a second person */
};

/* ---- what was typed */

static bool read_reason(struct doing *w, struct desk_form *f)
{
    w->reason = str_trim(desk_form_get(f, "reason"));
    return true;
}

static bool read_note(struct doing *w, struct desk_form *f)
{
    (void)read_reason(w, f);
    if (!w->reason.n)
        desk_form_wrong(f, "reason", "desk_gift_note_missing");
    return desk_form_fine(f);
}

static bool read_nothing(struct doing *w, struct desk_form *f)
{
    return w->gift && f;
}

static bool read_price(struct doing *w, struct desk_form *f)
{
    struct date day = { 0 };
    w->price = (struct contribution_price){ .id = w->gift->id,
                                            .price = str_trim(desk_form_get(f, "price")),
                                            .source = str_trim(desk_form_get(f, "source")),
                                            .by = person_actor(w->r->person),
                                            .now = w->r->now };
    if (!rate_price_is_valid(w->price.price))
        desk_form_wrong(f, "price", "desk_gift_price_wrong");
    if (!rate_source_is_valid(w->price.source))
        desk_form_wrong(f, "source", "desk_gift_price_source_wrong");
    if (!date_parse(str_trim(desk_form_get(f, "date")), &day))
        desk_form_wrong(f, "date", "desk_date_wrong");
    w->price.day = day;
    return desk_form_fine(f);
}

static bool read_refund(struct doing *w, struct desk_form *f)
{
    struct asset asset = w->gift->amount.asset;
    (void)read_reason(w, f);
    if (!w->reason.n)
        desk_form_wrong(f, "reason", "funding_refused_reason");
    if (!amount_parse(str_trim(desk_form_get(f, "amount")), asset, &w->amount))
        desk_form_wrong(f, "amount", "desk_amount_wrong");
    else if (w->amount.units <= 0)
        desk_form_wrong(f, "amount", "funding_refused_zero"); // none would mean all of it
    return desk_form_fine(f);
}

static bool read_hash(struct doing *w, struct desk_form *f)
{
    if (!hex_parse(str_trim(desk_form_get(f, "hash")), w->hash, sizeof w->hash))
        desk_form_wrong(f, "hash", "desk_gift_evidence_wrong");
    return desk_form_fine(f);
}

static bool read_giver(struct doing *w, struct desk_form *f)
{
    w->giver = (struct giver_word){ .contribution = w->gift->id,
                                    .name = str_trim(desk_form_get(f, "name")),
                                    .email = str_trim(desk_form_get(f, "email")),
                                    .named = desk_form_ticked(f, "named"),
                                    .by = person_actor(w->r->person),
                                    .now = w->r->now };
    return true;
}

/* ---- doing it */

static err settle_work(struct tx *tx, void *arg)
{
    const struct doing *w = arg;
    return contribution_settle(tx, w->gift->id, person_actor(w->r->person), w->r->now, w->r->arena);
}

static err note_work(struct tx *tx, void *arg)
{
    const struct doing *w = arg;
    struct contribution_note_draft d = { .contribution = w->gift->id,
                                         .body = w->reason,
                                         .by = person_actor(w->r->person),
                                         .now = w->r->now };
    return contribution_note_add(tx, &d);
}

static err freeze(struct tx *tx, const struct doing *w, bool frozen)
{
    struct contribution_freezing z = { .id = w->gift->id,
                                       .frozen = frozen,
                                       .reason = w->reason,
                                       .by = person_actor(w->r->person),
                                       .now = w->r->now };
    return contribution_freeze(tx, &z);
}

static err freeze_work(struct tx *tx, void *arg)
{
    return freeze(tx, arg, true);
}

static err free_work(struct tx *tx, void *arg)
{
    return freeze(tx, arg, false);
}

static err value_work(struct tx *tx, void *arg)
{
    struct doing *w = arg;
    struct hand_rule rule = hand_rule_of(w->r->setup->config);
    struct hand_wish wish = { .kind = HAND_VALUE, .price = w->price };
    return hand_enter(tx, &rule, &wish, w->r->arena, &w->done);
}

static err refund_work(struct tx *tx, void *arg)
{
    const struct doing *w = arg;
    int64_t transaction = 0;
    struct contribution_part part = { .id = w->gift->id,
                                      .kind = LEDGER_REFUND,
                                      .amount = w->amount,
                                      .reason = w->reason,
                                      .by = person_actor(w->r->person),
                                      .now = w->r->now };
    return contribution_take_back(tx, &part, w->r->arena, &transaction);
}

static err evidence_work(struct tx *tx, void *arg)
{
    const struct doing *w = arg;
    return contribution_set_evidence(tx, w->gift->id, bytes_str(w->hash, sizeof w->hash),
                                     person_actor(w->r->person), w->r->now);
}

/* Refusals of other modules, told in their own words. */
enum { REFUSED_RECEIPT = 1000, REFUSED_GIVER = 2000 };

static err receipt_work(struct tx *tx, void *arg)
{
    const struct doing *w = arg;
    err e = gift_receipt_send(tx, w->gift->id, person_actor(w->r->person), w->r->now, w->r->arena);
    return e > 0 ? REFUSED_RECEIPT + e : e;
}

static err giver_work(struct tx *tx, void *arg)
{
    const struct doing *w = arg;
    err e = giver_set(tx, &w->giver, w->r->arena);
    return e > 0 ? REFUSED_GIVER + e : e;
}

/* ---- which there are */

static const struct deed {
    const char *name, *rest; /* of the form; of its address */
    const char *title, *button, *done;
    const struct desk_input *inputs;
    size_t count;
    bool (*read)(struct doing *w, struct desk_form *f);
    tx_work *work;
} deeds[GIFT_DEEDS] = {
    [GIFT_SETTLE] = { "settle", "/settle", "desk_gift_settle_title", "desk_gift_settle",
                      "contribution_settled", NULL, 0, read_nothing, settle_work },
    [GIFT_NOTE] = { "note", "/note", "desk_gift_note_title", "desk_gift_note_add",
                    "contribution_noted", note_inputs, COUNT(note_inputs), read_note, note_work },
    [GIFT_RECEIPT] = { "receipt", "/receipt", "desk_gift_receipt_title", "desk_gift_receipt_send",
                       "contribution_receipt", NULL, 0, read_nothing, receipt_work },
    [GIFT_GIVER] = { "giver", "/giver", "desk_gift_giver_title", "desk_gift_giver_set",
                     "contribution_giver", giver_inputs, COUNT(giver_inputs), read_giver,
                     giver_work },
    [GIFT_VALUE] = { "value", "/value", "desk_gift_value_title", "desk_gift_value_fix",
                     "contribution_valued", value_inputs, COUNT(value_inputs), read_price,
                     value_work },
    [GIFT_REFUND] = { "refund", "/refund", "desk_gift_refund_title", "desk_gift_refund",
                      "contribution_refunded", refund_inputs, COUNT(refund_inputs), read_refund,
                      refund_work },
    [GIFT_EVIDENCE] = { "evidence", "/evidence", "desk_gift_evidence_title",
                        "desk_gift_evidence_set", "contribution_evidence", evidence_inputs,
                        COUNT(evidence_inputs), read_hash, evidence_work },
    [GIFT_FREEZE] = { "freeze", "/freeze", "desk_gift_freeze_title", "desk_gift_freeze",
                      "contribution_frozen", reason_inputs, COUNT(reason_inputs), read_reason,
                      freeze_work },
    [GIFT_FREE] = { "free", "/free", "desk_gift_free_title", "desk_gift_free", "contribution_freed",
                    reason_inputs, COUNT(reason_inputs), read_reason, free_work },
};

bool gift_deed_fits(const struct gift_at *g, enum gift_deed d)
{
    const struct request *r = g->r;
    const struct contribution *gift = &g->gift;
    bool may = person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE);
    bool settled = gift->state == CONTRIBUTION_SETTLED;
    switch (d) {
    case GIFT_NOTE: return true;
    case GIFT_RECEIPT:
        return may && !gift->frozen && settled && g->giver.email.n && mail_enabled(r->setup);
    case GIFT_GIVER: return may && !gift->frozen && (!g->giver.email.n || !g->giver.channel.n);
    case GIFT_SETTLE: return may && !gift->frozen && gift->state == CONTRIBUTION_PENDING;
    case GIFT_VALUE: return may && !gift->frozen && settled && gift->unvalued;
    case GIFT_REFUND: return may && !gift->frozen && settled;
    case GIFT_EVIDENCE: return may;
    case GIFT_FREEZE: return may && !gift->frozen;
    case GIFT_FREE: return may && gift->frozen;
    case GIFT_DEEDS: break;
    }
    check(false);
    return false;
}

struct str gift_deed_title(const struct request *r, enum gift_deed d)
{
    return desk_word(r, deeds[d].title);
}

struct desk_form *gift_deed_form(const struct gift_at *g, enum gift_deed d)
{
    const struct deed *deed = &deeds[d];
    struct desk_form *f = desk_form_make(g->r, deed->name, gift_url(g->r, g->gift.id, deed->rest),
                                         deed->inputs, deed->count);
    desk_form_button(f, NULL, NULL, deed->button);
    return f;
}

const char *gift_field_of(err refusal)
{
    static const char *const fields[CONTRIBUTION_REFUSALS] = {
        [CONTRIBUTION_CHANNEL_UNKNOWN] = "channel",   [CONTRIBUTION_AMOUNT_ZERO] = "amount",
        [CONTRIBUTION_AMOUNT_LARGE] = "amount",       [CONTRIBUTION_DAY_EARLY] = "date",
        [CONTRIBUTION_DAY_FUTURE] = "date",           [CONTRIBUTION_NOTE_WRONG] = "reason",
        [CONTRIBUTION_REFERENCE_WRONG] = "reference", [CONTRIBUTION_REFERENCE_USED] = "reference",
        [CONTRIBUTION_TOO_MUCH] = "amount",           [CONTRIBUTION_REASON_MISSING] = "reason",
    };
    return refusal < CONTRIBUTION_REFUSALS && fields[refusal] ? fields[refusal] : "";
}

int gift_status_of(err refusal)
{
    return *gift_field_of(refusal) || refusal == CONTRIBUTION_VALUE_WRONG ? 422 : 409;
}

static void say_refusal(struct desk_form *f, err refusal, int *ret_status)
{
    static const struct own_refusal {
        err refusal;
        int status;
        const char *field, *word;
    } own[] = {
        { REFUSED_RECEIPT + RECEIPT_NOBODY, 409, "", "desk_gift_receipt_nobody" },
        { REFUSED_RECEIPT + RECEIPT_NOT_SETTLED, 409, "", "desk_gift_receipt_not_settled" },
        { REFUSED_RECEIPT + RECEIPT_FROZEN, 409, "", "funding_refused_frozen" },
        { REFUSED_GIVER + GIVER_IS_FROZEN, 409, "", "funding_refused_frozen" },
        { REFUSED_GIVER + GIVER_TOLD, 409, "", "desk_gift_giver_told" },
        { REFUSED_GIVER + GIVER_NOBODY, 422, "name", "desk_gift_giver_nobody" },
        { REFUSED_GIVER + GIVER_NAME_WRONG, 422, "name", "desk_gift_giver_name_wrong" },
        { REFUSED_GIVER + GIVER_EMAIL_WRONG, 422, "email", "desk_gift_giver_email_wrong" },
    };
    for (size_t i = 0; i < COUNT(own); i++) {
        if (own[i].refusal != refusal)
            continue;
        desk_form_wrong(f, own[i].field, own[i].word);
        *ret_status = own[i].status;
        return;
    }
    desk_form_wrong(f, gift_field_of(refusal), hand_refusal_word(refusal));
    *ret_status = gift_status_of(refusal);
}

/* Refused: the gift's page as it is now, with the form that was sent. */
static err refuse(struct gift_at *g, struct response *ret, enum gift_deed d, struct desk_form *f,
                  err refusal)
{
    struct gift_refused refused = { .deed = d, .form = f, .status = 422 };
    err e = OK;
    if (refusal) {
        say_refusal(f, refusal, &refused.status);
        if (gift_missing(g->r, ret, g, &e))
            return e;
    }
    return gift_page(g, ret, &refused);
}

static err deed_post(struct request *r, struct response *ret, enum gift_deed d)
{
    struct gift_at g = { 0 };
    err e = OK;
    if (gift_missing(r, ret, &g, &e))
        return e;
    struct doing w = { .r = r, .gift = &g.gift };
    struct desk_form *f = gift_deed_form(&g, d);
    desk_form_read(f);
    if (!deeds[d].read(&w, f))
        return refuse(&g, ret, d, f, OK);
    e = store_write(r->app->store, deeds[d].work, &w);
    if (e < 0)
        return fault(e);
    if (e)
        return refuse(&g, ret, d, f, e);
    if (!w.done.waiting)
        w.done.contribution = g.gift.id;
    return second_answer(r, ret, &w.done, deeds[d].done);
}

err gift_note_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_NOTE);
}

err gift_settle_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_SETTLE);
}

err gift_freeze_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_FREEZE);
}

err gift_free_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_FREE);
}

err gift_value_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_VALUE);
}

err gift_refund_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_REFUND);
}

err gift_evidence_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_EVIDENCE);
}

err gift_receipt_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_RECEIPT);
}

err gift_giver_post(struct request *r, struct response *ret)
{
    return deed_post(r, ret, GIFT_GIVER);
}
