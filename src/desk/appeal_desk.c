#include "desk/appeal_desk.h"
#include "base/utf8.h"
#include "desk/comment_row.h"
#include "desk/deed.h"
#include "discussion/appeal.h"
#include "http/error.h"

#include <inttypes.h>

struct appeal_row {
    struct str url, comment, state, by, body, answer;
    struct desk_time at, decided;
};
static const struct field row_fields[] = {
    FIELD_STR(struct appeal_row, url),
    FIELD_STR(struct appeal_row, comment),
    FIELD_STR(struct appeal_row, state),
    FIELD_STR(struct appeal_row, by),
    FIELD_STR(struct appeal_row, body),
    FIELD_STR(struct appeal_row, answer),
    FIELD_VIEW(struct appeal_row, at, &desk_time_view),
    FIELD_VIEW(struct appeal_row, decided, &desk_time_view),
};
static const struct view appeal_row_view = VIEW(struct appeal_row, row_fields);

struct appeals_view {
    struct desk_top top;
    struct list filters; /* of layout_link */
    struct list appeals; /* of appeal_row */
    struct str older;
};
static const struct field appeals_fields[] = {
    DESK_FIELDS(struct appeals_view),
    FIELD_LIST(struct appeals_view, filters, &layout_link_view),
    FIELD_LIST(struct appeals_view, appeals, &appeal_row_view),
    FIELD_STR(struct appeals_view, older),
};
static const struct view appeals_view = VIEW(struct appeals_view, appeals_fields);
TEMPLATE(appeals_page, "pages/desk/appeals.html", &appeals_view, TEMPLATE_HTML);

struct appeal_view {
    struct desk_top top;
    struct list appeals; /* the one */
    struct str url, reason, note, comment_url, trouble, why_not, typed;
    struct html html; /* the comment, while its words are there */
    bool open;        /* the buttons are there */
};
static const struct field appeal_fields[] = {
    DESK_FIELDS(struct appeal_view),
    FIELD_LIST(struct appeal_view, appeals, &appeal_row_view),
    FIELD_STR(struct appeal_view, url),
    FIELD_STR(struct appeal_view, reason),
    FIELD_STR(struct appeal_view, note),
    FIELD_STR(struct appeal_view, comment_url),
    FIELD_STR(struct appeal_view, trouble),
    FIELD_STR(struct appeal_view, why_not),
    FIELD_STR(struct appeal_view, typed),
    FIELD_HTML(struct appeal_view, html),
    FIELD_BOOL(struct appeal_view, open),
};
static const struct view appeal_view = VIEW(struct appeal_view, appeal_fields);
TEMPLATE(appeal_page, "pages/desk/appeal.html", &appeal_view, TEMPLATE_HTML);

static struct str appeal_url(const struct request *r, int64_t id)
{
    return str_print(r->arena, "/desk/appeals/%" PRId64, id);
}

static struct appeal_row row_of(const struct row_maker *m, const struct appeal *a)
{
    static const char *const states[] = {
        [APPEAL_NONE] = "desk_appeal_open",       [APPEAL_OPEN] = "desk_appeal_open",
        [APPEAL_GRANTED] = "desk_appeal_granted", [APPEAL_REFUSED] = "desk_appeal_refused",
        [APPEAL_MOOT] = "desk_appeal_moot",
    };
    return (struct appeal_row){ .url = appeal_url(m->r, a->id),
                                .comment = desk_count(m->r, "desk_comment_number", a->comment),
                                .state = desk_word(m->r, states[a->state]),
                                .by = row_person(m, a->against),
                                .body = a->body,
                                .answer = a->answer,
                                .at = desk_time(m->r, a->created_at),
                                .decided = desk_time(m->r, a->decided_at) };
}

/* ---- the list */

static err read_list(const struct request *r, bool open, struct appeals_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct row_maker m = { 0 };
    struct appeals found = { 0 };
    int64_t after = 0;
    (void)desk_query_id(r, "after", &after); // else from the beginning
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = row_maker_start(&m, r, &tx);
    if (!e)
        e = appeal_list(&tx, open, after, r->arena, &found);
    struct appeal_row *rows = arena_new(r->arena, struct appeal_row, found.count);
    for (size_t i = 0; i < found.count; i++)
        rows[i] = row_of(&m, &found.appeals[i]);
    v->appeals = (struct list){ rows, found.count };
    if (found.next)
        v->older = str_print(r->arena, "/desk/appeals?show=%s&after=%" PRId64,
                             open ? "open" : "over", found.next);
    return e;
}

