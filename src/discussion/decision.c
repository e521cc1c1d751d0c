/* The table of decisions, and all that a decision touches beside the comment's state. */
#include "discussion/decision.h"
#include "base/check.h"
#include "discussion/appeal.h"
#include "discussion/assignment.h"
#include "discussion/comment_row.h"
#include "discussion/flag.h"
#include "discussion/record.h"

QUERY(decided_row, "select report, " COMMENT_STATE_NUMBER ", reason, coalesce(changed_at, 0), "
                   "coalesce(changed_by, 0), created_at, flags, coalesce(edited_at, 0) "
                   "from comment where id = $1");
QUERY(decision_insert,
      "insert into decision (act, comment, at, person, was, was_reason, was_changed_at, "
      "was_changed_by, became, reason, note, minutes, assigned) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id");
#define DECISION_ROWS                                                                              \
    "select id, act, comment, at, coalesce(person, 0), " COMMENT_STATE_OF(                         \
        "was") ", was_reason, " COMMENT_STATE_OF("became") ", reason, note, coalesce(minutes, "    \
                                                           "-1), undone from decision "
QUERY(decision_rows, DECISION_ROWS "where comment = $1 order by id desc limit $2");
QUERY(decision_row, DECISION_ROWS "where id = $1");
QUERY(decision_standing,
      DECISION_ROWS "where comment = $1 and undone = 0 order by id desc limit 1");
QUERY(act_decisions, "select id from decision where act = $1 and undone = 0 order by id limit $2");
QUERY(undo_row,
      "select d.comment, " COMMENT_STATE_OF(
          "d.was") ", d.was_reason, "
                   "coalesce(d.was_changed_at, 0), coalesce(d.was_changed_by, "
                   "0), " COMMENT_STATE_OF("d.became") ", coalesce(d.minutes, -1), "
                                                       "coalesce(d.assigned, 0), d.at, "
                                                       "c.report, " COMMENT_STATE_OF(
                                                           "c.state") ", coalesce(c.changed_at, "
                                                                      "0), "
                                                                      "case when exists (select 1 "
                                                                      "from decision n where "
                                                                      "n.comment = d.comment and "
                                                                      "n.id > d.id "
                                                                      "and n.undone = 0) then 1 "
                                                                      "else 0 end "
                                                                      "from decision d join "
                                                                      "comment c on c.id = "
                                                                      "d.comment where d.id = $1");
QUERY(decision_undone_set, "update decision set undone = 1 where id = $1");
QUERY(act_comments_set, "update act set comments = $2, comment = $3 where id = $1");

/* A comment as it is when somebody decides. */
struct subject {
    int64_t id, report, created_at, flags, edited_at;
    struct comment_former was;
};

