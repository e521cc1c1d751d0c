#include "desk/funding_desk.h"
#include "funding/display.h"
#include "http/error.h"

#include <inttypes.h>

static const struct desk_input inputs[] = {
    { "amount", "desk_goal_amount", "desk_amount_hint", INPUT_ASCII, true, NULL },
    { "currency", "desk_currency", NULL, INPUT_ASCII, true, NULL },
    { "period", "desk_goal_period", "desk_goal_period_hint", INPUT_ASCII, true, NULL },
    { "label", "desk_goal_label", "desk_goal_label_hint", INPUT_LINE, false, NULL },
};

struct version_row {
    struct desk_time at;
    struct str name, amount, label;
    bool dropped;
};
static const struct field version_fields[] = {
    FIELD_VIEW(struct version_row, at, &desk_time_view),
    FIELD_STR(struct version_row, name),
    FIELD_STR(struct version_row, amount),
    FIELD_STR(struct version_row, label),
    FIELD_BOOL(struct version_row, dropped),
};
static const struct view version_view = VIEW(struct version_row, version_fields);

struct goal_view {
    struct str marks_url, close_url, export_url;
    struct desk_top top;
    struct str heading, drop_url;
    const struct desk_form *form;
    struct list versions;
};
static const struct field goal_fields[] = {
    DESK_FIELDS(struct goal_view),
    FIELD_STR(struct goal_view, heading),
    FIELD_STR(struct goal_view, drop_url),
    FIELD_STR(struct goal_view, marks_url),
    FIELD_STR(struct goal_view, close_url),
    FIELD_STR(struct goal_view, export_url),
    FIELD_REF(struct goal_view, form, &desk_form_view),
    FIELD_LIST(struct goal_view, versions, &version_view),
};
static const struct view goal_view = VIEW(struct goal_view, goal_fields);
TEMPLATE(goal_page, "pages/desk/goal.html", &goal_view, TEMPLATE_HTML);

/* One goal, as it is stored and as it is wished. */
struct change {
    struct request *r;
    struct goal goal; /* id 0: a new one */
    const struct goal_version *versions;
    size_t version_count;
    struct goal_draft draft;
};

static struct str goal_url(const struct change *c, const char *rest)
{
    return str_print(c->r->arena, "/desk/funding/goals/%" PRId64 "%s", c->goal.id, rest);
}

static struct str export_url(const struct change *c)
{
    struct arena *a = c->r->arena;
    struct str from = date_print(a, date_from_days(c->goal.first_day));
    struct str to = date_print(a, date_from_days(c->goal.end_day - 1));
    return str_print(a, "/desk/funding/export?from=" STR_FMT "&to=" STR_FMT, STR_ARG(from),
                     STR_ARG(to));
}

static struct desk_form *goal_form(const struct change *c)
{
    struct request *r = c->r;
    struct str action = c->goal.id ? goal_url(c, "") : S("/desk/funding/goals/new");
    struct desk_form *f = desk_form_make(r, "goal", action, inputs, COUNT(inputs));
    if (c->goal.id) { // another period is another goal
        desk_form_drop(f, "period");
        desk_form_drop(f, "currency");
    }
    desk_form_button(f, NULL, NULL, "desk_save");
    return f;
}

static err read_goal(struct change *c, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(c->r->app->store, &tx);
    if (!e)
        e = goal_get(&tx, id, c->r->arena, &c->goal);
    if (!e)
        e = goal_history(&tx, id, c->r->arena, &c->versions, &c->version_count);
    return e;
}

/* True when there is no such goal and it answered. */
static bool missing(struct request *r, struct response *ret, struct change *c, err *ret_e)
{
    int64_t id = 0;
    c->r = r;
    err e = desk_segment_id(r, "id", &id) ? read_goal(c, id) : GOAL_MISSING;
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

static err names_of(const struct change *c, struct version_row *rows)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(c->r->app->store, &tx);
    for (size_t i = 0; !e && i < c->version_count; i++) {
        struct person p = { .name = desk_word(c->r, "desk_by_command") };
        if (c->versions[i].by)
            e = person_get(&tx, c->versions[i].by, c->r->arena, &p);
        rows[i].name = p.name;
    }
    return e ? fault(e > 0 ? ERR_DATA : e) : OK;
}

static err history_of(const struct change *c, struct list *ret)
{
    const struct request *r = c->r;
    size_t n = c->version_count;
    struct version_row *rows = arena_new(r->arena, struct version_row, n ? n : 1);
    err e = names_of(c, rows);
    for (size_t i = 0; i < n; i++) {
        const struct goal_version *v = &c->versions[i];
        rows[i].at = desk_time(r, v->set_at);
        rows[i].amount = format_money(r->setup->formats, r->arena, v->amount);
        rows[i].label = v->label;
        rows[i].dropped = v->dropped;
    }
    *ret = (struct list){ rows, n };
    return e;
}

