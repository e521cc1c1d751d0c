/*
 * The pieces of a discussion. Every query starts from an index that holds visible comments only and
 * ends at a limit, so that a piece costs the same under a hundred comments as under a million.
 */
#include "discussion/listing.h"
#include "discussion/comment_event.h"
#include "discussion/comment_row.h"
#include "discussion/cursor.h"
#include "discussion/mark.h"
#include "discussion/vote.h"

/*
 * Once this much HTML is in a piece it ends, so that long comments make more pieces and not larger
 * ones: with one last comment of COMMENT_HTML_MAX and the markup around it stays below a megabyte.
 */
enum { LISTING_BYTES = 256 * 1024 };

/* A report's threads, those of them that are answers, and the answers to one question. */
#define ROOTS                                                                                      \
    "select " COMMENT_COLUMNS                                                                      \
    " from comment where report = $1 and root is null and visible = 1 and "
#define ANSWERS                                                                                    \
    "select " COMMENT_COLUMNS                                                                      \
    " from comment where report = $1 and question is not null and visible = 1 and "
#define TO_QUESTION                                                                                \
    "select " COMMENT_COLUMNS                                                                      \
    " from comment where question = $1 and question is not null and visible = 1 and "
#define NEWEST "(created_at, id) < ($2, $3) order by created_at desc, id desc limit $4"
#define OLDEST "(created_at, id) > ($2, $3) order by created_at, id limit $4"
#define VOTES  "(score, id) < ($2, $3) order by score desc, id desc limit $4"
QUERY(pinned_roots, "select " COMMENT_COLUMNS " from comment where report = $1 and pinned = 1 "
                    "and state = 'published' order by id desc limit $2");
QUERY(roots_newest, ROOTS NEWEST);
QUERY(roots_oldest, ROOTS OLDEST);
QUERY(roots_votes, ROOTS VOTES);
QUERY(answers_newest, ANSWERS NEWEST);
QUERY(answers_oldest, ANSWERS OLDEST);
QUERY(answers_votes, ANSWERS VOTES);
QUERY(to_question_newest, TO_QUESTION NEWEST);
QUERY(to_question_oldest, TO_QUESTION OLDEST);
QUERY(to_question_votes, TO_QUESTION VOTES);
QUERY(replies_after, "select " COMMENT_COLUMNS " from comment where root = $1 and visible = 1 "
                     "and id > $2 order by id limit $3");
QUERY(name_row, "select name, erased from comment where id = $1");
QUERY(held_of_visitor, "select " COMMENT_COLUMNS " from comment where held_for = $1 "
                       "and report = $2 order by id desc limit $3");

/* A piece while it is being read. */
struct piece {
    struct tx *tx;
    struct arena *a;
    const struct listing_query *q;
    size_t bytes; /* of HTML so far */
    struct thread *threads;
    size_t count, max;        /* of threads */
    struct question question; /* that of the answer read last */
};

static bool piece_full(const struct piece *p)
{
    return p->bytes >= LISTING_BYTES || p->count == p->max || arena_full(p->a);
}

/* Reads a row's comment; what is not published has nothing to show but its place. */
static void take(struct piece *p, struct stmt *s, struct comment *ret)
{
    comment_read(s, p->a, ret);
    if (ret->state != COMMENT_STATE_PUBLISHED)
        ret->html = (struct html){ 0 };
    p->bytes += ret->html.s.n;
}

/* ---- roots and replies */

/* Behind which root a piece of threads begins: before the first one unless a cursor says more. */
struct behind {
    int64_t key, id;
};

static struct behind before_all(enum listing_sort sort)
{
    return sort == LISTING_OLDEST ? (struct behind){ INT64_MIN, INT64_MIN }
                                  : (struct behind){ INT64_MAX, INT64_MAX };
}

static struct behind behind_root(enum listing_sort sort, const struct comment *root)
{
    return (struct behind){ sort == LISTING_VOTES ? root->score : root->created_at, root->id };
}

/* What the threads of a piece belong to. */
static int64_t scope_of(const struct listing_query *q)
{
    return q->only == LISTING_QUESTION ? q->question : q->report;
}

