#include "discussion/comment_author.h"
#include "base/clock.h"
#include "discussion/appeal.h"
#include "discussion/comment_desk.h"
#include "discussion/comment_row.h"
#include "mail/mail.h"
#include "people/claim.h"
#include "people/email.h"
#include "people/subscriber.h"
#include "store/job.h"

QUERY(of_email, "select comment from comment_origin where email = $1 and email is not null "
                "and comment < $2 order by comment desc limit $3");
QUERY(author_row, "select " COMMENT_COLUMNS ", coalesce(o.email, ''), o.body "
                  "from comment join comment_origin o on o.comment = id where id = $1");

enum { HASH_MEMORY = 1024 };

/* ---- finding */

static err ids_of_email(struct tx *tx, struct str email, int64_t before, size_t max, int64_t *ret,
                        size_t *ret_n)
{
    struct stmt *s = query_start(tx, &of_email);
    bind_str(s, 1, email);
    bind_int(s, 2, before > 0 ? before : INT64_MAX);
    bind_int(s, 3, (int64_t)max);
    for (size_t n = 0;; n++) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        *ret_n = n;
        if (!row)
            return OK;
        ret[n] = column_int(s, 0);
    }
}

static err read_one(struct tx *tx, int64_t id, const struct author *who, struct arena *a,
                    struct author_comment *ret, bool *ret_there)
{
    struct stmt *s = query_start(tx, &author_row);
    bind_int(s, 1, id);
    err e = query_step(s, ret_there);
    if (e || !*ret_there)
        return e;
    comment_read(s, a, &ret->comment);
    ret->email = column_str(s, COMMENT_COLUMN_COUNT, a);
    ret->body = column_str(s, COMMENT_COLUMN_COUNT + 1, a);
    ret->by_email = who->email.n && str_eq(ret->email, who->email);
    query_end(s);
    return OK;
}

/* Two lists of falling numbers, taken from as one. */
struct lists {
    int64_t *ids[2];
    size_t n[2], at[2];
};

static int64_t next_id(struct lists *l)
{
    int64_t next = 0;
    for (int i = 0; i < 2; i++)
        if (l->at[i] < l->n[i] && l->ids[i][l->at[i]] > next)
            next = l->ids[i][l->at[i]];
    for (int i = 0; i < 2; i++)
        if (l->at[i] < l->n[i] && l->ids[i][l->at[i]] == next)
            l->at[i]++;
    return next;
}

static err find_ids(struct tx *tx, const struct author *who, struct trace_piece piece,
                    struct arena *a, struct lists *l)
{
    for (int i = 0; i < 2; i++)
        l->ids[i] = arena_new(a, int64_t, piece.max);
    err e = who->visitor.n ? trace_visitor(tx, who->visitor, piece, l->ids[0], &l->n[0]) : OK;
    if (!e && who->email.n)
        e = ids_of_email(tx, who->email, piece.before, piece.max, l->ids[1], &l->n[1]);
    return e;
}

err author_comments(struct tx *tx, const struct author *who, struct trace_piece piece,
                    struct arena *a, struct author_list *ret)
{
    struct author_comment *comments = arena_new(a, struct author_comment, piece.max);
    struct lists l = { 0 };
    size_t n = 0;
    size_t bytes = 0;
    piece.max++; // to know whether there are more
    err e = find_ids(tx, who, piece, a, &l);
    int64_t id = e ? 0 : next_id(&l);
    for (; !e && id && n < piece.max - 1 && bytes < AUTHOR_BYTES; id = next_id(&l)) {
        bool there = false;
        e = read_one(tx, id, who, a, &comments[n], &there);
        if (e || !there)
            continue;
        bytes += comments[n].comment.html.s.n + comments[n].body.n;
        n++;
    }
    if (e)
        return fault(e);
    *ret = (struct author_list){ comments, n, id && n ? comments[n - 1].comment.id : 0 };
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}

err author_known(struct tx *tx, const struct keys *keys, struct str email, bool *ret)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, HASH_MEMORY);
    int64_t ids[APPEAL_GONE_MAX];
    size_t n = 0;
    err e = ids_of_email(tx, email, 0, 1, ids, &n);
    if (!e && !n)
        e = appeal_gone(tx, appeal_email_hash(keys, &a, email), ids, &n);
    *ret = n > 0;
    return e;
}

/* ---- erasing */

struct erasing {
    struct str email, email_hash;
    int64_t now, done;
    bool more;
};

static err erase_some(struct tx *tx, void *arg)
{
    struct erasing *w = arg;
    int64_t ids[AUTHOR_ERASE_STEP];
    size_t n = 0;
    err e = ids_of_email(tx, w->email, 0, AUTHOR_ERASE_STEP, ids, &n);
    for (size_t i = 0; !e && i < n; i++)
        e = appeal_forget(tx, ids[i]);
    for (size_t i = 0; !e && i < n; i++)
        e = comment_set_state(tx, ids[i], COMMENT_STATE_DELETED, 0, w->now);
    if (e)
        return e > 0 ? fault(ERR_DATA) : fault(e); // what has an origin can be deleted
    w->done += (int64_t)n;
    w->more = n == AUTHOR_ERASE_STEP;
    return OK;
}

static err forget(struct tx *tx, void *arg)
{
    const struct erasing *w = arg;
    int64_t claim = 0;
    int64_t asked_at = 0;
    err e = claim_ask(tx, w->email, w->now, &claim, &asked_at);
    if (!e)
        e = claim_drop(tx, claim);
    if (!e)
        e = appeal_forget_gone(tx, w->email_hash);
    if (!e)
        e = subscriber_erase(tx, w->email);
    if (!e)
        e = mail_forget(tx, w->email, w->now);
    return e ? fault(e) : OK;
}

err author_erase(const struct app *app, struct str email, int64_t *ret_comments)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, HASH_MEMORY);
    struct erasing w = { .email = email,
                         .email_hash = appeal_email_hash(app->keys, &a, email),
                         .now = clock_now(&app->clock),
                         .more = true };
    err e = OK;
    while (!e && w.more)
        e = store_write(app->store, erase_some, &w);
    if (!e)
        e = store_write(app->store, forget, &w);
    if (!e)
        *ret_comments = w.done;
    return e;
}

err author_erase_ask(struct tx *tx, struct str email, int64_t now)
{
    int64_t claim = 0;
    int64_t asked_at = 0;
    err e = claim_ask(tx, email, now, &claim, &asked_at);
    if (!e)
        e = claim_erase(tx, claim);
    if (!e)
        e = job_add(tx, S(AUTHOR_ERASE_JOB), claim, now);
    return e ? fault(e) : OK;
}

err author_erase_job(const struct app *app, int64_t id)
{
    enum { MEMORY = 16 * 1024 };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, MEMORY);
    struct claim claim = { 0 };
    int64_t comments = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = claim_get(&tx, id, &a, &claim);
    tx_end(&tx);
    if (e)
        return e == CLAIM_GONE ? OK : fault(e); // it was done before
    return claim.erase ? author_erase(app, claim.email, &comments) : OK;
}
