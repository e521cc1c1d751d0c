#include "discussion/retention.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "discussion/ban.h"
#include "discussion/trace.h"
#include "people/keys.h"
#include "people/visitor.h"
#include "store/job.h"

CONFIG_INT(privacy_address_days, "privacy", "address_days", 90, 1, 3650,
           "Days after which keyed hashes of client addresses are dropped.");
CONFIG_INT(privacy_email_days, "privacy", "email_days", 730, 1, 36500,
           "Days after which e-mail addresses given with comments are dropped.");

QUERY(retention_get, "select comment from retention where what = $1");
QUERY(retention_set, "insert into retention (what, comment) values ($1, $2) "
                     "on conflict (what) do update set comment = $2");
QUERY(comments_after, "select id, created_at from comment where id > $1 order by id limit $2");
QUERY(origin_address_drop,
      "update comment_origin set address = null, prefix = null where comment = $1");
QUERY(origin_email_drop, "update comment_origin set email = null where comment = $1");
QUERY(origin_visitor_drop, "update comment_origin set visitor = null where comment = $1");
QUERY(votes_drop, "update vote set address = null, prefix = null where (comment, voter) in "
                  "(select comment, voter from vote where comment > $1 and comment <= $2 "
                  "and created_at < $3 and (address is not null or prefix is not null) limit $4)");
QUERY(flags_drop, "update flag set address = null, prefix = null where (comment, voter) in "
                  "(select comment, voter from flag where comment > $1 and comment <= $2 "
                  "and created_at < $3 and (address is not null or prefix is not null) limit $4)");
// What stands for who is forgotten is shorter than any hash.
#define OLD_ROWS(table, also)                                                                      \
    "select comment, voter from " table " where comment > $1 and comment <= $2 "                   \
    "and created_at < $3 and " also " limit $4"
#define NAMED "length(voter) > 8"
QUERY(votes_named, OLD_ROWS("vote", NAMED));
QUERY(flags_named, OLD_ROWS("flag", NAMED));
QUERY(flags_by_address, OLD_ROWS("flag", "voter = address"));
QUERY(vote_unname, "update vote set voter = $3 where comment = $1 and voter = $2");
QUERY(flag_unname, "update flag set voter = $3 where comment = $1 and voter = $2");
QUERY(comment_last, "select coalesce(max(id), 0) from comment");
QUERY(bursts_drop, "delete from vote_burst where last_at < $1");
QUERY(ban_keys, "select distinct address_key from ban where until > $1 and kind <> 'cookie' "
                "limit $2");

struct retention_days retention_days(const struct config *c)
{
    return (struct retention_days){ .address = config_int(c, &privacy_address_days),
                                    .email = config_int(c, &privacy_email_days) };
}

/* ---- of comments: each kind goes on behind the last one it dealt with */

enum kind { KIND_ADDRESS, KIND_EMAIL, KIND_VISITOR };
static const char *const kind_names[] = { "address", "email", "visitor" };

struct step {
    enum kind kind;
    int64_t before; /* what is older goes */
    bool more;
};

static err run_one(struct tx *tx, const struct query *q, int64_t n)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, n);
    return query_run(s, NULL);
}

static err drop(struct tx *tx, enum kind kind, int64_t comment)
{
    static const struct query *const queries[] = { &origin_address_drop, &origin_email_drop,
                                                   &origin_visitor_drop };
    err e = OK;
    if (kind == KIND_ADDRESS)
        e = trace_drop_of(tx, comment, LIKE_ADDRESS);
    if (!e && kind == KIND_ADDRESS)
        e = trace_drop_of(tx, comment, LIKE_PREFIX);
    if (!e && kind == KIND_VISITOR)
        e = trace_drop_of(tx, comment, LIKE_VISITOR);
    return e ? e : run_one(tx, queries[kind], comment);
}

