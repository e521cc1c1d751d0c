/* Without these nobody could say who changed what, and answers would lose their questions. */
#include "unit/press.h"
#include "unit/test.h"

static struct press press;

static struct report_input with_body(const char *body)
{
    return (struct report_input){ .base = -1,
                                  .series = S("River Watch"),
                                  .title = S("A"),
                                  .date = S("2018-05-04"),
                                  .body = str_from_z(body),
                                  .wish = REPORT_WISH_PUBLISH,
                                  .by = ACTOR_CLI };
}

static struct revision_html html_of(int64_t report)
{
    struct report r = press_get(&press, report);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct revision_html html = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(revision_html(&tx, r.revision, &press.arena, &html) == OK);
    return html;
}

TEST(revision_keeps_every_text_with_its_author)
{
    press_start(&press, "");
    struct actor mara = press_reporter(&press);
    struct report_input in = with_body("One.");
    in.by = mara;
    struct report_saved saved = press_save(&press, &in);
    in = with_body("Two.");
    press.app.clock.fixed += HOUR;
    press_save(&press, &in);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct revision_rows rows = { 0 };
    struct revision v = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(revision_list(&tx, saved.report, 0, &press.arena, &rows) == OK);
    expect(rows.n == 2 && !rows.more && rows.revisions[0].number == 2);
    expect_str(rows.revisions[0].author_name, S("cli"));
    expect(rows.revisions[1].author == mara.person && rows.revisions[1].made_at == PRESS_NOW);
    expect(revision_get(&tx, saved.report, 1, &press.arena, &v) == OK);
    expect_str(v.body, S("One."));
    expect_str(v.author_name, S("Mara Lindqvist"));
    expect(revision_get(&tx, saved.report, 3, &press.arena, &v) == REVISION_NONE);
    expect(revision_list(&tx, saved.report, 2, &press.arena, &rows) == OK && rows.n == 1);
    tx_end(&tx);
    press_end(&press);
}

TEST(revision_without_questions_is_one_piece)
{
    press_start(&press, "");
    struct report_input in = with_body("One.\n\nTwo.");
    struct revision_html html = html_of(press_save(&press, &in).report);
    expect(html.n == 1 && html.pieces[0].question_count == 0);
    expect_str(html.pieces[0].html.s, html.whole.s);
    press_end(&press);
}

TEST(revision_is_cut_behind_its_questions)
{
    press_start(&press, "");
    struct report_input in = with_body("Before.\n\n"
                                       "The [dike](<ask:Did you see it?>) and the "
                                       "[bridge](<ask:Can you pass?>).\n\n"
                                       "After.");
    struct revision_html html = html_of(press_save(&press, &in).report);
    expect(html.n == 2 && html.pieces[0].question_count == 2);
    expect_str(html.pieces[0].questions[0].text, S("Did you see it?"));
    expect_str(html.pieces[0].questions[1].passage, S("bridge"));
    expect(html.pieces[1].question_count == 0);
    expect_str(html.pieces[1].html.s, S("<p>After.</p>\n"));
    expect(html.whole.s.n == html.pieces[0].html.s.n + html.pieces[1].html.s.n);
    press_end(&press);
}

TEST(revision_knows_a_question_again_by_its_text_or_its_passage)
{
    press_start(&press, "");
    struct report_input in = with_body("The [dike](<ask:Did you see it?>).\n\n"
                                       "The [bridge](<ask:Can you pass?>).");
    struct report_saved saved = press_save(&press, &in);
    struct revision_html one = html_of(saved.report);
    int64_t dike = one.pieces[0].questions[0].id;
    int64_t bridge = one.pieces[1].questions[0].id;
    in = with_body("The [road](<ask:Can you pass?>).\n\n"
                   "The [dike](<ask:What did you hear?>).\n\n"
                   "The [quay](<ask:Is it dry?>).");
    press_save(&press, &in);
    struct revision_html two = html_of(saved.report);
    expect(two.pieces[0].questions[0].id == bridge); // the same words about another passage
    expect(two.pieces[1].questions[0].id == dike);   // other words about the same passage
    int64_t quay = two.pieces[2].questions[0].id;
    expect(quay != dike && quay != bridge);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question q = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(question_get(&tx, dike, &press.arena, &q) == OK);
    expect_str(q.text, S("What did you hear?"));
    expect(q.report == saved.report && q.shown && q.state == QUESTION_OPEN);
    expect(question_get(&tx, quay + 1, &press.arena, &q) == QUESTION_NONE);
    tx_end(&tx);
    press_end(&press);
}

TEST(revision_kept_as_a_draft_leaves_the_public_questions_as_they_are)
{
    press_start(&press, "");
    struct report_input in = with_body("The [dike](<ask:Did you see it?>).");
    struct report_saved saved = press_save(&press, &in);
    int64_t dike = html_of(saved.report).pieces[0].questions[0].id;
    in = with_body("The [dike](<ask:Changed?>).");
    in.wish = REPORT_WISH_DRAFT;
    press_save(&press, &in);
    expect_str(html_of(saved.report).pieces[0].questions[0].text, S("Did you see it?"));
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct question q = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(question_get(&tx, dike, &press.arena, &q) == OK);
    expect_str(q.text, S("Did you see it?"));
    tx_end(&tx);
    in = with_body("No question any more.");
    press_save(&press, &in);
    expect(store_read(press.app.store, &tx) == OK);
    expect(question_get(&tx, dike, &press.arena, &q) == OK); // its answers need it
    expect(!q.shown);
    expect_str(q.text, S("Did you see it?")); // not the words that nobody has seen
    tx_end(&tx);
    press_end(&press);
}

QUERY(age_html, "update revision set html_version = 0, html = 'old'");
QUERY(age_pages, "update page_revision set html_version = 0, html = 'old'");

static err age(struct tx *tx, void *arg)
{
    (void)arg;
    err e = query_run(query_start(tx, &age_html), NULL);
    return e ? e : query_run(query_start(tx, &age_pages), NULL);
}

TEST(revision_html_of_an_older_renderer_is_made_anew)
{
    press_start(&press, "");
    struct report_input in = with_body("The [dike](<ask:Did you see it?>).");
    struct report_saved saved = press_save(&press, &in);
    expect(press_publish(&press, "about.md", "---\npage: about\ntitle: About\n---\nUs.\n") == OK);
    int64_t dike = html_of(saved.report).pieces[0].questions[0].id;
    expect(store_write(press.app.store, age, NULL) == OK);
    expect_str(press_html(&press, saved.report), S("old"));
    expect(report_render_promise(&press.app) == OK);
    expect(report_render_job(&press.app, &press.setup, 0) == OK);
    struct revision_html html = html_of(saved.report);
    expect(html.n == 1 && html.pieces[0].questions[0].id == dike);
    expect(html.whole.s.n > 10 && press_findings(&press) == 0);
    press_end(&press);
}

TEST(revision_of_the_same_file_by_a_newer_renderer_is_the_same_revision)
{
    press_start(&press, "");
    struct report_input in = with_body("One.");
    struct report_saved saved = press_save(&press, &in);
    expect(store_write(press.app.store, age, NULL) == OK);
    expect(!press_save(&press, &in).new_revision);
    expect_str(press_html(&press, saved.report), S("<p>One.</p>\n"));
    press_end(&press);
}
