#include "discussion/comment_event.h"
#include "unit/discussion.h"

/* Without these an open page, a webhook or a notice would miss what happened to a comment. */

static struct comment_events events(struct room *r, int64_t after, int64_t report, size_t most)
{
    struct comment_events ret = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r->store, &tx) == OK);
    expect(comment_events(&tx, after, report, most, &r->arena, &ret) == OK);
    return ret;
}

static int64_t last(struct room *r)
{
    int64_t id = -1;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r->store, &tx) == OK && comment_event_last(&tx, &id) == OK);
    return id;
}

static enum comment_change latest(struct room *r, int64_t comment)
{
    struct comment_events e = events(r, last(r) - 1, 0, 10);
    expect(e.count == 1 && e.events[0].comment == comment && e.events[0].report == 1);
    return e.events[0].change;
}

TEST(every_change_of_a_comment_is_one_event)
{
    struct room r;
    struct comment_added held = { 0 };
    room_open(&r);
    expect(last(&r) == 0 && events(&r, 0, 0, 10).count == 0);
    int64_t id = room_said(&r, 1, 0, "hello");
    expect(latest(&r, id) == COMMENT_CHANGE_PUBLISHED);
    struct said said = { .report = 1, .visitor = "ann", .body = "x", .hold = COMMENT_HOLD_ALL };
    expect(room_say(&r, &said, &held) == OK && latest(&r, held.id) == COMMENT_CHANGE_HELD);
    expect(room_state(&r, held.id, COMMENT_STATE_PUBLISHED) == OK);
    expect(latest(&r, held.id) == COMMENT_CHANGE_APPROVED);
    expect(room_state(&r, id, COMMENT_STATE_HIDDEN) == OK);
    expect(latest(&r, id) == COMMENT_CHANGE_HIDDEN);
    expect(room_state(&r, id, COMMENT_STATE_PUBLISHED) == OK);
    expect(latest(&r, id) == COMMENT_CHANGE_RESTORED);
    expect(room_state(&r, id, COMMENT_STATE_SPAM) == OK);
    expect(latest(&r, id) == COMMENT_CHANGE_SPAM);
    expect(room_state(&r, id, COMMENT_STATE_DELETED) == OK);
    expect(latest(&r, id) == COMMENT_CHANGE_DELETED);
    expect(last(&r) == 7);
    expect(room_state(&r, id, COMMENT_STATE_PUBLISHED) == DESK_DELETED && last(&r) == 7);
    room_close(&r);
}

TEST(the_same_comment_sent_twice_and_one_that_was_refused_make_no_event)
{
    struct room r;
    struct comment_added added = { 0 };
    room_open(&r);
    struct said said = { .report = 1, .visitor = "ann", .body = "twice" };
    expect(room_say(&r, &said, &added) == OK && room_say(&r, &said, &added) == OK && added.again);
    expect(last(&r) == 1);
    said.report = ROOM_NOWHERE;
    expect(room_say(&r, &said, &added) == COMMENT_NO_REPORT && last(&r) == 1);
    room_close(&r);
}

TEST(events_are_read_by_cursor_for_all_reports_or_one)
{
    struct room r;
    room_open(&r);
    for (int i = 0; i < 3; i++) {
        (void)room_said(&r, 1, 0, "one");
        (void)room_said(&r, 2, 0, "two");
    }
    struct comment_events e = events(&r, 0, 0, 4);
    expect(e.count == 4 && e.last == 4 && !e.complete && !e.missed && e.events[3].report == 2);
    e = events(&r, e.last, 0, 4);
    expect(e.count == 2 && e.last == 6 && e.complete);
    e = events(&r, 6, 0, 4);
    expect(e.count == 0 && e.last == 6 && e.complete && !e.missed);
    e = events(&r, 0, 2, 3);
    expect(e.count == 3 && e.events[0].id == 2 && e.events[2].id == 6 && e.complete);
    e = events(&r, 0, 2, 2);
    expect(e.count == 2 && e.last == 4 && !e.complete);
    e = events(&r, 2, 3, 2);
    expect(e.count == 0 && e.last == 6 && e.complete);
    e = events(&r, 7, 0, 4);
    expect(e.count == 0 && e.missed && e.last == 6);
    room_close(&r);
}

QUERY(test_event_fill,
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) "
      "insert into comment_event (comment, report, change, at) select 1, 1, 1, $2 from n");
struct fill {
    int64_t count, at;
};

static err fill_work(struct tx *tx, void *arg)
{
    const struct fill *f = arg;
    struct stmt *s = query_start(tx, &test_event_fill);
    bind_int(s, 1, f->count);
    bind_int(s, 2, f->at);
    return query_run(s, NULL);
}

TEST(one_look_at_a_reports_events_goes_only_so_far)
{
    struct room r;
    room_open(&r);
    struct fill fill = { .count = COMMENT_EVENTS_SPAN - 1, .at = 1 };
    (void)room_said(&r, 1, 0, "one");
    expect(store_write(r.store, fill_work, &fill) == OK);
    struct comment_events e = events(&r, 0, 2, 4);
    expect(e.count == 0 && e.complete && e.last == COMMENT_EVENTS_SPAN);
    (void)room_said(&r, 2, 0, "two");
    e = events(&r, 0, 2, 4);
    expect(e.count == 0 && !e.complete && e.last == COMMENT_EVENTS_SPAN);
    e = events(&r, e.last, 2, 4);
    expect(e.count == 1 && e.complete);
    room_close(&r);
}

TEST(old_events_go_daily_and_ids_go_on_growing)
{
    struct room r;
    room_open(&r);
    struct app app = { .store = r.store, .clock = { .fixed = r.now + 7 * DAY + 1 } };
    (void)room_said(&r, 1, 0, "one");
    int64_t from = last(&r);
    struct fill fill = { .count = 12000, .at = r.now };
    expect(store_write(r.store, fill_work, &fill) == OK);
    fill = (struct fill){ .count = 2, .at = r.now + 1 };
    expect(store_write(r.store, fill_work, &fill) == OK);
    expect(comment_event_job(&app, 7) == OK);
    struct comment_events e = events(&r, from, 0, 10);
    expect(e.missed && e.events[e.count - 1].id == 12003);
    expect(e.events[0].id == 12002 && e.count == 2);
    app.clock.fixed += 10 * DAY;
    expect(comment_event_job(&app, 7) == OK && last(&r) == 12003);
    expect(events(&r, 12002, 0, 10).count == 1 && !events(&r, 12002, 0, 10).missed);
    (void)room_said(&r, 1, 0, "two");
    expect(last(&r) == 12004);
    room_close(&r);
}
