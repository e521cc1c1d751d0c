#include "desk/question_desk.h"
#include "desk/desk_page.h"
#include "discussion/answer.h"
#include "http/error.h"
#include "publishing/report.h"
#include "render/format.h"

#include <inttypes.h>

enum {
    ANSWERS_PAGE = 30,                   /* answers of one page */
    ANSWERS_BYTES_MAX = 3 * 1024 * 1024, /* of their HTML: very long ones make it end earlier */
};

struct question_row {
    struct str text, passage, url, state, count;
    struct str report_title, path; /* path: to the passage, where it can be seen */
    struct desk_time asked, changed;
    bool shown;
};
static const struct field question_row_fields[] = {
    FIELD_STR(struct question_row, text),
    FIELD_STR(struct question_row, passage),
    FIELD_STR(struct question_row, url),
    FIELD_STR(struct question_row, state),
    FIELD_STR(struct question_row, count),
    FIELD_STR(struct question_row, report_title),
    FIELD_STR(struct question_row, path),
    FIELD_VIEW(struct question_row, asked, &desk_time_view),
    FIELD_VIEW(struct question_row, changed, &desk_time_view),
    FIELD_BOOL(struct question_row, shown),
};
static const struct view question_row_view = VIEW(struct question_row, question_row_fields);

struct questions_view {
    struct desk_top top;
    struct list filters;   /* of layout_link */
    struct list questions; /* of question_row */
    struct str older;
};
static const struct field questions_fields[] = {
    DESK_FIELDS(struct questions_view),
    FIELD_LIST(struct questions_view, filters, &layout_link_view),
    FIELD_LIST(struct questions_view, questions, &question_row_view),
    FIELD_STR(struct questions_view, older),
};
static const struct view questions_view = VIEW(struct questions_view, questions_fields);
TEMPLATE(desk_questions_page, "pages/desk/questions.html", &questions_view, TEMPLATE_HTML);

struct answer_row {
    int64_t id;
    struct str name, permalink;
    struct desk_time at;
    struct html html;
    bool erased, used;
};
static const struct field answer_row_fields[] = {
    FIELD_INT(struct answer_row, id),        FIELD_STR(struct answer_row, name),
    FIELD_STR(struct answer_row, permalink), FIELD_VIEW(struct answer_row, at, &desk_time_view),
    FIELD_HTML(struct answer_row, html),     FIELD_BOOL(struct answer_row, erased),
    FIELD_BOOL(struct answer_row, used),
};
static const struct view answer_row_view = VIEW(struct answer_row, answer_row_fields);

struct question_view {
    struct desk_top top;
    struct question_row question;
    struct list answers; /* of answer_row */
    struct str older, trouble;
    bool may_open, may_answered, may_close;
};
static const struct field question_fields[] = {
    DESK_FIELDS(struct question_view),
    FIELD_VIEW(struct question_view, question, &question_row_view),
    FIELD_LIST(struct question_view, answers, &answer_row_view),
    FIELD_STR(struct question_view, older),
    FIELD_STR(struct question_view, trouble),
    FIELD_BOOL(struct question_view, may_open),
    FIELD_BOOL(struct question_view, may_answered),
    FIELD_BOOL(struct question_view, may_close),
};
static const struct view question_view = VIEW(struct question_view, question_fields);
TEMPLATE(desk_question_page, "pages/desk/asked.html", &question_view, TEMPLATE_HTML);

static struct str question_url(const struct request *r, int64_t id)
{
    return str_print(r->arena, "/desk/questions/%" PRId64, id);
}

static struct question_row row_of(const struct request *r, const struct question *q,
                                  const struct report *report)
{
    bool there = report->state == REPORT_PUBLISHED;
    return (struct question_row){
        .text = q->text,
        .passage = q->passage,
        .url = question_url(r, q->id),
        .state = desk_word_of(r, "desk_question_", question_state_str(q->state)),
        .count = desk_count(r, "question_count", q->answers),
        .report_title = report->title,
        .path = there ? str_print(r->arena, "/questions/%" PRId64, q->id) : S(""),
        .asked = desk_time(r, q->asked_at),
        .changed = desk_time(r, q->changed_at),
        .shown = q->shown,
    };
}