/* Up to `max` roots behind `b`, as threads without replies yet. *ret_n < max: there are no more. */
static err read_roots(struct piece *p, struct behind b, size_t max, struct comment *roots,
                      size_t *ret_n)
{
    static const struct query *const queries[][3] = {
        [LISTING_EVERY] = { &roots_newest, &roots_oldest, &roots_votes },
        [LISTING_ANSWERS] = { &answers_newest, &answers_oldest, &answers_votes },
        [LISTING_QUESTION] = { &to_question_newest, &to_question_oldest, &to_question_votes },
    };
    struct stmt *s = query_start(p->tx, queries[p->q->only][p->q->sort]);
    bind_int(s, 1, scope_of(p->q));
    bind_int(s, 2, b.key);
    bind_int(s, 3, b.id);
    bind_int(s, 4, (int64_t)max);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return e;
        if (!row)
            break;
        comment_read(s, p->a, &roots[n++]);
    }
    *ret_n = n;
    return OK;
}

/*
 * Up to `max` replies of t->root behind `after`, fewer when the piece is full of bytes; says in
 * t->more how many follow (-1: some) and in t->after where.
 */
static err read_replies(struct piece *p, struct thread *t, int64_t after, size_t max)
{
    if ((int64_t)max > t->root.replies)
        max = (size_t)t->root.replies;
    struct comment *replies = arena_new(p->a, struct comment, max);
    struct stmt *s = query_start(p->tx, &replies_after);
    bind_int(s, 1, t->root.id);
    bind_int(s, 2, after);
    bind_int(s, 3, (int64_t)max + 1);
    bool row = false;
    size_t n = 0;
    for (;;) {
        err e = query_step(s, &row);
        if (e)
            return e;
        if (!row || n == max || p->bytes >= LISTING_BYTES)
            break;
        take(p, s, &replies[n++]);
    }
    if (row)
        query_end(s);
    t->replies = replies;
    t->count = n;
    t->more = !row ? 0 : after || t->root.replies <= (int64_t)n ? -1 : t->root.replies - (int64_t)n;
    struct cursor c = { .kind = CURSOR_REPLIES,
                        .scope = t->root.id,
                        .id = n       ? replies[n - 1].id
                              : after ? after
                                      : t->root.id };
    if (row)
        t->after = cursor_print(p->a, &c);
    return OK;
}

static void show_root(struct piece *p, struct thread *t, const struct comment *root)
{
    *t = (struct thread){ .root = *root };
    if (root->state != COMMENT_STATE_PUBLISHED)
        t->root.html = (struct html){ 0 };
    p->bytes += t->root.html.s.n;
}

static struct str next_after(struct piece *p, enum cursor_kind kind, struct behind b, int64_t reply)
{
    struct cursor c = { .kind = kind,
                        .sort = p->q->sort,
                        .only = p->q->only,
                        .scope = scope_of(p->q),
                        .key = b.key,
                        .id = b.id,
                        .reply = reply };
    return cursor_print(p->a, &c);
}

/* ---- the three kinds of pieces */

/* Pinned threads stand at the top of the first piece, and nowhere else among threads. */
static bool on_top(const struct piece *p, const struct comment *root)
{
    return p->q->only == LISTING_EVERY && root->pinned && root->state == COMMENT_STATE_PUBLISHED;
}

static err add_thread(struct piece *p, const struct comment *root)
{
    struct thread *t = &p->threads[p->count++];
    show_root(p, t, root);
    return root->replies ? read_replies(p, t, 0, LISTING_FIRST) : OK;
}

static err add_pinned(struct piece *p)
{
    struct comment roots[PINNED_MAX];
    size_t n = 0;
    struct stmt *s = query_start(p->tx, &pinned_roots);
    bind_int(s, 1, p->q->report);
    bind_int(s, 2, PINNED_MAX);
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return e;
        if (!row)
            break;
        comment_read(s, p->a, &roots[n++]);
    }
    err e = OK;
    for (size_t i = 0; !e && i < n; i++)
        e = add_thread(p, &roots[i]);
    return e;
}

