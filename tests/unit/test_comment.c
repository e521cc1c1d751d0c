#include "unit/discussion.h"

#include "base/buf.h"
#include "discussion/comment_render.h"
#include "people/email.h"

#include <inttypes.h>

/*
 * Without these a comment could be lost, doubled, shown against a moderator's word, or stored where
 * nobody may write; and counts would drift from what is there.
 */

static struct str times(struct arena *a, const char *piece, size_t n)
{
    struct buf b CLEANUP(buf_free) = buf_make(1 << 20);
    for (size_t i = 0; i < n; i++)
        buf_put(&b, str_from_z(piece));
    return buf_copy(&b, a);
}

/* What comment_prepare() says of one draft. */
static err prepare(struct room *r, struct str name, struct str email, struct str body,
                   struct comment_problems *ret)
{
    struct comment_draft d = { .report = 1, .name = name, .email = email, .body = body };
    err e = comment_prepare(&d, r->config, &r->arena, ret);
    expect(d.prepared == (e == OK));
    return e;
}

static err prepare_name(struct room *r, struct str name)
{
    struct comment_problems p = { 0 };
    err e = prepare(r, name, S(""), S("words"), &p);
    expect(p.name == e && !p.email && !p.body);
    return e;
}

static err prepare_email(struct room *r, struct str email)
{
    struct comment_problems p = { 0 };
    err e = prepare(r, S("Ada"), email, S("words"), &p);
    expect(p.email == e && !p.name && !p.body);
    return e;
}

static err prepare_body(struct room *r, struct str body)
{
    struct comment_problems p = { 0 };
    err e = prepare(r, S("Ada"), S(""), body, &p);
    expect(p.body == e && !p.name && !p.email);
    return e;
}

TEST(comment_names_are_one_line_of_80_code_points_that_leave_a_mark)
{
    struct room r;
    room_open(&r);
    expect(prepare_name(&r, S("  Ada \t")) == OK);
    expect(prepare_name(&r, times(&r.arena, "\xF0\x9F\x8C\x8A", COMMENT_NAME_MAX)) == OK);
    expect(prepare_name(&r, times(&r.arena, "\xF0\x9F\x8C\x8A", COMMENT_NAME_MAX + 1)) ==
           COMMENT_NAME_TOO_LONG);
    expect(prepare_name(&r, S("")) == COMMENT_NAME_MISSING);
    expect(prepare_name(&r, S(" \t ")) == COMMENT_NAME_MISSING);
    expect(prepare_name(&r, S("\xE2\x80\x8B\xC2\xA0\xE3\x85\xA4")) == COMMENT_NAME_MISSING);
    expect(prepare_name(&r, S("A\nB")) == COMMENT_NAME_NOT_TEXT);
    expect(prepare_name(&r, S("A\x01")) == COMMENT_NAME_NOT_TEXT);
    expect(prepare_name(&r, (struct str){ "A\0B", 3 }) == COMMENT_NAME_NOT_TEXT);
    expect(prepare_name(&r, S("A\xE2\x80\xAE"
                              "b")) == COMMENT_NAME_NOT_TEXT);
    expect(prepare_name(&r, S("A\xFF")) == COMMENT_NAME_NOT_TEXT);
    room_close(&r);
}

