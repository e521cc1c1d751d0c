#include "people/visitor.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"

#include <string.h>

enum { COOKIE_BYTES = VISITOR_ID_BYTES + KEYS_MAC_BYTES };
static const char cookie_name[] = "visitor";

static struct str hash_of(struct arena *a, const uint8_t *id)
{
    uint8_t hash[SHA256_BYTES];
    sha256(bytes_str(id, VISITOR_ID_BYTES), hash);
    return str_copy(a, bytes_str(hash, VISITOR_HASH_BYTES));
}

/* What a cookie's id is signed as: a visitor's or a voter's. */
static const struct str purposes[] = { { "visitor", 7 }, { "voter", 5 } };

static bool signed_as(const struct request *r, const uint8_t bytes[COOKIE_BYTES], bool voter)
{
    struct str parts[] = { purposes[voter], bytes_str(bytes, VISITOR_ID_BYTES) };
    struct str mac = bytes_str(bytes + VISITOR_ID_BYTES, KEYS_MAC_BYTES);
    return keys_signed(r->app->keys, KEY_COOKIE, parts, COUNT(parts), mac);
}

static enum voter cookie_get(const struct request *r, uint8_t ret[COOKIE_BYTES])
{
    struct str value = { 0 };
    if (!request_cookie(r, cookie_name, &value) || !base64url_parse(value, ret, COOKIE_BYTES))
        return VOTER_NONE;
    return signed_as(r, ret, true)    ? VOTER_KNOWN
           : signed_as(r, ret, false) ? VOTER_NEW
                                      : VOTER_NONE;
}

/* Signs the id at the beginning of `bytes`. */
static void cookie_set(struct request *r, struct response *ret, uint8_t bytes[COOKIE_BYTES],
                       bool voter)
{
    struct str parts[] = { purposes[voter], bytes_str(bytes, VISITOR_ID_BYTES) };
    keys_sign(r->app->keys, KEY_COOKIE, parts, COUNT(parts), bytes + VISITOR_ID_BYTES);
    response_cookie(
        r, ret,
        &(struct cookie){ .name = cookie_name,
                          .value = base64url_print(r->arena, bytes_str(bytes, COOKIE_BYTES)),
                          .seconds = VISITOR_DAYS * DAY / SECOND });
}

enum voter visitor_voter(const struct request *r, struct str *ret_hash)
{
    uint8_t bytes[COOKIE_BYTES] = { 0 };
    enum voter is = cookie_get(r, bytes);
    if (is != VOTER_NONE)
        *ret_hash = hash_of(r->arena, bytes);
    return is;
}

bool visitor_get(const struct request *r, struct str *ret_hash)
{
    return visitor_voter(r, ret_hash) != VOTER_NONE;
}

struct str visitor_make(struct request *r, struct response *ret)
{
    uint8_t bytes[COOKIE_BYTES];
    struct str hash = { 0 };
    if (visitor_get(r, &hash))
        return hash;
    random_bytes(bytes, VISITOR_ID_BYTES);
    cookie_set(r, ret, bytes, false);
    return hash_of(r->arena, bytes);
}

void visitor_make_voter(struct request *r, struct response *ret)
{
    uint8_t bytes[COOKIE_BYTES] = { 0 };
    check(cookie_get(r, bytes) != VOTER_NONE);
    cookie_set(r, ret, bytes, true);
}

struct visitor_address visitor_address_of(const struct request *r)
{
    struct client client = request_client(r);
    uint8_t address[KEYS_ADDRESS_BYTES];
    uint8_t prefix[KEYS_ADDRESS_BYTES];
    int64_t key = 0;
    do { // both with the same key, should it be renewed just now
        key = keys_hash_address(r->app->keys, client.address, address);
    } while (keys_hash_address(r->app->keys, client.prefix, prefix) != key);
    return (struct visitor_address){
        .address = str_copy(r->arena, bytes_str(address, sizeof address)),
        .prefix = str_copy(r->arena, bytes_str(prefix, sizeof prefix)),
        .key = key,
    };
}

bool visitor_address_as(const struct request *r, int64_t key, struct visitor_address *ret)
{
    struct client client = request_client(r);
    uint8_t address[KEYS_ADDRESS_BYTES];
    uint8_t prefix[KEYS_ADDRESS_BYTES];
    if (!keys_hash_address_as(r->app->keys, key, client.address, address) ||
        !keys_hash_address_as(r->app->keys, key, client.prefix, prefix))
        return false;
    *ret = (struct visitor_address){
        .address = str_copy(r->arena, bytes_str(address, sizeof address)),
        .prefix = str_copy(r->arena, bytes_str(prefix, sizeof prefix)),
        .key = key,
    };
    return true;
}
