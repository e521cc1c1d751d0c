#include "base/check.h"
#include "http/engine.h"

#include <stdlib.h>

/*
 * A body without an end. While there is nothing to send its connection is suspended: it then costs
 * its memory and nothing else. It cannot be seen dying then either, so whoever feeds it wakes it
 * for a heartbeat now and then.
 */
struct tap {
    struct incoming *in;
    struct body_tap body;
};

enum {
    BLOCK_BYTES = 256 /* for clients of HTTP/1.0; others are sent from the connection's pool */
};

static ssize_t read_more(void *arg, uint64_t at, char *out, size_t most)
{
    (void)at; // it is read in order
    struct tap *t = arg;
    int64_t n = t->body.take(t->body.state, out, most);
    if (n < 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n > 0) // else it may have been woken already, and is not ours to touch
        watch_set(&t->in->watch, clock_monotonic() + t->in->settings->live_stall, false);
    return (ssize_t)n;
}

static void tap_free(void *arg)
{
    struct tap *t = arg;
    t->body.end(t->body.state);
    free(t);
}

void tap_sleep(struct tap *t)
{
    watch_set(&t->in->watch, INT64_MAX, false);
    MHD_suspend_connection(t->in->connection);
}

void tap_wake(struct tap *t)
{
    MHD_resume_connection(t->in->connection);
}

void tap_cut(struct tap *t)
{
    watch_set(&t->in->watch, 0, false);
}

struct reply tap_reply(struct request *r, const struct response *response)
{
    struct tap *t = calloc(1, sizeof *t);
    check(t);
    *t = (struct tap){ r->in, response->tap };
    struct reply reply = { .status = 200 };
    reply.response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_more, t, tap_free);
    check(reply.response);
    reply_stream(reply.response, r, response);
    r->in->tapped = true;
    buf_free(&r->in->raw_copy); // the target was read, and the stream may be open for hours
    r->in->raw = (struct str){ 0 };
    r->in->target = (struct target){ 0 };
    t->body.begin(t->body.state, t);
    return reply;
}