TEST(comment_emails_are_optional_and_look_like_one_address)
{
    static const char *const fine[] = { "a@b.example", "first.last+tag@mail.river.example",
                                        "o'neil@x-y.example", "1@2.3" };
    static const char *const wrong[] = {
        "a",
        "a@",
        "@b.example",
        "a@b.",
        "a@.b",
        "a b@c.d",
        "a@b.example,c@d.e",
        "a@-b.example",
        "a@b-.example",
        ".a@b.c",
        "a.@b.c",
        "a..b@c.d",
        "a@b@c.d",
        "a@b.example\nBcc: c@d.e",
        "<a@b.c>",
        "a@b..c",
        "\"a\"@b.c",
        "a@[1.2.3.4]",
        "a%0d@b.c\r\nX: y",
    };
    struct room r;
    room_open(&r);
    expect(prepare_email(&r, S("")) == OK);
    expect(prepare_email(&r, S("  a@b.example ")) == OK);
    for (size_t i = 0; i < COUNT(fine); i++)
        expect(prepare_email(&r, str_from_z(fine[i])) == OK);
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(prepare_email(&r, str_from_z(wrong[i])) == COMMENT_EMAIL_WRONG);
    struct str label = times(&r.arena, "a", 63);
    struct str host = str_print(&r.arena, STR_FMT "." STR_FMT "." STR_FMT, STR_ARG(label),
                                STR_ARG(label), STR_ARG(label));
    struct str local = times(&r.arena, "b", 62);
    struct str longest = str_print(&r.arena, STR_FMT "@" STR_FMT, STR_ARG(local), STR_ARG(host));
    expect(longest.n == EMAIL_MAX && prepare_email(&r, longest) == OK);
    struct str longer = str_print(&r.arena, "b" STR_FMT, STR_ARG(longest));
    expect(prepare_email(&r, longer) == COMMENT_EMAIL_TOO_LONG);
    struct str local65 =
        str_print(&r.arena, STR_FMT "@b.example", STR_ARG(times(&r.arena, "b", 65)));
    expect(prepare_email(&r, local65) == COMMENT_EMAIL_WRONG);
    struct str label64 = str_print(&r.arena, "a@" STR_FMT ".b", STR_ARG(times(&r.arena, "b", 64)));
    expect(prepare_email(&r, label64) == COMMENT_EMAIL_WRONG);
    room_close(&r);
}

TEST(comment_bodies_are_text_up_to_the_configured_bytes)
{
    struct room r;
    room_open(&r);
    size_t max = (size_t)config_int(r.config, &limit_comment_bytes);
    expect(prepare_body(&r, times(&r.arena, "x", max)) == OK);
    expect(prepare_body(&r, times(&r.arena, "x", max + 1)) == COMMENT_TOO_LONG);
    /* blanks around it and the form's CR before each LF are not counted */
    struct str padded = times(&r.arena, "xx\r\n", max / 3);
    expect(padded.n > max && prepare_body(&r, padded) == OK);
    expect(prepare_body(&r, S("")) == COMMENT_BODY_EMPTY);
    expect(prepare_body(&r, S(" \r\n\t\r\n ")) == COMMENT_BODY_EMPTY);
    expect(prepare_body(&r, S("\xE2\x80\x8B \xEF\xBB\xBF")) == COMMENT_BODY_EMPTY);
    expect(prepare_body(&r, S("a\x02")) == COMMENT_NOT_TEXT);
    expect(prepare_body(&r, (struct str){ "a\0b", 3 }) == COMMENT_NOT_TEXT);
    expect(prepare_body(&r, S("\xE2\x80\xAE"
                              "abc")) == COMMENT_NOT_TEXT);
    expect(prepare_body(&r, S("\xED\xA0\x80")) == COMMENT_NOT_TEXT);
    struct str tower = times(&r.arena, "\xCC\x81", 10000);
    expect(prepare_body(&r, str_print(&r.arena, "e" STR_FMT, STR_ARG(tower))) == COMMENT_NOT_TEXT);
    expect(prepare_body(&r, S("one\r\ntwo\rthree\n\nfour")) == OK);
    room_close(&r);
}

TEST(every_wrong_field_is_named_at_once)
{
    struct room r;
    struct comment_problems p = { 0 };
    room_open(&r);
    expect(prepare(&r, S(""), S("no"), S(""), &p) == COMMENT_NAME_MISSING);
    expect(p.name == COMMENT_NAME_MISSING && p.email == COMMENT_EMAIL_WRONG &&
           p.body == COMMENT_BODY_EMPTY);
    room_close(&r);
}

static void refused(struct room *r, const struct said *said, err why)
{
    struct discussion before = room_counts(r, said->report);
    struct comment_added added = { .id = -1 };
    expect(room_say(r, said, &added) == why);
    struct discussion after = room_counts(r, said->report);
    expect(added.id == -1 && before.published == after.published && before.held == after.held);
    expect(room_findings(r) == 0);
}