static err get_done(struct tx *tx, enum kind kind, int64_t *ret)
{
    struct stmt *s = query_start(tx, &retention_get);
    bind_str(s, 1, str_from_z(kind_names[kind]));
    bool row = false;
    err e = query_step(s, &row);
    *ret = 0;
    if (e || !row)
        return e;
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err set_done(struct tx *tx, enum kind kind, int64_t comment)
{
    struct stmt *s = query_start(tx, &retention_set);
    bind_str(s, 1, str_from_z(kind_names[kind]));
    bind_int(s, 2, comment);
    return query_run(s, NULL);
}

static err drop_some(struct tx *tx, void *arg)
{
    struct step *w = arg;
    int64_t done = 0;
    size_t n = 0;
    err e = get_done(tx, w->kind, &done);
    if (e)
        return fault(e);
    struct stmt *s = query_start(tx, &comments_after);
    bind_int(s, 1, done);
    bind_int(s, 2, RETENTION_STEP);
    bool row = true;
    while (!e && row) {
        e = query_step(s, &row);
        if (e || !row)
            break;
        if (column_int(s, 1) >= w->before) {
            query_end(s);
            break;
        }
        done = column_int(s, 0);
        n++;
        e = drop(tx, w->kind, done);
    }
    if (!e && n)
        e = set_done(tx, w->kind, done);
    w->more = n == RETENTION_STEP;
    return e ? fault(e) : OK;
}

/* ---- of votes and flags */

struct sweep {
    const struct query *query;
    int64_t from, to, before, changes;
};

static err sweep_some(struct tx *tx, void *arg)
{
    struct sweep *w = arg;
    struct stmt *s = query_start(tx, w->query);
    bind_int(s, 1, w->from);
    bind_int(s, 2, w->to);
    bind_int(s, 3, w->before);
    bind_int(s, 4, RETENTION_STEP);
    return query_run(s, &w->changes);
}

static err last_comment(const struct app *app, int64_t *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    err e = store_read(app->store, &tx);
    if (e)
        return e;
    struct stmt *s = query_start(&tx, &comment_last);
    e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret = column_int(s, 0);
    return OK;
}

static err sweep(const struct app *app, const struct query *q, int64_t before)
{
    int64_t last = 0;
    err e = last_comment(app, &last);
    struct sweep w = { .query = q, .before = before };
    while (!e && w.from < last) {
        w.to = w.from + RETENTION_STEP;
        e = store_write(app->store, sweep_some, &w);
        if (!e && w.changes < RETENTION_STEP)
            w.from = w.to;
    }
    return e;
}

/* ---- and of who voted and flagged: the rows stay, or sums could not be recounted */

enum { FORGOTTEN_BYTES = 8, ROWS_MEMORY = 256 * 1024 };

struct unnaming {
    const struct query *find, *set;
    int64_t from, to, before;
    size_t n;
};

struct row {
    int64_t comment;
    struct str voter;
};

static err find_rows(struct tx *tx, const struct unnaming *w, struct arena *a, struct row *rows,
                     size_t *ret_n)
{
    struct stmt *s = query_start(tx, w->find);
    bind_int(s, 1, w->from);
    bind_int(s, 2, w->to);
    bind_int(s, 3, w->before);
    bind_int(s, 4, RETENTION_STEP);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        rows[n++] = (struct row){ column_int(s, 0), column_str(s, 1, a) };
    }
    *ret_n = n;
    return OK;
}

static err unname_some(struct tx *tx, void *arg)
{
    struct unnaming *w = arg;
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, ROWS_MEMORY);
    struct row *rows = arena_new(&a, struct row, RETENTION_STEP);
    err e = find_rows(tx, w, &a, rows, &w->n);
    for (size_t i = 0; !e && i < w->n; i++) {
        uint8_t nobody[FORGOTTEN_BYTES];
        random_bytes(nobody, sizeof nobody);
        struct stmt *s = query_start(tx, w->set);
        bind_int(s, 1, rows[i].comment);
        bind_blob(s, 2, rows[i].voter);
        bind_blob(s, 3, bytes_str(nobody, sizeof nobody));
        e = query_run(s, NULL);
    }
    return e ? fault(e) : OK;
}

static err unname(const struct app *app, const struct query *find, const struct query *set,
                  int64_t before)
{
    int64_t last = 0;
    err e = last_comment(app, &last);
    struct unnaming w = { .find = find, .set = set, .before = before };
    while (!e && w.from < last) {
        w.to = w.from + RETENTION_STEP;
        e = store_write(app->store, unname_some, &w);
        if (!e && w.n < RETENTION_STEP)
            w.from = w.to;
    }
    return e;
}

/* Who flagged without a cookie stands there by the address, which goes with the addresses. */
static err forget_voters(const struct app *app, int64_t address_before, int64_t visitor_before)
{
    err e = unname(app, &flags_by_address, &flag_unname, address_before);
    if (!e)
        e = unname(app, &flags_named, &flag_unname, visitor_before);
    if (!e)
        e = unname(app, &votes_named, &vote_unname, visitor_before);
    return e;
}

/* ---- the rest */

static err drop_bursts(struct tx *tx, void *arg)
{
    const int64_t *before = arg;
    return run_one(tx, &bursts_drop, *before);
}

static err forget_keys(const struct app *app, int64_t before, int64_t now)
{
    int64_t needed[KEYS_OLD_MAX];
    size_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (e)
        return e;
    struct stmt *s = query_start(&tx, &ban_keys);
    bind_int(s, 1, now);
    bind_int(s, 2, KEYS_OLD_MAX);
    for (;;) {
        bool row = false;
        e = query_step(s, &row);
        if (e)
            return e;
        if (!row)
            break;
        needed[n++] = column_int(s, 0);
    }
    tx_end(&tx);
    return keys_forget(app->keys, before, needed, n);
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(RETENTION_JOB), 0, *at);
}

err retention_promise(struct store *store, int64_t at)
{
    return store_write(store, promise, &at);
}

static err drop_all(const struct app *app, enum kind kind, int64_t before)
{
    struct step w = { .kind = kind, .before = before, .more = true };
    err e = OK;
    while (!e && w.more)
        e = store_write(app->store, drop_some, &w);
    return e;
}

err retention_job(const struct app *app, struct retention_days days)
{
    int64_t now = clock_now(&app->clock);
    int64_t before = now - days.address * DAY;
    err e = drop_all(app, KIND_ADDRESS, before);
    if (!e)
        e = drop_all(app, KIND_EMAIL, now - days.email * DAY);
    if (!e)
        e = drop_all(app, KIND_VISITOR, now - VISITOR_DAYS * DAY);
    if (!e)
        e = forget_voters(app, before, now - VISITOR_DAYS * DAY);
    if (!e)
        e = sweep(app, &votes_drop, before);
    if (!e)
        e = sweep(app, &flags_drop, before);
    if (!e)
        e = store_write(app->store, drop_bursts, &before);
    if (!e)
        e = forget_keys(app, before, now);
    return e ? fault(e) : retention_promise(app->store, now + DAY);
}
