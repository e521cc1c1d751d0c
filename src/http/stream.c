#include "base/check.h"
#include "base/log.h"
#include "http/engine.h"

#include <stdlib.h>
#include <string.h>

/*
 * A body made in pieces. The event thread sends from the piece that is there; when it is sent the
 * connection is suspended and a worker makes the next one. So a slow reader holds one piece and no
 * thread.
 */
struct stream {
    struct task task;
    struct server *server;
    struct incoming *in;
    struct body_source source;
    struct arena arena; /* the request's, with the source's state */
    const struct setup *setup;
    pthread_mutex_t lock; /* of what follows */
    struct buf piece;
    size_t sent; /* of the piece */
    bool ended, failed;
    struct address client;        /* whose share of all streams it takes */
    struct stream *next, *before; /* of the server's */
};

enum { SHARES = 8, LEAST_SHARE = 2 /* of a client: an eighth of all, and two at least */ };
enum { READ_BYTES = 32 * 1024 /* that the library asks for at once */ };

static err make_piece(struct stream *st)
{
    struct arena scratch;
    arena_init(&scratch, st->in->settings->memory_bytes);
    bool end = false;
    buf_clear(&st->piece);
    st->sent = 0;
    err e = st->source.more(st->server->o.app, st->source.state, &scratch, &st->piece, &end);
    if (!e && buf_full(&st->piece))
        e = fault(ERR_LIMIT);
    st->ended = end;
    st->failed = e != OK;
    arena_free(&scratch);
    return e;
}

/* A worker's side. */
static void run(void *arg, void *bench, struct task *task)
{
    (void)arg;
    (void)bench; // a stream has its own memory
    struct stream *st = (struct stream *)((char *)task - offsetof(struct stream, task));
    check(pthread_mutex_lock(&st->lock) == 0);
    err e = make_piece(st);
    check(pthread_mutex_unlock(&st->lock) == 0);
    if (e)
        log_event("event=body_broken_off route=%s code=%d", st->in->pattern ? st->in->pattern : "-",
                  e);
    MHD_resume_connection(st->in->connection);
}

static ssize_t take(struct stream *st, char *out, size_t most)
{
    size_t left = st->piece.n - st->sent;
    size_t n = left < most ? left : most;
    memcpy(out, st->piece.s + st->sent, n);
    st->sent += n;
    st->in->reply.bytes += n;
    return (ssize_t)n;
}

/* What the library may have now: bytes, the end, or 0: not yet. */
static ssize_t take_or_end(struct stream *st, char *out, size_t most)
{
    check(pthread_mutex_lock(&st->lock) == 0);
    ssize_t n = 0;
    if (st->failed)
        n = MHD_CONTENT_READER_END_WITH_ERROR;
    else if (st->sent < st->piece.n)
        n = take(st, out, most);
    else if (st->ended)
        n = MHD_CONTENT_READER_END_OF_STREAM;
    check(pthread_mutex_unlock(&st->lock) == 0);
    return n;
}

static ssize_t read_more(void *arg, uint64_t at, char *out, size_t most)
{
    (void)at; // it is read in order
    struct stream *st = arg;
    ssize_t n = take_or_end(st, out, most);
    if (n != 0)
        return n;
    watch_set(&st->in->watch, clock_monotonic() + st->in->settings->response, false);
    MHD_suspend_connection(st->in->connection);
    if (workers_add(st->server->workers, &st->task))
        return 0;
    MHD_resume_connection(st->in->connection);
    return MHD_CONTENT_READER_END_WITH_ERROR; // overloaded: better half a download than none served
}

/* False when the client has its share already: slow readers shall not shut out the others. */
static bool join(struct stream *st)
{
    struct server *s = st->server;
    unsigned share = s->shape.streams / SHARES;
    unsigned same = 0;
    check(pthread_mutex_lock(&s->streams_lock) == 0);
    for (const struct stream *other = s->first_stream; other; other = other->next)
        same += address_eq(&other->client, &st->client);
    bool room = same < (share > LEAST_SHARE ? share : LEAST_SHARE);
    if (room) {
        st->next = s->first_stream;
        if (st->next)
            st->next->before = st;
        s->first_stream = st;
    }
    check(pthread_mutex_unlock(&s->streams_lock) == 0);
    return room;
}

static void leave(struct stream *st)
{
    struct server *s = st->server;
    check(pthread_mutex_lock(&s->streams_lock) == 0);
    if (st->before)
        st->before->next = st->next;
    else if (s->first_stream == st) // or it never joined
        s->first_stream = st->next;
    if (st->next)
        st->next->before = st->before;
    check(pthread_mutex_unlock(&s->streams_lock) == 0);
}

static void stream_free(void *arg)
{
    struct stream *st = arg;
    leave(st);
    if (st->setup)
        engine_drop(st->server, st->setup);
    buf_free(&st->piece);
    arena_free(&st->arena);
    (void)pthread_mutex_destroy(&st->lock); // nobody reads any more
    (void)atomic_fetch_sub(&st->server->streams, 1);
    free(st);
}

err stream_first(struct request *r, struct response *response)
{
    struct server *s = r->in->server;
    if (atomic_fetch_add(&s->streams, 1) >= s->shape.streams) {
        (void)atomic_fetch_sub(&s->streams, 1);
        return STREAM_TOO_MANY;
    }
    struct stream *st = calloc(1, sizeof *st);
    check(st && pthread_mutex_init(&st->lock, NULL) == 0);
    st->task.run = run;
    st->server = s;
    st->in = r->in;
    st->source = response->source;
    st->client = address_cut(&r->in->work->origin.client, 32, 64);
    st->piece = buf_make(BODY_PIECE_MAX);
    if (!join(st)) {
        stream_free(st);
        return STREAM_TOO_MANY;
    }
    err e = make_piece(st);
    if (!e && !st->ended) {
        r->in->work->stream = st;
        return OK;
    }
    // Whole already, or broken: it needs no stream.
    if (!e)
        response->body = buf_copy(&st->piece, r->arena);
    response->source = (struct body_source){ 0 };
    stream_free(st);
    return e;
}

struct reply stream_reply(struct request *r, const struct response *response, struct bench *b)
{
    struct stream *st = r->in->work->stream;
    struct response head = *response;
    head.body = buf_str(&st->piece); // there is one: it has a type
    struct reply reply = { .status = response->status ? (unsigned)response->status : 200 };
    reply.response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, READ_BYTES, read_more, st, stream_free);
    check(reply.response);
    reply_headers(reply.response, r, &head, false);
    st->setup = b->setup;
    b->setup = NULL;
    st->arena = b->arena;
    b->arena = (struct arena){ .limit = b->arena.limit };
    return reply;
}
