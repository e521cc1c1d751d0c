#include "funding/contribution_note.h"
#include "base/check.h"
#include "funding/contribution_inside.h"

QUERY(contribution_note_insert,
      "insert into contribution_note (contribution, kind, body, other, by_staff, at)"
      " values ($1, $2, $3, $4, $5, $6)");
QUERY(contribution_note_rows, "select id, kind, body, other, by_staff, at from contribution_note"
                              " where contribution = $1 order by id desc limit $2");
QUERY(contribution_note_corrected, "select other from contribution_note"
                                   " where contribution = $1 and kind = 'corrected'");
QUERY(contribution_note_count, "select count(*) from contribution_note where contribution = $1");
QUERY(contribution_note_empty,
      "update contribution_note set body = '' where contribution = $1 and body <> ''");

static const struct str kind_names[CONTRIBUTION_NOTE_KINDS] = {
    [CONTRIBUTION_NOTE_WRITTEN] = { "note", 4 },
    [CONTRIBUTION_NOTE_FREEZE] = { "freeze", 6 },
    [CONTRIBUTION_NOTE_FREE] = { "free", 4 },
    [CONTRIBUTION_NOTE_TAKE_BACK] = { "take-back", 9 },
    [CONTRIBUTION_NOTE_CORRECTED] = { "corrected", 9 },
    [CONTRIBUTION_NOTE_CORRECTS] = { "corrects", 8 },
};

static bool kind_parse(struct str s, enum contribution_note_kind *ret)
{
    for (size_t i = 0; i < COUNT(kind_names); i++)
        if (str_eq(kind_names[i], s)) {
            *ret = (enum contribution_note_kind)i;
            return true;
        }
    return false;
}

err note_keep(struct tx *tx, const struct contribution_note *n)
{
    struct stmt *s = query_start(tx, &contribution_note_insert);
    bind_int(s, 1, n->contribution);
    bind_str(s, 2, kind_names[n->kind]);
    bind_str(s, 3, n->body);
    bind_int_or_null(s, 4, n->other);
    bind_int(s, 5, n->by);
    bind_int(s, 6, n->at);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err notes_empty(struct tx *tx, int64_t contribution)
{
    struct stmt *s = query_start(tx, &contribution_note_empty);
    bind_int(s, 1, contribution);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err note_check(struct str body)
{
    if (!body.n)
        return CONTRIBUTION_REASON_MISSING;
    return contribution_note_is_fine(body) ? OK : CONTRIBUTION_NOTE_WRONG;
}

static err count_notes(struct tx *tx, int64_t contribution, int64_t *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &contribution_note_count);
    bind_int(s, 1, contribution);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

err contribution_note_add(struct tx *tx, const struct contribution_note_draft *d)
{
    bool there = false;
    int64_t n = 0;
    err e = note_check(d->body);
    if (!e)
        e = contribution_exists(tx, d->contribution, &there);
    if (!e && !there)
        return CONTRIBUTION_MISSING;
    if (!e)
        e = count_notes(tx, d->contribution, &n);
    if (!e && n >= CONTRIBUTION_NOTES_MAX)
        return CONTRIBUTION_NOTES_MANY;
    if (!e)
        e = note_keep(tx, &(struct contribution_note){ .contribution = d->contribution,
                                                       .kind = CONTRIBUTION_NOTE_WRITTEN,
                                                       .body = d->body,
                                                       .by = d->by.person,
                                                       .at = d->now });
    if (!e)
        e = audit_add(tx, d->by,
                      &(struct audit_note){ .action = S("contribution.note"),
                                            .kind = S("contribution"),
                                            .object = d->contribution,
                                            .now = d->now });
    return e;
}

err contribution_corrected_by(struct tx *tx, int64_t contribution, int64_t *ret)
{
    int64_t last = 0;
    bool row = true;
    for (int i = 0; row && i < CONTRIBUTION_CORRECTIONS_MAX; i++) {
        struct stmt *s = query_start(tx, &contribution_note_corrected);
        bind_int(s, 1, last ? last : contribution);
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (row) {
            last = column_int(s, 0);
            query_end(s);
        }
    }
    *ret = last;
    return OK;
}

err contribution_notes(struct tx *tx, int64_t contribution, struct arena *a,
                       const struct contribution_note **ret, size_t *ret_n)
{
    struct contribution_note *notes =
        arena_new(a, struct contribution_note, CONTRIBUTION_NOTES_MAX);
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &contribution_note_rows);
    bind_int(s, 1, contribution);
    bind_int(s, 2, CONTRIBUTION_NOTES_MAX);
    err e = query_step(s, &row);
    for (; !e && row; e = query_step(s, &row)) {
        notes[n] = (struct contribution_note){ .id = column_int(s, 0),
                                               .contribution = contribution,
                                               .body = column_str(s, 2, a),
                                               .other = column_int(s, 3),
                                               .by = column_int(s, 4),
                                               .at = column_int(s, 5) };
        bool known = kind_parse(column_str(s, 1, a), &notes[n].kind);
        check(known); // the table's own check
        n++;
    }
    if (e)
        return fault(e);
    *ret = notes;
    *ret_n = n;
    return OK;
}
