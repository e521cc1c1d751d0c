#pragma once
#include "base/clock.h"
#include "publishing/media.h"
#include "publishing/question.h"
#include "render/markdown.h"
#include "store/store.h"

/*
 * One kept text of a report: everything an author can change, who made it and when, and the HTML
 * that was rendered from it. A report's revisions are numbered from 1 and never change or go; one
 * of them is public (struct report.live), the newest is what the desk edits.
 */
struct revision {
    int64_t id, report, number;
    int64_t author;         /* staff (people/), 0: the command line */
    struct str author_name; /* as it was then; "cli" */
    int64_t made_at;
    int64_t series;
    struct date date;
    int64_t minute; /* of the day in the site's zone, when the author gave a time; else -1 */
    int64_t moment; /* the instant that is, or the day's beginning */
    struct str slug, title, standfirst, byline, dateline;
    struct str body; /* Markdown; empty in revision_list() */
    int64_t html_version;
};

/*
 * The HTML in pieces. Behind each piece but the last stand the questions asked in it; a text
 * without questions is one piece. `questions` are their ids (publishing/question.h), in reading
 * order.
 */
struct revision_piece {
    struct html html;
    const struct question *questions;
    size_t question_count;
};
struct revision_html {
    const struct revision_piece *pieces;
    size_t n;
    struct html whole; /* all of it, for feeds and previews */
};

enum { REVISION_NONE = 1 };
MUST_USE err revision_get(struct tx *tx, int64_t report, int64_t number, struct arena *a,
                          struct revision *ret);
/* The HTML of a revision by its id. */
MUST_USE err revision_html(struct tx *tx, int64_t revision, struct arena *a,
                           struct revision_html *ret);

struct revision_rows {
    const struct revision *revisions; /* newest first, without bodies */
    size_t n;
    bool more;
};
enum { REVISION_LIST_MAX = 50 };
/* Those older than number `before` (0: from the newest). */
MUST_USE err revision_list(struct tx *tx, int64_t report, int64_t before, struct arena *a,
                           struct revision_rows *ret);

/* The pictures a revision's Markdown names: name as written, and what it stands for; a desk's
 * editor hands them to report_input.pictures, with those it adds. */
MUST_USE err revision_media(struct tx *tx, int64_t revision, struct arena *a,
                            struct media_names *ret);
