#include "desk/funding_desk.h"
#include "desk/funding_row.h"
#include "funding/display.h"
#include "funding/meter.h"
#include "http/error.h"

#include <inttypes.h>

static const struct field gift_row_fields[] = {
    FIELD_STR(struct gift_row, url),         FIELD_STR(struct gift_row, day),
    FIELD_STR(struct gift_row, day_text),    FIELD_STR(struct gift_row, channel),
    FIELD_STR(struct gift_row, amount),      FIELD_STR(struct gift_row, state),
    FIELD_STR(struct gift_row, note),        FIELD_STR(struct gift_row, reason),
    FIELD_STR(struct gift_row, reference),   FIELD_VIEW(struct gift_row, entered, &desk_time_view),
    FIELD_BOOL(struct gift_row, by_hand),    FIELD_BOOL(struct gift_row, unvalued),
    FIELD_BOOL(struct gift_row, may_settle), FIELD_BOOL(struct gift_row, may_reverse),
    FIELD_BOOL(struct gift_row, may_erase),
};
const struct view gift_row_view = VIEW(struct gift_row, gift_row_fields);

struct goal_row {
    struct str url, period, label, amount, settled, percent;
};
static const struct field goal_row_fields[] = {
    FIELD_STR(struct goal_row, url),     FIELD_STR(struct goal_row, period),
    FIELD_STR(struct goal_row, label),   FIELD_STR(struct goal_row, amount),
    FIELD_STR(struct goal_row, settled), FIELD_STR(struct goal_row, percent),
};
static const struct view goal_row_view = VIEW(struct goal_row, goal_row_fields);

struct funding_view {
    struct desk_top top;
    struct list goals, gifts;
    struct str older;
    bool first;     /* not a later piece of the contributions */
    bool may_goals; /* set them */
};
static const struct field funding_fields[] = {
    DESK_FIELDS(struct funding_view),
    FIELD_LIST(struct funding_view, goals, &goal_row_view),
    FIELD_LIST(struct funding_view, gifts, &gift_row_view),
    FIELD_STR(struct funding_view, older),
    FIELD_BOOL(struct funding_view, first),
    FIELD_BOOL(struct funding_view, may_goals),
};
static const struct view funding_view = VIEW(struct funding_view, funding_fields);
TEMPLATE(funding_page, "pages/desk/funding.html", &funding_view, TEMPLATE_HTML);

struct str gift_url(const struct request *r, int64_t id, const char *rest)
{
    return str_print(r->arena, "/desk/funding/contributions/%" PRId64 "%s", id, rest);
}

struct gift_row gift_row(const struct request *r, const struct contribution *c)
{
    struct arena *a = r->arena;
    bool may = person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE);
    return (struct gift_row){
        .url = gift_url(r, c->id, ""),
        .day = date_print(a, c->occurred_on),
        .day_text = format_date(r->setup->formats, a, c->occurred_on),
        .channel = display_channel(r->setup, c->channel),
        .amount = display_amount(r->setup, a, c->amount),
        .state = desk_word_of(r, "funding_state_", contribution_state_name(c->state)),
        .note = c->note,
        .reason = c->reason,
        .reference = c->reference,
        .entered = desk_time(r, c->created_at),
        .by_hand = c->source == LEDGER_BY_HAND,
        .unvalued = c->unvalued,
        .may_settle = may && c->state == CONTRIBUTION_PENDING,
        .may_reverse = may && c->state != CONTRIBUTION_REVERSED,
        .may_erase = may && (c->note.n || c->reason.n || c->reference.n),
    };
}

static err goal_row_of(struct tx *tx, const struct request *r, const struct goal *g,
                       struct goal_row *ret)
{
    struct meter m = { 0 };
    struct arena *a = r->arena;
    err e = meter_get(tx, g, a, &m);
    if (e)
        return fault(e);
    *ret = (struct goal_row){
        .url = str_print(a, "/desk/funding/goals/%" PRId64, g->id),
        .period = display_period(r->setup, a, g),
        .label = g->label,
        .amount = format_money(r->setup->formats, a, g->amount),
        .settled = display_minor(r->setup, a, m.settled, g->amount.cur),
        .percent = format_percent(r->setup->formats, a, m.percent),
    };
    return OK;
}

static err read_goals(struct tx *tx, const struct request *r, struct funding_view *v)
{
    const struct goal *goals = NULL;
    size_t n = 0;
    err e = goal_list(tx, INT64_MAX, GOAL_PAGE, r->arena, &goals, &n);
    if (e)
        return fault(e);
    struct goal_row *rows = arena_new(r->arena, struct goal_row, n ? n : 1);
    for (size_t i = 0; !e && i < n; i++)
        e = goal_row_of(tx, r, &goals[i], &rows[i]);
    v->goals = (struct list){ rows, n };
    return e;
}

static err read_gifts(struct tx *tx, const struct request *r, struct contribution_cursor after,
                      struct funding_view *v)
{
    struct contribution_page page = { 0 };
    err e = contribution_list(tx, after, CONTRIBUTION_PAGE, r->arena, &page);
    if (e)
        return fault(e);
    struct gift_row *rows = arena_new(r->arena, struct gift_row, page.n ? page.n : 1);
    for (size_t i = 0; i < page.n; i++)
        rows[i] = gift_row(r, &page.items[i]);
    v->gifts = (struct list){ rows, page.n };
    if (page.more) {
        struct str next = contribution_cursor_print(r->arena, page.next);
        v->older = str_print(r->arena, "/desk/funding?after=" STR_FMT, STR_ARG(next));
    }
    return OK;
}

static err read_all(const struct request *r, struct contribution_cursor after,
                    struct funding_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e && v->first)
        e = read_goals(&tx, r, v);
    return e ? fault(e) : read_gifts(&tx, r, after, v);
}

err funding_desk_show(struct request *r, struct response *ret)
{
    struct contribution_cursor after = CONTRIBUTION_BEGIN;
    struct str text = desk_query(r, "after");
    if (text.n && !contribution_cursor_parse(text, &after))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct funding_view v = { .first = !text.n,
                              .may_goals = person_may(r->person, PERMISSION_GOAL_SET) };
    err e = read_all(r, after, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_FUNDING, "desk_funding", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &funding_page, &v, 200);
}
