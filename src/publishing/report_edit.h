#pragma once
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
    REPORT_WISH_DRAFT,    /* keep it; what is public stays as it is */
    REPORT_WISH_PUBLISH,  /* make it public now */
    REPORT_WISH_SCHEDULE, /* make it public at its date (and time); at once when that is past */
    REPORT_WISH_WITHDRAW, /* take the report down, with a reason */
};

enum report_refusal {
    REPORT_SERIES_MISSING = REPORT_CURSOR_WRONG + 1,
    REPORT_SERIES_WRONG, /* too long, not text, or one too many */
    REPORT_TITLE_MISSING,
    REPORT_TITLE_TOO_LONG,
    REPORT_TITLE_NOT_TEXT, /* not UTF-8, a control, a line end, a bidi override, too many marks */
    REPORT_DATE_MISSING,
    REPORT_DATE_WRONG,   /* not YYYY-MM-DD, or YYYY-MM-DD HH:MM; no such day */
    REPORT_SLUG_WRONG,   /* not [a-z0-9-]{1,80}, a hyphen at an end */
    REPORT_SLUG_MISSING, /* none was given and the title has no letters to make one from */
    REPORT_STANDFIRST_TOO_LONG,
    REPORT_STANDFIRST_NOT_TEXT,
    REPORT_BYLINE_TOO_LONG,
    REPORT_BYLINE_NOT_TEXT,
    REPORT_DATELINE_TOO_LONG,
    REPORT_DATELINE_NOT_TEXT,
    REPORT_BODY_MISSING,
    REPORT_BODY_TOO_LONG,
    REPORT_BODY_NOT_TEXT,
    REPORT_REASON_MISSING,
    REPORT_REASON_TOO_LONG,
    REPORT_REASON_NOT_TEXT,
    REPORT_KEY_WRONG,
    REPORT_ADDRESS_TAKEN, /* another report has this date and slug */
    REPORT_CHANGED,       /* somebody saved a newer revision meanwhile */
    REPORT_STATE_WRONG,   /* that cannot be done in the report's present state */
    REPORT_PICTURE_GONE,  /* a picture the text names is not kept (any more) */
    REPORT_REFUSALS,
};
const char *report_refusal_text(err refusal);  /* English, for the command line */
const char *report_refusal_word(err refusal);  /* key of theme/words: "report_title_missing" */
const char *report_refusal_field(err refusal); /* "title"; "" when it is about none */

/* As typed in a form or read from a file. */
struct report_input {
    int64_t report;    /* 0: a new one, or the one that key or series, date and slug name */
    int64_t base;      /* number of the revision the writer began with; -1: whatever is there */
    struct str key;    /* a file's `id`; empty: none */
    struct str series; /* title or slug; a new one is made when there is none */
    struct str title, date, slug, byline, dateline, standfirst, body;
    struct str reason; /* of REPORT_WISH_WITHDRAW */
    enum report_wish wish;
    struct media_names pictures; /* what the body's pictures stand for */
    int64_t author;              /* staff, 0: the command line */
    struct str author_name;      /* "cli" */
};

struct report_draft; /* checked and rendered, in the arena it was made in */

/* OK, or the first refusal of each kind of field. */
enum { REPORT_FAULTS_MAX = 16 };
struct report_faults {
    err refusals[REPORT_FAULTS_MAX];
    size_t n;
};
/* Returns the first refusal; *ret_faults, which may be NULL, gets all of them even so. */
MUST_USE err report_prepare(const struct setup *setup, struct arena *a,
                            const struct report_input *in, int64_t now,
                            struct report_draft **ret_draft, struct report_faults *ret_faults);
/* The draft's HTML, for a preview. */
struct html report_draft_html(const struct report_draft *d);

struct report_saved {
    int64_t report, number;
    struct date date;
    char slug[88]; /* its address, NUL-terminated */
    bool new_report, new_revision, new_series;
    enum report_state state; /* as it now is */
    bool now_public;         /* this call changed what readers see */
};
MUST_USE err report_save(struct tx *tx, const struct report_draft *d, struct report_saved *ret);

/* The desk's buttons. `number` is a revision; `now` the time. */
MUST_USE err report_publish(struct tx *tx, int64_t report, int64_t number, int64_t now);
MUST_USE err report_schedule(struct tx *tx, int64_t report, int64_t number, int64_t at,
                             int64_t now);
MUST_USE err report_unschedule(struct tx *tx, int64_t report);
MUST_USE err report_withdraw(struct tx *tx, int64_t report, struct str reason, int64_t now);
/* Makes a withdrawn report public again, as it was. */
MUST_USE err report_restore(struct tx *tx, int64_t report, int64_t now);

/* Kind "report-publish": publishes the scheduled revision of report `subject` when it is due. */
MUST_USE err report_publish_job(const struct app *app, const struct setup *setup, int64_t subject);
/* Kind "report-render": renders stored HTML of an older MARKDOWN_VERSION anew, some at a time;
 * `subject` is 0. report_render_promise() adds the job when there is something to do; call it at
 * start. */
MUST_USE err report_render_job(const struct app *app, const struct setup *setup, int64_t subject);
MUST_USE err report_render_promise(const struct app *app);
