/* One comment with all that is known about it, and the forms that decide about it. */
#include "desk/comment_desk_page.h"
#include "base/scan.h"
#include "desk/comment_row.h"
#include "desk/deed.h"
#include "desk/queue_place.h"
#include "desk/undo_line.h"
#include "discussion/appeal.h"
#include "discussion/comment_desk.h"
#include "discussion/comment_own.h"
#include "discussion/flag.h"
#include "discussion/mark.h"
#include "discussion/staff_note.h"
#include "http/error.h"

#include <inttypes.h>

enum { FLAGS_SHOWN = 50, DECISIONS_SHOWN = 50 };

/* A line of what happened: a flag, a decision, a note. */
struct fact_row {
    struct str what, who, text;
    struct desk_time at;
    bool over; /* answered, undone */
};
static const struct field fact_fields[] = {
    FIELD_STR(struct fact_row, what),  FIELD_STR(struct fact_row, who),
    FIELD_STR(struct fact_row, text),  FIELD_VIEW(struct fact_row, at, &desk_time_view),
    FIELD_BOOL(struct fact_row, over),
};
static const struct view fact_view = VIEW(struct fact_row, fact_fields);

struct history_row {
    struct str title, url, counts; /* "By the same browser", "12 comments: 9 published, 3 spam" */
};
static const struct field history_fields[] = {
    FIELD_STR(struct history_row, title),
    FIELD_STR(struct history_row, url),
    FIELD_STR(struct history_row, counts),
};
static const struct view history_view = VIEW(struct history_row, history_fields);

struct person_option {
    struct str value, name;
    bool chosen;
};
static const struct field person_fields[] = {
    FIELD_STR(struct person_option, value),
    FIELD_STR(struct person_option, name),
    FIELD_BOOL(struct person_option, chosen),
};
static const struct view person_view = VIEW(struct person_option, person_fields);

struct comment_page_view {
    struct desk_top top;
    struct str heading, trouble, appeal, note; /* appeal: its address; note: as it was typed */
    struct list comments;                      /* of comment_row: the one */
    struct queue_fields place;
    struct list flags, decisions, notes, former; /* of fact_row */
    struct list history;                         /* of history_row */
    struct list people;                          /* of person_option */
    struct list undo;                            /* of act_row */
};
static const struct field comment_page_fields[] = {
    DESK_FIELDS(struct comment_page_view),
    FIELD_STR(struct comment_page_view, heading),
    FIELD_STR(struct comment_page_view, trouble),
    FIELD_STR(struct comment_page_view, appeal),
    FIELD_STR(struct comment_page_view, note),
    FIELD_LIST(struct comment_page_view, comments, &comment_row_view),
    FIELD_VIEW(struct comment_page_view, place, &queue_fields_view),
    FIELD_LIST(struct comment_page_view, flags, &fact_view),
    FIELD_LIST(struct comment_page_view, decisions, &fact_view),
    FIELD_LIST(struct comment_page_view, notes, &fact_view),
    FIELD_LIST(struct comment_page_view, former, &fact_view),
    FIELD_LIST(struct comment_page_view, history, &history_view),
    FIELD_LIST(struct comment_page_view, people, &person_view),
    FIELD_LIST(struct comment_page_view, undo, &act_row_view),
};
static const struct view comment_page_view = VIEW(struct comment_page_view, comment_page_fields);
TEMPLATE(comment_page, "pages/desk/comment.html", &comment_page_view, TEMPLATE_HTML);

/* ---- reading */

static err read_flags(struct row_maker *m, int64_t id, struct comment_page_view *v)
{
    const struct flag_seen *flags = NULL;
    size_t n = 0;
    err e = flag_list(m->tx, id, FLAGS_SHOWN, m->r->arena, &flags, &n);
    struct fact_row *rows = arena_new(m->r->arena, struct fact_row, n);
    for (size_t i = 0; !e && i < n; i++)
        rows[i] = (struct fact_row){ .what = reason_word(m->r, flags[i].reason),
                                     .text = flags[i].note,
                                     .at = desk_time(m->r, flags[i].created_at),
                                     .over = !flags[i].open };
    v->flags = (struct list){ rows, n };
    return e;
}

static struct str decision_what(const struct request *r, const struct decision *d)
{
    struct str became = desk_word_of(r, "desk_comment_", comment_state_str(d->became));
    struct str reason = reason_word(r, d->reason);
    if (!reason.n)
        return became;
    return str_print(r->arena, STR_FMT " \xC2\xB7 " STR_FMT, STR_ARG(became), STR_ARG(reason));
}

