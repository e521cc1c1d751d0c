#include "unit/ethereum_fake.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/scan.h"
#include "unit/test.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MOST = 1 << 20, REQUEST_MOST = 256 * 1024, BLOCK_SECONDS = 12 };

struct ethereum_address fake_address(const char *text)
{
    struct ethereum_address a = { 0 };
    expect(ethereum_read(str_from_z(text), &a));
    return a;
}

int fake_pay(struct fake_node *f, int64_t block, struct ethereum_address from,
             struct ethereum_address to, int128 value)
{
    expect(f->transaction_count < FAKE_TRANSACTIONS);
    f->transactions[f->transaction_count] =
        (struct fake_transaction){ .block = block, .from = from, .to = to, .value = value };
    return (int)f->transaction_count++;
}

int fake_token(struct fake_node *f, int64_t block, struct ethereum_address contract,
               struct ethereum_address from, struct ethereum_address to, int128 value)
{
    expect(f->log_count < FAKE_LOGS);
    f->logs[f->log_count] = (struct fake_log){
        .transaction = fake_pay(f, block, from, contract, 0),
        .contract = contract,
        .from = from,
        .to = to,
        .value = value,
    };
    return (int)f->log_count++;
}

struct str fake_hash(struct arena *a, int transaction)
{
    return str_print(a, "0x%064x", 0xaa0000 + transaction);
}

/* ---- the chain */

static int fork_of(const struct fake_node *f, int64_t block)
{
    return block >= f->fork_from ? f->fork : 0;
}

static bool is_in(const struct fake_node *f, size_t transaction, int64_t block)
{
    const struct fake_transaction *t = &f->transactions[transaction];
    return t->block == block && !(t->lost && t->lost == fork_of(f, block));
}

static void put_block_hash(struct buf *out, const struct fake_node *f, int64_t block)
{
    buf_print(out, "0x%056x%08" PRIx64, fork_of(f, block) + 1, (uint64_t)block);
}

static void put_units(struct buf *out, int128 v)
{
    char digits[33];
    size_t n = 0;
    do {
        digits[n++] = "0123456789abcdef"[(int)(v & 15)];
        v >>= 4;
    } while (v);
    buf_put(out, S("0x"));
    while (n)
        buf_put_char(out, digits[--n]);
}

static void put_address(struct buf *out, const struct ethereum_address *a)
{
    buf_put(out, S("\"0x"));
    for (size_t i = 0; i < sizeof a->bytes; i++)
        buf_print(out, "%02x", a->bytes[i]);
    buf_put_char(out, '"');
}

static void put_log(struct buf *out, const struct fake_node *f, size_t i, int64_t index,
                    struct arena *a)
{
    const struct fake_log *l = &f->logs[i];
    int64_t block = f->transactions[l->transaction].block;
    buf_put(out, S("{\"address\":"));
    put_address(out, &l->contract);
    buf_print(out, ",\"topics\":[\"" STR_FMT "\",\"" STR_FMT "\",\"" STR_FMT "\"],\"data\":\"",
              STR_ARG(erc20_transfer_topic), STR_ARG(ethereum_word(a, &l->from)),
              STR_ARG(ethereum_word(a, &l->to)));
    if (l->data)
        buf_put(out, str_from_z(l->data));
    else
        buf_print(out, "0x%032x%016" PRIx64 "%016" PRIx64, 0, (uint64_t)(l->value >> 64),
                  (uint64_t)l->value);
    buf_print(out,
              "\",\"blockNumber\":\"0x%" PRIx64 "\",\"transactionHash\":\"" STR_FMT
              "\",\"logIndex\":\"0x%" PRIx64 "\",\"removed\":false,\"blockHash\":\"",
              (uint64_t)block, STR_ARG(fake_hash(a, l->transaction)), (uint64_t)index);
    put_block_hash(out, f, block);
    buf_put(out, S("\"}"));
}

/* Its place among the block's logs. */
static int64_t index_of(const struct fake_node *f, size_t log)
{
    int64_t index = 0;
    int64_t block = f->transactions[f->logs[log].transaction].block;
    for (size_t i = 0; i < log; i++)
        index += is_in(f, (size_t)f->logs[i].transaction, block);
    return index;
}

