#include "outgoing/fetch.h"
#include "base/buf.h"
#include "base/check.h"
#include "outgoing/address.h"

#include <curl/curl.h>
#include <string.h>
#include <unistd.h>

/* One request under way. */
struct fetching {
    const struct fetch_request *q;
    CURL *curl;
    struct curl_slist *headers;
    struct buf body;
    size_t head;  /* bytes of it so far */
    bool refused; /* an address was not public */
};

static void fetching_end(struct fetching *f)
{
    curl_easy_cleanup(f->curl);
    curl_slist_free_all(f->headers);
    buf_free(&f->body);
}

/* ---- what libcurl asks ---- */

/* Every connection passes here with the very address it is made to. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct fetching *f = arg;
    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    if (!f->q->allow_private && !address_public(&address->addr)) {
        f->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct fetching *f = arg;
    buf_put(&f->body, (struct str){ bytes, size * count });
    return buf_full(&f->body) ? 0 : size * count;
}

/* libcurl keeps every header it is sent: a head without end must not fill the memory. */
static size_t count_head(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    struct fetching *f = arg;
    f->head += size * count;
    return f->head > FETCH_HEAD_MAX ? 0 : size * count;
}

static int ask_whether_to_go_on(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a; // how far it is, four times
    (void)b;
    (void)c;
    (void)d;
    const struct fetching *f = arg;
    return f->q->give_up && f->q->give_up(f->q->arg) ? 1 : 0;
}

/* ---- the request ---- */

static void set_text(CURL *curl, CURLoption option, struct str text, struct arena *a)
{
    check(curl_easy_setopt(curl, option, str_z(a, text)) == CURLE_OK);
}

static void set_long(CURL *curl, CURLoption option, long value)
{
    check(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

static bool plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < ' ' || s.s[i] > '~')
            return false;
    return true;
}

static bool part_empty(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    CURLUcode c = curl_url_get(u, part, &text, 0);
    curl_free(text);
    return c != CURLUE_OK;
}

/* By libcurl's own parser, so that no two opinions exist of what an address means. */
bool fetch_url_good(struct str url, struct arena *a)
{
    if (!url.n || url.n > FETCH_URL_MAX || !plain(url) || str_has(url, ' '))
        return false;
    CURLU *u = curl_url();
    check(u);
    char *scheme = NULL;
    bool good = curl_url_set(u, CURLUPART_URL, str_z(a, url), 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                part_empty(u, CURLUPART_USER) && part_empty(u, CURLUPART_PASSWORD) &&
                !part_empty(u, CURLUPART_HOST);
    struct str s = str_from_z(scheme);
    good = good && (str_eq(s, S("http")) || str_eq(s, S("https")));
    curl_free(scheme);
    curl_url_cleanup(u);
    return good;
}

static void add_header(struct fetching *f, struct str line, struct arena *a)
{
    struct curl_slist *longer = curl_slist_append(f->headers, str_z(a, line));
    check(longer);
    f->headers = longer;
}

static void set_headers(struct fetching *f, struct arena *a)
{
    const struct fetch_request *q = f->q;
    check(q->header_count <= FETCH_HEADERS_MAX);
    for (size_t i = 0; i < q->header_count; i++) {
        const struct fetch_header *h = &q->headers[i];
        check(h->name.n && h->value.n && plain(h->name) && plain(h->value));
        check(!str_has(h->name, ':') && !str_has(h->name, ' '));
        add_header(f, str_print(a, STR_FMT ": " STR_FMT, STR_ARG(h->name), STR_ARG(h->value)), a);
    }
    add_header(f, S("Expect:"), a); // no waiting for 100 Continue
    check(curl_easy_setopt(f->curl, CURLOPT_HTTPHEADER, f->headers) == CURLE_OK);
}

static void set_request(struct fetching *f, struct arena *a)
{
    const struct fetch_request *q = f->q;
    set_text(f->curl, CURLOPT_URL, q->url, a);
    set_text(f->curl, CURLOPT_PROTOCOLS_STR, S("http,https"), a);
    set_text(f->curl, CURLOPT_USERAGENT, S("Diurnal"), a);
    set_text(f->curl, CURLOPT_PROXY, S(""), a); // none from the environment
    if (q->ca_file.n)
        set_text(f->curl, CURLOPT_CAINFO, q->ca_file, a);
    set_long(f->curl, CURLOPT_FOLLOWLOCATION, 0);
    set_long(f->curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(f->curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_long(f->curl, CURLOPT_TIMEOUT_MS, q->timeout_ms);
    set_long(f->curl, CURLOPT_NOSIGNAL, 1);
    if (!q->post)
        return;
    set_long(f->curl, CURLOPT_POST, 1);
    check(curl_easy_setopt(f->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n) ==
          CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_POSTFIELDS, q->body.n ? q->body.s : "") == CURLE_OK);
}

static void set_callbacks(struct fetching *f)
{
    check(curl_easy_setopt(f->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_OPENSOCKETDATA, f) == CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, f) == CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_HEADERFUNCTION, count_head) == CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_HEADERDATA, f) == CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_XFERINFOFUNCTION, ask_whether_to_go_on) == CURLE_OK);
    check(curl_easy_setopt(f->curl, CURLOPT_XFERINFODATA, f) == CURLE_OK);
    set_long(f->curl, CURLOPT_NOPROGRESS, 0);
}

