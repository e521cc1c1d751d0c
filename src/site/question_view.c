#include "site/question_view.h"
#include "mail/mail.h"
#include "render/format.h"
#include "render/markdown_ask.h"
#include "render/theme.h"

#include <inttypes.h>

struct answer_view {
    struct str name, time, time_text, url;
    struct html html;
    bool staff, used;
};
static const struct field answer_fields[] = {
    FIELD_STR(struct answer_view, name),      FIELD_STR(struct answer_view, time),
    FIELD_STR(struct answer_view, time_text), FIELD_STR(struct answer_view, url),
    FIELD_HTML(struct answer_view, html),     FIELD_BOOL(struct answer_view, staff),
    FIELD_BOOL(struct answer_view, used),
};
static const struct view answer_view = VIEW(struct answer_view, answer_fields);

struct question_view {
    int64_t id;
    struct str text, state, count;
    struct list credits, answers; /* of answer_view */
    struct str more_url, more_text, feed_url, follow_url;
    struct str action; /* of the form; empty: no answers are taken */
    bool invited;      /* nobody has answered yet */
};
static const struct field question_fields[] = {
    FIELD_INT(struct question_view, id),
    FIELD_STR(struct question_view, text),
    FIELD_STR(struct question_view, state),
    FIELD_STR(struct question_view, count),
    FIELD_LIST(struct question_view, credits, &answer_view),
    FIELD_LIST(struct question_view, answers, &answer_view),
    FIELD_STR(struct question_view, more_url),
    FIELD_STR(struct question_view, more_text),
    FIELD_STR(struct question_view, feed_url),
    FIELD_STR(struct question_view, follow_url),
    FIELD_STR(struct question_view, action),
    FIELD_BOOL(struct question_view, invited),
};
static const struct view question_view = VIEW(struct question_view, question_fields);

struct piece {
    struct html html;
    struct list questions; /* of question_view */
};
static const struct field piece_fields[] = {
    FIELD_HTML(struct piece, html),
    FIELD_LIST(struct piece, questions, &question_view),
};
static const struct view piece_view = VIEW(struct piece, piece_fields);

static const struct field row_fields[] = {
    FIELD_INT(struct question_row, id),      FIELD_STR(struct question_row, text),
    FIELD_STR(struct question_row, passage), FIELD_STR(struct question_row, state),
    FIELD_STR(struct question_row, count),   FIELD_STR(struct question_row, url),
    FIELD_STR(struct question_row, at),      FIELD_STR(struct question_row, at_text),
    FIELD_STR(struct question_row, title),   FIELD_STR(struct question_row, path),
};
const struct view question_row_view = VIEW(struct question_row, row_fields);

static const struct field text_fields[] = {
    FIELD_LIST(struct text_view, pieces, &piece_view),
    FIELD_LIST(struct text_view, dropped, &question_row_view),
    FIELD_STR(struct text_view, all_url),
};
const struct view text_view = VIEW(struct text_view, text_fields);

/* ---- reading */

static size_t count_questions(const struct revision_html *html)
{
    size_t n = 0;
    for (size_t i = 0; i < html->n; i++)
        n += html->pieces[i].question_count;
    return n < QUESTIONS_OF_REPORT_MAX ? n : QUESTIONS_OF_REPORT_MAX;
}

static err read_one(struct tx *tx, int64_t id, struct arena *a, size_t *room,
                    struct question_reading *d)
{
    struct question *q = &d->questions[d->n];
    err e = question_get(tx, id, a, q);
    if (e > 0)
        return fault(ERR_DATA); // what is public knows that it is
    if (!e && q->answers)
        e = answer_list(tx, id, a, room, &d->answers[d->n]);
    if (!e && q->answers)
        e = answer_credits(tx, id, a, &d->credits[d->n]);
    d->n++;
    return e;
}

err question_read(struct tx *tx, const struct report *report, const struct revision_html *html,
                  struct arena *a, struct question_reading *ret)
{
    size_t n = count_questions(html);
    size_t room = ANSWER_BYTES_MAX;
    struct question_reading d = { .questions = arena_new(a, struct question, n),
                                  .answers = arena_new(a, struct answers, n),
                                  .credits = arena_new(a, struct answers, n) };
    err e = OK;
    for (size_t i = 0; !e && i < html->n; i++)
        for (size_t k = 0; !e && d.n < n && k < html->pieces[i].question_count; k++)
            e = read_one(tx, html->pieces[i].questions[k].id, a, &room, &d);
    if (!e)
        e = question_list_dropped(tx, report->id, QUESTIONS_DROPPED_MAX, a, &d.dropped);
    if (e)
        return fault(e);
    *ret = d;
    return OK;
}

/* ---- showing */

