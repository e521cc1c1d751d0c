/* Without these tests readers could be shown yesterday's page, another person's page, or wait while
 * one page is rendered a hundred times. */
#include "http/cache.h"
#include "http/engine.h"
#include "http/error.h"
#include "unit/http_routes.h"
#include "unit/test.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* What the handler does, set by the test: each test is a process of its own. */
enum mode { SHOW, LOOK_AT_COOKIE, WITHDRAWN, BROKEN, MOVE_MEANWHILE };
static atomic_int runs, showing, mode;
static atomic_bool waits;
static sem_t begun, go;

static void wait_for(sem_t *s)
{
    while (sem_wait(s) != 0)
        continue;
}

/* Names its topic, then reads, as a real page does. */
static err show(struct request *r, struct response *ret)
{
    struct str slug = S("-");
    struct str sort = S("-");
    (void)request_segment(r, "slug", &slug);
    (void)request_query(r, "sort", &sort);
    request_topic(r, "report/" STR_FMT, STR_ARG(slug));
    atomic_fetch_add(&runs, 1);
    int seen = atomic_load(&showing);
    if (atomic_load(&waits)) {
        sem_post(&begun);
        wait_for(&go);
    }
    struct str cookie = { 0 };
    ret->cache = CACHE_SHARED;
    switch ((enum mode)atomic_load(&mode)) {
    case SHOW: break;
    case LOOK_AT_COOKIE: (void)request_cookie(r, "name", &cookie); break;
    case WITHDRAWN: return http_refuse(r, ret, 410, "error_withdrawn");
    case BROKEN: return ERR_DATA;
    case MOVE_MEANWHILE: server_topic_moved(r->in->server, S("report/a")); break;
    }
    struct buf b = buf_make(100000);
    buf_print(&b, STR_FMT " " STR_FMT " %d%s ", STR_ARG(slug), STR_ARG(sort), seen,
              request_by_script(r) ? " part" : "");
    uint32_t word = 1; // text that can be compressed, but not too well
    int words = str_starts(slug, S("long")) ? 4000 : 500;
    for (int i = 0; i < words; i++) {
        word = word * 1664525 + 1013904223;
        buf_print(&b, "line %u ", word >> 24);
    }
    ret->body = buf_copy(&b, r->arena);
    buf_free(&b);
    return OK;
}

static err asset(struct request *r, struct response *ret)
{
    (void)r;
    atomic_fetch_add(&runs, 1);
    ret->type = "text/css";
    ret->cache = CACHE_FOR_EVER;
    ret->body = S("body{}");
    return OK;
}

static const struct route pages[] = {
    { .pattern = "/r/{slug}", .run = show, .query = "sort only" },
    { .pattern = "/assets/{hash}/{file}", .run = asset },
};

static void begin(struct site *s, const char *config)
{
    expect(sem_init(&begun, 0, 0) == 0 && sem_init(&go, 0, 0) == 0);
    site_start(s, pages, COUNT(pages), config);
}

static bool shows(struct reply_seen seen, const char *start)
{
    return seen.status == 200 && str_starts(seen.body, str_from_z(start));
}

TEST(a_page_is_rendered_once_for_all)
{
    struct site s = { 0 };
    begin(&s, "");
    for (int i = 0; i < 5; i++) {
        struct reply_seen seen = client_get(&s, "/r/a", "");
        expect(shows(seen, "a - 0 line "));
        expect_str(seen_header(seen, "Cache-Control"), S("no-cache"));
        expect_str(seen_header(seen, "Vary"), S("Accept-Encoding, Cookie"));
        expect(seen_header(seen, "Content-Security-Policy").n);
        expect(seen_header(seen, "ETag").n);
    }
    expect(runs == 1);
    int fd = client_connect(&s);
    client_send(fd, S("HEAD /r/a HTTP/1.1\r\n" HOST "\r\n"));
    struct reply_seen seen = client_read(&s, fd, true);
    expect(seen.status == 200 && seen_header(seen, "Content-Length").n);
    close(fd);
    expect(runs == 1);
    site_stop(&s);
}

