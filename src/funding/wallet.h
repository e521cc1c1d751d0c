#pragma once
#include "funding/address_plan.h"
#include "funding/channel.h"
#include "funding/ethereum_chain.h"
#include "funding/node_rpc.h"

/*
 * What a channel of kind bitcoin, bitcoincash or ethereum is configured to be: where gifts go, and
 * the operator's node that is asked about them. Part of struct channel (`wallet`); made once with
 * the configuration. docs/channels.md is the manual of its keys.
 *
 *     [channel.bitcoin]
 *     key = wpkh([d34db33f/84h/0h/0h]xpub...)#checksum     or zpub..., or address = bc1q...
 *     node_url = http://127.0.0.1:8332
 *     node_cookie = /var/lib/bitcoind/.cookie
 *
 * Which address is shown when is for wallet_address.h; every address that was ever shown stays
 * watched.
 */
enum {
    WALLET_POOL_MAX = 50,
    WALLET_GAP_STANDARD = 20, /* unpaid addresses in a row after which wallets stop looking (BIP 44)
                               */
    WALLET_GAP_MAX = 1000,
    WALLET_TOKENS_MAX = 16,
    WALLET_DEPTH_MAX = 1000, /* blocks */
    WALLET_PLAN_ID = 16,     /* letters of a plan's name */
    WALLET_KEYS_MAX = 16,    /* keys of [channel.NAME] that only wallets have */
};
/* Which address stands in the support box. */
enum wallet_rotation {
    WALLET_ONE,   /* always the same */
    WALLET_MONTH, /* another one each month of the site's zone */
    WALLET_POOL,  /* one of `pool`, each day the next */
};
struct wallet_token { /* an ERC-20 contract that counts */
    struct ethereum_address contract;
    struct asset asset;
};
struct wallet {
    const struct chain *chain;  /* NULL: Ethereum */
    int64_t chain_id;           /* Ethereum's (EIP-155); 1: its main network */
    bool derived;               /* addresses follow from a key; else there is one address */
    struct address_plan plan;   /* Bitcoin's family */
    struct extended_key branch; /* Ethereum, derived */
    struct ethereum_address ethereum_address; /* Ethereum, one address */
    struct str plan_id;  /* WALLET_PLAN_ID hex digits of the SHA-256 of network and key or address:
                            rows of an older key are told from those of this one by it */
    struct str key_hash; /* SHA-256 of the configured key in hex; empty when there is none */
    bool watched;        /* it has a node */
    struct node node;
    int64_t depth; /* blocks, its own among them, after which a gift is settled (Ethereum: at least
                      as deep as that, and finalized) */
    int64_t start; /* height to look from; -1: the tip at the time of the first look */
    enum wallet_rotation rotation;
    int pool;
    int gap;
    bool own_addresses;    /* a giver may ask for one of their own */
    struct amount minimum; /* less is dust and not counted; in the coin */
    struct wallet_token tokens[WALLET_TOKENS_MAX];
    size_t token_count;
};

/* One of the lines that only wallets have. */
struct wallet_line {
    struct str name, value;
    int line;
};
struct wallet_source {
    enum channel_kind kind;
    struct str channel; /* its name */
    struct str address; /* of `address =`, or empty */
    int address_line;   /* or that of the section's first line */
    const struct wallet_line *lines;
    size_t n;
};
bool wallet_key_is(struct str name); /* one of the keys that wallets have beside `address` */
enum { WALLET_WRONG = 1 };
/* Everything lives in `memory`. On WRONG *ret_line and *ret_why (in `a`) say what is wrong. Private
 * keys must have been refused before. */
MUST_USE err wallet_make(const struct wallet_source *s, struct arena *memory, struct arena *a,
                         const struct wallet **ret, int *ret_line, struct str *ret_why);

/* The link that opens a payer's wallet for an address of a channel, and the text of its QR code. */
struct str wallet_uri(const struct channel *c, struct str address, struct arena *a);
struct str wallet_code(const struct channel *c, struct str address, struct arena *a);

/* An address of a wallet, as it is shown and as a chain knows it. */
struct wallet_place {
    struct str text;   /* shown; in the arena */
    struct str script; /* what an output carries; Ethereum: the 20 bytes; in the arena */
    int64_t number;    /* 0 when there is one address */
};
/* The first at or after `number` (at most EXTENDED_KEY_INDEX_MAX, check) that exists; a third of a
 * millisecond. ERR_LIMIT: there is none. */
MUST_USE err wallet_place(const struct wallet *w, int64_t number, struct arena *a,
                          struct wallet_place *ret);
/* Whether both are on one chain and have an address in common: the same key however it is written,
 * the same address, or one of those that the other's key hands out first (its `gap`, a third of a
 * millisecond each). */
MUST_USE err wallet_overlaps(const struct wallet *x, const struct wallet *y, struct arena *a,
                             bool *ret);
