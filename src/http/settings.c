#include "http/settings.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/scan.h"
#include "http/http.h"
#include "http/route.h"
#include "http/server.h"
#include "http/url.h"

#include <stdlib.h>
#include <unistd.h>

/* For a connection besides the head: the library's notes on its fields, and the reply's head. It is
 * wiped after each request, so it costs time too. */
enum { POOL_MORE = 6144, ARENA_BYTES = 65536 };

CONFIG_TEXT(site_url_key, "site", "url", "", 500,
            "Where readers find the site, as in https://example.org: the only source of absolute "
            "links, and the only origin whose forms are taken. Empty: http://localhost:8080.");

CONFIG_INT(threads, "server", "threads", 0, 0, 64,
           "Event threads, which read requests and answer from the cache. 0: one a core.");
CONFIG_INT(workers, "server", "workers", 64, 1, 256,
           "Most worker threads, which run everything that is not in the cache.");
CONFIG_INT(worker_idle_seconds, "server", "worker_idle_seconds", 10, 1, 3600,
           "Seconds after which a worker with nothing to do ends.");
CONFIG_INT(queue, "server", "queue", 1024, 1, 100000,
           "Requests that may wait for a worker; more are answered 503.");
CONFIG_INT(connections, "server", "connections", 10000, 16, 1000000,
           "Connections open at once; more wait in the kernel. The limit on open files is raised "
           "as far as it goes, and lowers this.");
CONFIG_INT(live_connections, "server", "live_connections", 12000, 16, 1000000,
           "The same on the listener for live streams (--listen-live).");
CONFIG_INT(cache_mb, "server", "cache_mb", 64, 1, 65536, "Megabytes of pages kept in memory.");
CONFIG_INT(client_slots, "server", "client_slots", 65536, 1024, 16777216,
           "Clients and kinds of request whose limits are remembered at once, 16 bytes each.");
CONFIG_INT(streams, "server", "streams", 64, 1, 10000,
           "Long downloads at once, an eighth of them for one client; more are answered 503. Each "
           "may take half a megabyte.");
CONFIG_TEXT(proxies, "server", "proxies", "", 2000,
            "Addresses of our own proxies, whose X-Forwarded-For or Forwarded is believed: "
            "networks as in 10.0.0.0/8, and `unix` for whoever comes through the Unix socket.");
CONFIG_TEXT(access_log, "server", "access_log", "off", 1000,
            "One line a request: off, - (standard error) or a file, opened anew after SIGHUP.");

CONFIG_INT(head_bytes, "limits", "head_bytes", 8192, 2048, 65536,
           "Bytes of a request's first line and header fields together. Each connection has memory "
           "for them from the start of the server on.");
CONFIG_INT(target_bytes, "limits", "target_bytes", 4096, 512, TARGET_MAX,
           "Bytes of a request's address with its query.");
CONFIG_INT(headers, "limits", "headers", 100, 20, 200, "Header fields of a request.");
CONFIG_INT(cookies, "limits", "cookies", 50, 5, 200, "Cookies of a request.");
CONFIG_INT(query_params, "limits", "query_params", 30, 10, 200, "Parameters of a query.");
CONFIG_INT(fields, "limits", "fields", 100, 20, 1000, "Fields of a form.");
CONFIG_INT(uploads, "limits", "uploads", 10, 1, 100, "Files of a form.");
CONFIG_INT(form_bytes, "limits", "form_bytes", 131072, 4096, 16777216,
           "Bytes of a form as it is sent (percent-encoding triples most scripts).");
CONFIG_INT(json_bytes, "limits", "json_bytes", 131072, 4096, 16777216,
           "Bytes of a JSON body, that of a webhook that comes in included.");
CONFIG_INT(multipart_bytes, "limits", "multipart_bytes", 1048576, 4096, 268435456,
           "Bytes of a form with files, where its page does not have a limit of its own.");
CONFIG_INT(bodies_mb, "limits", "bodies_mb", 128, 1, 65536,
           "Megabytes of all bodies that are being received at once; more are answered 503.");
CONFIG_INT(request_memory_mb, "limits", "request_memory_mb", 16, 4, 1024,
           "Megabytes of memory that answering one request may take.");
CONFIG_INT(idle_seconds, "limits", "idle_seconds", 75, 1, 3600,
           "Seconds until the first line of a (next) request is there, or the connection closes. "
           "More than the 60 after which nginx lets go of its own, so that it never loses a post. "
           "When seven "
           "eighths of server.connections are taken, strangers' idle ones end after 2.");
CONFIG_INT(head_seconds, "limits", "head_seconds", 15, 1, 600,
           "Seconds from the first line of a request to the end of its header fields.");
CONFIG_INT(body_seconds, "limits", "body_seconds", 60, 1, 3600,
           "Seconds for a body, and one more for each 16 KB of it.");
