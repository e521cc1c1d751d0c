#include "discussion/vote.h"
#include "base/check.h"
#include "publishing/report.h"

#include <inttypes.h>

QUERY(vote_subject, "select c.report, case when c.state = 'published' then 1 else 0 end, "
                    "coalesce(case when o.visitor = $2 then 1 else 0 end, 0), "
                    "c.up, c.down, coalesce(v.value, 0), v.counted "
                    "from comment c left join comment_origin o on o.comment = c.id "
                    "left join vote v on v.comment = c.id and v.voter = $2 where c.id = $1");
QUERY(vote_put, "insert into vote (comment, voter, value, created_at, address_key, "
                "address, prefix, counted) values ($1, $2, $3, $4, $5, $6, $7, $8) "
                "on conflict (comment, voter) do update set value = excluded.value, "
                "created_at = excluded.created_at, address_key = excluded.address_key, "
                "address = excluded.address, prefix = excluded.prefix");
QUERY(vote_drop, "delete from vote where comment = $1 and voter = $2");
QUERY(vote_sum, "update comment set up = $2, down = $3, score = $4 where id = $1");
QUERY(vote_uncount, "update vote set counted = 0 where comment = $1 and voter = $2 "
                    "and counted = 1 returning value");
QUERY(burst_put, "insert into vote_burst (comment, prefix, first_at, last_at, votes) "
                 "values ($1, $2, $3, $3, $4) on conflict (comment, prefix) do update set "
                 "last_at = excluded.last_at, votes = vote_burst.votes + excluded.votes");
QUERY(burst_rows, "select b.comment, c.report, b.first_at, b.last_at, b.votes from vote_burst b "
                  "join comment c on c.id = b.comment order by b.last_at desc limit $1");
QUERY(vote_row, "select value from vote where comment = $1 and voter = $2");

QUERY(vote_score, "select score from comment where id = $1 and state = 'published'");

CHECK_ROWS(vote_counted, "a comment's votes are the sums of those stored",
           "select c.id, c.up, c.down, c.score, coalesce(v.up, 0) as counted_up, "
           "coalesce(v.down, 0) as counted_down from comment c left join "
           "(select comment, sum(case when value > 0 then 1 else 0 end) as up, "
           "sum(case when value < 0 then 1 else 0 end) as down from vote where counted = 1 "
           "group by comment) v "
           "on v.comment = c.id where c.up <> coalesce(v.up, 0) "
           "or c.down <> coalesce(v.down, 0) or c.score <> c.up - c.down");

struct subject {
    int64_t report, up, down;
    bool published, own;
    int value;    /* the voter's vote so far */
    bool counted; /* whether it counts, or would */
};

static err subject_get(struct tx *tx, const struct vote *v, struct subject *ret)
{
    struct stmt *s = query_start(tx, &vote_subject);
    bind_int(s, 1, v->comment);
    bind_blob(s, 2, v->voter);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return VOTE_NO_COMMENT;
    *ret = (struct subject){
        .report = column_int(s, 0),
        .published = column_int(s, 1),
        .own = column_int(s, 2),
        .up = column_int(s, 3),
        .down = column_int(s, 4),
        .value = (int)column_int(s, 5),
        .counted = column_null(s, 6) ? !v->burst : column_int(s, 6),
    };
    query_end(s);
    return OK;
}

/* What is not shown takes no votes: a comment that was taken down, any of a withdrawn report. */
static err check_votable(struct tx *tx, const struct subject *s)
{
    bool shown = false;
    if (!s->published)
        return VOTE_NOT_PUBLISHED;
    err e = report_published(tx, s->report, &shown);
    if (e)
        return fault(e);
    return !shown ? VOTE_NOT_PUBLISHED : s->own ? VOTE_OWN : OK;
}

static err store_one(struct tx *tx, const struct vote *v, bool counted)
{
    struct stmt *s = query_start(tx, v->value ? &vote_put : &vote_drop);
    bind_int(s, 1, v->comment);
    bind_blob(s, 2, v->voter);
    if (v->value) {
        bind_int(s, 3, v->value);
        bind_int(s, 4, v->now);
        bind_int(s, 5, v->key);
        bind_blob_or_null(s, 6, v->address);
        bind_blob_or_null(s, 7, v->prefix);
        bind_int(s, 8, counted);
    }
    return query_run(s, NULL);
}

