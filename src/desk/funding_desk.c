#include "desk/funding_desk.h"
#include "desk/funding_row.h"
#include "funding/display.h"
#include "funding/hand_entry.h"
#include "funding/meter.h"
#include "http/error.h"

#include <inttypes.h>

static const struct field gift_row_fields[] = {
    FIELD_STR(struct gift_row, url),          FIELD_STR(struct gift_row, day),
    FIELD_STR(struct gift_row, day_text),     FIELD_STR(struct gift_row, channel),
    FIELD_STR(struct gift_row, amount),       FIELD_STR(struct gift_row, state),
    FIELD_STR(struct gift_row, note),         FIELD_STR(struct gift_row, reason),
    FIELD_STR(struct gift_row, reference),    FIELD_VIEW(struct gift_row, entered, &desk_time_view),
    FIELD_BOOL(struct gift_row, by_hand),     FIELD_BOOL(struct gift_row, unvalued),
    FIELD_BOOL(struct gift_row, may_reverse), FIELD_BOOL(struct gift_row, may_erase),
    FIELD_BOOL(struct gift_row, frozen),      FIELD_STR(struct gift_row, out),
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
    struct str older_goals, older;
    bool has_goals, has_gifts; /* a later piece is of one list only */
    bool may_goals;            /* set them */
    struct str second;         /* link to what waits for a second person, or empty */
    bool no_statement;         /* of the addresses: none is installed */
};
static const struct field funding_fields[] = {
    DESK_FIELDS(struct funding_view),
    FIELD_LIST(struct funding_view, goals, &goal_row_view),
    FIELD_LIST(struct funding_view, gifts, &gift_row_view),
    FIELD_STR(struct funding_view, older_goals),
    FIELD_STR(struct funding_view, older),
    FIELD_BOOL(struct funding_view, has_goals),
    FIELD_BOOL(struct funding_view, has_gifts),
    FIELD_BOOL(struct funding_view, may_goals),
    FIELD_STR(struct funding_view, second),
    FIELD_BOOL(struct funding_view, no_statement),
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
        .out = c->out.units ? display_amount(r->setup, a, c->out) : S(""),
        .frozen = c->frozen,
        .entered = desk_time(r, c->created_at),
        .by_hand = c->source == LEDGER_BY_HAND,
        .unvalued = c->unvalued,
        .may_reverse = may && !c->frozen && c->state != CONTRIBUTION_REVERSED,
        .may_erase = may && !c->frozen && (c->note.n || c->reason.n || c->reference.n),
    };
}

struct list gift_rows(const struct request *r, const struct contribution *gifts, size_t n)
{
    struct gift_row *rows = arena_new(r->arena, struct gift_row, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = gift_row(r, &gifts[i]);
    return (struct list){ rows, n };
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

/* Where the lists go on; before their beginning unless the query says more. */
struct places {
    struct contribution_cursor after;
    int64_t goals_before; /* their first day */
};

static err read_goals(struct tx *tx, const struct request *r, int64_t before,
                      struct funding_view *v)
{
    const struct goal *goals = NULL;
    size_t n = 0;
    err e = goal_list(tx, before, GOAL_PAGE + 1, r->arena, &goals, &n);
    if (e)
        return fault(e);
    if (n > GOAL_PAGE) {
        n = GOAL_PAGE;
        struct str day = date_print(r->arena, date_from_days(goals[n - 1].first_day));
        v->older_goals = str_print(r->arena, "/desk/funding?goals=" STR_FMT, STR_ARG(day));
    }
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
    v->gifts = gift_rows(r, page.items, page.n);
    if (page.more) {
        struct str next = contribution_cursor_print(r->arena, page.next);
        v->older = str_print(r->arena, "/desk/funding?after=" STR_FMT, STR_ARG(next));
    }
    return OK;
}

/* Shown where there is a rule, and while anything waits. */
static err read_second(struct tx *tx, const struct request *r, struct funding_view *v)
{
    int64_t n = 0;
    err e = hand_waiting_count(tx, &n);
    if (!e && (n || hand_rule_of(r->setup->config).n))
        v->second = desk_count(r, "desk_second_link", n);
    return e;
}

static err read_all(const struct request *r, const struct places *at, struct funding_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e && v->has_goals)
        e = read_goals(&tx, r, at->goals_before, v);
    if (!e && v->has_gifts)
        e = read_gifts(&tx, r, at->after, v);
    if (!e)
        e = read_second(&tx, r, v);
    return e ? fault(e) : OK;
}

/* False: a place that we never named. */
static bool read_places(struct str after, struct str goals, struct places *ret)
{
    struct date day = { 0 };
    *ret = (struct places){ .after = CONTRIBUTION_BEGIN, .goals_before = INT64_MAX };
    if (goals.n && !date_parse(goals, &day))
        return false;
    if (goals.n)
        ret->goals_before = date_to_days(day);
    return !after.n || contribution_cursor_parse(after, &ret->after);
}

static bool lacks_statement(const struct request *r)
{
    const struct channel *list = NULL;
    return channels_list(r->setup->channels, &list) && !r->setup->statement;
}

err funding_desk_show(struct request *r, struct response *ret)
{
    struct places at = { 0 };
    struct str after = desk_query(r, "after");
    struct str goals = desk_query(r, "goals");
    if (!read_places(after, goals, &at))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct funding_view v = { .no_statement = lacks_statement(r),
                              .has_goals = !after.n,
                              .has_gifts = !goals.n,
                              .may_goals = person_may(r->person, PERMISSION_GOAL_SET) };
    err e = read_all(r, &at, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_FUNDING, "desk_funding", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &funding_page, &v, 200);
}