static void put_transaction(struct buf *out, const struct fake_node *f, size_t i, struct arena *a)
{
    const struct fake_transaction *t = &f->transactions[i];
    buf_print(out, "{\"hash\":\"" STR_FMT "\",\"from\":", STR_ARG(fake_hash(a, (int)i)));
    put_address(out, &t->from);
    buf_put(out, S(",\"to\":"));
    if (t->creates)
        buf_put(out, S("null"));
    else
        put_address(out, &t->to);
    buf_put(out, S(",\"value\":\""));
    put_units(out, t->value);
    buf_put(out, S("\"}"));
}

static void put_block(struct buf *out, const struct fake_node *f, int64_t block, bool full,
                      struct arena *a)
{
    bool first = true;
    if (block < 0 || block > f->latest) {
        buf_put(out, S("null"));
        return;
    }
    buf_print(out, "{\"number\":\"0x%" PRIx64 "\",\"timestamp\":\"0x%" PRIx64 "\",\"hash\":\"",
              (uint64_t)block, (uint64_t)(f->first_at + block * BLOCK_SECONDS));
    put_block_hash(out, f, block);
    buf_put(out, S("\",\"parentHash\":\""));
    put_block_hash(out, f, block - (block > 0));
    buf_put(out, S("\",\"transactions\":["));
    for (size_t i = 0; full && i < f->transaction_count; i++) {
        if (!is_in(f, i, block))
            continue;
        if (!first)
            buf_put_char(out, ',');
        first = false;
        put_transaction(out, f, i, a);
    }
    buf_put(out, S("]}"));
}

/* ---- answers */

static int64_t number_of(const struct fake_node *f, const struct json *j)
{
    int64_t n = -1;
    if (str_eq(j->text, S("latest")))
        return f->latest;
    if (str_eq(j->text, S("finalized")))
        return f->finalized;
    expect(ethereum_number_read(j, &n));
    return n;
}

static void answer_receipt(struct buf *out, const struct fake_node *f, struct str hash,
                           struct arena *a)
{
    for (size_t i = 0; i < f->transaction_count; i++) {
        const struct fake_transaction *t = &f->transactions[i];
        bool first = true;
        if (!str_eq(hash, fake_hash(a, (int)i)) || !is_in(f, i, t->block))
            continue;
        buf_print(out,
                  "{\"transactionHash\":\"" STR_FMT "\",\"blockNumber\":\"0x%" PRIx64
                  "\",\"status\":\"0x%d\",\"gasUsed\":\"0x5208\",\"effectiveGasPrice\":"
                  "\"0x3b9aca00\",\"blockHash\":\"",
                  STR_ARG(hash), (uint64_t)t->block, !t->fails);
        put_block_hash(out, f, t->block);
        buf_put(out, S("\",\"logs\":["));
        for (size_t l = 0; l < f->log_count; l++) {
            if (f->logs[l].transaction != (int)i)
                continue;
            if (!first)
                buf_put_char(out, ',');
            first = false;
            put_log(out, f, l, index_of(f, l), a);
        }
        buf_put(out, S("]}"));
        return;
    }
    buf_put(out, S("null"));
}

static bool holds(const struct json *list, struct str text)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq_nocase(list->items[i].text, text))
            return true;
    return false;
}

static bool is_asked_for(const struct fake_log *l, const struct json *filter, struct arena *a)
{
    char contract[ETHEREUM_TEXT + 1];
    const struct json *topics = json_get(filter, "topics");
    ethereum_print(&l->contract, contract);
    if (!holds(json_get(filter, "address"), str_from_z(contract)))
        return false;
    return topics->n == 2 ? holds(&topics->items[1], ethereum_word(a, &l->from))
                          : holds(&topics->items[2], ethereum_word(a, &l->to));
}

static void answer_logs(struct buf *out, const struct fake_node *f, const struct json *filter,
                        struct arena *a)
{
    struct str hash = { 0 };
    bool first = true;
    expect(json_get_str(filter, "blockHash", &hash));
    buf_put_char(out, '[');
    for (size_t i = 0; i < f->log_count; i++) {
        size_t t = (size_t)f->logs[i].transaction;
        int64_t block = f->transactions[t].block;
        struct buf own CLEANUP(buf_free) = buf_make(100);
        put_block_hash(&own, f, block);
        if (!str_eq(buf_str(&own), hash) || !is_in(f, t, block) || f->transactions[t].fails ||
            !is_asked_for(&f->logs[i], filter, a))
            continue;
        if (!first)
            buf_put_char(out, ',');
        first = false;
        put_log(out, f, i, index_of(f, i), a);
    }
    buf_put_char(out, ']');
}

