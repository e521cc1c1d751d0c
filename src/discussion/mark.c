#include "discussion/mark.h"
#include "base/check.h"

#include <inttypes.h>

QUERY(marked_row, "select report, case when parent is null then 1 else 0 end, "
                  "case when state = 'published' then 1 else 0 end, pinned, locked "
                  "from comment where id = $1");
QUERY(pinned_count, "select count(*) from comment where report = $1 and pinned = 1");
QUERY(pinned_set, "update comment set pinned = $2 where id = $1");
QUERY(locked_set, "update comment set locked = $2 where id = $1");

static bool on_report(enum act_kind k)
{
    return k == ACT_CLOSE || k == ACT_OPEN;
}

static bool is_pin(enum act_kind k)
{
    return k == ACT_PIN || k == ACT_UNPIN;
}

/* What the act makes of it. */
static bool value_of(enum act_kind k)
{
    return k == ACT_PIN || k == ACT_LOCK || k == ACT_OPEN;
}

struct marked {
    int64_t report;
    bool root, published, pinned, locked;
};

static err marked_get(struct tx *tx, int64_t comment, struct marked *ret)
{
    struct stmt *s = query_start(tx, &marked_row);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return MARK_MISSING;
    *ret = (struct marked){ .report = column_int(s, 0),
                            .root = column_int(s, 1),
                            .published = column_int(s, 2),
                            .pinned = column_int(s, 3),
                            .locked = column_int(s, 4) };
    query_end(s);
    return OK;
}

static err may_pin(struct tx *tx, const struct marked *m)
{
    if (!m->root)
        return MARK_REPLY;
    if (!m->published)
        return MARK_NOT_SHOWN;
    struct stmt *s = query_start(tx, &pinned_count);
    bind_int(s, 1, m->report);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    int64_t n = column_int(s, 0);
    query_end(s);
    return n < PINNED_MAX ? OK : MARK_TOO_MANY;
}

static err write_comment(struct tx *tx, enum act_kind k, int64_t comment, bool value,
                         int64_t report)
{
    struct stmt *s = query_start(tx, is_pin(k) ? &pinned_set : &locked_set);
    bind_int(s, 1, comment);
    bind_int(s, 2, value);
    err e = query_run(s, NULL);
    if (e)
        return e;
    tx_touch(tx, "report/%" PRId64, report);
    return OK;
}

static err set_comment(struct tx *tx, const struct mark_wish *w, struct act *act)
{
    struct marked m = { 0 };
    bool value = value_of(w->kind);
    err e = marked_get(tx, w->object, &m);
    if (e)
        return e;
    if ((is_pin(w->kind) ? m.pinned : m.locked) == value)
        return MARK_SAME;
    if (w->kind == ACT_PIN)
        e = may_pin(tx, &m);
    if (e)
        return e;
    act->comment = w->object;
    act->was = !value;
    return write_comment(tx, w->kind, w->object, value, m.report);
}

static err set_report(struct tx *tx, const struct mark_wish *w, struct act *act)
{
    struct discussion d = { 0 };
    err e = discussion_get(tx, w->object, &d);
    if (e)
        return e;
    if (d.open == value_of(w->kind))
        return MARK_SAME;
    act->report = w->object;
    act->was = d.open;
    return discussion_set_open(tx, w->object, value_of(w->kind));
}

err mark_set(struct tx *tx, const struct mark_wish *w, int64_t *ret_act)
{
    check(w->kind >= ACT_PIN && w->kind < ACT_KINDS);
    struct act act = { .at = w->now, .person = w->by, .kind = w->kind };
    err e = on_report(w->kind) ? set_report(tx, w, &act) : set_comment(tx, w, &act);
    if (!e)
        e = act_add(tx, &act, ret_act);
    return e < 0 ? fault(e) : e;
}

static err undo_report(struct tx *tx, const struct act *act, int64_t *ret_done)
{
    struct discussion d = { 0 };
    err e = discussion_get(tx, act->report, &d);
    if (e || d.open == (act->was != 0))
        return e;
    *ret_done = 1;
    return discussion_set_open(tx, act->report, act->was != 0);
}

static err undo_comment(struct tx *tx, const struct act *act, int64_t *ret_done)
{
    struct marked m = { 0 };
    err e = marked_get(tx, act->comment, &m);
    if (e || (is_pin(act->kind) ? m.pinned : m.locked) == (act->was != 0))
        return e;
    if (is_pin(act->kind) && act->was)
        e = may_pin(tx, &m);
    if (e)
        return e > 0 ? OK : e; // others are pinned now: there is nothing to put back
    *ret_done = 1;
    return write_comment(tx, act->kind, act->comment, act->was != 0, m.report);
}

err mark_undo(struct tx *tx, const struct act *act, int64_t *ret_done)
{
    *ret_done = 0;
    err e = on_report(act->kind) ? undo_report(tx, act, ret_done) : undo_comment(tx, act, ret_done);
    if (e)
        return fault(e > 0 ? ERR_DATA : e); // comments are never removed
    return OK;
}