TEST(a_page_the_client_has_is_not_sent_again)
{
    struct site s = { 0 };
    begin(&s, "");
    struct reply_seen seen = client_get(&s, "/r/a", "Accept-Encoding: gzip\r\n");
    struct str tag = seen_header(seen, "ETag");
    const char *weak = str_z(
        &s.arena, str_print(&s.arena, "Accept-Encoding: gzip\r\nIf-None-Match: W/" STR_FMT "\r\n",
                            STR_ARG(tag)));
    int fd = client_connect(&s);
    client_send(fd, str_print(&s.arena, "GET /r/a HTTP/1.1\r\n" HOST "%s\r\n", weak));
    seen = client_read(&s, fd, false);
    expect(seen.status == 304);
    expect_str(seen_header(seen, "ETag"), tag);
    expect_str(seen_header(seen, "Cache-Control"), S("no-cache"));
    expect_str(seen_header(seen, "Vary"), S("Accept-Encoding, Cookie"));
    // The connection goes on, and another coding has another tag.
    client_send(fd, str_print(&s.arena,
                              "GET /r/a HTTP/1.1\r\n" HOST "If-None-Match: " STR_FMT "\r\n\r\n",
                              STR_ARG(tag)));
    seen = client_read(&s, fd, false);
    expect(shows(seen, "a - 0"));
    expect(!str_eq(seen_header(seen, "ETag"), tag));
    close(fd);
    site_stop(&s);
}

static struct str gunzip(struct site *s, struct str in)
{
    char *out = arena_new(&s->arena, char, 100000);
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.s,
                   .avail_in = (uInt)in.n,
                   .next_out = (Bytef *)out,
                   .avail_out = 100000 };
    expect(inflateInit2(&z, 15 + 16) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END);
    struct str text = { out, z.total_out };
    inflateEnd(&z);
    return text;
}

TEST(a_page_comes_in_the_coding_the_client_takes)
{
    struct site s = { 0 };
    begin(&s, "");
    struct reply_seen plain = client_get(&s, "/r/a", "");
    expect(!seen_header(plain, "Content-Encoding").s);
    struct reply_seen seen = client_get(&s, "/r/a", "Accept-Encoding: gzip, deflate\r\n");
    expect_str(seen_header(seen, "Content-Encoding"), S("gzip"));
    expect_str(gunzip(&s, seen.body), plain.body);
    seen = client_get(&s, "/r/a", "Accept-Encoding: gzip, br\r\n");
    expect_str(seen_header(seen, "Content-Encoding"), S("br"));
    expect(seen.body.n < plain.body.n / 2);
    seen = client_get(&s, "/r/a", "Accept-Encoding: br;q=0, gzip;q=0.5\r\n");
    expect_str(seen_header(seen, "Content-Encoding"), S("gzip"));
    expect(!seen_header(client_get(&s, "/r/a", "Accept-Encoding: gzip;q=0\r\n"), "Content-Encoding")
                .s);
    expect(runs == 1);
    site_stop(&s);
}

TEST(a_page_is_rendered_anew_when_its_topic_moved)
{
    struct site s = { 0 };
    begin(&s, "[limits]\nrenders_burst = 100\n");
    expect(shows(client_get(&s, "/r/a", ""), "a - 0"));
    atomic_store(&showing, 1);
    server_topic_moved(s.server, S("report/b"));
    expect(shows(client_get(&s, "/r/a", ""), "a - 0"));
    expect(runs == 1);
    server_topic_moved(s.server, S("report/a"));
    expect(shows(client_get(&s, "/r/a", ""), "a - 1"));
    expect(shows(client_get(&s, "/r/a", ""), "a - 1"));
    expect(runs == 2);
    server_reload(s.server);
    expect(shows(client_get(&s, "/r/a", ""), "a - 1"));
    expect(runs == 3);
    site_stop(&s);
}

struct asker {
    struct site *site;
    struct arena arena;
    pthread_t thread;
    const char *path;
    struct reply_seen seen;
};

/* A client of its own arena, for arenas are no thread's but their own. */
static void *ask(void *arg)
{
    struct asker *a = arg;
    struct site own = { .server = a->site->server, .listen = a->site->listen };
    arena_init(&own.arena, 8 << 20);
    a->seen = client_get(&own, a->path, "");
    a->arena = own.arena;
    return NULL;
}

static void ask_begin(struct asker *a, struct site *s, const char *path)
{
    *a = (struct asker){ .site = s, .path = path };
    expect(pthread_create(&a->thread, NULL, ask, a) == 0);
}

static void ask_end(struct asker *a, const char *start)
{
    expect(pthread_join(a->thread, NULL) == 0);
    expect(shows(a->seen, start));
    arena_free(&a->arena);
}

