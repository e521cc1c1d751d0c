#include "serve.h"
#include "base/check.h"
#include "base/log.h"
#include "commands.h"
#include "control.h"
#include "discussion/gate.h"
#include "discussion/webhook_sender.h"
#include "funding/channel_alarm.h"
#include "http/listen.h"
#include "http/server.h"
#include "jobs.h"
#include "live/live.h"
#include "mail/post.h"
#include "mail/queue.h"
#include "mail_kinds.h"
#include "newsroom.h"
#include "people/admit.h"
#include "people/link.h"
#include "publishing/layout.h"
#include "routes.h"
#include "site/live_feed.h"
#include "store/store.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define STOP_WITHIN (4 * SECOND) /* of the 5 s that systemd and the design allow */
enum { ARENA_MAX = 16 * 1024 * 1024, MALLOC_ARENAS = 2, MALLOC_MAPPED = 256 * 1024 };

/* The parts that run, in the order they are started; ended in reverse. */
struct service {
    struct newsroom *room;
    struct server *http;
    struct work *work;
    struct control *control;
};

static const struct setup *pin(void *arg)
{
    return newsroom_pin(arg);
}

static void drop(void *arg, const struct setup *s)
{
    newsroom_drop(arg, s);
}

/* Votes have a topic of their own for open pages; pages kept are made from the report's. */
static void topic_moved(void *arg, struct str topic)
{
    const struct app *app = arg;
    gate_topic_moved(app->gate, topic);
    if (str_eq(topic, S(MAIL_TOPIC)))
        post_wake(app->post);
    if (str_eq(topic, S(WEBHOOK_TOPIC)) || str_starts(topic, S("report/")))
        webhook_sender_wake(app->webhooks);
    if (!str_starts(topic, S("vote/")))
        server_topic_moved(app->http, topic);
    live_feed_topic(app->feed, topic);
}

/* What waits, read anew each time. While the store does not answer, its figures are missing. */
static void put_store_metrics(const struct app *app, const struct setup *s, struct buf *out)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct arena a CLEANUP(arena_free);
    struct queue_counts mails = { 0 };
    struct webhook_rows webhooks = { 0 };
    struct channel_figures channels = { 0 };
    int64_t now = clock_now(&app->clock);
    arena_init(&a, ARENA_MAX);
    if (store_read(app->store, &tx))
        return;
    if (!queue_counts(&tx, now, &mails))
        queue_metrics(&mails, out);
    if (!webhook_list(&tx, &a, &webhooks))
        webhook_metrics(&webhooks, out);
    if (!channel_figures(&tx, s, now, &a, &channels))
        channel_metrics(&channels, out);
}

static void put_metrics(void *arg, struct buf *out)
{
    const struct app *app = newsroom_app(arg);
    live_metrics(app->live, out);
    const struct setup *s = newsroom_pin(arg);
    put_store_metrics(app, s, out);
    newsroom_drop(arg, s);
}

#define LISTEN_STANDARD S("127.0.0.1:8080")

/* Before anything is made on the disk, and one by one, so that the wrong one is named. */
static err try_addresses(const struct call *c, struct str *ret_why)
{
    static const char *const options[] = { "listen", "listen-live", "listen-metrics" };
    for (size_t i = 0; i < COUNT(options); i++) {
        struct str address = call_option(c, options[i]);
        struct str why = { 0 };
        if (i == 0 && !address.n)
            address = LISTEN_STANDARD;
        if (address.n && listener_try(address, c->arena, &why)) {
            *ret_why = str_print(c->arena, "--%s: cannot listen on " STR_FMT ": " STR_FMT,
                                 options[i], STR_ARG(address), STR_ARG(why));
            return NEWSROOM_REFUSED;
        }
    }
    return OK;
}

