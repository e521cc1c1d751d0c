#include "discussion/answer.h"
#include "discussion/comment_desk.h"
#include "discussion/listing.h"
#include "publishing/question.h"
#include "render/markdown_ask.h"
#include "unit/press.h"
#include "unit/test.h"

/* Without these an answer could be lost when an author edits the report, come to stand under
 * another question, or make its page cost as much as there are answers. */

static struct press press;

/* ---- passages become links */

static struct html asked(const char *html, size_t n)
{
    static const struct markdown_ask asks[] = { { 12, { "3", 1 } }, { 13, { 0 } } };
    return markdown_ask(&press.arena, (struct html){ str_from_z(html) }, asks, n);
}

TEST(marked_passages_become_links_to_their_boxes_with_the_number_of_answers)
{
    press_start(&press, "");
    expect_str(asked("<p>The <mark class=\"ask\">old <em>dike</em></mark> broke.</p>", 1).s,
               S("<p>The <mark class=\"ask\"><a id=\"asked-12\" href=\"#question-12\">old "
                 "<em>dike</em><sup>3</sup></a></mark> broke.</p>"));
    expect_str(
        asked("<mark class=\"ask\">a</mark><mark class=\"ask\">b</mark>", 2).s,
        S("<mark class=\"ask\"><a id=\"asked-12\" href=\"#question-12\">a<sup>3</sup></a>"
          "</mark><mark class=\"ask\"><a id=\"asked-13\" href=\"#question-13\">b</a></mark>"));
    press_end(&press);
}

TEST(what_is_no_marked_passage_or_has_no_question_stays_as_it_is)
{
    static const char *const same[] = { "", "<p>No question</p>", "&lt;mark class=\"ask\"&gt;x",
                                        "<mark>x</mark>", "<mark class=\"ask\">cut off" };
    press_start(&press, "");
    for (size_t i = 0; i < COUNT(same); i++)
        expect_str(asked(same[i], 2).s, str_from_z(same[i]));
    expect_str(asked("<mark class=\"ask\">a</mark>", 0).s, S("<mark class=\"ask\">a</mark>"));
    expect_str(asked("<mark class=\"ask\"></mark>", 2).s, // a link has a name
               S("<mark class=\"ask\"><a id=\"asked-12\" href=\"#question-12\">?<sup>3</sup></a>"
                 "</mark>"));
    press_end(&press);
}

/* ---- a report that asks */

static struct arena *round_arena; /* of the test with many rounds; NULL: the press' own */

static struct arena *room(void)
{
    return round_arena ? round_arena : &press.arena;
}

static struct report_input with_body(struct str body)
{
    return (struct report_input){ .base = -1,
                                  .key = S("one"),
                                  .series = S("River Watch"),
                                  .title = S("High Water"),
                                  .date = S("2018-05-04"),
                                  .body = body,
                                  .wish = REPORT_WISH_PUBLISH,
                                  .by = ACTOR_CLI };
}

struct answering {
    struct comment_draft draft;
    struct comment_added added;
};

static err answer_work(struct tx *tx, void *arg)
{
    struct answering *w = arg;
    return comment_add(tx, &w->draft, &w->added);
}

static err try_answer(int64_t report, int64_t question, int64_t parent, int64_t *ret_id)
{
    static int64_t n;
    struct comment_problems problems = { 0 };
    struct answering w = { .draft = { .report = report,
                                      .question = question,
                                      .parent = parent,
                                      .name = S("Ada"),
                                      .body = str_print(room(), "answer %lld", (long long)++n),
                                      .now = press.app.clock.fixed } };
    expect(comment_prepare(&w.draft, press.config, room(), &problems) == OK);
    err e = store_write(press.app.store, answer_work, &w);
    if (!e && ret_id)
        *ret_id = w.added.id;
    return e;
}

static struct question question_now(int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question q = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(question_get(&tx, id, room(), &q) == OK);
    return q;
}

static struct revision_html html_now(int64_t report, struct arena *a)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report r = { 0 };
    struct revision_html html = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(report_get(&tx, report, a, &r) == OK);
    expect(revision_html(&tx, r.revision, a, &html) == OK);
    return html;
}

