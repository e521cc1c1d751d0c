#pragma once
#include "base/app.h"
#include "base/err.h"
#include "base/str.h"

/*
 * What open pages are told (live/live.h), made from what the store says has changed. One thread
 * reads discussion/comment_event.h by cursor, and the scores of comments that were voted on, and
 * says them under the report's number; nothing is read while nobody listens.
 *
 *     id: 4711                                        the last comment event it tells of
 *     event: comments
 *     data: {"report":77,"new":[12,15],"changed":[7],"gone":[3],"many":false}
 *
 *     event: votes                                    at most once a second a report
 *     data: {"report":77,"scores":{"12":"3","15":"0"}}       as the page writes them
 *
 *     event: meter                                    the amounts have changed, at most once a
 * second data: {}
 *
 *     event: missed                                   more has happened than is told singly
 *     data: {"report":77}
 *
 * What a stream missed comes first, and then its id alone: `id: 5000`.
 *
 * A message carries numbers and no comment: a page fetches those it is asked to show, as the page
 * `?comments=12,15` of the report, in the markup that all pages have. So a storm costs little, what
 * is hidden in the meantime is shown to nobody, and no text of the stream becomes markup.
 *
 * Comments are told at once, but at most every FEED_PAUSE; LIVE_CHANGES_MAX of a report in one
 * message, above that `many` is true and the rest is left out.
 */
#define FEED_PAUSE      (100 * INT64_C(1000))
#define FEED_VOTE_PAUSE (1000 * INT64_C(1000))
enum {
    LIVE_CHANGES_MAX = 50, /* comments of one message */
    LIVE_SCORES_MAX = 500, /* comments voted on that one second tells of */
    LIVE_CATCH_UP = 200,   /* events of one report that a stream may have missed */
};

struct live_feed;
/* `pin` and `drop` as the server has them. */
struct live_feed_options {
    const struct app *app;
    const struct setup *(*pin)(void *arg);
    void (*drop)(void *arg, const struct setup *s);
    void *arg;
};
struct live_feed *live_feed_start(const struct live_feed_options *o);
void live_feed_stop(struct live_feed *f); /* NULL is fine */

/* A topic that was touched; made for store_set_hook(), so it only takes a note. */
void live_feed_topic(struct live_feed *f, struct str topic);

/* A stream was opened, and has been told of all events up to `id`. */
void live_feed_joined(struct live_feed *f, int64_t id);

/*
 * Messages that tell of what happened to the reports after the event `after`, at the end of `out`;
 * the last event looked at in *ret_last. In one snapshot.
 */
struct tx;
struct buf;
struct arena;
MUST_USE err live_feed_missed(struct tx *tx, int64_t after, const int64_t *reports, size_t count,
                              struct arena *a, struct buf *out, int64_t *ret_last);
