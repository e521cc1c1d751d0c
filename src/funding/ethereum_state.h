#pragma once
#include "funding/ethereum_answer.h"
#include "store/store.h"

/*
 * How far the watcher of a channel has come on a network, as rows: the blocks it has seen last,
 * what each address held, and which gifts are not final yet. Rules are in ethereum_watch.h.
 */
enum {
    ETHEREUM_BLOCKS_KEPT = 256, /* final ones */
    ETHEREUM_BALANCES_PAGE = 256,
    ETHEREUM_PENDING_PAGE = 64,
};

/* The row of a channel's network; made if it is not there. */
MUST_USE err ethereum_watch_begin(struct tx *tx, struct str channel, int64_t chain,
                                  int64_t *ret_id);
/* *ret_channel is empty when there is no such row. */
MUST_USE err ethereum_watch_get(struct tx *tx, int64_t id, struct arena *a, struct str *ret_channel,
                                int64_t *ret_chain);

struct ethereum_position {
    bool there; /* false: none yet */
    int64_t number, at;
    struct ethereum_hash hash;
};
/* The highest final block; the highest of all. */
MUST_USE err ethereum_final_position(struct tx *tx, int64_t watch, struct arena *a,
                                     struct ethereum_position *ret);
MUST_USE err ethereum_head_position(struct tx *tx, int64_t watch, struct arena *a,
                                    struct ethereum_position *ret);
/* The next one. A final one replaces what stood for its number, and takes those with it that were
 * not final and are not above it; old ones go. */
MUST_USE err ethereum_block_add(struct tx *tx, int64_t watch, const struct ethereum_header *h,
                                bool final);
MUST_USE err ethereum_head_drop(struct tx *tx, int64_t watch); /* all that are not final */
/* Begins anew: all blocks go. */
MUST_USE err ethereum_blocks_drop(struct tx *tx, int64_t watch);

struct ethereum_balance {
    int64_t address; /* wallet_address */
    int64_t number;  /* of the block after which it held that */
    int128 balance, flow;
};
/* Those of before block `number`, oldest first, at most ETHEREUM_BALANCES_PAGE. */
MUST_USE err ethereum_balances(struct tx *tx, int64_t watch, int64_t number, struct arena *a,
                               struct ethereum_balance **ret, size_t *ret_n);
MUST_USE err ethereum_balance_set(struct tx *tx, int64_t watch, const struct ethereum_balance *b);
MUST_USE err ethereum_balance_known(struct tx *tx, int64_t watch, int64_t address, bool *ret);
/* Nothing for an address whose balance is not known. */
MUST_USE err ethereum_flow_add(struct tx *tx, int64_t watch, int64_t address, int128 units,
                               struct arena *a);

MUST_USE err ethereum_pending_set(struct tx *tx, int64_t watch, struct str object, int64_t number);
MUST_USE err ethereum_pending_end(struct tx *tx, int64_t watch, struct str object);
/* Objects last seen in block `number` or before, at most ETHEREUM_PENDING_PAGE. */
MUST_USE err ethereum_pending_old(struct tx *tx, int64_t watch, int64_t number, struct arena *a,
                                  struct str **ret, size_t *ret_n);

/* Whole numbers as decimal text, with - in front if below zero. */
bool ethereum_wei_parse(struct str s, int128 *ret);