/* Waits until so many requests are on the server. */
static void wait_for_connections(struct site *s, unsigned n)
{
    while (watchdog_count(&s->server->watchdog) < n)
        usleep(1000);
}

TEST(many_who_want_a_cold_page_wait_for_one_render)
{
    enum { MANY = 40 };
    struct site s = { 0 };
    struct asker a[MANY];
    begin(&s, "");
    atomic_store(&waits, true);
    ask_begin(&a[0], &s, "/r/a");
    wait_for(&begun);
    for (int i = 1; i < MANY; i++)
        ask_begin(&a[i], &s, "/r/a");
    wait_for_connections(&s, MANY);
    atomic_store(&waits, false);
    sem_post(&go);
    for (int i = 0; i < MANY; i++)
        ask_end(&a[i], "a - 0");
    expect(runs == 1);
    site_stop(&s);
}

TEST(a_client_that_leaves_while_its_page_is_rendered_takes_nothing_from_others)
{
    struct site s = { 0 };
    struct asker other;
    begin(&s, "");
    atomic_store(&waits, true);
    int fd = client_connect(&s);
    client_send(fd, S("GET /r/a HTTP/1.1\r\n" HOST "\r\n"));
    wait_for(&begun);
    ask_begin(&other, &s, "/r/a");
    wait_for_connections(&s, 2);
    close(fd);
    atomic_store(&waits, false);
    sem_post(&go);
    ask_end(&other, "a - 0");
    expect(shows(client_get(&s, "/r/a", ""), "a - 0"));
    expect(runs == 1);
    site_stop(&s);
}

TEST(a_page_that_changed_while_it_was_rendered_is_rendered_again)
{
    struct site s = { 0 };
    struct asker first;
    begin(&s, "");
    atomic_store(&waits, true);
    ask_begin(&first, &s, "/r/a");
    wait_for(&begun);
    atomic_store(&showing, 1);
    server_topic_moved(s.server, S("report/a"));
    atomic_store(&waits, false);
    sem_post(&go);
    ask_end(&first, "a - 0"); // asked before the change
    expect(shows(client_get(&s, "/r/a", ""), "a - 1"));
    expect(runs == 2);
    site_stop(&s);
}

TEST(a_page_that_keeps_changing_is_rendered_once_a_second)
{
    struct site s = { 0 };
    begin(&s, "[limits]\nrenders_burst = 3\n");
    atomic_store(&mode, MOVE_MEANWHILE);
    int64_t start = clock_monotonic();
    int asked = 0;
    while (clock_monotonic() - start < 5 * SECOND / 2) {
        expect(client_get(&s, "/r/a", "").status == 200);
        asked++;
    }
    expect(asked > 50);
    expect(runs >= 4 && runs <= 3 + 3);
    // Who just wrote sees the present.
    int before = runs;
    atomic_store(&showing, 9);
    expect(shows(client_get(&s, "/r/a", "Cookie: fresh=1\r\n"), "a - 9"));
    expect(runs == before + 1);
    site_stop(&s);
}

TEST(who_just_wrote_bypasses_the_cache_and_leaves_no_trace_in_it)
{
    struct site s = { 0 };
    begin(&s, "");
    expect(shows(client_get(&s, "/r/a", ""), "a - 0"));
    atomic_store(&showing, 1); // no topic moved
    struct reply_seen seen = client_get(&s, "/r/a", "Cookie: x=y; fresh=1\r\n");
    expect(shows(seen, "a - 1"));
    expect_str(seen_header(seen, "Cache-Control"), S("private, no-store"));
    expect(!seen_header(seen, "ETag").s);
    expect(shows(client_get(&s, "/r/a", ""), "a - 0"));
    expect(runs == 2);
    site_stop(&s);
}

TEST(a_page_made_for_one_person_is_never_kept)
{
    struct site s = { 0 };
    begin(&s, "");
    atomic_store(&mode, LOOK_AT_COOKIE);
    for (int i = 0; i < 3; i++) {
        struct reply_seen seen = client_get(&s, "/r/a", "");
        expect(shows(seen, "a - 0"));
        expect_str(seen_header(seen, "Cache-Control"), S("private, no-store"));
    }
    expect(runs == 3);
    // When the handler stops looking, its pages are kept again.
    atomic_store(&mode, SHOW);
    expect(client_get(&s, "/r/a", "").status == 200);
    expect(client_get(&s, "/r/a", "").status == 200);
    expect(client_get(&s, "/r/a", "").status == 200);
    expect(runs == 5);
    site_stop(&s);
}

