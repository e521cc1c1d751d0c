#pragma once
#include "people/audit.h"
#include "publishing/report.h"

/*
 * How a report is written. What was typed (struct report_input) is checked and rendered by
 * report_prepare(), outside any transaction, and then kept by report_save(), which also carries out
 * what is wished of it: keep it as a draft, publish it, publish it later.
 *
 * Saving what is already there (the same words, the same pictures) makes no new revision. A writer
 * at the desk names the revision they began with (`base`): when another has been saved since, the
 * refusal is REPORT_CHANGED and the handler shows the form again with the words kept.
 */
enum report_wish {
    REPORT_WISH_STANDARD, /* publish it, unless it was withdrawn: then REPORT_IS_WITHDRAWN */
    REPORT_WISH_DRAFT,    /* keep it; what is public stays as it is */
    REPORT_WISH_PUBLISH,  /* make it public now */
    REPORT_WISH_SCHEDULE, /* make it public at its date (and time); at once when that is past */
    REPORT_WISH_WITHDRAW, /* take the report down, with a reason */
};

enum report_refusal {
    /* REPORT_NONE and REPORT_CURSOR_WRONG (report.h) come first */
    REPORT_SERIES_MISSING = REPORT_CURSOR_WRONG + 1,
    REPORT_SERIES_WRONG, /* too long, not one line of text, without letters for an address */
    REPORT_SERIES_TOO_MANY,
    REPORT_TITLE_MISSING,
    REPORT_TITLE_TOO_LONG,
    REPORT_TITLE_NOT_TEXT, /* a control, a line end, a bidi override, too many marks in a row */
    REPORT_DATE_MISSING,
    REPORT_DATE_WRONG,   /* not YYYY-MM-DD, nor YYYY-MM-DD HH:MM; no such day */
    REPORT_SLUG_WRONG,   /* not [a-z0-9-]{1,80}, or a hyphen at an end */
    REPORT_SLUG_MISSING, /* none was given, and the title has no letters to make one from */
    REPORT_STANDFIRST_TOO_LONG,
    REPORT_STANDFIRST_NOT_TEXT,
    REPORT_BYLINE_TOO_LONG,
    REPORT_BYLINE_NOT_TEXT,
    REPORT_DATELINE_TOO_LONG,
    REPORT_DATELINE_NOT_TEXT,
    REPORT_BODY_MISSING, /* drafts alone may lack it */
    REPORT_BODY_TOO_LONG,
    REPORT_BODY_NOT_TEXT,
    REPORT_QUESTIONS_TOO_MANY, /* more than QUESTIONS_OF_REPORT_MAX (question.h) */
    REPORT_PICTURE_MISSING,    /* the text names a picture that there is not */
    REPORT_REASON_MISSING,
    REPORT_REASON_TOO_LONG,
    REPORT_REASON_NOT_TEXT,
    REPORT_KEY_WRONG,
    REPORT_ADDRESS_TAKEN, /* another report has this date and slug */
    REPORT_CHANGED,       /* somebody saved a newer revision meanwhile */
    REPORT_IS_WITHDRAWN,  /* and REPORT_WISH_STANDARD does not bring it back */
    REPORT_STATE_WRONG,   /* that cannot be done in the report's present state */
    REPORT_REFUSALS,
};
const char *report_refusal_text(err refusal);  /* English, for the command line */
const char *report_refusal_word(err refusal);  /* key of theme/words: "report_title_missing" */
const char *report_refusal_field(err refusal); /* "title"; "" when it is about none */

/* As typed in a form or read from a file. Texts are trimmed by report_prepare(). */
struct report_input {
    int64_t report; /* 0: a new one; but see base */
    int64_t base; /* number of the revision the writer began with, 0 for a new report. -1: whatever
                     is there, and with report 0 the one that key, or series, date and slug name */
    struct str key;    /* a file's `id`; empty: none */
    struct str series; /* title or slug; a new one is made when there is none */
    struct str title, date, byline, dateline, standfirst, body;
    struct str slug;   /* empty: as it is, or made from the title */
    struct str reason; /* of REPORT_WISH_WITHDRAW */
    enum report_wish wish;
    struct media_names pictures; /* what the body's pictures stand for */
    struct actor by;
};

struct report_draft; /* checked and rendered, in the arena it was made in */

/* All that is wrong, in the order of the form's fields. */
struct report_faults {
    err refusals[REPORT_REFUSALS];
    size_t n;
    struct str picture; /* of REPORT_PICTURE_MISSING: the first one's name */
};
/* Returns the first refusal; *ret_faults gets all of them even so. */
MUST_USE err report_prepare(const struct setup *setup, struct arena *a,
                            const struct report_input *in, int64_t now,
                            struct report_draft **ret_draft, struct report_faults *ret_faults);
struct html report_draft_html(const struct report_draft *d); /* for a preview */

struct report_saved {
    int64_t report, number;
    enum report_state state; /* as it now is */
    struct str path;         /* its address, in the draft's arena */
    bool new_report, new_revision, new_series;
    bool now_public; /* this call changed what readers see */
    bool scheduled;  /* words of it wait for their time, of a published report too */
};
MUST_USE err report_save(struct tx *tx, const struct report_draft *d, struct report_saved *ret);

/* The desk's buttons. `number` is a revision's; refusals are REPORT_NONE, REPORT_STATE_WRONG,
 * REPORT_ADDRESS_TAKEN. Each writes the audit log. */
MUST_USE err report_publish(struct tx *tx, struct actor by, int64_t report, int64_t number,
                            int64_t now);
MUST_USE err report_schedule(struct tx *tx, struct actor by, int64_t report, int64_t number,
                             int64_t at, int64_t now); /* `at` is after now */
MUST_USE err report_unschedule(struct tx *tx, struct actor by, int64_t report, int64_t now);
/* `reason` was checked by report_reason_check(). */
MUST_USE err report_withdraw(struct tx *tx, struct actor by, int64_t report, struct str reason,
                             int64_t now);
/* Makes a withdrawn report public again, as it was. */
MUST_USE err report_restore(struct tx *tx, struct actor by, int64_t report, int64_t now);
MUST_USE err report_reason_check(struct str reason); /* one of the three refusals, or OK */

/* The kind of job that tells the followers of report job->subject's series of it, promised when it
 * is public for the first time (site/notice_mail.h). */
#define REPORT_NOTICE_JOB "report-notice"

/* Job kind "report-publish": publishes the scheduled revision of report job->subject once it is
 * due. Nothing happens when it is not scheduled any more. */
MUST_USE err report_publish_job(const struct app *app, int64_t report);

/* Job kind "report-render", subject 0: renders the stored HTML of reports and standing pages anew
 * that an older MARKDOWN_VERSION made, some at a time; it promises itself again until all is done.
 * report_render_promise() promises it when there is something to do; call it at start. */
MUST_USE err report_render_job(const struct app *app, const struct setup *setup, int64_t subject);
MUST_USE err report_render_promise(const struct app *app);
