/* Without these tests a digest could leave out a comment that was held when the one before was
 * made, tell of one twice, or cost a look at every comment there is. */
#include "discussion/decision.h"
#include "discussion/notice.h"
#include "unit/discussion.h"

#include <semaphore.h>

struct deciding {
    struct decision_wish wish;
    int64_t comment, act;
};

static err decide_work(struct tx *tx, void *arg)
{
    struct deciding *d = arg;
    return decision_make(tx, &d->wish, d->comment, &d->act);
}

static void approve(struct room *r, int64_t comment)
{
    struct deciding d = {
        .wish = { .kind = ACT_APPROVE, .by = 1, .now = r->now, .seen = DECISION_SEEN_ANY },
        .comment = comment
    };
    expect(store_write(r->store, decide_work, &d) == OK);
}

static int64_t say(struct room *r, int64_t parent, enum comment_hold hold)
{
    struct comment_added added = { 0 };
    struct said said = { .report = 1, .parent = parent, .body = "Words", .hold = hold };
    expect(room_say(r, &said, &added) == OK);
    return added.id;
}

static struct str news(struct room *r, enum follow_kind kind, int64_t object, int64_t after,
                       int64_t until)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct buf out CLEANUP(buf_free) = buf_make(256);
    const int64_t *ids = NULL;
    size_t n = 0;
    struct notice_span span = { kind, object, after, until };
    expect(store_read(r->store, &tx) == OK);
    expect(notice_new(&tx, &span, &r->arena, &ids, &n) == OK);
    for (size_t i = 0; i < n; i++)
        buf_print(&out, "%d ", (int)ids[i]);
    return buf_copy(&out, &r->arena);
}

TEST(a_digest_names_what_was_written_within_its_span_and_no_more_than_its_most)
{
    struct room r;
    room_open(&r);
    int64_t begin = r.now;
    for (int i = 1; i <= 7; i++) {
        r.now = begin + i * HOUR;
        expect(say(&r, 0, COMMENT_HOLD_NONE) == i);
    }
    expect_str(news(&r, FOLLOW_REPORT, 1, begin, r.now), S("7 6 5 4 3 "));
    expect_str(news(&r, FOLLOW_REPORT, 1, begin + 2 * HOUR, begin + 4 * HOUR), S("4 3 "));
    expect_str(news(&r, FOLLOW_REPORT, 1, r.now, r.now + DAY), S(""));
    expect_str(news(&r, FOLLOW_REPORT, 2, begin, r.now), S(""));
    expect_str(news(&r, FOLLOW_QUESTION, 1, begin, r.now), S(""));
    r.now += HOUR;
    int64_t reply = say(&r, 3, COMMENT_HOLD_NONE);
    (void)say(&r, reply, COMMENT_HOLD_NONE); // a reply to the reply
    expect_str(news(&r, FOLLOW_REPLIES, 3, begin, r.now), S("8 "));
    expect_str(news(&r, FOLLOW_REPLIES, 8, begin, r.now), S("9 "));
    expect(room_state(&r, 9, COMMENT_STATE_HIDDEN) == OK);
    expect_str(news(&r, FOLLOW_REPLIES, 8, begin, r.now), S(""));
    room_close(&r);
}

TEST(a_comment_that_was_held_is_in_the_digest_of_the_day_on_which_it_was_approved)
{
    struct room r;
    room_open(&r);
    int64_t begin = r.now;
    r.now += HOUR;
    int64_t root = say(&r, 0, COMMENT_HOLD_NONE);
    int64_t held = say(&r, root, COMMENT_HOLD_ALL);
    int64_t second = begin + DAY;
    expect_str(news(&r, FOLLOW_REPORT, 1, begin, second), S("1 "));
    r.now = second + HOUR;
    approve(&r, held);
    expect_str(news(&r, FOLLOW_REPORT, 1, second, second + DAY), S("2 "));
    expect_str(news(&r, FOLLOW_REPLIES, root, second, second + DAY), S("2 "));
    expect_str(news(&r, FOLLOW_REPORT, 2, second, second + DAY), S(""));
    expect_str(news(&r, FOLLOW_REPORT, 1, second + DAY, second + 2 * DAY), S(""));
    r.now += HOUR; // one that is written and approved on the same day is named once
    approve(&r, say(&r, 0, COMMENT_HOLD_ALL));
    expect_str(news(&r, FOLLOW_REPORT, 1, second, second + DAY), S("3 2 "));
    expect(room_state(&r, held, COMMENT_STATE_SPAM) == OK);
    expect_str(news(&r, FOLLOW_REPORT, 1, second, second + DAY), S("3 "));
    room_close(&r);
}

/* ---- the job */

struct telling {
    struct room room;
    struct app app;
    sem_t done;
    err outcome;
};

static err tell(void *arg, const struct job *job)
{
    struct telling *t = arg;
    t->outcome = notice_job(&t->app, job);
    sem_post(&t->done);
    return OK;
}

static err follow_work(struct tx *tx, void *arg)
{
    struct room *r = arg;
    struct follow_order o = {
        .email = S("ada@example.org"), .kind = FOLLOW_REPORT, .object = 1, .now = r->now
    };
    err e = subscriber_follow(tx, &o);
    return e ? e : subscriber_confirm(tx, 1, S(""), r->now);
}

QUERY(test_forget_mails, "delete from mail");
QUERY(test_count_mails, "select count(*) from mail where kind = 'comment'");

static err forget_work(struct tx *tx, void *arg)
{
    (void)arg;
    return query_run(query_start(tx, &test_forget_mails), NULL);
}

static int64_t mails(struct room *r)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(r->store, &tx) == OK);
    struct stmt *s = query_start(&tx, &test_count_mails);
    expect(query_step(s, &row) == OK && row);
    int64_t n = column_int(s, 0);
    query_end(s);
    return n;
}

/* Runs the jobs until one of notices has ended. */
static void run_notice(struct telling *t)
{
    const struct job_kind kinds[] = { { .name = S(NOTICE_JOB), .run = tell } };
    struct jobs_options o = { .store = t->room.store,
                              .clock = &t->app.clock,
                              .kinds = kinds,
                              .kind_count = 1,
                              .workers = 1,
                              .arg = t };
    struct jobs *jobs = NULL;
    t->app = (struct app){ .store = t->room.store, .clock = { .fixed = t->room.now } };
    expect(jobs_start(&o, &jobs) == OK);
    expect(sem_wait(&t->done) == 0);
    jobs_stop(jobs);
    expect(t->outcome == OK);
}

TEST(followers_are_told_of_a_comment_that_comes_back_but_not_after_its_mails_were_forgotten)
{
    struct telling t = { .outcome = ERR_DATA };
    struct room *r = &t.room;
    room_open(r);
    expect(sem_init(&t.done, 0, 0) == 0);
    expect(store_write(r->store, follow_work, r) == OK);
    int64_t id = say(r, 0, COMMENT_HOLD_NONE);
    int64_t written = r->now;
    run_notice(&t);
    expect(mails(r) == 1);
    for (int late = 0; late < 2; late++) {
        expect(store_write(r->store, forget_work, NULL) == OK);
        r->now = written + NOTICE_DAYS * DAY + late;
        expect(room_state(r, id, COMMENT_STATE_HIDDEN) == OK);
        expect(room_state(r, id, COMMENT_STATE_PUBLISHED) == OK);
        run_notice(&t);
        expect(mails(r) == !late);
    }
    sem_destroy(&t.done);
    room_close(r);
}