TEST(errors_are_not_kept_and_take_the_page_away)
{
    struct site s = { 0 };
    begin(&s, "[limits]\nrenders_burst = 100\n");
    atomic_store(&mode, WITHDRAWN);
    expect(client_get(&s, "/r/a", "").status == 410);
    expect(client_get(&s, "/r/a", "").status == 410);
    expect(runs == 2);
    atomic_store(&mode, SHOW);
    expect(client_get(&s, "/r/a", "").status == 200);
    atomic_store(&mode, WITHDRAWN);
    expect(client_get(&s, "/r/a", "").status == 200); // nothing was said of a change
    server_topic_moved(s.server, S("report/a"));
    expect(client_get(&s, "/r/a", "").status == 410);
    expect(client_get(&s, "/r/a", "").status == 410);
    site_stop(&s);
}

TEST(a_fault_leaves_the_page_that_was_there)
{
    struct site s = { 0 };
    begin(&s, "[limits]\nrenders_burst = 2\n");
    expect(client_get(&s, "/r/a", "").status == 200);
    atomic_store(&mode, BROKEN);
    server_topic_moved(s.server, S("report/a"));
    expect(client_get(&s, "/r/a", "").status == 500);
    expect(client_get(&s, "/r/a", "").status ==
           200); // the stale copy, until it is time to try again
    site_stop(&s);
}

TEST(an_address_has_one_page_however_it_is_written)
{
    struct site s = { 0 };
    begin(&s, "");
    expect(shows(client_get(&s, "/r/a?sort=votes&only=answers", ""), "a votes 0"));
    expect(shows(client_get(&s, "/r/%61?utm=1&only=answers&s%6Frt=v%6Ftes&x", ""), "a votes 0"));
    expect(runs == 1);
    expect(shows(client_get(&s, "/r/a?sort=newest&only=answers", ""), "a newest 0"));
    expect(shows(client_get(&s, "/r/a", ""), "a - 0"));
    expect(shows(client_get(&s, "/r/a?nothing=of&ours", ""), "a - 0"));
    expect(runs == 3);
    // A part for script is kept apart from the page.
    expect(shows(client_get(&s, "/r/a", "Diurnal-Script: 1\r\n"), "a - 0 part"));
    expect(shows(client_get(&s, "/r/a", "Diurnal-Script: 1\r\n"), "a - 0 part"));
    expect(shows(client_get(&s, "/r/a", ""), "a - 0 line"));
    expect(runs == 4);
    site_stop(&s);
}

TEST(files_with_a_hash_in_their_address_are_for_ever)
{
    struct site s = { 0 };
    begin(&s, "");
    for (int i = 0; i < 3; i++) {
        struct reply_seen seen = client_get(&s, "/assets/abc/site.css", "Accept-Encoding: br\r\n");
        expect_str(seen.body, S("body{}"));
        expect_str(seen_header(seen, "Cache-Control"), S("public, max-age=31536000, immutable"));
        expect_str(seen_header(seen, "Content-Type"), S("text/css"));
        expect_str(seen_header(seen, "Vary"), S("Accept-Encoding"));
        expect(!seen_header(seen, "Content-Encoding").s); // too small to be worth it
    }
    expect(runs == 1);
    site_stop(&s);
}

TEST(the_cache_keeps_to_its_bytes_and_keeps_what_is_wanted)
{
    struct site s = { 0 };
    begin(&s, "[server]\ncache_mb = 1\n[limits]\npages_burst = 10000\n");
    expect(client_get(&s, "/r/wanted", "").status == 200);
    for (int i = 0; i < 600; i++) {
        struct str path = str_print(&s.arena, "/r/crawled-%d", i);
        expect(client_get(&s, str_z(&s.arena, path), "").status == 200);
        if (i % 10 == 0)
            expect(client_get(&s, "/r/wanted", "").status == 200);
    }
    struct cache_state kept = cache_look(s.server->cache);
    expect(kept.bytes <= 1 << 20);
    expect(kept.pages > 50);
    expect(runs == 601); // the page that was wanted again and again stayed
    site_stop(&s);
}

