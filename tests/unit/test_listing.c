#include "unit/discussion.h"

#include "discussion/cursor.h"

#include <stdlib.h>
#include <string.h>

/*
 * Without these a page could leave a comment out, show one twice, or show a hidden one. A simple
 * model in memory says what each piece must hold after thousands of random acts.
 */

enum { MODEL_MAX = 5000, ACTS = 5000, VOTERS = 12, AUTHORS = 6 };
struct model_comment {
    int64_t id, report, parent, root, created_at, depth;
    enum comment_state state;
    int votes[VOTERS];
    int author;
};
struct model {
    struct room room;
    struct model_comment c[MODEL_MAX];
    size_t n;
    uint64_t seed;
};

static uint64_t chance(struct model *m, uint64_t of) /* SplitMix64 */
{
    uint64_t z = (m->seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % of;
}

static struct model_comment *by_id(struct model *m, int64_t id)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->c[i].id == id)
            return &m->c[i];
    return NULL;
}

static int64_t score(const struct model_comment *c)
{
    int64_t sum = 0;
    for (size_t i = 0; i < VOTERS; i++)
        sum += c->votes[i];
    return sum;
}

/* Straight from the definition: published, or something visible below it. */
static void mark_visible(struct model *m, bool *visible, int64_t *children)
{
    for (size_t i = m->n; i-- > 0;) { /* replies come after their parents */
        visible[i] = m->c[i].state == COMMENT_STATE_PUBLISHED || children[i] > 0;
        if (visible[i] && m->c[i].parent)
            children[by_id(m, m->c[i].parent) - m->c]++;
    }
}

static void act_add(struct model *m)
{
    if (m->n == MODEL_MAX)
        return;
    struct model_comment c = { .report = 1 + (int64_t)chance(m, 2) };
    bool refused = false;
    if (m->n && chance(m, 10) < 7) {
        /* often one of the first or of the latest, so that threads grow long and deep */
        size_t few = m->n < 8 ? m->n : 8;
        uint64_t where = chance(m, 3);
        size_t at = where == 0   ? chance(m, m->n)
                    : where == 1 ? m->n - 1 - chance(m, few)
                                 : chance(m, few);
        const struct model_comment *parent = &m->c[at];
        c.parent = parent->id;
        c.root = parent->root;
        c.depth = parent->depth + 1;
        if (chance(m, 10))
            c.report = parent->report;
        refused = parent->report != c.report || parent->state != COMMENT_STATE_PUBLISHED;
    }
    c.author = (int)chance(m, AUTHORS);
    c.state = chance(m, 6) ? COMMENT_STATE_PUBLISHED : COMMENT_STATE_HELD;
    m->room.now += (int64_t)chance(m, 3) * SECOND; /* equal times happen */
    c.created_at = m->room.now;
    const char *authors[] = { "a0", "a1", "a2", "a3", "a4", "a5" };
    struct said said = {
        .report = c.report,
        .parent = c.parent,
        .visitor = authors[c.author],
        .body = str_z(&m->room.arena, str_print(&m->room.arena, "words %zu", m->n)),
        .hold = c.state == COMMENT_STATE_HELD ? COMMENT_HOLD_ALL : COMMENT_HOLD_NONE,
    };
    struct comment_added added = { 0 };
    err e = room_say(&m->room, &said, &added);
    expect((e != OK) == refused);
    if (e)
        return;
    c.id = added.id;
    if (!c.root)
        c.root = c.id;
    m->c[m->n++] = c;
}

static void act_state(struct model *m)
{
    size_t from = m->n > 8 && chance(m, 9) ? 4 : 0; /* mostly not those with most replies */
    struct model_comment *c = &m->c[from + chance(m, m->n - from)];
    enum comment_state to = (enum comment_state)chance(m, 5);
    if (to == COMMENT_STATE_DELETED && chance(m, 3))
        to = COMMENT_STATE_PUBLISHED;
    err e = room_state(&m->room, c->id, to);
    if (c->state == to)
        expect(e == DESK_SAME_STATE);
    else if (c->state == COMMENT_STATE_DELETED)
        expect(e == DESK_DELETED);
    else if (to == COMMENT_STATE_HELD)
        expect(e == DESK_NOT_BACK);
    else
        expect(e == OK);
    if (!e)
        c->state = to;
}