CONFIG_INT(response_seconds, "limits", "response_seconds", 60, 1, 3600,
           "Seconds for taking a response, and one more for each 16 KB of it.");
CONFIG_INT(live_stall_seconds, "limits", "live_stall_seconds", 20, 1, 600,
           "Seconds for which a live stream's reader may take nothing of what was sent; it is then "
           "cut off, and asks again for what it missed.");
CONFIG_INT(fresh_seconds, "limits", "fresh_seconds", 60, 1, 3600,
           "Seconds for which pages bypass the cache for someone who just wrote.");
CONFIG_INT(renders_burst, "limits", "renders_burst", 4, 1, 1000,
           "Times in a row that a page which keeps changing is rendered anew at once; after that, "
           "once a second.");

CONFIG_INT(pages_rate, "limits", "pages_rate", 3000, 1, 1000000,
           "Pages a minute that one client may have rendered; those in the cache do not count.");
CONFIG_INT(pages_burst, "limits", "pages_burst", 200, 1, 1000000, "The same, all at once.");
CONFIG_INT(comments_rate, "limits", "comments_rate", 6, 1, 1000000,
           "Comments a minute from one client.");
CONFIG_INT(comments_burst, "limits", "comments_burst", 5, 1, 1000000, "The same, all at once.");
CONFIG_INT(votes_rate, "limits", "votes_rate", 30, 1, 1000000, "Votes a minute from one client.");
CONFIG_INT(votes_burst, "limits", "votes_burst", 20, 1, 1000000, "The same, all at once.");
CONFIG_INT(flags_rate, "limits", "flags_rate", 6, 1, 1000000,
           "Flags and appeals a minute from one client.");
CONFIG_INT(flags_burst, "limits", "flags_burst", 10, 1, 1000000, "The same, all at once.");
CONFIG_INT(sign_in_rate, "limits", "sign_in_rate", 10, 1, 1000000,
           "Attempts to sign in a minute from one client.");
CONFIG_INT(sign_in_burst, "limits", "sign_in_burst", 5, 1, 1000000, "The same, all at once.");
CONFIG_INT(desk_rate, "limits", "desk_rate", 1200, 1, 1000000,
           "Requests to the desk a minute from one client.");
CONFIG_INT(desk_burst, "limits", "desk_burst", 60, 1, 1000000, "The same, all at once.");
CONFIG_INT(addresses_rate, "limits", "addresses_rate", 1, 1, 1000000,
           "Own addresses of a wallet that one client may ask for in a minute.");
CONFIG_INT(addresses_burst, "limits", "addresses_burst", 3, 1, 1000000, "The same, all at once.");
CONFIG_INT(hooks_rate, "limits", "hooks_rate", 60, 1, 1000000,
           "Messages a minute from one client that only their provider can prove (PayPal's).");
CONFIG_INT(hooks_burst, "limits", "hooks_burst", 40, 1, 1000000, "The same, all at once.");

/* The host of "https://host:port": without scheme, port and brackets. */
static struct str url_host(struct str url)
{
    size_t at = 0;
    struct str host = str_find(url, S("://"), &at) ? str_sub(url, at + 3, url.n) : url;
    if (scan_char(&host, '['))
        return scan_until(&host, ']');
    return scan_until(&host, ':');
}

static bool is_loopback(struct str host)
{
    return str_eq(host, S("localhost")) || str_ends(host, S(".localhost")) ||
           str_starts(host, S("127.")) || str_eq(host, S("::1"));
}

/* "https://example.org" or "http://localhost:8080", and nothing behind but one slash. */
static bool url_valid(struct str url)
{
    struct str rest = url;
    if (!scan_text(&rest, S("https://")) && !scan_text(&rest, S("http://")))
        return false;
    return host_valid(rest) && url_host(url).n > 0;
}

static struct str without_slash(struct str url)
{
    return str_ends(url, S("/")) ? str_sub(url, 0, url.n - 1) : url;
}

struct str site_url(const struct config *c)
{
    struct str url = without_slash(config_text(c, &site_url_key));
    return url.n ? url : S("http://localhost:8080");
}

static struct rate read_rate(const struct config *c, const struct config_key *rate,
                             const struct config_key *burst)
{
    return (struct rate){ .per_minute = config_int(c, rate), .burst = config_int(c, burst) };
}

static size_t read_size(const struct config *c, const struct config_key *key)
{
    int64_t v = config_int(c, key);
    check(v >= 0);
    return (size_t)v;
}

static int64_t read_seconds(const struct config *c, const struct config_key *key)
{
    return config_int(c, key) * SECOND;
}

