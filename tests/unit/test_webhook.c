/* Without these a program that is told of comments could miss some, be told too much, or be told of
 * them by somebody else. */
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "discussion/webhook_post.h"
#include "unit/discussion.h"

QUERY(test_webhook_events_drop, "delete from comment_event where id < $1");
QUERY(test_webhook_fill,
      "insert into webhook_message (key, webhook, event, comment, report, change, at, since, "
      "due_at) with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) "
      "select 'fill' || i, 1, -i, 1, 1, 1, 0, $2, $2 from n");

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/* A room whose configuration has one webhook. */
struct hooked {
    struct room room;
    struct config *config;
    struct webhook_setup *setup;
    struct webhook_config *hook;
    int64_t now;
};

static err make_setup(struct room *r, const char *lines, struct config **ret_config,
                      struct webhook_setup **ret, struct str *ret_why)
{
    struct str text = str_print(&r->arena, "[webhook.tool]\n%s", lines);
    expect(config_parse(S("ini"), text, &r->arena, ret_config, ret_why) == OK);
    return webhook_setup_make(*ret_config, S("ini"), &r->arena, ret, ret_why);
}

static err sync_work(struct tx *tx, void *arg)
{
    struct hooked *h = arg;
    return webhook_sync(tx, h->setup, h->now, &h->room.arena);
}

static void open_hooked(struct hooked *h, const char *events)
{
    *h = (struct hooked){ 0 };
    struct str why = { 0 };
    room_open(&h->room);
    const char *lines = str_z(
        &h->room.arena,
        str_print(&h->room.arena,
                  "url = https://tool.example/x\nsecret = " SECRET "\nevents = %s\n", events));
    expect(make_setup(&h->room, lines, &h->config, &h->setup, &why) == OK);
    h->room.setup.webhooks = h->setup;
    h->hook = &h->setup->hooks[0];
    h->now = h->room.now;
    expect(store_write(h->room.store, sync_work, h) == OK);
}

static void close_hooked(struct hooked *h)
{
    expect(room_findings(&h->room) == 0);
    webhook_setup_free(h->setup);
    config_free(h->config);
    room_close(&h->room);
}

static struct webhook_work look(struct hooked *h)
{
    struct webhook_work w = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(h->room.store, &tx) == OK);
    expect(webhook_look(&tx, S("tool"), h->now, &h->room.arena, &w) == OK);
    return w;
}

static err collect_work(struct tx *tx, void *arg)
{
    struct hooked *h = arg;
    return webhook_collect(tx, h->hook, h->now, &h->room.arena);
}

static void collect(struct hooked *h)
{
    expect(store_write(h->room.store, collect_work, h) == OK);
}

static err end_work(struct tx *tx, void *arg)
{
    return webhook_end_try(tx, arg);
}

static void end_try(struct hooked *h, enum webhook_fate fate, int64_t due_at)
{
    struct webhook_work w = look(h);
    struct webhook_outcome o = { .webhook = w.hook.id,
                                 .message = w.message.id,
                                 .now = h->now,
                                 .fate = fate,
                                 .answer = fate == WEBHOOK_DELIVERED ? 204 : 500,
                                 .due_at = due_at };
    expect(w.there && store_write(h->room.store, end_work, &o) == OK);
}

struct pressing {
    err (*act)(struct tx *tx, int64_t id, int64_t now, bool *ret_done);
    int64_t now;
    bool done;
};

static err press_work(struct tx *tx, void *arg)
{
    struct pressing *p = arg;
    return p->act(tx, 1, p->now, &p->done);
}

static bool press(struct hooked *h, err (*act)(struct tx *tx, int64_t, int64_t, bool *))
{
    struct pressing p = { .act = act, .now = h->now };
    expect(store_write(h->room.store, press_work, &p) == OK);
    return p.done;
}

static struct webhook_row row_of(struct hooked *h)
{
    struct webhook_rows rows = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(h->room.store, &tx) == OK);
    expect(webhook_list(&tx, &h->room.arena, &rows) == OK && rows.n == 1);
    return rows.rows[0];
}

static struct webhook_page undelivered(struct hooked *h)
{
    struct webhook_page page;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(h->room.store, &tx) == OK);
    expect(webhook_undelivered(&tx, 0, &h->room.arena, &page) == OK);
    return page;
}

