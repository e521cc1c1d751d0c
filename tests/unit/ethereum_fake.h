#pragma once
#include "base/json.h"
#include "funding/ethereum_answer.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * A node of Ethereum on 127.0.0.1 for the watcher's tests, written from ethereum/execution-apis: a
 * chain of blocks that the test makes, and lies on demand. It stands in where anvil
 * (tests/wallets-ethereum) cannot be made to lie. Change it only while it rests.
 */
enum { FAKE_BLOCKS = 700, FAKE_TRANSACTIONS = 64, FAKE_LOGS = 64, FAKE_GRANTS = 16 };
#define FAKE_FEE ((int128)21000 * 1000000000) /* wei, of every transaction */

struct fake_transaction {
    int64_t block;
    struct ethereum_address from, to;
    int128 value;
    bool creates, fails;
    int lost; /* fork in which it is not mined; 0: none */
};
struct fake_log {
    int transaction;
    struct ethereum_address contract, from, to;
    int128 value;
    bool moves_nothing;
    const char *data; /* instead of the value; may be NULL */
};
struct fake_lie {
    const char *method;
    const char *from; /* what stands in the result; NULL: all of it */
    const char *to;   /* what stands there instead */
    bool error;       /* an error of the node's instead of all that */
};
struct fake_node {
    int64_t chain_id, latest, finalized, first_at; /* first_at: seconds; a block every 12 */
    int fork;                                      /* of blocks from fork_from on */
    int64_t fork_from;
    int64_t state_from; /* older blocks have no state any more */
    struct fake_transaction transactions[FAKE_TRANSACTIONS];
    size_t transaction_count;
    struct fake_log logs[FAKE_LOGS];
    size_t log_count;
    struct {
        struct ethereum_address to;
        int64_t block;
        int128 units;
    } grants[FAKE_GRANTS]; /* ether that came without a transaction */
    size_t grant_count;
    struct fake_lie lie;
    struct {
        const char *method, *mark;
        struct buf *to; /* gets the first result of that method that has the mark in it; or NULL */
    } record;
    size_t cut;    /* 0: answers are whole; else so many bytes of them */
    int64_t asked; /* times, so far */
    int port, listener;
    atomic_bool resting;
    pthread_t thread;
};
void fake_start(struct fake_node *f); /* gives it a port; it does not answer yet */
void fake_wake(struct fake_node *f);
void fake_rest(struct fake_node *f);
void fake_end(struct fake_node *f);                     /* it rests */
struct ethereum_address fake_address(const char *text); /* in any case */
/* A transaction in block `block`; its number. */
int fake_pay(struct fake_node *f, int64_t block, struct ethereum_address from,
             struct ethereum_address to, int128 value);
/* A transaction to a token's contract with one transfer in it; the log's number. */
int fake_token(struct fake_node *f, int64_t block, struct ethereum_address contract,
               struct ethereum_address from, struct ethereum_address to, int128 value);
struct str fake_hash(struct arena *a, int transaction); /* "0x..." */
