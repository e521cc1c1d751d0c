/* Without these a report could vanish, be published twice, change under an editor's hands, or lose
   the address that the world links to. */
#include "unit/press.h"
#include "unit/test.h"

static struct report_input input(const char *date, const char *title)
{
    return (struct report_input){ .series = S("River Watch"),
                                  .title = str_from_z(title),
                                  .date = str_from_z(date),
                                  .body = S("The river *rose*."),
                                  .wish = REPORT_WISH_PUBLISH,
                                  .by = ACTOR_CLI };
}

/* One of the desk's buttons, as a transaction. */
struct button {
    err (*press)(struct tx *tx, struct button *b);
    int64_t report, number, now;
    struct str reason;
};

static err button_work(struct tx *tx, void *arg)
{
    struct button *b = arg;
    return b->press(tx, b);
}

static err publish(struct tx *tx, struct button *b)
{
    return report_publish(tx, ACTOR_CLI, b->report, b->number, b->now);
}

static err schedule(struct tx *tx, struct button *b)
{
    return report_schedule(tx, ACTOR_CLI, b->report, b->number, b->now + HOUR, b->now);
}

static err unschedule(struct tx *tx, struct button *b)
{
    return report_unschedule(tx, ACTOR_CLI, b->report, b->now);
}

static err withdraw(struct tx *tx, struct button *b)
{
    return report_withdraw(tx, ACTOR_CLI, b->report, b->reason, b->now);
}

static err restore(struct tx *tx, struct button *b)
{
    return report_restore(tx, ACTOR_CLI, b->report, b->now);
}

static err push(struct press *p, err (*which)(struct tx *, struct button *), int64_t report,
                int64_t number)
{
    struct button b = { .press = which,
                        .report = report,
                        .number = number,
                        .now = p->app.clock.fixed,
                        .reason = S("It was wrong.") };
    return store_write(p->app.store, button_work, &b);
}

TEST(report_published_stands_at_its_address_with_its_words)
{
    struct press p;
    press_start(&p, "");
    struct report_input in = input("2018-05-04", "Floodwater Breaches the Southern Dike");
    in.byline = S(" Mara Lindqvist ");
    in.dateline = S("Millbrook");
    in.standfirst = S("Two villages are cut off.");
    struct report_saved saved = press_save(&p, &in);
    expect(saved.new_report && saved.new_revision && saved.new_series && saved.now_public);
    expect(saved.state == REPORT_PUBLISHED && saved.number == 1);
    expect_str(saved.path, S("/2018/05/04/floodwater-breaches-the-southern-dike"));
    struct report_found found = { 0 };
    expect(press_find(&p, "2018-05-04", "floodwater-breaches-the-southern-dike", &found) == OK);
    expect(found.standing == REPORT_SHOWN && found.report.id == saved.report);
    expect_str(found.report.byline, S("Mara Lindqvist"));
    expect_str(found.report.series_title, S("River Watch"));
    expect_str(found.report.series_slug, S("river-watch"));
    expect(found.report.published_at == PRESS_NOW && found.report.updated_at == PRESS_NOW);
    expect_str(press_html(&p, saved.report), S("<p>The river <em>rose</em>.</p>\n"));
    expect_str(report_headline(&p.setup, &p.arena, &found.report),
               S("River Watch – May 4, 2018: Floodwater Breaches the Southern Dike"));
    expect(press_findings(&p) == 0);
    press_end(&p);
}

TEST(report_published_twice_is_one_report_with_one_revision)
{
    struct press p;
    press_start(&p, "");
    struct report_input in = input("2018-05-04", "A");
    in.base = -1;
    struct report_saved first = press_save(&p, &in);
    struct report_saved again = press_save(&p, &in);
    expect(again.report == first.report && again.number == 1);
    expect(!again.new_report && !again.new_revision && !again.now_public);
    in.body = S("The river fell.");
    struct report_saved changed = press_save(&p, &in);
    expect(changed.report == first.report && changed.number == 2 && changed.now_public);
    expect_str(press_html(&p, first.report), S("<p>The river fell.</p>\n"));
    press_end(&p);
}

