/* Without these tests slow clients could hold the server, a stop could lose an answer that was
 * under way, and nobody could see how it is. */
#include "http/engine.h"
#include "http/error.h"
#include "unit/http_routes.h"
#include "unit/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static sem_t begun, go;
static atomic_int answered;

static void wait_for(sem_t *s)
{
    while (sem_wait(s) != 0)
        continue;
}

static err slow(struct request *r, struct response *ret)
{
    (void)r;
    sem_post(&begun);
    wait_for(&go);
    ret->body = S("at last");
    return OK;
}

static err quick(struct request *r, struct response *ret)
{
    (void)r;
    ret->body = S("ok");
    return OK;
}

static err kept(struct request *r, struct response *ret)
{
    request_topic(r, "kept");
    ret->cache = CACHE_SHARED;
    ret->body = S("kept");
    return OK;
}

static const struct route routes[] = {
    { .pattern = "/slow/{n}", .run = slow },
    { .pattern = "/quick", .run = quick },
    { .pattern = "/other", .run = quick },
    { .pattern = "/kept/{slug}", .run = kept },
    { .pattern = "/post",
      .run = quick,
      .method = HTTP_POST,
      .guard = GUARD_FORM,
      .body = BODY_FORM },
    { .pattern = "/json",
      .run = quick,
      .method = HTTP_POST,
      .guard = GUARD_API,
      .body = BODY_JSON },
};

static void begin(struct site *s, const char *config)
{
    expect(sem_init(&begun, 0, 0) == 0 && sem_init(&go, 0, 0) == 0);
    site_start(s, routes, COUNT(routes), config);
}

/* Sends a byte every so often until the server hangs up; returns the microseconds that took. */
static int64_t drip(int fd, const char *first, const char *bytes)
{
    int64_t start = clock_monotonic();
    client_send(fd, str_from_z(first));
    for (size_t i = 0; clock_monotonic() - start < 8 * SECOND; i++) {
        struct str one = { bytes + i % strlen(bytes), 1 };
        if (send(fd, one.s, one.n, MSG_NOSIGNAL) < 0)
            break;
        char c = 0;
        usleep(50000); // the pace of the client that is tested
        if (recv(fd, &c, 1, MSG_DONTWAIT) == 0)
            break;
    }
    return clock_monotonic() - start;
}

TEST(a_client_that_drips_is_cut_off_at_each_step)
{
    static const struct {
        const char *first, *then;
    } cases[] = {
        { "G", "E" },
        { "GET /quick HTTP/1.1\r\nHost: site.test\r\n", "a" },
        { "POST /post HTTP/1.1\r\nHost: site.test\r\n" FORM "Content-Length: 10000\r\n\r\n", "a" },
    };
    struct site s = { 0 };
    begin(&s,
          "[limits]\nidle_seconds = 1\nhead_seconds = 1\nbody_seconds = 1\nform_bytes = 10000\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        int fd = client_connect(&s);
        int64_t took = drip(fd, cases[i].first, cases[i].then);
        expect(took > SECOND / 2 && took < 4 * SECOND);
        close(fd);
    }
    site_stop(&s);
}

TEST(a_connection_without_requests_is_closed_and_one_with_them_is_not)
{
    struct site s = { 0 };
    begin(&s, "[limits]\nidle_seconds = 1\n");
    int idle = client_connect(&s);
    int used = client_connect(&s);
    for (int i = 0; i < 12; i++) {
        client_send(used, S("GET /quick HTTP/1.1\r\n" HOST "\r\n"));
        expect(client_read(&s, used, false).status == 200);
        usleep(150000); // less than the limit, many times
    }
    expect(client_ended(idle));
    expect(client_ended(used));
    close(idle);
    close(used);
    site_stop(&s);
}

