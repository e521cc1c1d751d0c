/* The columns `question` and `used` of the comment table; comment.c stores them. */
#include "discussion/answer.h"
#include "discussion/comment_row.h"

#include <inttypes.h>

QUERY(answers_first, "select " COMMENT_COLUMNS " from comment where question = $1 and visible = 1 "
                     "order by score desc, id desc limit $2");
QUERY(answers_recent, "select " COMMENT_COLUMNS " from comment where question = $1 "
                      "and visible = 1 and (created_at, id) < ($2, $3) "
                      "order by created_at desc, id desc limit $4");
QUERY(answers_used, "select " COMMENT_COLUMNS " from comment where question = $1 and used = 1 "
                    "order by id limit $2");
QUERY(answers_used_count, "select count(*) from (select 1 from comment where question = $1 "
                          "and used = 1 limit $2) as some");
QUERY(answer_use_set, "update comment set used = $2 where id = $1");

CHECK_ROWS(question_answers, "a question's number of answers is that of its published ones",
           "select q.id, q.answers, count(c.id) as counted from question q left join comment c "
           "on c.question = q.id and c.state = 'published' group by q.id, q.answers "
           "having q.answers <> count(c.id)");
CHECK_ROWS(answer_report, "an answer stands under the report that asked",
           "select c.id, c.report, q.report as asked from comment c join question q "
           "on q.id = c.question where q.report <> c.report");

/* Among the first are placeholders perhaps, which are no answers. */
enum {
    SCRATCH_BYTES = 16 * 1024,
    CREDITS_MEMORY = 8 * 1024 * 1024,
    ANSWERS_LOOKED_AT = 2 * ANSWERS_SHOWN_MAX
};

err answer_check(struct tx *tx, const struct comment_draft *d)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, SCRATCH_BYTES);
    struct question q = { 0 };
    err e = question_get(tx, d->question, &a, &q);
    if (e < 0)
        return fault(e);
    if (e || q.report != d->report)
        return COMMENT_NO_QUESTION;
    if (d->parent)
        return COMMENT_ANSWER_REPLIES;
    if (!q.shown)
        return COMMENT_QUESTION_DROPPED;
    return q.state == QUESTION_CLOSED ? COMMENT_QUESTION_CLOSED : OK;
}

/* The published ones of a bound statement; placeholders are not answers. */
static err read_rows(struct stmt *s, size_t max, struct arena *a, struct answers *ret)
{
    struct comment *rows = arena_new(a, struct comment, max);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        comment_read(s, a, &rows[n]);
        n += rows[n].state == COMMENT_STATE_PUBLISHED;
    }
    *ret = (struct answers){ rows, n };
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}

err answer_list(struct tx *tx, int64_t question, struct arena *a, size_t *room, struct answers *ret)
{
    struct stmt *s = query_start(tx, &answers_first);
    bind_int(s, 1, question);
    bind_int(s, 2, ANSWERS_LOOKED_AT);
    err e = read_rows(s, ANSWERS_LOOKED_AT, a, ret);
    if (!e && ret->count > ANSWERS_SHOWN_MAX)
        ret->count = ANSWERS_SHOWN_MAX;
    for (size_t i = 0; !e && i < ret->count; i++) {
        struct html *html = &ret->comments[i].html;
        if (html->s.n > *room)
            *html = (struct html){ 0 };
        *room -= html->s.n;
    }
    return e;
}

err answer_credits(struct tx *tx, int64_t question, struct arena *a, struct answers *ret)
{
    struct stmt *s = query_start(tx, &answers_used);
    bind_int(s, 1, question);
    bind_int(s, 2, ANSWER_CREDITS_MAX);
    return read_rows(s, ANSWER_CREDITS_MAX, a, ret);
}

err answer_recent(struct tx *tx, int64_t question, struct answer_place behind, size_t max,
                  struct arena *a, struct answers *ret)
{
    struct stmt *s = query_start(tx, &answers_recent);
    bind_int(s, 1, question);
    bind_int(s, 2, behind.id ? behind.at : INT64_MAX);
    bind_int(s, 3, behind.id ? behind.id : INT64_MAX);
    bind_int(s, 4, (int64_t)max);
    return read_rows(s, max, a, ret);
}

/* The question's state after its answers in use have become `count`. */
static err follow(struct tx *tx, int64_t question, size_t count, int64_t by, int64_t now)
{
    enum question_state to = count ? QUESTION_USED : QUESTION_ANSWERED;
    err e = question_set_state(tx, question, to, by, now);
    return e == QUESTION_SAME_STATE ? OK : e > 0 ? fault(ERR_DATA) : e;
}

/* Those that are hidden count: they may come back. */
static err check_room(struct tx *tx, int64_t question)
{
    bool row = false;
    struct stmt *s = query_start(tx, &answers_used_count);
    bind_int(s, 1, question);
    bind_int(s, 2, ANSWER_CREDITS_MAX);
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    bool full = column_int(s, 0) == ANSWER_CREDITS_MAX;
    query_end(s);
    return full ? ANSWER_TOO_MANY : OK;
}

err answer_use(struct tx *tx, int64_t comment, bool used, int64_t by, int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, CREDITS_MEMORY);
    struct comment c = { 0 };
    struct answers credits = { 0 };
    err e = comment_get(tx, comment, &a, &c);
    if (e < 0)
        return fault(e);
    if (e || !c.question)
        return ANSWER_NONE;
    if (c.used == used)
        return ANSWER_SAME;
    if (used && c.state != COMMENT_STATE_PUBLISHED)
        return ANSWER_NOT_PUBLISHED;
    e = answer_credits(tx, c.question, &a, &credits);
    if (!e && used)
        e = check_room(tx, c.question);
    if (e)
        return e < 0 ? fault(e) : e;
    struct stmt *s = query_start(tx, &answer_use_set);
    bind_int(s, 1, comment);
    bind_int(s, 2, used);
    e = query_run(s, NULL);
    if (e)
        return fault(e);
    tx_touch(tx, "report/%" PRId64, c.report);
    size_t shown = c.state == COMMENT_STATE_PUBLISHED; // what is hidden is not among the credits
    return follow(tx, c.question, used ? credits.count + 1 : credits.count - shown, by, now);
}
