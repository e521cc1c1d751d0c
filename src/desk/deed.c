#include "desk/deed.h"
#include "base/check.h"
#include "base/utf8.h"
#include "discussion/assignment.h"
#include "discussion/mark.h"
#include "discussion/staff_note.h"

#include <inttypes.h>

static const struct deed deeds[] = {
    { "approve", "comment.approve", "comment_approved", ACT_APPROVE, PERMISSION_COMMENT_MODERATE },
    { "hide", "comment.hide", "comment_hidden", ACT_HIDE, PERMISSION_COMMENT_MODERATE },
    { "spam", "comment.spam", "comment_spam", ACT_SPAM, PERMISSION_COMMENT_MODERATE },
    { "delete", "comment.delete", "comment_deleted", ACT_DELETE, PERMISSION_COMMENT_DELETE },
};

const struct deed *deed_of(struct str name)
{
    for (size_t i = 0; i < COUNT(deeds); i++)
        if (str_eq(name, str_from_z(deeds[i].name)))
            return &deeds[i];
    return NULL;
}

struct deed_trouble deed_wish_of(const struct request *r, const struct deed *d, struct str reason,
                                 struct str note, struct decision_wish *ret)
{
    struct deed_trouble t = { 0 };
    struct decision_wish w = { .kind = d->kind,
                               .reason = REASON_RULES,
                               .note = str_trim(note),
                               .by = r->person->id,
                               .now = r->now,
                               .seen = DECISION_SEEN_ANY,
                               .keys = r->app->keys };
    if (reason.n && !reason_choose(reason, &w.reason))
        t = (struct deed_trouble){ "desk_reason_unknown", "reason" };
    else if (text_check(w.note, false) != TEXT_FINE)
        t = (struct deed_trouble){ "desk_note_not_text", "note" };
    else if (w.note.n > DECISION_NOTE_MAX)
        t = (struct deed_trouble){ "desk_note_long", "note" };
    if (d->kind == ACT_SPAM)
        w.reason = REASON_SPAM;
    if (d->kind == ACT_APPROVE)
        w.reason = REASON_NONE;
    *ret = w;
    return t;
}

bool deed_wish(const struct request *r, const struct deed *d, struct decision_wish *ret,
               const char **ret_trouble)
{
    struct deed_trouble t = deed_wish_of(r, d, desk_field(r, "reason"), desk_field(r, "note"), ret);
    if (t.word)
        *ret_trouble = t.word;
    return !t.word;
}

/* ---- in a transaction */

err deed_decide(struct tx *tx, const struct request *r, struct deed_many *m, int64_t comment)
{
    err e = decision_make(tx, &m->wish, comment, &m->done.act);
    struct desk_deed deed = { m->deed->action, "comment", comment, reason_str(m->wish.reason) };
    if (!e)
        e = desk_note(tx, r, &deed);
    m->done.done = !e;
    return e;
}

err deed_decide_all(struct tx *tx, const struct request *r, struct deed_many *m)
{
    err e = decision_make_all(tx, &m->wish, m->ids, m->n, &m->done);
    if (e || !m->done.act)
        return e;
    struct str detail = str_print(r->arena, "%" PRId64 " comments " STR_FMT, m->done.done,
                                  STR_ARG(reason_str(m->wish.reason)));
    struct desk_deed deed = { m->deed->action, "act", m->done.act, detail };
    return desk_note(tx, r, &deed);
}

err deed_mark(struct tx *tx, const struct request *r, enum act_kind kind, int64_t comment)
{
    int64_t act = 0;
    struct mark_wish w = { kind, comment, r->person->id, r->now };
    err e = mark_set(tx, &w, &act);
    struct str action = str_print(r->arena, "comment." STR_FMT, STR_ARG(act_kind_str(kind)));
    struct desk_deed deed = { str_z(r->arena, action), "comment", comment, S("") };
    return e ? e : desk_note(tx, r, &deed);
}