/* ---- the configuration */

static bool accepts(const char *lines, const char *why)
{
    static struct room r;
    struct config *config = NULL;
    struct webhook_setup *setup = NULL;
    struct str said = { 0 };
    size_t at = 0;
    r = (struct room){ 0 };
    arena_init(&r.arena, 1 << 20);
    err e = make_setup(&r, lines, &config, &setup, &said);
    expect(e == OK || e == WEBHOOK_SETUP_WRONG);
    if (e)
        expect(str_find(said, str_from_z(why), &at));
    webhook_setup_free(setup);
    config_free(config);
    arena_free(&r.arena);
    return e == OK;
}

TEST(a_webhooks_secret_has_24_to_64_bytes)
{
    struct arena a;
    static const uint8_t bytes[65];
    static const size_t sizes[] = { 23, 24, 64, 65 };
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct str coded = base64_print(&a, bytes_str(bytes, sizes[i]));
        struct str lines =
            str_print(&a, "url = https://a.example/\nsecret = whsec_" STR_FMT "\n", STR_ARG(coded));
        expect(accepts(str_z(&a, lines), ":3: a secret is") == (sizes[i] >= 24 && sizes[i] <= 64));
    }
    arena_free(&a);
}

TEST(only_https_leads_out_of_a_network_of_ones_own)
{
    expect(accepts("url = https://a.example\nsecret = " SECRET "\n", ""));
    expect(accepts("url = http://a.example\nsecret = " SECRET "\nallow_private = yes\n", ""));
    expect(!accepts("url = http://a.example\nsecret = " SECRET "\n", ":2: without https"));
    expect(!accepts("url = https://\nsecret = " SECRET "\n", ":2: url is"));
    expect(!accepts("url = a.example\nsecret = " SECRET "\n", ":2: url is"));
}

TEST(nobody_sees_the_path_of_a_webhooks_address)
{
    struct room r = { 0 };
    struct config *c = NULL;
    struct webhook_setup *s = NULL;
    struct str why = { 0 };
    arena_init(&r.arena, 1 << 20);
    expect(make_setup(&r, "url = https://a.example:8443/t0ken?x=y\nsecret = " SECRET "\n", &c, &s,
                      &why) == OK);
    expect_str(s->hooks[0].host, S("https://a.example:8443"));
    expect(s->timeout_ms == 15000 && webhook_find(s, S("tool")) && !webhook_find(s, S("other")));
    expect(!webhook_find(NULL, S("tool")));
    webhook_setup_free(s);
    config_free(c);
    arena_free(&r.arena);
}

/* ---- waits and signatures */

TEST(twenty_four_tries_take_about_three_days)
{
    int64_t least = 0;
    int64_t most = 0;
    for (int64_t i = 0; i + 1 < WEBHOOK_TRIES_MAX; i++) {
        int64_t wait = webhook_wait(i, 32768);
        expect(wait <= WEBHOOK_WAIT_MAX && (i == 0 || wait >= webhook_wait(i - 1, 32768)));
        least += webhook_wait(i, 0);
        most += webhook_wait(i, 65535);
    }
    expect(webhook_wait(0, 32768) == 5 * SECOND && webhook_wait(1, 32768) == 10 * SECOND);
    expect(webhook_wait(0, 0) == 4500 * SECOND / 1000 &&
           webhook_wait(0, 65535) < 5500 * SECOND / 1000);
    expect(webhook_wait(1000, 32768) == WEBHOOK_WAIT_MAX);
    expect(least > 60 * HOUR && most < 84 * HOUR);
    expect(most < WEBHOOK_AGE_MAX);
}

