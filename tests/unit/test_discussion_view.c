#include "unit/discussion.h"

#include "base/buf.h"
#include "discussion/discussion_view.h"

/*
 * Without these a reader could be shown a comment in the wrong place, a form that loses the words,
 * or a page that is not HTML.
 */

TEMPLATE(test_discussion, "parts/discussion.html", &discussion_view, TEMPLATE_HTML);

static struct str draw(struct room *s, const struct discussion_place *place)
{
    struct buf out CLEANUP(buf_free) = buf_make(4 << 20);
    struct discussion_view v = { 0 };
    expect(discussion_view_fill(place, &s->arena, &v) == OK);
    expect(theme_render(s->theme, &test_discussion, &v, &out) == OK);
    return buf_copy(&out, &s->arena);
}

static struct str draw_query(struct room *s, const struct listing_query *q)
{
    struct listing l = { 0 };
    expect(room_list(s, q, &l) == OK);
    struct discussion_place place = { .setup = &s->setup,
                                      .path = S("/2018/05/04/dike"),
                                      .listing = &l,
                                      .rules_url = S("/comment-rules") };
    return draw(s, &place);
}

static bool has(struct str page, const char *text)
{
    size_t at = 0;
    return str_find(page, str_from_z(text), &at);
}

/* How many lists are open around the first place where `text` stands. */
static int depth_of(struct str page, const char *text)
{
    size_t at = 0;
    int depth = 0;
    expect(str_find(page, str_from_z(text), &at));
    for (size_t i = 0; i < at; i++) {
        struct str rest = str_sub(page, i, page.n);
        depth += str_starts(rest, S("<ol")) - str_starts(rest, S("</ol"));
    }
    return depth;
}

TEST(replies_are_drawn_nested_to_five_levels_and_then_say_whom_they_answer)
{
    struct room s;
    room_open(&s);
    int64_t ids[8] = { 0 };
    for (int i = 0; i < 6; i++)
        ids[i] = room_said(&s, 1, i ? ids[i - 1] : 0, "words");
    struct str page = draw_query(&s, &(struct listing_query){ .report = 1 });
    expect(depth_of(page, "id=\"comment-1\"") == 1 && depth_of(page, "id=\"comment-2\"") == 2);
    expect(depth_of(page, "id=\"comment-5\"") == 5 && depth_of(page, "id=\"comment-6\"") == 5);
    expect(has(page, "href=\"#comment-5\">in reply to \xE2\x81\xA8"
                     "Ada\xE2\x81\xA9</a>"));
    expect(!has(page, "href=\"#comment-4\""));
    ids[6] = room_said(&s, 1, ids[5], "words");
    page = draw_query(&s, &(struct listing_query){ .report = 1 });
    expect(has(page, "?thread=1&amp;after=r.1.6#discussion\">1 more reply</a>"));
    struct listing_query rest = { .report = 1, .thread = 1, .after = S("r.1.6") };
    page = draw_query(&s, &rest);
    expect(depth_of(page, "id=\"comment-7\"") == 2);
    expect(has(page, "href=\"/comments/6\">in reply to"));
    expect(has(page, "class=\"comments-back\" href=\"/2018/05/04/dike#discussion\""));
    room_close(&s);
}

TEST(what_a_reader_typed_comes_out_as_text)
{
    struct room s;
    room_open(&s);
    room_said(&s, 1, 0, "</p><script>alert(1)</script>");
    struct comment_form form = { .name = S("\"><script>x</script>"),
                                 .email = S("'\" onfocus=alert(1) x='"),
                                 .body = S("\n</textarea><script>y</script>"),
                                 .status = 422,
                                 .problems = { .name = COMMENT_NAME_TOO_LONG,
                                               .email = COMMENT_EMAIL_WRONG,
                                               .body = COMMENT_TOO_LONG },
                                 .message = "comment_too_often" };
    struct listing l = { 0 };
    struct listing_query q = { .report = 1 };
    expect(room_list(&s, &q, &l) == OK);
    struct discussion_place place = {
        .setup = &s.setup, .path = S("/2018/05/04/dike"), .listing = &l, .form = &form
    };
    struct str page = draw(&s, &place);
    expect(!has(page, "<script>"));
    expect(has(page, "value=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;\""));
    expect(has(page, ">\n\n&lt;/textarea&gt;")); /* the parser drops the first line end */
    expect(has(page, "href=\"#comment-name\">The name is longer") &&
           has(page, "href=\"#comment-email\">") && has(page, "href=\"#comment-body\">"));
    expect(has(page, "id=\"comment-error\" role=\"alert\" tabindex=\"-1\">Many comments came"));
    expect(has(page, "aria-invalid=\"true\" aria-describedby=\"comment-name-error\""));
    room_close(&s);
}

