#pragma once
#include "base/app.h"
#include "discussion/filter.h"
#include "people/audit.h"
#include "store/store.h"

/*
 * The filter as it is kept and taught. Each decision of the desk is a *lesson*: a comment approved
 * is a good one, a comment marked as spam is not. The lesson is noted in the decision's own
 * transaction, with what the filter had said when the comment came (so the error rate is of guesses
 * made before the answer was known), and learned soon after by a job. A decision that is changed or
 * undone is unlearned. Counts stand in the table filter_feature, and in memory for guessing; the
 * memory is read anew after the topic "filter" moved. It ships empty and knows nothing.
 */
#define FILTER_LEARN_JOB "filter-learn"

enum lesson { LESSON_NONE, LESSON_GOOD, LESSON_SPAM };
/* For comment_desk.c: what was decided about a comment. LESSON_NONE takes an earlier lesson back.
 */
MUST_USE err filter_lesson(struct tx *tx, int64_t comment, enum lesson lesson, int64_t now);
MUST_USE err filter_learn_job(const struct app *app);

/* The model in memory; part of the gate. Any thread. */
struct learner;
struct learner *learner_make(struct arena *a, struct store *s);
void learner_end(struct learner *l);
void learner_stale(struct learner *l);
/* What the filter says now, its reasons in `a`. Guess 0 when it knows too little. */
MUST_USE err learner_guess(struct learner *l, struct arena *a, struct str name, struct str body,
                           struct filter_guess *ret);

/* How right it was: the decisions since then of comments it had a guess about. */
struct filter_figures {
    int64_t learned_good, learned_spam; /* all that the model knows */
    int64_t features;
    int64_t good, good_wrong; /* decided to be good; of these, guessed at least `from` */
    int64_t spam, spam_wrong; /* decided to be spam; of these, guessed below `from` */
};
#define FILTER_FIGURES_SPAN (30 * DAY)
MUST_USE err filter_figures_get(struct tx *tx, int64_t since, int64_t from,
                                struct filter_figures *ret);

/* The model as a file (filter.h), in `a`. */
MUST_USE err filter_export(struct store *s, struct arena *a, struct str *ret);
/*
 * Adds the counts of a file to the model, or empties it; both write the audit log and take back
 * nothing of the lessons: after a reset they are not learned again. Import refuses with ret_why (in
 * `a`) a file that is none, and one with which there would be too many features.
 */
enum { FILTER_REFUSED = 1 };
MUST_USE err filter_import(struct store *s, struct actor by, struct str file, int64_t now,
                           struct arena *a, struct str *ret_why);
MUST_USE err filter_reset(struct tx *tx, struct actor by, int64_t now);
/*
 * Learns decisions made elsewhere: JSON lines {"spam": true, "name": "…", "body": "…"}. All or
 * nothing.
 */
struct filter_warmed {
    int64_t n;      /* decisions */
    struct str why; /* FILTER_REFUSED: what is wrong, in `a` */
};
MUST_USE err filter_warm(struct store *s, struct actor by, struct str file, int64_t now,
                         struct arena *a, struct filter_warmed *ret);
