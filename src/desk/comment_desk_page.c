#include "desk/comment_desk_page.h"
#include "discussion/comment_desk.h"
#include "discussion/discussion.h"
#include "http/error.h"
#include "publishing/report.h"

#include <inttypes.h>

/* Of all comments of one piece: very long ones make it end earlier, not fail. */
enum { LIST_BYTES_MAX = 3 * 1024 * 1024 };

/* The report a comment is under, as a row shows it. */
struct under {
    int64_t id;
    struct str title, path, discussion; /* discussion: the desk's page about it */
    bool published;
};

struct comment_row {
    int64_t id;
    struct str url, name, email, state, hold, hold_about, ban;
    struct desk_time at, changed;
    struct html html;
    struct str report_title, report_path, discussion, permalink;
    bool erased, reply;
    bool may_approve, may_hide, may_spam, may_delete, may_erase;
};
static const struct field comment_row_fields[] = {
    FIELD_INT(struct comment_row, id),
    FIELD_STR(struct comment_row, url),
    FIELD_STR(struct comment_row, name),
    FIELD_STR(struct comment_row, email),
    FIELD_STR(struct comment_row, state),
    FIELD_STR(struct comment_row, hold),
    FIELD_STR(struct comment_row, hold_about),
    FIELD_STR(struct comment_row, ban),
    FIELD_VIEW(struct comment_row, at, &desk_time_view),
    FIELD_VIEW(struct comment_row, changed, &desk_time_view),
    FIELD_HTML(struct comment_row, html),
    FIELD_STR(struct comment_row, report_title),
    FIELD_STR(struct comment_row, report_path),
    FIELD_STR(struct comment_row, discussion),
    FIELD_STR(struct comment_row, permalink),
    FIELD_BOOL(struct comment_row, erased),
    FIELD_BOOL(struct comment_row, reply),
    FIELD_BOOL(struct comment_row, may_approve),
    FIELD_BOOL(struct comment_row, may_hide),
    FIELD_BOOL(struct comment_row, may_spam),
    FIELD_BOOL(struct comment_row, may_delete),
    FIELD_BOOL(struct comment_row, may_erase),
};
static const struct view comment_row_view = VIEW(struct comment_row, comment_row_fields);

struct comments_view {
    struct desk_top top;
    struct str heading;
    struct list filters;     /* of layout_link; none on the page of one comment */
    struct list comments;    /* of comment_row */
    struct str show, before; /* where the buttons lead back to */
    struct str older;
    struct str trouble; /* why nothing was done */
};
static const struct field comments_fields[] = {
    DESK_FIELDS(struct comments_view),
    FIELD_STR(struct comments_view, heading),
    FIELD_LIST(struct comments_view, filters, &layout_link_view),
    FIELD_LIST(struct comments_view, comments, &comment_row_view),
    FIELD_STR(struct comments_view, show),
    FIELD_STR(struct comments_view, before),
    FIELD_STR(struct comments_view, older),
    FIELD_STR(struct comments_view, trouble),
};
static const struct view comments_view = VIEW(struct comments_view, comments_fields);
TEMPLATE(comments_page, "pages/desk/comments.html", &comments_view, TEMPLATE_HTML);

static const enum desk_filter filters[] = { DESK_NEWEST, DESK_HELD, DESK_HIDDEN, DESK_SPAM };

/* Where in the lists somebody is. */
struct place {
    enum desk_filter show;
    int64_t before; /* 0: the first piece */
};

static struct str place_url(struct arena *a, const struct place *p)
{
    struct str show = desk_filter_str(p->show);
    if (p->before)
        return str_print(a, "/desk/comments?show=" STR_FMT "&before=%" PRId64, STR_ARG(show),
                         p->before);
    return str_print(a, "/desk/comments?show=" STR_FMT, STR_ARG(show));
}

static struct str comment_url(const struct request *r, int64_t id)
{
    return str_print(r->arena, "/desk/comments/%" PRId64, id);
}

/* ---- reading */

static err read_under(struct tx *tx, const struct request *r, int64_t id, struct under *ret)
{
    struct report report = { 0 };
    if (ret->id == id)
        return OK;
    err e = report_get(tx, id, r->arena, &report);
    if (e)
        return fault(e > 0 ? ERR_DATA : e); // comments stand under reports, and those never go
    *ret = (struct under){
        .id = id,
        .title = report.title,
        .path = report.path,
        .discussion = str_print(r->arena, "/desk/discussions/%" PRId64, id),
        .published = report.state == REPORT_PUBLISHED,
    };
    return OK;
}

