/* Without these tests a moderator would not find what else a troll wrote, would find an erased
 * author again, or discussions would stay open for ever. */
#include "discussion/closing.h"
#include "discussion/comment_queue.h"
#include "discussion/trace.h"
#include "publishing/series.h"
#include "unit/discussion.h"

static int64_t say(struct room *r, const char *visitor, const char *address, const char *body)
{
    struct comment_added added = { 0 };
    struct said said = { .report = 1, .visitor = visitor, .address = address, .body = body };
    expect(room_say(r, &said, &added) == OK);
    return added.id;
}

static size_t like(struct room *r, int64_t comment, enum likeness l, int64_t before, int64_t *ids,
                   size_t max)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(r->store, &tx) == OK);
    expect(trace_list(&tx, comment, l, (struct trace_piece){ before, max }, ids, &n) == OK);
    return n;
}

static err step_work(struct tx *tx, void *arg)
{
    return trace_step(tx, arg);
}

static bool step(struct room *r)
{
    bool more = false;
    expect(store_write(r->store, step_work, &more) == OK);
    return more;
}

static err erase_work(struct tx *tx, void *arg)
{
    return comment_erase_author(tx, *(int64_t *)arg, 1, 1);
}

TEST(comments_of_the_same_browser_and_address_are_found_before_and_after_they_are_traced)
{
    struct room r;
    int64_t ids[10];
    room_open(&r);
    int64_t first = say(&r, "troll", "house", "One");
    int64_t neighbour = say(&r, "aunt", "house", "Two");
    int64_t second = say(&r, "troll", "cafe", "Three");
    for (int pass = 0; pass < 2; pass++) {
        expect(like(&r, first, LIKE_VISITOR, 0, ids, 10) == 2);
        expect(ids[0] == second && ids[1] == first);
        expect(like(&r, first, LIKE_ADDRESS, 0, ids, 10) == 2 && ids[0] == neighbour);
        expect(like(&r, first, LIKE_VISITOR, second, ids, 10) == 1 && ids[0] == first);
        expect(like(&r, first, LIKE_PREFIX, 0, ids, 10) == 0); // it has none
        expect(like(&r, 99, LIKE_VISITOR, 0, ids, 10) == 0);
        expect(!step(&r));
    }
    int64_t third = say(&r, "troll", "house", "Four"); // one more than was traced
    expect(like(&r, first, LIKE_VISITOR, 0, ids, 10) == 3 && ids[0] == third);
    expect(like(&r, first, LIKE_VISITOR, 0, ids, 2) == 2);
    room_close(&r);
}

TEST(nothing_leads_to_an_erased_author_or_a_deleted_comment)
{
    struct room r;
    int64_t ids[10];
    room_open(&r);
    int64_t first = say(&r, "troll", "house", "One");
    int64_t second = say(&r, "troll", "house", "Two");
    int64_t third = say(&r, "troll", "house", "Three");
    expect(!step(&r));
    expect(store_write(r.store, erase_work, &first) == OK);
    expect(room_state(&r, second, COMMENT_STATE_DELETED) == OK);
    expect(like(&r, third, LIKE_VISITOR, 0, ids, 10) == 1 && ids[0] == third);
    expect(like(&r, first, LIKE_VISITOR, 0, ids, 10) == 0 && room_findings(&r) == 0);
    room_close(&r);
}

TEST(traces_are_laid_in_steps)
{
    struct room r;
    int64_t ids[TRACE_STEP + 2];
    room_open(&r);
    int64_t last = 0;
    for (int i = 0; i < TRACE_STEP + 1; i++) {
        r.now += HOUR; // so that none is taken for one sent twice
        last = say(&r, "troll", "house", "Again");
    }
    expect(step(&r) && !step(&r) && !step(&r));
    expect(like(&r, last, LIKE_ADDRESS, 0, ids, COUNT(ids)) == TRACE_STEP + 1);
    room_close(&r);
}

static size_t search(struct room *r, const char *text, struct desk_comments *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct queue_query q = { .text = str_from_z(text) };
    expect(store_read(r->store, &tx) == OK);
    expect(comment_list_desk(&tx, &q, &r->arena, ret) == OK);
    return ret->count;
}

TEST(words_are_found_in_any_case_and_percent_signs_are_only_themselves)
{
    struct room r;
    struct desk_comments found = { 0 };
    room_open(&r);
    int64_t id = say(&r, "a", NULL, "Der FLUẞ steigt, 100% sicher");
    say(&r, "b", NULL, "Nothing of the kind");
    expect(search(&r, "fluss", &found) == 1 && found.comments[0].comment.id == id);
    expect(search(&r, "00%", &found) == 1 && search(&r, "%of%", &found) == 0);
    expect(search(&r, "ada", &found) == 2 && found.next == 0); // the name of both
    room_close(&r);
}

static err close_work(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    size_t n = 0;
    err e = closing_step(tx, at[0], at[1], &n);
    return e ? e : (err)n;
}

static err open_work(struct tx *tx, void *arg)
{
    return discussion_set_open(tx, *(int64_t *)arg, true);
}

static err series_work(struct tx *tx, void *arg)
{
    return series_set_close_after(tx, 1, *(int64_t *)arg);
}

static err keep(struct tx *tx, void *arg)
{
    err e = close_work(tx, arg);
    return e > 0 ? OK : e;
}

TEST(discussions_close_at_their_age_unless_somebody_opened_them)
{
    struct room r;
    room_open(&r);
    int64_t young[] = { 30, r.now + 30 * DAY - 1 };
    int64_t old[] = { 30, r.now + 30 * DAY };
    int64_t never[] = { 0, r.now + 3000 * DAY };
    int64_t two = 2;
    int64_t days = 60;
    expect(store_write(r.store, close_work, young) == OK);
    expect(store_write(r.store, close_work, never) == OK);
    expect(store_write(r.store, open_work, &two) == OK);
    expect(store_write(r.store, series_work, &days) == OK);
    expect(store_write(r.store, close_work, old) == OK); // the series says later
    days = SERIES_CLOSE_AS_SITE;
    expect(store_write(r.store, series_work, &days) == OK);
    expect(store_write(r.store, keep, old) == OK);
    expect(!room_counts(&r, 1).open && room_counts(&r, 2).open && !room_counts(&r, 3).open);
    expect(store_write(r.store, close_work, old) == OK); // nothing is left to close
    room_close(&r);
}
