#include "desk/second_desk.h"
#include "desk/funding_row.h"
#include "desk/gift_desk.h"
#include "funding/display.h"
#include "http/error.h"

#include <inttypes.h>

static const struct desk_input refuse_inputs[] = {
    { "reason", "desk_gift_reason", NULL, INPUT_TEXT, true, NULL },
};

struct entry_row {
    int64_t id;
    struct str what, amount, channel, day, day_text, who, state, decided_by;
    struct str note, reference, reason, why, price;
    struct str gift, gift_url; /* it is about, or became */
    struct desk_time at, decided;
    bool waits, own, pending, open;
    const struct desk_form *approve, *refuse;
};
static const struct field entry_fields[] = {
    FIELD_INT(struct entry_row, id),
    FIELD_STR(struct entry_row, what),
    FIELD_STR(struct entry_row, amount),
    FIELD_STR(struct entry_row, channel),
    FIELD_STR(struct entry_row, day),
    FIELD_STR(struct entry_row, day_text),
    FIELD_STR(struct entry_row, who),
    FIELD_STR(struct entry_row, state),
    FIELD_STR(struct entry_row, decided_by),
    FIELD_STR(struct entry_row, note),
    FIELD_STR(struct entry_row, reference),
    FIELD_STR(struct entry_row, reason),
    FIELD_STR(struct entry_row, why),
    FIELD_STR(struct entry_row, price),
    FIELD_STR(struct entry_row, gift),
    FIELD_STR(struct entry_row, gift_url),
    FIELD_VIEW(struct entry_row, at, &desk_time_view),
    FIELD_VIEW(struct entry_row, decided, &desk_time_view),
    FIELD_BOOL(struct entry_row, waits),
    FIELD_BOOL(struct entry_row, own),
    FIELD_BOOL(struct entry_row, pending),
    FIELD_BOOL(struct entry_row, open),
    FIELD_REF(struct entry_row, approve, &desk_form_view),
    FIELD_REF(struct entry_row, refuse, &desk_form_view),
};
static const struct view entry_view = VIEW(struct entry_row, entry_fields);

struct second_view {
    struct desk_top top;
    struct list entries;
    bool some_wait;
};
static const struct field second_fields[] = {
    DESK_FIELDS(struct second_view),
    FIELD_LIST(struct second_view, entries, &entry_view),
    FIELD_BOOL(struct second_view, some_wait),
};
static const struct view second_view = VIEW(struct second_view, second_fields);
TEMPLATE(second_page, "pages/desk/second-person.html", &second_view, TEMPLATE_HTML);

/* What was decided about one and refused. */
struct deciding {
    struct request *r;
    struct hand_decision decision;
    const struct desk_form *form; /* NULL: nothing was decided */
    int64_t contribution;
    bool found; /* it is on the page */
};

static struct desk_form *form_of(const struct request *r, int64_t id, bool approve, bool own)
{
    struct str action = str_print(r->arena, "/desk/funding/second-person/%" PRId64 "/%s", id,
                                  approve ? "approve" : "refuse");
    struct str name = str_print(r->arena, "%s-%" PRId64, approve ? "approve" : "refuse", id);
    struct desk_form *f = desk_form_make(r, str_z(r->arena, name), action, refuse_inputs,
                                         approve ? 0 : COUNT(refuse_inputs));
    if (approve)
        desk_form_button(f, NULL, NULL, "desk_second_approve");
    else
        desk_form_side_button(f, NULL, NULL, own ? "desk_second_withdraw" : "desk_second_refuse");
    return f;
}

static void offer(struct deciding *d, struct entry_row *row)
{
    const struct request *r = d->r;
    bool may = person_may(r->person, PERMISSION_CONTRIBUTION_APPROVE);
    bool mine = d->form && d->decision.id == row->id;
    d->found = d->found || mine;
    if (row->waits && may && !row->own)
        row->approve = form_of(r, row->id, true, false);
    if (row->waits && may)
        row->refuse = form_of(r, row->id, false, row->own);
    if (mine && d->decision.approve)
        row->approve = d->form;
    else if (mine)
        row->refuse = d->form;
    row->open = mine && !d->decision.approve;
}

static struct str what_of(const struct request *r, const struct hand_entry *h)
{
    return desk_word_of(r, "desk_second_kind_", hand_kind_name(h->kind));
}

