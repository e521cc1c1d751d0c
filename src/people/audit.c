#include "people/audit.h"
#include "base/check.h"
#include "base/utf8.h"

QUERY(insert_audit, "insert into audit (at, person, actor, action, kind, object, detail) "
                    "values ($1, $2, $3, $4, $5, $6, $7)");

#define AUDIT_SELECT                                                                               \
    "select id, at, coalesce(person, 0), actor, action, kind, object, detail from audit "
#define AUDIT_ORDER "order by id desc limit $2"
QUERY(list_audit, AUDIT_SELECT "where id < $1 " AUDIT_ORDER);
QUERY(list_audit_by, AUDIT_SELECT "where id < $1 and person = $3 " AUDIT_ORDER);
QUERY(list_audit_of, AUDIT_SELECT "where id < $1 and kind = $3 and object = $4 " AUDIT_ORDER);
QUERY(list_audit_by_of,
      AUDIT_SELECT "where id < $1 and person = $5 and kind = $3 and object = $4 " AUDIT_ORDER);

err audit_add(struct tx *tx, struct actor by, const struct audit_note *note)
{
    check(note->action.n && note->action.n <= AUDIT_ACTION_MAX && note->now > 0);
    struct stmt *s = query_start(tx, &insert_audit);
    bind_int(s, 1, note->now);
    bind_int_or_null(s, 2, by.person);
    bind_str(s, 3, by.name);
    bind_str(s, 4, note->action);
    bind_str(s, 5, note->kind);
    bind_int(s, 6, note->object);
    bind_str(s, 7, utf8_cut(note->detail, AUDIT_DETAIL_MAX));
    return query_run(s, NULL);
}

static struct stmt *start_list(struct tx *tx, const struct audit_query *q)
{
    struct stmt *s = NULL;
    if (q->person && q->kind.n)
        s = query_start(tx, &list_audit_by_of);
    else if (q->person)
        s = query_start(tx, &list_audit_by);
    else
        s = query_start(tx, q->kind.n ? &list_audit_of : &list_audit);
    bind_int(s, 1, q->before > 0 ? q->before : INT64_MAX);
    bind_int(s, 2, AUDIT_PAGE + 1);
    if (q->kind.n) {
        bind_str(s, 3, q->kind);
        bind_int(s, 4, q->object);
    }
    if (q->person)
        bind_int(s, q->kind.n ? 5 : 3, q->person);
    return s;
}

static struct audit_entry entry_of(struct stmt *s, struct arena *a)
{
    return (struct audit_entry){
        .id = column_int(s, 0),
        .at = column_int(s, 1),
        .by = { .person = column_int(s, 2), .name = column_str(s, 3, a) },
        .action = column_str(s, 4, a),
        .kind = column_str(s, 5, a),
        .object = column_int(s, 6),
        .detail = column_str(s, 7, a),
    };
}

err audit_list(struct tx *tx, const struct audit_query *q, struct arena *a, struct audit_page *ret)
{
    struct audit_entry *list = arena_new(a, struct audit_entry, AUDIT_PAGE);
    struct stmt *s = start_list(tx, q);
    size_t n = 0;
    bool row = false;
    err e = query_step(s, &row);
    for (; !e && row && n < AUDIT_PAGE; e = query_step(s, &row))
        list[n++] = entry_of(s, a);
    if (e)
        return e;
    query_end(s);
    *ret = (struct audit_page){ .entries = list, .count = n, .next = row ? list[n - 1].id : 0 };
    return OK;
}
