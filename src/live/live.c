#include "live/live.h"
#include "base/check.h"
#include "base/crypto.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

CONFIG_INT(live_streams, "limits", "live_streams", 10000, 0, 1000000,
           "Live streams open at once on the listener for them (--listen-live). More are answered "
           "503; their pages work as without script. 0: live updates are off.");
CONFIG_INT(live_streams_main, "limits", "live_streams_main", 100, 0, 10000,
           "The same on the main listener, where a stream costs more.");
CONFIG_INT(live_streams_client, "limits", "live_streams_client", 20, 1, 1000000,
           "Live streams of one client. A browser has one for all its tabs.");
CONFIG_INT(live_heartbeat_seconds, "limits", "live_heartbeat_seconds", 20, 1, 60,
           "Seconds between two signs of life on a live stream; less than a proxy waits.");

enum {
    RING = 512,     /* messages that a reader may be behind */
    BUCKETS = 4096, /* of streams by client */
    SLAB = 64,      /* streams are made by so many */
    RETRY_LEAST = 2000,
    RETRY_SPREAD = 4000, /* milliseconds */
};
#define BEAT S(":\n\n")

struct message {
    struct buf text;
    int64_t topic, id;
    int64_t since;   /* of what it tells of */
    size_t together; /* how many of the same call come after it */
};

struct live_stream {
    struct live *live;
    struct live_stream *next, *before; /* of all; free ones by next */
    struct live_stream *next_of_bucket;
    struct tap *tap; /* NULL: not begun */
    uint64_t client;
    int64_t topics[LIVE_TOPICS_MAX];
    uint64_t at;      /* the message it comes to next */
    int64_t known;    /* ids up to here were told before */
    struct buf first; /* what it begins with; freed once it is sent */
    size_t sent;      /* bytes of what is being sent: of `first`, or of the message `at` */
    unsigned topic_count, slot;
    bool apart, asleep, beat, cut;
};

struct live {
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t tick;
    pthread_t beater;
    bool ending, stopped;
    struct arena arena; /* of the streams' memory, which is used again */
    struct live_stream *all, *unused;
    struct live_stream *buckets[BUCKETS];
    unsigned here, apart; /* streams on the main listener, and on their own */
    int64_t heartbeat;    /* seconds */
    unsigned next_slot;
    uint64_t seed;

    struct message ring[RING];
    uint64_t head; /* the next message's number; those before head - RING are gone */

    uint64_t opened, refused, slow, said, taken;
    uint64_t last_taken;             /* how many streams have the last message */
    int64_t last_delay, worst_delay; /* until the last of them had it; microseconds */
};

static void lock(struct live *l)
{
    check(pthread_mutex_lock(&l->lock) == 0);
}

static void unlock(struct live *l)
{
    check(pthread_mutex_unlock(&l->lock) == 0);
}

/* ---- one stream, under the lock */

static bool wants(const struct live_stream *s, const struct message *m)
{
    if (m->id && m->id <= s->known)
        return false;
    if (m->topic == LIVE_EVERYONE)
        return true;
    for (unsigned i = 0; i < s->topic_count; i++)
        if (s->topics[i] == m->topic)
            return true;
    return false;
}

static struct message *message_at(struct live *l, uint64_t at)
{
    return &l->ring[at % RING];
}

static bool overtaken(const struct live_stream *s)
{
    return s->at + RING < s->live->head;
}

static void wake(struct live_stream *s)
{
    if (!s->asleep)
        return;
    s->asleep = false;
    tap_wake(s->tap);
}

/* The last one that it reaches says how long it took to reach all. */
static void note_taken(struct live *l, const struct message *m, uint64_t at)
{
    l->taken++;
    if (at + 1 != l->head)
        return;
    l->last_taken++;
    l->last_delay = clock_monotonic() - m->since;
    if (l->last_delay > l->worst_delay)
        l->worst_delay = l->last_delay;
}

