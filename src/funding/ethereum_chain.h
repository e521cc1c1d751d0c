#pragma once
#include "funding/amount.h"
#include "funding/ethereum.h"
#include "funding/extended_key.h"

/*
 * What an Ethereum node says, as values: quantities, words and transfer logs of its JSON-RPC
 * (ethereum/execution-apis), and the addresses of an account's extended public key.
 *
 * Whether a log counts is for the caller: its contract must be one of the configured ones, for any
 * contract can log what looks like a transfer, and `removed` must be false.
 */
enum { ETHEREUM_WORD = 32, ETHEREUM_WORD_TEXT = 2 + 2 * ETHEREUM_WORD };
enum {
    ETHEREUM_WRONG = 1, /* not in the form that the interface states */
    ETHEREUM_TOO_LARGE, /* 2^127 or more: no ether there can be, but some tokens */
    ETHEREUM_NOT_A_TRANSFER,
};

/* No amount of wei, and no fee, is that large: 10^12 ether. */
#define ETHEREUM_WEI_MAX ((int128)1 << 100)

/* "0x0", "0x1a": hex digits of either case without zeros in front. WRONG, TOO_LARGE. */
MUST_USE err ethereum_quantity(struct str s, int128 *ret);
/* An address as nodes write it, in any case: no checksum is looked at. */
bool ethereum_read(struct str s, struct ethereum_address *ret);
/* An address as a word, zeros in front, as topics of logs and arguments of calls have it. */
struct str ethereum_word(struct arena *a, const struct ethereum_address *address);

/* A log's parts, as they stand in the JSON. */
struct ethereum_log {
    struct str address;
    const struct str *topics;
    size_t topic_count;
    struct str data;
};
/* Keccak-256 of "Transfer(address,address,uint256)", with 0x. */
extern const struct str erc20_transfer_topic;
struct erc20_transfer {
    struct ethereum_address contract, from, to;
    int128 value; /* in the token's smallest units; may be 0 */
};
/*
 * ERC-20's Transfer event: three topics, of which two are addresses, and one word. NOT_A_TRANSFER
 * for other events, ERC-721's of the same name with its four topics among them; WRONG when words
 * have other lengths or an address is longer than one; TOO_LARGE.
 */
MUST_USE err erc20_transfer_parse(const struct ethereum_log *log, struct erc20_transfer *ret);

/* Last 20 bytes of Keccak-256 of both coordinates (check: the point is on the curve). */
struct ethereum_address ethereum_address_of_point(const uint8_t point[POINT_BYTES]);
/*
 * An account's xpub (m/44'/60'/0' by BIP 44), of which branch 0 receives. The refusals of extended
 * keys; UNKNOWN_FORM for zpub and ypub, NOT_A_KEY below the depth of an account.
 */
MUST_USE err ethereum_account_parse(struct str s, struct extended_key *ret_branch);
/* Address number `index` of that branch. EXTENDED_KEY_NO_CHILD, once in 2^127; HARDENED. */
MUST_USE err ethereum_address_for(const struct extended_key *branch, uint32_t index,
                                  struct ethereum_address *ret);