static void read_limits(struct settings *s, const struct config *c)
{
    s->rates[LIMIT_READ] = read_rate(c, &pages_rate, &pages_burst);
    s->rates[LIMIT_COMMENT] = read_rate(c, &comments_rate, &comments_burst);
    s->rates[LIMIT_VOTE] = read_rate(c, &votes_rate, &votes_burst);
    s->rates[LIMIT_FLAG] = read_rate(c, &flags_rate, &flags_burst);
    s->rates[LIMIT_SIGN_IN] = read_rate(c, &sign_in_rate, &sign_in_burst);
    s->rates[LIMIT_DESK] = read_rate(c, &desk_rate, &desk_burst);
    s->rates[LIMIT_ADDRESS] = read_rate(c, &addresses_rate, &addresses_burst);
    s->rates[LIMIT_HOOK] = read_rate(c, &hooks_rate, &hooks_burst);
    s->head_bytes = read_size(c, &head_bytes);
    s->target_bytes = read_size(c, &target_bytes);
    s->headers = read_size(c, &headers);
    s->cookies = read_size(c, &cookies);
    s->query_params = read_size(c, &query_params);
    s->fields = read_size(c, &fields);
    s->uploads = read_size(c, &uploads);
    s->form_bytes = read_size(c, &form_bytes);
    s->json_bytes = read_size(c, &json_bytes);
    s->multipart_bytes = read_size(c, &multipart_bytes);
    s->bodies_bytes = read_size(c, &bodies_mb) << 20;
    s->memory_bytes = read_size(c, &request_memory_mb) << 20;
    s->idle = read_seconds(c, &idle_seconds);
    s->head = read_seconds(c, &head_seconds);
    s->body = read_seconds(c, &body_seconds);
    s->response = read_seconds(c, &response_seconds);
    s->live_stall = read_seconds(c, &live_stall_seconds);
    s->fresh_seconds = config_int(c, &fresh_seconds);
    s->renders_burst = config_int(c, &renders_burst);
}

static err read_site(struct settings *s, const struct config *c, int port, struct arena *a,
                     struct str *ret_why)
{
    struct str url = str_copy(&s->arena, without_slash(config_text(c, &site_url_key)));
    s->configured = url.n > 0;
    s->origins = url;
    if (!s->configured)
        s->origins = str_print(&s->arena, "http://localhost:%d http://127.0.0.1:%d http://[::1]:%d",
                               port, port, port);
    s->https = str_starts(s->origins, S("https://"));
    s->secure = s->https || is_loopback(url_host(s->origins));
    if (s->configured && !url_valid(url)) {
        *ret_why = str_print(
            a, "site.url is \"" STR_FMT "\", which is not like https://example.org", STR_ARG(url));
        return SETTINGS_WRONG;
    }
    struct str networks = str_copy(&s->arena, config_text(c, &proxies));
    if (networks_parse(networks, &s->arena, &s->proxies)) {
        *ret_why = str_print(a,
                             "server.proxies is not a list of networks, as in "
                             "\"127.0.0.1, 10.0.0.0/8, unix\", of at most %d",
                             NETWORKS_MAX);
        return SETTINGS_WRONG;
    }
    return OK;
}

err settings_make(const struct config *c, int port, struct arena *a, struct settings **ret,
                  struct str *ret_why)
{
    struct settings *s = calloc(1, sizeof *s);
    check(s);
    atomic_init(&s->holders, 1);
    arena_init(&s->arena, ARENA_BYTES);
    read_limits(s, c);
    err e = read_site(s, c, port, a, ret_why);
    if (e) {
        settings_drop(s);
        return e;
    }
    *ret = s;
    return OK;
}

void settings_hold(struct settings *s)
{
    (void)atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
}

void settings_drop(struct settings *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->holders, 1, memory_order_acq_rel) != 1)
        return;
    arena_free(&s->arena);
    free(s);
}

bool server_config_check(const struct config *c, struct arena *a, struct str *ret_why)
{
    struct settings *s = NULL;
    if (settings_make(c, 0, a, &s, ret_why))
        return false;
    settings_drop(s);
    return true;
}

static unsigned read_count(const struct config *c, const struct config_key *key)
{
    int64_t v = config_int(c, key);
    check(v >= 0 && v <= INT32_MAX);
    return (unsigned)v;
}

struct shape shape_read(const struct config *c)
{
    struct shape s = {
        .threads = read_count(c, &threads),
        .workers = read_count(c, &workers),
        .queue = read_count(c, &queue),
        .connections = read_count(c, &connections),
        .streams = read_count(c, &streams),
        .live_connections = read_count(c, &live_connections),
        .worker_idle = read_seconds(c, &worker_idle_seconds),
        .cache_bytes = read_size(c, &cache_mb) << 20,
        .client_slots = read_size(c, &client_slots),
        .pool_bytes = read_size(c, &head_bytes) + POOL_MORE,
    };
    if (!s.threads) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        s.threads = cores >= 1 && cores <= 64 ? (unsigned)cores : 1;
    }
    return s;
}

struct str access_log_name(const struct config *c)
{
    return config_text(c, &access_log);
}