static void act_vote(struct model *m)
{
    static const char *const voters[VOTERS] = { "a0", "a1", "a2", "a3", "a4",  "a5",
                                                "v6", "v7", "v8", "v9", "v10", "v11" };
    struct model_comment *c = &m->c[chance(m, m->n)];
    int voter = (int)chance(m, VOTERS);
    int value = (int)chance(m, 3) - 1;
    struct vote_sums sums = { 0 };
    err e = room_vote(&m->room, c->id, voters[voter], value, &sums);
    if (c->state != COMMENT_STATE_PUBLISHED) {
        expect(e == VOTE_NOT_PUBLISHED);
        return;
    }
    if (voter == c->author) {
        expect(e == VOTE_OWN);
        return;
    }
    expect(e == OK);
    c->votes[voter] = value;
    expect(sums.score == score(c) && sums.score == sums.up - sums.down && sums.value == value);
}

/* ---- what the model says must be read */

struct expected {
    const struct model_comment *roots[MODEL_MAX];
    size_t n;
    bool visible[MODEL_MAX];
    int64_t children[MODEL_MAX];
};

static int newest_first(const void *x, const void *y)
{
    const struct model_comment *a = *(const struct model_comment *const *)x;
    const struct model_comment *b = *(const struct model_comment *const *)y;
    if (a->created_at != b->created_at)
        return a->created_at < b->created_at ? 1 : -1;
    return a->id < b->id ? 1 : -1;
}

static int oldest_first(const void *x, const void *y)
{
    return newest_first(y, x);
}

static int most_voted_first(const void *x, const void *y)
{
    const struct model_comment *a = *(const struct model_comment *const *)x;
    const struct model_comment *b = *(const struct model_comment *const *)y;
    if (score(a) != score(b))
        return score(a) < score(b) ? 1 : -1;
    return a->id < b->id ? 1 : -1;
}

static void expect_of(struct model *m, int64_t report, enum listing_sort sort, struct expected *ret)
{
    static int (*const orders[])(const void *, const void *) = { newest_first, oldest_first,
                                                                 most_voted_first };
    memset(ret, 0, sizeof *ret);
    mark_visible(m, ret->visible, ret->children);
    for (size_t i = 0; i < m->n; i++)
        if (m->c[i].report == report && !m->c[i].parent && ret->visible[i])
            ret->roots[ret->n++] = &m->c[i];
    qsort(ret->roots, ret->n, sizeof *ret->roots, orders[sort]);
}

/* The thread's visible replies in order of writing, behind `after`. */
static size_t replies_of(struct model *m, const struct expected *e, int64_t root, int64_t after,
                         int64_t *ids)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->c[i].parent && m->c[i].root == root && m->c[i].id > after && e->visible[i])
            ids[n++] = m->c[i].id;
    return n;
}

static void same_comment(struct model *m, const struct expected *e, const struct comment *c)
{
    const struct model_comment *want = by_id(m, c->id);
    expect(want && want->state == c->state && want->parent == c->parent && want->root == c->root);
    expect(c->score == score(want) && c->depth == want->depth && c->visible);
    expect(c->children == e->children[want - m->c]);
    expect((c->html.s.n > 0) == (c->state == COMMENT_STATE_PUBLISHED));
}

static void check_thread(struct model *m, const struct expected *e, const struct thread *t,
                         size_t max)
{
    static int64_t ids[MODEL_MAX];
    size_t n = replies_of(m, e, t->root.id, 0, ids);
    same_comment(m, e, &t->root);
    expect(t->root.replies == (int64_t)n);
    expect(t->count == (n < max ? n : max));
    expect(t->more == (int64_t)(n - t->count));
    for (size_t i = 0; i < t->count; i++) {
        expect(t->replies[i].id == ids[i]);
        same_comment(m, e, &t->replies[i]);
        bool tree = t->replies[i].parent == t->root.id;
        for (size_t j = 0; j < i; j++)
            tree = tree || t->replies[j].id == t->replies[i].parent;
        expect(tree && t->replies[i].parent_name.n == 0);
    }
}