TEST(when_the_queue_is_full_the_next_is_told_to_come_again)
{
    struct site s = { 0 };
    begin(&s, "[server]\nworkers = 1\nqueue = 1\n");
    int running = client_connect(&s);
    client_send(running, S("GET /slow/1 HTTP/1.1\r\n" HOST "\r\n"));
    wait_for(&begun);
    int waiting = client_connect(&s);
    client_send(waiting, S("GET /quick HTTP/1.1\r\n" HOST "\r\n"));
    while (workers_look(s.server->workers).waiting < 1)
        usleep(1000);
    struct reply_seen seen = client_get(&s, "/other", "");
    expect(seen.status == 503);
    expect_str(seen_header(seen, "Retry-After"), S("1"));
    expect(seen_header(seen, "Content-Security-Policy").n);
    expect(client_get(&s, "/healthz", "").status == 503);
    // A page of the cache needs no worker; one that is not there does.
    expect(client_get(&s, "/kept/a", "").status == 503);
    sem_post(&go);
    expect_str(client_read(&s, running, false).body, S("at last"));
    expect_str(client_read(&s, waiting, false).body, S("ok"));
    expect_str(client_get(&s, "/kept/a", "").body, S("kept"));
    expect_str(client_get(&s, "/healthz", "").body, S("ok\n"));
    expect_str(client_get(&s, "/healthz", "Cookie: fresh=1\r\n").body, S("ok\n"));
    close(running);
    close(waiting);
    site_stop(&s);
}

TEST(workers_come_when_needed_and_go_when_idle)
{
    struct site s = { 0 };
    int fds[10];
    begin(&s, "[server]\nworker_idle_seconds = 1\n");
    expect(workers_look(s.server->workers).threads == 0);
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = client_connect(&s);
        client_send(fds[i], str_print(&s.arena, "GET /slow/%zu HTTP/1.1\r\n" HOST "\r\n", i));
    }
    for (size_t i = 0; i < COUNT(fds); i++)
        wait_for(&begun);
    expect(workers_look(s.server->workers).busy == COUNT(fds));
    for (size_t i = 0; i < COUNT(fds); i++)
        sem_post(&go);
    for (size_t i = 0; i < COUNT(fds); i++) {
        expect(client_read(&s, fds[i], false).status == 200);
        close(fds[i]);
    }
    while (workers_look(s.server->workers).threads > 0)
        usleep(10000);
    expect(client_get(&s, "/quick", "").status == 200);
    site_stop(&s);
}

TEST(the_bodies_of_all_clients_together_are_bounded)
{
    struct site s = { 0 };
    begin(&s, "[limits]\nbodies_mb = 1\njson_bytes = 1000000\n");
    char *z = arena_new(&s.arena, char, 1000000);
    memset(z, ' ', 1000000);
    int first = client_connect(&s);
    client_send(first, S("POST /json HTTP/1.1\r\n" HOST JSON "Content-Length: 1000000\r\n\r\n"));
    client_send(first, (struct str){ z, 900000 });
    while (atomic_load(&s.server->bodies) < 900000 - 16384) // all of it is there
        usleep(1000);
    struct reply_seen seen = client_post(&s, "/json", JSON, (struct str){ z, 900000 });
    expect(seen.status == 503);
    expect_str(seen.body, S(ERROR_BUSY_NOW));
    expect(client_post(&s, "/post", FORM, S("a=b")).status == 200); // small ones always pass
    while (atomic_load(&s.server->bodies) > 900000) // the second's are given back when it is over
        usleep(1000);
    client_send(first, (struct str){ z, 100000 });
    expect(client_read(&s, first, false).status == 200);
    close(first);
    while (atomic_load(&s.server->bodies) > 0) // the first's are given back when it is over
        usleep(1000);
    expect(client_post(&s, "/json", JSON, (struct str){ z, 900000 }).status == 200);
    site_stop(&s);
}

struct visitor {
    struct site *site;
    pthread_t thread;
    const char *path;
    int requests;
};

