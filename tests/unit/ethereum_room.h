#pragma once
#include "funding/channel_health.h"
#include "store/job.h"
#include "unit/ethereum_fake.h"
#include "unit/fund_room.h"

/* A newsroom with one channel of kind ethereum, and a fake node that it is counted from. Time goes
 * on with the blocks. */
#define OURS  "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
#define GIVER "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
#define COIN  "0x5FbDB2315678afecb367f032d93F642f64180aa3"
#define FAKE  "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
#define ETHER ((int128)1000000000 * 1000000000)

struct watch_room {
    struct fund_room o;
    struct fake_node node;
    struct job job;
    struct ethereum_address ours, giver, coin, fake;
};

/* `lines` are more of the channel's section. The chain has blocks 0 to 100, final up to 90. */
void watch_start(struct watch_room *w, const char *lines);
void watch_end(struct watch_room *w); /* the ledger must be sound */
void watch_pass(struct watch_room *w);
/* So many blocks are mined, and the last final one moves along. */
void watch_mine(struct watch_room *w, int64_t n);
void watch_configure(struct watch_room *w, const char *lines); /* anew, as after a SIGHUP */

enum watch_figure {
    WATCH_JOBS,
    WATCH_JOB_AT,
    WATCH_ROWS,  /* networks watched; the highest number */
    WATCH_FINAL, /* the highest block of the first; -1: none */
    WATCH_HEAD,
    WATCH_BLOCKS,
    WATCH_PENDING,
    WATCH_PAID_AT, /* of the first address */
};
int64_t watch_number(struct watch_room *w, enum watch_figure which);
/* All events: "payment aa0000 1.000000000000000000 booked\n" each, hashes cut to their end. */
struct str watch_events(struct watch_room *w);
struct channel_health watch_health(struct watch_room *w);
bool watch_says(struct str s, const char *what);