static struct comment_row row_of(const struct request *r, const struct desk_comment *d,
                                 const struct under *u)
{
    const struct comment *c = &d->comment;
    bool there = c->state != COMMENT_STATE_DELETED;
    bool may_delete = there && person_may(r->person, PERMISSION_COMMENT_DELETE);
    struct str hold = comment_hold_str(d->hold);
    bool visible = u->published && c->state == COMMENT_STATE_PUBLISHED;
    return (struct comment_row){
        .id = c->id,
        .url = comment_url(r, c->id),
        .name = c->name,
        .email = d->email,
        .state = desk_word_of(r, "desk_comment_", comment_state_str(c->state)),
        .hold =
            hold.n && c->state == COMMENT_STATE_HELD ? desk_word_of(r, "desk_hold_", hold) : S(""),
        .hold_about = d->hold_about,
        .ban = there && !c->erased && !c->person
                   ? str_print(r->arena, STR_FMT "/ban", STR_ARG(comment_url(r, c->id)))
                   : S(""),
        .at = desk_time(r, c->created_at),
        .changed = desk_time(r, d->changed_at),
        .html = c->html,
        .report_title = u->title,
        .report_path = u->published ? u->path : S(""),
        .discussion = u->discussion,
        .permalink = visible ? str_print(r->arena, "/comments/%" PRId64, c->id) : S(""),
        .erased = c->erased,
        .reply = c->parent != 0,
        .may_approve = there && c->state != COMMENT_STATE_PUBLISHED,
        .may_hide = there && c->state != COMMENT_STATE_HIDDEN,
        .may_spam = there && c->state != COMMENT_STATE_SPAM,
        .may_delete = may_delete,
        .may_erase = may_delete && !c->erased,
    };
}

static err read_list(const struct request *r, const struct place *p, struct comments_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct desk_comments found = { 0 };
    struct under under = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_list_desk(&tx, p->show, p->before, r->arena, &found);
    if (e)
        return fault(e);
    struct comment_row *rows =
        arena_new(r->arena, struct comment_row, found.count ? found.count : 1);
    size_t n = 0;
    size_t bytes = 0;
    for (; !e && n < found.count && bytes < LIST_BYTES_MAX; n++) {
        e = read_under(&tx, r, found.comments[n].comment.report, &under);
        rows[n] = row_of(r, &found.comments[n], &under);
        bytes += rows[n].html.s.n;
    }
    v->comments = (struct list){ rows, n };
    int64_t next = n < found.count ? rows[n - 1].id : found.next;
    if (next)
        v->older = place_url(r->arena, &(struct place){ p->show, next });
    return e;
}

static err read_one(const struct request *r, int64_t id, struct comments_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct desk_comment found = { 0 };
    struct under under = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_get_desk(&tx, id, r->arena, &found);
    if (e)
        return e;
    e = read_under(&tx, r, found.comment.report, &under);
    struct comment_row *row = arena_new(r->arena, struct comment_row, 1);
    *row = row_of(r, &found, &under);
    v->comments = (struct list){ row, 1 };
    return e;
}

/* ---- the pages */

static void fill_filters(const struct request *r, const struct place *now, struct comments_view *v)
{
    struct layout_link *links = arena_new(r->arena, struct layout_link, COUNT(filters));
    for (size_t i = 0; i < COUNT(filters); i++)
        links[i] = (struct layout_link){
            .title = desk_word_of(r, "desk_show_", desk_filter_str(filters[i])),
            .url = place_url(r->arena, &(struct place){ filters[i], 0 }),
            .current = filters[i] == now->show,
        };
    v->filters = (struct list){ links, COUNT(filters) };
}

