#pragma once
#include "base/clock.h"
#include "http/http.h"
#include "people/keys.h"

/*
 * Readers without an account. A *visitor* is a browser that has written or voted: the cookie
 * `visitor` holds 16 random bytes and our signature over them, for VISITOR_DAYS; no cookie is set
 * for reading. What is stored is a hash, from which no cookie can be made.
 *
 * A *voter* is a visitor whose cookie says so. Who sends one back has shown that it keeps cookies;
 * visitor_make_voter() then signs the same id as a voter's, so that somebody may count them.
 */
enum { VISITOR_ID_BYTES = 16, VISITOR_HASH_BYTES = 16, VISITOR_DAYS = 400 };

/* The asking visitor's hash (VISITOR_HASH_BYTES, in the request's arena). False: none, or a cookie
 * that is not ours. */
bool visitor_get(const struct request *r, struct str *ret_hash);
/* The same; makes a visitor and sets the cookie when there is none. */
struct str visitor_make(struct request *r, struct response *ret);

/* The asking visitor, as far as votes go. The hash is written unless it is VOTER_NONE. */
enum voter { VOTER_NONE, VOTER_NEW, VOTER_KNOWN };
enum voter visitor_voter(const struct request *r, struct str *ret_hash);
/* Makes the asking visitor, who must be one, a voter: sets the cookie anew. */
void visitor_make_voter(struct request *r, struct response *ret);

/* The client's address and neighbourhood (http.h) as keyed hashes, in the request's arena. */
struct visitor_address {
    struct str address, prefix; /* KEYS_ADDRESS_BYTES each */
    int64_t key;
};
struct visitor_address visitor_address_of(const struct request *r);
/* The same with an older key (keys.h). False: it is no longer. */
bool visitor_address_as(const struct request *r, int64_t key, struct visitor_address *ret);
