#pragma once
#include "funding/ethereum_node.h"
#include "funding/wallet_address.h"

/*
 * What a block of Ethereum holds for some addresses: gifts, and what their balances should have
 * changed by.
 *
 * A gift is a transaction to one of them that was carried out (status 1 of its receipt) and has
 * value, or a log of a transfer by one of the wallet's tokens, as it stands in the receipt of its
 * transaction. Not gifts: transfers between two of the addresses, of nothing, of less than the
 * wallet's minimum (of tokens: than a hundredth of a whole one), and those of a token that moved
 * less than it says.
 */
struct ethereum_places {
    const struct wallet_address *list;
    size_t n;
    struct script_set *set;  /* of their 20 bytes; the numbers are those of the list */
    const struct str *words; /* the same for questions: JSON arrays */
    size_t word_count;
    struct str contracts; /* of the tokens: a JSON array */
    const struct wallet *wallet;
};
/* `list` is of the wallet's channel. All in `a`. */
MUST_USE err ethereum_places_make(const struct wallet *w, const struct wallet_address *list,
                                  size_t n, struct arena *a, struct ethereum_places *ret);

struct ethereum_gift {
    size_t place; /* in the list */
    struct amount amount;
    struct str object;      /* "0xHASH", of tokens "0xHASH:3": the log's position in the receipt */
    struct str transaction; /* "0xHASH" */
};
struct ethereum_flow {
    size_t place;
    int128 units; /* wei, fees too; below zero: they went out */
};
struct ethereum_found {
    struct ethereum_header header;
    struct ethereum_gift *gifts;
    struct ethereum_flow *flows;
    size_t gift_count, flow_count;
    int64_t ignored; /* what looks like a gift and is none */
    const char *why; /* of the last one of these */
};
enum { ETHEREUM_FOUND_MAX = 8192 /* gifts in a block, and flows */ };
/* Refusals as of ethereum_node.h. What is found is made in `keep`, answers in q->arena. */
MUST_USE err ethereum_scan(struct ethereum_asking *q, const struct ethereum_places *p,
                           int64_t number, struct arena *keep, struct ethereum_found *ret);
