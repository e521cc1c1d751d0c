#include "discussion/author_export.h"
#include "base/check.h"
#include "base/json.h"
#include "discussion/comment_own.h"
#include "people/subscriber.h"

#include <inttypes.h>

enum { SCRATCH = 4 * 1024 * 1024 };

struct export
{
    struct author who;
    struct str site;
    int64_t before;          /* the comment before this number comes next; 0: the latest */
    int64_t former, numbers; /* of this comment: words numbered below `numbers` are left */
    bool begun, ended;
};

static void put_words(const struct former_words *f, int64_t comment, struct json_writer *w,
                      struct arena *a)
{
    json_write_object(w, NULL);
    json_write_str(w, "kind", S("former_words"));
    json_write_int(w, "comment", comment);
    json_write_int(w, "number", f->number);
    json_write_str(w, "until", time_print(a, f->until));
    json_write_str(w, "body", f->body);
    json_write_end(w);
}

static void put_comment(const struct export *x, const struct author_comment *c,
                        struct json_writer *w, struct arena *a)
{
    json_write_object(w, NULL);
    json_write_str(w, "kind", S("comment"));
    json_write_int(w, "id", c->comment.id);
    json_write_str(w, "url",
                   str_print(a, STR_FMT "/comments/%" PRId64, STR_ARG(x->site), c->comment.id));
    json_write_str(w, "state", comment_state_str(c->comment.state));
    json_write_str(w, "created", time_print(a, c->comment.created_at));
    if (c->comment.edited_at)
        json_write_str(w, "edited", time_print(a, c->comment.edited_at));
    if (c->comment.parent)
        json_write_int(w, "parent", c->comment.parent);
    if (c->comment.question)
        json_write_int(w, "question", c->comment.question);
    json_write_str(w, "name", c->comment.name);
    json_write_str(w, "email", c->email);
    json_write_int(w, "votes_up", c->comment.up);
    json_write_int(w, "votes_down", c->comment.down);
    json_write_str(w, "body", c->body);
    json_write_end(w);
}

/* The former words of the comment that came last: one of them, or *ret_put is false. */
static err next_words(struct tx *tx, struct export *x, struct arena *a, struct json_writer *w,
                      bool *ret_put)
{
    const struct former_words *words = NULL;
    size_t n = 0;
    err e = x->former ? own_former(tx, x->former, a, &words, &n) : OK;
    for (size_t i = 0; !e && i < n && !*ret_put; i++) {
        if (words[i].number >= x->numbers)
            continue;
        put_words(&words[i], x->former, w, a);
        x->numbers = words[i].number;
        *ret_put = true;
    }
    return e;
}

static err next_comment(struct tx *tx, struct export *x, struct arena *a, struct json_writer *w,
                        bool *ret_put)
{
    struct author_list list = { 0 };
    err e = author_comments(tx, &x->who, (struct trace_piece){ x->before, 1 }, a, &list);
    if (e || !list.n)
        return e;
    const struct author_comment *c = list.comments;
    put_comment(x, c, w, a);
    x->before = c->comment.id;
    x->former = c->comment.edited_at ? c->comment.id : 0;
    x->numbers = INT64_MAX;
    *ret_put = true;
    return OK;
}

/* One item, or the end. */
static err put_next(const struct app *app, struct export *x, struct arena *a, struct buf *out)
{
    struct buf item CLEANUP(buf_free) = buf_make(BODY_PIECE_MAX);
    struct json_writer w = json_writer(&item);
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool put = false;
    bool first = !x->before;
    err e = store_read(app->store, &tx);
    if (!e)
        e = next_words(&tx, x, a, &w, &put);
    if (!e && !put)
        e = next_comment(&tx, x, a, &w, &put);
    if (e || buf_full(&item))
        return fault(e ? e : ERR_LIMIT);
    if (put && !first)
        buf_put(out, S(",\n"));
    buf_put(out, put ? buf_str(&item) : S("\n]}\n"));
    x->ended = !put;
    return OK;
}

static void put_follows(const struct follows *list, struct json_writer *w)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct follow *f = &list->follows[i];
        json_write_object(w, NULL);
        json_write_str(w, "kind", follow_kind_str(f->kind));
        json_write_int(w, "object", f->object);
        json_write_str(w, "pace", follow_pace_str(f->pace));
        json_write_bool(w, "confirmed", f->confirmed);
        json_write_end(w);
    }
}

/* What the address follows; an array in brackets. Nobody without an address follows anything. */
static err put_following(const struct app *app, const struct export *x, struct arena *a,
                         struct buf *out)
{
    struct buf list CLEANUP(buf_free) = buf_make(BODY_PIECE_MAX);
    struct json_writer w = json_writer(&list);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct subscriber who = { 0 };
    struct follows follows = { 0 };
    err e = store_read(app->store, &tx);
    if (!e && x->who.email.n)
        e = subscriber_find(&tx, x->who.email, a, &who);
    if (!e && who.id)
        e = follow_list(&tx, who.id, a, &follows);
    if (e < 0)
        return fault(e);
    json_write_array(&w, NULL);
    put_follows(&follows, &w);
    json_write_end(&w);
    check(!buf_full(&list)); // FOLLOWS_MAX of them are far shorter
    buf_put(out, buf_str(&list));
    return OK;
}

static err put_begin(const struct app *app, struct export *x, struct arena *a, struct buf *out)
{
    x->begun = true;
    buf_put(out,
            S("{\"about\":\"All that you wrote here, the words before each edit, and what your "
              "address follows.\",\"following\":"));
    err e = put_following(app, x, a, out);
    buf_put(out, S(",\"items\":[\n"));
    return e;
}

static err more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                bool *ret_end)
{
    struct export *x = state;
    err e = OK;
    if (x->begun)
        e = put_next(app, x, scratch, out);
    else
        e = put_begin(app, x, scratch, out);
    *ret_end = x->ended;
    return e;
}

void author_export(struct request *r, struct response *ret, const struct author *who)
{
    struct export *x = arena_new(r->arena, struct export, 1);
    *x = (struct export){ .who = *who, .site = site_url(r->setup->config) };
    ret->type = "application/json";
    ret->source = (struct body_source){ .more = more, .state = x };
}

err author_export_all(const struct app *app, struct str site, const struct author *who,
                      struct buf *out)
{
    struct export x = { .who = *who, .site = site };
    err e = OK;
    while (!e && !x.ended && !buf_full(out)) {
        struct arena a CLEANUP(arena_free);
        arena_init(&a, SCRATCH);
        e = x.begun ? put_next(app, &x, &a, out) : put_begin(app, &x, &a, out);
    }
    return e ? e : buf_full(out) ? ERR_LIMIT : OK;
}