err deed_open(struct tx *tx, const struct request *r, const struct report *report, bool open)
{
    int64_t act = 0;
    struct mark_wish w = { open ? ACT_OPEN : ACT_CLOSE, report->id, r->person->id, r->now };
    err e = mark_set(tx, &w, &act);
    if (e == MARK_SAME) // somebody else was faster, to the same end
        return OK;
    struct desk_deed deed = { open ? "discussion.open" : "discussion.close", "report", report->id,
                              report->title };
    return e ? e : desk_note(tx, r, &deed);
}

err deed_undo(struct tx *tx, const struct request *r, int64_t act, int64_t *ret_done)
{
    int64_t done = 0;
    err e = act_undo(tx, act, r->person->id, r->now, &done);
    struct desk_deed deed = { "act.undo", "act", act,
                              str_print(r->arena, "%" PRId64 " changed back", done) };
    if (!e)
        e = desk_note(tx, r, &deed);
    if (!e)
        *ret_done = done;
    return e;
}

err deed_judge(struct tx *tx, const struct request *r, const struct appeal_judgement *j)
{
    err e = appeal_judge(tx, j);
    struct desk_deed deed = { j->granted ? "appeal.grant" : "appeal.refuse", "appeal", j->id,
                              S("") };
    return e ? e : desk_note(tx, r, &deed);
}

err deed_write_down(struct tx *tx, const struct request *r, int64_t comment, struct str body)
{
    struct comment there = { 0 };
    struct staff_note note = { .person = r->person->id, .at = r->now, .body = body };
    struct desk_deed deed = { "comment.note", "comment", comment, S("") };
    err e = comment_get(tx, comment, r->arena, &there);
    if (!e)
        e = staff_note_add(tx, comment, &note);
    return e ? e : desk_note(tx, r, &deed);
}

err deed_assign(struct tx *tx, const struct request *r, int64_t comment, int64_t person)
{
    struct comment there = { 0 };
    int64_t before = 0;
    struct desk_deed deed = { "comment.assign", "comment", comment, S("") };
    err e = comment_get(tx, comment, r->arena, &there);
    if (!e)
        e = person ? assignment_set(tx, comment, person, r->now)
                   : assignment_end(tx, comment, &before);
    return e ? e : desk_note(tx, r, &deed);
}

err deed_may_assign(const struct request *r, int64_t person, bool *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct person p = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = person_get(&tx, person, r->arena, &p);
    *ret = !e && p.active && role_may(p.role, PERMISSION_COMMENT_MODERATE);
    return e < 0 ? fault(e) : OK;
}

const char *deed_undo_trouble(err refusal)
{
    if (refusal == ACT_FINAL)
        return "desk_undo_final";
    return refusal == ACT_UNDONE ? "desk_undo_again" : "desk_undo_overtaken";
}

const char *deed_decision_trouble(err refusal)
{
    if (refusal == DECISION_EDITED)
        return "desk_comment_was_edited";
    return refusal == DECISION_DELETED ? "desk_comment_is_deleted" : "desk_comment_same_state";
}

const char *deed_mark_trouble(err refusal)
{
    static const char *const words[] = { [MARK_SAME] = "desk_comment_same_state",
                                         [MARK_REPLY] = "desk_pin_reply",
                                         [MARK_NOT_SHOWN] = "desk_pin_not_shown",
                                         [MARK_TOO_MANY] = "desk_pin_too_many" };
    check(refusal > MARK_MISSING && refusal < (err)COUNT(words));
    return words[refusal];
}

const char *deed_note_trouble(err refusal)
{
    static const char *const words[] = { [STAFF_NOTE_EMPTY] = "desk_staff_note_empty",
                                         [STAFF_NOTE_LONG] = "desk_staff_note_long",
                                         [STAFF_NOTE_NOT_TEXT] = "desk_note_not_text" };
    check(refusal > 0 && refusal < (err)COUNT(words));
    return words[refusal];
}
