#pragma once
#include "base/app.h"
#include "funding/amount.h"
#include "funding/script_set.h"
#include "funding/wallet.h"
#include "store/store.h"

/*
 * What is on its way: payments to watched scripts that the operator's node holds in its mempool.
 * They prove nothing (whoever sent one may replace it by another), so they are shown apart, stand
 * in no sum and never in the ledger; the block that holds one makes it a gift.
 *
 * A look asks for the list of transactions (getrawmempool) and for those that were not in the last
 * one (getrawtransaction), at most MEMPOOL_NEWS, the others at the next look. What was there at the
 * first look after a start is taken as seen and not asked for. A list of more than about
 * 350,000 transactions, and a node that has none, are passed over: then nothing is on its way.
 */
enum {
    MEMPOOL_NEWS = 200,
    MEMPOOL_ROWS = 1000,                   /* of one channel; more are left out */
    MEMPOOL_LIST_BYTES = 24 * 1024 * 1024, /* of the list as the node gives it */
};
struct mempools; /* which transactions were seen, by channel: 8 bytes each */
struct mempools *mempools_make(struct arena *a);
void mempools_end(struct mempools *m);

struct mempool_look {
    const struct app *app;
    struct str channel;
    const struct wallet *wallet;
    const struct script_set *set;
    bool now; /* whatever time has passed since the last: a block came */
    int64_t every;
    struct arena *arena;
    bool (*give_up)(void *arg);
    void *arg;
};
/* Only faults: what the node does not give is passed over. */
MUST_USE err mempool_look(const struct mempool_look *l);
/* Nothing is known any more: the node does not answer. */
MUST_USE err mempool_forget(const struct app *app, struct str channel);

/* What is on its way, by asset, in `a`. */
MUST_USE err mempool_sums(struct tx *tx, struct arena *a, const struct amount **ret, size_t *ret_n);