static err start_http(struct service *s, const struct call *c, struct str *ret_why)
{
    struct app *app = newsroom_app(s->room);
    struct str listen = call_option(c, "listen");
    struct server_options o = {
        .app = app,
        .routes = routes,
        .route_count = route_count,
        .hooks = { .pin = pin,
                   .drop = drop,
                   .admit = person_admit,
                   .error_page = layout_error_page,
                   .metrics = put_metrics,
                   .arg = s->room },
        .listen = listen.n ? listen : LISTEN_STANDARD,
        .listen_metrics = call_option(c, "listen-metrics"),
        .listen_live = call_option(c, "listen-live"),
    };
    app->live = live_start();
    app->feed = live_feed_start(
        &(struct live_feed_options){ .app = app, .pin = pin, .drop = drop, .arg = s->room });
    err e = server_start(&o, &s->http);
    if (e == SERVER_LOG_WRONG) {
        *ret_why = S("the file that server.access_log names cannot be opened");
        return NEWSROOM_REFUSED;
    }
    if (e > 0) {
        *ret_why = str_print(c->arena, "cannot listen on " STR_FMT "%s", STR_ARG(o.listen),
                             e == SERVER_ADDRESS_USED ? ": another program does" : "");
        return NEWSROOM_REFUSED;
    }
    if (e)
        return e;
    app->http = s->http;
    store_set_hook(app->store, topic_moved, app);
    return OK;
}

static void make_post(struct service *s)
{
    struct app *app = newsroom_app(s->room);
    uint8_t secret[MESSAGE_SECRET_BYTES];
    mail_secret(app->keys, secret);
    struct post_options o = { .app = app,
                              .kinds = mail_kinds,
                              .kind_count = mail_kind_count,
                              .secret = bytes_str(secret, sizeof secret),
                              .pin = pin,
                              .drop = drop,
                              .arg = s->room };
    app->post = post_make(&o);
}

static void make_webhook_sender(struct service *s)
{
    struct app *app = newsroom_app(s->room);
    struct webhook_sender_options o = { .app = app, .pin = pin, .drop = drop, .arg = s->room };
    app->webhooks = webhook_sender_make(&o);
}

static err start(struct service *s, const struct call *c, struct str *ret_why)
{
    struct newsroom_options o = { .data_dir = c->data_dir,
                                  .config_file = c->config_file,
                                  .create = true };
    err e = try_addresses(c, ret_why);
    if (!e)
        e = newsroom_open(&o, c->arena, &s->room, ret_why);
    if (!e) {
        make_post(s);
        make_webhook_sender(s);
    }
    if (!e)
        e = start_http(s, c, ret_why);
    if (!e) {
        post_reload(newsroom_app(s->room)->post);
        webhook_sender_reload(newsroom_app(s->room)->webhooks);
    }
    if (!e)
        e = work_start(s->room, &s->work);
    if (!e)
        e = control_start(newsroom_app(s->room)->data_dir, commands_serve, s->room, &s->control);
    return e;
}

static void stop(struct service *s)
{
    int64_t until = clock_monotonic() + STOP_WITHIN;
    struct app *app = s->room ? newsroom_app(s->room) : NULL;
    live_end(app ? app->live : NULL);
    webhook_sender_stop(app ? app->webhooks : NULL);
    bool ended = control_stop(s->control, STOP_WITHIN / 2);
    work_stop(s->work); // jobs touch topics, which the server is told of
    if (s->http)
        ended = server_stop(s->http, until - clock_monotonic()) && ended;
    if (!ended) {
        // A command or a handler still runs and uses what we would free. What was acknowledged is
        // on the disk.
        log_event("event=stopped_hard");
        _exit(EXIT_REFUSED);
    }
    if (s->room) {
        post_stop(newsroom_app(s->room)->post);
        newsroom_app(s->room)->post = NULL;
        webhook_sender_free(newsroom_app(s->room)->webhooks);
        newsroom_app(s->room)->webhooks = NULL;
    }
    live_feed_stop(app ? app->feed : NULL);
    live_free(app ? app->live : NULL);
    newsroom_close(s->room);
}

