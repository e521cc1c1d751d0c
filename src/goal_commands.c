#include "goal_commands.h"
#include "funding/funding_cli.h"
#include "funding/goal_close.h"
#include "funding/goal_mark.h"
#include "newsroom.h"

#include <inttypes.h>

const struct option goal_set_options[4] = {
    { "currency", "USD", "ISO 4217", true },
    { "amount", "5000", "with a point for decimals", true },
    { "period", "2018-05", "a month, or FROM..TO in days (TO is not part of it)", true },
    { "label", "TEXT", "what it is for", false },
};
const struct option goal_mark_options[4] = {
    { "period", "2018-05", "the goal's", true },
    { "amount", "7500", "above the goal, in its currency", true },
    { "label", "TEXT", "what the money would do", false },
    { "drop", NULL, "takes the mark at this amount away", false },
};
const struct option goal_close_options[1] = {
    { "period", "2018-05", "the goal's", true },
};

static int64_t now_of(const struct call *c)
{
    return clock_now(&newsroom_app(c->room)->clock);
}

static struct store *store_of(const struct call *c)
{
    return newsroom_app(c->room)->store;
}

static int fail(struct call *c)
{
    return call_refuse(c, "it failed; the log says why");
}

int goal_set_run(struct call *c)
{
    struct goal_set_args args = { .currency = call_option(c, "currency"),
                                  .amount = call_option(c, "amount"),
                                  .period = call_option(c, "period"),
                                  .label = call_option(c, "label") };
    struct str say = { 0 };
    err e = funding_goal_set(store_of(c), &args, now_of(c), c->arena, &say);
    if (e < 0)
        return fail(c);
    if (e)
        return call_refuse(c, STR_FMT, STR_ARG(say));
    call_say(c, STR_FMT, STR_ARG(say));
    return EXIT_DONE;
}

/* The goal of exactly the period that was typed; id 0: there is none. */
static err find_goal(struct call *c, struct goal *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct goal goal = { 0 };
    int64_t first = 0;
    int64_t end = 0;
    if (!goal_period_parse(call_option(c, "period"), &first, &end))
        return OK;
    err e = store_read(store_of(c), &tx);
    if (!e)
        e = goal_for_day(&tx, date_from_days(first), c->arena, &goal);
    if (!e && goal.first_day == first && goal.end_day == end)
        *ret = goal;
    return e;
}

struct mark_work {
    struct goal_mark_draft draft;
    struct arena *arena;
    bool drop;
};

static err change_mark(struct tx *tx, void *arg)
{
    const struct mark_work *w = arg;
    return w->drop ? goal_mark_drop(tx, &w->draft, w->arena)
                   : goal_mark_set(tx, &w->draft, w->arena);
}

int goal_mark_run(struct call *c)
{
    struct goal goal = { 0 };
    struct money amount = { 0 };
    if (find_goal(c, &goal))
        return fail(c);
    if (!goal.id)
        return call_refuse(c, "there is no goal of this period");
    if (!money_parse(call_option(c, "amount"), goal.amount.cur, &amount))
        return call_refuse(c, "the amount must be a number such as 7500 or 7500.50");
    struct mark_work w = {
        .draft = { .goal = goal.id,
                   .minor = amount.minor,
                   .label = call_option(c, "label"),
                   .by = ACTOR_CLI,
                   .now = now_of(c) },
        .arena = c->arena,
        .drop = call_given(c, "drop"),
    };
    err e = store_write(store_of(c), change_mark, &w);
    if (e < 0)
        return fail(c);
    if (e)
        return call_refuse(c, "%s", goal_mark_refusal(e));
    struct str text = money_print(c->arena, amount);
    call_say(c, "mark at " STR_FMT " %s: %s", STR_ARG(text), goal.amount.cur.code,
             w.drop ? "dropped" : "set");
    return EXIT_DONE;
}

int goal_close_run(struct call *c)
{
    struct goal goal = { 0 };
    if (find_goal(c, &goal))
        return fail(c);
    if (!goal.id)
        return call_refuse(c, "there is no goal of this period");
    struct goal_close_order o = { .app = newsroom_app(c->room),
                                  .setup = c->setup,
                                  .goal = goal.id,
                                  .by = ACTOR_CLI,
                                  .now = now_of(c) };
    err e = goal_close(&o, c->arena);
    if (e < 0)
        return fail(c);
    if (e)
        return call_refuse(c, "%s", goal_close_refusal(e));
    struct str period = goal_period_print(c->arena, goal.first_day, goal.end_day);
    call_say(c,
             "goal %" PRId64 ", " STR_FMT ", is closed; /funding/goals/%" PRId64
             " has the signed totals",
             goal.id, STR_ARG(period), goal.id);
    return EXIT_DONE;
}