static err piece_threads(struct piece *p, const struct cursor *c, struct listing *ret)
{
    enum { WANTED = LISTING_THREADS + 1 + PINNED_MAX };
    struct behind b = c->id ? (struct behind){ c->key, c->id } : before_all(p->q->sort);
    struct comment *roots = arena_new(p->a, struct comment, WANTED);
    size_t n = 0;
    size_t i = 0;
    err e = !c->id && p->q->only == LISTING_EVERY ? add_pinned(p) : OK;
    if (!e)
        e = read_roots(p, b, WANTED, roots, &n);
    for (; !e && i < n; i++) {
        if (on_top(p, &roots[i]))
            continue;
        if (piece_full(p))
            break;
        e = add_thread(p, &roots[i]);
        b = behind_root(p->q->sort, &roots[i]);
    }
    if (e)
        return e;
    if (i < n)
        ret->next = next_after(p, CURSOR_THREADS, b, 0);
    return OK;
}

static err piece_thread(struct piece *p, const struct cursor *c, struct listing *ret)
{
    struct comment root = { 0 };
    err e = comment_get(p->tx, p->q->thread, p->a, &root);
    if (e < 0)
        return e;
    if (e || root.report != p->q->report || root.parent || !root.visible)
        return LISTING_NO_THREAD;
    struct thread *t = &p->threads[p->count++];
    show_root(p, t, &root);
    e = read_replies(p, t, c->id, LISTING_REPLIES);
    if (e)
        return e;
    if (t->more)
        ret->next = t->after;
    return OK;
}

/* ---- some by number */

static struct thread *thread_of(struct piece *p, int64_t root)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->threads[i].root.id == root)
            return &p->threads[i];
    return NULL;
}

/* Its root is below, and was here before it if it was asked for; else it is a heading. */
static err add_reply(struct piece *p, const struct comment *c)
{
    struct thread *t = thread_of(p, c->root);
    if (!t) {
        struct comment root = { 0 };
        err e = comment_get(p->tx, c->root, p->a, &root);
        if (e)
            return fault(e < 0 ? e : ERR_DATA);
        t = &p->threads[p->count++];
        *t = (struct thread){ .root = root, .continued = true };
    }
    if (!t->replies)
        t->replies = arena_new(p->a, struct comment, p->q->some_count);
    t->replies[t->count] = *c;
    if (c->state != COMMENT_STATE_PUBLISHED)
        t->replies[t->count].html = (struct html){ 0 };
    t->count++;
    return OK;
}

static err piece_some(struct piece *p)
{
    for (size_t i = 0; i < p->q->some_count && p->bytes < LISTING_BYTES; i++) {
        struct comment c = { 0 };
        err e = comment_get(p->tx, p->q->some[i], p->a, &c);
        if (e < 0)
            return e;
        if (e || c.report != p->q->report || !c.visible)
            continue;
        p->bytes += c.html.s.n;
        if (c.parent)
            e = add_reply(p, &c);
        else
            show_root(p, &p->threads[p->count++], &c);
        if (e)
            return e;
    }
    return p->count ? OK : LISTING_NO_THREAD;
}

/* How many comments a piece of all may still take. */
static size_t room(const struct piece *p)
{
    size_t used = 0;
    for (size_t i = 0; i < p->count; i++)
        used += p->threads[i].count + !p->threads[i].continued;
    return used < LISTING_ALL ? LISTING_ALL - used : 0;
}

/* One thread of all: false in *ret_whole when its replies go on in the next piece. */
static err whole_thread(struct piece *p, struct thread *t, int64_t after, bool *ret_whole)
{
    *ret_whole = true;
    if (!t->root.replies)
        return OK;
    err e = read_replies(p, t, after, room(p));
    *ret_whole = !t->more;
    return e;
}

static int64_t last_shown(const struct thread *t, int64_t after)
{
    return t->count ? t->replies[t->count - 1].id : after ? after : t->root.id;
}

static err all_continued(struct piece *p, const struct cursor *c, struct listing *ret)
{
    struct thread *t = &p->threads[p->count++];
    *t = (struct thread){ .continued = true };
    err e = comment_get(p->tx, c->id, p->a, &t->root);
    bool whole = true;
    if (!e)
        e = whole_thread(p, t, c->reply, &whole);
    if (e)
        return e < 0 ? e : LISTING_CURSOR_WRONG;
    t->root.html = (struct html){ 0 };
    if (!whole)
        ret->next =
            next_after(p, CURSOR_ALL, (struct behind){ c->key, c->id }, last_shown(t, c->reply));
    else if (t->count == 0)
        p->count--;
    t->more = 0;
    return OK;
}

