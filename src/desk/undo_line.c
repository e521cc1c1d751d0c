#include "desk/undo_line.h"
#include "desk/comment_row.h"
#include "desk/deed.h"
#include "desk/queue_place.h"
#include "http/error.h"

#include <inttypes.h>

static const struct field act_row_fields[] = {
    FIELD_INT(struct act_row, id),        FIELD_STR(struct act_row, what),
    FIELD_STR(struct act_row, who),       FIELD_STR(struct act_row, url),
    FIELD_STR(struct act_row, undone),    FIELD_VIEW(struct act_row, at, &desk_time_view),
    FIELD_BOOL(struct act_row, may_undo),
};
const struct view act_row_view = VIEW(struct act_row, act_row_fields);

struct acts_view {
    struct desk_top top;
    struct list acts; /* of act_row */
    struct str older, trouble;
};
static const struct field acts_fields[] = {
    DESK_FIELDS(struct acts_view),
    FIELD_LIST(struct acts_view, acts, &act_row_view),
    FIELD_STR(struct acts_view, older),
    FIELD_STR(struct acts_view, trouble),
};
static const struct view acts_view = VIEW(struct acts_view, acts_fields);
TEMPLATE(acts_page, "pages/desk/acts.html", &acts_view, TEMPLATE_HTML);

static struct str what_of(const struct request *r, const struct act *a)
{
    struct str key = str_print(r->arena, "desk_act_" STR_FMT, STR_ARG(act_kind_str(a->kind)));
    return desk_count(r, str_z(r->arena, key), a->comments ? a->comments : 1);
}

static struct act_row row_of(const struct row_maker *m, const struct act *a)
{
    const struct request *r = m->r;
    struct act_row row = { .id = a->id,
                           .what = what_of(r, a),
                           .who = row_person(m, a->person),
                           .at = desk_time(r, a->at),
                           .may_undo = !a->undone_at && a->kind != ACT_DELETE };
    if (a->comment)
        row.url = comment_desk_url(r, a->comment);
    else if (a->report)
        row.url = str_print(r->arena, "/desk/discussions/%" PRId64, a->report);
    if (a->undone_at)
        row.undone = desk_named(r, "desk_act_undone", row_person(m, a->undone_by));
    return row;
}

static err rows_of(struct tx *tx, const struct request *r, const struct acts *acts, size_t n,
                   struct list *ret)
{
    struct act_row *rows = arena_new(r->arena, struct act_row, n);
    struct row_maker m = { 0 };
    err e = row_maker_start(&m, r, tx);
    for (size_t i = 0; !e && i < n; i++)
        rows[i] = row_of(&m, &acts->acts[i]);
    *ret = (struct list){ rows, n };
    return e;
}

err undo_line(struct tx *tx, const struct request *r, struct list *ret)
{
    struct acts acts = { 0 };
    err e = act_list(tx, 0, r->person->id, r->arena, &acts);
    *ret = (struct list){ 0 };
    if (e || !acts.count)
        return e;
    const struct act *last = &acts.acts[0];
    bool offered = !last->undone_at && last->kind != ACT_DELETE && last->at > r->now - UNDO_OFFERED;
    return offered ? rows_of(tx, r, &acts, 1, ret) : OK;
}

static err read_acts(const struct request *r, struct acts_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct acts acts = { 0 };
    int64_t before = 0;
    (void)desk_query_id(r, "before", &before); // else from the latest
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = act_list(&tx, before, 0, r->arena, &acts);
    if (!e)
        e = rows_of(&tx, r, &acts, acts.count, &v->acts);
    if (acts.next)
        v->older = str_print(r->arena, "/desk/acts?before=%" PRId64, acts.next);
    return e;
}

static err show(struct request *r, struct response *ret, const char *trouble)
{
    struct acts_view v = { .trouble = trouble ? desk_word(r, trouble) : S("") };
    err e = read_acts(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_acts", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &acts_page, &v, trouble ? 409 : 200);
}

err acts_show(struct request *r, struct response *ret)
{
    return show(r, ret, NULL);
}

struct undoing {
    const struct request *r;
    int64_t id;
};

static err undo_work(struct tx *tx, void *arg)
{
    const struct undoing *u = arg;
    int64_t done = 0;
    return deed_undo(tx, u->r, u->id, &done);
}

err act_undo_post(struct request *r, struct response *ret)
{
    struct undoing u = { .r = r };
    struct queue_place place = { 0 };
    if (!desk_segment_id(r, "id", &u.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, undo_work, &u);
    if (e < 0)
        return fault(e);
    if (e == ACT_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return show(r, ret, deed_undo_trouble(e));
    bool listed = queue_place_sent(r, &place);
    return desk_done(r, ret, listed ? queue_place_url(r->arena, &place) : S("/desk/acts"),
                     "act_undone");
}
