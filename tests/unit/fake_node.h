#pragma once
#include "funding/chain.h"

#include <pthread.h>

/*
 * A node of a block chain on 127.0.0.1 that says what the test wants it to, the truth or not. It
 * answers getblockcount, getblockhash, getblock, getrawmempool and getrawtransaction as Bitcoin
 * Core's manual of them says.
 */
enum { FAKE_BLOCKS_MAX = 400, FAKE_MEMPOOL_MAX = 1024 };
enum fake_lie {
    FAKE_HONEST,
    FAKE_SILENT,                       /* closes the connection without a word */
    FAKE_NO_COUNT,                     /* an error for getblockcount */
    FAKE_COUNT_TEXT,                   /* the count as text */
    FAKE_COUNT_HIGH,                   /* one block more than there is */
    FAKE_HASH_SHORT,                   /* a hash that is none */
    FAKE_HASH_ERROR,                   /* an error for getblockhash */
    FAKE_NETWORK,                      /* another block 0 */
    FAKE_NO_BLOCK,                     /* an error for getblock */
    FAKE_NOT_HEX,                      /* a block in other letters */
    FAKE_CUT,                          /* a block without its last byte */
    FAKE_TAMPERED,                     /* a block with a byte of its last transaction changed */
    FAKE_WORTHLESS,                    /* a block whose header has no work */
    FAKE_OTHER_BLOCK,                  /* the block before the one that was asked for */
    FAKE_ORPHAN,                       /* a block that follows none of ours, under its own hash */
    FAKE_BLOCK_LIES,                   /* so many are about blocks */
    FAKE_NO_MEMPOOL = FAKE_BLOCK_LIES, /* an error for getrawmempool */
    FAKE_POOL_SHORT,                   /* a list with a name that is none */
    FAKE_POOL_OTHER,                   /* another transaction than was asked for */
    FAKE_POOL_CUT,                     /* a transaction without its last byte */
};
struct fake_block {
    uint8_t hash[CHAIN_HASH];
    struct str bytes;
};
struct fake_node {
    struct fake_block chain[FAKE_BLOCKS_MAX]; /* by height */
    int64_t count;
    struct fake_block orphan;             /* what FAKE_ORPHAN gives for the last one */
    struct str mempool[FAKE_MEMPOOL_MAX]; /* whole transactions */
    size_t mempool_count;
    int64_t mempool_asked; /* transactions of it that were given out */
    enum fake_lie lie;
    const char *asked_for, *result; /* not NULL: of this method, JSON in the place of its result */
    int64_t asked;                  /* blocks that were given out */
    int port;
    int listener;
    pthread_t thread;
    pthread_mutex_t lock;
};
void fake_node_start(struct fake_node *n);
void fake_node_end(struct fake_node *n);
void fake_node_lie(struct fake_node *n, enum fake_lie lie);
/* What it says whenever `method` is asked for; NULL: honest again. */
void fake_node_say(struct fake_node *n, const char *method, const char *result);