/* The id goes with the last message of those said together that this stream wants. */
static struct str text_for(struct live_stream *s, const struct message *m)
{
    struct str text = buf_str(&m->text);
    struct str id_line = { 0 };
    struct str rest = { 0 };
    for (size_t i = 1; m->id && i <= m->together; i++) {
        if (!wants(s, message_at(s->live, s->at + i)))
            continue;
        return str_cut(text, '\n', &id_line, &rest) ? rest : text;
    }
    return text;
}

/* A place to copy to. */
struct room {
    char *to;
    size_t left;
};

/* Goes on with `text` where it stopped; true when all of it is copied. */
static bool copy(struct live_stream *s, struct str text, struct room *room)
{
    size_t left = text.n - s->sent;
    size_t n = left < room->left ? left : room->left;
    memcpy(room->to, text.s + s->sent, n);
    room->to += n;
    room->left -= n;
    s->sent += n;
    if (s->sent < text.n)
        return false;
    s->sent = 0;
    return true;
}

static void copy_messages(struct live_stream *s, struct room *room)
{
    struct live *l = s->live;
    for (; s->at < l->head; s->at++) {
        const struct message *m = message_at(l, s->at);
        if (!s->sent && !wants(s, m))
            continue;
        if (!copy(s, text_for(s, m), room))
            return;
        note_taken(l, m, s->at);
    }
}

static void copy_all(struct live_stream *s, struct room *room)
{
    if (s->first.n) {
        if (!copy(s, buf_str(&s->first), room))
            return;
        buf_free(&s->first);
    }
    copy_messages(s, room);
    if (s->beat && !s->sent && room->left >= BEAT.n) {
        s->beat = false;
        (void)copy(s, BEAT, room); // it has room
    }
}

/* The event thread asks for more. */
static int64_t take(void *state, char *out, size_t most)
{
    struct live_stream *s = state;
    struct live *l = s->live;
    struct room room = { out, most };
    int64_t n = TAP_END;
    lock(l);
    if (!l->ending && !s->cut && !overtaken(s)) {
        copy_all(s, &room);
        n = room.to - out;
        if (n == 0) {
            s->asleep = true;
            tap_sleep(s->tap);
        }
    }
    unlock(l);
    return n;
}

/* ---- their coming and going */

static struct live_stream **bucket_of(struct live *l, uint64_t client)
{
    return &l->buckets[client % BUCKETS];
}

static int64_t count_of_client(struct live *l, uint64_t client)
{
    int64_t n = 0;
    for (const struct live_stream *s = *bucket_of(l, client); s; s = s->next_of_bucket)
        n += s->client == client;
    return n;
}

static struct live_stream *stream_make(struct live *l)
{
    if (!l->unused) {
        struct live_stream *some = arena_new(&l->arena, struct live_stream, SLAB);
        for (size_t i = 0; i < SLAB; i++) {
            some[i].next = l->unused;
            l->unused = &some[i];
        }
    }
    struct live_stream *s = l->unused;
    l->unused = s->next;
    return s;
}

static void stream_add(struct live *l, struct live_stream *s)
{
    struct live_stream **bucket = bucket_of(l, s->client);
    s->next_of_bucket = *bucket;
    *bucket = s;
    s->next = l->all;
    if (l->all)
        l->all->before = s;
    l->all = s;
    ++*(s->apart ? &l->apart : &l->here);
    l->opened++;
}

static void stream_remove(struct live *l, struct live_stream *s)
{
    struct live_stream **at = bucket_of(l, s->client);
    while (*at != s)
        at = &(*at)->next_of_bucket;
    *at = s->next_of_bucket;
    if (s->next)
        s->next->before = s->before;
    *(s->before ? &s->before->next : &l->all) = s->next;
    --*(s->apart ? &l->apart : &l->here);
    buf_free(&s->first);
    *s = (struct live_stream){ .next = l->unused };
    l->unused = s;
}

static void begin(void *state, struct tap *t)
{
    struct live_stream *s = state;
    lock(s->live);
    s->tap = t;
    unlock(s->live);
}

static void end(void *state)
{
    struct live_stream *s = state;
    struct live *l = s->live;
    lock(l);
    stream_remove(l, s);
    unlock(l);
}