static err show_row(struct tx *tx, struct deciding *d, const struct hand_entry *h,
                    struct entry_row *ret)
{
    const struct request *r = d->r;
    struct arena *a = r->arena;
    int64_t gift = h->contribution ? h->contribution : h->of;
    struct entry_row row = {
        .id = h->id,
        .what = what_of(r, h),
        .amount = display_amount(r->setup, a, h->amount),
        .channel = display_channel(r->setup, h->channel),
        .day = date_print(a, h->day),
        .day_text = format_date(r->setup->formats, a, h->day),
        .state = desk_word_of(r, "desk_second_state_", hand_state_name(h->state)),
        .note = h->note,
        .reference = h->reference,
        .reason = h->reason,
        .why = h->why,
        .price = h->price.n ? str_print(a, STR_FMT " %s \xC2\xB7 " STR_FMT, STR_ARG(h->price),
                                        h->amount.asset.code, STR_ARG(h->source))
                            : S(""),
        .gift = gift ? desk_count(r, "desk_gift_number", gift) : S(""),
        .gift_url = gift ? gift_url(r, gift, "") : S(""),
        .at = desk_time(r, h->at),
        .decided = desk_time(r, h->decided_at),
        .waits = h->state == HAND_WAITS,
        .own = h->by == r->person->id,
        .pending = h->pending,
    };
    offer(d, &row);
    *ret = row;
    err e = gift_person(tx, r, h->by, &ret->who);
    return !e && !row.waits ? gift_person(tx, r, h->decided_by, &ret->decided_by) : e;
}

static err read_all(struct deciding *d, struct second_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct hand_entry *list = NULL;
    size_t n = 0;
    err e = store_read(d->r->app->store, &tx);
    if (!e)
        e = hand_list(&tx, d->r->arena, &list, &n);
    struct entry_row *rows = arena_new(d->r->arena, struct entry_row, n ? n : 1);
    for (size_t i = 0; !e && i < n; i++)
        e = show_row(&tx, d, &list[i], &rows[i]);
    v->entries = (struct list){ rows, n };
    v->some_wait = n && rows[0].waits;
    return e ? fault(e) : OK;
}

static err page(struct deciding *d, struct response *ret, int status)
{
    struct second_view v = { .some_wait = false };
    err e = read_all(d, &v);
    if (!e && d->form && !d->found) // decided so long ago that it is not listed any more
        return http_refuse(d->r, ret, 409, "funding_hand_decided");
    if (!e)
        e = desk_fill(d->r, DESK_AT_FUNDING, "desk_second", &v.top);
    return e ? fault(e) : desk_respond(d->r, ret, &second_page, &v, status);
}

err second_show(struct request *r, struct response *ret)
{
    struct deciding d = { .r = r };
    return page(&d, ret, 200);
}

static err decide_work(struct tx *tx, void *arg)
{
    struct deciding *d = arg;
    return hand_decide(tx, &d->decision, d->r->arena, &d->contribution);
}

static err decide(struct request *r, struct response *ret, bool approve)
{
    struct deciding d = { .r = r,
                          .decision = { .approve = approve,
                                        .channels = r->setup->channels,
                                        .by = person_actor(r->person),
                                        .now = r->now } };
    if (!desk_segment_id(r, "id", &d.decision.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct desk_form *f = form_of(r, d.decision.id, approve, false);
    desk_form_read(f);
    if (!approve)
        d.decision.why = str_trim(desk_form_get(f, "reason"));
    err e = store_write(r->app->store, decide_work, &d);
    if (e < 0)
        return fault(e);
    if (e == HAND_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!e && approve)
        return desk_done(r, ret, gift_url(r, d.contribution, ""), "hand_approved");
    if (!e)
        return desk_done(r, ret, S("/desk/funding/second-person"), "hand_refused");
    bool words = e == CONTRIBUTION_REASON_MISSING || e == CONTRIBUTION_NOTE_WRONG;
    desk_form_wrong(f, words && !approve ? "reason" : "", hand_refusal_word(e));
    d.form = f;
    return page(&d, ret, words && !approve ? 422 : 409);
}

err second_approve_post(struct request *r, struct response *ret)
{
    return decide(r, ret, true);
}

err second_refuse_post(struct request *r, struct response *ret)
{
    return decide(r, ret, false);
}

err second_answer(struct request *r, struct response *ret, const struct hand_done *h,
                  const char *done)
{
    if (h->waiting)
        return desk_done(r, ret, S("/desk/funding/second-person"), "hand_waits");
    return desk_done(r, ret, gift_url(r, h->contribution, ""), done);
}