static err set_open(struct tx *tx, void *arg)
{
    const bool *open = arg;
    return discussion_set_open(tx, 2, *open);
}

TEST(comments_are_refused_where_there_is_no_open_report)
{
    struct room r;
    room_open(&r);
    refused(&r, &(struct said){ .report = ROOM_NOWHERE, .body = "hello" }, COMMENT_NO_REPORT);
    refused(&r, &(struct said){ .report = -1, .body = "hello" }, COMMENT_NO_REPORT);
    refused(&r, &(struct said){ .report = ROOM_DRAFT, .body = "hello" }, COMMENT_NO_REPORT);
    int64_t first = room_said(&r, 2, 0, "hello");
    bool open = false;
    expect(store_write(r.store, set_open, &open) == OK);
    refused(&r, &(struct said){ .report = 2, .body = "more" }, COMMENT_CLOSED);
    refused(&r, &(struct said){ .report = 2, .parent = first, .body = "more" }, COMMENT_CLOSED);
    expect(!room_counts(&r, 2).open);
    open = true;
    expect(store_write(r.store, set_open, &open) == OK);
    room_said(&r, 2, first, "more");
    expect(room_counts(&r, 2).published == 2);
    room_close(&r);
}

TEST(replies_need_a_published_comment_of_the_same_report)
{
    struct room r;
    room_open(&r);
    int64_t root = room_said(&r, 1, 0, "root");
    int64_t other = room_said(&r, 2, 0, "other");
    refused(&r, &(struct said){ .report = 1, .parent = other, .body = "x" }, COMMENT_NO_PARENT);
    refused(&r, &(struct said){ .report = 1, .parent = 99, .body = "x" }, COMMENT_NO_PARENT);
    refused(&r, &(struct said){ .report = 1, .parent = -1, .body = "x" }, COMMENT_NO_PARENT);
    refused(&r, &(struct said){ .report = 1, .parent = INT64_MAX, .body = "x" }, COMMENT_NO_PARENT);
    expect(room_state(&r, root, COMMENT_STATE_HIDDEN) == OK);
    refused(&r, &(struct said){ .report = 1, .parent = root, .body = "x" }, COMMENT_PARENT_GONE);
    struct comment_added held = { 0 };
    struct said waits = { .report = 1, .body = "waits", .hold = COMMENT_HOLD_ALL };
    expect(room_say(&r, &waits, &held) == OK && held.held);
    refused(&r, &(struct said){ .report = 1, .parent = held.id, .body = "x" }, COMMENT_PARENT_GONE);
    room_close(&r);
}