/* FNV-1a with a secret beginning: nobody can choose whose bucket they fill. */
static uint64_t hash_client(const struct live *l, struct str client)
{
    uint64_t h = l->seed;
    for (size_t i = 0; i < client.n; i++)
        h = (h ^ (uint8_t)client.s[i]) * UINT64_C(0x100000001B3);
    return h ^ h >> 32;
}

static err may_open(struct live *l, const struct config *c, const struct live_wish *w,
                    uint64_t client)
{
    int64_t most = config_int(c, w->apart ? &live_streams : &live_streams_main);
    if (l->ending || !config_int(c, &live_streams) || !most)
        return LIVE_OFF;
    if ((w->apart ? l->apart : l->here) >= most)
        return LIVE_FULL;
    return count_of_client(l, client) < config_int(c, &live_streams_client) ? OK : LIVE_CLIENT;
}

err live_open(struct live *l, const struct config *c, const struct live_wish *w,
              struct live_stream **ret)
{
    check(w->topic_count <= LIVE_TOPICS_MAX);
    uint64_t client = hash_client(l, w->client);
    lock(l);
    err e = may_open(l, c, w, client);
    if (e) {
        l->refused++;
        unlock(l);
        return e;
    }
    l->heartbeat = config_int(c, &live_heartbeat_seconds);
    struct live_stream *s = stream_make(l);
    *s = (struct live_stream){ .live = l,
                               .client = client,
                               .at = l->head,
                               .first = buf_make(SIZE_MAX),
                               .topic_count = (unsigned)w->topic_count,
                               .slot = l->next_slot++,
                               .apart = w->apart };
    memcpy(s->topics, w->topics, sizeof s->topics);
    uint64_t any = (client + s->slot * UINT64_C(2654435761)) % RETRY_SPREAD;
    buf_print(&s->first, "retry: %" PRIu64 "\n\n", RETRY_LEAST + any);
    stream_add(l, s);
    unlock(l);
    *ret = s;
    return OK;
}

void live_catch_up(struct live_stream *s, struct str messages, int64_t id)
{
    lock(s->live);
    buf_put(&s->first, messages);
    if (id > s->known)
        s->known = id;
    unlock(s->live);
}

void live_respond(struct live_stream *s, struct response *ret)
{
    ret->type = "text/event-stream";
    response_header(ret, "X-Accel-Buffering", S("no")); // nginx: each message goes on at once
    ret->tap = (struct body_tap){ .begin = begin, .take = take, .end = end, .state = s };
}

void live_drop(struct live_stream *s)
{
    end(s);
}

/* ---- messages */

void live_put(struct buf *out, int64_t id, const char *event, struct str data)
{
    check(!str_has(data, '\n') && !str_has(data, '\r'));
    if (id)
        buf_print(out, "id: %" PRId64 "\n", id);
    buf_print(out, "event: %s\ndata: " STR_FMT "\n\n", event, STR_ARG(data));
}

/* Who had all before it and does not want it need not look at it either. */
static void tell(struct live_stream *s, const struct message *m)
{
    bool up_to_date = !s->sent && s->at + 1 == s->live->head;
    if (up_to_date && !wants(s, m)) {
        s->at = s->live->head;
    } else if (s->asleep) {
        wake(s);
    } else if (s->tap && !s->cut && overtaken(s)) {
        s->cut = true;
        s->live->slow++;
        tap_cut(s->tap);
    }
}

static struct message *keep(struct live *l, const struct live_message *m, int64_t since)
{
    struct message *kept = message_at(l, l->head);
    check(m->text.n <= LIVE_MESSAGE_MAX);
    buf_free(&kept->text);
    *kept = (struct message){
        .text = buf_make(LIVE_MESSAGE_MAX), .topic = m->topic, .id = m->id, .since = since
    };
    buf_put(&kept->text, m->text);
    l->head++;
    l->said++;
    l->last_taken = 0;
    return kept;
}

void live_say(struct live *l, const struct live_message *m, size_t n, int64_t since)
{
    check(n <= LIVE_TOGETHER_MAX);
    lock(l);
    for (size_t i = 0; i < n; i++) {
        struct message *kept = keep(l, &m[i], since);
        kept->together = n - 1 - i;
        for (struct live_stream *s = l->all; s; s = s->next)
            tell(s, kept);
    }
    unlock(l);
}

