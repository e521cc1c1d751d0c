#include "unit/fake_node.h"
#include "base/buf.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/chain_transaction.h"
#include "unit/test.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 8 << 20, REQUEST_MAX = 8192 };

/* What stands in a request between `before` and the next one of `end`. */
static struct str between(struct str s, const char *before, char end)
{
    size_t at = 0;
    struct str found = { 0 };
    struct str rest = { 0 };
    if (!str_find(s, str_from_z(before), &at))
        return found;
    s = str_sub(s, at + strlen(before), s.n);
    return str_cut(s, end, &found, &rest) ? found : s;
}

static void put_error(struct buf *out, int code)
{
    buf_print(out, "{\"result\":null,\"error\":{\"code\":%d,\"message\":\"no\"},\"id\":1}", code);
}

static void put_count(struct fake_node *n, struct buf *out)
{
    if (n->lie == FAKE_NO_COUNT)
        put_error(out, -1);
    else if (n->lie == FAKE_COUNT_TEXT)
        buf_print(out, "{\"result\":\"%" PRId64 "\",\"error\":null,\"id\":1}", n->count - 1);
    else
        buf_print(out, "{\"result\":%" PRId64 ",\"error\":null,\"id\":1}",
                  n->count - (n->lie == FAKE_COUNT_HIGH ? 0 : 1));
}

static void put_text(struct buf *out, struct str text)
{
    buf_put(out, S("{\"result\":\""));
    buf_put(out, text);
    buf_put(out, S("\",\"error\":null,\"id\":1}"));
}

static void put_hash(struct fake_node *n, struct str params, struct arena *a, struct buf *out)
{
    int64_t height = 0;
    expect(int_parse(params, 0, INT32_MAX, &height));
    if (n->lie == FAKE_HASH_ERROR)
        put_error(out, -1);
    else if (n->lie == FAKE_HASH_SHORT)
        put_text(out, S("00ff"));
    else if (height >= n->count)
        put_error(out, -8);
    else if (n->lie == FAKE_ORPHAN && height == n->count - 1)
        put_text(out, chain_hash_print(a, n->orphan.hash));
    else
        put_text(out,
                 chain_hash_print(a, n->chain[height + (n->lie == FAKE_NETWORK && !height)].hash));
}

static struct str hex_of(struct fake_node *n, int64_t height, struct arena *a)
{
    struct str bytes = n->chain[height].bytes;
    if (n->lie == FAKE_OTHER_BLOCK)
        bytes = n->chain[height - 1].bytes;
    if (n->lie == FAKE_CUT)
        bytes.n--;
    char *copy = arena_new(a, char, bytes.n);
    memcpy(copy, bytes.s, bytes.n);
    if (n->lie == FAKE_TAMPERED)
        copy[bytes.n - 1] ^= 1;
    if (n->lie == FAKE_WORTHLESS)
        copy[75] = 3; // the header's bits: a target that no block reaches
    struct str hex = hex_print(a, (struct str){ copy, bytes.n });
    return n->lie == FAKE_NOT_HEX ? str_print(a, "zz" STR_FMT, STR_ARG(hex)) : hex;
}

static void put_block(struct fake_node *n, struct str text, struct arena *a, struct buf *out)
{
    uint8_t hash[CHAIN_HASH] = { 0 };
    expect(chain_hash_parse(text, hash));
    n->asked++;
    if (n->lie == FAKE_NO_BLOCK) {
        put_error(out, -5);
        return;
    }
    if (n->lie == FAKE_ORPHAN && !memcmp(n->orphan.hash, hash, CHAIN_HASH)) {
        put_text(out, hex_print(a, n->orphan.bytes));
        return;
    }
    for (int64_t i = 0; i < n->count; i++)
        if (!memcmp(n->chain[i].hash, hash, CHAIN_HASH)) {
            put_text(out, hex_of(n, i, a));
            return;
        }
    put_error(out, -5);
}

static struct str txid_of(struct str bytes, struct arena *a)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct chain_transaction t;
    expect(chain_transaction_take(&bytes, chain_find(CHAIN_BITCOIN, S("regtest")), &h, &t) == OK);
    return chain_hash_print(a, t.txid);
}