static err read_decisions(struct row_maker *m, int64_t id, struct comment_page_view *v)
{
    const struct decision *d = NULL;
    size_t n = 0;
    err e = decision_list(m->tx, id, DECISIONS_SHOWN, m->r->arena, &d, &n);
    struct fact_row *rows = arena_new(m->r->arena, struct fact_row, n);
    for (size_t i = 0; !e && i < n; i++)
        rows[i] = (struct fact_row){ .what = decision_what(m->r, &d[i]),
                                     .who = row_person(m, d[i].person),
                                     .text = d[i].note,
                                     .at = desk_time(m->r, d[i].at),
                                     .over = d[i].undone };
    v->decisions = (struct list){ rows, n };
    return e;
}

/* The words before the author's edits. */
static err read_former(struct row_maker *m, int64_t id, struct comment_page_view *v)
{
    const struct former_words *words = NULL;
    size_t n = 0;
    err e = own_former(m->tx, id, m->r->arena, &words, &n);
    struct fact_row *rows = arena_new(m->r->arena, struct fact_row, n ? n : 1);
    for (size_t i = 0; !e && i < n; i++)
        rows[i] = (struct fact_row){ .text = words[i].body, .at = desk_time(m->r, words[i].until) };
    v->former = (struct list){ rows, n };
    return e;
}

static err read_notes(struct row_maker *m, int64_t id, struct comment_page_view *v)
{
    const struct staff_note *notes = NULL;
    size_t n = 0;
    err e = staff_note_list(m->tx, id, m->r->arena, &notes, &n);
    struct fact_row *rows = arena_new(m->r->arena, struct fact_row, n);
    for (size_t i = 0; !e && i < n; i++)
        rows[i] = (struct fact_row){ .who = row_person(m, notes[i].person),
                                     .text = notes[i].body,
                                     .at = desk_time(m->r, notes[i].at) };
    v->notes = (struct list){ rows, n };
    return e;
}

/* "12 comments: 9 published, 3 spam"; with "the latest 200" said when there are more. */
static struct str history_counts(const struct request *r, const struct history *h)
{
    enum { SENTENCE_MAX = 1000 };
    struct buf b CLEANUP(buf_free) = buf_make(SENTENCE_MAX);
    bool some = false;
    buf_put(&b, desk_count(r, h->more ? "desk_history_latest" : "desk_history_all", h->comments));
    for (int s = 0; s <= COMMENT_STATE_DELETED; s++) {
        if (!h->states[s])
            continue;
        struct str state =
            desk_word_of(r, "desk_comment_", comment_state_str((enum comment_state)s));
        buf_print(&b, "%s" STR_FMT " " STR_FMT, some ? ", " : ": ",
                  STR_ARG(format_int(r->setup->formats, r->arena, h->states[s])), STR_ARG(state));
        some = true;
    }
    return buf_copy(&b, r->arena);
}

static err read_history(struct row_maker *m, int64_t id, struct comment_page_view *v)
{
    static const char *const titles[LIKENESSES] = { "desk_history_visitor", "desk_history_address",
                                                    "desk_history_prefix" };
    const struct request *r = m->r;
    struct history_row *rows = arena_new(r->arena, struct history_row, LIKENESSES);
    size_t n = 0;
    err e = OK;
    for (int i = 0; !e && i < (int)LIKENESSES; i++) {
        struct history h = { 0 };
        struct queue_place p = { { .of = id, .like = (enum likeness)i } };
        e = comment_history(m->tx, id, p.query.like, &h);
        if (!h.comments)
            continue;
        rows[n++] = (struct history_row){ .title = desk_word(r, titles[i]),
                                          .url = queue_place_url(r->arena, &p),
                                          .counts = history_counts(r, &h) };
    }
    v->history = (struct list){ rows, n };
    return e;
}

/* Who may be asked to look at it. */
static void fill_people(const struct row_maker *m, int64_t assigned, struct comment_page_view *v)
{
    const struct request *r = m->r;
    struct person_option *list = arena_new(r->arena, struct person_option, m->people_count + 1);
    size_t n = 0;
    list[n++] =
        (struct person_option){ .value = S(""), .name = desk_word(r, "desk_assign_nobody") };
    for (size_t i = 0; i < m->people_count; i++) {
        const struct person *p = &m->people[i];
        if (p->active && role_may(p->role, PERMISSION_COMMENT_MODERATE))
            list[n++] = (struct person_option){ .value = str_print(r->arena, "%" PRId64, p->id),
                                                .name = p->name,
                                                .chosen = p->id == assigned };
    }
    v->people = (struct list){ list, n };
}

