/* Without these a standing page could shadow an address of the program, or lose what was written.
 */
#include "publishing/page_edit.h"
#include "unit/press.h"
#include "unit/test.h"

#include <string.h>

static struct press press;

struct saving {
    const struct page_draft *draft;
    struct page_saved saved;
};

static err save_work(struct tx *tx, void *arg)
{
    struct saving *s = arg;
    return page_save(tx, s->draft, &s->saved);
}

static err save(const struct page_input *in, struct page_saved *ret)
{
    struct page_draft *d = NULL;
    struct page_faults f = { 0 };
    err e = page_prepare(&press.setup, &press.arena, in, press.app.clock.fixed, &d, &f);
    if (e)
        return e;
    struct saving s = { .draft = d };
    e = store_write(press.app.store, save_work, &s);
    if (!e && ret)
        *ret = s.saved;
    return e;
}

static struct page_input input(const char *slug, const char *body)
{
    return (struct page_input){ .slug = str_from_z(slug),
                                .title = S("About us"),
                                .body = str_from_z(body),
                                .publish = true,
                                .by = ACTOR_CLI };
}

static err take_down(struct tx *tx, void *arg)
{
    return page_take_down(tx, ACTOR_CLI, str_from_z(arg), PRESS_NOW);
}

static struct str public_html(const char *slug)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct page p = { 0 };
    struct html html = { { 0 } };
    expect(store_read(press.app.store, &tx) == OK);
    if (page_get(&tx, str_from_z(slug), &press.arena, &p) ||
        page_html(&tx, p.id, &press.arena, &html))
        return S("none");
    return html.s;
}

TEST(page_is_published_edited_and_taken_down)
{
    press_start(&press, "");
    struct page_input in = input("about", "We *report*.");
    struct page_saved saved = { 0 };
    expect(save(&in, &saved) == OK);
    expect(saved.new_page && saved.new_revision && saved.now_public && saved.number == 1);
    expect_str(public_html("about"), S("<p>We <em>report</em>.</p>\n"));
    in.base = 1;
    expect(save(&in, &saved) == OK && !saved.new_revision && !saved.now_public);
    in.body = S("Draft.");
    in.publish = false;
    expect(save(&in, &saved) == OK && saved.new_revision && !saved.now_public);
    expect_str(public_html("about"), S("<p>We <em>report</em>.</p>\n"));
    char slug[] = "about";
    expect(store_write(press.app.store, take_down, slug) == OK);
    expect_str(public_html("about"), S("none"));
    expect(store_write(press.app.store, take_down, slug) == PAGE_NONE);
    in.publish = true;
    in.base = 2;
    expect(save(&in, &saved) == OK && saved.now_public && saved.number == 2);
    expect_str(public_html("about"), S("<p>Draft.</p>\n"));
    expect(press_findings(&press) == 0);
    press_end(&press);
}