TEST(replies_nest_to_the_stated_depth_and_no_further)
{
    struct room r;
    room_open(&r);
    int64_t id = room_said(&r, 1, 0, "root");
    int64_t root = id;
    for (int i = 0; i < COMMENT_DEPTH_MAX; i++)
        id = room_said(&r, 1, id, "deeper");
    struct comment last = room_comment(&r, id);
    expect(last.depth == COMMENT_DEPTH_MAX && last.root == root);
    refused(&r, &(struct said){ .report = 1, .parent = id, .body = "too deep" }, COMMENT_TOO_DEEP);
    /* all of them hidden but the last: ten thousand placeholders go with it, and come back */
    struct listing l = { 0 };
    struct listing_query q = { .report = 1 };
    for (int64_t i = root; i < id; i++)
        expect(room_state(&r, i, COMMENT_STATE_HIDDEN) == OK);
    expect(room_list(&r, &q, &l) == OK && l.counts.threads == 1 && l.counts.published == 1);
    expect(room_state(&r, id, COMMENT_STATE_HIDDEN) == OK);
    expect(room_list(&r, &q, &l) == OK && l.counts.threads == 0 && l.count == 0);
    expect(room_state(&r, id, COMMENT_STATE_PUBLISHED) == OK);
    expect(room_list(&r, &q, &l) == OK && l.counts.threads == 1);
    expect(l.threads[0].root.replies == COMMENT_DEPTH_MAX);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(words_sent_twice_are_one_comment)
{
    struct room r;
    room_open(&r);
    struct comment_added first = { 0 };
    struct comment_added second = { 0 };
    struct said said = { .report = 1, .visitor = "ann", .body = "  hello\r\n" };
    expect(room_say(&r, &said, &first) == OK && !first.again);
    said.body = "  hello";
    r.now += COMMENT_AGAIN_SPAN - 1;
    expect(room_say(&r, &said, &second) == OK && second.again && second.id == first.id);
    expect(room_counts(&r, 1).published == 1);
    r.now += 1;
    expect(room_say(&r, &said, &second) == OK && !second.again && second.id != first.id);
    said.visitor = "ben";
    expect(room_say(&r, &said, &second) == OK && !second.again);
    said.report = 2;
    expect(room_say(&r, &said, &second) == OK && !second.again);
    said.parent = second.id;
    expect(room_say(&r, &said, &second) == OK && !second.again);
    said.body = "  hellO";
    expect(room_say(&r, &said, &second) == OK && !second.again);
    room_close(&r);
}

TEST(a_second_click_before_the_first_cookie_is_one_comment)
{
    struct room r;
    room_open(&r);
    struct comment_added first = { 0 };
    struct comment_added second = { 0 };
    struct said said = {
        .report = 1, .visitor = "new one", .address = "house", .visitor_new = true, .body = "hello"
    };
    expect(room_say(&r, &said, &first) == OK && !first.again);
    said.visitor = "newer one";
    expect(room_say(&r, &said, &second) == OK && second.again && second.id == first.id);
    said.visitor_new = false; /* sent again with the cookie of the second answer */
    expect(room_say(&r, &said, &second) == OK && second.again && second.id == first.id);
    said.body = "me too"; /* two known readers behind one address may say the same */
    expect(room_say(&r, &said, &second) == OK && !second.again);
    said.visitor = "neighbour";
    expect(room_say(&r, &said, &second) == OK && !second.again);
    room_close(&r);
}

TEST(after_a_restart_a_comment_sent_again_is_still_the_same)
{
    struct room r;
    room_open(&r);
    struct comment_added first = { 0 };
    struct comment_added second = { 0 };
    struct said said = { .report = 1, .visitor = "ann", .body = "hello" };
    expect(room_say(&r, &said, &first) == OK);
    r.recent = recent_make(&r.arena);
    expect(recent_warm(r.recent, r.store) == OK);
    expect(room_say(&r, &said, &second) == OK && second.again && second.id == first.id);
    room_close(&r);
}

TEST(a_held_comment_is_seen_by_its_author_alone_until_it_is_approved)
{
    struct room r;
    room_open(&r);
    struct comment_added held = { 0 };
    struct said said = {
        .report = 1, .visitor = "ann", .body = "waits", .hold = COMMENT_HOLD_HONEYPOT
    };
    struct listing l = { 0 };
    struct listing_query all = { .report = 1 };
    struct listing_query ann = { .report = 1, .viewer = room_visitor(&r, "ann") };
    struct listing_query ben = { .report = 1, .viewer = room_visitor(&r, "ben") };
    expect(room_say(&r, &said, &held) == OK && held.held);
    expect(room_list(&r, &all, &l) == OK && l.count == 0 && l.mine_count == 0);
    expect(l.counts.held == 1 && l.counts.published == 0);
    expect(room_list(&r, &ben, &l) == OK && l.mine_count == 0);
    expect(room_list(&r, &ann, &l) == OK && l.mine_count == 1 && l.mine[0].id == held.id);
    expect(l.mine[0].mine && l.mine[0].html.s.n > 0 && l.count == 0);
    expect(room_state(&r, held.id, COMMENT_STATE_PUBLISHED) == OK);
    expect(room_list(&r, &all, &l) == OK && l.count == 1 && l.counts.held == 0);
    expect(room_list(&r, &ann, &l) == OK && l.mine_count == 0 && l.threads[0].root.mine);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

static err erase(struct tx *tx, void *arg)
{
    const int64_t *id = arg;
    return comment_erase_author(tx, *id, 1, 1);
}

TEST(a_deleted_comment_keeps_its_place_only_while_replies_need_it)
{
    struct room r;
    room_open(&r);
    struct listing l = { 0 };
    struct listing_query q = { .report = 1 };
    int64_t root = room_said(&r, 1, 0, "root");
    int64_t reply = room_said(&r, 1, root, "reply");
    expect(room_state(&r, root, COMMENT_STATE_DELETED) == OK);
    expect(room_list(&r, &q, &l) == OK && l.count == 1 && l.counts.published == 1);
    expect(l.threads[0].root.state == COMMENT_STATE_DELETED && l.threads[0].root.name.n == 0);
    expect(l.threads[0].root.html.s.n == 0 && l.threads[0].count == 1);
    expect(room_state(&r, root, COMMENT_STATE_PUBLISHED) == DESK_DELETED);
    expect(room_state(&r, reply, COMMENT_STATE_SPAM) == OK);
    expect(room_list(&r, &q, &l) == OK && l.count == 0 && l.counts.threads == 0);
    expect(room_state(&r, reply, COMMENT_STATE_PUBLISHED) == OK);
    expect(room_list(&r, &q, &l) == OK && l.count == 1 && l.threads[0].count == 1);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

QUERY(test_origins, "select count(*) from comment_origin where body like '%secret%' "
                    "or email is not null or visitor is not null");

static int64_t origins(struct room *r)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(r->store, &tx) == OK);
    struct stmt *s = query_start(&tx, &test_origins);
    expect(query_step(s, &row) == OK && row);
    return column_int(s, 0);
}

TEST(deleting_and_erasing_leave_nothing_of_what_they_remove)
{
    struct room r;
    room_open(&r);
    struct comment_added one = { 0 };
    struct comment_added two = { 0 };
    expect(room_say(&r, &(struct said){ .report = 1, .visitor = "a", .body = "my secret" }, &one) ==
           OK);
    expect(room_say(&r, &(struct said){ .report = 1, .visitor = "b", .body = "no" }, &two) == OK);
    expect(origins(&r) == 2);
    expect(room_state(&r, one.id, COMMENT_STATE_DELETED) == OK && origins(&r) == 1);
    expect(store_write(r.store, erase, &one.id) == DESK_DELETED);
    expect(store_write(r.store, erase, &two.id) == OK && origins(&r) == 0);
    expect(store_write(r.store, erase, &two.id) == DESK_SAME_STATE);
    struct comment c = room_comment(&r, two.id);
    expect(c.erased && c.name.n == 0 && c.html.s.n > 0 && c.state == COMMENT_STATE_PUBLISHED);
    int64_t nobody = 99;
    expect(store_write(r.store, erase, &nobody) == DESK_NO_COMMENT);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(states_change_as_the_desk_says_and_never_back_to_held)
{
    struct room r;
    room_open(&r);
    int64_t id = room_said(&r, 1, 0, "hello");
    expect(room_state(&r, 99, COMMENT_STATE_HIDDEN) == DESK_NO_COMMENT);
    expect(room_state(&r, id, COMMENT_STATE_PUBLISHED) == DESK_SAME_STATE);
    expect(room_state(&r, id, COMMENT_STATE_HELD) == DESK_NOT_BACK);
    expect(room_state(&r, id, COMMENT_STATE_HIDDEN) == OK);
    expect(room_state(&r, id, COMMENT_STATE_SPAM) == OK);
    expect(room_state(&r, id, COMMENT_STATE_PUBLISHED) == OK);
    expect(room_counts(&r, 1).published == 1 && room_counts(&r, 1).spam == 0);
    room_close(&r);
}

/* ---- the desk's lists */

static void list_desk(struct room *r, enum desk_filter filter, int64_t before,
                      struct desk_comments *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r->store, &tx) == OK);
    struct queue_query q = { .show = filter, .before = before };
    expect(comment_list_desk(&tx, &q, &r->arena, ret) == OK);
}

