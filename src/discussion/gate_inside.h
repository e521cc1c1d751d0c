#pragma once
#include "discussion/ban.h"
#include "discussion/filter_learn.h"
#include "discussion/gate.h"
#include "discussion/hold_rules.h"
#include "discussion/rates.h"
#include "render/skeleton.h"

#include <pthread.h>
#include <stdatomic.h>

/* For the files of the gate: what it remembers. */
struct phrase {
    struct str typed, skeleton;
};
struct rule_set {
    struct hold_rules rules;
    const struct phrase *phrases;
    size_t phrase_count;
};
/* What was read from the store at one moment; it does not change after it was made. */
struct snapshot {
    struct arena arena;
    const struct rule_set *sets; /* the site's first, then by scope and object */
    size_t set_count;
    const struct ban *bans; /* by hash */
    size_t ban_count;
    int64_t *ban_keys; /* the keys their addresses were hashed with, each once */
    size_t ban_key_count;
    const struct looks *names; /* of the staff */
    size_t name_count;
};

struct spent;  /* work.c */
struct bursts; /* gate_vote.c */
struct gate {
    struct store *store;
    struct skeletons *skeletons;
    int64_t started;
    pthread_rwlock_t lock; /* of the snapshot: read while it is used */
    struct snapshot *snapshot;
    atomic_bool stale;
    struct rates *floods, *words, *reports, *slow, *authors, *troubles, *trouble_makers;
    _Atomic int64_t attacked_until;
    struct spent *spent;
    struct rates *voters, *newcomers; /* new voters by neighbourhood, and those counted */
    struct rates *first_votes;        /* without a cookie, by address and comment */
    struct bursts *bursts;
    struct learner *learner; /* the filter */
};

/* gate_snapshot.c: one that is not stale, which cannot change until snapshot_drop(). Never twice at
 * once by a thread. */
MUST_USE err snapshot_pin(struct gate *g, int64_t now, const struct snapshot **ret);
void snapshot_drop(struct gate *g, const struct snapshot *s); /* NULL is fine */
void snapshot_free(struct snapshot *s);
const struct rule_set *snapshot_set(const struct snapshot *s, enum rule_scope scope,
                                    int64_t object); /* NULL: none is stored */

/* work.c */
struct spent *spent_make(struct arena *a);
void spent_end(struct spent *s);

/* gate_vote.c */
struct bursts *bursts_make(struct arena *a);
void bursts_end(struct bursts *b);

/* gate.c */
bool gate_under_attack(struct gate *g, const struct snapshot *s, int64_t now);