/* Asks again and again on one connection until it ends or all is asked; counts whole answers. */
static void *visit(void *arg)
{
    struct visitor *v = arg;
    struct site own = { .server = v->site->server, .listen = v->site->listen };
    arena_init(&own.arena, 64 << 20);
    int fd = client_connect(&own);
    for (int i = 0; i < v->requests; i++) {
        client_send(fd, str_print(&own.arena, "GET %s%d HTTP/1.1\r\n" HOST "\r\n", v->path, i % 3));
        struct reply_seen seen = client_read(&own, fd, false);
        if (seen.status == 0)
            break;
        expect(seen.status == 200 && str_eq(seen.body, S("kept")));
        atomic_fetch_add(&answered, 1);
    }
    close(fd);
    arena_free(&own.arena);
    return NULL;
}

static void visit_begin(struct visitor *v, struct site *s, int requests)
{
    *v = (struct visitor){ .site = s, .path = "/kept/", .requests = requests };
    expect(pthread_create(&v->thread, NULL, visit, v) == 0);
}

TEST(two_hundred_clients_at_once_are_served)
{
    enum { MANY = 200, REQUESTS = 10 };
    struct site s = { 0 };
    struct visitor v[MANY];
    begin(&s, "[limits]\npages_burst = 100000\n");
    for (int i = 0; i < MANY; i++)
        visit_begin(&v[i], &s, REQUESTS);
    for (int i = 0; i < MANY; i++)
        expect(pthread_join(v[i].thread, NULL) == 0);
    expect(atomic_load(&answered) == MANY * REQUESTS);
    site_stop(&s);
}

static void *keep_moving(void *arg)
{
    struct site *s = arg;
    while (atomic_load(&answered) < 300)
        server_topic_moved(s->server, S("kept"));
    return NULL;
}

TEST(a_stop_under_load_is_clean)
{
    enum { MANY = 30 };
    struct site s = { 0 };
    struct visitor v[MANY];
    pthread_t mover;
    begin(&s, "[limits]\npages_burst = 1000000\nrenders_burst = 1000\n");
    expect(pthread_create(&mover, NULL, keep_moving, &s) == 0);
    for (int i = 0; i < MANY; i++)
        visit_begin(&v[i], &s, 1000000);
    expect(pthread_join(mover, NULL) == 0);
    int64_t start = clock_monotonic();
    expect(server_stop(s.server, 5 * SECOND));
    expect(clock_monotonic() - start < 5 * SECOND);
    for (int i = 0; i < MANY; i++)
        expect(pthread_join(v[i].thread, NULL) == 0);
    config_free(s.configs[0]);
    arena_free(&s.arena);
}

static void *let_go(void *arg)
{
    struct site *s = arg;
    while (!atomic_load(&s->server->stopping))
        usleep(1000);
    usleep(50000); // the stop is well under way
    sem_post(&go);
    return NULL;
}

TEST(what_is_under_way_when_the_server_stops_gets_its_answer)
{
    struct site s = { 0 };
    pthread_t helper;
    begin(&s, "");
    int idle = client_connect(&s);
    int fd = client_connect(&s);
    client_send(fd, S("GET /slow/1 HTTP/1.1\r\n" HOST "\r\n"));
    wait_for(&begun);
    expect(pthread_create(&helper, NULL, let_go, &s) == 0);
    expect(server_stop(s.server, 4 * SECOND));
    expect(pthread_join(helper, NULL) == 0);
    expect_str(client_read(&s, fd, false).body, S("at last"));
    expect(client_ended(fd) && client_ended(idle));
    close(fd);
    close(idle);
    config_free(s.configs[0]);
    arena_free(&s.arena);
}

TEST(a_handler_that_never_ends_is_told_not_freed)
{
    struct site s = { 0 };
    begin(&s, "");
    int fd = client_connect(&s);
    client_send(fd, S("GET /slow/1 HTTP/1.1\r\n" HOST "\r\n"));
    wait_for(&begun);
    int64_t start = clock_monotonic();
    expect(!server_stop(s.server, SECOND));
    expect(clock_monotonic() - start < 4 * SECOND);
    _exit(0); // as main does then
}

