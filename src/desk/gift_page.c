/* The page of one gift: the facts, the ledger's rows, the events, the notes, and the forms. */
#include "base/encoding.h"
#include "desk/gift_desk.h"
#include "funding/contribution_note.h"
#include "funding/display.h"
#include "funding/funding_part.h"
#include "funding/gift_receipt.h"
#include "funding/ledger_csv.h"
#include "funding/payment.h"
#include "funding/receipt.h"
#include "http/error.h"

#include <inttypes.h>

struct deed_row {
    struct str title;
    const struct desk_form *form;
    bool open; /* it was refused */
};
static const struct field deed_fields[] = {
    FIELD_STR(struct deed_row, title),
    FIELD_REF(struct deed_row, form, &desk_form_view),
    FIELD_BOOL(struct deed_row, open),
};
static const struct view deed_view = VIEW(struct deed_row, deed_fields);

struct entry_row {
    int64_t seq;
    struct str url, kind, account, amount, booked, reference;
};
static const struct field entry_fields[] = {
    FIELD_INT(struct entry_row, seq),       FIELD_STR(struct entry_row, url),
    FIELD_STR(struct entry_row, kind),      FIELD_STR(struct entry_row, account),
    FIELD_STR(struct entry_row, amount),    FIELD_STR(struct entry_row, booked),
    FIELD_STR(struct entry_row, reference),
};
static const struct view entry_view = VIEW(struct entry_row, entry_fields);

struct event_row {
    struct str kind, state, why, object, amount;
    struct desk_time taken;
};
static const struct field event_fields[] = {
    FIELD_STR(struct event_row, kind),   FIELD_STR(struct event_row, state),
    FIELD_STR(struct event_row, why),    FIELD_STR(struct event_row, object),
    FIELD_STR(struct event_row, amount), FIELD_VIEW(struct event_row, taken, &desk_time_view),
};
static const struct view event_view = VIEW(struct event_row, event_fields);

struct note_row {
    struct str what, who, text, other, other_url;
    struct desk_time at;
};
static const struct field note_fields[] = {
    FIELD_STR(struct note_row, what),      FIELD_STR(struct note_row, who),
    FIELD_STR(struct note_row, text),      FIELD_STR(struct note_row, other),
    FIELD_STR(struct note_row, other_url), FIELD_VIEW(struct note_row, at, &desk_time_view),
};
static const struct view note_view = VIEW(struct note_row, note_fields);

struct gift_view {
    struct desk_top top;
    struct gift_row gift;
    struct str heading, receipt; /* its code, for the giver */
    struct str value, price, source, entered_by, evidence;
    struct desk_time price_at;
    struct str giver, email, message, giver_url, receipt_mails;
    struct desk_time receipt_at;
    struct list deeds, entries, events, notes;
    bool may_correct;
};
static const struct field gift_fields[] = {
    DESK_FIELDS(struct gift_view),
    FIELD_VIEW(struct gift_view, gift, &gift_row_view),
    FIELD_STR(struct gift_view, heading),
    FIELD_STR(struct gift_view, receipt),
    FIELD_STR(struct gift_view, value),
    FIELD_STR(struct gift_view, price),
    FIELD_STR(struct gift_view, source),
    FIELD_VIEW(struct gift_view, price_at, &desk_time_view),
    FIELD_STR(struct gift_view, entered_by),
    FIELD_STR(struct gift_view, evidence),
    FIELD_STR(struct gift_view, giver),
    FIELD_STR(struct gift_view, email),
    FIELD_STR(struct gift_view, message),
    FIELD_STR(struct gift_view, giver_url),
    FIELD_STR(struct gift_view, receipt_mails),
    FIELD_VIEW(struct gift_view, receipt_at, &desk_time_view),
    FIELD_LIST(struct gift_view, deeds, &deed_view),
    FIELD_LIST(struct gift_view, entries, &entry_view),
    FIELD_LIST(struct gift_view, events, &event_view),
    FIELD_LIST(struct gift_view, notes, &note_view),
    FIELD_BOOL(struct gift_view, may_correct),
};
static const struct view gift_view = VIEW(struct gift_view, gift_fields);
TEMPLATE(gift_template, "pages/desk/contribution.html", &gift_view, TEMPLATE_HTML);

static err read_gift(struct gift_at *g, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(g->r->app->store, &tx);
    if (!e)
        e = contribution_get(&tx, id, g->r->arena, &g->gift);
    if (e || !g->gift.giver)
        return e;
    e = giver_get(&tx, g->gift.giver, g->r->arena, &g->giver);
    return e > 0 ? fault(ERR_DATA) : e; // a foreign key leads there
}

