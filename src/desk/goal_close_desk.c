#include "desk/funding_desk.h"
#include "funding/display.h"
#include "funding/goal_close.h"
#include "funding/goal_mark.h"
#include "http/error.h"
#include "render/format.h"

#include <inttypes.h>

/* What is done with a goal beside its amount: further amounts on its scale, and its closing. */

static const struct desk_input inputs[] = {
    { "amount", "desk_goal_amount", "desk_goal_mark_amount_hint", INPUT_ASCII, true, NULL },
    { "label", "desk_goal_mark_label", "desk_goal_label_hint", INPUT_LINE, false, NULL },
};

struct marking {
    struct request *r;
    struct goal goal;
    const struct goal_mark *marks;
    size_t mark_count;
    struct goal_mark_draft draft;
    bool drop;
};

/* GOAL_MISSING. */
static err read_goal(struct marking *m, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(m->r->app->store, &tx);
    if (!e)
        e = goal_get(&tx, id, m->r->arena, &m->goal);
    if (!e)
        e = goal_mark_list(&tx, id, m->r->arena, &m->marks, &m->mark_count);
    return e;
}

/* True when there is no such goal and it answered. */
static bool missing(struct request *r, struct response *ret, struct marking *m, err *ret_e)
{
    int64_t id = 0;
    m->r = r;
    err e = desk_segment_id(r, "id", &id) ? read_goal(m, id) : GOAL_MISSING;
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

static struct str goal_url(const struct marking *m, const char *rest)
{
    return str_print(m->r->arena, "/desk/funding/goals/%" PRId64 "%s", m->goal.id, rest);
}

/* ---- marks */

static struct str marks_sentence(const struct marking *m)
{
    const struct setup *setup = m->r->setup;
    struct arena *a = m->r->arena;
    struct str all = m->mark_count ? S("") : desk_word(m->r, "desk_goal_marks_none");
    for (size_t i = 0; i < m->mark_count; i++) {
        struct str amount = display_minor(setup, a, m->marks[i].minor, m->goal.amount.cur);
        struct str label = m->marks[i].label;
        all = str_print(a, STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(all), i ? "; " : "",
                        STR_ARG(amount), label.n ? ": " : "", STR_ARG(label));
    }
    const struct word_arg args[] = { { .name = "marks", .text = all } };
    return theme_phrase(setup->theme, a, "desk_goal_marks_now", args, COUNT(args));
}

static struct desk_form *marks_form(const struct marking *m)
{
    struct desk_form *f =
        desk_form_make(m->r, "marks", goal_url(m, "/marks"), inputs, COUNT(inputs));
    desk_form_button(f, NULL, NULL, "desk_save");
    desk_form_side_button(f, "drop", "yes", "desk_goal_mark_drop");
    return f;
}

static err ask_marks(const struct marking *m, struct response *ret, const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_goal_marks",
                               .intro = marks_sentence(m),
                               .back = goal_url(m, ""),
                               .form = f };
    return desk_ask(m->r, ret, &q);
}

err goal_marks_show(struct request *r, struct response *ret)
{
    struct marking m = { 0 };
    err e = OK;
    if (missing(r, ret, &m, &e))
        return e;
    return ask_marks(&m, ret, marks_form(&m));
}

static err mark_work(struct tx *tx, void *arg)
{
    const struct marking *m = arg;
    return m->drop ? goal_mark_drop(tx, &m->draft, m->r->arena)
                   : goal_mark_set(tx, &m->draft, m->r->arena);
}

err goal_marks_post(struct request *r, struct response *ret)
{
    struct marking m = { 0 };
    struct money amount = { 0 };
    err e = OK;
    if (missing(r, ret, &m, &e))
        return e;
    struct desk_form *f = marks_form(&m);
    desk_form_read(f);
    if (!money_parse(str_trim(desk_form_get(f, "amount")), m.goal.amount.cur, &amount)) {
        desk_form_wrong(f, "amount", "desk_amount_wrong");
        return ask_marks(&m, ret, f);
    }
    m.drop = desk_field(r, "drop").n > 0;
    m.draft = (struct goal_mark_draft){ .goal = m.goal.id,
                                        .minor = amount.minor,
                                        .label = str_trim(desk_form_get(f, "label")),
                                        .by = person_actor(r->person),
                                        .now = r->now };
    e = store_write(r->app->store, mark_work, &m);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, goal_url(&m, ""), "goal_marked");
    desk_form_wrong(f, e == GOAL_MARK_LABEL_WRONG ? "label" : "amount", goal_mark_refusal_word(e));
    return ask_marks(&m, ret, f);
}

/* ---- closing */

static err ask_close(const struct marking *m, struct response *ret, err refusal)
{
    struct request *r = m->r;
    struct desk_form *f = desk_form_make(r, "close", goal_url(m, "/close"), NULL, 0);
    desk_form_button(f, NULL, NULL, "desk_goal_close");
    if (refusal)
        desk_form_wrong(f, "", goal_close_refusal_word(refusal));
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_goal_close",
                               .intro = desk_named(r, "desk_goal_close_sure",
                                                   display_period(r->setup, r->arena, &m->goal)),
                               .back = goal_url(m, ""),
                               .form = f };
    return desk_ask(r, ret, &q);
}

err goal_close_show(struct request *r, struct response *ret)
{
    struct marking m = { 0 };
    err e = OK;
    if (missing(r, ret, &m, &e))
        return e;
    return ask_close(&m, ret, OK);
}

err goal_close_post(struct request *r, struct response *ret)
{
    struct marking m = { 0 };
    err e = OK;
    if (missing(r, ret, &m, &e))
        return e;
    struct goal_close_order o = { .app = r->app,
                                  .setup = r->setup,
                                  .goal = m.goal.id,
                                  .by = person_actor(r->person),
                                  .now = r->now };
    e = goal_close(&o, r->arena);
    if (e < 0)
        return fault(e);
    return e ? ask_close(&m, ret, e) : desk_done(r, ret, goal_url(&m, ""), "goal_closed");
}
