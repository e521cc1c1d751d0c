#include "desk/waiting_desk.h"
#include "base/scan.h"
#include "desk/funding_row.h"
#include "funding/display.h"
#include "funding/payment_match.h"
#include "funding/receipt.h"
#include "http/error.h"

#include <inttypes.h>

/* ---- the list ---- */

struct event_row {
    struct str url, what, channel, object, of, amount, why, aside;
    struct desk_time happened, taken;
    bool may_match;
};
static const struct field event_row_fields[] = {
    FIELD_STR(struct event_row, url),
    FIELD_STR(struct event_row, what),
    FIELD_STR(struct event_row, channel),
    FIELD_STR(struct event_row, object),
    FIELD_STR(struct event_row, of),
    FIELD_STR(struct event_row, amount),
    FIELD_STR(struct event_row, why),
    FIELD_STR(struct event_row, aside),
    FIELD_VIEW(struct event_row, happened, &desk_time_view),
    FIELD_VIEW(struct event_row, taken, &desk_time_view),
    FIELD_BOOL(struct event_row, may_match),
};
static const struct view event_row_view = VIEW(struct event_row, event_row_fields);

struct waiting_view {
    struct desk_top top;
    struct list events;
    struct str older;
    bool aside; /* those set aside are shown */
};
static const struct field waiting_fields[] = {
    DESK_FIELDS(struct waiting_view),
    FIELD_LIST(struct waiting_view, events, &event_row_view),
    FIELD_STR(struct waiting_view, older),
    FIELD_BOOL(struct waiting_view, aside),
};
static const struct view waiting_view = VIEW(struct waiting_view, waiting_fields);
TEMPLATE(waiting_page, "pages/desk/waiting.html", &waiting_view, TEMPLATE_HTML);

static struct str url_of(const struct request *r, int64_t id, const char *rest)
{
    return str_print(r->arena, "/desk/funding/waiting/%" PRId64 "%s", id, rest);
}

/* Keys of theme/words. */
static const char *const kind_words[PAYMENT_KINDS] = {
    [PAYMENT_PENDING] = "desk_event_pending",
    [PAYMENT_RECEIVED] = "desk_event_payment",
    [PAYMENT_FAILED] = "desk_event_failed",
    [PAYMENT_FEE] = "desk_event_fee",
    [PAYMENT_REFUND] = "desk_event_refund",
    [PAYMENT_REFUND_FAILED] = "desk_event_refund_failed",
    [PAYMENT_DISPUTE] = "desk_event_dispute",
    [PAYMENT_DISPUTE_WON] = "desk_event_dispute_won",
    [PAYMENT_REORG_REVERSAL] = "desk_event_reorg_reversal",
    [PAYMENT_REORG_RESTORE] = "desk_event_reorg_restore",
};

static struct event_row row_of(const struct request *r, const struct payment_row *row)
{
    const struct payment_event *e = &row->event;
    return (struct event_row){
        .url = url_of(r, row->id, ""),
        .what = desk_word(r, kind_words[e->kind]),
        .channel = display_channel(r->setup, e->channel),
        .object = e->object,
        .of = e->of,
        .amount = e->amount.units ? display_amount(r->setup, r->arena, e->amount) : S(""),
        .why = row->why.n ? desk_word(r, str_z(r->arena, row->why)) : S(""),
        .aside = row->aside,
        .happened = desk_time(r, e->occurred_at),
        .taken = desk_time(r, row->taken_at),
        .may_match =
            payment_may_match(e->kind) && person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE),
    };
}

