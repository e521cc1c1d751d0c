#pragma once
#include "base/app.h"
#include "store/job.h"

/*
 * The job that watches a channel of kind ethereum: every few seconds it asks the operator's node
 * for new blocks, and books what they hold for the addresses that were handed out.
 *
 * Settled is what stands in a block that the node calls finalized and that has the wallet's depth;
 * what is in later blocks is pending. A block's gifts and the block itself are written in one
 * transaction, so that none is left out or looked at twice, whenever the program ends. What a
 * pending gift was told of and did not become final in ETHEREUM_PENDING_BLOCKS has failed; should
 * it come after that, it is a new gift.
 *
 * Ether also comes without a transaction to the address: from contracts, as a validator's
 * withdrawal, as fees. So what each address holds is compared, at final blocks, with what its
 * transactions have moved since the last look; what is more is booked as one gift, whose object
 * names the address and the blocks ("0xADDR@100..132": after 100, up to 132).
 *
 * Nothing is booked, and the channel's health says why, when the node does not answer, is of
 * another network (paused until it is of the right one), says of a final block something else than
 * before (paused until it says the same again, or the channel's `start` is set above it), tells
 * blocks that do not follow one another, or has heard nothing of the network for hours.
 */
#define ETHEREUM_WATCH_JOB "ethereum-watch" /* .subject: a row of ethereum_state.h */
enum {
    ETHEREUM_PENDING_BLOCKS = 256,
    ETHEREUM_PASS_BLOCKS = 500, /* at most, of a pass */
    ETHEREUM_PASS_SECONDS = 10, /* after which the next one goes on */
    ETHEREUM_WAIT_PASSES = 3,   /* after a refusal, so many times as long as else */
};
#define ETHEREUM_BEHIND (2 * HOUR) /* how old the newest final block may be */
MUST_USE err ethereum_watch_job(const struct app *app, const struct setup *s,
                                const struct job *job);
/* Hands the first address of each such channel out and promises a pass, now. At start and after a
 * new configuration. */
MUST_USE err ethereum_watch_promise(const struct app *app, const struct setup *s);
