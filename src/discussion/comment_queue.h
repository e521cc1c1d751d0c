#pragma once
#include "discussion/comment.h"
#include "discussion/reason.h"
#include "discussion/trace.h"

/*
 * Comments as the desk lists them, latest first, in pieces joined by ids; a piece costs the same
 * however many comments there are. Three kinds of lists, by what is asked for:
 *
 *   show   one of the queues;
 *   like   those of the same visitor, address or neighbourhood as comment `of` (trace.h);
 *   text   those with a text in their name or words, letter case aside. There is no index of words:
 *          a piece looks through the next QUEUE_SPAN comments, or QUEUE_BYTES of them, so it may
 *          hold few or none and still have a next one.
 */
enum desk_filter {
    DESK_HELD,
    DESK_FLAGGED, /* with open flags */
    DESK_MINE,    /* assigned to `person` */
    DESK_NEWEST,  /* what is new, but spam and what was deleted */
    DESK_HIDDEN,
    DESK_SPAM,
    DESK_ALL,
    DESK_FILTERS,
};
struct str desk_filter_str(enum desk_filter f); /* "held", "flagged" ... */
bool desk_filter_parse(struct str s, enum desk_filter *ret);

enum {
    DESK_COMMENTS = 50,
    QUEUE_SPAN = 5000,
    QUEUE_BYTES = 4 * 1024 * 1024,
    QUEUE_TEXT_MAX = 100, /* bytes of what is looked for */
    QUEUE_ALL_MAX = 1000, /* acted upon at once: DECISIONS_MAX */
    QUEUE_ALL_SPANS = 4,  /* as many spans are looked through for those */
};
struct queue_query {
    enum desk_filter show;
    int64_t person;     /* of DESK_MINE */
    int64_t of;         /* not 0: those like this comment */
    enum likeness like; /* how like */
    struct str text;    /* not empty: those with it */
    int64_t before;     /* ids below it only; 0: from the latest */
};

struct desk_comment {
    struct comment comment; /* with its html, whatever its state */
    struct str email;
    enum comment_hold hold;
    struct str hold_about;          /* what the rule saw, or empty */
    int64_t changed_at, changed_by; /* last change of state: when, and which person; 0: none */
    enum reason reason;             /* why it was removed */
    int64_t flags;                  /* open ones */
    int64_t assigned;               /* the person who is to look at it, or 0 */
};
struct desk_comments {
    const struct desk_comment *comments;
    size_t count;
    int64_t next; /* `before` of the next piece, or 0 */
};
/* All in `a`. */
MUST_USE err comment_list_desk(struct tx *tx, const struct queue_query *q, struct arena *a,
                               struct desk_comments *ret);
enum { QUEUE_NO_COMMENT = 1 };
MUST_USE err comment_get_desk(struct tx *tx, int64_t id, struct arena *a, struct desk_comment *ret);

/* The ids alone, QUEUE_ALL_MAX at most, for what is done to all of them; *ret_more: there are (or
 * may be) others. Not for DESK_NEWEST and DESK_ALL, which are never done away with at once. */
MUST_USE err comment_ids_desk(struct tx *tx, const struct queue_query *q, struct arena *a,
                              int64_t ret_ids[QUEUE_ALL_MAX], size_t *ret_n, bool *ret_more);

/* How many of the latest comments (HISTORY_MAX at most) like this one are in each state. */
enum { HISTORY_MAX = 200 };
struct history {
    int64_t comments; /* all of the below */
    int64_t states[COMMENT_STATE_DELETED + 1];
    bool more; /* there are older ones */
};
MUST_USE err comment_history(struct tx *tx, int64_t comment, enum likeness l, struct history *ret);
