#pragma once
#include "base/str.h"

#include <stdint.h>

/*
 * Counts of guesses, for making guessers wait. Each kind has a table of its own and of a fixed
 * size, so that filling one does not push entries out of another; in a full table the entry that
 * was not touched for the longest time goes. Names are kept as keyed hashes. Nothing is kept on
 * disk. Any thread.
 *
 * After `free` guesses each further one doubles the wait until the next, beginning with a second,
 * up to `longest`. A count is forgotten an hour after the last guess.
 */
enum throttle_kind {
    THROTTLE_PAIR,    /* one client for one account; also codes and confirmations of one person */
    THROTTLE_CLIENT,  /* one client, whatever the account */
    THROTTLE_ACCOUNT, /* one account, whatever the client */
    THROTTLE_KINDS,
};
enum { THROTTLE_SLOTS = 2048 /* of each table */ };
struct throttle_rule {
    int free;
    int64_t longest; /* microseconds */
};
struct throttle_rule throttle_rule_of(enum throttle_kind kind);

struct throttle;
struct throttle *throttle_make(struct arena *a); /* lives in the arena, until throttle_end() */
void throttle_end(struct throttle *t);

struct guess {
    bool counts[THROTTLE_KINDS]; /* which kinds it counts for */
    struct str name[THROTTLE_KINDS];
};
/* Counts the guess and returns 0, or does not count it and returns how long to wait, in
 * microseconds: the longest of its kinds. Counting comes before the answer is known, so that many
 * guesses at once are no way around. */
int64_t throttle_take(struct throttle *t, const struct guess *g, int64_t now);
/* It was not wrong: takes this guess back, and forgets all of the pair and the account. */
void throttle_forgive(struct throttle *t, const struct guess *g);
/* It was not a guess at all (the machine was busy): takes this one back. */
void throttle_take_back(struct throttle *t, const struct guess *g);
