#pragma once
#include "base/clock.h"
#include "people/audit.h"
#include "store/store.h"

/*
 * A series: the standing title under which reports appear. Every report belongs to one. A series is
 * made when the first report names it, or at the desk, and lives at /series/{slug}.
 */
enum {
    SERIES_TITLE_MAX = 120,  /* code points */
    SERIES_ABOUT_MAX = 1000, /* code points */
    SERIES_MAX = 500,        /* of one newsroom */
};

struct series {
    int64_t id;
    struct str slug, title;
    struct str about;     /* one paragraph of plain text, may be empty */
    struct str path;      /* "/series/{slug}" */
    int64_t report_count; /* published ones; series_list() and series_get() only */
    struct date latest;   /* of the newest published report; year 0: none */
};

enum series_refusal {
    SERIES_NONE = 1, /* no such series */
    SERIES_TITLE_MISSING,
    SERIES_TITLE_TOO_LONG,
    SERIES_TITLE_NOT_TEXT,
    SERIES_ABOUT_TOO_LONG,
    SERIES_ABOUT_NOT_TEXT,
    SERIES_SLUG_WRONG, /* not [a-z0-9-]{1,80} */
    SERIES_SLUG_TAKEN,
    SERIES_TITLE_TAKEN,
    SERIES_TOO_MANY,
    SERIES_REFUSALS,
};
/* In English, for the command line; and the key of the interface's word for it. */
const char *series_refusal_text(err refusal);
const char *series_refusal_word(err refusal);

MUST_USE err series_get(struct tx *tx, struct str slug, struct arena *a, struct series *ret);
MUST_USE err series_get_by_id(struct tx *tx, int64_t id, struct arena *a, struct series *ret);
MUST_USE err series_get_by_title(struct tx *tx, struct str title, struct arena *a,
                                 struct series *ret);

struct series_rows {
    const struct series *series;
    size_t n;
};
/* The `max` most recent of those with published reports, in the order they were begun; or all, by
 * title, for the desk. */
MUST_USE err series_list(struct tx *tx, size_t max, struct arena *a, struct series_rows *ret);
MUST_USE err series_list_all(struct tx *tx, struct arena *a, struct series_rows *ret);

/* After how many days discussions under its reports close by themselves (discussion/closing.h):
 * SERIES_CLOSE_AS_SITE, 0 for never, or SERIES_CLOSE_MAX at most. SERIES_NONE: no such series. */
enum { SERIES_CLOSE_AS_SITE = -1, SERIES_CLOSE_MAX = 36500 };
MUST_USE err series_close_after(struct tx *tx, int64_t id, int64_t *ret_days);
MUST_USE err series_set_close_after(struct tx *tx, int64_t id, int64_t days);

struct series_draft {
    int64_t id;       /* 0: a new one */
    struct str title; /* as typed */
    struct str slug;  /* empty: made from the title */
    struct str about;
    int64_t now;
};
/* Checks the draft and completes its slug, outside any transaction; `a` keeps the slug. */
MUST_USE err series_prepare(struct arena *a, struct str language, struct series_draft *d);
/* Stores a prepared draft: a new series, or new words for an old one, whose address stays. */
MUST_USE err series_set(struct tx *tx, struct actor by, const struct series_draft *d,
                        int64_t *ret_id);