static void finding(void *arg, const struct store_finding *f)
{
    (void)arg;
    printf("# " STR_FMT ": " STR_FMT "\n", STR_ARG(f->check), STR_ARG(f->row));
}

static void expect_sound(void)
{
    int64_t findings = 0;
    expect(store_check(press.app.store, finding, NULL, &findings) == OK);
    expect(findings == 0);
}

struct setting {
    int64_t id;
    enum question_state to;
};

static err set_work(struct tx *tx, void *arg)
{
    const struct setting *s = arg;
    return question_set_state(tx, s->id, s->to, 0, PRESS_NOW);
}

static err set_state(int64_t id, enum question_state to)
{
    struct setting s = { id, to };
    return store_write(press.app.store, set_work, &s);
}

TEST(each_refusal_of_an_answer_has_its_own_reason)
{
    press_start(&press, "");
    struct report_input in = with_body(S("The [dike](<ask:Did you see it?>) broke."));
    int64_t report = press_save(&press, &in).report;
    int64_t other = press_report(&press, "2018-05-05", "Elsewhere").report;
    int64_t q = html_now(report, &press.arena).pieces[0].questions[0].id;
    int64_t comment = 0;
    expect(try_answer(report, q, 0, &comment) == OK);
    expect(try_answer(report, q + 1, 0, NULL) == COMMENT_NO_QUESTION);
    expect(try_answer(report, INT64_MAX, 0, NULL) == COMMENT_NO_QUESTION);
    expect(try_answer(other, q, 0, NULL) == COMMENT_NO_QUESTION);
    expect(try_answer(report, q, comment, NULL) == COMMENT_ANSWER_REPLIES);
    expect(set_state(q, QUESTION_CLOSED) == OK);
    expect(set_state(q, QUESTION_CLOSED) == QUESTION_SAME_STATE);
    expect(set_state(q + 1, QUESTION_CLOSED) == QUESTION_NONE);
    expect(try_answer(report, q, 0, NULL) == COMMENT_QUESTION_CLOSED);
    expect(set_state(q, QUESTION_ANSWERED) == OK);
    expect(try_answer(report, q, 0, NULL) == OK);
    in = with_body(S("Nothing is asked."));
    press_save(&press, &in);
    expect(try_answer(report, q, 0, NULL) == COMMENT_QUESTION_DROPPED);
    expect(question_now(q).answers == 2);
    expect_sound();
    press_end(&press);
}

struct using
{
    int64_t comment;
    bool used;
};

static err use_work(struct tx *tx, void *arg)
{
    const struct using *u = arg;
    return answer_use(tx, u->comment, u->used, 0, PRESS_NOW);
}

static err use(int64_t comment, bool used)
{
    struct using u = { comment, used };
    return store_write(press.app.store, use_work, &u);
}

TEST(a_question_is_used_while_one_of_its_answers_is_and_answered_after_that)
{
    press_start(&press, "");
    struct report_input in = with_body(S("The [dike](<ask:Did you see it?>) broke."));
    int64_t report = press_save(&press, &in).report;
    int64_t q = html_now(report, &press.arena).pieces[0].questions[0].id;
    int64_t one = 0;
    int64_t two = 0;
    int64_t none = 0;
    expect(try_answer(report, q, 0, &one) == OK && try_answer(report, q, 0, &two) == OK);
    expect(try_answer(report, 0, 0, &none) == OK);
    expect(question_now(q).state == QUESTION_OPEN);
    expect(use(one, true) == OK && use(two, true) == OK);
    expect(use(two, true) == ANSWER_SAME && use(none, true) == ANSWER_NONE);
    expect(use(INT64_MAX, true) == ANSWER_NONE);
    expect(question_now(q).state == QUESTION_USED);
    expect(use(one, false) == OK);
    expect(question_now(q).state == QUESTION_USED);
    expect(use(two, false) == OK);
    expect(question_now(q).state == QUESTION_ANSWERED);
    expect_sound();
    press_end(&press);
}

/* ---- random edits */

enum { WORDS = 6, ASKS_MAX = 7, EDITS = 250, ANSWERS_MAX = 400 };