static err subject_get(struct tx *tx, int64_t id, struct subject *ret)
{
    struct stmt *s = query_start(tx, &decided_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return DECISION_NO_COMMENT;
    *ret = (struct subject){
        .id = id,
        .report = column_int(s, 0),
        .was = { .state = (enum comment_state)column_int(s, 1),
                 .reason = (enum reason)column_int(s, 2),
                 .changed_at = column_int(s, 3),
                 .changed_by = column_int(s, 4) },
        .created_at = column_int(s, 5),
        .flags = column_int(s, 6),
        .edited_at = column_int(s, 7),
    };
    query_end(s);
    return OK;
}

static enum comment_state state_of(enum act_kind k)
{
    static const enum comment_state states[] = {
        [ACT_APPROVE] = COMMENT_STATE_PUBLISHED,
        [ACT_HIDE] = COMMENT_STATE_HIDDEN,
        [ACT_SPAM] = COMMENT_STATE_SPAM,
        [ACT_DELETE] = COMMENT_STATE_DELETED,
    };
    check(k < COUNT(states));
    return states[k];
}

static err may_decide(const struct decision_wish *w, const struct subject *s)
{
    bool published = s->was.state == COMMENT_STATE_PUBLISHED;
    if (s->was.changed_at > w->seen)
        return DECISION_OVERTAKEN;
    if (s->was.state == COMMENT_STATE_DELETED)
        return w->kind == ACT_DELETE ? DECISION_SAME : DECISION_DELETED;
    if (w->kind == ACT_APPROVE && s->edited_at > w->seen)
        return DECISION_EDITED;
    if (s->was.state != state_of(w->kind))
        return OK;
    return published && s->flags ? OK : DECISION_SAME;
}

/* Since when somebody has waited for it; 0: nobody has. */
static err waiting_since(struct tx *tx, const struct subject *s, int64_t *ret)
{
    int64_t flagged = 0;
    err e = s->flags ? flag_first_open(tx, s->id, &flagged) : OK;
    if (e)
        return e;
    *ret = s->was.state == COMMENT_STATE_HELD ? s->created_at : flagged;
    return OK;
}

/* What the decision row remembers beside the wish. */
struct found {
    int64_t minutes, assigned; /* -1: nobody waited; 0: nobody's */
};

static err insert(struct tx *tx, const struct decision_wish *w, const struct subject *s,
                  const struct found *f, int64_t act, int64_t *ret_id)
{
    struct stmt *q = query_start(tx, &decision_insert);
    bind_int(q, 1, act);
    bind_int(q, 2, s->id);
    bind_int(q, 3, w->now);
    bind_int_or_null(q, 4, w->by);
    bind_str(q, 5, comment_state_str(s->was.state));
    bind_int(q, 6, s->was.reason);
    bind_int_or_null(q, 7, s->was.changed_at);
    bind_int_or_null(q, 8, s->was.changed_by);
    bind_str(q, 9, comment_state_str(state_of(w->kind)));
    bind_int(q, 10, w->kind == ACT_APPROVE ? REASON_NONE : w->reason);
    bind_str(q, 11, w->note);
    if (f->minutes < 0)
        bind_null(q, 12);
    else
        bind_int(q, 12, f->minutes);
    bind_int_or_null(q, 13, f->assigned);
    bool row = false;
    err e = query_step(q, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret_id = column_int(q, 0);
    query_end(q);
    return OK;
}

static err change_state(struct tx *tx, const struct decision_wish *w, const struct subject *s)
{
    struct state_change c = { s->id, state_of(w->kind), REASON_NONE, w->by, w->now };
    if (w->kind != ACT_APPROVE)
        c.reason = w->reason;
    if (c.to == s->was.state) // its flags were wrong: it stays
        return OK;
    err e = w->kind == ACT_APPROVE
                ? appeal_right_end(tx, s->id, w->now)
                : appeal_right_give(tx, s->id, w->now, w->kind == ACT_DELETE ? w->keys : NULL);
    if (!e)
        e = comment_change_state(tx, &c);
    return e > 0 ? ERR_DATA : e; // may_decide() has seen to it
}

static err write(struct tx *tx, const struct decision_wish *w, const struct subject *s, int64_t act)
{
    int64_t since = 0;
    int64_t id = 0;
    struct found f = { .minutes = -1 };
    err e = waiting_since(tx, s, &since);
    if (!e)
        e = assignment_end(tx, s->id, &f.assigned);
    if (since)
        f.minutes = record_minutes(since, w->now);
    if (!e)
        e = insert(tx, w, s, &f, act, &id);
    if (!e && s->flags)
        e = flag_answer(tx, s->id, id);
    if (!e)
        e = change_state(tx, w, s);
    if (!e && since)
        e = record_count_wait(tx, s->report, f.minutes, 1);
    return e;
}

static err add_act(struct tx *tx, const struct decision_wish *w, int64_t comment, int64_t *ret)
{
    struct act act = {
        .at = w->now, .person = w->by, .kind = w->kind, .comment = comment, .comments = 1
    };
    return act_add(tx, &act, ret);
}

static void check_wish(const struct decision_wish *w)
{
    check(w->kind <= ACT_DELETE && w->note.n <= DECISION_NOTE_MAX);
    check(w->kind == ACT_APPROVE || w->reason != REASON_NONE);
}

err decision_make(struct tx *tx, const struct decision_wish *w, int64_t comment, int64_t *ret_act)
{
    check_wish(w);
    struct subject s = { 0 };
    err e = subject_get(tx, comment, &s);
    if (!e)
        e = may_decide(w, &s);
    if (!e)
        e = add_act(tx, w, comment, ret_act);
    if (!e)
        e = write(tx, w, &s, *ret_act);
    return e < 0 ? fault(e) : e;
}

static err set_comments(struct tx *tx, const struct decisions_done *d, int64_t only)
{
    struct stmt *s = query_start(tx, &act_comments_set);
    bind_int(s, 1, d->act);
    bind_int(s, 2, d->done);
    bind_int_or_null(s, 3, d->done == 1 ? only : 0);
    return query_run(s, NULL);
}

err decision_make_all(struct tx *tx, const struct decision_wish *w, const int64_t *comments,
                      size_t n, struct decisions_done *ret)
{
    check_wish(w);
    check(n <= DECISIONS_MAX);
    struct decisions_done done = { 0 };
    int64_t last = 0;
    err e = OK;
    for (size_t i = 0; !e && i < n; i++) {
        struct subject s = { 0 };
        e = subject_get(tx, comments[i], &s);
        if (!e)
            e = may_decide(w, &s);
        if (e > 0) {
            done.skipped++;
            e = OK;
            continue;
        }
        if (!e && !done.act)
            e = add_act(tx, w, 0, &done.act);
        if (!e)
            e = write(tx, w, &s, done.act);
        last = comments[i];
        done.done++;
    }
    if (!e && done.act)
        e = set_comments(tx, &done, last);
    if (e)
        return fault(e);
    *ret = done;
    return OK;
}

/* ---- reading them */

static void read_decision(struct stmt *s, struct arena *a, struct decision *ret)
{
    *ret = (struct decision){
        .id = column_int(s, 0),
        .act = column_int(s, 1),
        .comment = column_int(s, 2),
        .at = column_int(s, 3),
        .person = column_int(s, 4),
        .was = (enum comment_state)column_int(s, 5),
        .was_reason = (enum reason)column_int(s, 6),
        .became = (enum comment_state)column_int(s, 7),
        .reason = (enum reason)column_int(s, 8),
        .note = column_str(s, 9, a),
        .minutes = column_int(s, 10),
        .undone = column_int(s, 11),
    };
}

err decision_list(struct tx *tx, int64_t comment, size_t max, struct arena *a,
                  const struct decision **ret, size_t *ret_n)
{
    struct decision *rows = arena_new(a, struct decision, max);
    struct stmt *s = query_start(tx, &decision_rows);
    bind_int(s, 1, comment);
    bind_int(s, 2, (int64_t)max);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        read_decision(s, a, &rows[n++]);
    }
    *ret = rows;
    *ret_n = n;
    return OK;
}

/* One decision; false in *ret_there: none. */
static err read_one(struct tx *tx, const struct query *q, int64_t id, struct arena *a,
                    bool *ret_there, struct decision *ret)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, id);
    err e = query_step(s, ret_there);
    if (e || !*ret_there)
        return e;
    read_decision(s, a, ret);
    query_end(s);
    return OK;
}

