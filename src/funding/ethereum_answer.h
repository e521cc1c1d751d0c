#pragma once
#include "base/json.h"
#include "funding/ethereum_chain.h"

/*
 * Blocks, transactions, receipts and logs as a node of Ethereum answers them
 * (ethereum/execution-apis), read into values. Only what is looked at is read, and all of that must
 * be in the form that the interface states: numbers are quantities in hex, never JSON's own.
 *
 * The refusals are those of ethereum_chain.h; ETHEREUM_WRONG for all that is missing or of another
 * kind.
 */
enum { ETHEREUM_HASH = 32 };
struct ethereum_hash {
    uint8_t bytes[ETHEREUM_HASH];
};
bool ethereum_hash_read(struct str s, struct ethereum_hash *ret);
struct str ethereum_hash_print(struct arena *a, const struct ethereum_hash *h); /* with 0x */
bool ethereum_hash_eq(const struct ethereum_hash *a, const struct ethereum_hash *b);
bool ethereum_address_eq(const struct ethereum_address *a, const struct ethereum_address *b);

/* A quantity of at most 63 bits. */
bool ethereum_number_read(const struct json *j, int64_t *ret);
struct str ethereum_number_print(struct arena *a, int64_t v); /* "0x1a" */

struct ethereum_header {
    int64_t number;
    int64_t at; /* its time, microseconds of UTC */
    struct ethereum_hash hash, parent;
};
MUST_USE err ethereum_header_read(const struct json *j, struct ethereum_header *ret);

struct ethereum_transaction {
    struct ethereum_hash hash;
    struct ethereum_address from, to;
    bool creates;     /* a contract: there is no `to` */
    struct str value; /* a quantity, not read yet: ethereum_quantity() */
};
MUST_USE err ethereum_transaction_read(const struct json *j, struct ethereum_transaction *ret);

struct ethereum_receipt {
    struct ethereum_hash transaction, block;
    int64_t number; /* of the block */
    bool success;
    int128 fee; /* all that the sender paid for having it mined */
    const struct json *logs;
};
MUST_USE err ethereum_receipt_read(const struct json *j, struct ethereum_receipt *ret);

/* A log of eth_getLogs or of a receipt, and where it is. */
struct ethereum_entry {
    struct ethereum_hash transaction, block;
    int64_t number; /* of the block */
    int64_t index;  /* within the block */
    bool removed;
    struct ethereum_address contract;
    struct erc20_transfer transfer;
};
/* NOT_A_TRANSFER, TOO_LARGE: all but `transfer` is filled. */
MUST_USE err ethereum_entry_read(const struct json *j, struct ethereum_entry *ret);