/* The next few threads; *ret_end when there are none left or the piece is full. */
static err all_some(struct piece *p, struct behind *b, struct listing *ret, bool *ret_end)
{
    struct comment *roots = arena_new(p->a, struct comment, LISTING_THREADS + 1);
    size_t n = 0;
    err e = read_roots(p, *b, LISTING_THREADS + 1, roots, &n);
    *ret_end = n <= LISTING_THREADS;
    for (size_t i = 0; !e && i < n && i < LISTING_THREADS; i++) {
        if (room(p) == 0 || piece_full(p)) {
            ret->next = next_after(p, CURSOR_ALL, *b, 0);
            *ret_end = true;
            return OK;
        }
        struct thread *t = &p->threads[p->count++];
        show_root(p, t, &roots[i]);
        *b = behind_root(p->q->sort, &roots[i]);
        bool whole = true;
        e = whole_thread(p, t, 0, &whole);
        t->more = 0;
        if (!e && !whole) {
            ret->next = next_after(p, CURSOR_ALL, *b, last_shown(t, 0));
            *ret_end = true;
            return OK;
        }
    }
    return e;
}

static err piece_all(struct piece *p, const struct cursor *c, struct listing *ret)
{
    struct behind b = c->id ? (struct behind){ c->key, c->id } : before_all(p->q->sort);
    err e = c->reply ? all_continued(p, c, ret) : OK;
    bool end = ret->next.n > 0;
    while (!e && !end)
        e = all_some(p, &b, ret, &end);
    return e;
}

/* ---- cursors */

static bool cursor_fits(const struct cursor *c, const struct listing_query *q)
{
    enum cursor_kind kind = q->thread ? CURSOR_REPLIES : q->all ? CURSOR_ALL : CURSOR_THREADS;
    if (c->kind != kind)
        return false;
    if (kind == CURSOR_REPLIES)
        return c->scope == q->thread;
    return c->only == q->only && c->scope == scope_of(q) && c->sort == q->sort;
}

/*
 * The comments it names are really there: so nobody makes us keep a page for each number there is.
 * A score may have moved since.
 */
static err cursor_stands(struct piece *p, const struct cursor *c)
{
    struct comment at = { 0 };
    err e = comment_get(p->tx, c->id, p->a, &at);
    if (e)
        return e < 0 ? e : LISTING_CURSOR_WRONG;
    if (c->kind == CURSOR_REPLIES)
        return at.root == c->scope ? OK : LISTING_CURSOR_WRONG;
    bool key = c->sort == LISTING_VOTES || c->key == at.created_at;
    bool among = c->only == LISTING_EVERY || at.question;
    int64_t scope = c->only == LISTING_QUESTION ? at.question : at.report;
    if (scope != c->scope || at.parent || !key || !among)
        return LISTING_CURSOR_WRONG;
    if (!c->reply)
        return OK;
    e = comment_get(p->tx, c->reply, p->a, &at);
    if (e < 0)
        return e;
    return !e && at.root == c->id ? OK : LISTING_CURSOR_WRONG;
}

static err read_cursor(struct piece *p, struct cursor *ret)
{
    if (!p->q->after.n)
        return OK;
    if (!cursor_parse(p->q->after, ret) || !cursor_fits(ret, p->q))
        return LISTING_CURSOR_WRONG;
    return cursor_stands(p, ret);
}

/* ---- what is added to the comments */

static bool in_thread(const struct thread *t, int64_t id)
{
    size_t from = 0;
    size_t to = t->count;
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (t->replies[mid].id == id)
            return true;
        if (t->replies[mid].id < id)
            from = mid + 1;
        else
            to = mid;
    }
    return t->root.id == id;
}

static err name_parent(struct piece *p, struct comment *c)
{
    struct stmt *s = query_start(p->tx, &name_row);
    bind_int(s, 1, c->parent);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    c->parent_name = column_str(s, 0, p->a);
    c->parent_erased = column_int(s, 1);
    query_end(s);
    return OK;
}