struct ask {
    size_t text, passage; /* numbers of words; several may be the same */
};
struct author {
    uint64_t dice;
    int64_t report;
    struct ask asks[ASKS_MAX];
    size_t n;
    struct arena arena; /* of one round */
    int64_t answers[ANSWERS_MAX], to[ANSWERS_MAX];
    size_t answer_count;
};

static size_t roll(struct author *w, size_t sides)
{
    w->dice ^= w->dice >> 12;
    w->dice ^= w->dice << 25;
    w->dice ^= w->dice >> 27;
    return (size_t)((w->dice * UINT64_C(2685821657736338717)) >> 33) % sides;
}

static struct ask any(struct author *w)
{
    return (struct ask){ roll(w, WORDS), roll(w, WORDS) };
}

static void edit(struct author *w)
{
    size_t at = w->n ? roll(w, w->n) : 0;
    size_t with = w->n ? roll(w, w->n) : 0;
    struct ask kept = w->asks[at];
    switch (w->n ? roll(w, 6) : 0) {
    case 0:
    case 1:
        if (w->n < ASKS_MAX)
            w->asks[w->n++] = any(w);
        break;
    case 2: w->asks[at] = w->asks[--w->n]; break;
    case 3: w->asks[at].text = any(w).text; break;
    case 4: w->asks[at].passage = any(w).passage; break;
    default: w->asks[at] = w->asks[with]; w->asks[with] = kept;
    }
}

static struct str body_of(struct author *w)
{
    struct buf b CLEANUP(buf_free) = buf_make(10000);
    buf_print(&b, "Begin.\n\n");
    for (size_t i = 0; i < w->n; i++)
        buf_print(&b, "The [passage %zu](<ask:Question %zu?>)%s", w->asks[i].passage,
                  w->asks[i].text, roll(w, 2) ? ".\n\n" : " and ");
    return buf_copy(&b, &press.arena);
}

static void save(struct author *w)
{
    struct report_input in = with_body(body_of(w));
    if (w->report && roll(w, 4) == 0)
        in.wish = REPORT_WISH_DRAFT;
    struct report_saved saved = press_save(&press, &in);
    if (w->report)
        expect(saved.report == w->report);
    w->report = saved.report;
}

/* Every question of the public text knows that it is, and is asked there once. */
static void expect_shown(struct author *w, const struct revision_html *html)
{
    int64_t seen[ASKS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < html->n; i++) {
        for (size_t k = 0; k < html->pieces[i].question_count; k++) {
            const struct question *there = &html->pieces[i].questions[k];
            struct question q = question_now(there->id);
            expect(q.shown && q.report == w->report);
            expect_str(q.text, there->text);
            expect_str(q.passage, there->passage);
            for (size_t j = 0; j < n; j++)
                expect(seen[j] != q.id);
            expect(n < ASKS_MAX);
            seen[n++] = q.id;
            if (w->answer_count < ANSWERS_MAX && roll(w, 3) == 0) {
                expect(try_answer(w->report, q.id, 0, &w->answers[w->answer_count]) == OK);
                w->to[w->answer_count++] = q.id;
            }
        }
    }
}

/* Walks the report's list of all questions. */
static bool listed(struct author *w, struct tx *tx, int64_t question)
{
    struct question_rows rows = { .more = true };
    int64_t after = 0;
    while (rows.more) {
        expect(question_list(tx, w->report, after, &w->arena, &rows) == OK);
        for (size_t i = 0; i < rows.n; i++)
            if (rows.questions[i].id == question)
                return true;
        after = rows.n ? rows.questions[rows.n - 1].id : 0;
    }
    return false;
}

/* From the question's list of answers, piece by piece. */
static bool answer_found(struct author *w, struct tx *tx, int64_t question, int64_t answer)
{
    struct listing_query q = { .report = w->report,
                               .only = LISTING_QUESTION,
                               .question = question };
    struct listing l = { 0 };
    do {
        expect(listing_get(tx, &w->arena, &q, &l) == OK);
        for (size_t i = 0; i < l.count; i++) {
            expect(l.threads[i].root.question == question);
            if (l.threads[i].root.id == answer)
                return true;
        }
        q.after = l.next;
    } while (q.after.n);
    return false;
}

