#include "desk/diff_view.h"

static const struct field diff_row_fields[] = {
    FIELD_BOOL(struct diff_row, gone), FIELD_BOOL(struct diff_row, added),
    FIELD_BOOL(struct diff_row, gap),  FIELD_BOOL(struct diff_row, same),
    FIELD_STR(struct diff_row, text),
};
const struct view diff_row_view = VIEW(struct diff_row, diff_row_fields);

bool diff_wanted(struct arena *a, struct str was, struct str is, struct diff *ret)
{
    return was.n + is.n <= DIFF_BYTES_MAX && diff_texts(a, was, is, ret);
}

struct list diff_rows(struct arena *a, const struct diff *d)
{
    struct diff_row *rows = arena_new(a, struct diff_row, d->n ? d->n : 1);
    for (size_t i = 0; i < d->n; i++)
        rows[i] = (struct diff_row){ .gone = d->lines[i].kind == DIFF_GONE,
                                     .added = d->lines[i].kind == DIFF_NEW,
                                     .gap = d->lines[i].kind == DIFF_GAP,
                                     .same = d->lines[i].kind == DIFF_SAME,
                                     .text = d->lines[i].text };
    return (struct list){ rows, d->n };
}

static const struct field other_fields[] = {
    FIELD_STR(struct desk_other, heading),
    FIELD_STR(struct desk_other, title),
    FIELD_STR(struct desk_other, body),
    FIELD_VIEW(struct desk_other, at, &desk_time_view),
    FIELD_LIST(struct desk_other, diff, &diff_row_view),
};
const struct view desk_other_view = VIEW(struct desk_other, other_fields);

void desk_other_compare(struct arena *a, struct desk_other *o, struct str typed)
{
    struct diff diff = { 0 };
    if (diff_wanted(a, o->body, typed, &diff))
        o->diff = diff_rows(a, &diff);
}