TEST(page_changed_meanwhile_refuses_the_later_writer)
{
    press_start(&press, "");
    struct page_input in = input("about", "One.");
    expect(save(&in, NULL) == OK);
    struct page_input late = input("about", "Two.");
    expect(save(&late, NULL) == PAGE_CHANGED); // a second new page of that slug
    late.base = 1;
    expect(save(&late, NULL) == OK);
    late.body = S("Three.");
    expect(save(&late, NULL) == PAGE_CHANGED);
    late.base = -1;
    expect(save(&late, NULL) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct page p = { 0 };
    const struct page_revision *rows = NULL;
    size_t n = 0;
    struct page_revision v = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(page_get(&tx, S("about"), &press.arena, &p) == OK && p.newest == 3 && p.live == 3);
    expect(page_revisions(&tx, p.id, &press.arena, &rows, &n) == OK && n == 3);
    expect(rows[0].number == 3);
    expect(page_revision_get(&tx, p.id, 1, &press.arena, &v) == OK);
    expect_str(v.body, S("One."));
    tx_end(&tx);
    press_end(&press);
}

TEST(page_never_takes_an_address_of_the_program_or_a_year)
{
    static const char *const taken[] = { "desk", "funding", "series", "api",  "media", "assets",
                                         "me",   "live",    "hooks",  "2018", "0000",  "archive" };
    for (size_t i = 0; i < COUNT(taken); i++)
        expect(page_reserved(str_from_z(taken[i])));
    expect(!page_reserved(S("about")) && !page_reserved(S("comment-rules")));
    expect(!page_reserved(S("201")) && !page_reserved(S("20180")) && !page_reserved(S("")));
    press_start(&press, "");
    struct page_input in = input("desk", "Text.");
    expect(save(&in, NULL) == PAGE_SLUG_RESERVED);
    press_end(&press);
}

TEST(page_fields_have_limits)
{
    press_start(&press, "[limits]\nreport_bytes = 1000\n");
    char text[1002] = { 0 };
    struct page_input in = input("about", "Text.");
    in.slug = S("About");
    expect(save(&in, NULL) == PAGE_SLUG_WRONG);
    in = input("about", "");
    expect(save(&in, NULL) == PAGE_BODY_MISSING);
    in = input("about", "a\x01");
    expect(save(&in, NULL) == PAGE_BODY_NOT_TEXT);
    in = input("about", "![x](y.png)");
    expect(save(&in, NULL) == PAGE_PICTURE_MISSING);
    memset(text, 'a', 1001);
    in = input("about", text);
    in.body.n = 1000;
    expect(save(&in, NULL) == OK);
    in.body.n = 1001;
    expect(save(&in, NULL) == PAGE_BODY_TOO_LONG);
    in = input("imprint", "Text.");
    in.title = (struct str){ text, PAGE_TITLE_MAX };
    expect(save(&in, NULL) == OK);
    in.title.n++;
    expect(save(&in, NULL) == PAGE_TITLE_TOO_LONG);
    in.title = S("");
    expect(save(&in, NULL) == PAGE_TITLE_MISSING);
    in.base = -1;
    in.title = S("a\tb\n");
    expect(save(&in, NULL) == OK); // trimmed; a tab is a blank
    in.title = S("a\rb");
    expect(save(&in, NULL) == PAGE_TITLE_NOT_TEXT);
    press_end(&press);
}

TEST(page_list_has_the_usual_ones_first)
{
    press_start(&press, "");
    static const char *const slugs[] = { "zebra", "privacy", "about", "comment-rules", "imprint" };
    for (size_t i = 0; i < COUNT(slugs); i++) {
        struct page_input in = input(slugs[i], "Text.");
        in.publish = i > 0;
        expect(save(&in, NULL) == OK);
    }
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct page_rows rows = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(page_list(&tx, false, &press.arena, &rows) == OK && rows.n == 5);
    expect_str(rows.pages[0].path, S("/about"));
    expect_str(rows.pages[3].slug, S("comment-rules"));
    expect_str(rows.pages[4].slug, S("zebra"));
    expect(page_list(&tx, true, &press.arena, &rows) == OK && rows.n == 4);
    tx_end(&tx);
    press_end(&press);
}

TEST(page_count_is_bounded)
{
    press_start(&press, "");
    for (int i = 0; i < PAGE_MAX; i++) {
        struct page_input in =
            input(str_z(&press.arena, str_print(&press.arena, "p%d", i)), "Text.");
        expect(save(&in, NULL) == OK);
    }
    struct page_input in = input("one-more", "Text.");
    expect(save(&in, NULL) == PAGE_TOO_MANY);
    press_end(&press);
}

TEST(page_refusals_have_texts_words_and_fields)
{
    for (err e = 1; e < PAGE_REFUSALS; e++)
        expect(page_refusal_text(e) && page_refusal_word(e) && page_refusal_field(e));
}
