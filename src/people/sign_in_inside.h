#pragma once
#include "people/credential.h"
#include "people/sign_in.h"
#include "people/throttle.h"
#include "people/turn.h"

#include <stdatomic.h>

/* What sign_in.c and sign_in_password.c share. */
struct sign_ins {
    struct arena own;
    struct turn hashing;
    struct throttle *throttle;
    _Atomic int64_t hashed;
};

/*
 * Whether the password is this person's; `c` NULL stands for nobody and costs the same. When it is
 * right and its hash is out of date, ret_rehash is a new one, else empty. WRONG, BUSY.
 */
MUST_USE err sign_in_check(const struct knock *k, const struct credential *c, struct str password,
                           struct str *ret_rehash);
/* BUSY. */
MUST_USE err sign_in_hash(const struct knock *k, struct str password, struct str *ret_hash);

/* THROTTLED, with ret->wait_seconds. The guess is counted. */
MUST_USE err sign_in_guess(const struct knock *k, const struct guess *g, struct sign_in *ret);
/* A guess at something of this person's: "code", "confirm". The text is in the knock's arena. */
struct guess sign_in_guess_at(const struct knock *k, const char *what, int64_t person);
/* What the outcome means for the count, and a line in the log. Returns `outcome`. */
MUST_USE err sign_in_judge(const struct knock *k, const struct guess *g, const char *what,
                           err outcome);

/* Inside a transaction: a new session for the person, in place of the browser's old one. */
MUST_USE err sign_in_begin(struct tx *tx, const struct knock *k, const struct person *p,
                           struct sign_in *ret);
/* What goes with the password to the second step. */
struct str sign_in_ticket(const struct knock *k, int64_t person, int64_t password_set_at);
/* The cookie of a browser that has signed in as this person. */
struct str sign_in_known(const struct knock *k, struct str email);