/* Whoever it is had ten ether from the beginning. */
static int128 balance_of(const struct fake_node *f, const struct ethereum_address *who,
                         int64_t block)
{
    int128 sum = (int128)10 * 1000000000 * 1000000000;
    for (size_t i = 0; i < f->transaction_count; i++) {
        const struct fake_transaction *t = &f->transactions[i];
        if (t->block > block || !is_in(f, i, t->block))
            continue;
        if (ethereum_address_eq(&t->from, who))
            sum -= FAKE_FEE + (t->fails ? 0 : t->value);
        if (ethereum_address_eq(&t->to, who) && !t->fails)
            sum += t->value;
    }
    for (size_t i = 0; i < f->grant_count; i++)
        if (f->grants[i].block <= block && ethereum_address_eq(&f->grants[i].to, who))
            sum += f->grants[i].units;
    return sum;
}

static int128 token_balance_of(const struct fake_node *f, struct str contract, struct str call,
                               int64_t block, struct arena *a)
{
    int128 sum = 1000;
    for (size_t i = 0; i < f->log_count; i++) {
        const struct fake_log *l = &f->logs[i];
        char text[ETHEREUM_TEXT + 1];
        ethereum_print(&l->contract, text);
        if (f->transactions[l->transaction].block > block || l->moves_nothing ||
            f->transactions[l->transaction].fails || !str_eq_nocase(str_from_z(text), contract))
            continue;
        struct str to = ethereum_word(a, &l->to);
        struct str from = ethereum_word(a, &l->from);
        if (str_ends(call, str_sub(to, 2, to.n)))
            sum += l->value;
        if (str_ends(call, str_sub(from, 2, from.n)))
            sum -= l->value;
    }
    return sum;
}

/* False: an error. */
static bool answer(struct buf *out, const struct fake_node *f, struct str method,
                   const struct json *p, struct arena *a)
{
    struct ethereum_address who = { 0 };
    if (str_eq(method, S("eth_chainId")))
        buf_print(out, "\"0x%" PRIx64 "\"", (uint64_t)f->chain_id);
    else if (str_eq(method, S("eth_getBlockByNumber")))
        put_block(out, f, number_of(f, &p->items[0]), p->items[1].truth, a);
    else if (str_eq(method, S("eth_getTransactionReceipt")))
        answer_receipt(out, f, p->items[0].text, a);
    else if (str_eq(method, S("eth_getLogs")))
        answer_logs(out, f, &p->items[0], a);
    else if (number_of(f, &p->items[1]) < f->state_from)
        return false;
    else if (str_eq(method, S("eth_getBalance"))) {
        expect(ethereum_read(p->items[0].text, &who));
        buf_put_char(out, '"');
        put_units(out, balance_of(f, &who, number_of(f, &p->items[1])));
        buf_put_char(out, '"');
    } else {
        struct str to = { 0 };
        struct str data = { 0 };
        expect(str_eq(method, S("eth_call")) && json_get_str(&p->items[0], "to", &to) &&
               json_get_str(&p->items[0], "data", &data) && str_starts(data, S("0x70a08231")));
        int128 units = token_balance_of(f, to, data, number_of(f, &p->items[1]), a);
        buf_print(out, "\"0x%032x%016" PRIx64 "%016" PRIx64 "\"", 0, (uint64_t)(units >> 64),
                  (uint64_t)units);
    }
    return true;
}

static struct str with_lie(const struct fake_node *f, struct str method, struct str text,
                           struct arena *a)
{
    size_t at = 0;
    if (!f->lie.method || !str_eq(method, str_from_z(f->lie.method)))
        return text;
    if (!f->lie.from)
        return str_from_z(f->lie.to);
    struct str from = str_from_z(f->lie.from);
    if (!str_find(text, from, &at))
        return text;
    return str_print(a, STR_FMT "%s" STR_FMT, STR_ARG(str_sub(text, 0, at)), f->lie.to,
                     STR_ARG(str_sub(text, at + from.n, text.n)));
}

