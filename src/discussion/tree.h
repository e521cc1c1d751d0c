#pragma once
#include "store/store.h"

/*
 * The counters within a thread, which decide where placeholders stand (see "visible" in comment.h).
 * For comment.c and comment_desk.c only: they have just made the comment visible, or not so.
 */
struct tree_node {
    int64_t id, parent, root; /* parent 0 and root its own id for the root of a thread */
};

/*
 * `delta` is +1 when the node became visible, -1 when it ceased to be. Its parents' counters
 * follow; a parent that is not published becomes visible with its first visible reply and ceases to
 * be with the last, and so on upwards. *ret_threads is the change in the number of visible roots.
 */
MUST_USE err tree_changed(struct tx *tx, const struct tree_node *node, int delta,
                          int64_t *ret_threads);

/* The same for a new node whose parent is published, as comment_add() has made sure. */
MUST_USE err tree_added(struct tx *tx, const struct tree_node *node);