bool live_any(struct live *l)
{
    lock(l);
    bool any = l->all;
    unlock(l);
    return any;
}

bool live_heard(struct live *l, int64_t topic)
{
    const struct message m = { .topic = topic };
    lock(l);
    const struct live_stream *s = l->all;
    while (s && !wants(s, &m))
        s = s->next;
    unlock(l);
    return s;
}

/* ---- the heartbeat, and the beginning and end of all */

/* A part of the streams each second, so that their beats are spread. */
static void beat_some(struct live *l, unsigned now)
{
    unsigned every = (unsigned)l->heartbeat;
    for (struct live_stream *s = l->all; s; s = s->next) {
        if (s->slot % every != now % every)
            continue;
        s->beat = true;
        wake(s);
    }
}

static void *beat(void *arg)
{
    struct live *l = arg;
    lock(l);
    for (unsigned now = 0; !l->ending; now++) {
        int64_t next = clock_monotonic() + SECOND;
        struct timespec until = { .tv_sec = next / SECOND, .tv_nsec = next % SECOND * 1000 };
        while (!l->ending && clock_monotonic() < next)
            (void)pthread_cond_clockwait(&l->tick, &l->lock, CLOCK_MONOTONIC,
                                         &until); // the clock and the flag tell why it returned
        if (!l->ending)
            beat_some(l, now);
    }
    unlock(l);
    return NULL;
}

enum { ARENA_MAX = 1 << 30 /* live_streams bounds it */ };

struct live *live_start(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    struct live *l = arena_new(&arena, struct live, 1);
    l->arena = arena;
    l->heartbeat = 1;
    random_bytes(&l->seed, sizeof l->seed);
    check(pthread_mutex_init(&l->lock, NULL) == 0 && pthread_cond_init(&l->tick, NULL) == 0);
    sigset_t all;
    sigset_t before;
    check(sigfillset(&all) == 0 && pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    check(pthread_create(&l->beater, NULL, beat, l) == 0);
    check(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    return l;
}

void live_end(struct live *l)
{
    if (!l || l->stopped)
        return;
    lock(l);
    l->ending = true;
    for (struct live_stream *s = l->all; s; s = s->next)
        wake(s);
    check(pthread_cond_broadcast(&l->tick) == 0);
    unlock(l);
    check(pthread_join(l->beater, NULL) == 0);
    l->stopped = true;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    live_end(l);
    check(!l->all);
    for (size_t i = 0; i < RING; i++)
        buf_free(&l->ring[i].text);
    (void)pthread_mutex_destroy(&l->lock); // nobody is left
    (void)pthread_cond_destroy(&l->tick);
    struct arena arena = l->arena; // which `l` is in
    arena_free(&arena);
}

static void put_number(struct buf *out, const char *name, const char *type, uint64_t v)
{
    buf_print(out, "# TYPE %s %s\n%s %" PRIu64 "\n", name, type, name, v);
}

static void put_delay(struct buf *out, const char *name, int64_t micros)
{
    buf_print(out, "# TYPE %s gauge\n%s %" PRId64 ".%06" PRId64 "\n", name, name, micros / SECOND,
              micros % SECOND);
}

void live_metrics(struct live *l, struct buf *out)
{
    lock(l);
    put_number(out, "diurnal_live_streams", "gauge", l->here + l->apart);
    put_number(out, "diurnal_live_streams_main", "gauge", l->here);
    put_number(out, "diurnal_live_opened_total", "counter", l->opened);
    put_number(out, "diurnal_live_refused_total", "counter", l->refused);
    put_number(out, "diurnal_live_slow_total", "counter", l->slow);
    put_number(out, "diurnal_live_messages_total", "counter", l->said);
    put_number(out, "diurnal_live_written_total", "counter", l->taken);
    put_number(out, "diurnal_live_last_message_streams", "gauge", l->last_taken);
    put_delay(out, "diurnal_live_last_message_seconds", l->last_delay);
    put_delay(out, "diurnal_live_worst_message_seconds", l->worst_delay);
    unlock(l);
}