bool gift_missing(struct request *r, struct response *ret, struct gift_at *g, err *ret_e)
{
    int64_t id = 0;
    g->r = r;
    err e = desk_segment_id(r, "id", &id) ? read_gift(g, id) : CONTRIBUTION_MISSING;
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

err gift_person(struct tx *tx, const struct request *r, int64_t id, struct str *ret)
{
    struct person p = { .name = desk_word(r, "desk_by_command") };
    err e = id ? person_get(tx, id, r->arena, &p) : OK;
    if (e > 0) // their row went; the number stays
        p.name = desk_count(r, "desk_person_number", id);
    *ret = p.name;
    return e < 0 ? fault(e) : OK;
}

struct str gift_described(const struct request *r, const struct contribution *c)
{
    struct gift_row row = gift_row(r, c);
    return str_print(r->arena, STR_FMT ", " STR_FMT ", " STR_FMT, STR_ARG(row.amount),
                     STR_ARG(row.channel), STR_ARG(row.day_text));
}

/* ---- lists */

static struct str account_word(const struct request *r, struct str account)
{
    return desk_word_of(r, "desk_gift_account_", account);
}

static err read_entries(struct tx *tx, const struct gift_at *g, struct list *ret)
{
    struct arena *a = g->r->arena;
    const struct ledger_row *rows = NULL;
    size_t n = 0;
    err e = ledger_rows_of(tx, g->gift.id, a, &rows, &n);
    struct entry_row *shown = arena_new(a, struct entry_row, n ? n : 1);
    for (size_t i = 0; !e && i < n; i++)
        shown[i] = (struct entry_row){
            .seq = rows[i].seq,
            .url = str_print(a, "/funding/ledger?before=%" PRId64 "#entry-%" PRId64,
                             rows[i].seq + 1, rows[i].seq),
            .kind = display_kind_of_entry(g->r->setup, rows[i].kind),
            .account = account_word(g->r, rows[i].account),
            .amount = display_amount(g->r->setup, a, rows[i].amount),
            .booked = format_date(g->r->setup->formats, a, date_from_days(rows[i].booked)),
            .reference = rows[i].reference,
        };
    *ret = (struct list){ shown, n };
    return e;
}

static struct str event_word(const struct request *r, enum payment_kind kind)
{
    static const char *const words[PAYMENT_KINDS] = {
        [PAYMENT_PENDING] = "funding_kind_promise",
        [PAYMENT_RECEIVED] = "funding_kind_gift",
        [PAYMENT_FAILED] = "desk_gift_event_failed",
        [PAYMENT_FEE] = "funding_kind_fee",
        [PAYMENT_REFUND] = "funding_kind_refund",
        [PAYMENT_REFUND_FAILED] = "funding_kind_refund_failed",
        [PAYMENT_DISPUTE] = "funding_kind_dispute",
        [PAYMENT_DISPUTE_WON] = "funding_kind_dispute_won",
        [PAYMENT_REORG_REVERSAL] = "funding_kind_reorg_reversal",
        [PAYMENT_REORG_RESTORE] = "funding_kind_reorg_restore",
    };
    return desk_word(r, words[kind]);
}

static err read_events(struct tx *tx, const struct gift_at *g, struct list *ret)
{
    const struct request *r = g->r;
    const struct payment_row *rows = NULL;
    size_t n = 0;
    err e = payment_of_contribution(tx, g->gift.id, r->arena, &rows, &n);
    struct event_row *shown = arena_new(r->arena, struct event_row, n ? n : 1);
    for (size_t i = 0; !e && i < n; i++) {
        struct amount m = rows[i].event.amount;
        shown[i] = (struct event_row){
            .kind = event_word(r, rows[i].event.kind),
            .state = desk_word_of(r, "desk_gift_event_", rows[i].state),
            .why = rows[i].why.n ? desk_word(r, str_z(r->arena, rows[i].why)) : S(""),
            .object = rows[i].event.object,
            .amount = m.units ? display_amount(r->setup, r->arena, m) : S(""),
            .taken = desk_time(r, rows[i].taken_at),
        };
    }
    *ret = (struct list){ shown, n };
    return e;
}

static struct note_row note_row_of(const struct gift_at *g, const struct contribution_note *n)
{
    static const char *const words[CONTRIBUTION_NOTE_KINDS] = {
        [CONTRIBUTION_NOTE_WRITTEN] = "desk_gift_noted",
        [CONTRIBUTION_NOTE_FREEZE] = "desk_gift_noted_freeze",
        [CONTRIBUTION_NOTE_FREE] = "desk_gift_noted_free",
        [CONTRIBUTION_NOTE_TAKE_BACK] = "desk_gift_noted_take_back",
        [CONTRIBUTION_NOTE_CORRECTED] = "desk_gift_noted_corrected",
        [CONTRIBUTION_NOTE_CORRECTS] = "desk_gift_noted_corrects",
    };
    return (struct note_row){
        .what = desk_word(g->r, words[n->kind]),
        .text = n->body,
        .other = n->other ? desk_count(g->r, "desk_gift_number", n->other) : S(""),
        .other_url = n->other ? gift_url(g->r, n->other, "") : S(""),
        .at = desk_time(g->r, n->at),
    };
}

static err read_notes(struct tx *tx, const struct gift_at *g, struct gift_view *v)
{
    const struct contribution_note *notes = NULL;
    size_t n = 0;
    err e = contribution_notes(tx, g->gift.id, g->r->arena, &notes, &n);
    bool may = person_may(g->r->person, PERMISSION_CONTRIBUTION_REVERSE) && !g->gift.frozen;
    struct note_row *rows = arena_new(g->r->arena, struct note_row, n ? n : 1);
    for (size_t i = 0; !e && i < n; i++) {
        rows[i] = note_row_of(g, &notes[i]);
        v->gift.may_erase = v->gift.may_erase || (may && notes[i].body.n);
        e = gift_person(tx, g->r, notes[i].by, &rows[i].who);
    }
    v->notes = (struct list){ rows, n };
    return e;
}

static err read_receipt(struct tx *tx, const struct gift_at *g, struct gift_view *v)
{
    struct gift_receipt sent = { 0 };
    err e = gift_receipt_get(tx, g->gift.id, &sent);
    if (e || !sent.mails)
        return e;
    v->receipt_mails = desk_count(g->r, "desk_gift_receipt_mails", sent.mails);
    v->receipt_at = desk_time(g->r, sent.at);
    return OK;
}

/* ---- all of it */

static void show_value(const struct gift_at *g, struct gift_view *v)
{
    const struct contribution *c = &g->gift;
    if (!c->value.units)
        return;
    v->value = display_amount(g->r->setup, g->r->arena, c->value);
    v->price = str_print(g->r->arena, STR_FMT " %s", STR_ARG(c->rate), c->value.asset.code);
    v->source = c->rate_source;
    v->price_at = desk_time(g->r, c->rate_at);
}

static struct desk_form *fresh_form(const struct gift_at *g, enum gift_deed d)
{
    struct desk_form *f = gift_deed_form(g, d);
    if (desk_form_has(f, "date"))
        desk_form_set(f, "date", date_print(g->r->arena, g->gift.occurred_on));
    if (d == GIFT_GIVER) {
        desk_form_set(f, "name", g->giver.name);
        desk_form_set(f, "email", g->giver.email);
        desk_form_tick(f, "named", g->giver.named);
    }
    return f;
}

/* Those that fit now, and the one that was refused, first. */
static void offer_deeds(const struct gift_at *g, const struct gift_refused *refused,
                        struct list *ret)
{
    struct deed_row *rows = arena_new(g->r->arena, struct deed_row, GIFT_DEEDS);
    size_t n = 0;
    if (refused)
        rows[n++] = (struct deed_row){ .title = gift_deed_title(g->r, refused->deed),
                                       .form = refused->form,
                                       .open = true };
    for (enum gift_deed d = GIFT_SETTLE; d < GIFT_DEEDS; d++)
        if (gift_deed_fits(g, d) && (!refused || refused->deed != d))
            rows[n++] =
                (struct deed_row){ .title = gift_deed_title(g->r, d), .form = fresh_form(g, d) };
    *ret = (struct list){ rows, n };
}

static err read_all(const struct gift_at *g, struct gift_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(g->r->app->store, &tx);
    if (!e)
        e = read_entries(&tx, g, &v->entries);
    if (!e)
        e = read_events(&tx, g, &v->events);
    if (!e)
        e = read_notes(&tx, g, v);
    if (!e)
        e = read_receipt(&tx, g, v);
    if (!e && g->gift.source == LEDGER_BY_HAND)
        e = gift_person(&tx, g->r, g->gift.by, &v->entered_by);
    return e ? fault(e) : OK;
}

err gift_page(struct gift_at *g, struct response *ret, const struct gift_refused *refused)
{
    struct request *r = g->r;
    const struct contribution *c = &g->gift;
    struct gift_view v = { .gift = gift_row(r, c),
                           .heading = desk_count(r, "desk_gift_number", c->id),
                           .giver = g->giver.name,
                           .email = g->giver.email,
                           .message = g->giver.message,
                           .giver_url =
                               str_print(r->arena, "/desk/funding/givers/%" PRId64, g->giver.id),
                           .receipt = receipt_code(r->app->keys, c->id, r->arena) };
    v.may_correct = v.gift.may_reverse && v.gift.by_hand;
    v.evidence = c->evidence.n ? hex_print(r->arena, c->evidence) : S("");
    v.top.page.title = v.heading;
    show_value(g, &v);
    offer_deeds(g, refused, &v.deeds);
    err e = read_all(g, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_FUNDING, "desk_funding", &v.top);
    if (e)
        return fault(e);
    return desk_respond(r, ret, &gift_template, &v, refused ? refused->status : 200);
}

err gift_show(struct request *r, struct response *ret)
{
    struct gift_at g = { 0 };
    err e = OK;
    return gift_missing(r, ret, &g, &e) ? e : gift_page(&g, ret, NULL);
}