err appeals_show(struct request *r, struct response *ret)
{
    bool open = !str_eq(desk_query(r, "show"), S("over"));
    struct layout_link links[] = {
        { .title = desk_word(r, "desk_appeals_open_ones"),
          .url = S("/desk/appeals"),
          .current = open },
        { .title = desk_word(r, "desk_appeals_over"),
          .url = S("/desk/appeals?show=over"),
          .current = !open },
    };
    struct appeals_view v = { .filters = { links, COUNT(links) } };
    err e = read_list(r, open, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_appeals", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &appeals_page, &v, 200);
}

/* ---- one of them */

/* Why this person cannot judge it; NULL: can. */
static const char *why_not(const struct row_maker *m, const struct appeal *a)
{
    const struct person *me = m->r->person;
    size_t others = 0;
    if (a->against != me->id)
        return NULL;
    for (size_t i = 0; i < m->people_count; i++)
        others += m->people[i].active && m->people[i].id != me->id &&
                  role_may(m->people[i].role, PERMISSION_APPEAL_JUDGE);
    return others ? "desk_appeal_own" : "desk_appeal_nobody_else";
}

static err read_one(const struct request *r, int64_t id, struct appeal_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct row_maker m = { 0 };
    struct appeal a = { 0 };
    struct comment c = { 0 };
    struct decision d = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = appeal_get(&tx, id, r->arena, &a);
    if (!e)
        e = row_maker_start(&m, r, &tx);
    if (!e)
        e = comment_get(&tx, a.comment, r->arena, &c);
    if (!e)
        e = decision_get(&tx, a.decision, r->arena, &d);
    if (e)
        return e;
    struct appeal_row *row = arena_new(r->arena, struct appeal_row, 1);
    *row = row_of(&m, &a);
    const char *no = a.state == APPEAL_OPEN ? why_not(&m, &a) : NULL;
    v->appeals = (struct list){ row, 1 };
    v->url = appeal_url(r, id);
    v->reason = reason_word(r, d.reason);
    v->note = d.note;
    v->comment_url = comment_desk_url(r, a.comment);
    v->html = c.html;
    v->why_not = no ? desk_word(r, no) : S("");
    v->open = a.state == APPEAL_OPEN && !no;
    return OK;
}

static err show(struct request *r, struct response *ret, int64_t id, const char *trouble)
{
    struct appeal_view v = { .trouble = trouble ? desk_word(r, trouble) : S(""),
                             .typed = trouble ? desk_field(r, "answer") : S("") };
    err e = read_one(r, id, &v);
    if (e > 0)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!e)
        e = desk_fill(r, DESK_AT_COMMENTS, "desk_appeal", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &appeal_page, &v, trouble ? 409 : 200);
}

err appeal_desk_show(struct request *r, struct response *ret)
{
    int64_t id = 0;
    if (!desk_segment_id(r, "id", &id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return show(r, ret, id, NULL);
}

struct judging {
    const struct request *r;
    struct appeal_judgement j;
};

static err judge_work(struct tx *tx, void *arg)
{
    const struct judging *w = arg;
    return deed_judge(tx, w->r, &w->j);
}

bool appeal_answer_fine(struct str answer, const char **ret_trouble)
{
    if (text_check(answer, false) != TEXT_FINE)
        *ret_trouble = "desk_note_not_text";
    else if (answer.n > APPEAL_ANSWER_MAX)
        *ret_trouble = "desk_appeal_answer_long";
    return !*ret_trouble;
}

err appeal_desk_post(struct request *r, struct response *ret)
{
    struct str verdict = desk_field(r, "verdict");
    const char *trouble = NULL;
    struct judging w = { .r = r,
                         .j = { .granted = str_eq(verdict, S("grant")),
                                .answer = str_trim(desk_field(r, "answer")),
                                .by = r->person->id,
                                .now = r->now } };
    if (!desk_segment_id(r, "id", &w.j.id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!w.j.granted && !str_eq(verdict, S("refuse")))
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    if (!appeal_answer_fine(w.j.answer, &trouble))
        return show(r, ret, w.j.id, trouble);
    err e = store_write(r->app->store, judge_work, &w);
    if (e < 0)
        return fault(e);
    if (e == APPEAL_MISSING)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return show(r, ret, w.j.id,
                    e == APPEAL_OWN ? "desk_appeal_own" : "desk_appeal_decided_already");
    return desk_done(r, ret, appeal_url(r, w.j.id), "appeal_judged");
}
