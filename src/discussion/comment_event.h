#pragma once
#include "base/app.h"
#include "base/config.h"
#include "store/store.h"

/*
 * What happened to comments: one narrow row for every change that a reader or another program could
 * want to know of, written in the change's own transaction. Live pages (site/live_feed.h) and
 * webhooks (webhook.h) read it by a cursor: the id of the last event they have dealt with.
 *
 * Ids only grow, in the order of the commits, and are never used twice: so nothing appears behind a
 * cursor. (There is one writer; and the latest row stays when the others are pruned.) Events say
 * that something changed and not what it became: who reads one looks at the comment as it is now.
 * Votes are no events. Rows older than [discussion] event_days are dropped daily; a cursor older
 * than that has missed some, which comment_events() says.
 */
enum comment_change {
    COMMENT_CHANGE_PUBLISHED = 1, /* a new comment that everyone sees at once */
    COMMENT_CHANGE_HELD,          /* a new comment that waits for a moderator */
    COMMENT_CHANGE_APPROVED,      /* held -> published */
    COMMENT_CHANGE_EDITED,        /* other words */
    COMMENT_CHANGE_HIDDEN,
    COMMENT_CHANGE_SPAM,
    COMMENT_CHANGE_DELETED,
    COMMENT_CHANGE_RESTORED, /* hidden or spam -> published */
    COMMENT_CHANGE_ERASED,   /* its author's name is gone */
    COMMENT_CHANGES,
};
struct str comment_change_str(enum comment_change c); /* "published", "held", "approved", ... */

extern const struct config_key discussion_event_days;

/* In the transaction that makes the change, after it. `now` is the change's time. When the comment
 * has become public, those who follow are told of it (notice.h). */
MUST_USE err comment_event_add(struct tx *tx, int64_t comment, int64_t report,
                               enum comment_change change, int64_t now);

struct comment_event {
    int64_t id, comment, report;
    enum comment_change change;
    int64_t at; /* microseconds */
};
enum { COMMENT_EVENTS_MAX = 1000 }; /* read at once */
struct comment_events {
    const struct comment_event *events;
    size_t count;
    int64_t
        last; /* the cursor to go on with: the last event looked at; `after` when there is none */
    bool missed;   /* events after the cursor were pruned (or it is none of ours) */
    bool complete; /* there were no more events than were looked at */
};
/*
 * Those after the cursor, oldest first, `most` at most (1 .. COMMENT_EVENTS_MAX); `report` not 0:
 * that report's alone, among the next COMMENT_EVENTS_SPAN of all. Made in `a`. The cost is bounded
 * by these numbers, however many events there are.
 */
enum { COMMENT_EVENTS_SPAN = 10000 };
MUST_USE err comment_events(struct tx *tx, int64_t after, int64_t report, size_t most,
                            struct arena *a, struct comment_events *ret);
/* The latest event's id, 0 when there never was one: the cursor of who wants what is to come. */
MUST_USE err comment_event_last(struct tx *tx, int64_t *ret);

/* Drops what is too old, some at a time, and promises tomorrow's run. Main promises the first one
 * at every start, which costs nothing when one waits already. */
#define COMMENT_EVENT_JOB "comment-event-prune"
MUST_USE err comment_event_job(const struct app *app, int64_t days);
MUST_USE err comment_event_promise(struct store *store, int64_t at);