static err read_appeal(struct row_maker *m, int64_t id, struct comment_page_view *v)
{
    struct appeal appeal = { 0 };
    err e = appeal_of(m->tx, id, m->r->arena, &appeal);
    if (!e && appeal.id)
        v->appeal = str_print(m->r->arena, "/desk/appeals/%" PRId64, appeal.id);
    return e;
}

static err read_one(const struct request *r, int64_t id, struct comment_page_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct desk_comment found = { 0 };
    struct row_maker m = { 0 };
    struct comment_row *row = arena_new(r->arena, struct comment_row, 1);
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_get_desk(&tx, id, r->arena, &found);
    if (!e)
        e = row_maker_start(&m, r, &tx);
    if (!e)
        e = row_make(&m, &found, row);
    if (!e)
        e = read_flags(&m, id, v);
    if (!e)
        e = read_decisions(&m, id, v);
    if (!e)
        e = read_notes(&m, id, v);
    if (!e)
        e = read_former(&m, id, v);
    if (!e)
        e = read_history(&m, id, v);
    if (!e)
        e = read_appeal(&m, id, v);
    if (!e)
        e = undo_line(&tx, r, &v->undo);
    if (e)
        return e;
    fill_people(&m, found.assigned, v);
    v->comments = (struct list){ row, 1 };
    return OK;
}

static err show_one(struct request *r, struct response *ret, int64_t id, const char *trouble)
{
    struct comment_page_view v = { .heading = desk_count(r, "desk_comment_number", id),
                                   .trouble = trouble ? desk_word(r, trouble) : S(""),
                                   .note = trouble ? desk_field(r, "body") : S("") };
    err e = read_one(r, id, &v);
    if (e > 0)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_comments", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &comment_page, &v, trouble ? 409 : 200);
}

err comment_desk_show(struct request *r, struct response *ret)
{
    int64_t id = 0;
    if (!desk_segment_id(r, "id", &id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return show_one(r, ret, id, NULL);
}

/* ---- changes */

struct change {
    const struct request *r;
    int64_t id;
    enum act_kind mark;
    bool erase;
    struct deed_many many; /* that decision */
    struct queue_place place;
    bool from_list; /* the button stood in a list; else on the comment's own page */
};

static struct str back_of(const struct change *c)
{
    return c->from_list ? queue_place_url(c->r->arena, &c->place) : comment_desk_url(c->r, c->id);
}

static err decide_work(struct tx *tx, void *arg)
{
    struct change *c = arg;
    return deed_decide(tx, c->r, &c->many, c->id);
}

static err erase_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    err e = comment_erase_author(tx, c->id, c->r->person->id, c->r->now);
    struct desk_deed deed = { .action = "comment.erase_author",
                              .kind = "comment",
                              .object = c->id };
    return e ? e : desk_note(tx, c->r, &deed);
}

static err mark_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return deed_mark(tx, c->r, c->mark, c->id);
}

static const struct desk_input sure_inputs[] = {
    { .name = "action", .kind = INPUT_HIDDEN }, { .name = "sure", .kind = INPUT_HIDDEN },
    { .name = "reason", .kind = INPUT_HIDDEN }, { .name = "note", .kind = INPUT_HIDDEN },
    { .name = "seen", .kind = INPUT_HIDDEN },   { .name = "show", .kind = INPUT_HIDDEN },
    { .name = "before", .kind = INPUT_HIDDEN }, { .name = "like", .kind = INPUT_HIDDEN },
    { .name = "of", .kind = INPUT_HIDDEN },     { .name = "q", .kind = INPUT_HIDDEN },
};

/* Before what cannot be taken back: the same form again, sure=yes. */
static err ask_sure(struct request *r, struct response *ret, const struct change *c)
{
    struct comment_page_view there = { 0 };
    const char *title = c->erase ? "desk_comment_erase" : "desk_comment_delete";
    const char *sure = c->erase ? "desk_comment_erase_sure" : "desk_comment_delete_sure";
    err e = read_one(r, c->id, &there);
    if (e)
        return e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    struct desk_form *f =
        desk_form_make(r, "sure", comment_desk_url(r, c->id), sure_inputs, COUNT(sure_inputs));
    for (size_t i = 0; i < COUNT(sure_inputs); i++)
        desk_form_set(f, sure_inputs[i].name, desk_field(r, sure_inputs[i].name));
    desk_form_set(f, "sure", S("yes"));
    desk_form_button(f, NULL, NULL, title);
    const struct comment_row *row = there.comments.items;
    struct desk_question q = { .place = DESK_AT_COMMENTS,
                               .title = title,
                               .intro = desk_named(r, sure, row->name.n ? row->name : row->state),
                               .back = back_of(c),
                               .form = f };
    return desk_ask(r, ret, &q);
}

