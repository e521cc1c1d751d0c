#pragma once
#include "base/clock.h"
#include "http/http.h"
#include "people/keys.h"

/*
 * Readers without an account. A *visitor* is a browser that has written or voted: the cookie
 * `visitor` holds 16 random bytes and our signature over them, for VISITOR_DAYS; no cookie is set
 * for reading. What is stored is a hash, from which no cookie can be made.
 */
enum { VISITOR_ID_BYTES = 16, VISITOR_HASH_BYTES = 16, VISITOR_DAYS = 400 };

/* The asking visitor's hash (VISITOR_HASH_BYTES, in the request's arena). False: none, or a cookie
 * that is not ours. */
bool visitor_get(const struct request *r, struct str *ret_hash);
/* The same; makes a visitor and sets the cookie when there is none. */
struct str visitor_make(struct request *r, struct response *ret);

/* The client's address and neighbourhood (http.h) as keyed hashes, in the request's arena. */
struct visitor_address {
    struct str address, prefix; /* KEYS_ADDRESS_BYTES each */
    int64_t key;
};
struct visitor_address visitor_address_of(const struct request *r);
