#pragma once
#include "funding/chain.h"

/*
 * Transactions of Bitcoin and Bitcoin Cash as they stand in blocks: read strictly, as far as
 * payments to us need it. Signatures are not checked; the block's proof of work stands for them.
 *
 * Bitcoin's may carry witnesses (BIP 144), which the id does not cover. On Bitcoin Cash the same
 * bytes would mean a transaction without inputs, which is refused there. Refused are also what no
 * node accepts: lengths not in their shortest form, no inputs or no outputs, marked witnesses that
 * are all empty, amounts or sums over the 21 million coins there can be.
 */
enum { CHAIN_TRANSACTION_LEAST = 60 }; /* bytes: one input and one output, both scripts empty */
#define CHAIN_MONEY_MAX ((int64_t)21 * 1000 * 1000 * 100 * 1000 * 1000) /* in satoshi */

struct chain_transaction {
    uint8_t txid[CHAIN_HASH];
    bool coinbase;      /* pays the block's reward: it has no real input */
    int64_t value;      /* sum of its outputs, in satoshi */
    struct str bytes;   /* all of it, borrowed */
    struct str inside;  /* its inputs and outputs, with their counts */
    struct str outputs; /* the outputs without their count */
    uint32_t output_count;
};
enum {
    CHAIN_TRANSACTION_CUT = 1, /* the bytes end too early */
    CHAIN_TRANSACTION_WRONG,
};
/* CompactSize, the numbers before lists and scripts: one byte, or 0xfd, 0xfe, 0xff and 2, 4 or 8
 * bytes. Only the shortest form is taken. From the front of *s; CUT and WRONG. */
MUST_USE err chain_size_take(struct str *s, uint64_t *ret);

/* Takes one from the front of *s. */
MUST_USE err chain_transaction_take(struct str *s, const struct chain *c, struct hasher *h,
                                    struct chain_transaction *ret);

/* How many bytes the id covers. */
size_t chain_transaction_size(const struct chain_transaction *t);
/* These bytes: without witnesses. Borrowed where there are none, else in `a`. */
struct str chain_transaction_strip(struct arena *a, const struct chain_transaction *t);

/*
 * One output. On Bitcoin Cash tokens may stand before the script (CHIP-2022-02 CashTokens); they
 * are taken off, `tokens` tells of them, and the value is that of the satoshi alone.
 */
struct chain_output {
    uint32_t vout;
    int64_t value;
    struct str script; /* borrowed */
    bool tokens;
};
struct chain_outputs {
    struct str rest;
    uint32_t next, count;
    bool cash;
};
/*
 *     struct chain_outputs all = chain_outputs(&t, c);
 *     while (chain_output_next(&all, &output)) ...
 */
struct chain_outputs chain_outputs(const struct chain_transaction *t, const struct chain *c);
bool chain_output_next(struct chain_outputs *all, struct chain_output *ret);