static struct str counted(const struct request *r, const char *key, int64_t n)
{
    const struct word_arg args[] = { { .name = "n", .count = n } };
    return theme_phrase(r->setup->theme, r->arena, key, args, COUNT(args));
}

static struct str state_text(const struct request *r, enum question_state s)
{
    static const char *const words[QUESTION_STATES] = { NULL, "question_answered", "question_used",
                                                        "question_closed" };
    return words[s] ? theme_word(r->setup->theme, words[s]) : S("");
}

static struct list answers_of(const struct request *r, const struct answers *answers)
{
    struct answer_view *list = arena_new(r->arena, struct answer_view, answers->count);
    for (size_t i = 0; i < answers->count; i++) {
        const struct comment *c = &answers->comments[i];
        list[i] = (struct answer_view){
            .name = c->erased ? theme_word(r->setup->theme, "comment_erased_author") : c->name,
            .time = time_print(r->arena, c->created_at),
            .time_text = format_time(r->setup->formats, r->arena, c->created_at),
            .url = str_print(r->arena, "/comments/%" PRId64, c->id),
            .html = c->html,
            .staff = c->person && !c->erased,
            .used = c->used,
        };
    }
    return (struct list){ list, answers->count };
}

/* Where all its answers stand. */
static struct str answers_url(const struct request *r, struct str path, int64_t id)
{
    return str_print(r->arena, STR_FMT "?question=%" PRId64 "#discussion", STR_ARG(path), id);
}

static struct question_view view_of(const struct request *r, const struct report *report,
                                    const struct question_reading *d, size_t i, bool open)
{
    const struct question *q = &d->questions[i];
    struct question_view v = {
        .id = q->id,
        .text = q->text,
        .state = state_text(r, q->state),
        .count = counted(r, "question_count", q->answers),
        .credits = answers_of(r, &d->credits[i]),
        .answers = answers_of(r, &d->answers[i]),
    };
    bool taken = open && q->state != QUESTION_CLOSED;
    v.invited = taken && !q->answers;
    if (taken && mail_enabled(r->setup))
        v.follow_url = str_print(r->arena, "/subscriptions?question=%" PRId64, q->id);
    if (taken)
        v.action = str_print(r->arena, STR_FMT "/comments", STR_ARG(report->path));
    if (q->answers) {
        v.more_url = answers_url(r, report->path, q->id);
        v.more_text = counted(r, "question_more", q->answers);
        v.feed_url = str_print(r->arena, "/questions/%" PRId64 "/feed.atom", q->id);
    }
    return v;
}

struct question_row question_row_of(const struct request *r, const struct question *q,
                                    struct str path)
{
    struct str place = str_print(r->arena, STR_FMT "#question-%" PRId64, STR_ARG(path), q->id);
    return (struct question_row){
        .id = q->id,
        .text = q->text,
        .passage = q->passage,
        .state = state_text(r, q->state),
        .count = counted(r, "question_count", q->answers),
        .url = q->shown ? place : answers_url(r, path, q->id),
        .at = time_print(r->arena, q->asked_at),
        .at_text = format_time(r->setup->formats, r->arena, q->asked_at),
    };
}

static struct piece piece_of(const struct request *r, const struct report *report,
                             const struct revision_piece *p, const struct question_reading *d,
                             size_t first, bool open)
{
    size_t n = p->question_count;
    if (n > d->n - first)
        n = d->n - first;
    struct question_view *views = arena_new(r->arena, struct question_view, n);
    struct markdown_ask *asks = arena_new(r->arena, struct markdown_ask, n);
    for (size_t i = 0; i < n; i++) {
        const struct question *q = &d->questions[first + i];
        views[i] = view_of(r, report, d, first + i, open);
        asks[i].id = q->id;
        if (q->answers)
            asks[i].count = format_int(r->setup->formats, r->arena, q->answers);
    }
    return (struct piece){ markdown_ask(r->arena, p->html, asks, n), { views, n } };
}

void question_fill(const struct request *r, const struct report *report,
                   const struct revision_html *html, const struct question_reading *d, bool open,
                   struct text_view *ret)
{
    struct piece *pieces = arena_new(r->arena, struct piece, html->n);
    struct question_row *rows = arena_new(r->arena, struct question_row, d->dropped.n);
    size_t first = 0;
    for (size_t i = 0; i < html->n; i++) {
        pieces[i] = piece_of(r, report, &html->pieces[i], d, first, open);
        first += pieces[i].questions.n;
    }
    for (size_t i = 0; i < d->dropped.n; i++)
        rows[i] = question_row_of(r, &d->dropped.questions[i], report->path);
    *ret = (struct text_view){ .pieces = { pieces, html->n }, .dropped = { rows, d->dropped.n } };
    if (d->dropped.more)
        ret->all_url = str_print(r->arena, STR_FMT "/questions", STR_ARG(report->path));
}
