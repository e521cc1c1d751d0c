#include "unit/discussion.h"

#include "discussion/comment_form.h"
#include "people/token.h"

/* Without these a robot's comment could appear at once, or a person's be held for no reason. */

struct desk {
    struct room room;
    struct app app;
    struct request request;
};

static void desk_open(struct desk *d)
{
    struct str why = { 0 };
    room_open(&d->room);
    struct arena *a = &d->room.arena;
    d->app = (struct app){ .store = d->room.store };
    expect(keys_open(NULL, a, &d->app.keys, &why) == OK);
    d->request =
        (struct request){ .app = &d->app, .setup = &d->room.setup, .arena = a, .now = d->room.now };
}

static void desk_close(struct desk *d)
{
    keys_free(d->app.keys);
    room_close(&d->room);
}

static enum comment_hold hold_with(struct desk *d, struct str token, struct str trap)
{
    struct comment_form f = { .token = token, .trap = trap };
    return form_hold(&d->request, &f, 1);
}

TEST(a_comment_without_script_is_not_held)
{
    struct desk d;
    desk_open(&d);
    expect(hold_with(&d, S(""), S("")) == COMMENT_HOLD_NONE);
    desk_close(&d);
}

TEST(a_filled_honeypot_holds_whatever_else_is_right)
{
    struct desk d;
    desk_open(&d);
    struct arena *a = &d.room.arena;
    struct str token = form_token_write(d.app.keys, a, 1, d.room.now - FORM_TOKEN_LEAST);
    expect(hold_with(&d, S(""), S("http://pills.example")) == COMMENT_HOLD_HONEYPOT);
    expect(hold_with(&d, token, S(" ")) == COMMENT_HOLD_HONEYPOT);
    desk_close(&d);
}

TEST(a_form_token_is_good_for_its_report_and_its_time)
{
    struct desk d;
    desk_open(&d);
    struct arena *a = &d.room.arena;
    const struct keys *k = d.app.keys;
    int64_t now = d.room.now;
    static const struct {
        int64_t report, age;
        enum comment_hold hold;
    } cases[] = {
        { 1, FORM_TOKEN_LEAST - 1, COMMENT_HOLD_FAST }, { 1, 0, COMMENT_HOLD_FAST },
        { 1, FORM_TOKEN_LEAST, COMMENT_HOLD_NONE },     { 1, FORM_TOKEN_MOST, COMMENT_HOLD_NONE },
        { 1, FORM_TOKEN_MOST + 1, COMMENT_HOLD_TOKEN }, { 1, -1, COMMENT_HOLD_TOKEN },
        { 2, FORM_TOKEN_LEAST, COMMENT_HOLD_TOKEN },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str token = form_token_write(k, a, cases[i].report, now - cases[i].age);
        expect(hold_with(&d, token, S("")) == cases[i].hold);
    }
    struct token other = { .purpose = S("unsubscribe"), .subject = 1, .time = now - HOUR };
    expect(hold_with(&d, token_write(k, a, &other), S("")) == COMMENT_HOLD_TOKEN);
    expect(hold_with(&d, S("made-up"), S("")) == COMMENT_HOLD_TOKEN);
    desk_close(&d);
}

TEST(a_newsroom_may_hold_every_comment)
{
    struct desk d;
    struct str why = { 0 };
    desk_open(&d);
    struct config *c = NULL;
    struct str text = S("[discussion]\nmoderation = hold_all\n");
    expect(config_parse(S("f"), text, &d.room.arena, &c, &why) == OK);
    expect(discussion_config_check(c, &d.room.arena, &why) &&
           moderation_hold(c) == COMMENT_HOLD_ALL);
    struct setup setup = d.room.setup;
    setup.config = c;
    d.request.setup = &setup;
    expect(hold_with(&d, S(""), S("")) == COMMENT_HOLD_ALL);
    config_free(c);
    text = S("[discussion]\nmoderation = sometimes\n");
    expect(config_parse(S("f"), text, &d.room.arena, &c, &why) == OK);
    expect(!discussion_config_check(c, &d.room.arena, &why));
    expect_str(why, S("line 2: discussion.moderation = sometimes: it is open or hold_all"));
    expect(moderation_hold(c) == COMMENT_HOLD_ALL);
    config_free(c);
    expect(discussion_config_check(d.room.config, &d.room.arena, &why));
    desk_close(&d);
}

TEST(every_refusal_has_a_sentence_and_a_status)
{
    struct room r;
    room_open(&r);
    for (err e = 1; e < COMMENT_REFUSALS; e++) {
        expect(theme_word(r.theme, comment_refusal_word(e)).n > 10);
        int status = comment_refusal_status(e);
        expect(status == 403 || status == 404 || status == 409 || status == 422 || status == 428);
    }
    room_close(&r);
}
