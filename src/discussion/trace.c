#include "discussion/trace.h"
#include "base/check.h"
#include "base/clock.h"
#include "store/job.h"

#include <string.h>

QUERY(hashes_row, "select visitor, address, prefix from comment_origin where comment = $1");
QUERY(trace_end_row, "select e.comment, (select coalesce(max(id), 0) from comment) "
                     "from trace_end e where e.id = 1");
QUERY(trace_end_set, "update trace_end set comment = $1 where id = 1");
QUERY(hashes_next, "select comment, visitor, address, prefix from comment_origin "
                   "where comment > $1 order by comment limit $2");
QUERY(trace_add, "insert into trace (clue, comment) values ($1, $2) on conflict do nothing");
QUERY(trace_remove, "delete from trace where clue = $1 and comment = $2");

#define TRACED(column)                                                                             \
    "select t.comment from trace t join comment_origin o on o.comment = t.comment "                \
    "where t.clue = $1 and t.comment < $2 and o." column " = $3 order by t.comment desc limit $4"
QUERY(traced_visitor, TRACED("visitor"));
QUERY(traced_address, TRACED("address"));
QUERY(traced_prefix, TRACED("prefix"));
#define TAIL(column)                                                                               \
    "select comment from comment_origin where comment > $1 and comment < $2 and " column           \
    " = $3 order by comment desc limit $4"
QUERY(tail_visitor, TAIL("visitor"));
QUERY(tail_address, TAIL("address"));
QUERY(tail_prefix, TAIL("prefix"));

CHECK_ROWS(trace_of_origin, "traces lead to comments of which it is known whence they came",
           "select t.comment from trace t left join comment_origin o on o.comment = t.comment "
           "where o.comment is null or coalesce(o.visitor, o.address, o.prefix) is null");

enum { HASH_MAX = 64, HASHES_MEMORY = 1024 };
static const char *const likeness_names[LIKENESSES] = { "visitor", "address", "prefix" };

struct str likeness_str(enum likeness l)
{
    check(l < LIKENESSES);
    return str_from_z(likeness_names[l]);
}

bool likeness_parse(struct str s, enum likeness *ret)
{
    for (size_t i = 0; i < LIKENESSES; i++)
        if (str_eq(s, str_from_z(likeness_names[i]))) {
            *ret = (enum likeness)i;
            return true;
        }
    return false;
}

/* The first eight bytes of a hash. */
static int64_t clue_of(struct str hash)
{
    uint64_t clue = 0;
    check(hash.n >= sizeof clue);
    memcpy(&clue, hash.s, sizeof clue);
    return (int64_t)(clue >> 1);
}

/* One comment's hashes, by likeness; empty where there is none. */
static err hashes_get(struct tx *tx, int64_t comment, struct arena *a,
                      struct str hashes[LIKENESSES])
{
    struct stmt *s = query_start(tx, &hashes_row);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    for (int i = 0; i < (int)LIKENESSES; i++)
        hashes[i] = column_str(s, i, a);
    query_end(s);
    return OK;
}

/* ---- finding */

struct looking {
    struct tx *tx;
    enum likeness like;
    struct str hash;
    int64_t before, end, last; /* traces reach to `end`, comments to `last` */
    size_t max, n;
    int64_t *ids;
};

static err take_ids(struct looking *l, struct stmt *s)
{
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        l->ids[l->n++] = column_int(s, 0);
    }
}

static err look_at_tail(struct looking *l)
{
    static const struct query *const queries[] = { &tail_visitor, &tail_address, &tail_prefix };
    int64_t from = l->last - TRACE_TAIL > l->end ? l->last - TRACE_TAIL : l->end;
    struct stmt *s = query_start(l->tx, queries[l->like]);
    bind_int(s, 1, from);
    bind_int(s, 2, l->before);
    bind_blob(s, 3, l->hash);
    bind_int(s, 4, (int64_t)l->max);
    return take_ids(l, s);
}

static err look_at_traces(struct looking *l)
{
    static const struct query *const queries[] = { &traced_visitor, &traced_address,
                                                   &traced_prefix };
    int64_t before = l->before <= l->end ? l->before : l->end + 1;
    struct stmt *s = query_start(l->tx, queries[l->like]);
    bind_int(s, 1, clue_of(l->hash));
    bind_int(s, 2, before);
    bind_blob(s, 3, l->hash);
    bind_int(s, 4, (int64_t)(l->max - l->n));
    return take_ids(l, s);
}

static err end_get(struct tx *tx, int64_t *ret_end, int64_t *ret_last)
{
    struct stmt *s = query_start(tx, &trace_end_row);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret_end = column_int(s, 0);
    *ret_last = column_int(s, 1);
    query_end(s);
    return OK;
}

