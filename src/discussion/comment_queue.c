#include "discussion/comment_queue.h"
#include "base/check.h"
#include "discussion/comment_row.h"
#include "render/caseless.h"

#define DESK_ROWS                                                                                  \
    "select " COMMENT_COLUMNS ", coalesce(o.email, ''), hold, coalesce(o.hold_about, ''), "        \
    "coalesce(changed_at, 0), coalesce(changed_by, 0), reason, flags, "                            \
    "coalesce((select s.person from assignment s where s.comment = comment.id), 0) "               \
    "from comment left join comment_origin o on o.comment = comment.id "
#define LATEST          " and id < $1 order by id desc limit $2"
#define IN_STATE(state) "where state <> 'published' and state = '" state "'" LATEST
#define MINE                                                                                       \
    "where id in (select m.comment from assignment m where m.person = $3 and m.comment < $1 "      \
    "order by m.comment desc limit $2) order by id desc"
#define NEW "where state in ('published', 'held', 'hidden') and id >= $3" LATEST
QUERY(desk_held, DESK_ROWS IN_STATE("held"));
QUERY(desk_flagged, DESK_ROWS "where flags > 0" LATEST);
QUERY(desk_mine, DESK_ROWS MINE);
QUERY(desk_newest, DESK_ROWS NEW);
QUERY(desk_hidden, DESK_ROWS IN_STATE("hidden"));
QUERY(desk_spam, DESK_ROWS IN_STATE("spam"));
QUERY(desk_all, DESK_ROWS "where id < $1 order by id desc limit $2");
QUERY(desk_row, DESK_ROWS "where id = $1");

QUERY(ids_held, "select id from comment " IN_STATE("held"));
QUERY(ids_flagged, "select id from comment where flags > 0" LATEST);
QUERY(ids_mine, "select m.comment from assignment m where m.person = $3 and m.comment < $1 "
                "order by m.comment desc limit $2");
QUERY(ids_hidden, "select id from comment " IN_STATE("hidden"));
QUERY(ids_spam, "select id from comment " IN_STATE("spam"));

QUERY(last_id, "select coalesce(max(id), 0) from comment");
QUERY(words_below, "select c.id, c.name, coalesce(o.body, '') from comment c "
                   "left join comment_origin o on o.comment = c.id "
                   "where c.id < $1 and c.state <> 'deleted' order by c.id desc limit $2");
QUERY(state_of_one, "select " COMMENT_STATE_NUMBER " from comment where id = $1");

static const char *const filter_names[DESK_FILTERS] = { "held",   "flagged", "mine", "newest",
                                                        "hidden", "spam",    "all" };

struct str desk_filter_str(enum desk_filter f)
{
    check(f < DESK_FILTERS);
    return str_from_z(filter_names[f]);
}

bool desk_filter_parse(struct str s, enum desk_filter *ret)
{
    for (size_t i = 0; i < DESK_FILTERS; i++) {
        if (str_eq(s, str_from_z(filter_names[i]))) {
            *ret = (enum desk_filter)i;
            return true;
        }
    }
    return false;
}

static void read_desk(struct stmt *s, struct arena *a, struct desk_comment *ret)
{
    enum { AT = COMMENT_COLUMN_COUNT };
    *ret = (struct desk_comment){
        .email = column_str(s, AT, a),
        .hold_about = column_str(s, AT + 2, a),
        .changed_at = column_int(s, AT + 3),
        .changed_by = column_int(s, AT + 4),
        .reason = (enum reason)column_int(s, AT + 5),
        .flags = column_int(s, AT + 6),
        .assigned = column_int(s, AT + 7),
    };
    comment_read(s, a, &ret->comment);
    (void)comment_hold_parse(column_str(s, AT + 1, a),
                             &ret->hold); // what we do not know is shown as not held
}