TEST(a_unix_socket_is_for_its_group_and_a_dead_one_is_no_obstacle)
{
    char folder[] = "/tmp/diurnal-http-XXXXXX";
    expect(mkdtemp(folder));
    struct arena a;
    arena_init(&a, 1 << 16);
    struct str path = str_print(&a, "%s/http.sock", folder);
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    memcpy(to.sun_path, path.s, path.n);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    expect(dead >= 0 && bind(dead, (const struct sockaddr *)&to, sizeof to) == 0);
    close(dead);

    struct site s = { .listen = str_print(&a, "unix:" STR_FMT, STR_ARG(path)) };
    begin(&s, "[server]\nproxies = unix\n");
    struct stat st;
    expect(stat(to.sun_path, &st) == 0 && (st.st_mode & 0777) == 0660);
    expect(server_port(s.server) == 0);
    expect_str(client_get(&s, "/quick", "").body, S("ok"));
    // One that answers is not pushed aside.
    struct server *second = NULL;
    struct server_options o = s.server->o;
    expect(server_start(&o, &second) == SERVER_ADDRESS_USED);
    expect_str(client_get(&s, "/quick", "").body, S("ok"));
    site_stop(&s);
    expect(stat(to.sun_path, &st) != 0);
    expect(rmdir(folder) == 0);
    arena_free(&a);
}

TEST(addresses_that_cannot_be_listened_on_are_refused)
{
    struct site s = { 0 };
    begin(&s, "");
    struct server *second = NULL;
    struct server_options o = s.server->o;
    const char *wrong[] = { "",
                            "8080",
                            "127.0.0.1",
                            "127.0.0.1:",
                            "127.0.0.1:65536",
                            "host:80",
                            "[::1",
                            "[::1]80",
                            "127.0.0.1:-1",
                            "192.0.2.1:80",
                            "unix:",
                            "unix:/nowhere/at/all.sock" };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        o.listen = str_from_z(wrong[i]);
        expect(server_start(&o, &second) == SERVER_ADDRESS_WRONG);
    }
    o.listen = str_print(&s.arena, "127.0.0.1:%d", server_port(s.server));
    expect(server_start(&o, &second) == SERVER_ADDRESS_USED);
    site_stop(&s);
}

TEST(a_configuration_that_is_wrong_is_said_to_be)
{
    static const char *const wrong[] = {
        "[site]\nurl = site.test\n",        "[site]\nurl = https://\n",
        "[site]\nurl = https://a/b\n",      "[site]\nurl = ftp://a\n",
        "[server]\nproxies = 10.0.0.1/8\n",
    };
    struct site s = { 0 };
    begin(&s, "");
    struct str why = { 0 };
    expect(server_config_check(s.setup.config, &s.arena, &why));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        site_configure(&s, wrong[i]);
        why = S("");
        expect(!server_config_check(s.setup.config, &s.arena, &why) && why.n);
    }
    // A reload with it changes nothing.
    server_reload(s.server);
    expect_str(client_get(&s, "/quick", "").body, S("ok"));
    site_stop(&s);
}

TEST(a_reload_changes_limits_for_the_next_request)
{
    struct site s = { 0 };
    begin(&s, "");
    int fd = client_connect(&s);
    struct str post = S("POST /post HTTP/1.1\r\n" HOST FORM "Content-Length: 5000\r\n\r\n");
    char body[5000];
    memset(body, 'a', sizeof body);
    client_send(fd, post);
    client_send(fd, (struct str){ body, sizeof body });
    expect(client_read(&s, fd, false).status == 200);
    site_configure(&s, "[limits]\nform_bytes = 4096\n");
    server_reload(s.server);
    client_send(fd, post);
    client_send(fd, (struct str){ body, sizeof body });
    expect(client_read(&s, fd, false).status == 413);
    close(fd);
    site_stop(&s);
}

static struct str read_log(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = arena_new(a, char, 10000);
    size_t n = f ? fread(text, 1, 10000, f) : 0;
    if (f)
        fclose(f);
    return (struct str){ text, n };
}