static err read_list(const struct request *r, int64_t before, struct waiting_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct payment_row *found = NULL;
    size_t n = 0;
    err e = store_read(r->app->store, &tx);
    if (!e && v->aside)
        e = payment_aside_list(&tx, before, PAYMENT_PAGE + 1, r->arena, &found, &n);
    else if (!e)
        e = payment_waiting(&tx, before, PAYMENT_PAGE + 1, r->arena, &found, &n);
    if (e)
        return fault(e);
    if (n > PAYMENT_PAGE) {
        n = PAYMENT_PAGE;
        v->older = str_print(r->arena, "/desk/funding/waiting?%sbefore=%" PRId64,
                             v->aside ? "show=aside&" : "", found[n - 1].id);
    }
    struct event_row *rows = arena_new(r->arena, struct event_row, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(r, &found[i]);
    v->events = (struct list){ rows, n };
    return OK;
}

err waiting_list_show(struct request *r, struct response *ret)
{
    struct waiting_view v = { .aside = str_eq(desk_query(r, "show"), S("aside")) };
    int64_t before = INT64_MAX;
    (void)desk_query_id(r, "before", &before); // else from the latest
    err e = read_list(r, before, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_FUNDING, "desk_waiting", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &waiting_page, &v, 200);
}

/* ---- one event ---- */

static const struct desk_input find_inputs[] = {
    { "gift", "desk_waiting_gift", "desk_waiting_gift_hint", INPUT_ASCII, true, NULL },
};
static const struct desk_input aside_inputs[] = {
    { "reason", "desk_waiting_reason", "desk_gift_note_hint", INPUT_TEXT, true, NULL },
};

struct candidate {
    struct str url, gift, number;
};
static const struct field candidate_fields[] = {
    FIELD_STR(struct candidate, url),
    FIELD_STR(struct candidate, gift),
    FIELD_STR(struct candidate, number),
};
static const struct view candidate_view = VIEW(struct candidate, candidate_fields);

struct event_view {
    struct desk_top top;
    struct event_row event;
    struct list candidates;
    struct desk_form *find, *aside;
    struct str again; /* where the button leads that takes it up; empty: none */
    bool may;
};
static const struct field event_fields[] = {
    DESK_FIELDS(struct event_view),
    FIELD_VIEW(struct event_view, event, &event_row_view),
    FIELD_LIST(struct event_view, candidates, &candidate_view),
    FIELD_REF(struct event_view, find, &desk_form_view),
    FIELD_REF(struct event_view, aside, &desk_form_view),
    FIELD_STR(struct event_view, again),
    FIELD_BOOL(struct event_view, may),
};
static const struct view event_view = VIEW(struct event_view, event_fields);
TEMPLATE(event_page, "pages/desk/waiting-event.html", &event_view, TEMPLATE_HTML);

/* What a request about one event works on. */
struct look {
    struct request *r;
    struct payment_row row;
    struct contribution gift; /* the one that was named */
    struct contribution candidates[PAYMENT_CANDIDATES];
    size_t n;
    struct str reason;
    err wrong; /* of payment_match.h */
};

static err read_candidates(struct tx *tx, struct look *l)
{
    int64_t ids[PAYMENT_CANDIDATES] = { 0 };
    err e = payment_candidates(tx, &l->row, ids, &l->n);
    for (size_t i = 0; !e && i < l->n; i++)
        e = contribution_get(tx, ids[i], l->r->arena, &l->candidates[i]);
    return e ? fault(e > 0 ? ERR_DATA : e) : OK;
}

static err read_event(struct look *l, int64_t gift)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t id = 0;
    if (!desk_segment_id(l->r, "id", &id))
        return PAYMENT_MATCH_MISSING;
    err e = store_read(l->r->app->store, &tx);
    if (!e)
        e = payment_waiting_get(&tx, id, l->r->arena, &l->row);
    if (e || !gift)
        return e ? e : read_candidates(&tx, l);
    e = contribution_get(&tx, gift, l->r->arena, &l->gift);
    return e > 0 ? PAYMENT_MATCH_NO_GIFT : e;
}