static err decide(struct request *r, struct response *ret, struct change *c)
{
    const char *trouble = NULL;
    bool fine = deed_wish(r, c->many.deed, &c->many.wish, &trouble);
    (void)int_parse(desk_field(r, "seen"), 0, INT64_MAX, &c->many.wish.seen); // else as it is now
    if (!person_may(r->person, c->many.deed->need))
        return http_refuse(r, ret, 403, "error_not_allowed");
    if (!fine)
        return show_one(r, ret, c->id, trouble);
    if (c->many.deed->kind == ACT_DELETE && !str_eq(desk_field(r, "sure"), S("yes")))
        return ask_sure(r, ret, c);
    err e = store_write(r->app->store, decide_work, c);
    if (e < 0)
        return fault(e);
    if (e == DECISION_NO_COMMENT)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e) // another moderator was faster: what they did is shown
        return show_one(r, ret, c->id, deed_decision_trouble(e));
    /* In a list the next comment stands right below what was done and its undo button. */
    struct str back = back_of(c);
    return desk_done(r, ret,
                     c->from_list ? str_print(r->arena, STR_FMT "#undo", STR_ARG(back)) : back,
                     c->many.deed->done);
}

static err erase(struct request *r, struct response *ret, struct change *c)
{
    if (!person_may(r->person, PERMISSION_COMMENT_DELETE))
        return http_refuse(r, ret, 403, "error_not_allowed");
    if (!str_eq(desk_field(r, "sure"), S("yes")))
        return ask_sure(r, ret, c);
    err e = store_write(r->app->store, erase_work, c);
    if (e < 0)
        return fault(e);
    if (e == DESK_NO_COMMENT)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return show_one(r, ret, c->id,
                        e == DESK_DELETED ? "desk_comment_is_deleted" : "desk_comment_same_state");
    return desk_done(r, ret, back_of(c), "author_erased");
}

static err mark(struct request *r, struct response *ret, struct change *c)
{
    err e = store_write(r->app->store, mark_work, c);
    if (e < 0)
        return fault(e);
    if (e == MARK_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return show_one(r, ret, c->id, deed_mark_trouble(e));
    return desk_done(r, ret, back_of(c), "comment_marked");
}

err comment_desk_post(struct request *r, struct response *ret)
{
    struct str action = desk_field(r, "action");
    struct change c = { .r = r,
                        .many = { .deed = deed_of(action) },
                        .erase = str_eq(action, S("erase")) };
    if (!desk_segment_id(r, "id", &c.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    c.from_list = queue_place_sent(r, &c.place);
    if (c.many.deed)
        return decide(r, ret, &c);
    if (c.erase)
        return erase(r, ret, &c);
    if (!act_kind_parse(action, &c.mark) || c.mark < ACT_PIN || c.mark > ACT_UNLOCK)
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    return mark(r, ret, &c);
}

/* ---- notes and assignments */

struct aside {
    const struct request *r;
    int64_t id, person;
    struct str body;
    bool is_note;
};

static err aside_work(struct tx *tx, void *arg)
{
    const struct aside *s = arg;
    return s->is_note ? deed_write_down(tx, s->r, s->id, s->body)
                      : deed_assign(tx, s->r, s->id, s->person);
}

static err put_aside(struct request *r, struct response *ret, struct aside *s)
{
    err e = store_write(r->app->store, aside_work, s);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return desk_done(r, ret, comment_desk_url(r, s->id),
                     s->is_note ? "note_added" : "comment_assigned");
}

err comment_note_post(struct request *r, struct response *ret)
{
    struct aside s = { .r = r, .is_note = true };
    if (!desk_segment_id(r, "id", &s.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    s.body = str_trim(desk_field(r, "body"));
    err e = staff_note_check(s.body);
    return e ? show_one(r, ret, s.id, deed_note_trouble(e)) : put_aside(r, ret, &s);
}

err comment_assign_post(struct request *r, struct response *ret)
{
    struct aside s = { .r = r };
    bool may = true;
    if (!desk_segment_id(r, "id", &s.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (desk_field(r, "person").n) {
        may = desk_field_id(r, "person", &s.person);
        err e = may ? deed_may_assign(r, s.person, &may) : OK;
        if (e)
            return e;
    }
    return may ? put_aside(r, ret, &s) : show_one(r, ret, s.id, "desk_assign_wrong");
}
