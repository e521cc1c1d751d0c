#include "base/check.h"
#include "base/scan.h"
#include "discussion/gate_inside.h"
#include "people/keys.h"
#include "people/person.h"

#include <stdlib.h>

enum { SNAPSHOT_BYTES_MAX = 64 * 1024 * 1024 };

/* ---- making one: what is read goes into a scratch arena, what is kept into the snapshot's */

static size_t count_lines(struct str text)
{
    size_t n = 0;
    while (text.n) {
        (void)scan_line(&text); // it is only counted
        n++;
    }
    return n;
}

static void compile(const struct gate *g, struct snapshot *s, struct arena *scratch,
                    struct rule_set *set)
{
    struct str rest = set->rules.phrases;
    struct phrase *phrases = arena_new(&s->arena, struct phrase, count_lines(rest) + 1);
    size_t n = 0;
    while (rest.n) {
        struct str line = scan_line(&rest);
        struct str skeleton = text_skeleton(g->skeletons, scratch, line);
        phrases[n++] = (struct phrase){ str_copy(&s->arena, line), str_copy(&s->arena, skeleton) };
    }
    set->rules.phrases = S("");
    set->phrases = phrases;
    set->phrase_count = n;
}

static err read_rules(struct tx *tx, const struct gate *g, struct snapshot *s,
                      struct arena *scratch)
{
    const struct hold_rules *stored = NULL;
    size_t n = 0;
    err e = hold_rules_list(tx, scratch, &stored, &n);
    if (e)
        return e;
    struct rule_set *sets = arena_new(&s->arena, struct rule_set, n + 1);
    size_t from = 0;
    if (!n || stored[0].scope != SCOPE_SITE) { // the standards
        e = hold_rules_get(tx, SCOPE_SITE, 0, scratch, &sets[0].rules);
        from = 1;
    }
    for (size_t i = 0; i < n; i++)
        sets[from + i].rules = stored[i];
    for (size_t i = 0; i < from + n; i++)
        compile(g, s, scratch, &sets[i]);
    s->sets = sets;
    s->set_count = from + n;
    return e;
}

static int by_hash(const void *x, const void *y)
{
    const struct ban *a = x;
    const struct ban *b = y;
    return str_cmp(a->hash, b->hash);
}

/* More keys than KEYS_OLD_MAX are not kept anyway. */
static void add_key(struct snapshot *s, int64_t key)
{
    for (size_t i = 0; i < s->ban_key_count; i++)
        if (s->ban_keys[i] == key)
            return;
    if (s->ban_key_count < KEYS_OLD_MAX)
        s->ban_keys[s->ban_key_count++] = key;
}

static err read_bans(struct tx *tx, struct snapshot *s, int64_t now, struct arena *scratch)
{
    const struct ban *bans = NULL;
    err e = ban_list(tx, now, BANS_MAX, scratch, &bans, &s->ban_count);
    if (e)
        return e;
    struct ban *sorted = arena_new(&s->arena, struct ban, s->ban_count + 1);
    for (size_t i = 0; i < s->ban_count; i++)
        sorted[i] = (struct ban){ .kind = bans[i].kind,
                                  .hash = str_copy(&s->arena, bans[i].hash),
                                  .key = bans[i].key,
                                  .until = bans[i].until };
    s->ban_keys = arena_new(&s->arena, int64_t, KEYS_OLD_MAX);
    for (size_t i = 0; i < s->ban_count; i++)
        if (sorted[i].kind != BAN_COOKIE)
            add_key(s, sorted[i].key);
    qsort(sorted, s->ban_count, sizeof *sorted, by_hash);
    s->bans = sorted;
    return OK;
}

static err read_names(struct tx *tx, const struct gate *g, struct snapshot *s,
                      struct arena *scratch)
{
    const struct person *persons = NULL;
    size_t n = 0;
    err e = person_list(tx, scratch, &persons, &n);
    if (e)
        return e;
    struct looks *names = arena_new(&s->arena, struct looks, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (!persons[i].active)
            continue;
        struct looks looks = text_looks(g->skeletons, scratch, persons[i].name);
        names[s->name_count++] =
            (struct looks){ str_copy(&s->arena, looks.folded), str_copy(&s->arena, looks.drawn) };
    }
    s->names = names;
    return OK;
}

static err read_all(const struct gate *g, struct snapshot *s, int64_t now)
{
    struct arena scratch CLEANUP(arena_free);
    arena_init(&scratch, SNAPSHOT_BYTES_MAX);
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(g->store, &tx);
    if (!e)
        e = read_rules(&tx, g, s, &scratch);
    if (!e)
        e = read_bans(&tx, s, now, &scratch);
    if (!e)
        e = read_names(&tx, g, s, &scratch);
    return e ? fault(e) : OK;
}

void snapshot_free(struct snapshot *s)
{
    if (!s)
        return;
    struct arena a = s->arena; // the snapshot lives in its own arena
    arena_free(&a);
}

static err renew(struct gate *g, int64_t now)
{
    struct arena a;
    arena_init(&a, SNAPSHOT_BYTES_MAX);
    struct snapshot *s = arena_new(&a, struct snapshot, 1);
    s->arena = a;
    atomic_store(&g->stale, false); // before reading: what changes meanwhile makes it stale again
    err e = read_all(g, s, now);
    if (e) {
        atomic_store(&g->stale, true);
        snapshot_free(s);
        return e;
    }
    snapshot_free(g->snapshot);
    g->snapshot = s;
    return OK;
}

/* ---- using it */

err snapshot_pin(struct gate *g, int64_t now, const struct snapshot **ret)
{
    err e = OK;
    while (!e && atomic_load(&g->stale)) {
        pthread_rwlock_wrlock(&g->lock);
        if (atomic_load(&g->stale)) // nobody was faster
            e = renew(g, now);
        pthread_rwlock_unlock(&g->lock);
    }
    if (e)
        return e;
    pthread_rwlock_rdlock(&g->lock);
    *ret = g->snapshot;
    return OK;
}

void snapshot_drop(struct gate *g, const struct snapshot *s)
{
    if (s)
        pthread_rwlock_unlock(&g->lock);
}

const struct rule_set *snapshot_set(const struct snapshot *s, enum rule_scope scope, int64_t object)
{
    size_t low = 0;
    size_t high = s->set_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct hold_rules *h = &s->sets[middle].rules;
        if (h->scope == scope && h->object == object)
            return &s->sets[middle];
        if (h->scope < scope || (h->scope == scope && h->object < object))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
