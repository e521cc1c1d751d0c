#pragma once
#include "funding/ethereum_answer.h"
#include "funding/node_rpc.h"

/*
 * Questions to the operator's node of Ethereum, and whether its answers can be answers to them: a
 * block of another number, a receipt of another transaction, a log of another contract are no
 * answers. Whether they are true nobody but the node can say: unlike Bitcoin's, blocks carry no
 * proof that is checked here.
 *
 * All functions return OK or a refusal of node_rpc.h, with `why` a sentence for the operator.
 */
struct ethereum_asking {
    const struct node *node;
    bool (*give_up)(void *arg); /* may be NULL */
    void *arg;
    struct arena *arena; /* for answers; whoever asks for many blocks resets it */
    const char *why;     /* after a refusal */
    int64_t code;        /* after NODE_ERROR: the node's number for it */
};
enum {
    ETHEREUM_BLOCK_MAX =
        16 * 1024 * 1024, /* bytes of a block as JSON; real ones have 0.1 to 2 MB */
    /* Of an arena for one block: JSON of the worst kind takes forty times its text. */
    ETHEREUM_ARENA = 16 * ETHEREUM_BLOCK_MAX,
};

MUST_USE err ethereum_ask_chain(struct ethereum_asking *q, int64_t *ret_id);
/* The block that the node calls "latest" or "finalized". */
MUST_USE err ethereum_ask_tip(struct ethereum_asking *q, const char *tag,
                              struct ethereum_header *ret);
/* A block's header; with *ret_transactions its transactions too, as JSON, an array. */
MUST_USE err ethereum_ask_block(struct ethereum_asking *q, int64_t number,
                                struct ethereum_header *ret, const struct json **ret_transactions);
/* Of a transaction of `block`. */
MUST_USE err ethereum_ask_receipt(struct ethereum_asking *q,
                                  const struct ethereum_hash *transaction,
                                  const struct ethereum_header *block,
                                  struct ethereum_receipt *ret);
/*
 * Transfers of some contracts in one block, to or from some addresses: an array of logs.
 * `contracts` and `who` are JSON: an array of addresses, an array of words.
 */
struct ethereum_log_query {
    const struct ethereum_header *block;
    struct str contracts, who;
    bool sent; /* by `who`; else to them */
};
MUST_USE err ethereum_ask_logs(struct ethereum_asking *q, const struct ethereum_log_query *l,
                               const struct json **ret);
/* After a block. NODE_ERROR: mostly that the node no longer has the state of so old a block. */
MUST_USE err ethereum_ask_balance(struct ethereum_asking *q, const struct ethereum_address *who,
                                  int64_t number, int128 *ret);
MUST_USE err ethereum_ask_token_balance(struct ethereum_asking *q,
                                        const struct ethereum_address *contract,
                                        const struct ethereum_address *who, int64_t number,
                                        int128 *ret);
