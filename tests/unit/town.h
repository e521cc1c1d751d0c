#pragma once
#include "funding/channel_health.h"
#include "funding/script.h"
#include "unit/fake_node.h"
#include "unit/fund_room.h"

/*
 * A newsroom that watches one address on regtest, and the node that it asks: a fake written after
 * Bitcoin Core's manual of its calls. One at a time.
 */
#define TOWN_TIME 1296688602U /* of block 0, in seconds */

struct town {
    struct fund_room room;
    struct fake_node node;
    const struct chain *chain;
    struct script script;
    struct arena a;
    uint8_t seed;
};
struct town *town_start(enum chain_coin coin, const char *more); /* more lines of the channel */
void town_end(struct town *t);                                   /* the ledger must be sound */

struct str town_other_script(void);                     /* somebody else's */
struct str town_gift(struct town *t, uint64_t satoshi); /* a transaction, in no block */
void town_add(struct town *t, struct str bytes);        /* a block */
/* The next block: a coinbase to somebody else, and these transactions. */
void town_mine(struct town *t, const struct str *list, size_t n);
void town_mine_empty(struct town *t, int n); /* so many */
/* The last n blocks go; the caller mines others. */
void town_fork_back(struct town *t, int64_t n);

void town_pass(struct town *t); /* the watcher's job runs once */
struct channel_health town_health(struct town *t);
struct town_sums {
    int64_t settled, pending, reversed, gifts;
};
struct town_sums town_sums(struct town *t);
void town_expect(struct town *t, int64_t settled, int64_t pending); /* satoshi */
