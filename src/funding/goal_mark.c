#include "funding/goal_mark.h"
#include "base/check.h"
#include "base/utf8.h"
#include "funding/goal_close.h"

QUERY(goal_mark_put, "insert into goal_mark (goal, minor, label, set_at) values ($1, $2, $3, $4)"
                     " on conflict (goal, minor)"
                     " do update set label = excluded.label, set_at = excluded.set_at");
QUERY(goal_mark_delete, "delete from goal_mark where goal = $1 and minor = $2");
QUERY(goal_mark_rows, "select minor, label from goal_mark where goal = $1 order by minor limit $2");

static const struct refusal {
    const char *sentence, *word;
} refusals[GOAL_MARK_REFUSALS] = {
    [GOAL_MARK_MISSING] = { "there is no such goal, or no such mark on it",
                            "funding_refused_no_mark" },
    [GOAL_MARK_LOW] = { "a mark must be above its goal, and not beyond what this ledger takes",
                        "funding_refused_mark_low" },
    [GOAL_MARK_LABEL_WRONG] = { "the label is longer than 120 bytes, or not one line",
                                "funding_refused_label" },
    [GOAL_MARK_MANY] = { "a goal has at most 8 marks", "funding_refused_mark_many" },
    [GOAL_MARK_CLOSED] = { "the period of this goal is closed", "funding_refused_closed" },
};

const char *goal_mark_refusal(err refusal)
{
    check(refusal > 0 && refusal < GOAL_MARK_REFUSALS);
    return refusals[refusal].sentence;
}

const char *goal_mark_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < GOAL_MARK_REFUSALS);
    return refusals[refusal].word;
}

/* The goal that may still be changed. */
static err open_goal(struct tx *tx, int64_t id, struct arena *a, struct goal *ret)
{
    struct goal_close close = { 0 };
    err e = goal_get(tx, id, a, ret);
    if (e)
        return e > 0 ? GOAL_MARK_MISSING : e;
    e = goal_close_get(tx, id, a, &close);
    if (e)
        return e;
    return close.goal ? GOAL_MARK_CLOSED : OK;
}

err goal_mark_list(struct tx *tx, int64_t goal, struct arena *a, const struct goal_mark **ret,
                   size_t *ret_n)
{
    struct goal_mark *marks = arena_new(a, struct goal_mark, GOAL_MARKS_MAX);
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &goal_mark_rows);
    bind_int(s, 1, goal);
    bind_int(s, 2, GOAL_MARKS_MAX);
    err e = query_step(s, &row);
    while (!e && row) {
        marks[n++] = (struct goal_mark){ column_int(s, 0), column_str(s, 1, a) };
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret = marks;
    *ret_n = n;
    return OK;
}

static err put(struct tx *tx, const struct goal_mark_draft *d)
{
    struct stmt *s = query_start(tx, &goal_mark_put);
    bind_int(s, 1, d->goal);
    bind_int(s, 2, d->minor);
    bind_str(s, 3, d->label);
    bind_int(s, 4, d->now);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err changed(struct tx *tx, const struct goal_mark_draft *d, const struct goal *g,
                   struct str action, struct arena *a)
{
    struct str amount = money_print(a, (struct money){ d->minor, g->amount.cur });
    struct audit_note n = {
        .action = action,
        .kind = S("goal"),
        .object = d->goal,
        .detail = str_print(a, STR_FMT " %s", STR_ARG(amount), g->amount.cur.code),
        .now = d->now,
    };
    err e = audit_add(tx, d->by, &n);
    if (e)
        return fault(e);
    tx_touch(tx, "meter");
    tx_touch(tx, "funding");
    return OK;
}

/* Room for it, or it is there and gets another label. */
static err check_room(struct tx *tx, const struct goal_mark_draft *d, struct arena *a)
{
    const struct goal_mark *marks = NULL;
    size_t n = 0;
    err e = goal_mark_list(tx, d->goal, a, &marks, &n);
    for (size_t i = 0; !e && i < n; i++)
        if (marks[i].minor == d->minor)
            return OK;
    if (e)
        return e;
    return n < GOAL_MARKS_MAX ? OK : GOAL_MARK_MANY;
}

err goal_mark_set(struct tx *tx, const struct goal_mark_draft *d, struct arena *a)
{
    struct goal g = { 0 };
    if (d->label.n > GOAL_MARK_LABEL_MAX || text_check(d->label, true) != TEXT_FINE)
        return GOAL_MARK_LABEL_WRONG;
    err e = open_goal(tx, d->goal, a, &g);
    if (e)
        return e;
    if (d->minor <= g.amount.minor || d->minor > GOAL_MINOR_MAX)
        return GOAL_MARK_LOW;
    e = check_room(tx, d, a);
    if (!e)
        e = put(tx, d);
    return e ? e : changed(tx, d, &g, S("goal.mark"), a);
}

err goal_mark_drop(struct tx *tx, const struct goal_mark_draft *d, struct arena *a)
{
    struct goal g = { 0 };
    int64_t changes = 0;
    err e = open_goal(tx, d->goal, a, &g);
    if (e)
        return e;
    struct stmt *s = query_start(tx, &goal_mark_delete);
    bind_int(s, 1, d->goal);
    bind_int(s, 2, d->minor);
    e = query_run(s, &changes);
    if (e)
        return fault(e);
    return changes ? changed(tx, d, &g, S("goal.mark-drop"), a) : GOAL_MARK_MISSING;
}