TEST(report_edited_as_a_draft_keeps_its_public_words)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "A, corrected");
    in.report = saved.report;
    in.base = 1;
    in.slug = S("a-corrected");
    in.wish = REPORT_WISH_DRAFT;
    struct report_saved draft = press_save(&p, &in);
    expect(draft.number == 2 && !draft.now_public && draft.state == REPORT_PUBLISHED);
    struct report r = press_get(&p, saved.report);
    expect_str(r.title, S("A"));
    expect_str(r.slug, S("a"));
    expect(r.live == 1 && r.newest == 2);
    expect(push(&p, publish, saved.report, 2) == OK);
    r = press_get(&p, saved.report);
    expect_str(r.title, S("A, corrected"));
    expect_str(r.path, S("/2018/05/04/a-corrected"));
    expect(r.live == 2 && press_findings(&p) == 0);
    press_end(&p);
}

TEST(report_with_a_new_slug_leaves_its_old_address_leading_on)
{
    struct press p;
    press_start(&p, "");
    struct report_input in = input("2018-05-04", "A");
    in.base = -1;
    in.key = S("one");
    in.slug = S("old-name");
    struct report_saved saved = press_save(&p, &in);
    in.slug = S("new-name");
    in.date = S("2018-05-03");
    struct report_saved moved = press_save(&p, &in);
    expect(moved.report == saved.report && !moved.new_report);
    struct report_found found = { 0 };
    expect(press_find(&p, "2018-05-04", "old-name", &found) == OK);
    expect(found.standing == REPORT_MOVED);
    expect_str(found.report.path, S("/2018/05/03/new-name"));
    in.slug = S("old-name");
    in.date = S("2018-05-04");
    press_save(&p, &in); // and back: the other one now leads here
    expect(press_find(&p, "2018-05-04", "old-name", &found) == OK);
    expect(found.standing == REPORT_SHOWN);
    expect(press_find(&p, "2018-05-03", "new-name", &found) == OK);
    expect(found.standing == REPORT_MOVED);
    press_end(&p);
}

TEST(report_draft_at_an_old_address_does_not_cut_it_off)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "A");
    in.report = saved.report;
    in.base = 1;
    in.slug = S("moved");
    press_save(&p, &in);
    struct report_input draft = input("2018-05-04", "A");
    draft.wish = REPORT_WISH_DRAFT;
    struct report_saved other = press_save(&p, &draft);
    expect(other.report != saved.report);
    struct report_found found = { 0 };
    expect(press_find(&p, "2018-05-04", "a", &found) == OK && found.standing == REPORT_MOVED);
    expect(push(&p, publish, other.report, 1) == OK);
    expect(press_find(&p, "2018-05-04", "a", &found) == OK && found.standing == REPORT_SHOWN);
    expect(found.report.id == other.report && press_findings(&p) == 0);
    press_end(&p);
}

TEST(report_file_is_known_by_an_address_it_once_had)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "A");
    in.report = saved.report;
    in.base = 1;
    in.slug = S("renamed-at-the-desk");
    press_save(&p, &in);
    in = input("2018-05-04", "A");
    in.base = -1;
    struct report_saved again = press_save(&p, &in);
    expect(again.report == saved.report && !again.new_report);
    press_end(&p);
}

TEST(report_cannot_take_the_address_of_another)
{
    struct press p;
    press_start(&p, "");
    press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "A");
    expect(press_try(&p, &in, NULL) == REPORT_ADDRESS_TAKEN); // a second new one at the desk
    in.base = -1;
    in.series = S("Harbour Notes");
    expect(press_try(&p, &in, NULL) == REPORT_ADDRESS_TAKEN); // a file of another series
    struct report_saved other = press_report(&p, "2018-05-04", "B");
    in = input("2018-05-04", "A");
    in.report = other.report;
    in.base = 1;
    in.slug = S("a");
    in.wish = REPORT_WISH_DRAFT;
    expect(press_try(&p, &in, NULL) == REPORT_ADDRESS_TAKEN);
    in.series = S("A new series that must not stay behind");
    expect(press_try(&p, &in, NULL) == REPORT_ADDRESS_TAKEN);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct series_rows rows = { 0 };
    expect(store_read(p.app.store, &tx) == OK);
    expect(series_list_all(&tx, &p.arena, &rows) == OK && rows.n == 1);
    tx_end(&tx);
    press_end(&p);
}