/* ---- the answer ---- */

static void fill(const struct fetching *f, struct arena *a, struct fetch_answer *ret)
{
    long status = 0;
    curl_off_t wait = 0;
    char *type = NULL;
    check(curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
    check(curl_easy_getinfo(f->curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK);
    check(curl_easy_getinfo(f->curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK);
    *ret = (struct fetch_answer){ .status = (int)status,
                                  .type = str_copy(a, str_from_z(type)),
                                  .retry_after = wait,
                                  .body = buf_copy(&f->body, a) };
}

static err refusal_of(const struct fetching *f, CURLcode c)
{
    if (buf_full(&f->body) || f->head > FETCH_HEAD_MAX)
        return FETCH_TOO_LARGE;
    if (c == CURLE_ABORTED_BY_CALLBACK)
        return FETCH_GIVEN_UP;
    if (c == CURLE_OPERATION_TIMEDOUT)
        return FETCH_TIMEOUT;
    if (c == CURLE_COULDNT_CONNECT && f->refused)
        return FETCH_PRIVATE;
    if (c == CURLE_COULDNT_RESOLVE_HOST || c == CURLE_COULDNT_CONNECT ||
        c == CURLE_SSL_CONNECT_ERROR || c == CURLE_PEER_FAILED_VERIFICATION)
        return FETCH_UNREACHABLE;
    return FETCH_BROKEN;
}

err fetch(const struct fetch_request *q, struct arena *a, struct fetch_answer *ret)
{
    check(q->answer_max && q->answer_max <= FETCH_ANSWER_MAX && q->timeout_ms > 0);
    if (!fetch_url_good(q->url, a))
        return FETCH_WRONG_URL;
    if (q->give_up && q->give_up(q->arg))
        return FETCH_GIVEN_UP;
    struct fetching f CLEANUP(fetching_end) = { .q = q, .curl = curl_easy_init() };
    check(f.curl);
    f.body = buf_make(q->answer_max);
    set_callbacks(&f);
    set_request(&f, a);
    set_headers(&f, a);
    CURLcode c = curl_easy_perform(f.curl);
    if (c != CURLE_OK)
        return refusal_of(&f, c);
    fill(&f, a, ret);
    return OK;
}

const char *fetch_refusal(err refusal)
{
    switch (refusal) {
    case FETCH_WRONG_URL: return "not an address that can be asked: http or https, without a user";
    case FETCH_PRIVATE:
        return "its address is a private one, which the configuration does not allow";
    case FETCH_UNREACHABLE: return "no connection to it, or no certificate that is trusted";
    case FETCH_TIMEOUT: return "it did not answer in time";
    case FETCH_TOO_LARGE: return "its answer is too long";
    case FETCH_BROKEN: return "what came back is not HTTP, or ended early";
    case FETCH_GIVEN_UP: return "it was broken off, for this program ends";
    default: return "it failed";
    }
}
