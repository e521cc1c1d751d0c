/* Decisions about many comments: the ticked ones, or all of a list, counted and shown first. */
#include "base/scan.h"
#include "desk/comment_desk_page.h"
#include "desk/comment_row.h"
#include "desk/deed.h"
#include "desk/queue_place.h"
#include "http/error.h"

#include <inttypes.h>

enum { SHOWN = 10, ID_BYTES = 20 };

struct bulk_view {
    struct desk_top top;
    struct str question, more; /* "Publish 312 comments?"; that there are others */
    struct list comments;      /* of comment_row: the first ones */
    struct queue_fields place;
    struct str ids, seen, action, reason, note, button, back, trouble;
};
static const struct field bulk_fields[] = {
    DESK_FIELDS(struct bulk_view),
    FIELD_STR(struct bulk_view, question),
    FIELD_STR(struct bulk_view, more),
    FIELD_LIST(struct bulk_view, comments, &comment_row_view),
    FIELD_VIEW(struct bulk_view, place, &queue_fields_view),
    FIELD_STR(struct bulk_view, ids),
    FIELD_STR(struct bulk_view, seen),
    FIELD_STR(struct bulk_view, action),
    FIELD_STR(struct bulk_view, reason),
    FIELD_STR(struct bulk_view, note),
    FIELD_STR(struct bulk_view, button),
    FIELD_STR(struct bulk_view, back),
    FIELD_STR(struct bulk_view, trouble),
};
static const struct view bulk_view = VIEW(struct bulk_view, bulk_fields);
TEMPLATE(bulk_page, "pages/desk/bulk.html", &bulk_view, TEMPLATE_HTML);

struct bulk {
    const struct request *r;
    struct queue_place place;
    struct deed_many many;
    bool more; /* the list has others */
};

/* ---- which ones */

/* "12,15,31"; false: anything else, or too many. */
static bool ids_parse(struct bulk *b, struct str text)
{
    while (text.n) {
        struct str one = text;
        if (!str_cut(text, ',', &one, &text))
            text = (struct str){ 0 };
        if (b->many.n == DECISIONS_MAX || !int_parse(one, 1, INT64_MAX, &b->many.ids[b->many.n]))
            return false;
        b->many.n++;
    }
    return true;
}

/* Of those that were shown, the ones with a tick: their fields are named c and the number. */
static void keep_ticked(struct bulk *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->many.n; i++) {
        struct str name = str_print(b->r->arena, "c%" PRId64, b->many.ids[i]);
        if (desk_field(b->r, str_z(b->r->arena, name)).n)
            b->many.ids[kept++] = b->many.ids[i];
    }
    b->many.n = kept;
}

static err read_all(struct bulk *b)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(b->r->app->store, &tx);
    return e ? e
             : comment_ids_desk(&tx, &b->place.query, b->r->arena, b->many.ids, &b->many.n,
                                &b->more);
}

static bool wants_all(const struct bulk *b)
{
    const struct queue_query *q = &b->place.query;
    bool whole = q->of || q->text.n || (q->show != DESK_NEWEST && q->show != DESK_ALL);
    return whole && str_eq(desk_field(b->r, "which"), S("all"));
}

/* ---- asking first */

static struct str ids_print(const struct bulk *b)
{
    struct buf out CLEANUP(buf_free) = buf_make((size_t)DECISIONS_MAX * ID_BYTES);
    for (size_t i = 0; i < b->many.n; i++)
        buf_print(&out, "%s%" PRId64, i ? "," : "", b->many.ids[i]);
    return buf_copy(&out, b->r->arena);
}

static err read_shown(struct bulk *b, struct bulk_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct row_maker m = { 0 };
    size_t most = b->many.n < SHOWN ? b->many.n : SHOWN;
    size_t n = 0;
    struct comment_row *rows = arena_new(b->r->arena, struct comment_row, most);
    err e = store_read(b->r->app->store, &tx);
    if (!e)
        e = row_maker_start(&m, b->r, &tx);
    for (size_t i = 0; !e && i < most; i++) {
        struct desk_comment found = { 0 };
        e = comment_get_desk(&tx, b->many.ids[i], b->r->arena, &found);
        if (!e)
            e = row_make(&m, &found, &rows[n++]);
        if (e > 0) // a number that is no comment's: it will be passed over
            e = OK;
    }
    v->comments = (struct list){ rows, n };
    return e;
}

static err ask(struct request *r, struct response *ret, struct bulk *b, const char *trouble)
{
    struct str key = str_print(r->arena, "desk_bulk_%s", b->many.deed->name);
    struct str reason = reason_str(b->many.wish.reason);
    struct bulk_view v = {
        .question = desk_count(r, str_z(r->arena, key), (int64_t)b->many.n),
        .more = b->more ? desk_word(r, "desk_bulk_more") : S(""),
        .place = queue_fields_of(r, &b->place),
        .ids = ids_print(b),
        .seen = desk_field(r, "seen"),
        .action = str_from_z(b->many.deed->name),
        .reason =
            b->many.deed->kind == ACT_HIDE || b->many.deed->kind == ACT_DELETE ? reason : S(""),
        .note = b->many.wish.note,
        .button = b->many.n ? desk_word(r, "desk_bulk_sure") : S(""),
        .back = queue_place_url(r->arena, &b->place),
        .trouble = trouble ? desk_word(r, trouble) : S(""),
    };
    err e = read_shown(b, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_bulk", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &bulk_page, &v, trouble ? 409 : 200);
}

/* ---- doing it */

static err bulk_work(struct tx *tx, void *arg)
{
    struct bulk *b = arg;
    return deed_decide_all(tx, b->r, &b->many);
}

static err carry_out(struct request *r, struct response *ret, struct bulk *b)
{
    err e = store_write(r->app->store, bulk_work, b);
    if (e)
        return fault(e);
    if (!b->many.done.act)
        return ask(r, ret, b, "desk_bulk_nothing");
    return desk_done(r, ret, queue_place_url(r->arena, &b->place), b->many.deed->done);
}

err comments_bulk_post(struct request *r, struct response *ret)
{
    struct bulk b = { .r = r,
                      .many = { .deed = deed_of(desk_field(r, "action")),
                                .ids = arena_new(r->arena, int64_t, QUEUE_ALL_MAX) } };
    const char *trouble = NULL;
    bool sure = str_eq(desk_field(r, "sure"), S("yes"));
    if (!b.many.deed || !queue_place_sent(r, &b.place) || !ids_parse(&b, desk_field(r, "ids")))
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    if (!person_may(r->person, b.many.deed->need))
        return http_refuse(r, ret, 403, "error_not_allowed");
    bool fine = deed_wish(r, b.many.deed, &b.many.wish, &trouble);
    (void)int_parse(desk_field(r, "seen"), 0, INT64_MAX, &b.many.wish.seen); // else as they are now
    bool all = !sure && wants_all(&b);
    if (all) {
        b.many.n = 0;
        err e = read_all(&b);
        if (e)
            return fault(e);
    } else if (!sure) {
        keep_ticked(&b);
    }
    if (!fine || !b.many.n)
        return ask(r, ret, &b, fine ? "desk_bulk_none" : trouble);
    if (!sure && (all || b.many.deed->kind == ACT_DELETE))
        return ask(r, ret, &b, NULL);
    return carry_out(r, ret, &b);
}