/* True when there is no such event that waits, and it answered. */
static bool missing(struct response *ret, struct look *l, err *ret_e)
{
    err e = read_event(l, 0);
    if (e)
        *ret_e = e > 0 ? http_refuse(l->r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

static struct str described(const struct look *l, const struct contribution *c)
{
    struct gift_row row = gift_row(l->r, c);
    return str_print(l->r->arena, STR_FMT ", " STR_FMT ", " STR_FMT, STR_ARG(row.amount),
                     STR_ARG(row.channel), STR_ARG(row.day_text));
}

static void fill_candidates(const struct look *l, struct event_view *v)
{
    const struct request *r = l->r;
    struct candidate *rows = arena_new(r->arena, struct candidate, PAYMENT_CANDIDATES);
    for (size_t i = 0; i < l->n; i++)
        rows[i] = (struct candidate){
            .url = str_print(r->arena, STR_FMT "/gift/%" PRId64, STR_ARG(url_of(r, l->row.id, "")),
                             l->candidates[i].id),
            .gift = described(l, &l->candidates[i]),
            .number = desk_count(r, "desk_gift_number", l->candidates[i].id),
        };
    v->candidates = (struct list){ rows, l->n };
}

static struct desk_form *find_form(const struct look *l)
{
    struct desk_form *f =
        desk_form_make(l->r, "find", url_of(l->r, l->row.id, ""), find_inputs, COUNT(find_inputs));
    desk_form_button(f, NULL, NULL, "desk_waiting_find");
    return f;
}

static struct desk_form *aside_form(const struct look *l)
{
    struct desk_form *f = desk_form_make(l->r, "aside", url_of(l->r, l->row.id, "/aside"),
                                         aside_inputs, COUNT(aside_inputs));
    desk_form_side_button(f, NULL, NULL, "desk_waiting_aside");
    return f;
}

static err show(const struct look *l, struct response *ret, struct desk_form *find,
                struct desk_form *aside)
{
    struct request *r = l->r;
    struct event_view v = { .event = row_of(r, &l->row),
                            .find = find,
                            .aside = aside,
                            .may = person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE) };
    if (l->row.aside.n)
        v.again = url_of(r, l->row.id, "/again");
    fill_candidates(l, &v);
    bool fine = desk_form_fine(find) && desk_form_fine(aside);
    err e = desk_fill(r, DESK_AT_FUNDING, "desk_waiting_event", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &event_page, &v, fine ? 200 : 422);
}

err waiting_event_show(struct request *r, struct response *ret)
{
    struct look *l = arena_new(r->arena, struct look, 1);
    err e = OK;
    l->r = r;
    return missing(ret, l, &e) ? e : show(l, ret, find_form(l), aside_form(l));
}

/* ---- matching ---- */

/* A gift's number, or its receipt code. */
static bool read_gift_number(const struct request *r, struct str typed, int64_t *ret)
{
    struct str s = str_trim(typed);
    return int_parse(s, 1, INT64_MAX, ret) || receipt_read(r->app->keys, s, r->arena, ret);
}

static err wrong_gift(struct look *l, struct response *ret, struct str typed, err why)
{
    struct desk_form *f = find_form(l);
    desk_form_set(f, "gift", typed);
    desk_form_wrong(f, "gift", payment_match_word(why));
    return show(l, ret, f, aside_form(l));
}

err waiting_find_post(struct request *r, struct response *ret)
{
    struct look *l = arena_new(r->arena, struct look, 1);
    struct str typed = desk_field(r, "gift");
    int64_t gift = 0;
    err e = OK;
    l->r = r;
    if (missing(ret, l, &e))
        return e;
    if (!read_gift_number(r, typed, &gift))
        return wrong_gift(l, ret, typed, PAYMENT_MATCH_NO_GIFT);
    e = read_event(l, gift);
    if (e)
        return e > 0 ? wrong_gift(l, ret, typed, e) : fault(e);
    return response_redirect(
        r, ret, 303,
        str_print(r->arena, STR_FMT "/gift/%" PRId64, STR_ARG(url_of(r, l->row.id, "")), gift));
}

/* The event and the gift of the address; true when one is not there and it answered. */
static bool missing_pair(struct response *ret, struct look *l, err *ret_e)
{
    int64_t gift = 0;
    err e = desk_segment_id(l->r, "gift", &gift) ? read_event(l, gift) : PAYMENT_MATCH_NO_GIFT;
    if (e)
        *ret_e = e > 0 ? http_refuse(l->r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

static struct str event_text(const struct look *l)
{
    struct event_row row = row_of(l->r, &l->row);
    return str_print(l->r->arena, STR_FMT "%s" STR_FMT ", " STR_FMT, STR_ARG(row.what),
                     row.amount.n ? ", " : "", STR_ARG(row.amount), STR_ARG(row.channel));
}

err waiting_match_show(struct request *r, struct response *ret)
{
    struct look *l = arena_new(r->arena, struct look, 1);
    err e = OK;
    l->r = r;
    if (missing_pair(ret, l, &e))
        return e;
    const struct word_arg args[] = { { .name = "event", .text = event_text(l) },
                                     { .name = "gift", .text = described(l, &l->gift) },
                                     { .name = "n", .count = l->gift.id } };
    struct desk_form *f = desk_form_make(r, "match",
                                         str_print(r->arena, STR_FMT "/gift/%" PRId64,
                                                   STR_ARG(url_of(r, l->row.id, "")), l->gift.id),
                                         NULL, 0);
    desk_form_button(f, NULL, NULL, "desk_waiting_match");
    struct desk_question q = {
        .place = DESK_AT_FUNDING,
        .title = "desk_waiting_match",
        .intro = theme_phrase(r->setup->theme, r->arena, "desk_waiting_sure", args, COUNT(args)),
        .back = url_of(r, l->row.id, ""),
        .form = f,
    };
    return desk_ask(r, ret, &q);
}

static err match_work(struct tx *tx, void *arg)
{
    const struct look *l = arg;
    struct payment_match m = { .event = l->row.id,
                               .contribution = l->gift.id,
                               .by = person_actor(l->r->person),
                               .now = l->r->now };
    struct payment_result result = { 0 };
    return payment_match(tx, &m, l->r->arena, &result);
}

err waiting_match_post(struct request *r, struct response *ret)
{
    struct look *l = arena_new(r->arena, struct look, 1);
    err e = OK;
    l->r = r;
    if (missing_pair(ret, l, &e))
        return e;
    e = store_write(r->app->store, match_work, l);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, gift_url(r, l->gift.id, ""), "event_matched");
    err gone = OK;
    struct str number = str_print(r->arena, "%" PRId64, l->gift.id);
    return missing(ret, l, &gone) ? gone : wrong_gift(l, ret, number, e);
}

/* ---- set aside, taken up again ---- */

static err aside_work(struct tx *tx, void *arg)
{
    const struct look *l = arg;
    struct payment_aside s = {
        .event = l->row.id, .reason = l->reason, .by = person_actor(l->r->person), .now = l->r->now
    };
    return payment_set_aside(tx, &s);
}

err waiting_aside_post(struct request *r, struct response *ret)
{
    struct look *l = arena_new(r->arena, struct look, 1);
    err e = OK;
    l->r = r;
    if (missing(ret, l, &e))
        return e;
    struct desk_form *f = aside_form(l);
    desk_form_read(f);
    l->reason = str_trim(desk_form_get(f, "reason"));
    e = store_write(r->app->store, aside_work, l);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, S("/desk/funding/waiting"), "event_aside");
    if (e == PAYMENT_MATCH_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    desk_form_wrong(f, "reason", payment_match_word(e));
    return show(l, ret, find_form(l), f);
}

static err again_work(struct tx *tx, void *arg)
{
    const struct look *l = arg;
    return payment_take_up(tx, l->row.id, person_actor(l->r->person), l->r->now);
}

err waiting_again_post(struct request *r, struct response *ret)
{
    struct look *l = arena_new(r->arena, struct look, 1);
    err e = OK;
    l->r = r;
    if (missing(ret, l, &e))
        return e;
    e = store_write(r->app->store, again_work, l);
    if (e)
        return e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return desk_done(r, ret, url_of(r, l->row.id, ""), "event_taken_up");
}
