#pragma once
#include "discussion/comment.h"
#include "discussion/record.h"
#include "publishing/question.h"

/*
 * Reading a discussion in bounded pieces, at a cost that does not depend on how many comments there
 * are. Four kinds of pieces, by what the query asks:
 *
 *   threads  LISTING_THREADS threads in the sort asked for, each with its LISTING_FIRST earliest
 *            visible replies;
 *   thread   one thread: its root and LISTING_REPLIES replies in the order they were written;
 *   all      "View all comments": whole threads in the sort asked for, LISTING_ALL comments a
 * piece; a thread that does not fit goes on in the next piece.
 *
 * Threads and all can be narrowed to answers: to those threads that answer a question of the
 * report, or one question. Pieces are joined by cursors: opaque to readers, plain text within. A
 * cursor names its kind, its report, thread or question and its sort, and is refused anywhere else.
 */
enum {
    LISTING_THREADS = 20,
    LISTING_FIRST = 5,
    LISTING_REPLIES = 100,
    LISTING_ALL = 200,
    LISTING_MINE = 20,        /* the viewer's own held comments, at most */
    LISTING_NESTED = 5,       /* levels shown one inside the other; deeper ones stay on the last */
    LISTING_CURSOR_MAX = 100, /* bytes */
    LISTING_SOME = 50,        /* comments asked for by number, at most */
};

enum listing_sort { LISTING_NEWEST, LISTING_OLDEST, LISTING_VOTES };
struct str listing_sort_str(enum listing_sort s); /* "newest", "oldest", "votes" */
bool listing_sort_parse(struct str s, enum listing_sort *ret);

/* Which threads: ?only=answers, ?question=12. */
enum listing_only { LISTING_EVERY, LISTING_ANSWERS, LISTING_QUESTION };

struct listing_query {
    int64_t report;
    enum listing_only only;
    int64_t question;       /* of LISTING_QUESTION */
    enum listing_sort sort; /* of threads; a thread's replies always stand in order of writing */
    int64_t thread;         /* a root's id, or 0 */
    bool all;
    const int64_t *some; /* these comments, ascending; some_count 0: not asked so */
    size_t some_count;
    struct str after;  /* a cursor from an earlier piece, or empty */
    struct str viewer; /* visitor hash of whom a fresh page is made for, or empty */
};

struct thread {
    struct comment root;
    bool continued; /* the root was in an earlier piece; only its id, name and counts matter */
    struct comment *replies; /* in order of writing, each after its parent */
    size_t count;
    int64_t more;     /* visible replies after these that are known of; -1: some, uncounted */
    struct str after; /* the cursor that goes on with them, when more is not 0 */
};
struct listing {
    struct listing_query query;
    struct discussion counts;
    struct question question; /* of LISTING_QUESTION */
    const struct thread *threads;
    size_t count;
    struct str next;            /* cursor of the next piece, or empty */
    bool first;                 /* nothing comes before this piece */
    int64_t event;              /* the last comment event before this was read */
    struct record record;       /* the public record, in a first piece that is no thread's */
    const struct comment *mine; /* the viewer's own comments that are held, latest first */
    size_t mine_count;
};

enum {
    LISTING_CURSOR_WRONG = 1, /* not ours, or of another sort, report, thread or kind */
    LISTING_NO_THREAD,        /* no such thread under this report, or nothing of it is shown */
    LISTING_NO_QUESTION,      /* the report never asked such a question */
};
/*
 * Fills *ret with what the query asks for, all of it in `a`. The html of a comment is empty unless
 * it is published. parent_name is filled for replies whose parent is not in the same piece, the
 * question's words for answers. In one snapshot: call it in one store_read().
 */
MUST_USE err listing_get(struct tx *tx, struct arena *a, const struct listing_query *q,
                         struct listing *ret);

/*
 * Where a comment stands: the query of the report's page ("" or "?thread=12&after=...") on which
 * `#comment-{id}` is found, preferring the report's first page as it is by default (newest first).
 */
struct comment_place {
    int64_t report;
    struct str query;
};
enum {
    PLACE_MISSING = 1, /* 404: no such comment, or one never published */
    PLACE_GONE,        /* 410: published once, and nothing stands in its place now */
};
/* `viewer` as in the query: the author finds the own held comment on the first page. */
MUST_USE err comment_place(struct tx *tx, struct arena *a, int64_t id, struct str viewer,
                           struct comment_place *ret);
