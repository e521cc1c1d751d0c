#pragma once
#include "desk/desk_page.h"
#include "discussion/appeal.h"
#include "discussion/decision.h"
#include "people/permission.h"
#include "publishing/report.h"

/* The four decisions as buttons name them, and what each says when it is done. */
struct deed {
    const char *name, *action, *done; /* "hide", "comment.hide", "comment_hidden" */
    enum act_kind kind;
    enum permission need;
};
const struct deed *deed_of(struct str name); /* NULL: none of them */

/*
 * The wish that a form of a decision sends: `reason` one that can be chosen (spam is spam whatever
 * it says; none is needed to approve; missing, it is "against the rules"), `note` for the author.
 * Refuses with the word of what is wrong in *ret_trouble.
 */
bool deed_wish(const struct request *r, const struct deed *d, struct decision_wish *ret,
               const char **ret_trouble);
/* The same of texts that were sent otherwise. What is wrong: the word, and the field ("reason",
 * "note") it is about; no word: nothing. */
struct deed_trouble {
    const char *word, *field;
};
struct deed_trouble deed_wish_of(const struct request *r, const struct deed *d, struct str reason,
                                 struct str note, struct decision_wish *ret);

/*
 * What staff do, in the caller's transaction and the audit log: one way for the desk's pages and
 * the API. The permission was asked for. Refusals are those of the function that is named.
 */
struct deed_many {
    const struct deed *deed;
    struct decision_wish wish;
    int64_t *ids;
    size_t n;
    struct decisions_done done;
};
/* decision_make(), with m's deed and wish, into m->done */
MUST_USE err deed_decide(struct tx *tx, const struct request *r, struct deed_many *m,
                         int64_t comment);
/* decision_make_all(), into m->done */
MUST_USE err deed_decide_all(struct tx *tx, const struct request *r, struct deed_many *m);
/* mark_set() of ACT_PIN .. ACT_UNLOCK */
MUST_USE err deed_mark(struct tx *tx, const struct request *r, enum act_kind kind, int64_t comment);
/* mark_set() of ACT_OPEN or ACT_CLOSE; OK too when it is so already */
MUST_USE err deed_open(struct tx *tx, const struct request *r, const struct report *report,
                       bool open);
/* act_undo() */
MUST_USE err deed_undo(struct tx *tx, const struct request *r, int64_t act, int64_t *ret_done);
/* appeal_judge() */
MUST_USE err deed_judge(struct tx *tx, const struct request *r, const struct appeal_judgement *j);
/* staff_note_add(), assignment_set() (person 0: assignment_end()); COMMENT_MISSING */
MUST_USE err deed_write_down(struct tx *tx, const struct request *r, int64_t comment,
                             struct str body);
MUST_USE err deed_assign(struct tx *tx, const struct request *r, int64_t comment, int64_t person);
/* Somebody who is here and may moderate. */
MUST_USE err deed_may_assign(const struct request *r, int64_t person, bool *ret);

/* The words of refusals, but for what is missing: it is answered with 404. */
const char *deed_decision_trouble(err refusal);
const char *deed_mark_trouble(err refusal);
const char *deed_undo_trouble(err refusal);
const char *deed_note_trouble(err refusal); /* of staff_note_check() */
