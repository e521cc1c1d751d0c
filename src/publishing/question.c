/* Questions as readers know them: reading, states, the number of answers. How they are found again
 * in a new revision is question_place.c's. */
#include "publishing/question.h"
#include "base/check.h"
#include "base/clock.h"

#define STATE_NUMBER                                                                               \
    "case state when 'open' then 0 when 'answered' then 1 when 'used' then 2 else 3 end"
#define ROWS                                                                                       \
    "select id, report, asked_text, asked_passage, coalesce(series, 0), asked_at, shown,"          \
    " " STATE_NUMBER ", answers, coalesce(changed_at, 0) from question where "
QUERY(question_row, ROWS "id = $1 and asked_at is not null");
QUERY(question_rows_all, ROWS "report = $1 and asked_at is not null and id > $2 order by id"
                              " limit $3");
QUERY(question_rows_dropped, ROWS "report = $1 and asked_at is not null and shown = 0"
                                  " order by id desc limit $2");
QUERY(question_rows_board, ROWS "series = $1 and shown = 1 and state = 'open'"
                                " and (asked_at, id) > ($2, $3) order by asked_at, id limit $4");
QUERY(question_rows_desk, ROWS "state = $1 and asked_at is not null and id < $2"
                               " order by id desc limit $3");
QUERY(question_state_set, "update question set state = $2, changed_at = $3, changed_by = $4"
                          " where id = $1");
QUERY(question_answers_add, "update question set answers = answers + $2 where id = $1"
                            " returning coalesce(series, 0)");

CHECK_ROWS(question_shown, "a question is shown when it stands in the text that is public",
           "select id, report from question q where shown <> (select count(*) from"
           " revision_question p join report r on r.words = p.revision"
           " where p.question = q.id and r.id = q.report and r.state = 'published')");

static const char *const state_names[QUESTION_STATES] = { "open", "answered", "used", "closed" };

struct str question_state_str(enum question_state s)
{
    check(s < QUESTION_STATES);
    return str_from_z(state_names[s]);
}

bool question_state_parse(struct str s, enum question_state *ret)
{
    for (size_t i = 0; i < QUESTION_STATES; i++) {
        if (str_eq(s, str_from_z(state_names[i]))) {
            *ret = (enum question_state)i;
            return true;
        }
    }
    return false;
}

static struct question read_row(struct stmt *s, struct arena *a)
{
    return (struct question){
        .id = column_int(s, 0),
        .report = column_int(s, 1),
        .text = column_str(s, 2, a),
        .passage = column_str(s, 3, a),
        .series = column_int(s, 4),
        .asked_at = column_int(s, 5),
        .shown = column_int(s, 6),
        .state = (enum question_state)column_int(s, 7),
        .answers = column_int(s, 8),
        .changed_at = column_int(s, 9),
    };
}

err question_get(struct tx *tx, int64_t id, struct arena *a, struct question *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &question_row);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return QUESTION_NONE;
    *ret = read_row(s, a);
    query_end(s);
    return OK;
}

/* Up to `max` rows of a bound statement, whose limit is one more. */
static err read_rows(struct stmt *s, size_t max, struct arena *a, struct question_rows *ret)
{
    struct question *rows = arena_new(a, struct question, max);
    bool row = true;
    size_t n = 0;
    for (;;) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row || n == max)
            break;
        rows[n++] = read_row(s, a);
    }
    if (row)
        query_end(s);
    *ret = (struct question_rows){ rows, n, row };
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}

err question_list(struct tx *tx, int64_t report, int64_t after, struct arena *a,
                  struct question_rows *ret)
{
    struct stmt *s = query_start(tx, &question_rows_all);
    bind_int(s, 1, report);
    bind_int(s, 2, after);
    bind_int(s, 3, QUESTION_LIST_MAX + 1);
    return read_rows(s, QUESTION_LIST_MAX, a, ret);
}

err question_list_dropped(struct tx *tx, int64_t report, size_t max, struct arena *a,
                          struct question_rows *ret)
{
    struct stmt *s = query_start(tx, &question_rows_dropped);
    bind_int(s, 1, report);
    bind_int(s, 2, (int64_t)max + 1);
    return read_rows(s, max, a, ret);
}

err question_board(struct tx *tx, int64_t series, int64_t after_at, int64_t after, struct arena *a,
                   struct question_rows *ret)
{
    struct stmt *s = query_start(tx, &question_rows_board);
    bind_int(s, 1, series);
    bind_int(s, 2, after_at);
    bind_int(s, 3, after);
    bind_int(s, 4, QUESTION_LIST_MAX + 1);
    return read_rows(s, QUESTION_LIST_MAX, a, ret);
}

err question_list_desk(struct tx *tx, enum question_state state, int64_t before, struct arena *a,
                       struct question_rows *ret)
{
    struct stmt *s = query_start(tx, &question_rows_desk);
    bind_str(s, 1, question_state_str(state));
    bind_int(s, 2, before > 0 ? before : INT64_MAX);
    bind_int(s, 3, QUESTION_LIST_MAX + 1);
    return read_rows(s, QUESTION_LIST_MAX, a, ret);
}

static void touch(struct tx *tx, int64_t report, int64_t series)
{
    if (report)
        tx_touch(tx, "report/%lld", (long long)report);
    tx_touch(tx, "questions/%lld", (long long)series);
}

err question_set_state(struct tx *tx, int64_t id, enum question_state to, int64_t by, int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, 16 * 1024);
    struct question q = { 0 };
    err e = question_get(tx, id, &a, &q);
    if (e)
        return e;
    if (q.state == to)
        return QUESTION_SAME_STATE;
    struct stmt *s = query_start(tx, &question_state_set);
    bind_int(s, 1, id);
    bind_str(s, 2, question_state_str(to));
    bind_int(s, 3, now);
    bind_int_or_null(s, 4, by);
    e = query_run(s, NULL);
    if (e)
        return fault(e);
    touch(tx, q.report, q.series);
    return OK;
}

/* The report's topic moves with its discussion's counters. */
err question_count(struct tx *tx, int64_t id, int64_t delta)
{
    bool row = false;
    struct stmt *s = query_start(tx, &question_answers_add);
    bind_int(s, 1, id);
    bind_int(s, 2, delta);
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    touch(tx, 0, column_int(s, 0));
    query_end(s);
    return OK;
}