TEST(the_desk_pages_through_each_queue_latest_first)
{
    struct room r;
    struct desk_comments page = { 0 };
    room_open(&r);
    for (int i = 0; i < DESK_COMMENTS + 3; i++)
        room_said(&r, 1, 0, "hello");
    list_desk(&r, DESK_HELD, 0, &page);
    expect(page.count == 0 && page.next == 0);
    list_desk(&r, DESK_NEWEST, 0, &page);
    expect(page.count == DESK_COMMENTS && page.comments[0].comment.id == DESK_COMMENTS + 3);
    list_desk(&r, DESK_NEWEST, page.next, &page);
    expect(page.count == 3 && page.next == 0 && page.comments[2].comment.id == 1);
    for (int64_t id = 1; id <= DESK_COMMENTS; id++)
        expect(room_state(&r, id, COMMENT_STATE_HIDDEN) == OK);
    list_desk(&r, DESK_HIDDEN, 0, &page);
    expect(page.count == DESK_COMMENTS && page.next == 0 && page.comments[0].changed_by == 1);
    expect(page.comments[0].comment.html.s.n > 0);
    struct comment_added held = { 0 };
    struct said said = { .report = 1, .body = "waits", .hold = COMMENT_HOLD_FAST };
    expect(room_say(&r, &said, &held) == OK);
    list_desk(&r, DESK_HELD, 0, &page);
    expect(page.count == 1 && page.comments[0].hold == COMMENT_HOLD_FAST);
    room_close(&r);
}

