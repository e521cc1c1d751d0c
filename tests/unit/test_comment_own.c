#include "base/clock.h"
#include "discussion/comment_own.h"
#include "unit/discussion.h"

/*
 * Without these a person could change another's words or edit for ever, an edit could slip past a
 * moderator, and the words before it could be lost or found where they were to be gone.
 */

struct wishing {
    struct own_wish wish;
    struct comment_draft draft;
    struct own_edited edited;
    int64_t report;
};

static struct own_wish wish_of(struct room *r, int64_t comment, const char *visitor)
{
    return (struct own_wish){ .comment = comment,
                              .visitor = visitor ? room_visitor(r, visitor) : S(""),
                              .window = own_window(r->config),
                              .now = r->now };
}

static err do_edit(struct tx *tx, void *arg)
{
    struct wishing *w = arg;
    return own_edit(tx, &w->wish, &w->draft, &w->edited);
}

static err do_delete(struct tx *tx, void *arg)
{
    struct wishing *w = arg;
    return own_delete(tx, &w->wish, &w->report);
}

static err edit(struct room *r, const struct own_wish *wish, const char *body,
                enum comment_hold hold, struct own_edited *ret)
{
    struct comment_problems problems = { 0 };
    struct wishing w = { .wish = *wish,
                         .draft = { .report = 1,
                                    .name = S("Ada"),
                                    .body = str_from_z(body),
                                    .hold = hold,
                                    .now = r->now } };
    expect(comment_prepare(&w.draft, r->config, &r->arena, &problems) == OK);
    err e = store_write(r->store, do_edit, &w);
    if (!e && ret)
        *ret = w.edited;
    return e;
}

static err erase(struct room *r, const struct own_wish *wish)
{
    struct wishing w = { .wish = *wish };
    return store_write(r->store, do_delete, &w);
}

static int64_t say(struct room *r, int64_t parent, const char *visitor, const char *body)
{
    struct comment_added added = { 0 };
    struct said said = { .report = 1, .parent = parent, .visitor = visitor, .body = body };
    expect(room_say(r, &said, &added) == OK);
    return added.id;
}

static size_t former(struct room *r, int64_t id, const struct former_words **ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(r->store, &tx) == OK);
    expect(own_former(&tx, id, &r->arena, ret, &n) == OK);
    return n;
}

TEST(an_edit_keeps_the_former_words_for_the_desk_latest_first)
{
    struct room r;
    room_open(&r);
    int64_t id = say(&r, 0, "Ada", "one");
    struct own_wish w = wish_of(&r, id, "Ada");
    struct own_edited done = { 0 };
    const struct former_words *words = NULL;
    expect(former(&r, id, &words) == 0);
    expect(edit(&r, &w, "two", COMMENT_HOLD_NONE, &done) == OK && !done.held && !done.same);
    expect(edit(&r, &w, "two", COMMENT_HOLD_NONE, &done) == OK && done.same);
    expect(edit(&r, &w, "three", COMMENT_HOLD_NONE, &done) == OK);
    expect(former(&r, id, &words) == 2);
    expect(str_eq(words[0].body, S("two")) && words[0].number == 2);
    expect(str_eq(words[1].body, S("one")));
    expect(room_comment(&r, id).edited_at == r.now);
    expect(room_findings(&r) == 0);
    expect(erase(&r, &w) == OK && former(&r, id, &words) == 0);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(only_the_author_edits_and_only_in_time)
{
    struct room r;
    room_open(&r);
    int64_t id = say(&r, 0, "Ada", "one");
    struct own_wish other = wish_of(&r, id, "Bea");
    struct own_wish nobody = wish_of(&r, id, NULL);
    struct own_wish none = wish_of(&r, 4711, "Ada");
    expect(edit(&r, &other, "x", COMMENT_HOLD_NONE, NULL) == OWN_OTHERS);
    expect(erase(&r, &other) == OWN_OTHERS);
    expect(edit(&r, &nobody, "x", COMMENT_HOLD_NONE, NULL) == OWN_OTHERS);
    expect(edit(&r, &none, "x", COMMENT_HOLD_NONE, NULL) == OWN_MISSING);
    struct own_wish own = wish_of(&r, id, "Ada");
    own.now = r.now + own.window - 1;
    expect(edit(&r, &own, "in time", COMMENT_HOLD_NONE, NULL) == OK);
    own.now = r.now + own.window;
    expect(edit(&r, &own, "late", COMMENT_HOLD_NONE, NULL) == OWN_LATE);
    expect(erase(&r, &own) == OWN_LATE);
    own.person = 1; // signed in, but the comment was a guest's
    own.now = r.now;
    expect(edit(&r, &own, "x", COMMENT_HOLD_NONE, NULL) == OWN_OTHERS);
    room_close(&r);
}

TEST(an_empty_confirmed_address_owns_nothing)
{
    struct room r;
    room_open(&r);
    int64_t id = say(&r, 0, "Ada", "one"); // came without an address
    struct own_wish w = wish_of(&r, id, NULL);
    w.email = S("");
    expect(erase(&r, &w) == OWN_OTHERS);
    w.email = S("ada@example.org");
    expect(erase(&r, &w) == OWN_OTHERS);
    room_close(&r);
}

TEST(twenty_edits_are_the_most)
{
    struct room r;
    room_open(&r);
    int64_t id = say(&r, 0, "Ada", "one");
    struct own_wish w = wish_of(&r, id, "Ada");
    for (int i = 0; i < COMMENT_EDITS_MAX; i++)
        expect(edit(&r, &w, i % 2 ? "even" : "odd", COMMENT_HOLD_NONE, NULL) == OK);
    expect(edit(&r, &w, "again", COMMENT_HOLD_NONE, NULL) == OWN_TOO_OFTEN);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(an_edit_that_a_rule_holds_takes_the_comment_off_the_page_and_counts_it_so)
{
    struct room r;
    room_open(&r);
    int64_t id = say(&r, 0, "Ada", "one");
    int64_t reply = say(&r, id, "Bea", "below");
    struct own_wish w = wish_of(&r, id, "Ada");
    struct own_edited done = { 0 };
    expect(edit(&r, &w, "buy this", COMMENT_HOLD_PHRASE, &done) == OK && done.held);
    struct comment c = room_comment(&r, id);
    expect(c.state == COMMENT_STATE_HELD && c.visible); // its reply keeps its place
    struct discussion counts = room_counts(&r, 1);
    expect(counts.held == 1 && counts.published == 1);
    expect(edit(&r, &w, "buy that", COMMENT_HOLD_NONE, &done) == OK && done.held); // still
    expect(room_comment(&r, id).state == COMMENT_STATE_HELD);
    expect(room_state(&r, id, COMMENT_STATE_PUBLISHED) == OK);
    expect(room_comment(&r, id).children == 1 && room_comment(&r, reply).parent == id);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(what_the_staff_took_down_is_not_edited_or_deleted_by_its_author)
{
    struct room r;
    room_open(&r);
    int64_t id = say(&r, 0, "Ada", "one");
    struct own_wish w = wish_of(&r, id, "Ada");
    expect(room_state(&r, id, COMMENT_STATE_SPAM) == OK);
    expect(edit(&r, &w, "x", COMMENT_HOLD_NONE, NULL) == OWN_REMOVED);
    expect(erase(&r, &w) == OWN_REMOVED);
    room_close(&r);
}
