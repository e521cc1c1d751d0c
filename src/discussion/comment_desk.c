/* Every change of a comment's state after it was added, with all that counts it. */
#include "discussion/comment_desk.h"
#include "base/check.h"
#include "discussion/comment_event.h"
#include "discussion/comment_row.h"
#include "discussion/filter_learn.h"
#include "discussion/flag.h"
#include "discussion/hold_rules.h"
#include "discussion/record.h"
#include "discussion/trace.h"
#include "discussion/tree.h"
#include "publishing/question.h"

#include <inttypes.h>

QUERY(typed_row, "select c.name, o.body, coalesce(o.guess, 0) from comment c "
                 "join comment_origin o on o.comment = c.id where c.id = $1");
QUERY(state_row, "select report, coalesce(parent, 0), coalesce(root, id), " COMMENT_STATE_NUMBER
                 ", visible, children, erased, reason, coalesce(question, 0) "
                 "from comment where id = $1");
/* One row, and no reference changes: such a statement needs no journal of its own within the
 * transaction, whose upkeep grows with what the transaction has done already. */
QUERY(state_set, "update comment set state = $2, visible = $3, changed_at = $4, changed_by = $5, "
                 "reason = $6, held_for = null where id = $1");
QUERY(held_again, "update comment set held_for = (select visitor from comment_origin "
                  "where comment = $1) where id = $1");
QUERY(words_drop, "update comment set name = '', html = '', person = null, edited_at = null, used "
                  "= 0 where id = $1");
QUERY(origin_drop, "delete from comment_origin where comment = $1");
QUERY(former_drop, "delete from comment_former where comment = $1");
QUERY(author_drop,
      "update comment set name = '', erased = 1, person = null, held_for = null, changed_at = $2, "
      "changed_by = $3 where id = $1");
QUERY(origin_author_drop, "update comment_origin set visitor = null, address = null, "
                          "prefix = null, email = null where comment = $1");

CHECK_ROWS(comment_changed_by, "who changed a comment is a person of the staff",
           "select id, changed_by from comment where changed_by is not null "
           "and changed_by not in (select id from person)");

/* ---- states */

struct standing {
    int64_t report;
    struct tree_node node;
    enum comment_state state;
    enum reason reason;
    bool visible, erased;
    int64_t children, question;
};

static err standing_get(struct tx *tx, int64_t id, struct standing *ret)
{
    struct stmt *s = query_start(tx, &state_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return DESK_NO_COMMENT;
    *ret = (struct standing){
        .report = column_int(s, 0),
        .node = { id, column_int(s, 1), column_int(s, 2) },
        .state = (enum comment_state)column_int(s, 3),
        .visible = column_int(s, 4),
        .children = column_int(s, 5),
        .erased = column_int(s, 6),
        .reason = (enum reason)column_int(s, 7),
        .question = column_int(s, 8),
    };
    query_end(s);
    return OK;
}

static int64_t *counter(struct discussion *d, enum comment_state s)
{
    switch (s) {
    case COMMENT_STATE_HELD: return &d->held;
    case COMMENT_STATE_PUBLISHED: return &d->published;
    case COMMENT_STATE_HIDDEN: return &d->hidden;
    case COMMENT_STATE_SPAM: return &d->spam;
    case COMMENT_STATE_DELETED: return &d->deleted;
    }
    check(false);
    return NULL;
}

static err run_one(struct tx *tx, const struct query *q, int64_t id)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, id);
    return query_run(s, NULL);
}

/* What a comment becomes, seen as what a later change would find. */
static err state_write(struct tx *tx, const struct standing *old, const struct comment_former *to)
{
    struct stmt *s = query_start(tx, &state_set);
    bind_int(s, 1, old->node.id);
    bind_str(s, 2, comment_state_str(to->state));
    bind_int(s, 3, to->state == COMMENT_STATE_PUBLISHED || old->children > 0);
    bind_int_or_null(s, 4, to->changed_at);
    bind_int_or_null(s, 5, to->changed_by);
    bind_int(s, 6, to->reason);
    err e = query_run(s, NULL);
    if (!e && to->state == COMMENT_STATE_HELD)
        e = run_one(tx, &held_again, old->node.id);
    if (!e && to->state == COMMENT_STATE_DELETED)
        e = run_one(tx, &words_drop, old->node.id);
    if (!e && to->state == COMMENT_STATE_DELETED)
        e = trace_drop(tx, old->node.id);
    if (!e && to->state == COMMENT_STATE_DELETED)
        e = flag_drop_open(tx, old->node.id);
    if (!e && to->state == COMMENT_STATE_DELETED)
        e = run_one(tx, &origin_drop, old->node.id);
    if (!e && to->state == COMMENT_STATE_DELETED)
        e = run_one(tx, &former_drop, old->node.id);
    return e;
}

static err count_change(struct tx *tx, const struct standing *old, const struct comment_former *to)
{
    struct discussion change = { 0 };
    --*counter(&change, old->state);
    ++*counter(&change, to->state);
    bool visible = to->state == COMMENT_STATE_PUBLISHED || old->children > 0;
    err e = OK;
    if (old->question && change.published) {
        change.answers = change.published;
        e = question_count(tx, old->question, change.answers);
    }
    if (!e && visible != old->visible)
        e = tree_changed(tx, &old->node, visible ? 1 : -1, &change.threads);
    if (!e && old->reason)
        e = record_count_reason(tx, old->report, old->reason, -1);
    if (!e && to->reason)
        e = record_count_reason(tx, old->report, to->reason, 1);
    return e ? e : discussion_count(tx, old->report, &change);
}

