#pragma once
#include "http/http.h"
#include "publishing/report.h"
#include "render/view.h"

/* A report as it is listed: on the front page, in a series, in the archive. */
struct teaser {
    struct str path, title, standfirst, byline, dateline;
    struct str series_title, series_path;
    struct str date, date_text; /* 2018-05-04; May 4, 2018 */
    struct str image;
    int64_t comment_count;
    struct str comments; /* "312 comments"; empty while nobody wrote */
};
extern const struct view teaser_view;

/*
 * Reads one piece of a list of reports with their comment counts. It says the topics the list rests
 * on, which takes two short snapshots; the caller holds none.
 */
struct teaser_list {
    const struct teaser *teasers;
    size_t n;
    struct str older, newer; /* cursors, as report_list() gives them */
};
MUST_USE err teaser_list(struct request *r, const struct report_query *q, struct teaser_list *ret);

/* The cursors of ?before= and ?after= in a query. */
void teaser_cursors(const struct request *r, struct report_query *q);
/* "PATH?before=CURSOR"; empty when the cursor is. */
struct str teaser_piece_url(struct arena *a, struct str path, const char *name, struct str cursor);