err decision_get(struct tx *tx, int64_t id, struct arena *a, struct decision *ret)
{
    bool there = false;
    err e = read_one(tx, &decision_row, id, a, &there, ret);
    if (e)
        return fault(e);
    return there ? OK : DECISION_MISSING;
}

err decision_latest(struct tx *tx, int64_t comment, struct arena *a, bool *ret_there,
                    struct decision *ret)
{
    err e = read_one(tx, &decision_standing, comment, a, ret_there, ret);
    return e ? fault(e) : OK;
}

/* ---- taking them back */

struct undoing {
    int64_t id, comment, report, minutes, assigned, at;
    struct comment_former was;
    enum comment_state became;
    bool stands; /* nothing was done to the comment since */
};

static err undoing_get(struct tx *tx, int64_t id, struct undoing *ret)
{
    struct stmt *s = query_start(tx, &undo_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret = (struct undoing){
        .id = id,
        .comment = column_int(s, 0),
        .was = { .state = (enum comment_state)column_int(s, 1),
                 .reason = (enum reason)column_int(s, 2),
                 .changed_at = column_int(s, 3),
                 .changed_by = column_int(s, 4) },
        .became = (enum comment_state)column_int(s, 5),
        .minutes = column_int(s, 6),
        .assigned = column_int(s, 7),
        .at = column_int(s, 8),
        .report = column_int(s, 9),
    };
    bool changed = ret->was.state != ret->became;
    int64_t changed_at = changed ? ret->at : ret->was.changed_at;
    ret->stands = (enum comment_state)column_int(s, 10) == ret->became &&
                  column_int(s, 11) == changed_at && !column_int(s, 12);
    query_end(s);
    return OK;
}

static err put_back(struct tx *tx, const struct undoing *u, int64_t now)
{
    bool removed = u->was.reason != REASON_NONE;
    if (u->was.state == u->became)
        return OK;
    err e = comment_put_back(tx, u->comment, &u->was, now);
    if (!e && !removed)
        e = appeal_right_end(tx, u->comment, now);
    if (!e && removed && u->was.reason != REASON_AUTHOR)
        e = appeal_right_give(tx, u->comment, u->was.changed_at, NULL);
    if (!e && removed)
        e = appeal_reopen(tx, u->comment, u->at);
    return e > 0 ? ERR_DATA : e;
}

static err undo_one(struct tx *tx, const struct undoing *u, int64_t now)
{
    struct stmt *s = query_start(tx, &decision_undone_set);
    bind_int(s, 1, u->id);
    err e = query_run(s, NULL);
    if (!e)
        e = put_back(tx, u, now);
    if (!e)
        e = flag_unanswer(tx, u->comment, u->id);
    if (!e && u->assigned)
        e = assignment_set(tx, u->comment, u->assigned, now);
    if (!e && u->minutes >= 0)
        e = record_count_wait(tx, u->report, u->minutes, -1);
    return e;
}

static err ids_of(struct tx *tx, int64_t act, int64_t ids[DECISIONS_MAX], size_t *ret_n)
{
    struct stmt *s = query_start(tx, &act_decisions);
    bind_int(s, 1, act);
    bind_int(s, 2, DECISIONS_MAX);
    for (*ret_n = 0;; ++*ret_n) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        ids[*ret_n] = column_int(s, 0);
    }
}

err decision_undo(struct tx *tx, int64_t act, int64_t now, int64_t *ret_done)
{
    int64_t ids[DECISIONS_MAX];
    size_t n = 0;
    int64_t done = 0;
    err e = ids_of(tx, act, ids, &n);
    for (size_t i = 0; !e && i < n; i++) {
        struct undoing u = { 0 };
        e = undoing_get(tx, ids[i], &u);
        if (e || !u.stands)
            continue;
        e = undo_one(tx, &u, now);
        done++;
    }
    if (e)
        return fault(e);
    *ret_done = done;
    return OK;
}