TEST(a_page_that_is_asked_for_often_is_compressed_better)
{
    struct site s = { 0 };
    begin(&s, "");
    struct reply_seen first = client_get(&s, "/r/a", "Accept-Encoding: br\r\n");
    for (int i = 0; i < 50; i++)
        expect(client_get(&s, "/r/a", "Accept-Encoding: br\r\n").status == 200);
    // The improver may have been quicker than we are.
    (void)cache_improve(s.server->cache);
    while (cache_improve(s.server->cache))
        continue;
    struct reply_seen seen = client_get(&s, "/r/a", "Accept-Encoding: br\r\n");
    while (str_eq(seen_header(seen, "ETag"), seen_header(first, "ETag")))
        seen = client_get(&s, "/r/a", "Accept-Encoding: br\r\n");
    expect(seen.body.n <= first.body.n);
    expect(runs == 1);
    site_stop(&s);
}

/* Asks for a page as often as makes it worth improving, and lets it be improved. */
static void want(struct site *s, const char *path)
{
    int fd = client_connect(s);
    struct str ask = str_print(&s->arena, "HEAD %s HTTP/1.1\r\n" HOST "\r\n", path);
    for (int i = 0; i < 34; i++) {
        client_send(fd, ask);
        expect(client_read(s, fd, true).status == 200);
    }
    close(fd);
}

static void improve(struct site *s)
{
    while (cache_improve(s->server->cache)) // the improver may take a part of it
        continue;
}

static size_t filed(struct site *s)
{
    return cache_look(s->server->cache).filed;
}

TEST(a_long_page_that_is_asked_for_often_is_sent_from_a_file_and_is_the_same)
{
    char folder[] = "/tmp/diurnal-page-XXXXXX";
    expect(mkdtemp(folder));
    struct site s = { .app = { .data_dir = folder } };
    begin(&s, "");
    struct reply_seen first = client_get(&s, "/r/long", "");
    want(&s, "/r/long");
    want(&s, "/r/short");
    improve(&s);
    while (!filed(&s)) // the server's own improver has it
        sched_yield();
    expect(filed(&s) == 1); // the other is too short
    int fd = client_connect(&s);
    for (int i = 0; i < 3; i++) {
        client_send(fd, S("GET /r/long HTTP/1.1\r\n" HOST "\r\n"));
        struct reply_seen seen = client_read(&s, fd, false);
        expect_str(seen.body, first.body);
        expect_str(seen_header(seen, "ETag"), seen_header(first, "ETag"));
        client_send(fd, S("HEAD /r/long HTTP/1.1\r\n" HOST "\r\n"));
        expect_str(seen_header(client_read(&s, fd, true), "Content-Length"),
                   seen_header(first, "Content-Length"));
    }
    close(fd);
    struct str tag =
        str_print(&s.arena, "If-None-Match: " STR_FMT "\r\n", STR_ARG(seen_header(first, "ETag")));
    expect(client_get(&s, "/r/long", str_z(&s.arena, tag)).status == 304);
    expect(runs == 2);
    server_topic_moved(s.server, S("report/long"));
    showing = 1;
    expect(shows(client_get(&s, "/r/long", ""), "long - 1 line "));
    expect(filed(&s) == 0);
    site_stop(&s);
    expect(rmdir(folder) == 0); // the file had no name
}

TEST(a_page_that_can_have_no_file_is_sent_from_memory)
{
    struct site s = { .app = { .data_dir = "/nowhere/at/all" } };
    begin(&s, "");
    want(&s, "/r/long");
    improve(&s);
    expect(filed(&s) == 0);
    expect(shows(client_get(&s, "/r/long", ""), "long - 0 line "));
    expect(runs == 1);
    site_stop(&s);
}

TEST(only_so_many_pages_are_sent_from_files)
{
    char folder[] = "/tmp/diurnal-page-XXXXXX";
    expect(mkdtemp(folder));
    struct site s = { .app = { .data_dir = folder } };
    begin(&s, "[limits]\npages_burst = 100000\n");
    for (int i = 0; i < 100; i++)
        want(&s, str_z(&s.arena, str_print(&s.arena, "/r/long-%d", i)));
    improve(&s);
    expect(filed(&s) > 32 && filed(&s) <= 64); // four in each of sixteen shards
    site_stop(&s);
    expect(rmdir(folder) == 0);
}
