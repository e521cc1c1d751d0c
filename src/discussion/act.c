#include "discussion/act.h"
#include "base/check.h"
#include "discussion/decision.h"
#include "discussion/mark.h"

QUERY(act_insert, "insert into act (at, person, kind, comment, report, was, comments) "
                  "values ($1, $2, $3, $4, $5, $6, $7) returning id");
#define ACT_ROWS                                                                                   \
    "select id, at, coalesce(person, 0), kind, coalesce(comment, 0), coalesce(report, 0), was, "   \
    "comments, coalesce(undone_at, 0), coalesce(undone_by, 0) from act "
QUERY(act_row, ACT_ROWS "where id = $1");
QUERY(act_rows, ACT_ROWS "where id < $1 order by id desc limit $2");
QUERY(act_rows_of, ACT_ROWS "where person = $3 and id < $1 order by id desc limit $2");
QUERY(act_undone_set, "update act set undone_at = $2, undone_by = $3 where id = $1");

static const char *const kind_names[ACT_KINDS] = { "approve", "hide", "spam",   "delete", "pin",
                                                   "unpin",   "lock", "unlock", "close",  "open" };

struct str act_kind_str(enum act_kind k)
{
    check(k < ACT_KINDS);
    return str_from_z(kind_names[k]);
}

bool act_kind_parse(struct str s, enum act_kind *ret)
{
    for (size_t i = 0; i < ACT_KINDS; i++)
        if (str_eq(s, str_from_z(kind_names[i]))) {
            *ret = (enum act_kind)i;
            return true;
        }
    return false;
}

err act_add(struct tx *tx, const struct act *a, int64_t *ret_id)
{
    struct stmt *s = query_start(tx, &act_insert);
    bind_int(s, 1, a->at);
    bind_int_or_null(s, 2, a->person);
    bind_int(s, 3, a->kind);
    bind_int_or_null(s, 4, a->comment);
    bind_int_or_null(s, 5, a->report);
    bind_int(s, 6, a->was);
    bind_int(s, 7, a->comments);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

static struct act read_act(struct stmt *s)
{
    return (struct act){
        .id = column_int(s, 0),
        .at = column_int(s, 1),
        .person = column_int(s, 2),
        .kind = (enum act_kind)column_int(s, 3),
        .comment = column_int(s, 4),
        .report = column_int(s, 5),
        .was = column_int(s, 6),
        .comments = column_int(s, 7),
        .undone_at = column_int(s, 8),
        .undone_by = column_int(s, 9),
    };
}

err act_get(struct tx *tx, int64_t id, struct act *ret)
{
    struct stmt *s = query_start(tx, &act_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return ACT_MISSING;
    *ret = read_act(s);
    query_end(s);
    return OK;
}

err act_list(struct tx *tx, int64_t before, int64_t person, struct arena *a, struct acts *ret)
{
    struct act *acts = arena_new(a, struct act, ACT_PAGE);
    struct stmt *s = query_start(tx, person ? &act_rows_of : &act_rows);
    bind_int(s, 1, before > 0 ? before : INT64_MAX);
    bind_int(s, 2, ACT_PAGE + 1);
    if (person)
        bind_int(s, 3, person);
    size_t n = 0;
    bool row = false;
    for (;;) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row || n == ACT_PAGE)
            break;
        acts[n++] = read_act(s);
    }
    if (row)
        query_end(s);
    *ret = (struct acts){ acts, n, row ? acts[n - 1].id : 0 };
    return OK;
}

static err set_undone(struct tx *tx, int64_t id, int64_t by, int64_t now)
{
    struct stmt *s = query_start(tx, &act_undone_set);
    bind_int(s, 1, id);
    bind_int(s, 2, now);
    bind_int_or_null(s, 3, by);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err act_undo(struct tx *tx, int64_t id, int64_t by, int64_t now, int64_t *ret_done)
{
    struct act act = { 0 };
    int64_t done = 0;
    err e = act_get(tx, id, &act);
    if (e)
        return e;
    if (act.undone_at)
        return ACT_UNDONE;
    if (act.kind == ACT_DELETE)
        return ACT_FINAL;
    e = act.kind < ACT_DELETE ? decision_undo(tx, id, now, &done) : mark_undo(tx, &act, &done);
    if (!e && !done)
        return ACT_OVERTAKEN;
    if (!e)
        e = set_undone(tx, id, by, now);
    if (e)
        return e;
    *ret_done = done;
    return OK;
}
