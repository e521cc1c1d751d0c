#include "discussion/assignment.h"

QUERY(assignment_put, "insert into assignment (comment, person, at) values ($1, $2, $3) "
                      "on conflict (comment) do update set person = excluded.person, "
                      "at = excluded.at");
QUERY(assignment_row, "select person from assignment where comment = $1");
QUERY(assignment_drop, "delete from assignment where comment = $1");

err assignment_set(struct tx *tx, int64_t comment, int64_t person, int64_t now)
{
    struct stmt *s = query_start(tx, &assignment_put);
    bind_int(s, 1, comment);
    bind_int(s, 2, person);
    bind_int(s, 3, now);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err assignment_get(struct tx *tx, int64_t comment, int64_t *ret_person)
{
    struct stmt *s = query_start(tx, &assignment_row);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_person = row ? column_int(s, 0) : 0;
    if (row)
        query_end(s);
    return OK;
}

err assignment_end(struct tx *tx, int64_t comment, int64_t *ret_person)
{
    err e = assignment_get(tx, comment, ret_person);
    if (e || !*ret_person)
        return e;
    struct stmt *s = query_start(tx, &assignment_drop);
    bind_int(s, 1, comment);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}
