#pragma once
#include "store/store.h"
#include "unit/test.h"

/*
 * Runs `work` in transactions of which each statement fails in turn, as on a full disk, and then in
 * one where none does. Whenever one failed it must say so with a fault (below zero): a fault that
 * is swallowed ends the test. Every transaction is undone, the last one too. `work` may be run any
 * number of times; it has a statement at least. The answer of the last run, OK or a refusal.
 */
err fault_sweep(struct store *s, err (*work)(struct tx *tx, void *arg), void *arg);

/* A test, and the same test once more in which fault_passes is set: every pass of a watcher is then
 * run with its first, second … statement failing until none is left to fail, by fault_each(). */
extern bool fault_passes;
#define TEST_AND_FAULTS(id)                                                                        \
    static void id##_body(void);                                                                   \
    TEST(id)                                                                                       \
    {                                                                                              \
        id##_body();                                                                               \
    }                                                                                              \
    TEST(id##_whatever_statement_fails)                                                            \
    {                                                                                              \
        fault_passes = true;                                                                       \
        id##_body();                                                                               \
    }                                                                                              \
    static void id##_body(void)
/* Runs it, with faults or without; its end without one. */
err fault_each(err (*run)(void *arg), void *arg);
