#pragma once
#include "funding/payment.h"

/*
 * The simulation: seeded streams of what may happen to money go through the shipped funding/ and
 * its SQL, and through a second, simple account of the same contract (model.c), which knows no SQL,
 * no text and no order of tables. After each seed everything that either can say must be the same.
 */
enum {
    SIM_OPS = 1000, /* of a seed */
    SIM_OBJECTS = 700,
    SIM_GIFTS = 1200,
    SIM_CHANNELS = 5,
    SIM_ASSETS = 6,
    SIM_GOALS = 3, /* goals of the seed, and after them "no goal" */
    SIM_RATES = 400,
    SIM_SOURCES = 3,
    SIM_ACCOUNTS = 6,
};
#define SIM_START INT64_C(1525132800000000) /* 2018-05-01T00:00:00Z */

extern const char *const sim_channels[SIM_CHANNELS];
extern const struct asset sim_assets[SIM_ASSETS];
extern const int sim_decimals[SIM_ASSETS];
int sim_asset_of(struct str code); /* its place; -1: none of them, or empty */
int sim_channel_of(struct str name);
enum ledger_source sim_source_of(int channel); /* of events: chains say what coins do */

enum op_kind {
    OP_EVENT,
    OP_RATE,      /* of asset in the currency `fee_asset`: price, from `at` on */
    OP_HAND,      /* typed in: pending or not, with `object` as its reference where not 0 */
    OP_SETTLE,    /* by hand, gift `id` */
    OP_TAKE_BACK, /* by hand, `units` of gift `id` */
    OP_REVERSE,
    OP_VALUE, /* by hand, at price */
    OP_FREEZE,
    OP_FREE,
    OP_MATCH, /* the event of channel, object and kind with that gift */
    OP_ERASE, /* who gave it */
    OP_KINDS
};
/* At the desk a gift is `id`, or where that is 0 the one of reference `of` in the channel. */
struct op {
    enum op_kind kind;
    enum payment_kind event;
    int channel, object, of; /* objects are numbers above 0 here, "o17" there */
    int asset, fee_asset;
    int128 units, fee;
    int64_t now; /* what the clock says then; it jumps */
    int64_t at;  /* when it happened there, or from when a rate is */
    int64_t day, id;
    int64_t price; /* in ten-thousandths */
    bool pending;
    bool giver; /* it says who gave */
};

/* Random numbers that are the same everywhere. */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *d);
int dice_below(struct dice *d, int n);
bool dice_chance(struct dice *d, int percent);

/* What a seed does: goals are months from May on with these currencies, -1: none. */
struct plan {
    int goals[SIM_GOALS];
    struct op ops[SIM_OPS];
    int n;
};
void plan_make(struct plan *p, uint64_t seed);

/* The model. */
struct gift {
    int channel, asset;
    int128 units, out, value, value_out;
    int value_asset; /* -1: none */
    int64_t day;
    int state; /* enum contribution_state */
    enum ledger_source source;
    int reference, giver; /* 0: none */
    bool frozen;
};
enum told_state { TOLD_WAITING, TOLD_BOOKED, TOLD_SUPERSEDED, TOLD_UNDONE };
struct told {
    struct op op;
    enum told_state state;
    int gift;    /* its number, from 1; 0: none yet */
    int matched; /* by hand, with that gift; 0: not */
    int giver;
    bool fresh;         /* it is being told: later nobody knows any more who gave, but `giver` */
    int128 part, value; /* what it took out */
};
struct price {
    int asset, currency;
    int64_t at, price;
};
typedef int128 sim_sums[SIM_GOALS + 1][SIM_ACCOUNTS][SIM_CHANNELS][SIM_SOURCES][SIM_ASSETS];
struct model {
    int goals[SIM_GOALS];
    int64_t now;
    struct gift gifts[SIM_GIFTS]; /* from 1 */
    int gift_count;
    struct told told[SIM_OPS + 1]; /* from 1, in the order they were kept */
    int told_count;
    bool erased[SIM_OPS + 1]; /* givers, from 1 */
    int giver_count;
    int16_t at[SIM_CHANNELS][SIM_OBJECTS][PAYMENT_KINDS]; /* into told */
    bool used[SIM_CHANNELS][SIM_OBJECTS];                 /* as a reference */
    struct price prices[SIM_RATES];
    int price_count;
    sim_sums sums;
    int waiting_of[2 * SIM_OPS]; /* objects to look at again: a list worked off */
    int first, end;
};
struct answer {
    bool refused;
    enum payment_outcome outcome; /* of events that were not refused */
    int64_t gift, released;
};
void model_start(struct model *m, const struct plan *p);
struct answer model_do(struct model *m, const struct op *op);
int sim_goal_of(int64_t day);                      /* its place; SIM_GOALS: a day outside of them */
extern const int64_t sim_goal_days[SIM_GOALS + 1]; /* first days, and the end of the last */

/* The shipped code. */
err core_start(struct tx *tx, const struct plan *p, struct arena *a); /* sets the goals */
err core_do(struct tx *tx, const struct op *op, struct arena *a, struct answer *ret);
/* The op of each event as it was kept, in the order of keeping; the number of them, -1: a fault. */
int core_events(struct tx *tx, struct arena *a, struct op *ret, int most);
/* All that both know; false after having said the first difference. */
bool core_compare(struct tx *tx, const struct model *m, struct arena *a);
/* store_check()'s rows as this transaction sees them. */
bool core_rows_hold(struct tx *tx, bool whole_file, struct arena *a);

/* Ways to drive a seed; false after having said what differs. */
/* All in one transaction that is undone; `done`: what was not refused is added. */
bool drive_at_once(struct store *s, uint64_t seed, int64_t done[OP_KINDS]);
extern const char *const sim_op_names[OP_KINDS];
bool drive_threads(uint64_t seed);           /* 64 of them, into a store of their own */
bool drive_kills(uint64_t seed, int *kills); /* a process killed again and again */