/* A question that was answered was public once. */
static err name_question(struct piece *p, struct comment *c)
{
    if (c->question != p->question.id) {
        err e = question_get(p->tx, c->question, p->a, &p->question);
        if (e)
            return e < 0 ? e : ERR_DATA;
    }
    c->question_text = p->question.text;
    c->question_shown = p->question.shown;
    return OK;
}

static err mark(struct piece *p, struct comment *c)
{
    err e = vote_get(p->tx, c->id, p->q->viewer, &c->my_vote);
    return e ? e : comment_is_mine(p->tx, c->id, p->q->viewer, &c->mine);
}

static err finish_thread(struct piece *p, struct thread *t)
{
    err e = p->q->viewer.n && !t->continued ? mark(p, &t->root) : OK;
    if (!e && t->root.question)
        e = name_question(p, &t->root);
    for (size_t i = 0; !e && i < t->count; i++) {
        struct comment *c = &t->replies[i];
        if (!in_thread(t, c->parent))
            e = name_parent(p, c);
        if (!e && p->q->viewer.n)
            e = mark(p, c);
    }
    return e;
}

static err read_mine(struct piece *p, struct listing *ret)
{
    struct comment *mine = arena_new(p->a, struct comment, LISTING_MINE);
    struct stmt *s = query_start(p->tx, &held_of_visitor);
    bind_blob(s, 1, p->q->viewer);
    bind_int(s, 2, p->q->report);
    bind_int(s, 3, LISTING_MINE);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return e;
        if (!row)
            break;
        comment_read(s, p->a, &mine[n]);
        mine[n++].mine = true;
    }
    for (size_t i = 0; i < n; i++) {
        err e = mine[i].parent ? name_parent(p, &mine[i]) : OK;
        if (!e && mine[i].question)
            e = name_question(p, &mine[i]);
        if (e)
            return e;
    }
    ret->mine = mine;
    ret->mine_count = n;
    return OK;
}

/* So that nobody makes us keep a page for each number there is. */
static err read_question(struct piece *p, struct listing *ret)
{
    if (p->q->only != LISTING_QUESTION)
        return OK;
    err e = question_get(p->tx, p->q->question, p->a, &ret->question);
    if (e < 0)
        return e;
    return e || ret->question.report != p->q->report ? LISTING_NO_QUESTION : OK;
}

static err read_piece(struct piece *p, struct listing *ret)
{
    struct cursor c = { 0 };
    err e = read_question(p, ret);
    if (!e)
        e = read_cursor(p, &c);
    if (e)
        return e;
    if (p->q->some_count)
        e = piece_some(p);
    else if (p->q->thread)
        e = piece_thread(p, &c, ret);
    else if (p->q->all)
        e = piece_all(p, &c, ret);
    else
        e = piece_threads(p, &c, ret);
    for (size_t i = 0; !e && i < p->count; i++)
        e = finish_thread(p, &p->threads[i]);
    if (!e && p->q->viewer.n)
        e = read_mine(p, ret);
    return e;
}

err listing_get(struct tx *tx, struct arena *a, const struct listing_query *q, struct listing *ret)
{
    size_t max = q->thread ? 1 : q->all ? LISTING_ALL + 1 : LISTING_THREADS;
    if (q->some_count)
        max = q->some_count;
    struct piece p = { .tx = tx, .a = a, .q = q, .max = max };
    p.threads = arena_new(a, struct thread, max);
    struct listing listing = { .query = *q, .first = q->after.n == 0 && !q->some_count };
    err e = discussion_get(tx, q->report, &listing.counts);
    if (!e)
        e = comment_event_last(tx, &listing.event);
    if (!e)
        e = read_piece(&p, &listing);
    if (!e && listing.first && !q->thread)
        e = record_get(tx, q->report, &listing.record);
    if (e)
        return e < 0 ? fault(e) : e;
    if (arena_full(a))
        return fault(ERR_LIMIT);
    listing.threads = p.threads;
    listing.count = p.count;
    *ret = listing;
    return OK;
}