TEST(report_an_address_taken_while_a_draft_waited_is_found_at_publishing)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "B");
    in.report = saved.report;
    in.base = 1;
    in.slug = S("b");
    in.wish = REPORT_WISH_DRAFT;
    press_save(&p, &in);
    press_report(&p, "2018-05-04", "B");
    expect(push(&p, publish, saved.report, 2) == REPORT_ADDRESS_TAKEN);
    expect(push(&p, schedule, saved.report, 2) == REPORT_ADDRESS_TAKEN);
    expect(press_get(&p, saved.report).live == 1);
    press_end(&p);
}

TEST(report_changed_meanwhile_refuses_the_later_writer)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "A by Mara");
    in.report = saved.report;
    in.base = 1;
    press_save(&p, &in);
    struct report_input late = input("2018-05-04", "A by Jonas");
    late.report = saved.report;
    late.base = 1;
    expect(press_try(&p, &late, NULL) == REPORT_CHANGED);
    expect(press_get(&p, saved.report).newest == 2);
    expect(press_save(&p, &in).number == 2); // the same words sent twice are no conflict
    late.base = 2;
    expect(press_save(&p, &late).number == 3);
    press_end(&p);
}

TEST(report_without_a_slug_given_keeps_the_one_it_has)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "Quite another title");
    in.report = saved.report;
    in.base = 1;
    expect_str(press_save(&p, &in).path, S("/2018/05/04/a"));
    press_end(&p);
}

TEST(report_draft_is_nowhere_and_may_move_freely)
{
    struct press p;
    press_start(&p, "");
    struct report_input in = input("2018-05-04", "A");
    in.wish = REPORT_WISH_DRAFT;
    in.body = S("");
    struct report_saved saved = press_save(&p, &in);
    struct report_found found = { 0 };
    expect(saved.state == REPORT_DRAFT);
    expect(press_find(&p, "2018-05-04", "a", &found) == REPORT_NONE);
    in.report = saved.report;
    in.base = 1;
    in.slug = S("b");
    expect_str(press_save(&p, &in).path, S("/2018/05/04/b"));
    expect(push(&p, publish, saved.report, 2) == OK);
    expect(press_find(&p, "2018-05-04", "a", &found) == REPORT_NONE);
    expect(press_find(&p, "2018-05-04", "b", &found) == OK);
    press_end(&p);
}

TEST(report_withdrawn_says_so_and_comes_back_only_when_told)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    expect(push(&p, restore, saved.report, 0) == REPORT_STATE_WRONG);
    expect(push(&p, withdraw, saved.report, 0) == OK);
    struct report_found found = { 0 };
    expect(press_find(&p, "2018-05-04", "a", &found) == OK);
    expect(found.standing == REPORT_GONE);
    expect_str(found.report.reason, S("It was wrong."));
    struct report_input in = input("2018-05-04", "A");
    in.base = -1;
    in.wish = REPORT_WISH_STANDARD;
    expect(press_try(&p, &in, NULL) == REPORT_IS_WITHDRAWN);
    expect(push(&p, schedule, saved.report, 1) == REPORT_STATE_WRONG);
    expect(push(&p, restore, saved.report, 0) == OK);
    expect(press_find(&p, "2018-05-04", "a", &found) == OK);
    expect(found.standing == REPORT_SHOWN && found.report.reason.n == 0);
    expect(press_findings(&p) == 0);
    press_end(&p);
}

TEST(report_a_file_can_withdraw_with_a_reason)
{
    struct press p;
    press_start(&p, "");
    struct report_saved saved = press_report(&p, "2018-05-04", "A");
    struct report_input in = input("2018-05-04", "A");
    in.base = -1;
    in.wish = REPORT_WISH_WITHDRAW;
    expect(press_try(&p, &in, NULL) == REPORT_REASON_MISSING);
    in.reason = S("A source was mistaken.");
    struct report_saved gone = press_save(&p, &in);
    expect(gone.report == saved.report && gone.state == REPORT_WITHDRAWN && gone.now_public);
    expect(!press_save(&p, &in).now_public);
    in.title = S("Never seen here");
    in.slug = S("never-seen");
    expect(press_save(&p, &in).state == REPORT_WITHDRAWN); // brought in from elsewhere
    expect(press_findings(&p) == 0);
    press_end(&p);
}

