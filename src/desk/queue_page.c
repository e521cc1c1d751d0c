/* The lists of comments: queues, comments like one, comments with a text. */
#include "desk/comment_desk_page.h"
#include "desk/comment_row.h"
#include "desk/queue_place.h"
#include "desk/undo_line.h"
#include "discussion/appeal.h"
#include "discussion/flag.h"
#include "http/error.h"

#include <inttypes.h>

/* Of all comments of one piece: very long ones make it end earlier, not fail. */
enum { LIST_BYTES_MAX = 3 * 1024 * 1024 };

struct queue_view {
    struct desk_top top;
    struct str heading;
    struct list filters;            /* of layout_link */
    struct list comments;           /* of comment_row */
    struct queue_fields place;      /* where the buttons lead back to */
    struct str ids;                 /* of the comments here, for the form about many */
    struct str seen;                /* when this was read */
    struct str older, appeals;      /* appeals: "2 appeals" */
    struct list undo;               /* of act_row: one or none */
    struct list reasons;            /* of reason_option */
    struct str found;               /* what is looked at, when it is no queue */
    bool may_bulk, may_delete, all; /* all: the whole list may be acted on */
};
static const struct field queue_fields[] = {
    DESK_FIELDS(struct queue_view),
    FIELD_STR(struct queue_view, heading),
    FIELD_LIST(struct queue_view, filters, &layout_link_view),
    FIELD_LIST(struct queue_view, comments, &comment_row_view),
    FIELD_VIEW(struct queue_view, place, &queue_fields_view),
    FIELD_STR(struct queue_view, ids),
    FIELD_STR(struct queue_view, seen),
    FIELD_STR(struct queue_view, older),
    FIELD_STR(struct queue_view, appeals),
    FIELD_LIST(struct queue_view, undo, &act_row_view),
    FIELD_LIST(struct queue_view, reasons, &reason_option_view),
    FIELD_STR(struct queue_view, found),
    FIELD_BOOL(struct queue_view, may_bulk),
    FIELD_BOOL(struct queue_view, may_delete),
    FIELD_BOOL(struct queue_view, all),
};
static const struct view queue_view = VIEW(struct queue_view, queue_fields);
TEMPLATE(queue_page, "pages/desk/comments.html", &queue_view, TEMPLATE_HTML);

static err make_rows(struct tx *tx, const struct request *r, const struct desk_comments *found,
                     struct queue_view *v, int64_t *ret_next)
{
    struct comment_row *rows = arena_new(r->arena, struct comment_row, found->count);
    struct row_maker m = { 0 };
    size_t n = 0;
    size_t bytes = 0;
    err e = row_maker_start(&m, r, tx);
    for (; !e && n < found->count && bytes < LIST_BYTES_MAX; n++) {
        e = row_make(&m, &found->comments[n], &rows[n]);
        bytes += rows[n].html.s.n;
    }
    v->comments = (struct list){ rows, n };
    *ret_next = n < found->count && n ? rows[n - 1].id : found->next;
    return e;
}

static err read_list(const struct request *r, const struct queue_place *p, struct queue_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct desk_comments found = { 0 };
    struct queue_place next = *p;
    int64_t appeals = 0;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_list_desk(&tx, &p->query, r->arena, &found);
    if (!e)
        e = make_rows(&tx, r, &found, v, &next.query.before);
    if (!e)
        e = undo_line(&tx, r, &v->undo);
    if (!e && person_may(r->person, PERMISSION_APPEAL_JUDGE))
        e = appeal_open_count(&tx, &appeals);
    if (appeals)
        v->appeals = desk_count(r, "desk_appeals_open", appeals);
    if (next.query.before)
        v->older = queue_place_url(r->arena, &next);
    return e;
}

static void fill_filters(const struct request *r, const struct queue_query *now,
                         struct queue_view *v)
{
    struct layout_link *links = arena_new(r->arena, struct layout_link, DESK_FILTERS);
    bool queue = !now->of && !now->text.n;
    for (int i = 0; i < DESK_FILTERS; i++) {
        struct queue_place p = { { .show = (enum desk_filter)i } };
        links[i] = (struct layout_link){
            .title = desk_word_of(r, "desk_show_", desk_filter_str(p.query.show)),
            .url = queue_place_url(r->arena, &p),
            .current = queue && p.query.show == now->show,
        };
    }
    v->filters = (struct list){ links, DESK_FILTERS };
}

/* The ids of the rows, commas between. */
static struct str ids_of(const struct request *r, const struct list *rows)
{
    enum { ID_MAX = 20 };
    const struct comment_row *row = rows->items;
    struct buf b CLEANUP(buf_free) = buf_make((size_t)DESK_COMMENTS * ID_MAX);
    for (size_t i = 0; i < rows->n; i++)
        buf_print(&b, "%s%" PRId64, i ? "," : "", row[i].id);
    return buf_copy(&b, r->arena);
}

static struct str found_of(const struct request *r, const struct queue_query *q)
{
    if (q->of)
        return desk_count(r,
                          q->like == LIKE_VISITOR   ? "desk_like_visitor"
                          : q->like == LIKE_ADDRESS ? "desk_like_address"
                                                    : "desk_like_prefix",
                          q->of);
    return q->text.n ? desk_named(r, "desk_found_text", q->text) : S("");
}

err comments_show(struct request *r, struct response *ret)
{
    struct queue_place p = queue_place_asked(r);
    const struct queue_query *q = &p.query;
    bool some = q->of || q->text.n;
    struct queue_view v = {
        .heading = desk_word(r, "desk_comments"),
        .place = queue_fields_of(r, &p),
        .seen = str_print(r->arena, "%" PRId64, r->now),
        .reasons = reason_options(r),
        .found = found_of(r, q),
        .may_bulk = person_may(r->person, PERMISSION_COMMENT_BULK),
        .may_delete = person_may(r->person, PERMISSION_COMMENT_DELETE),
        .all = some || (q->show != DESK_NEWEST && q->show != DESK_ALL),
    };
    fill_filters(r, q, &v);
    err e = read_list(r, &p, &v);
    v.ids = ids_of(r, &v.comments);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_comments", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &queue_page, &v, 200);
}
