#pragma once
#include "store/store.h"

/*
 * Runs `work` in transactions of which each statement fails in turn, as on a full disk, and then in
 * one where none does. Whenever one failed it must say so with a fault (below zero): a fault that is
 * swallowed ends the test. Every transaction is undone, the last one too. `work` may be run any
 * number of times; it has a statement at least. The answer of the last run, OK or a refusal.
 */
err fault_sweep(struct store *s, err (*work)(struct tx *tx, void *arg), void *arg);