static enum comment_change change_of(enum comment_state from, enum comment_state to)
{
    switch (to) {
    case COMMENT_STATE_PUBLISHED:
        return from == COMMENT_STATE_HELD ? COMMENT_CHANGE_APPROVED : COMMENT_CHANGE_RESTORED;
    case COMMENT_STATE_HELD: return COMMENT_CHANGE_HELD;
    case COMMENT_STATE_HIDDEN: return COMMENT_CHANGE_HIDDEN;
    case COMMENT_STATE_SPAM: return COMMENT_CHANGE_SPAM;
    case COMMENT_STATE_DELETED: return COMMENT_CHANGE_DELETED;
    }
    check(false);
    return COMMENT_CHANGE_EDITED;
}

/* What a decision of the staff teaches the filter; one that is undone teaches nothing. */
static err teach(struct tx *tx, int64_t comment, const struct comment_former *to, int64_t now)
{
    switch (to->state) {
    case COMMENT_STATE_PUBLISHED:
        return filter_lesson(tx, comment, to->changed_by ? LESSON_GOOD : LESSON_NONE, now);
    case COMMENT_STATE_SPAM:
        return filter_lesson(tx, comment, to->changed_by ? LESSON_SPAM : LESSON_NONE, now);
    case COMMENT_STATE_HELD: return filter_lesson(tx, comment, LESSON_NONE, now);
    case COMMENT_STATE_HIDDEN:
    case COMMENT_STATE_DELETED: break;
    }
    return OK;
}

/* Tells who watches, and the rules that know their people. */
static err tell(struct tx *tx, const struct standing *old, const struct comment_former *to,
                int64_t now)
{
    err e = comment_event_add(tx, old->node.id, old->report, change_of(old->state, to->state), now);
    if (!e && to->state == COMMENT_STATE_PUBLISHED)
        e = known_add(tx, old->node.id, now);
    return e ? e : teach(tx, old->node.id, to, now);
}

static err change(struct tx *tx, const struct standing *old, const struct comment_former *to,
                  int64_t now)
{
    err e = state_write(tx, old, to);
    if (!e)
        e = count_change(tx, old, to);
    if (!e)
        e = tell(tx, old, to, now);
    return e ? fault(e) : OK;
}

err comment_change_state(struct tx *tx, const struct state_change *c)
{
    bool stays = c->to == COMMENT_STATE_PUBLISHED || c->to == COMMENT_STATE_HELD;
    check(stays == (c->reason == REASON_NONE));
    struct standing old = { 0 };
    err e = standing_get(tx, c->id, &old);
    if (e)
        return e;
    if (old.state == c->to)
        return DESK_SAME_STATE;
    if (old.state == COMMENT_STATE_DELETED)
        return DESK_DELETED;
    if (c->to == COMMENT_STATE_HELD)
        return DESK_NOT_BACK;
    struct comment_former to = { c->to, c->reason, c->now, c->by };
    return change(tx, &old, &to, c->now);
}

static enum reason reason_standard(enum comment_state to, int64_t by)
{
    if (to == COMMENT_STATE_PUBLISHED || to == COMMENT_STATE_HELD)
        return REASON_NONE;
    if (to == COMMENT_STATE_SPAM)
        return REASON_SPAM;
    return to == COMMENT_STATE_DELETED && !by ? REASON_AUTHOR : REASON_RULES;
}

err comment_set_state(struct tx *tx, int64_t id, enum comment_state to, int64_t by, int64_t now)
{
    struct state_change c = { id, to, reason_standard(to, by), by, now };
    return comment_change_state(tx, &c);
}

err comment_put_back(struct tx *tx, int64_t id, const struct comment_former *was, int64_t now)
{
    struct standing old = { 0 };
    err e = standing_get(tx, id, &old);
    if (e)
        return e;
    if (old.state == COMMENT_STATE_DELETED)
        return DESK_DELETED;
    return change(tx, &old, was, now);
}

err comment_erase_author(struct tx *tx, int64_t id, int64_t by, int64_t now)
{
    struct standing old = { 0 };
    err e = standing_get(tx, id, &old);
    if (e)
        return e;
    if (old.state == COMMENT_STATE_DELETED)
        return DESK_DELETED;
    if (old.erased)
        return DESK_SAME_STATE;
    struct stmt *s = query_start(tx, &author_drop);
    bind_int(s, 1, id);
    bind_int(s, 2, now);
    bind_int_or_null(s, 3, by); // 0: the command line
    e = query_run(s, NULL);
    if (!e)
        e = trace_drop(tx, id);
    if (!e)
        e = run_one(tx, &origin_author_drop, id);
    if (!e)
        e = comment_event_add(tx, id, old.report, COMMENT_CHANGE_ERASED, now);
    if (e)
        return fault(e);
    tx_touch(tx, "report/%" PRId64, old.report);
    return OK;
}

err comment_typed_get(struct tx *tx, int64_t id, struct arena *a, struct comment_typed *ret)
{
    struct stmt *s = query_start(tx, &typed_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return DESK_NO_COMMENT;
    *ret = (struct comment_typed){ column_str(s, 0, a), column_str(s, 1, a), column_int(s, 2) };
    query_end(s);
    return OK;
}