TEST(a_reply_form_stands_under_its_comment_or_at_the_end_when_that_is_not_here)
{
    struct room s;
    room_open(&s);
    int64_t root = room_said(&s, 1, 0, "root");
    int64_t reply = room_said(&s, 1, root, "reply");
    struct listing l = { 0 };
    struct listing_query q = { .report = 1, .sort = LISTING_OLDEST };
    struct comment to = room_comment(&s, reply);
    expect(room_list(&s, &q, &l) == OK);
    struct discussion_place place = { .setup = &s.setup,
                                      .path = S("/2018/05/04/dike"),
                                      .listing = &l,
                                      .reply = reply,
                                      .reply_to = &to };
    struct str page = draw(&s, &place);
    expect(depth_of(page, "id=\"reply\"") == 2);
    expect(has(page, "name=\"parent\" value=\"2\""));
    expect(has(page, "class=\"cancel\" href=\"/2018/05/04/dike?sort=oldest#reply\""));
    expect(has(page, "href=\"?sort=oldest&amp;reply=1#reply\""));
    q.report = 2;
    expect(room_list(&s, &q, &l) == OK);
    page = draw(&s, &place);
    expect(depth_of(page, "id=\"reply\"") == 0 && has(page, "name=\"parent\" value=\"2\""));
    room_close(&s);
}

static err close_one(struct tx *tx, void *arg)
{
    (void)arg;
    return discussion_set_open(tx, 1, false);
}

TEST(a_closed_discussion_has_no_form_and_no_reply_links)
{
    struct room s;
    room_open(&s);
    room_said(&s, 1, 0, "root");
    expect(store_write(s.store, close_one, NULL) == OK);
    struct str page = draw_query(&s, &(struct listing_query){ .report = 1 });
    expect(!has(page, "id=\"reply\"") && !has(page, "class=\"reply\"") && has(page, "is closed"));
    expect(has(page, "class=\"votes\""));
    room_close(&s);
}

TEST(placeholders_show_neither_name_nor_time_nor_votes)
{
    struct room s;
    room_open(&s);
    int64_t root = room_said(&s, 1, 0, "secret");
    room_said(&s, 1, root, "reply");
    expect(room_state(&s, root, COMMENT_STATE_HIDDEN) == OK);
    struct str page = draw_query(&s, &(struct listing_query){ .report = 1 });
    expect(has(page, "This comment was taken down.") && !has(page, "secret"));
    expect(!has(page, "/comments/1/vote") && !has(page, "href=\"/comments/1\""));
    expect(has(page, "/comments/2/vote") && has(page, ">1 comment</h2>"));
    room_close(&s);
}

TEST(sorts_and_more_are_links_that_keep_what_was_asked)
{
    struct room s;
    room_open(&s);
    for (int i = 0; i < LISTING_THREADS + 1; i++)
        room_said(&s, 1, 0, "words");
    struct str page = draw_query(&s, &(struct listing_query){ .report = 1 });
    expect(has(page, "href=\"/2018/05/04/dike#discussion\" aria-current=\"true\">Newest</a>"));
    expect(has(page, "href=\"/2018/05/04/dike?sort=votes#discussion\">Most Voted</a>"));
    expect(has(page, "href=\"/2018/05/04/dike?all=1#discussion\">View all comments</a>"));
    expect(has(page, "href=\"/2018/05/04/dike?after=tn.1."));
    struct listing_query q = { .report = 1, .sort = LISTING_VOTES };
    page = draw_query(&s, &q);
    expect(has(page, "href=\"/2018/05/04/dike?sort=votes&amp;after=tv.1.0.2#discussion\""));
    q.all = true;
    page = draw_query(&s, &q);
    expect(!has(page, "id=\"comments-all\"") && !has(page, "id=\"comments-next\""));
    expect(has(page, "href=\"/2018/05/04/dike?all=1#discussion\">Newest"));
    room_close(&s);
}
