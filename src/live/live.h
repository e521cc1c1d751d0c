#pragma once
#include "base/config.h"
#include "http/http.h"

/*
 * Open streams of server-sent events (WHATWG HTML, 9.2), and the topics they listen to. What is
 * said under a topic is kept in one ring for all; a stream is a place in the ring, so a message is
 * stored once however many read it, and nothing is ever stored for a slow reader: one that the ring
 * has overtaken is cut off, and asks again for what it missed with Last-Event-ID.
 *
 * This room knows no domain: topics and ids are numbers of the caller's, messages are text.
 *
 * Every stream gets a comment line every [limits] live_heartbeat_seconds, so that proxies keep it
 * open and a dead connection is noticed; and a `retry:` of its own between 2 and 6 seconds, so that
 * not all come back at once after a restart.
 */
struct live;
struct live *live_start(void); /* with a thread for the heartbeat */
/* Ends all streams in order and refuses new ones. Call it before server_stop(). NULL is fine. */
void live_end(struct live *l);
void live_free(struct live *l); /* after server_stop() was true; NULL is fine */

enum { LIVE_TOPICS_MAX = 8 /* of one stream */, LIVE_MESSAGE_MAX = 16 * 1024 /* bytes */ };
enum { LIVE_EVERYONE = 0 /* the topic of all streams */ };

struct live_wish {
    int64_t topics[LIVE_TOPICS_MAX]; /* positive */
    size_t topic_count;
    struct str client; /* whose stream it is, for the limit (request_client's address) */
    bool apart;        /* on the listener for streams; else one of the main listener's few */
};
enum {
    LIVE_OFF = 1, /* no stream may be open by configuration, or the server ends */
    LIVE_FULL,    /* as many are open as may be */
    LIVE_CLIENT,  /* or as many of this client */
};
/*
 * A place for a stream: what is said from now on will reach it. Then the caller reads what the
 * reader missed, tells it with live_catch_up() if anything, and hands the stream to live_respond(),
 * or gives it back with live_drop().
 */
struct live_stream;
MUST_USE err live_open(struct live *l, const struct config *c, const struct live_wish *w,
                       struct live_stream **ret);
/* Messages (live_put) to begin with; those said later with ids up to `id` are left out. */
void live_catch_up(struct live_stream *s, struct str messages, int64_t id);
void live_respond(struct live_stream *s, struct response *ret);
void live_drop(struct live_stream *s);

/* One message as the protocol has it: `id` 0 has none, and the reader's last id stays. `data` is
 * one line. */
void live_put(struct buf *out, int64_t id, const char *event, struct str data);
/*
 * Says messages (live_put), each to all that listen to its topic. Those of one call belong together
 * and have the same id: a stream that hears several gets the id with the last of them, so that who
 * is cut off between two asks for both again. LIVE_TOGETHER_MAX at most, LIVE_MESSAGE_MAX bytes
 * each (check). `since` is the monotonic time of what they tell of, for the metrics.
 */
enum { LIVE_TOGETHER_MAX = 256 };
struct live_message {
    int64_t topic, id;
    struct str text;
};
void live_say(struct live *l, const struct live_message *m, size_t n, int64_t since);

/* Whether anybody listens: at all, or to this topic. */
bool live_any(struct live *l);
bool live_heard(struct live *l, int64_t topic);

void live_metrics(struct live *l, struct buf *out);