static void reload(struct service *s)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ARENA_MAX);
    struct str why = { 0 };
    err e = newsroom_reload(s->room, &a, &why);
    if (e) {
        log_event("event=reload_refused why=\"" STR_FMT "\"", STR_ARG(why));
        return;
    }
    server_reload(s->http);
    post_reload(newsroom_app(s->room)->post);
    webhook_sender_reload(newsroom_app(s->room)->webhooks);
    if (work_reload(s->room)) // a full disk: the day turns when it would have turned before
        log_event("event=day_begin outcome=not_written");
    log_event("event=reloaded");
}

/* Returns when the program shall end. */
static void wait_for_signals(struct service *s, const sigset_t *signals)
{
    for (;;) {
        int n = 0;
        check(sigwait(signals, &n) == 0);
        if (n != SIGHUP) {
            log_event("event=stopping signal=%d", n);
            return;
        }
        reload(s);
    }
}

/* Signals are taken by the main thread alone; every thread made later inherits the mask. */
static void block_signals(sigset_t *ret)
{
    sigemptyset(ret);
    sigaddset(ret, SIGTERM);
    sigaddset(ret, SIGINT);
    sigaddset(ret, SIGHUP);
    check(pthread_sigmask(SIG_BLOCK, ret, NULL) == 0);
    check(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

/* While nobody can sign in as owner, each start makes the link anew. */
struct first_link {
    int64_t now;
    struct arena *arena;
    struct str token;
};

static err first_link_work(struct tx *tx, void *arg)
{
    struct first_link *f = arg;
    return link_add_first(tx, f->now, f->arena, &f->token);
}

/* "http://127.0.0.1:8080" of what was asked for, with the port that it became. */
static struct str address_of(const struct call *c, struct str listen, int port)
{
    if (!port)
        return listen;
    struct str host = listen.n ? listen : S("127.0.0.1:");
    while (host.n && host.s[host.n - 1] != ':')
        host.n--;
    return str_print(c->arena, "http://" STR_FMT "%d", STR_ARG(host), port);
}

/* The link leads to site.url; while that is not configured (http.h says what stands there then), to
 * where we listen. */
static struct str site_of(const struct service *s, const struct call *c, struct str address)
{
    const struct setup *setup = newsroom_pin(s->room);
    struct str url = str_copy(c->arena, site_url(setup->config));
    newsroom_drop(s->room, setup);
    return str_eq(url, S("http://localhost:8080")) ? address : url;
}

static err greet(const struct service *s, const struct call *c)
{
    struct app *app = newsroom_app(s->room);
    struct first_link f = { .now = clock_now(&app->clock), .arena = c->arena };
    err e = store_write(app->store, first_link_work, &f);
    if (e == ERR_FULL) // a full disk: we serve pages, and say so when somebody writes
        log_event("event=disk_full what=first_link");
    else if (e)
        return fault(e);
    struct str address = address_of(c, call_option(c, "listen"), server_port(s->http));
    printf("listening on " STR_FMT "\n", STR_ARG(address));
    struct str live = call_option(c, "listen-live");
    if (live.n)
        printf("live streams on " STR_FMT "\n",
               STR_ARG(address_of(c, live, server_live_port(s->http))));
    if (f.token.n)
        printf("desk link: " STR_FMT STR_FMT "\n", STR_ARG(site_of(s, c, address)),
               STR_ARG(link_path(c->arena, f.token)));
    printf("ready\n");
    (void)fflush(stdout); // nobody listens: we serve all the same
    return OK;
}

int serve_run(struct call *c)
{
    // Many threads that each allocate little: two heaps keep the memory at rest small.
    mallopt(M_ARENA_MAX, MALLOC_ARENAS);
    // Large tables get pages of their own, which cost nothing until they are touched; glibc would
    // move the threshold up at the first one that is freed.
    mallopt(M_MMAP_THRESHOLD, MALLOC_MAPPED);
    sigset_t signals;
    block_signals(&signals);
    struct service s = { 0 };
    struct str why = { 0 };
    err e = start(&s, c, &why);
    if (!e)
        e = greet(&s, c);
    if (!e)
        wait_for_signals(&s, &signals);
    stop(&s);
    if (e)
        return call_refuse(c, STR_FMT, STR_ARG(why.n ? why : S("cannot start; the log says why")));
    return EXIT_DONE;
}
