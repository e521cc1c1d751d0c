#pragma once
#include "base/clock.h"
#include "base/config.h"
#include "publishing/media.h"
#include "publishing/revision.h"
#include "publishing/series.h"
#include "render/format.h"
#include "render/theme.h"
#include "store/store.h"

/*
 * A report: a dated article in a series at /{yyyy}/{mm}/{dd}/{slug}. This header is what everybody
 * reads; report_edit.h is how reports are written.
 *
 * A report that was published once keeps its public revision (`live`) while newer ones are drafted;
 * a withdrawn one keeps its address and says so; an address it once had leads to the present one.
 * Lists are in the order (date, published_at, id), newest first. Topics that move: "report/ID",
 * "series/ID" (a list or the words of a series), "front" (the list of all), "navigation" (layout).
 */
enum {
    REPORT_TITLE_MAX = 200, /* code points, as all of these */
    REPORT_STANDFIRST_MAX = 1000,
    REPORT_BYLINE_MAX = 200,
    REPORT_DATELINE_MAX = 120,
    REPORT_REASON_MAX = 1000,
    REPORT_KEY_MAX = 200,  /* bytes of a file's `id` */
    REPORT_LIST_MAX = 100, /* rows of one list */
    REPORT_ADDRESSES_MAX = 1000,
    REPORT_MONTHS_MAX = 1200,
};
extern const struct config_key limit_report_bytes; /* [limits] report_bytes: of the Markdown */

enum report_state {
    REPORT_DRAFT,     /* never public so far */
    REPORT_SCHEDULED, /* will be published at publish_at */
    REPORT_PUBLISHED,
    REPORT_WITHDRAWN,
};
struct str report_state_str(enum report_state s); /* "draft", ... */
bool report_state_parse(struct str s, enum report_state *ret);

/* The words are the live revision's, or the newest one's when the report was never public. */
struct report {
    int64_t id;
    enum report_state state;
    int64_t series;
    struct str series_slug, series_title;
    struct date date;
    struct str slug, path; /* "/2018/05/04/floodwater-breaches" */
    struct str title, standfirst, byline, dateline;
    int64_t published_at; /* first made public; 0: never */
    int64_t updated_at;   /* the live revision became public */
    int64_t publish_at;   /* when a scheduled revision will be; 0: none is */
    struct str reason;    /* why it was withdrawn */
    int64_t live;         /* number of the public revision; 0: none */
    int64_t newest;       /* number of the newest; above `live`: there are unpublished changes */
    int64_t scheduled;    /* number of the one that waits for publish_at; 0: none */
    int64_t revision;     /* id of the revision the words are from, for revision_html() */
    struct str image;     /* address of its first picture, or empty */
    int64_t edited_at;    /* its newest revision was saved, or its state changed */
};

enum { REPORT_NONE = 1, REPORT_CURSOR_WRONG };

/* For the desk and the rooms above: a report in any state. */
MUST_USE err report_get(struct tx *tx, int64_t id, struct arena *a, struct report *ret);

/* Whether a report of that id is public now; cheap enough for every write under it. */
MUST_USE err report_published(struct tx *tx, int64_t id, bool *ret);

/* What stands at a public address. Drafts do not (REPORT_NONE). */
enum report_standing { REPORT_SHOWN, REPORT_MOVED, REPORT_GONE };
struct report_found {
    enum report_standing
        standing; /* MOVED: redirect (301) to report.path; GONE: 410 and the reason */
    struct report report;
};
MUST_USE err report_find(struct tx *tx, struct date date, struct str slug, struct arena *a,
                         struct report_found *ret);
struct str report_path_print(struct arena *a, struct date d, struct str slug);
/* The date and slug of the route /{year}/{month}/{day}/{slug}; false when they are no address. */
bool report_address(struct str year, struct str month, struct str day, struct str slug,
                    struct date *ret_date);

/*
 * Published reports, newest first. Cursors are ids of reports as text: `before` continues a list
 * behind its last row, `after` goes back ahead of its first row. Empty: from the newest.
 */
struct report_query {
    int64_t series;           /* 0: all */
    int year, month;          /* 0: all */
    struct str before, after; /* as the query has them; at most one */
    size_t max;               /* rows, 1..REPORT_LIST_MAX */
};
struct report_rows {
    const struct report *reports;
    size_t n;
    struct str older, newer; /* cursors for `before` and `after`; empty: nothing there */
};
MUST_USE err report_list(struct tx *tx, const struct report_query *q, struct arena *a,
                         struct report_rows *ret);

/* The published reports of the same series next to this one; id 0 where there is none. */
struct report_neighbours {
    struct report older, newer;
};
MUST_USE err report_neighbours(struct tx *tx, const struct report *r, struct arena *a,
                               struct report_neighbours *ret);

/* Months that have published reports, newest first. */
struct report_month {
    int year, month;
};
struct report_months {
    const struct report_month *months;
    size_t n;
};
MUST_USE err report_months(struct tx *tx, struct arena *a, struct report_months *ret);

/* Addresses of published reports by id, for the sitemap and for walks over all: ids above `after`.
 */
struct report_address_row {
    int64_t id, updated_at;
    struct str path;
};
struct report_addresses {
    const struct report_address_row *rows;
    size_t n;
    bool more;
};
MUST_USE err report_addresses(struct tx *tx, int64_t after, struct arena *a,
                              struct report_addresses *ret);

/* For the desk: reports of any state, the one edited last first; `before` as above. */
struct report_desk_query {
    bool any;                /* of any state */
    enum report_state state; /* unless any */
    struct str before;
    size_t max;
};
MUST_USE err report_list_desk(struct tx *tx, const struct report_desk_query *q, struct arena *a,
                              struct report_rows *ret);
struct report_counts {
    int64_t draft, scheduled, published, withdrawn, pending; /* pending: published, with changes */
};
MUST_USE err report_count(struct tx *tx, struct report_counts *ret);

/* "Daily Field Report - May 4, 2018: Floodwater Breaches the Southern Dike", as the language has
 * it. */
struct str report_headline(const struct setup *setup, struct arena *a, const struct report *r);