static void expect_all_reachable(struct author *w)
{
    for (size_t i = 0; i < w->answer_count; i++) {
        struct tx tx CLEANUP(tx_end) = { 0 };
        arena_reset(&w->arena);
        expect(store_read(press.app.store, &tx) == OK);
        expect(listed(w, &tx, w->to[i]));
        expect(answer_found(w, &tx, w->to[i], w->answers[i]));
    }
}

TEST(random_edits_of_a_report_keep_every_question_and_answer_reachable)
{
    press_start(&press, "");
    struct author *w = arena_new(&press.arena, struct author, 1);
    w->dice = UINT64_C(88172645463325252);
    arena_init(&w->arena, 16 << 20);
    round_arena = &w->arena;
    for (size_t round = 0; round < EDITS; round++) {
        edit(w);
        save(w);
        arena_reset(&w->arena);
        struct revision_html html = html_now(w->report, &w->arena);
        expect_shown(w, &html);
        if (round % 50 == 49)
            expect_all_reachable(w);
    }
    expect(w->answer_count > 100);
    expect_all_reachable(w);
    expect_sound();
    round_arena = NULL;
    arena_free(&w->arena);
    press_end(&press);
}

TEST(a_question_that_stands_unchanged_keeps_its_number_whatever_else_is_edited)
{
    press_start(&press, "");
    struct report_input in = with_body(S("[a](<ask:Same?>) [b](<ask:Same?>) [c](<ask:Same?>)"));
    int64_t report = press_save(&press, &in).report;
    struct revision_html one = html_now(report, &press.arena);
    int64_t b = one.pieces[0].questions[1].id;
    int64_t c = one.pieces[0].questions[2].id;
    in = with_body(S("[c](<ask:Same?>) [b](<ask:Same?>)"));
    press_save(&press, &in);
    struct revision_html two = html_now(report, &press.arena);
    expect(two.pieces[0].questions[0].id == c && two.pieces[0].questions[1].id == b);
    press_end(&press);
}

/* ---- new HTML of old words */

QUERY(test_age_html, "update revision set html_version = 0");

static err age(struct tx *tx, void *arg)
{
    (void)arg;
    return query_run(query_start(tx, &test_age_html), NULL);
}

TEST(questions_keep_their_words_and_answers_when_the_renderer_has_changed)
{
    press_start(&press, "");
    struct report_input in = with_body(S("The [dike](<ask:Old words?>) broke."));
    int64_t report = press_save(&press, &in).report;
    in = with_body(S("The [dike](<ask:New words?>) broke."));
    press_save(&press, &in);
    int64_t q = html_now(report, &press.arena).pieces[0].questions[0].id;
    expect(try_answer(report, q, 0, NULL) == OK);
    expect(store_write(press.app.store, age, NULL) == OK);
    expect(report_render_job(&press.app, &press.setup, 0) == OK);
    struct revision_html html = html_now(report, &press.arena);
    expect(html.pieces[0].questions[0].id == q);
    expect_str(question_now(q).text, S("New words?"));
    expect(question_now(q).answers == 1 && question_now(q).shown);
    in = with_body(S("The [dike](<ask:Still other words?>) broke."));
    press_save(&press, &in);
    expect(html_now(report, &press.arena).pieces[0].questions[0].id == q);
    expect_sound();
    press_end(&press);
}

/* ---- the bounds */

TEST(answers_beside_a_question_are_few_and_their_bytes_bounded)
{
    press_start(&press, "");
    struct report_input in = with_body(S("The [dike](<ask:Did you see it?>) broke."));
    int64_t report = press_save(&press, &in).report;
    int64_t q = html_now(report, &press.arena).pieces[0].questions[0].id;
    for (int i = 0; i < 20; i++)
        expect(try_answer(report, q, 0, NULL) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct answers some = { 0 };
    size_t room = 50; // "<p dir="auto">answer 12</p>\n" has 28 bytes
    expect(store_read(press.app.store, &tx) == OK);
    expect(answer_list(&tx, q, &press.arena, &room, &some) == OK);
    expect(some.count == ANSWERS_SHOWN_MAX);
    expect(some.comments[0].html.s.n && !some.comments[1].html.s.n && room < 50);
    tx_end(&tx);
    press_end(&press);
}