/* ---- what pages are told */

static void note_topic(void *arg, struct str topic)
{
    struct buf *b = arg;
    buf_put(b, topic);
    buf_put_char(b, ' ');
}

TEST(pages_learn_of_every_change_and_counts_only_of_theirs)
{
    struct room r;
    struct buf b CLEANUP(buf_free) = buf_make(1000);
    struct vote_sums sums = { 0 };
    room_open(&r);
    store_set_hook(r.store, note_topic, &b);
    int64_t id = room_said(&r, 2, 0, "hello");
    expect_str(buf_str(&b), S("report/2 comments/2 "));
    buf_clear(&b);
    expect(room_vote(&r, id, "v", 1, &sums) == OK);
    expect_str(buf_str(&b), S("report/2 vote/2/1 "));
    buf_clear(&b);
    expect(room_vote(&r, id, "v", 1, &sums) == OK);
    expect_str(buf_str(&b), S(""));
    expect(room_state(&r, id, COMMENT_STATE_HIDDEN) == OK);
    expect_str(buf_str(&b), S("report/2 comments/2 "));
    room_close(&r);
}

/* ---- a new renderer */

QUERY(test_age_html, "update comment set html = 'old', html_version = 0 where id <= $1");
QUERY(test_old_html, "select count(*) from comment where html = 'old'");
QUERY(test_render_jobs, "select max(subject) from job where kind = 'comment-render'");

static err age(struct tx *tx, void *arg)
{
    const int64_t *last = arg;
    struct stmt *s = query_start(tx, &test_age_html);
    bind_int(s, 1, *last);
    return query_run(s, NULL);
}

static int64_t number(struct room *r, const struct query *q)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(r->store, &tx) == OK);
    struct stmt *s = query_start(&tx, q);
    expect(query_step(s, &row) == OK && row);
    return column_int(s, 0);
}

TEST(a_new_renderer_renders_all_stored_words_anew)
{
    struct room r;
    room_open(&r);
    struct app app = { .store = r.store, .clock = { .fixed = r.now } };
    for (int i = 0; i < 120; i++)
        room_said(&r, 1, 0, "*words*");
    expect(comment_render_promise(&app) == OK && number(&r, &test_render_jobs) == 0);
    int64_t last = 110; /* the newest were rendered by the new one already */
    expect(store_write(r.store, age, &last) == OK && number(&r, &test_old_html) == 110);
    expect(comment_render_promise(&app) == OK && number(&r, &test_render_jobs) == 121);
    expect(comment_render_job(&app, 121) == OK && number(&r, &test_old_html) == 70);
    expect(comment_render_job(&app, 71) == OK && number(&r, &test_old_html) == 20);
    expect(comment_render_promise(&app) == OK); /* a restart on the way finds it unfinished */
    expect(comment_render_job(&app, 21) == OK && number(&r, &test_old_html) == 0);
    expect_str(room_comment(&r, 1).html.s, room_comment(&r, 120).html.s);
    room_close(&r);
}