TEST(the_access_log_has_one_line_a_request_and_nobody_in_it)
{
    char path[] = "/tmp/diurnal-log-XXXXXX";
    char moved[] = "/tmp/diurnal-old-XXXXXX";
    expect(mkstemp(path) >= 0 && mkstemp(moved) >= 0);
    struct site s = { 0 };
    struct arena a;
    arena_init(&a, 1 << 20);
    begin(&s, str_z(&a, str_print(&a, "[server]\naccess_log = %s\n", path)));
    (void)client_get(&s, "/kept/secret?q=secret", "Cookie: c=secret\r\nUser-Agent: secret\r\n");
    (void)client_get(&s, "/kept/secret", "");
    (void)client_get(&s, "/secret", "");
    expect(rename(path, moved) == 0);
    server_reload(s.server);
    (void)client_post(&s, "/post", FORM, S("a=secret"));
    site_stop(&s);
    struct str log = read_log(&a, moved);
    struct str later = read_log(&a, path);
    size_t at = 0;
    // A request is logged when it is over, which may be after its client has the answer: those
    // before the reload may stand in either file.
    struct str both = str_print(&a, STR_FMT STR_FMT, STR_ARG(log), STR_ARG(later));
    expect(str_find(both, S(" method=GET route=/kept/{slug} status=200 bytes=4 ms="), &at));
    expect(str_find(both, S(" cache=miss\n"), &at) && str_find(both, S(" cache=hit\n"), &at));
    struct str last = S(" method=GET route=- status=404 ");
    expect(str_find(log, last, &at) || str_find(later, last, &at));
    expect(str_starts(log, S("time=20")));
    expect(str_find(later, S(" method=POST route=/post status=200 bytes=2 "), &at));
    expect(!str_find(log, S("secret"), &at) && !str_find(log, S("127.0.0.1"), &at));
    expect(!str_find(later, S("secret"), &at));
    unlink(path);
    unlink(moved);
    arena_free(&a);
}

static struct reply_seen ask_unix(struct site *s, struct str listen, const char *request)
{
    struct site other = { .listen = listen };
    arena_init(&other.arena, 1 << 20);
    struct reply_seen seen = client_ask(&other, request);
    seen.body = str_copy(&s->arena, seen.body);
    arena_free(&other.arena);
    return seen;
}

TEST(metrics_count_what_was_answered)
{
    char where[64];
    int n = snprintf(where, sizeof where, "unix:/tmp/diurnal-metrics-%d.sock", (int)getpid());
    struct site s = { .metrics = { where, (size_t)n } };
    begin(&s, "");
    (void)client_get(&s, "/kept/a", "");
    (void)client_get(&s, "/kept/a", "");
    (void)client_get(&s, "/nowhere", "");
    struct reply_seen seen = { 0 };
    size_t at = 0;
    // The count comes when the last byte has gone out, which may be just after we read it.
    while (!str_find(seen.body, S("diurnal_request_seconds_count 3\n"), &at))
        seen = ask_unix(&s, s.metrics, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
    expect(str_find(seen.body, S("diurnal_requests_total{status=\"2xx\"} 2\n"), &at));
    expect(str_find(seen.body, S("diurnal_requests_total{status=\"4xx\"} 1\n"), &at));
    expect(str_find(seen.body, S("diurnal_cache_total{result=\"hit\"} 1\n"), &at));
    expect(str_find(seen.body, S("diurnal_cache_total{result=\"miss\"} 1\n"), &at));
    expect(str_find(seen.body, S("diurnal_request_seconds_count 3\n"), &at));
    expect(str_find(seen.body, S("diurnal_cache_pages 1\n"), &at));
    expect(ask_unix(&s, s.metrics, "GET /healthz HTTP/1.1\r\n" HOST "\r\n").status == 200);
    expect(ask_unix(&s, s.metrics, "GET /x HTTP/1.1\r\n" HOST "\r\n").status == 404);
    expect(ask_unix(&s, s.metrics, "PUT /metrics HTTP/1.1\r\n" HOST "\r\n").status == 405);
    expect(client_get(&s, "/metrics", "").status == 404); // not for everyone
    site_stop(&s);
}