static err store_sums(struct tx *tx, int64_t comment, const struct vote_sums *sums)
{
    struct stmt *s = query_start(tx, &vote_sum);
    bind_int(s, 1, comment);
    bind_int(s, 2, sums->up);
    bind_int(s, 3, sums->down);
    bind_int(s, 4, sums->score);
    return query_run(s, NULL);
}

/* One earlier vote of the burst stops counting. */
static err uncount_one(struct tx *tx, int64_t comment, struct str voter, struct subject *sums,
                       int64_t *n)
{
    struct stmt *s = query_start(tx, &vote_uncount);
    bind_int(s, 1, comment);
    bind_blob(s, 2, voter);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    if (column_int(s, 0) > 0)
        sums->up--;
    else
        sums->down--;
    query_end(s);
    ++*n;
    return OK;
}

static err note_burst(struct tx *tx, const struct vote *v, int64_t votes)
{
    struct stmt *s = query_start(tx, &burst_put);
    bind_int(s, 1, v->comment);
    bind_blob(s, 2, v->prefix);
    bind_int(s, 3, v->now);
    bind_int(s, 4, votes);
    return query_run(s, NULL);
}

/* `is_new`: this vote is one that does not count, and was not there before. */
static err uncount(struct tx *tx, const struct vote *v, bool is_new, struct subject *sums)
{
    int64_t n = is_new;
    err e = OK;
    for (size_t i = 0; !e && i < v->uncount_n; i++)
        if (!str_eq(v->uncount[i], v->voter)) // its own is judged as it came
            e = uncount_one(tx, v->comment, v->uncount[i], sums, &n);
    if (!e && n)
        e = note_burst(tx, v, n);
    return e;
}

static err change(struct tx *tx, const struct vote *v, const struct subject *was,
                  struct vote_sums *ret)
{
    struct subject now = *was;
    err e = uncount(tx, v, v->burst && !was->value && !was->counted, &now);
    if (!e && v->value != was->value)
        e = store_one(tx, v, was->counted);
    if (e)
        return fault(e);
    if (was->counted) {
        now.up += (v->value > 0) - (was->value > 0);
        now.down += (v->value < 0) - (was->value < 0);
    }
    *ret = (struct vote_sums){ now.up, now.down, now.up - now.down, v->value };
    if (now.up == was->up && now.down == was->down)
        return OK;
    e = store_sums(tx, v->comment, ret);
    if (e)
        return fault(e);
    tx_touch(tx, "report/%" PRId64, was->report);
    tx_touch(tx, "vote/%" PRId64 "/%" PRId64, was->report, v->comment);
    return OK;
}

err vote_set(struct tx *tx, const struct vote *v, struct vote_sums *ret)
{
    check(v->value >= -1 && v->value <= 1 && v->voter.n);
    struct subject subject = { 0 };
    err e = subject_get(tx, v, &subject);
    if (!e)
        e = check_votable(tx, &subject);
    return e ? e : change(tx, v, &subject, ret);
}

err vote_get(struct tx *tx, int64_t comment, struct str voter, int64_t *ret_value)
{
    struct stmt *s = query_start(tx, &vote_row);
    bind_int(s, 1, comment);
    bind_blob(s, 2, voter);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_value = row ? column_int(s, 0) : 0;
    if (row)
        query_end(s);
    return OK;
}

err vote_score_of(struct tx *tx, int64_t comment, bool *ret_shown, int64_t *ret_score)
{
    struct stmt *s = query_start(tx, &vote_score);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_shown = row;
    *ret_score = row ? column_int(s, 0) : 0;
    if (row)
        query_end(s);
    return OK;
}

err vote_mine(struct tx *tx, struct str voter, const int64_t *comments, size_t n,
              int64_t *ret_values)
{
    check(n <= VOTES_MINE_MAX);
    for (size_t i = 0; i < n; i++) {
        err e = vote_get(tx, comments[i], voter, &ret_values[i]);
        if (e)
            return e;
    }
    return OK;
}

err vote_bursts(struct tx *tx, struct arena *a, const struct vote_burst **ret, size_t *ret_n)
{
    struct vote_burst *rows = arena_new(a, struct vote_burst, BURSTS_SHOWN);
    struct stmt *s = query_start(tx, &burst_rows);
    bind_int(s, 1, BURSTS_SHOWN);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        rows[n++] = (struct vote_burst){ column_int(s, 0), column_int(s, 1), column_int(s, 2),
                                         column_int(s, 3), column_int(s, 4) };
    }
    *ret = rows;
    *ret_n = n;
    return OK;
}