TEST(report_scheduled_is_published_when_its_time_has_come)
{
    struct press p;
    press_start(&p, "");
    struct report_input in = input("2018-05-04 12:30", "A");
    in.wish = REPORT_WISH_SCHEDULE;
    struct report_saved saved = press_save(&p, &in);
    struct report r = press_get(&p, saved.report);
    expect(saved.state == REPORT_SCHEDULED && r.scheduled == 1);
    expect(r.publish_at == PRESS_NOW + 2 * HOUR + 30 * MINUTE);
    expect(report_publish_job(&p.app, saved.report) == OK); // too early: promised again
    expect(press_get(&p, saved.report).state == REPORT_SCHEDULED);
    p.app.clock.fixed = r.publish_at;
    expect(report_publish_job(&p.app, saved.report) == OK);
    r = press_get(&p, saved.report);
    expect(r.state == REPORT_PUBLISHED && r.live == 1 && r.scheduled == 0 && r.publish_at == 0);
    expect(r.published_at == p.app.clock.fixed);
    expect(report_publish_job(&p.app, saved.report) == OK); // a job may run twice
    expect(press_findings(&p) == 0);
    press_end(&p);
}

TEST(report_taken_off_the_plan_is_not_published)
{
    struct press p;
    press_start(&p, "");
    struct report_input in = input("2018-05-04", "A");
    in.wish = REPORT_WISH_DRAFT;
    struct report_saved saved = press_save(&p, &in);
    expect(push(&p, unschedule, saved.report, 0) == REPORT_STATE_WRONG);
    expect(push(&p, schedule, saved.report, 1) == OK);
    expect(push(&p, unschedule, saved.report, 0) == OK);
    p.app.clock.fixed += DAY;
    expect(report_publish_job(&p.app, saved.report) == OK);
    expect(press_get(&p, saved.report).state == REPORT_DRAFT);
    press_end(&p);
}

TEST(report_whose_planned_time_is_past_is_published_at_once)
{
    struct press p;
    press_start(&p, "");
    struct report_input in = input("2018-05-04 09:59", "A");
    in.wish = REPORT_WISH_SCHEDULE;
    expect(press_save(&p, &in).state == REPORT_PUBLISHED);
    in = input("2018-05-04 10:01", "B");
    in.wish = REPORT_WISH_SCHEDULE;
    expect(press_save(&p, &in).state == REPORT_SCHEDULED);
    press_end(&p);
}

TEST(report_takes_its_place_in_time_by_its_day)
{
    struct press p;
    press_start(&p, "[site]\nzone = Europe/Berlin\n");
    struct report_saved old = press_report(&p, "2018-05-02", "Old");
    expect(press_get(&p, old.report).published_at ==
           PRESS_NOW - 58 * HOUR - 0 * MINUTE + 22 * HOUR - 24 * HOUR);
    struct report_saved today = press_report(&p, "2018-05-04", "Today");
    expect(press_get(&p, today.report).published_at == PRESS_NOW);
    struct report_input in = input("2018-05-04 06:00", "Early");
    struct report_saved early = press_save(&p, &in);
    expect(press_get(&p, early.report).published_at == PRESS_NOW - 6 * HOUR); // 06:00 is 04:00 UTC
    in.report = today.report;
    in.base = 1;
    in.title = S("Today, again");
    in.date = S("2018-05-04");
    p.app.clock.fixed += HOUR;
    press_save(&p, &in);
    struct report r = press_get(&p, today.report);
    expect(r.published_at == PRESS_NOW && r.updated_at == PRESS_NOW + HOUR);
    press_end(&p);
}

TEST(report_refusals_have_texts_words_and_fields)
{
    for (err e = 1; e < REPORT_REFUSALS; e++)
        expect(report_refusal_text(e) && report_refusal_word(e) && report_refusal_field(e));
}
