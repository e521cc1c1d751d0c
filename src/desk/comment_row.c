#include "desk/comment_row.h"
#include "publishing/report.h"

#include <inttypes.h>

static const struct field reason_option_fields[] = {
    FIELD_STR(struct reason_option, name),
    FIELD_STR(struct reason_option, text),
};
const struct view reason_option_view = VIEW(struct reason_option, reason_option_fields);

static const struct field comment_row_fields[] = {
    FIELD_INT(struct comment_row, id),
    FIELD_INT(struct comment_row, flags),
    FIELD_INT(struct comment_row, seen),
    FIELD_STR(struct comment_row, url),
    FIELD_STR(struct comment_row, name),
    FIELD_STR(struct comment_row, email),
    FIELD_STR(struct comment_row, state),
    FIELD_STR(struct comment_row, hold),
    FIELD_STR(struct comment_row, hold_about),
    FIELD_STR(struct comment_row, reason),
    FIELD_STR(struct comment_row, assigned),
    FIELD_STR(struct comment_row, flags_text),
    FIELD_STR(struct comment_row, ban),
    FIELD_VIEW(struct comment_row, at, &desk_time_view),
    FIELD_VIEW(struct comment_row, changed, &desk_time_view),
    FIELD_HTML(struct comment_row, html),
    FIELD_STR(struct comment_row, report_title),
    FIELD_STR(struct comment_row, report_path),
    FIELD_STR(struct comment_row, discussion),
    FIELD_STR(struct comment_row, permalink),
    FIELD_INT(struct comment_row, question),
    FIELD_LIST(struct comment_row, reasons, &reason_option_view),
    FIELD_BOOL(struct comment_row, erased),
    FIELD_BOOL(struct comment_row, reply),
    FIELD_BOOL(struct comment_row, staff),
    FIELD_BOOL(struct comment_row, published),
    FIELD_BOOL(struct comment_row, pinned),
    FIELD_BOOL(struct comment_row, locked),
    FIELD_BOOL(struct comment_row, may_approve),
    FIELD_BOOL(struct comment_row, may_hide),
    FIELD_BOOL(struct comment_row, may_spam),
    FIELD_BOOL(struct comment_row, may_delete),
    FIELD_BOOL(struct comment_row, may_erase),
    FIELD_BOOL(struct comment_row, back),
};
const struct view comment_row_view = VIEW(struct comment_row, comment_row_fields);

struct str reason_word(const struct request *r, enum reason reason)
{
    return reason == REASON_NONE ? S("") : desk_word_of(r, "reason_", reason_str(reason));
}

struct list reason_options(const struct request *r)
{
    enum { CHOICES = REASON_LAST - REASON_FIRST + 1 };
    struct reason_option *list = arena_new(r->arena, struct reason_option, CHOICES);
    for (int i = 0; i < CHOICES; i++) {
        enum reason reason = (enum reason)(REASON_LAST - i); // "against the rules" first
        if (i > 0)
            reason = (enum reason)(REASON_FIRST + i - 1);
        list[i] = (struct reason_option){ reason_str(reason), reason_word(r, reason) };
    }
    return (struct list){ list, CHOICES };
}

struct str comment_desk_url(const struct request *r, int64_t id)
{
    return str_print(r->arena, "/desk/comments/%" PRId64, id);
}

err row_maker_start(struct row_maker *m, const struct request *r, struct tx *tx)
{
    *m = (struct row_maker){ .r = r, .tx = tx, .reasons = reason_options(r) };
    return person_list(tx, r->arena, &m->people, &m->people_count);
}

struct str row_person(const struct row_maker *m, int64_t id)
{
    for (size_t i = 0; i < m->people_count; i++)
        if (m->people[i].id == id)
            return m->people[i].name;
    return S("");
}

static err read_under(struct row_maker *m, int64_t id)
{
    const struct request *r = m->r;
    struct report report = { 0 };
    if (m->under.id == id)
        return OK;
    err e = report_get(m->tx, id, r->arena, &report);
    if (e)
        return fault(e > 0 ? ERR_DATA : e); // comments stand under reports, and those never go
    m->under.id = id;
    m->under.title = report.title;
    m->under.path = report.path;
    m->under.discussion = str_print(r->arena, "/desk/discussions/%" PRId64, id);
    m->under.published = report.state == REPORT_PUBLISHED;
    return OK;
}

static void fill_state(const struct row_maker *m, const struct desk_comment *d,
                       struct comment_row *row)
{
    const struct request *r = m->r;
    const struct comment *c = &d->comment;
    struct str hold = comment_hold_str(d->hold);
    bool held = c->state == COMMENT_STATE_HELD;
    row->state = desk_word_of(r, "desk_comment_", comment_state_str(c->state));
    row->hold = hold.n && held ? desk_word_of(r, "desk_hold_", hold) : S("");
    row->hold_about = hold.n && held ? d->hold_about : S("");
    row->reason = reason_word(r, d->reason);
    row->assigned = row_person(m, d->assigned);
    row->flags = d->flags;
    row->flags_text = d->flags ? desk_count(r, "desk_flags", d->flags) : S("");
    row->published = c->state == COMMENT_STATE_PUBLISHED;
    row->pinned = c->pinned;
    row->locked = c->locked;
    row->back = c->state == COMMENT_STATE_HIDDEN || c->state == COMMENT_STATE_SPAM;
}

static void fill_buttons(const struct row_maker *m, const struct desk_comment *d,
                         struct comment_row *row)
{
    const struct comment *c = &d->comment;
    bool there = c->state != COMMENT_STATE_DELETED;
    row->may_approve = there && (!row->published || d->flags);
    row->may_hide = there && c->state != COMMENT_STATE_HIDDEN;
    row->may_spam = there && c->state != COMMENT_STATE_SPAM;
    row->may_delete = there && person_may(m->r->person, PERMISSION_COMMENT_DELETE);
    row->may_erase = row->may_delete && !c->erased;
    if (there)
        row->reasons = m->reasons;
    if (there && !c->erased && !c->person)
        row->ban = str_print(m->r->arena, STR_FMT "/ban", STR_ARG(row->url));
}

err row_make(struct row_maker *m, const struct desk_comment *d, struct comment_row *ret)
{
    const struct request *r = m->r;
    const struct comment *c = &d->comment;
    err e = read_under(m, c->report);
    if (e)
        return e;
    bool visible = m->under.published && c->state == COMMENT_STATE_PUBLISHED;
    *ret = (struct comment_row){
        .id = c->id,
        .seen = d->changed_at > c->edited_at ? d->changed_at : c->edited_at,
        .url = comment_desk_url(r, c->id),
        .name = c->name,
        .email = d->email,
        .at = desk_time(r, c->created_at),
        .changed = desk_time(r, d->changed_at),
        .html = c->html,
        .report_title = m->under.title,
        .report_path = m->under.published ? m->under.path : S(""),
        .discussion = m->under.discussion,
        .permalink = visible ? str_print(r->arena, "/comments/%" PRId64, c->id) : S(""),
        .question = c->question,
        .erased = c->erased,
        .reply = c->parent != 0,
        .staff = c->person != 0,
    };
    fill_state(m, d, ret);
    fill_buttons(m, d, ret);
    return OK;
}