err comment_get_desk(struct tx *tx, int64_t id, struct arena *a, struct desk_comment *ret)
{
    struct stmt *s = query_start(tx, &desk_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return QUEUE_NO_COMMENT;
    read_desk(s, a, ret);
    query_end(s);
    return OK;
}

static err last_get(struct tx *tx, int64_t *ret)
{
    struct stmt *s = query_start(tx, &last_id);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

/* ---- the queues */

struct list_of {
    struct desk_comment *at;
    size_t n;
    int64_t next;
};

/* The newest are looked for among the next QUEUE_SPAN ids, for there may be any number of spam. */
static err newest_floor(struct tx *tx, int64_t *before, int64_t *ret_floor)
{
    int64_t last = 0;
    err e = last_get(tx, &last);
    if (e)
        return e;
    if (*before > last + 1)
        *before = last + 1;
    *ret_floor = *before > QUEUE_SPAN ? *before - QUEUE_SPAN : 0;
    return OK;
}

static err list_queue(struct tx *tx, const struct queue_query *q, struct arena *a,
                      struct list_of *ret)
{
    static const struct query *const queries[DESK_FILTERS] = {
        &desk_held, &desk_flagged, &desk_mine, &desk_newest, &desk_hidden, &desk_spam, &desk_all
    };
    int64_t before = q->before > 0 ? q->before : INT64_MAX;
    int64_t floor = 0;
    err e = q->show == DESK_NEWEST ? newest_floor(tx, &before, &floor) : OK;
    if (e)
        return e;
    struct stmt *s = query_start(tx, queries[q->show]);
    bind_int(s, 1, before);
    bind_int(s, 2, DESK_COMMENTS + 1);
    if (q->show == DESK_MINE || q->show == DESK_NEWEST)
        bind_int(s, 3, q->show == DESK_MINE ? q->person : floor);
    bool row = false;
    for (;;) {
        e = query_step(s, &row);
        if (e)
            return e;
        if (!row || ret->n == DESK_COMMENTS)
            break;
        read_desk(s, a, &ret->at[ret->n++]);
    }
    if (row)
        query_end(s);
    ret->next = row ? ret->at[ret->n - 1].comment.id : floor > 1 ? floor : 0;
    return OK;
}

/* ---- lists that begin as ids */

static err list_ids(struct tx *tx, const int64_t *ids, size_t n, struct arena *a,
                    struct list_of *ret)
{
    for (size_t i = 0; i < n; i++) {
        err e = comment_get_desk(tx, ids[i], a, &ret->at[ret->n++]);
        if (e)
            return e < 0 ? e : ERR_DATA; // the ids were read in the same snapshot
    }
    return OK;
}

static err list_like(struct tx *tx, const struct queue_query *q, struct arena *a,
                     struct list_of *ret)
{
    int64_t ids[DESK_COMMENTS + 1];
    size_t n = 0;
    err e = trace_list(tx, q->of, q->like, (struct trace_piece){ q->before, COUNT(ids) }, ids, &n);
    if (e)
        return e;
    if (n > DESK_COMMENTS)
        ret->next = ids[--n - 1];
    return list_ids(tx, ids, n, a, ret);
}

/* ---- looking for words */

struct search {
    struct str text; /* folded */
    int64_t before;  /* where to go on; 0: at the end */
    int64_t *ids;
    size_t n, max;
};

static bool holds(struct str words, struct str text, struct arena *scratch)
{
    size_t at = 0;
    return str_find(text_caseless(scratch, words), text, &at);
}

/* Looks through the next comments, until a span is over or enough are found. */
static err search_span(struct tx *tx, struct search *look)
{
    struct arena scratch CLEANUP(arena_free) = { 0 };
    size_t bytes = 0;
    size_t rows = 0;
    bool row = false;
    arena_init(&scratch, 16 * (size_t)COMMENT_HTML_MAX);
    struct stmt *s = query_start(tx, &words_below);
    bind_int(s, 1, look->before);
    bind_int(s, 2, QUEUE_SPAN);
    for (;;) {
        err e = query_step(s, &row);
        if (e)
            return e;
        if (!row)
            break;
        arena_reset(&scratch);
        int64_t id = column_int(s, 0);
        struct str name = column_str(s, 1, &scratch);
        struct str body = column_str(s, 2, &scratch);
        rows++;
        bytes += body.n;
        look->before = id;
        if (holds(body, look->text, &scratch) || holds(name, look->text, &scratch))
            look->ids[look->n++] = id;
        if (bytes >= QUEUE_BYTES || look->n == look->max)
            break;
    }
    if (row)
        query_end(s);
    else if (rows < QUEUE_SPAN)
        look->before = 0;
    return OK;
}

static struct search search_of(const struct queue_query *q, struct arena *a, int64_t *ids,
                               size_t max)
{
    return (struct search){ .text = text_caseless(a, q->text),
                            .before = q->before > 0 ? q->before : INT64_MAX,
                            .ids = ids,
                            .max = max };
}

static err list_text(struct tx *tx, const struct queue_query *q, struct arena *a,
                     struct list_of *ret)
{
    int64_t ids[DESK_COMMENTS];
    struct search look = search_of(q, a, ids, COUNT(ids));
    err e = search_span(tx, &look);
    if (!e)
        e = list_ids(tx, ids, look.n, a, ret);
    ret->next = look.before;
    return e;
}

err comment_list_desk(struct tx *tx, const struct queue_query *q, struct arena *a,
                      struct desk_comments *ret)
{
    struct list_of list = { .at = arena_new(a, struct desk_comment, DESK_COMMENTS) };
    err e = OK;
    if (q->of)
        e = list_like(tx, q, a, &list);
    else if (q->text.n)
        e = list_text(tx, q, a, &list);
    else
        e = list_queue(tx, q, a, &list);
    if (e)
        return fault(e);
    *ret = (struct desk_comments){ list.at, list.n, list.next };
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}

/* ---- all of a list */

static err ids_queue(struct tx *tx, const struct queue_query *q, int64_t *ids, size_t *ret_n)
{
    static const struct query *const queries[DESK_FILTERS] = { &ids_held, &ids_flagged, &ids_mine,
                                                               NULL,      &ids_hidden,  &ids_spam,
                                                               NULL };
    check(queries[q->show]);
    struct stmt *s = query_start(tx, queries[q->show]);
    bind_int(s, 1, INT64_MAX);
    bind_int(s, 2, QUEUE_ALL_MAX + 1);
    if (q->show == DESK_MINE)
        bind_int(s, 3, q->person);
    for (*ret_n = 0;; ++*ret_n) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        ids[*ret_n] = column_int(s, 0);
    }
}

static err ids_text(struct tx *tx, const struct queue_query *q, struct arena *a, int64_t *ids,
                    size_t *ret_n, bool *ret_more)
{
    struct queue_query all = *q;
    all.before = 0;
    struct search look = search_of(&all, a, ids, QUEUE_ALL_MAX);
    err e = OK;
    for (int i = 0; !e && i < QUEUE_ALL_SPANS && look.before && look.n < QUEUE_ALL_MAX; i++)
        e = search_span(tx, &look);
    *ret_n = look.n;
    *ret_more = look.before != 0;
    return e;
}

err comment_ids_desk(struct tx *tx, const struct queue_query *q, struct arena *a,
                     int64_t ret_ids[QUEUE_ALL_MAX], size_t *ret_n, bool *ret_more)
{
    int64_t *ids = arena_new(a, int64_t, QUEUE_ALL_MAX + 1);
    size_t n = 0;
    err e = OK;
    *ret_more = false;
    if (q->of)
        e = trace_list(tx, q->of, q->like, (struct trace_piece){ 0, QUEUE_ALL_MAX + 1 }, ids, &n);
    else if (q->text.n)
        e = ids_text(tx, q, a, ids, &n, ret_more);
    else
        e = ids_queue(tx, q, ids, &n);
    if (e)
        return fault(e);
    if (n > QUEUE_ALL_MAX) {
        n = QUEUE_ALL_MAX;
        *ret_more = true;
    }
    for (size_t i = 0; i < n; i++)
        ret_ids[i] = ids[i];
    *ret_n = n;
    return OK;
}

err comment_history(struct tx *tx, int64_t comment, enum likeness l, struct history *ret)
{
    int64_t ids[HISTORY_MAX + 1];
    size_t n = 0;
    struct history h = { 0 };
    err e = trace_list(tx, comment, l, (struct trace_piece){ 0, COUNT(ids) }, ids, &n);
    h.more = n > HISTORY_MAX;
    for (size_t i = 0; !e && i < n && i < HISTORY_MAX; i++) {
        struct stmt *s = query_start(tx, &state_of_one);
        bool row = false;
        bind_int(s, 1, ids[i]);
        e = query_step(s, &row);
        if (e || !row)
            return fault(e ? e : ERR_DATA);
        h.states[column_int(s, 0)]++;
        h.comments++;
        query_end(s);
    }
    if (e)
        return fault(e);
    *ret = h;
    return OK;
}
