#pragma once
#include "base/buf.h"
#include "store/db.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

/*
 * The one write connection and group commit.
 *
 * A caller puts its ticket into the batch that is forming. If nobody leads, it leads: it takes the
 * batch, runs every ticket's work in a savepoint inside one BEGIN IMMEDIATE ... COMMIT, tells the
 * topics, and wakes the batch. Whoever came meanwhile has formed the next batch, and its first
 * ticket is woken to lead it. So the batch is as large as the disk is slow, one fsync serves all of
 * it, and a lone writer never waits for another thread.
 *
 * Each ticket has a semaphore of its own, so that those woken need no lock and do not queue up for
 * it. A ticket that does not wait any more is posted exactly once, and its caller leaves
 * only after it has taken that post: nobody touches the ticket later, so it may live on the stack.
 */
enum {
    BATCH_MAX = 512, /* tickets in a batch; who finds the forming one full waits for room */
    TOPIC_MAX = 200, /* bytes of one topic */
    TOPICS_MAX_BYTES = 16 * 1024 * 1024, /* of one batch */
    TOPICS_REMEMBERED = 256,
    HARDLY_ANY_WRITES = 60,
};

enum ticket_turn { TICKET_WAITS, TICKET_LEADS, TICKET_DONE };
struct ticket {
    tx_work *work;
    void *arg;
    err result;
    int place;                     /* in its batch */
    _Atomic enum ticket_turn turn; /* changed under the writer's lock */
    sem_t posted;
};
struct batch {
    uint64_t number;
    int n;
    struct ticket *tickets[BATCH_MAX];
};
struct touched {
    struct buf topics; /* each ends in a line feed */
    bool jobs;         /* later work was promised */
};
struct writer {
    struct store *store;
    struct db *db; /* the leader's alone */
    int64_t wait;  /* microseconds a caller waits for room or its batch's turn: then ERR_BUSY */
    struct touched touched;

    pthread_mutex_t lock; /* for all below */
    pthread_cond_t room;
    struct batch batches[2]; /* by parity of the number */
    uint64_t forming, finished;
    bool leading; /* somebody leads, or was woken to lead */
    bool working; /* and is at work: */
    pthread_t leader;
    uint64_t writes, kept, busy, failed, largest, writes_at_rest;
};

void writer_init(struct writer *w, struct store *s);
void writer_free(struct writer *w); /* closes the connection */
MUST_USE err writer_write(struct writer *w, tx_work *work, void *arg);
void writer_count(struct writer *w, struct store_statistics *ret); /* its part of them */
void writer_rest(
    struct writer *w); /* forgets cached pages if hardly anybody wrote since the last call */