/* Questions asked together are mostly of one report. */
static err add_row(struct tx *tx, const struct request *r, const struct question *q,
                   struct report *report, struct question_row *ret)
{
    err e = report->id == q->report ? OK : report_get(tx, q->report, r->arena, report);
    if (e)
        return fault(e > 0 ? ERR_DATA : e);
    *ret = row_of(r, q, report);
    return OK;
}

/* ---- the list */

static struct str list_url(struct arena *a, enum question_state state, int64_t before)
{
    struct str show = question_state_str(state);
    if (before)
        return str_print(a, "/desk/questions?show=" STR_FMT "&before=%" PRId64, STR_ARG(show),
                         before);
    return str_print(a, "/desk/questions?show=" STR_FMT, STR_ARG(show));
}

static err read_list(const struct request *r, enum question_state state, int64_t before,
                     struct questions_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question_rows found = { 0 };
    struct report report = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = question_list_desk(&tx, state, before, r->arena, &found);
    if (e)
        return fault(e);
    struct question_row *rows = arena_new(r->arena, struct question_row, found.n);
    for (size_t i = 0; !e && i < found.n; i++)
        e = add_row(&tx, r, &found.questions[i], &report, &rows[i]);
    v->questions = (struct list){ rows, found.n };
    if (found.more)
        v->older = list_url(r->arena, state, found.questions[found.n - 1].id);
    return e;
}

err questions_desk_show(struct request *r, struct response *ret)
{
    struct questions_view v = { 0 };
    enum question_state now = QUESTION_OPEN;
    int64_t before = 0;
    (void)question_state_parse(desk_query(r, "show"), &now); // else the open ones
    (void)desk_query_id(r, "before", &before);               // else from the latest
    struct layout_link *links = arena_new(r->arena, struct layout_link, QUESTION_STATES);
    for (size_t i = 0; i < QUESTION_STATES; i++) {
        enum question_state s = (enum question_state)i;
        links[i] =
            (struct layout_link){ .title = desk_word_of(r, "desk_question_", question_state_str(s)),
                                  .url = list_url(r->arena, s, 0),
                                  .current = s == now };
    }
    v.filters = (struct list){ links, QUESTION_STATES };
    err e = read_list(r, now, before, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_QUESTIONS, "desk_questions", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &desk_questions_page, &v, 200);
}

/* ---- one */

/* Where ?before= says the page goes on; from the latest when it names no answer to this question.
 */
static err place_of(struct tx *tx, const struct request *r, int64_t question,
                    struct answer_place *ret)
{
    struct comment c = { 0 };
    int64_t id = 0;
    if (!desk_query_id(r, "before", &id))
        return OK;
    err e = comment_get(tx, id, r->arena, &c);
    if (!e && c.question == question)
        *ret = (struct answer_place){ c.created_at, c.id };
    return e < 0 ? e : OK;
}

static struct answer_row answer_of(const struct request *r, const struct comment *c)
{
    return (struct answer_row){ .id = c->id,
                                .name = c->name,
                                .permalink = str_print(r->arena, "/comments/%" PRId64, c->id),
                                .at = desk_time(r, c->created_at),
                                .html = c->html,
                                .erased = c->erased,
                                .used = c->used };
}

static err read_answers(struct tx *tx, const struct request *r, int64_t question,
                        struct question_view *v)
{
    struct answer_place place = { 0 };
    struct answers found = { 0 };
    err e = place_of(tx, r, question, &place);
    if (!e)
        e = answer_recent(tx, question, place, ANSWERS_PAGE, r->arena, &found);
    if (e)
        return e;
    struct answer_row *rows = arena_new(r->arena, struct answer_row, found.count);
    size_t n = 0;
    size_t bytes = 0;
    for (; n < found.count && bytes < ANSWERS_BYTES_MAX; n++) {
        rows[n] = answer_of(r, &found.comments[n]);
        bytes += rows[n].html.s.n;
    }
    v->answers = (struct list){ rows, n };
    if (n && (n < found.count || found.count >= ANSWERS_PAGE / 2)) // placeholders were passed over
        v->older = str_print(r->arena, STR_FMT "?before=%" PRId64,
                             STR_ARG(question_url(r, question)), rows[n - 1].id);
    return OK;
}

