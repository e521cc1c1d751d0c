#pragma once
#include "funding/amount.h"
#include "funding/bitcoin_state.h"
#include "funding/wallet_proof.h"

/*
 * What a block means for the ledger, in one transaction each (store_write): the payments in it are
 * told as pending, those that have become deep enough as received, and the block becomes the last
 * one of our chain; or the last one is taken off again, and what was settled in it is reversed.
 *
 *   pending          in a block, less than the wallet's depth (or in the mempool)
 *   payment          `depth` blocks deep, its own among them; a coinbase at least a hundred
 *   reorg-reversal   its block is no longer of the chain, after it was settled
 *   reorg-restore    settled again, in whatever block
 *   failed           pending, and for an hour in no block and in no mempool: replaced by another
 *                    transaction, most likely. Should it come after all it is a new gift.
 *
 * Objects are "txid:vout"; of a reversal or restore "txid:vout@HASH" with the block's hash, and
 * "/n" behind it from the second reversal on, for the same block may come and go.
 */
enum { BITCOIN_KEPT = 2016 /* blocks whose hashes are known: how deep a reorganisation may be */ };
enum { BITCOIN_COINBASE_DEPTH = 100 };

struct bitcoin_match { /* a payment in the block, made outside the writer */
    int64_t address;   /* wallet_address */
    int64_t value;     /* satoshi */
    bool coinbase;
    struct wallet_proof proof; /* its object too */
};
struct bitcoin_step {
    struct str channel;
    struct asset asset;
    int64_t depth;   /* blocks */
    int64_t minimum; /* satoshi; less is dust */
    struct bitcoin_state state;
    int64_t now;
    struct arena *arena;
    /* of a block that comes */
    struct bitcoin_place place;
    int64_t tip;
    int64_t time; /* of the block, not after now */
    int64_t day;
    const struct bitcoin_match *matches;
    size_t match_count;
};
err bitcoin_connect(struct tx *tx, void *step);    /* a tx_work: the next block */
err bitcoin_disconnect(struct tx *tx, void *step); /* a tx_work: takes the last one off */
err bitcoin_give_up(struct tx *tx, void *step);    /* a tx_work: what has been gone for too long */