err comments_show(struct request *r, struct response *ret)
{
    struct place p = { .show = DESK_NEWEST };
    struct comments_view v = { .heading = desk_word(r, "desk_comments") };
    (void)desk_filter_parse(desk_query(r, "show"), &p.show); // else the newest
    (void)desk_query_id(r, "before", &p.before);             // else from the latest
    v.show = desk_filter_str(p.show);
    v.before = p.before ? desk_query(r, "before") : S("");
    fill_filters(r, &p, &v);
    err e = read_list(r, &p, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_comments", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &comments_page, &v, 200);
}

static err show_one(struct request *r, struct response *ret, int64_t id, const char *trouble)
{
    struct comments_view v = { .heading = desk_count(r, "desk_comment_number", id),
                               .trouble = trouble ? desk_word(r, trouble) : S("") };
    err e = read_one(r, id, &v);
    if (e > 0)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_comments", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &comments_page, &v, trouble ? 409 : 200);
}

err comment_desk_show(struct request *r, struct response *ret)
{
    int64_t id = 0;
    if (!desk_segment_id(r, "id", &id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return show_one(r, ret, id, NULL);
}

/* ---- changes */

/* Everything a button can ask for. `sure`: the word of the question asked first; NULL: none. */
static const struct action {
    const char *name, *deed, *done, *question, *sure;
    enum permission need;
    enum comment_state to;
    bool erase;
} actions[] = {
    { "approve", "comment.approve", "comment_approved", NULL, NULL, PERMISSION_COMMENT_MODERATE,
      COMMENT_STATE_PUBLISHED, false },
    { "hide", "comment.hide", "comment_hidden", NULL, NULL, PERMISSION_COMMENT_MODERATE,
      COMMENT_STATE_HIDDEN, false },
    { "spam", "comment.spam", "comment_spam", NULL, NULL, PERMISSION_COMMENT_MODERATE,
      COMMENT_STATE_SPAM, false },
    { "delete", "comment.delete", "comment_deleted", "desk_comment_delete",
      "desk_comment_delete_sure", PERMISSION_COMMENT_DELETE, COMMENT_STATE_DELETED, false },
    { "erase", "comment.erase_author", "author_erased", "desk_comment_erase",
      "desk_comment_erase_sure", PERMISSION_COMMENT_DELETE, COMMENT_STATE_PUBLISHED, true },
};

static const struct action *action_of(struct str name)
{
    for (size_t i = 0; i < COUNT(actions); i++)
        if (str_eq(name, str_from_z(actions[i].name)))
            return &actions[i];
    return NULL;
}

struct change {
    const struct request *r;
    int64_t id;
    const struct action *action;
    struct place place;
    bool from_list; /* the button stood in a list; else on the comment's own page */
};

static err change_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    int64_t by = c->r->person->id;
    err e = c->action->erase ? comment_erase_author(tx, c->id, by, c->r->now)
                             : comment_set_state(tx, c->id, c->action->to, by, c->r->now);
    struct desk_deed deed = { .action = c->action->deed, .kind = "comment", .object = c->id };
    return e ? e : desk_note(tx, c->r, &deed);
}

static struct str back_of(const struct change *c)
{
    return c->from_list ? place_url(c->r->arena, &c->place) : comment_url(c->r, c->id);
}

static const struct desk_input sure_inputs[] = {
    { .name = "action", .kind = INPUT_HIDDEN },
    { .name = "sure", .kind = INPUT_HIDDEN },
    { .name = "show", .kind = INPUT_HIDDEN },
    { .name = "before", .kind = INPUT_HIDDEN },
};

static err ask_sure(struct request *r, struct response *ret, const struct change *c)
{
    struct comments_view there = { 0 };
    err e = read_one(r, c->id, &there);
    if (e)
        return e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    struct desk_form *f =
        desk_form_make(r, "sure", comment_url(r, c->id), sure_inputs, COUNT(sure_inputs));
    desk_form_set(f, "action", str_from_z(c->action->name));
    desk_form_set(f, "sure", S("yes"));
    desk_form_set(f, "show", c->from_list ? desk_filter_str(c->place.show) : S(""));
    desk_form_set(f, "before", c->place.before ? desk_field(r, "before") : S(""));
    desk_form_button(f, NULL, NULL, c->action->question);
    const struct comment_row *row = there.comments.items;
    struct desk_question q = { .place = DESK_AT_COMMENTS,
                               .title = c->action->question,
                               .intro = desk_named(r, c->action->sure,
                                                   row->name.n ? row->name : row->state),
                               .back = back_of(c),
                               .form = f };
    return desk_ask(r, ret, &q);
}

static const char *trouble_of(err refusal)
{
    return refusal == DESK_SAME_STATE ? "desk_comment_same_state" : "desk_comment_is_deleted";
}

static err carry_out(struct request *r, struct response *ret, struct change *c)
{
    err e = store_write(r->app->store, change_work, c);
    if (e < 0)
        return fault(e);
    if (e == DESK_NO_COMMENT)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e) // another moderator was faster: what they did is shown
        return show_one(r, ret, c->id, trouble_of(e));
    return desk_done(r, ret, back_of(c), c->action->done);
}

err comment_desk_post(struct request *r, struct response *ret)
{
    struct change c = { .r = r, .action = action_of(desk_field(r, "action")) };
    if (!desk_segment_id(r, "id", &c.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!c.action)
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    if (!person_may(r->person, c.action->need))
        return http_refuse(r, ret, 403, "error_not_allowed");
    c.from_list = desk_filter_parse(desk_field(r, "show"), &c.place.show);
    if (c.from_list)
        (void)desk_field_id(r, "before", &c.place.before); // else the first piece
    if (c.action->sure && !str_eq(desk_field(r, "sure"), S("yes")))
        return ask_sure(r, ret, &c);
    return carry_out(r, ret, &c);
}
