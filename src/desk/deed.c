#include "desk/deed.h"
#include "base/utf8.h"

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

bool deed_wish(const struct request *r, const struct deed *d, struct decision_wish *ret,
               const char **ret_trouble)
{
    struct str reason = desk_field(r, "reason");
    struct decision_wish w = { .kind = d->kind,
                               .reason = REASON_RULES,
                               .note = str_trim(desk_field(r, "note")),
                               .by = r->person->id,
                               .now = r->now,
                               .seen = DECISION_SEEN_ANY };
    if (reason.n && !reason_choose(reason, &w.reason))
        *ret_trouble = "desk_reason_unknown";
    else if (text_check(w.note, false) != TEXT_FINE)
        *ret_trouble = "desk_note_not_text";
    else if (w.note.n > DECISION_NOTE_MAX)
        *ret_trouble = "desk_note_long";
    if (d->kind == ACT_SPAM)
        w.reason = REASON_SPAM;
    if (d->kind == ACT_APPROVE)
        w.reason = REASON_NONE;
    *ret = w;
    return !*ret_trouble;
}