static void check_thread_pages(struct model *m, const struct expected *e, int64_t report,
                               const struct thread *t)
{
    static int64_t ids[MODEL_MAX];
    struct listing_query q = { .report = report, .thread = t->root.id, .after = t->after };
    int64_t last = t->replies[t->count - 1].id;
    while (q.after.n) {
        size_t n = replies_of(m, e, t->root.id, last, ids);
        struct listing l = { 0 };
        expect(room_list(&m->room, &q, &l) == OK && l.count == 1);
        const struct thread *page = &l.threads[0];
        expect(page->count == (n < LISTING_REPLIES ? n : LISTING_REPLIES));
        for (size_t i = 0; i < page->count; i++)
            expect(page->replies[i].id == ids[i]);
        expect((page->more == 0) == (n == page->count) && str_eq(page->after, l.next));
        q.after = l.next;
        last = page->count ? page->replies[page->count - 1].id : 0;
    }
}

static void check_threads(struct model *m, int64_t report, enum listing_sort sort)
{
    static struct expected e;
    expect_of(m, report, sort, &e);
    struct listing_query q = { .report = report, .sort = sort };
    size_t seen = 0;
    do {
        struct listing l = { 0 };
        expect(room_list(&m->room, &q, &l) == OK);
        expect(l.counts.threads == (int64_t)e.n && l.first == (seen == 0));
        size_t left = e.n - seen;
        expect(l.count == (left < LISTING_THREADS ? left : LISTING_THREADS));
        for (size_t i = 0; i < l.count; i++) {
            expect(l.threads[i].root.id == e.roots[seen + i]->id);
            check_thread(m, &e, &l.threads[i], LISTING_FIRST);
            if (l.threads[i].more)
                check_thread_pages(m, &e, report, &l.threads[i]);
        }
        seen += l.count;
        expect((l.next.n > 0) == (seen < e.n));
        q.after = l.next;
    } while (q.after.n);
    expect(seen == e.n);
}

/* All pieces of "view all" in a row are all threads, whole, in order. */
static void check_all(struct model *m, int64_t report, enum listing_sort sort)
{
    static struct expected e;
    static int64_t want[MODEL_MAX];
    size_t n = 0;
    expect_of(m, report, sort, &e);
    for (size_t i = 0; i < e.n; i++) {
        want[n++] = e.roots[i]->id;
        n += replies_of(m, &e, e.roots[i]->id, 0, want + n);
    }
    struct listing_query q = { .report = report, .sort = sort, .all = true };
    size_t seen = 0;
    do {
        struct listing l = { 0 };
        expect(room_list(&m->room, &q, &l) == OK);
        size_t before = seen;
        for (size_t i = 0; i < l.count; i++) {
            const struct thread *t = &l.threads[i];
            if (!t->continued)
                expect(seen < n && t->root.id == want[seen++]);
            for (size_t j = 0; j < t->count; j++)
                expect(seen < n && t->replies[j].id == want[seen++]);
        }
        expect(seen - before == (n - before < LISTING_ALL ? n - before : LISTING_ALL));
        q.after = l.next;
    } while (q.after.n);
    expect(seen == n);
}

static void check_counts(struct model *m)
{
    for (int64_t report = 1; report <= 2; report++) {
        int64_t states[5] = { 0 };
        for (size_t i = 0; i < m->n; i++)
            states[m->c[i].state] += m->c[i].report == report;
        struct discussion d = room_counts(&m->room, report);
        expect(d.published == states[COMMENT_STATE_PUBLISHED] &&
               d.held == states[COMMENT_STATE_HELD] && d.hidden == states[COMMENT_STATE_HIDDEN] &&
               d.spam == states[COMMENT_STATE_SPAM] && d.deleted == states[COMMENT_STATE_DELETED]);
    }
}

