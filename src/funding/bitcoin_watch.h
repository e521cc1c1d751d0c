#pragma once
#include "base/app.h"
#include "store/job.h"

/*
 * The job that looks for gifts in the blocks of Bitcoin and Bitcoin Cash, one for each channel that
 * has a node. It asks the operator's own node for whole blocks and for nothing else
 * (getblockcount, getblockhash, getblock HASH 0), so any node will do, pruned ones too, and no
 * wallet or index of it is believed.
 *
 * A block is taken when it is the one that was asked for, follows our last one, has the work it
 * claims, is no easier than the rules of its chain allow, and its merkle root is that of its
 * transactions (chain_block.h). When the node's chain is another one than ours, and at least as
 * long, the blocks of ours that it lacks are taken off one by one, and then its own are taken. A
 * node that is behind is waited for. What cannot be is said to the treasurer by channel_health.h,
 * and nothing is booked.
 */
#define BITCOIN_WATCH_JOB "bitcoin-watch"
MUST_USE err bitcoin_watch_job(const struct app *app, const struct setup *s, const struct job *job);
/* For each such channel a look at once: at start and after a new configuration. */
MUST_USE err bitcoin_watch_promise(const struct app *app, const struct setup *s);
