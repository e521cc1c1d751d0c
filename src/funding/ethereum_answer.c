#include "funding/ethereum_answer.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <inttypes.h>
#include <string.h>

enum { TOPICS_MAX = 4 };
#define NUMBER_MAX INT64_MAX
#define TIME_MAX   (INT64_C(4102444800)) /* seconds: the year 2100 */

bool ethereum_hash_read(struct str s, struct ethereum_hash *ret)
{
    return str_starts(s, S("0x")) && hex_parse(str_sub(s, 2, s.n), ret->bytes, ETHEREUM_HASH);
}

struct str ethereum_hash_print(struct arena *a, const struct ethereum_hash *h)
{
    struct str bytes = bytes_str(h->bytes, ETHEREUM_HASH);
    return str_print(a, "0x" STR_FMT, STR_ARG(hex_print(a, bytes)));
}

bool ethereum_hash_eq(const struct ethereum_hash *a, const struct ethereum_hash *b)
{
    return memcmp(a->bytes, b->bytes, ETHEREUM_HASH) == 0;
}

bool ethereum_address_eq(const struct ethereum_address *a, const struct ethereum_address *b)
{
    return memcmp(a->bytes, b->bytes, ETHEREUM_ADDRESS_BYTES) == 0;
}

bool ethereum_number_read(const struct json *j, int64_t *ret)
{
    int128 v = 0;
    if (!j || j->kind != JSON_KIND_STR || ethereum_quantity(j->text, &v) != OK || v > NUMBER_MAX)
        return false;
    *ret = (int64_t)v;
    return true;
}

struct str ethereum_number_print(struct arena *a, int64_t v)
{
    return str_print(a, "0x%" PRIx64, (uint64_t)v);
}

/* ---- members of an object */

static bool get_hash(const struct json *j, const char *name, struct ethereum_hash *ret)
{
    struct str text = { 0 };
    return json_get_str(j, name, &text) && ethereum_hash_read(text, ret);
}

static bool get_address(const struct json *j, const char *name, struct ethereum_address *ret)
{
    struct str text = { 0 };
    return json_get_str(j, name, &text) && ethereum_read(text, ret);
}

static bool get_number(const struct json *j, const char *name, int64_t *ret)
{
    return ethereum_number_read(json_get(j, name), ret);
}

err ethereum_header_read(const struct json *j, struct ethereum_header *ret)
{
    struct ethereum_header h = { 0 };
    if (!get_number(j, "number", &h.number) || !get_number(j, "timestamp", &h.at) ||
        h.at > TIME_MAX || !get_hash(j, "hash", &h.hash) || !get_hash(j, "parentHash", &h.parent))
        return ETHEREUM_WRONG;
    h.at *= SECOND;
    *ret = h;
    return OK;
}

err ethereum_transaction_read(const struct json *j, struct ethereum_transaction *ret)
{
    struct ethereum_transaction t = { 0 };
    const struct json *to = json_get(j, "to");
    t.creates = !to || to->kind == JSON_KIND_NULL;
    if (!get_hash(j, "hash", &t.hash) || !get_address(j, "from", &t.from) ||
        (!t.creates && !get_address(j, "to", &t.to)) || !json_get_str(j, "value", &t.value))
        return ETHEREUM_WRONG;
    *ret = t;
    return OK;
}

/* A product of two quantities that are there, or 0 when neither is. */
static bool get_product(const struct json *j, const char *x, const char *y, int128 *ret)
{
    int64_t a = 0;
    int64_t b = 0;
    *ret = 0;
    if (!json_get(j, x) && !json_get(j, y))
        return true;
    if (!get_number(j, x, &a) || !get_number(j, y, &b))
        return false;
    *ret = (int128)a * b; // below 2^126
    return true;
}

/* Of gas, of blobs (EIP-4844), and what some second layers add for theirs. */
static bool get_fee(const struct json *j, int128 *ret)
{
    int128 blobs = 0;
    int64_t more = 0;
    const struct json *layer = json_get(j, "l1Fee");
    if (!json_get(j, "gasUsed") || !get_product(j, "gasUsed", "effectiveGasPrice", ret))
        return false;
    if (json_get(j, "blobGasUsed") && json_get(j, "blobGasPrice") &&
        !get_product(j, "blobGasUsed", "blobGasPrice", &blobs))
        return false;
    if (layer && layer->kind != JSON_KIND_NULL && !ethereum_number_read(layer, &more))
        return false;
    return !__builtin_add_overflow(*ret, blobs, ret) && !__builtin_add_overflow(*ret, more, ret) &&
           *ret <= ETHEREUM_WEI_MAX;
}

err ethereum_receipt_read(const struct json *j, struct ethereum_receipt *ret)
{
    struct ethereum_receipt r = { .logs = json_get(j, "logs") };
    int64_t status = 0;
    if (!get_hash(j, "transactionHash", &r.transaction) || !get_hash(j, "blockHash", &r.block) ||
        !get_number(j, "blockNumber", &r.number) || !get_number(j, "status", &status) ||
        status > 1 || !get_fee(j, &r.fee) || !r.logs || r.logs->kind != JSON_KIND_ARRAY)
        return ETHEREUM_WRONG;
    r.success = status == 1;
    *ret = r;
    return OK;
}

/* False: more topics than a log can have, or one that is no text. */
static bool get_topics(const struct json *j, struct str ret[TOPICS_MAX], size_t *ret_n)
{
    const struct json *topics = json_get(j, "topics");
    if (!topics || topics->kind != JSON_KIND_ARRAY || topics->n > TOPICS_MAX)
        return false;
    for (size_t i = 0; i < topics->n; i++) {
        if (topics->items[i].kind != JSON_KIND_STR)
            return false;
        ret[i] = topics->items[i].text;
    }
    *ret_n = topics->n;
    return true;
}

err ethereum_entry_read(const struct json *j, struct ethereum_entry *ret)
{
    struct ethereum_entry e = { 0 };
    struct str topics[TOPICS_MAX] = { { 0 } };
    struct ethereum_log log = { .topics = topics };
    bool has_removed = json_get(j, "removed") != NULL;
    if (!get_hash(j, "transactionHash", &e.transaction) || !get_hash(j, "blockHash", &e.block) ||
        !get_number(j, "blockNumber", &e.number) || !get_number(j, "logIndex", &e.index) ||
        (has_removed && !json_get_bool(j, "removed", &e.removed)) ||
        !json_get_str(j, "address", &log.address) || !ethereum_read(log.address, &e.contract) ||
        !json_get_str(j, "data", &log.data) || !get_topics(j, topics, &log.topic_count))
        return ETHEREUM_WRONG;
    err why = erc20_transfer_parse(&log, &e.transfer);
    if (why != ETHEREUM_WRONG)
        *ret = e;
    return why;
}
