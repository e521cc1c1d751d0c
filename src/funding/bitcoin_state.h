#pragma once
#include "funding/chain_block.h"
#include "store/store.h"

/*
 * What the watcher of a channel of Bitcoin's family remembers (migration 0027): how far it has
 * looked, the hashes of the latest blocks, and all payments to addresses of ours, with the block
 * each of them is in. bitcoin_watch.h says what is done with it.
 */
struct bitcoin_place { /* a block of our chain */
    int64_t height;    /* -1: none yet */
    uint8_t hash[CHAIN_HASH];
    uint32_t bits;
};
struct bitcoin_state {
    int64_t id;
    struct str channel, network; /* network: as chain_print() */
    struct bitcoin_place at;
    int64_t tip; /* the node's height when it was asked last; -1: never */
};
/* Makes the row if there is none. */
MUST_USE err bitcoin_state_begin(struct tx *tx, struct str channel, struct str network,
                                 int64_t *ret_id);
/* False: no such row. */
MUST_USE err bitcoin_state_get(struct tx *tx, int64_t id, struct arena *a,
                               struct bitcoin_state *ret, bool *ret_found);
/* False: there is none at this height any more. */
MUST_USE err bitcoin_place_get(struct tx *tx, struct str channel, int64_t height, struct arena *a,
                               struct bitcoin_place *ret, bool *ret_found);
/* The next block of our chain; those below `keep_from` are forgotten. */
MUST_USE err bitcoin_place_add(struct tx *tx, const struct bitcoin_state *s,
                               const struct bitcoin_place *p, int64_t keep_from);
/* The last one is not of our chain any more. */
MUST_USE err bitcoin_place_drop(struct tx *tx, const struct bitcoin_state *s);
MUST_USE err bitcoin_tip_set(struct tx *tx, int64_t id, int64_t tip);

/* A payment to one of our addresses. */
enum bitcoin_told { BITCOIN_TOLD_PENDING = 1, BITCOIN_TOLD_RECEIVED = 2, BITCOIN_TOLD_FAILED = 4 };
struct bitcoin_output {
    int64_t id;                 /* 0: it is not there yet */
    struct str channel, object; /* "txid:vout" */
    int64_t address;            /* wallet_address */
    int64_t value;              /* satoshi */
    bool coinbase;
    int64_t height;   /* -1: in no block */
    struct str block; /* its hash; empty: in no block */
    int64_t time;     /* of its block, or when it was seen first */
    int64_t day;      /* the same as a day of the site's zone */
    bool settled;
    int told;            /* of enum bitcoin_told */
    int64_t reversals;   /* how often its block went away after it was settled */
    struct str reversal; /* object of the last of these while it holds; else empty */
    int64_t seen_at;
};
/* By its object; id 0 when there is none. */
MUST_USE err bitcoin_output_find(struct tx *tx, struct str channel, struct str object,
                                 struct arena *a, struct bitcoin_output *ret);
MUST_USE err bitcoin_output_put(struct tx *tx, const struct bitcoin_output *o); /* new or changed */

enum { BITCOIN_OUTPUTS = 500 }; /* at most so many at once */
/* Those of one block, by id. */
MUST_USE err bitcoin_outputs_of(struct tx *tx, struct str channel, int64_t height, struct arena *a,
                                const struct bitcoin_output **ret, size_t *ret_n);
/* Those that are not settled and stand in blocks up to a height, coinbases up to another. */
struct bitcoin_due {
    int64_t height, coinbase_height;
};
MUST_USE err bitcoin_outputs_due(struct tx *tx, struct str channel, struct bitcoin_due due,
                                 struct arena *a, const struct bitcoin_output **ret, size_t *ret_n);
/* Those that are in no block, were told as pending only, and were not seen since. */
MUST_USE err bitcoin_outputs_gone(struct tx *tx, struct str channel, int64_t since, struct arena *a,
                                  const struct bitcoin_output **ret, size_t *ret_n);
