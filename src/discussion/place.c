/* Finds the page on which a comment stands, by reading the pages it may stand on. */
#include "discussion/cursor.h"
#include "discussion/listing.h"

#include <inttypes.h>

enum { CONTEXT = 10 }; /* earlier replies shown above one that is deep in a long thread */
QUERY(newer_threads, "select count(*) from (select 1 from comment where report = $1 "
                     "and root is null and visible = 1 and (created_at, id) > "
                     "(select created_at, id from comment where id = $2) limit $3) as newer");
QUERY(reply_before, "select id from comment where root = $1 and visible = 1 and id < $2 "
                    "order by id desc limit 1 offset $3");

static bool on_page(const struct listing *l, int64_t id)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct thread *t = &l->threads[i];
        if (t->root.id == id)
            return true;
        for (size_t j = 0; j < t->count; j++)
            if (t->replies[j].id == id)
                return true;
    }
    return false;
}

/* Whether `id` is on the page that `q` asks for. */
static err look(struct tx *tx, struct arena *a, const struct listing_query *q, int64_t id,
                bool *ret)
{
    struct listing l = { 0 };
    err e = listing_get(tx, a, q, &l);
    if (e)
        return e < 0 ? e : ERR_DATA;
    *ret = on_page(&l, id);
    return OK;
}

/* The id that many visible replies before the comment, or the root's. */
static err step_back(struct tx *tx, const struct comment *c, int64_t steps, int64_t *ret)
{
    struct stmt *s = query_start(tx, &reply_before);
    bind_int(s, 1, c->root);
    bind_int(s, 2, c->id);
    bind_int(s, 3, steps);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    *ret = row ? column_int(s, 0) : c->root;
    if (row)
        query_end(s);
    return OK;
}

/* A page of the thread that begins a little before the comment; with very long ones, at it. */
static err place_behind(struct tx *tx, struct arena *a, const struct comment *c, struct str *ret)
{
    bool found = false;
    struct str after = { 0 };
    for (int64_t steps = CONTEXT; !found && steps >= 0; steps -= CONTEXT) {
        struct cursor at = { .kind = CURSOR_REPLIES, .scope = c->root };
        err e = step_back(tx, c, steps, &at.id);
        if (e)
            return e;
        after = cursor_print(a, &at);
        struct listing_query q = { .report = c->report, .thread = c->root, .after = after };
        e = look(tx, a, &q, c->id, &found);
        if (e)
            return e;
    }
    *ret = str_print(a, "?thread=%" PRId64 "&after=" STR_FMT, c->root, STR_ARG(after));
    return OK;
}

/* How many threads stand above the comment's, newest first; counted to LISTING_THREADS. */
static err rank(struct tx *tx, const struct comment *c, int64_t *ret)
{
    struct stmt *s = query_start(tx, &newer_threads);
    bind_int(s, 1, c->report);
    bind_int(s, 2, c->root);
    bind_int(s, 3, LISTING_THREADS);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

/* On the first page? Counting says no and, for the newest thread, yes; between the two the page is
 * read, for long comments make it shorter. */
static err on_first(struct tx *tx, struct arena *a, const struct comment *c, bool *ret)
{
    int64_t above = 0;
    err e = rank(tx, c, &above);
    *ret = above == 0 && !c->parent;
    if (e || *ret)
        return e;
    struct comment root = *c;
    if (above >= LISTING_THREADS && c->parent)
        e = comment_get(tx, c->root, a, &root);
    if (e || (above >= LISTING_THREADS && !root.pinned))
        return e < 0 ? e : e ? ERR_DATA : OK;
    return look(tx, a, &(struct listing_query){ .report = c->report }, c->id, ret);
}

static err place_visible(struct tx *tx, struct arena *a, const struct comment *c, struct str *ret)
{
    bool found = false;
    err e = on_first(tx, a, c, &found);
    if (e || found) {
        *ret = (struct str){ 0 };
        return e;
    }
    struct listing_query q = { .report = c->report, .thread = c->root };
    e = look(tx, a, &q, c->id, &found);
    if (e || found) {
        *ret = str_print(a, "?thread=%" PRId64, c->root);
        return e;
    }
    return place_behind(tx, a, c, ret);
}

/* A held comment is where its author alone sees it: at the head of the first page. */
static err place_held(struct tx *tx, const struct comment *c, struct str viewer)
{
    bool mine = false;
    err e = viewer.n ? comment_is_mine(tx, c->id, viewer, &mine) : OK;
    if (e)
        return e;
    return mine ? OK : PLACE_MISSING;
}

err comment_place(struct tx *tx, struct arena *a, int64_t id, struct str viewer,
                  struct comment_place *ret)
{
    struct comment c = { 0 };
    err e = comment_get(tx, id, a, &c);
    if (e)
        return e < 0 ? e : PLACE_MISSING;
    struct comment_place place = { .report = c.report };
    if (c.visible)
        e = place_visible(tx, a, &c, &place.query);
    else if (c.state == COMMENT_STATE_HELD)
        e = place_held(tx, &c, viewer);
    else
        e = PLACE_GONE;
    if (e)
        return e < 0 ? fault(e) : e;
    *ret = place;
    return OK;
}
