#pragma once
#include "store/store.h"

/*
 * Later work, promised in the same transaction as what it speaks of. A job may run twice (a crash
 * between its work and its end): what it does is idempotent by a unique key.
 *
 * At most one waiting job exists per (kind, subject): promising it again moves its time to the
 * earlier of the two. jobs.c in main lists every kind with its function.
 */
struct job {
    int64_t id, subject;
    struct str kind;
    int attempt; /* 1 the first time */
};
MUST_USE err job_add(struct tx *tx, struct str kind, int64_t subject, int64_t run_at);