TEST(the_signature_is_that_of_the_library_of_standard_webhooks)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    struct str secret = { 0 };
    expect(base64_read(&a, S("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &secret) && secret.n == 24);
    struct webhook_config h = { .secret = secret };
    /* as its sign() has it for the same */
    struct str wanted = S("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    expect_str(webhook_sign(&h, S("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                            S("{\"test\": 2432232314}"), &a),
               wanted);
    h.former_secret = secret;
    expect_str(webhook_sign(&h, S("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                            S("{\"test\": 2432232314}"), &a),
               str_print(&a, STR_FMT " " STR_FMT, STR_ARG(wanted), STR_ARG(wanted)));
    arena_free(&a);
}

TEST(no_two_messages_have_one_id)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    struct str one = webhook_key(&a);
    expect(one.n == 28 && str_starts(one, S("msg_")) && !str_eq(one, webhook_key(&a)));
    arena_free(&a);
}

/* ---- the rows */

TEST(what_is_wanted_is_collected_once_and_in_order)
{
    struct hooked h;
    open_hooked(&h, "published hidden");
    expect(!look(&h).collect && !look(&h).due);
    int64_t one = room_said(&h.room, 1, 0, "one");
    int64_t two = room_said(&h.room, 1, 0, "two");
    expect(room_state(&h.room, one, COMMENT_STATE_HIDDEN) == OK);
    expect(room_state(&h.room, one, COMMENT_STATE_PUBLISHED) == OK); // not wanted
    expect(look(&h).collect && !look(&h).due);
    collect(&h);
    collect(&h);
    expect(!look(&h).collect && row_of(&h).waiting == 3);
    const int64_t comments[] = { one, two, one };
    const enum comment_change changes[] = { COMMENT_CHANGE_PUBLISHED, COMMENT_CHANGE_PUBLISHED,
                                            COMMENT_CHANGE_HIDDEN };
    for (size_t i = 0; i < COUNT(comments); i++) {
        struct webhook_work w = look(&h);
        expect(w.due && w.message.comment == comments[i] && w.message.change == changes[i]);
        expect(w.message.attempts == 0 && w.message.report == 1);
        end_try(&h, WEBHOOK_DELIVERED, 0);
    }
    expect(!look(&h).due && !look(&h).next && row_of(&h).hook.succeeded_at == h.now);
    close_hooked(&h);
}

TEST(a_message_that_failed_waits_and_the_next_one_goes_on)
{
    struct hooked h;
    open_hooked(&h, "all");
    int64_t one = room_said(&h.room, 1, 0, "one");
    int64_t two = room_said(&h.room, 1, 0, "two");
    collect(&h);
    struct str key = look(&h).message.key;
    end_try(&h, WEBHOOK_LATER, h.now + MINUTE);
    expect(look(&h).message.comment == two && look(&h).hook.failures == 1);
    end_try(&h, WEBHOOK_DELIVERED, 0);
    struct webhook_work w = look(&h);
    expect(!w.due && w.next == h.now + MINUTE && w.hook.failures == 0);
    h.now += MINUTE;
    w = look(&h);
    expect(w.due && w.message.comment == one && w.message.attempts == 1);
    expect_str(w.message.key, key);
    expect(undelivered(&h).n == 1 && undelivered(&h).rows[0].answer == 500);
    close_hooked(&h);
}

TEST(a_pause_holds_all_messages_and_one_that_was_away_gets_all_at_once)
{
    struct hooked h;
    open_hooked(&h, "all");
    (void)room_said(&h.room, 1, 0, "one");
    (void)room_said(&h.room, 1, 0, "two");
    collect(&h);
    struct webhook_outcome o = { .webhook = 1,
                                 .message = look(&h).message.id,
                                 .now = h.now,
                                 .fate = WEBHOOK_LATER,
                                 .due_at = h.now + HOUR,
                                 .pause_until = h.now + MINUTE };
    for (int i = 0; i < 5; i++)
        expect(store_write(h.room.store, end_work, &o) == OK);
    expect(!look(&h).due && look(&h).next == h.now + MINUTE && look(&h).hook.failures == 5);
    h.now += MINUTE;
    expect(look(&h).due);
    end_try(&h, WEBHOOK_DELIVERED, 0);
    expect(look(&h).due && look(&h).message.attempts == 5); // it was to wait for an hour
    close_hooked(&h);
}

TEST(what_was_given_up_is_tried_again_when_the_desk_says_so)
{
    struct hooked h;
    open_hooked(&h, "all");
    (void)room_said(&h.room, 1, 0, "one");
    collect(&h);
    struct str key = look(&h).message.key;
    end_try(&h, WEBHOOK_GIVEN_UP, 0);
    expect(!look(&h).due && row_of(&h).failed == 1 && row_of(&h).waiting == 0);
    expect(press(&h, webhook_again) && look(&h).due && row_of(&h).failed == 0);
    expect_str(look(&h).message.key, key);
    expect(look(&h).message.attempts == 0 && !press(&h, webhook_switch_on));
    close_hooked(&h);
}

TEST(one_that_wants_no_more_is_off_and_loses_nothing)
{
    struct hooked h;
    open_hooked(&h, "all");
    (void)room_said(&h.room, 1, 0, "one");
    collect(&h);
    end_try(&h, WEBHOOK_GONE, h.now + HOUR);
    (void)room_said(&h.room, 1, 0, "two");
    collect(&h);
    struct webhook_work w = look(&h);
    expect(w.there && w.hook.off_at == h.now && !w.collect && !w.due && !w.next);
    expect(store_write(h.room.store, sync_work, &h) == OK && look(&h).hook.off_at); // a reload
    expect(press(&h, webhook_switch_on) && !press(&h, webhook_switch_on));
    expect(look(&h).due && look(&h).collect);
    collect(&h);
    expect(row_of(&h).waiting == 2);
    end_try(&h, WEBHOOK_GONE, h.now + HOUR);
    h.hook->url = S("https://tool.example/other");
    expect(store_write(h.room.store, sync_work, &h) == OK && !look(&h).hook.off_at);
    close_hooked(&h);
}

static err fill_work(struct tx *tx, void *arg)
{
    const struct hooked *h = arg;
    struct stmt *q = query_start(tx, &test_webhook_fill);
    bind_int(q, 1, WEBHOOK_WAITING_MAX);
    bind_int(q, 2, h->now);
    return query_run(q, NULL);
}

TEST(when_the_queue_is_full_events_wait_as_events)
{
    struct hooked h;
    open_hooked(&h, "all");
    (void)room_said(&h.room, 1, 0, "one");
    expect(store_write(h.room.store, fill_work, &h) == OK);
    expect(!look(&h).collect && look(&h).due);
    end_try(&h, WEBHOOK_DELIVERED, 0);
    expect(look(&h).collect);
    collect(&h);
    expect(row_of(&h).waiting == WEBHOOK_WAITING_MAX && !look(&h).collect);
    close_hooked(&h);
}

static err drop_events(struct tx *tx, void *arg)
{
    const int64_t *first = arg;
    struct stmt *q = query_start(tx, &test_webhook_events_drop);
    bind_int(q, 1, *first);
    return query_run(q, NULL);
}

TEST(that_events_were_missed_is_said)
{
    struct hooked h;
    int64_t first = 3;
    open_hooked(&h, "all");
    for (int i = 0; i < 4; i++)
        (void)room_said(&h.room, 1, 0, i % 2 ? "one" : "two");
    expect(store_write(h.room.store, drop_events, &first) == OK);
    collect(&h);
    expect(row_of(&h).hook.missed_at == h.now && row_of(&h).waiting == 2);
    (void)room_said(&h.room, 1, 0, "more");
    h.now += MINUTE;
    collect(&h);
    expect(row_of(&h).hook.missed_at == h.now - MINUTE && row_of(&h).waiting == 3);
    close_hooked(&h);
}

TEST(a_message_outlives_the_event_it_was_made_of)
{
    struct hooked h;
    int64_t first = 99;
    struct str body = { 0 };
    open_hooked(&h, "all");
    int64_t id = room_said(&h.room, 1, 0, "one");
    collect(&h);
    expect(store_write(h.room.store, drop_events, &first) == OK);
    struct app app = { .store = h.room.store };
    struct webhook_work w = look(&h);
    expect(w.due && w.message.comment == id);
    expect(webhook_body(&app, &h.room.setup, &w.message, &h.room.arena, &body) == OK && body.n);
    close_hooked(&h);
}

static err prune_work(struct tx *tx, void *arg)
{
    const struct hooked *h = arg;
    return webhook_prune(tx, 1, h->now);
}

TEST(what_waited_too_long_is_given_up_and_forgotten_after_its_days)
{
    struct hooked h;
    open_hooked(&h, "all");
    (void)room_said(&h.room, 1, 0, "one");
    collect(&h);
    h.now += WEBHOOK_AGE_MAX;
    expect(store_write(h.room.store, prune_work, &h) == OK && row_of(&h).waiting == 1);
    h.now++;
    expect(store_write(h.room.store, prune_work, &h) == OK && row_of(&h).failed == 1);
    expect(undelivered(&h).n == 1 && undelivered(&h).rows[0].answer == WEBHOOK_TROUBLE_OLD);
    h.now += WEBHOOK_KEPT_DAYS * DAY;
    expect(store_write(h.room.store, prune_work, &h) == OK && row_of(&h).failed == 1);
    h.now++;
    expect(store_write(h.room.store, prune_work, &h) == OK && row_of(&h).failed == 0);
    close_hooked(&h);
}

TEST(a_section_that_has_gone_takes_what_waited_with_it)
{
    struct hooked h;
    open_hooked(&h, "all");
    (void)room_said(&h.room, 1, 0, "one");
    collect(&h);
    struct webhook_outcome o = { .webhook = 1, .message = 1, .now = h.now, .fate = WEBHOOK_LATER };
    h.setup->count = 0;
    expect(store_write(h.room.store, sync_work, &h) == OK && !look(&h).there);
    collect(&h); // a thread that began before
    expect(store_write(h.room.store, end_work, &o) == OK);
    h.setup->count = 1;
    (void)room_said(&h.room, 1, 0, "two");
    expect(store_write(h.room.store, sync_work, &h) == OK);
    expect(look(&h).there && !look(&h).collect && !look(&h).due);
    close_hooked(&h);
}

/* ---- the text */

static const struct json *body_of(struct hooked *h, int64_t comment, enum comment_change change)
{
    struct webhook_message m = {
        .event = 7, .comment = comment, .report = 1, .change = change, .at = h->now
    };
    struct app app = { .store = h->room.store };
    struct str body = { 0 };
    struct str why = { 0 };
    const struct json *j = NULL;
    expect(webhook_body(&app, &h->room.setup, &m, &h->room.arena, &body) == OK);
    expect(json_parse(body, WEBHOOK_BODY_MAX, &h->room.arena, &j, &why) == OK);
    return j;
}

static bool told(const struct json *j, const char *name)
{
    struct str text = { 0 };
    return json_get_str(json_get(json_get(j, "data"), "comment"), name, &text);
}

TEST(a_message_has_words_only_while_everybody_may_read_them)
{
    static const enum comment_state states[] = { COMMENT_STATE_HIDDEN, COMMENT_STATE_PUBLISHED,
                                                 COMMENT_STATE_SPAM, COMMENT_STATE_DELETED };
    struct hooked h;
    open_hooked(&h, "all");
    struct comment_added held = { 0 };
    struct said said = { .report = 1, .visitor = "ann", .body = "x", .hold = COMMENT_HOLD_ALL };
    expect(room_say(&h.room, &said, &held) == OK);
    const struct json *j = body_of(&h, held.id, COMMENT_CHANGE_HELD);
    expect(!told(j, "name") && !told(j, "html") && !told(j, "url") && told(j, "state"));
    int64_t id = room_said(&h.room, 1, 0, "words");
    struct str type = { 0 };
    expect(json_get_str(body_of(&h, id, COMMENT_CHANGE_APPROVED), "type", &type));
    expect_str(type, S("comment.approved"));
    for (size_t i = 0; i < COUNT(states); i++) {
        expect(room_state(&h.room, id, states[i]) == OK);
        bool public = states[i] == COMMENT_STATE_PUBLISHED;
        j = body_of(&h, id, COMMENT_CHANGE_PUBLISHED);
        expect(told(j, "name") == public && told(j, "html") == public && told(j, "url") == public);
    }
    close_hooked(&h);
}

TEST(the_longest_comment_fits_into_a_message)
{
    struct hooked h;
    open_hooked(&h, "all");
    char *words = arena_new(&h.room.arena, char, 16385);
    for (size_t i = 0; i < 16384; i++)
        words[i] = i % 2 ? '"' : '\\';
    int64_t id = room_said(&h.room, 1, 0, words);
    expect(told(body_of(&h, id, COMMENT_CHANGE_PUBLISHED), "html"));
    close_hooked(&h);
}