static err read_one(const struct request *r, int64_t id, struct question_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question q = { 0 };
    struct report report = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = question_get(&tx, id, r->arena, &q);
    if (e)
        return e;
    e = add_row(&tx, r, &q, &report, &v->question);
    v->may_open = q.state != QUESTION_OPEN;
    v->may_answered = q.state != QUESTION_ANSWERED;
    v->may_close = q.state != QUESTION_CLOSED;
    return e ? e : read_answers(&tx, r, id, v);
}

static err show_one(struct request *r, struct response *ret, int64_t id, const char *trouble)
{
    struct question_view v = { .trouble = trouble ? desk_word(r, trouble) : S("") };
    err e = read_one(r, id, &v);
    if (e > 0)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!e)
        e = desk_fill(r, DESK_AT_QUESTIONS, "desk_question", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &desk_question_page, &v, trouble ? 409 : 200);
}

err question_desk_show(struct request *r, struct response *ret)
{
    int64_t id = 0;
    if (!desk_segment_id(r, "id", &id))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return show_one(r, ret, id, NULL);
}

/* ---- changes */

struct change {
    const struct request *r;
    int64_t question;
    enum question_state to; /* without an answer */
    int64_t answer;
    bool used;
};
/* A refusal of answer_use(), or one of these. */
enum { CHANGE_NONE = ANSWER_TOO_MANY + 1, CHANGE_SAME };

static err set_state(struct tx *tx, const struct change *c)
{
    err e = question_set_state(tx, c->question, c->to, c->r->person->id, c->r->now);
    if (e > 0)
        return e == QUESTION_NONE ? CHANGE_NONE : CHANGE_SAME;
    struct desk_deed deed = { .action = "question.state",
                              .kind = "question",
                              .object = c->question,
                              .detail = question_state_str(c->to) };
    return e ? fault(e) : desk_note(tx, c->r, &deed);
}

static err set_used(struct tx *tx, const struct change *c)
{
    struct comment comment = { 0 };
    err e = comment_get(tx, c->answer, c->r->arena, &comment);
    if (e < 0)
        return fault(e);
    if (e || comment.question != c->question)
        return CHANGE_NONE;
    e = answer_use(tx, c->answer, c->used, c->r->person->id, c->r->now);
    struct desk_deed deed = { .action = c->used ? "answer.use" : "answer.unuse",
                              .kind = "comment",
                              .object = c->answer };
    return e ? e : desk_note(tx, c->r, &deed);
}

static err change_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return c->answer ? set_used(tx, c) : set_state(tx, c);
}

static const char *trouble_of(err refusal)
{
    if (refusal == ANSWER_NOT_PUBLISHED)
        return "desk_answer_not_published";
    // else somebody was faster
    return refusal == ANSWER_TOO_MANY ? "desk_answer_too_many" : "desk_question_same_state";
}

/* What the form asks for; false: nothing that there is. "Used" follows from the answers that are.
 */
static bool read_wish(const struct request *r, struct change *c)
{
    if (desk_field_id(r, "answer", &c->answer)) {
        struct str used = desk_field(r, "used");
        c->used = str_eq(used, S("yes"));
        return c->used || str_eq(used, S("no"));
    }
    return question_state_parse(desk_field(r, "state"), &c->to) && c->to != QUESTION_USED;
}

err question_desk_post(struct request *r, struct response *ret)
{
    struct change c = { .r = r };
    if (!desk_segment_id(r, "id", &c.question))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!read_wish(r, &c))
        return http_refuse(r, ret, 400, ERROR_BAD_FORM);
    err e = store_write(r->app->store, change_work, &c);
    if (e < 0)
        return fault(e);
    if (e == CHANGE_NONE || e == ANSWER_NONE)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return show_one(r, ret, c.question, trouble_of(e));
    const char *done = !c.answer ? "question_set" : c.used ? "answer_used" : "answer_unused";
    return desk_done(r, ret, question_url(r, c.question), done);
}