static void record(const struct fake_node *f, struct str method, struct str text)
{
    size_t at = 0;
    if (f->record.to && !buf_str(f->record.to).n && str_eq(method, str_from_z(f->record.method)) &&
        str_find(text, str_from_z(f->record.mark), &at))
        buf_put(f->record.to, text);
}

static struct str respond(const struct fake_node *f, struct str body, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(ANSWER_MOST);
    const struct json *j = NULL;
    struct str why = { 0 };
    struct str method = { 0 };
    expect(json_parse(body, REQUEST_MOST, a, &j, &why) == OK && json_get_str(j, "method", &method));
    bool error = f->lie.error && f->lie.method && str_eq(method, str_from_z(f->lie.method));
    if (error || !answer(&out, f, method, json_get(j, "params"), a))
        return S("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"no\"}}");
    record(f, method, buf_str(&out));
    struct str result = with_lie(f, method, buf_str(&out), a);
    struct str all =
        str_print(a, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" STR_FMT "}", STR_ARG(result));
    return f->cut ? str_sub(all, 0, f->cut < all.n ? f->cut : all.n - 1) : all;
}

/* ---- HTTP */

/* The request's body, once all of it is there. */
static bool read_request(int client, char *room, struct str *ret_body)
{
    size_t n = 0;
    size_t end = 0;
    size_t at = 0;
    int64_t length = 0;
    for (;;) {
        ssize_t got = read(client, room + n, REQUEST_MOST - n);
        if (got <= 0)
            return false;
        n += (size_t)got;
        struct str all = { room, n };
        if (!str_find(all, S("\r\n\r\n"), &end))
            continue;
        if (!str_find(all, S("Content-Length: "), &at))
            return false;
        struct str rest = str_sub(all, at + 16, n);
        if (scan_int(&rest, REQUEST_MOST, &length) && n >= end + 4 + (size_t)length) {
            *ret_body = str_sub(all, end + 4, (size_t)length);
            return true;
        }
    }
}

static void converse(struct fake_node *f, int client, char *room)
{
    struct str body = { 0 };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 16 << 20);
    if (!read_request(client, room, &body))
        return;
    f->asked++;
    struct str text = respond(f, body, &a);
    struct str all = str_print(&a,
                               "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Content-Length: %zu\r\nConnection: close\r\n\r\n" STR_FMT,
                               text.n, STR_ARG(text));
    size_t sent = 0;
    while (sent < all.n) {
        ssize_t n = send(client, all.s + sent, all.n - sent, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        sent += (size_t)n;
    }
}

static void *serve(void *arg)
{
    struct fake_node *f = arg;
    char *room = malloc(REQUEST_MOST);
    expect(room);
    while (!atomic_load(&f->resting)) {
        int client = accept(f->listener, NULL, NULL);
        expect(client >= 0);
        converse(f, client, room);
        close(client);
    }
    free(room);
    return NULL;
}

static struct sockaddr_in place_of(const struct fake_node *f)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)f->port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

void fake_start(struct fake_node *f)
{
    struct sockaddr_in in = place_of(f);
    socklen_t n = sizeof in;
    f->listener = socket(AF_INET, SOCK_STREAM, 0);
    expect(f->listener >= 0);
    expect(bind(f->listener, (struct sockaddr *)&in, sizeof in) == 0);
    expect(listen(f->listener, 16) == 0);
    expect(getsockname(f->listener, (struct sockaddr *)&in, &n) == 0);
    f->port = ntohs(in.sin_port);
}

void fake_wake(struct fake_node *f)
{
    atomic_store(&f->resting, false);
    expect(pthread_create(&f->thread, NULL, serve, f) == 0);
}

/* Its thread waits for a client: this one says nothing. */
void fake_rest(struct fake_node *f)
{
    struct sockaddr_in in = place_of(f);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    atomic_store(&f->resting, true);
    expect(client >= 0 && connect(client, (struct sockaddr *)&in, sizeof in) == 0);
    close(client);
    expect(pthread_join(f->thread, NULL) == 0);
}

void fake_end(struct fake_node *f)
{
    close(f->listener);
}