static err look(struct looking *l)
{
    err e = end_get(l->tx, &l->end, &l->last);
    if (!e)
        e = look_at_tail(l);
    if (!e && l->n < l->max)
        e = look_at_traces(l);
    return e ? fault(e) : OK;
}

err trace_list(struct tx *tx, int64_t comment, enum likeness like, struct trace_piece piece,
               int64_t *ret_ids, size_t *ret_n)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, HASHES_MEMORY);
    struct str hashes[LIKENESSES] = { 0 };
    struct looking l = { .tx = tx,
                         .like = like,
                         .before = piece.before > 0 ? piece.before : INT64_MAX,
                         .max = piece.max,
                         .ids = ret_ids };
    err e = hashes_get(tx, comment, &a, hashes);
    l.hash = hashes[like];
    if (!e && l.hash.n)
        e = look(&l);
    if (e)
        return fault(e);
    *ret_n = l.n;
    return OK;
}

err trace_visitor(struct tx *tx, struct str visitor, struct trace_piece piece, int64_t *ret_ids,
                  size_t *ret_n)
{
    struct looking l = { .tx = tx,
                         .like = LIKE_VISITOR,
                         .hash = visitor,
                         .before = piece.before > 0 ? piece.before : INT64_MAX,
                         .max = piece.max,
                         .ids = ret_ids };
    err e = look(&l);
    if (!e)
        *ret_n = l.n;
    return e;
}

/* ---- laying and dropping */

static err each(struct tx *tx, const struct query *q, const struct str hashes[LIKENESSES],
                int64_t comment)
{
    for (int i = 0; i < (int)LIKENESSES; i++) {
        if (!hashes[i].n)
            continue;
        struct stmt *s = query_start(tx, q);
        bind_int(s, 1, clue_of(hashes[i]));
        bind_int(s, 2, comment);
        err e = query_run(s, NULL);
        if (e)
            return e;
    }
    return OK;
}

err trace_drop(struct tx *tx, int64_t comment)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, HASHES_MEMORY);
    struct str hashes[LIKENESSES] = { 0 };
    err e = hashes_get(tx, comment, &a, hashes);
    if (!e)
        e = each(tx, &trace_remove, hashes, comment);
    return e ? fault(e) : OK;
}

err trace_drop_of(struct tx *tx, int64_t comment, enum likeness like)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, HASHES_MEMORY);
    struct str hashes[LIKENESSES] = { 0 };
    struct str one[LIKENESSES] = { 0 };
    err e = hashes_get(tx, comment, &a, hashes);
    one[like] = hashes[like];
    if (!e)
        e = each(tx, &trace_remove, one, comment);
    return e ? fault(e) : OK;
}

static err set_end(struct tx *tx, int64_t end)
{
    struct stmt *s = query_start(tx, &trace_end_set);
    bind_int(s, 1, end);
    return query_run(s, NULL);
}

static err lay(struct tx *tx, int64_t end, struct arena *a, size_t *ret_n)
{
    int64_t last = end;
    struct stmt *s = query_start(tx, &hashes_next);
    bind_int(s, 1, end);
    bind_int(s, 2, TRACE_STEP);
    for (size_t n = 0;; n++) {
        bool row = false;
        struct str hashes[LIKENESSES] = { 0 };
        err e = query_step(s, &row);
        if (e)
            return e;
        *ret_n = n;
        if (!row)
            return n ? set_end(tx, last) : OK;
        last = column_int(s, 0);
        for (int i = 0; i < (int)LIKENESSES; i++)
            hashes[i] = column_str(s, i + 1, a);
        e = each(tx, &trace_add, hashes, last);
        if (e)
            return e;
    }
}

err trace_step(struct tx *tx, bool *ret_more)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, (size_t)TRACE_STEP * LIKENESSES * HASH_MAX);
    int64_t end = 0;
    int64_t last = 0;
    size_t n = 0;
    err e = end_get(tx, &end, &last);
    if (!e && end < last)
        e = lay(tx, end, &a, &n);
    if (e)
        return fault(e);
    *ret_more = n == TRACE_STEP;
    return OK;
}

static err step_work(struct tx *tx, void *arg)
{
    return trace_step(tx, arg);
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(TRACE_JOB), 0, *at);
}

err trace_promise(struct store *store, int64_t at)
{
    return store_write(store, promise, &at);
}

err trace_job(const struct app *app)
{
    enum { STEPS = TRACE_SECOND / TRACE_STEP, IDLE_SECONDS = 300 };
    bool more = true;
    err e = OK;
    for (int i = 0; !e && more && i < STEPS; i++)
        e = store_write(app->store, step_work, &more);
    int64_t wait = more ? SECOND : IDLE_SECONDS * SECOND;
    return e ? e : trace_promise(app->store, clock_now(&app->clock) + wait);
}