static void put_mempool(struct fake_node *n, struct arena *a, struct buf *out)
{
    if (n->lie == FAKE_NO_MEMPOOL) {
        put_error(out, -32601);
        return;
    }
    buf_put(out, S("{\"result\":["));
    for (size_t i = 0; i < n->mempool_count; i++)
        buf_print(out, "%s\"" STR_FMT "\"", i ? "," : "", STR_ARG(txid_of(n->mempool[i], a)));
    if (n->lie == FAKE_POOL_SHORT)
        buf_print(out, "%s\"00ff\"", n->mempool_count ? "," : "");
    buf_put(out, S("],\"error\":null,\"id\":1}"));
}

static void put_transaction(struct fake_node *n, struct str text, struct arena *a, struct buf *out)
{
    for (size_t i = 0; i < n->mempool_count; i++) {
        struct str bytes = n->mempool[n->lie == FAKE_POOL_OTHER ? 0 : i];
        if (!str_eq(txid_of(n->mempool[i], a), text))
            continue;
        bytes.n -= n->lie == FAKE_POOL_CUT;
        n->mempool_asked++;
        put_text(out, hex_print(a, bytes));
        return;
    }
    put_error(out, -5);
}

static void answer(struct fake_node *n, struct str request, struct arena *a, struct buf *out)
{
    struct str method = between(request, "\"method\":\"", '"');
    if (n->asked_for && str_eq(method, str_from_z(n->asked_for)))
        buf_print(out, "{\"result\":%s,\"error\":null,\"id\":1}", n->result);
    else if (str_eq(method, S("getblockcount")))
        put_count(n, out);
    else if (str_eq(method, S("getblockhash")))
        put_hash(n, between(request, "\"params\":[", ']'), a, out);
    else if (str_eq(method, S("getblock")))
        put_block(n, between(request, "\"params\":[\"", '"'), a, out);
    else if (str_eq(method, S("getrawmempool")))
        put_mempool(n, a, out);
    else if (str_eq(method, S("getrawtransaction")))
        put_transaction(n, between(request, "\"params\":[\"", '"'), a, out);
    else
        put_error(out, -32601);
}

static bool say(int client, struct str s)
{
    while (s.n) {
        ssize_t n = send(client, s.s, s.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = str_sub(s, (size_t)n, s.n);
    }
    return true;
}

static void converse(struct fake_node *n, int client)
{
    char request[REQUEST_MAX];
    size_t heard = 0;
    size_t at = 0;
    struct arena a;
    while (!str_find((struct str){ request, heard }, S("]}"), &at)) {
        ssize_t more = read(client, request + heard, sizeof request - heard);
        if (more <= 0)
            return;
        heard += (size_t)more;
    }
    arena_init(&a, ANSWER_MAX);
    struct buf body CLEANUP(buf_free) = buf_make(ANSWER_MAX);
    pthread_mutex_lock(&n->lock);
    if (n->lie != FAKE_SILENT)
        answer(n, (struct str){ request, heard }, &a, &body);
    pthread_mutex_unlock(&n->lock);
    if (buf_str(&body).n && say(client, S("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                          "Connection: close\r\n\r\n")))
        (void)say(client, buf_str(&body)); // a client that has left hears nothing
    arena_free(&a);
}

static void *serve(void *arg)
{
    struct fake_node *n = arg;
    for (;;) {
        int client = accept(n->listener, NULL, NULL);
        if (client < 0)
            return NULL;
        converse(n, client);
        close(client);
    }
}

void fake_node_start(struct fake_node *n)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof in;
    n->listener = socket(AF_INET, SOCK_STREAM, 0);
    expect(n->listener >= 0);
    expect(bind(n->listener, (struct sockaddr *)&in, sizeof in) == 0);
    expect(listen(n->listener, 16) == 0);
    expect(getsockname(n->listener, (struct sockaddr *)&in, &size) == 0);
    n->port = ntohs(in.sin_port);
    expect(pthread_mutex_init(&n->lock, NULL) == 0);
    expect(pthread_create(&n->thread, NULL, serve, n) == 0);
}

void fake_node_end(struct fake_node *n)
{
    shutdown(n->listener, SHUT_RDWR);
    expect(pthread_join(n->thread, NULL) == 0);
    close(n->listener);
}

void fake_node_say(struct fake_node *n, const char *method, const char *result)
{
    pthread_mutex_lock(&n->lock);
    n->asked_for = method;
    n->result = result;
    pthread_mutex_unlock(&n->lock);
}

void fake_node_lie(struct fake_node *n, enum fake_lie lie)
{
    pthread_mutex_lock(&n->lock);
    n->lie = lie;
    pthread_mutex_unlock(&n->lock);
}