static err ask(struct change *c, struct response *ret, const struct desk_form *f)
{
    struct request *r = c->r;
    if (!c->goal.id) {
        struct desk_question q = { .place = DESK_AT_FUNDING,
                                   .title = "desk_goal_new",
                                   .back = S("/desk/funding"),
                                   .form = f };
        return desk_ask(r, ret, &q);
    }
    struct goal_view v = { .heading = display_period(r->setup, r->arena, &c->goal),
                           .drop_url = goal_url(c, "/drop"),
                           .marks_url = goal_url(c, "/marks"),
                           .close_url = goal_url(c, "/close"),
                           .export_url = export_url(c),
                           .form = f };
    err e = history_of(c, &v.versions);
    v.top.page.title = v.heading;
    if (!e)
        e = desk_fill(r, DESK_AT_FUNDING, "desk_funding", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &goal_page, &v, desk_form_fine(f) ? 200 : 422);
}

err goal_new_show(struct request *r, struct response *ret)
{
    struct change c = { .r = r };
    struct desk_form *f = goal_form(&c);
    struct date today = format_day_of(r->setup->formats, r->now);
    desk_form_set(f, "currency", config_text(r->setup->config, &site_currency));
    desk_form_set(f, "period", str_print(r->arena, "%04d-%02d", today.year, today.month));
    return ask(&c, ret, f);
}

err goal_edit_show(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    struct desk_form *f = goal_form(&c);
    desk_form_set(f, "amount", money_print(r->arena, c.goal.amount));
    desk_form_set(f, "label", c.goal.label);
    return ask(&c, ret, f);
}

static const char *field_of(err refusal)
{
    if (refusal == GOAL_AMOUNT_WRONG)
        return "amount";
    if (refusal == GOAL_LABEL_WRONG)
        return "label";
    return refusal == GOAL_PERIOD_WRONG || refusal == GOAL_OVERLAPS ? "period" : "";
}

static bool read_draft(struct change *c, struct desk_form *f)
{
    struct goal_draft *d = &c->draft;
    bool old = c->goal.id != 0;
    *d = (struct goal_draft){ .amount = { .cur = c->goal.amount.cur },
                              .first_day = c->goal.first_day,
                              .end_day = c->goal.end_day,
                              .label = str_trim(desk_form_get(f, "label")),
                              .by = person_actor(c->r->person),
                              .now = c->r->now };
    bool currency = old || currency_parse(str_trim(desk_form_get(f, "currency")), &d->amount.cur);
    if (!currency)
        desk_form_wrong(f, "currency", "desk_currency_unknown");
    else if (!money_parse(str_trim(desk_form_get(f, "amount")), d->amount.cur, &d->amount))
        desk_form_wrong(f, "amount", "desk_amount_wrong");
    if (!old &&
        !goal_period_parse(str_trim(desk_form_get(f, "period")), &d->first_day, &d->end_day))
        desk_form_wrong(f, "period", goal_refusal_word(GOAL_PERIOD_WRONG));
    return desk_form_fine(f);
}

/* A new goal is one: a period that has a goal is changed on that goal's page, where it is seen. */
static err set_work(struct tx *tx, void *arg)
{
    struct change *c = arg;
    struct goal known = { 0 };
    int64_t id = 0;
    struct arena *a = c->r->arena;
    err e = c->goal.id ? goal_get(tx, c->goal.id, a, &known)
                       : goal_for_day(tx, date_from_days(c->draft.first_day), a, &known);
    if (!e && !c->goal.id && known.id)
        e = GOAL_OVERLAPS;
    return e ? e : goal_set(tx, &c->draft, a, &id);
}

static err post(struct change *c, struct response *ret)
{
    struct request *r = c->r;
    struct desk_form *f = goal_form(c);
    desk_form_read(f);
    if (!read_draft(c, f))
        return ask(c, ret, f);
    err e = store_write(r->app->store, set_work, c);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, S("/desk/funding"), "goal_set");
    desk_form_wrong(f, field_of(e), goal_refusal_word(e));
    return ask(c, ret, f);
}

err goal_new_post(struct request *r, struct response *ret)
{
    struct change c = { .r = r };
    return post(&c, ret);
}

err goal_edit_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    return post(&c, ret);
}

/* ---- dropping */

err goal_drop_show(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    struct desk_form *f = desk_form_make(r, "drop", goal_url(&c, "/drop"), NULL, 0);
    desk_form_button(f, NULL, NULL, "desk_goal_drop");
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_goal_drop",
                               .intro = desk_named(r, "desk_goal_drop_sure",
                                                   display_period(r->setup, r->arena, &c.goal)),
                               .back = goal_url(&c, ""),
                               .form = f };
    return desk_ask(r, ret, &q);
}

static err drop_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    const struct request *r = c->r;
    return goal_drop(tx, c->goal.id, person_actor(r->person), r->now, r->arena);
}

err goal_drop_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    e = store_write(r->app->store, drop_work, &c);
    if (e == GOAL_IS_CLOSED)
        return http_refuse(r, ret, 409, goal_refusal_word(e));
    if (e > 0)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return e ? fault(e) : desk_done(r, ret, S("/desk/funding"), "goal_dropped");
}
