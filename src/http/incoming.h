#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "http/deadline.h"
#include "http/form.h"
#include "http/http.h"
#include "http/multipart.h"
#include "http/negotiate.h"
#include "http/proxy.h"
#include "http/route.h"
#include "http/settings.h"
#include "http/tally.h"
#include "http/topic.h"
#include "http/url.h"
#include "http/worker.h"

#include <microhttpd.h>

/*
 * One connection, and the request that is on it. The event thread owns it, but while the connection
 * is suspended (STAGE_PARKED): then the worker does, or whoever of the cache wakes it. What the
 * struct str's of a request point at lives in the library's buffer until the request is over.
 */
enum stage {
    STAGE_IDLE,     /* waiting for a first line */
    STAGE_LINE,     /* it came */
    STAGE_BODY,     /* the head is judged, the body comes (or there is none) */
    STAGE_PARKED,   /* suspended: a worker or the cache has it */
    STAGE_ADMITTED, /* a worker let a large body in */
    STAGE_AGAIN,    /* look in the cache again */
    STAGE_READY,    /* the reply is to be sent */
    STAGE_ANSWERED, /* it was given to the library */
};

enum cache_turn {
    TURN_SERVE,  /* it is there by now: ask cache_queue again */
    TURN_WAIT,   /* someone else is at it: the request will be resumed */
    TURN_RENDER, /* this request renders it: cache_keep or cache_give_up must follow */
    TURN_CODE,   /* the page is there, but not in this coding: cache_code must follow */
};

/* The header fields that the server itself reads. */
enum head_field {
    HEAD_HOST,
    HEAD_COOKIE,
    HEAD_ACCEPT_ENCODING,
    HEAD_IF_NONE_MATCH,
    HEAD_CONTENT_TYPE,
    HEAD_CONTENT_LENGTH,
    HEAD_TRANSFER_ENCODING,
    HEAD_ORIGIN,
    HEAD_SEC_FETCH_SITE,
    HEAD_FORWARDED,
    HEAD_X_FORWARDED_FOR,
    HEAD_X_FORWARDED_PROTO,
    HEAD_SCRIPT,
    HEAD_FIELDS
};

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OTHER };

/* An answer that is decided before a handler runs; status 0: none. */
struct refusal {
    int status;
    const char *word;  /* of http/error.h */
    const char *allow; /* with 405 */
    int64_t wait;      /* with 429 and 503: microseconds */
};

struct reply {
    struct MHD_Response *response; /* owned until it is queued */
    unsigned status;
    size_t bytes; /* of the body as it is sent */
};

/* What exists only while a worker is at it. */
struct work {
    struct path path;
    struct fields query, form;
    const char *damage; /* of the form, which was mended; or NULL */
    const struct upload *uploads;
    size_t upload_count;
    struct topics topics;
    struct origin origin;
    bool personal;         /* the handler looked at who asks: never shared */
    bool guest;            /* cookies of the desk do not count */
    struct stream *stream; /* of a body made in pieces */
};

struct incoming {
    struct watch watch;
    struct task task;
    struct server *server;
    struct MHD_Connection *connection;
    struct address peer;

    enum stage stage;
    struct settings *settings; /* held from the first line to the end */
    int64_t began;             /* monotonic */
    const char *line;          /* where the target stands in the library's buffer */
    struct str raw;            /* the target as sent; a copy of ours if it has a query */
    struct buf raw_copy;
    struct target target;
    enum method method;
    struct str field[HEAD_FIELDS]; /* NULL pointers: not sent */
    bool has_body, fresh, script;
    bool live;   /* it came in on the listener for live streams */
    bool tapped; /* its body has no end */

    /* The cache's. */
    struct str key; /* empty: its page is nobody else's */
    struct buf key_copy;
    bool alone;          /* renders for itself: its page cannot be shared */
    bool rendered;       /* it just rendered this page: no fresher one is to be had */
    bool corked;         /* head and file leave together: the head is held back until then */
    struct entry *entry; /* whose turn this request has; NULL: none */
    struct shard *shard;
    enum coding coding; /* to be made, when only that is missing */
    enum cache_turn turn;
    struct incoming *next_waiting; /* in the entry's list */

    size_t body_max;  /* bytes of the body that are kept */
    size_t drain_max; /* bytes that are read at all, so that an answer can be given to them */
    size_t received;
    size_t reserved;  /* of the server's bodies */
    bool early;       /* answered before the body is read; the connection ends then */
    bool admit_first; /* a worker must let the large body in before it is read */
    struct buf body;

    struct refusal refusal;
    struct reply reply;
    const char *pattern; /* of the route, for the log; NULL: none */
    enum cached cached;
    struct work *work;
};

/* Why the head breaks the protocol (400 and the end of the connection), or NULL. Fills in->field,
 * method, target and the refusals that have a page of their own. */
const char *head_read(struct incoming *in, const char *method, const char *version);
/* After it: what is to be done about a body; may set in->refusal. */
void body_judge(struct incoming *in);
