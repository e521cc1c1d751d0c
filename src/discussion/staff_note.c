#include "discussion/staff_note.h"
#include "base/utf8.h"

QUERY(staff_note_insert,
      "insert into staff_note (comment, person, at, body) values ($1, $2, $3, $4)");
QUERY(staff_note_rows, "select id, at, coalesce(person, 0), body from staff_note "
                       "where comment = $1 order by id desc limit $2");

err staff_note_check(struct str body)
{
    if (text_check(body, false) != TEXT_FINE)
        return STAFF_NOTE_NOT_TEXT;
    if (text_blank(body))
        return STAFF_NOTE_EMPTY;
    return body.n > STAFF_NOTE_MAX ? STAFF_NOTE_LONG : OK;
}

err staff_note_add(struct tx *tx, int64_t comment, const struct staff_note *n)
{
    struct stmt *s = query_start(tx, &staff_note_insert);
    bind_int(s, 1, comment);
    bind_int_or_null(s, 2, n->person);
    bind_int(s, 3, n->at);
    bind_str(s, 4, n->body);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err staff_note_list(struct tx *tx, int64_t comment, struct arena *a, const struct staff_note **ret,
                    size_t *ret_n)
{
    struct staff_note *rows = arena_new(a, struct staff_note, STAFF_NOTES_SHOWN);
    struct stmt *s = query_start(tx, &staff_note_rows);
    bind_int(s, 1, comment);
    bind_int(s, 2, STAFF_NOTES_SHOWN);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        rows[n++] = (struct staff_note){ .id = column_int(s, 0),
                                         .at = column_int(s, 1),
                                         .person = column_int(s, 2),
                                         .body = column_str(s, 3, a) };
    }
    *ret = rows;
    *ret_n = n;
    return OK;
}