/* Every visible comment's place is a page that holds it. */
static void check_places(struct model *m, size_t every)
{
    static struct expected e;
    expect_of(m, 1, LISTING_NEWEST, &e);
    for (size_t i = chance(m, every); i < m->n; i += every) {
        struct tx tx CLEANUP(tx_end) = { 0 };
        struct comment_place place = { 0 };
        expect(store_read(m->room.store, &tx) == OK);
        err got = comment_place(&tx, &m->room.arena, m->c[i].id, (struct str){ 0 }, &place);
        if (!e.visible[i]) {
            expect(got == (m->c[i].state == COMMENT_STATE_HELD ? PLACE_MISSING : PLACE_GONE));
            continue;
        }
        expect(got == OK && place.report == m->c[i].report);
        struct listing_query q = { .report = place.report };
        struct str query = place.query;
        struct str head = { 0 };
        if (query.n) {
            q.thread = m->c[i].root;
            expect(
                str_starts(query, str_print(&m->room.arena, "?thread=%lld", (long long)q.thread)));
            if (str_cut(query, '&', &head, &query))
                expect(str_cut(query, '=', &head, &q.after));
        }
        struct listing l = { 0 };
        bool found = false;
        expect(listing_get(&tx, &m->room.arena, &q, &l) == OK);
        for (size_t t = 0; t < l.count; t++) {
            found = found || l.threads[t].root.id == m->c[i].id;
            for (size_t j = 0; j < l.threads[t].count; j++)
                found = found || l.threads[t].replies[j].id == m->c[i].id;
        }
        expect(found);
    }
}

static void run_model(uint64_t seed)
{
    static struct model m;
    memset(&m, 0, sizeof m);
    m.seed = seed;
    room_open(&m.room);
    act_add(&m);
    while (m.n == 0)
        act_add(&m);
    for (int i = 1; i <= ACTS; i++) {
        uint64_t what = chance(&m, 10);
        if (what < 6)
            act_add(&m);
        else if (what < 8)
            act_state(&m);
        else
            act_vote(&m);
        if (i % 1000)
            continue;
        check_counts(&m);
        for (int sort = LISTING_NEWEST; sort <= LISTING_VOTES; sort++) {
            check_threads(&m, 1, (enum listing_sort)sort);
            check_all(&m, 1, (enum listing_sort)sort);
        }
        check_places(&m, 20);
    }
    expect(room_findings(&m.room) == 0);
    room_close(&m.room);
}

TEST(after_any_acts_every_page_of_every_sort_shows_what_a_simple_model_says)
{
    run_model(20180504);
    run_model(20180505);
    run_model(20180507); /* grows a thread of 465 replies */
}

/* ---- cursors */

static err list_after(struct room *r, const char *after, enum listing_sort sort, int64_t thread,
                      bool all)
{
    struct listing l = { 0 };
    struct listing_query q = {
        .report = 1, .sort = sort, .thread = thread, .all = all, .after = str_from_z(after)
    };
    return room_list(r, &q, &l);
}

