#pragma once
#include "funding/channel.h"
#include "funding/channel_health.h"
#include "funding/ethereum_scan.h"
#include "funding/ethereum_state.h"
#include "funding/ethereum_watch.h"
#include "funding/payment.h"

/* One pass over a channel: what ethereum_watch.c (the order of things), ethereum_book.c (writing)
 * and ethereum_balance.c (ether without a transaction) share. */
struct ethereum_pass {
    const struct app *app;
    const struct setup *setup;
    const struct job *job;
    const struct channel *channel;
    const struct wallet *wallet;
    int64_t watch, now;
    int64_t deadline;   /* monotonic */
    struct arena keep;  /* of the pass */
    struct arena block; /* of one block */
    struct arena answers;
    struct ethereum_asking q;
    struct ethereum_places places;
    struct ethereum_header latest, finalized;
    struct ethereum_position last; /* final block that was looked at */
};
bool ethereum_pass_over(const struct ethereum_pass *p); /* its time is up, or the program ends */

/* All of these write once. What the day of an instant is, they find out before. */

/* A block with all its gifts. A final one moves p->last. */
MUST_USE err ethereum_book_block(struct ethereum_pass *p, const struct ethereum_found *f,
                                 bool final);
/* The block that all begins behind. */
MUST_USE err ethereum_book_start(struct ethereum_pass *p, const struct ethereum_header *h);
/* Pending gifts that did not come. */
MUST_USE err ethereum_book_overdue(struct ethereum_pass *p);
/* The channel's health, and the next pass. */
MUST_USE err ethereum_book_end(struct ethereum_pass *p, enum health_fact fact, struct str why,
                               int64_t next);

/* One event of the chain, in `tx`. *ret may be NULL. */
MUST_USE err ethereum_take(struct tx *tx, struct ethereum_pass *p, const struct payment_event *e,
                           enum payment_outcome *ret);

/* What addresses without a row hold after the last final block. Refusals as of ethereum_node.h. */
MUST_USE err ethereum_balance_begin(struct ethereum_pass *p);
/* Compares, and books what came without a transaction. */
MUST_USE err ethereum_balance_compare(struct ethereum_pass *p);
