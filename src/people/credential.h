#pragma once
#include "people/person.h"

/*
 * The stored proof of a person: the password's hash and when it was set. For sign_in.c and
 * password.c only: nothing else has a use for it.
 */
struct credential {
    struct person person;
    struct str hash; /* empty: no password yet */
    int64_t set_at;
};
/* By e-mail as typed, or by id; in a snapshot of its own. PERSON_MISSING: no such active person. */
MUST_USE err credential_get_by_email(struct tx *tx, struct str email, struct arena *a,
                                     struct credential *ret);
MUST_USE err credential_get(struct tx *tx, int64_t person, struct arena *a, struct credential *ret);
/* A new password; or the same one hashed anew, then `set_at` is 0 and stays what it was. */
MUST_USE err credential_set(struct tx *tx, int64_t person, struct str hash, int64_t set_at);
MUST_USE err credential_signed_in(struct tx *tx, int64_t person, int64_t now);