TEST(cursors_that_are_made_up_or_of_another_list_are_refused)
{
    static const char *const wrong[] = {
        "x",
        "tn",
        "tn.",
        "tn.1.1525428000000000",
        "tn.1.1525428000000000.1.",
        "tn.1.1525428000000000.1 ",
        "tn.1.1525428000000000.01",
        "tn.1.1525428000000000.99",  /* no such comment */
        "tn.1.1525428000000001.1",   /* not written then */
        "tn.1.1525428000000000.2",   /* a reply */
        "tn.1.1525428000000000.3",   /* of another report */
        "tn.2.1525428000000000.3",   /* another report */
        "to.1.1525428000000000.1",   /* another sort */
        "tv.1.0.1",                  /* another sort */
        "an.1.1525428000000000.1.0", /* another kind */
        "r.1.2",                     /* another kind */
        "tna.1.1525428000000000.1",  /* answers alone */
        "tnq.1.1525428000000000.1",  /* a question's */
        "tnx.1.1525428000000000.1",
        "tn.1.-1525428000000000.1",
        "tn.1.9223372036854775808.1",
        "tn.1.1525428000000000.9223372036854775808",
        "tn.1.1525428000000000.18446744073709551617",
        "TN.1.1525428000000000.1",
        "tn.1.1525428000000000.1%00",
        "tn.1.1525428000000000.1' or 1=1--",
    };
    struct room r;
    struct listing l = { 0 };
    room_open(&r);
    expect(room_said(&r, 1, 0, "root") == 1 && room_said(&r, 1, 1, "reply") == 2);
    expect(room_said(&r, 2, 0, "other") == 3 && room_said(&r, 2, 3, "reply") == 4);
    expect(list_after(&r, "tn.1.1525428000000000.1", LISTING_NEWEST, 0, false) == OK);
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(list_after(&r, wrong[i], LISTING_NEWEST, 0, false) == LISTING_CURSOR_WRONG);
    expect(list_after(&r, "tv.1.0.1", LISTING_VOTES, 0, false) == OK);
    expect(list_after(&r, "tv.1.-5.1", LISTING_VOTES, 0, false) == OK); /* its score moved */
    expect(list_after(&r, "tv.1.-0.1", LISTING_VOTES, 0, false) == LISTING_CURSOR_WRONG);
    expect(list_after(&r, "r.1.2", LISTING_NEWEST, 1, false) == OK);
    expect(list_after(&r, "r.1.4", LISTING_NEWEST, 1, false) == LISTING_CURSOR_WRONG);
    expect(list_after(&r, "r.3.4", LISTING_NEWEST, 1, false) == LISTING_CURSOR_WRONG);
    expect(list_after(&r, "an.1.1525428000000000.1.2", LISTING_NEWEST, 0, true) == OK);
    expect(list_after(&r, "an.1.1525428000000000.1.4", LISTING_NEWEST, 0, true) ==
           LISTING_CURSOR_WRONG);
    char longest[LISTING_CURSOR_MAX + 2];
    memset(longest, '1', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    expect(list_after(&r, longest, LISTING_NEWEST, 0, false) == LISTING_CURSOR_WRONG);
    struct listing_query q = { .report = 1, .thread = 3 };
    expect(room_list(&r, &q, &l) == LISTING_NO_THREAD); /* of another report */
    q.thread = 2;
    expect(room_list(&r, &q, &l) == LISTING_NO_THREAD); /* a reply */
    q.thread = 99;
    expect(room_list(&r, &q, &l) == LISTING_NO_THREAD);
    room_close(&r);
}

/* Comments as long as they may be make more pieces, not larger ones, and none is left out. */
TEST(no_piece_grows_beyond_its_bytes_whatever_is_written)
{
    struct room r;
    room_open(&r);
    size_t max = (size_t)config_int(r.config, &limit_comment_bytes);
    char *body = arena_new(&r.arena, char, max + 1);
    memset(body, '<', max); /* each becomes four bytes of HTML */
    int64_t root = 0;
    for (int i = 0; i < 60; i++) {
        int64_t id = room_said(&r, 1, i % 6 ? root : 0, body);
        root = i % 6 ? root : id;
    }
    for (int all = 0; all < 2; all++) {
        struct listing_query q = { .report = 1, .all = all };
        size_t seen = 0;
        do {
            struct listing l = { 0 };
            size_t bytes = 0;
            expect(room_list(&r, &q, &l) == OK);
            for (size_t i = 0; i < l.count; i++) {
                seen += !l.threads[i].continued;
                bytes += l.threads[i].root.html.s.n;
                for (size_t j = 0; j < l.threads[i].count; j++)
                    bytes += l.threads[i].replies[j].html.s.n;
                seen += all ? l.threads[i].count : 0;
            }
            expect(bytes < 400 * 1024);
            q.after = l.next;
        } while (q.after.n);
        expect(seen == (all ? 60 : 10));
    }
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct comment_place place = { 0 };
    expect(store_read(r.store, &tx) == OK);
    for (int64_t id = 1; id <= 60; id++)
        expect(comment_place(&tx, &r.arena, id, (struct str){ 0 }, &place) == OK);
    tx_end(&tx);
    room_close(&r);
}
