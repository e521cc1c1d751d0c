#include "unit/discussion.h"

#include <pthread.h>

/* Without these one voter could count twice, and sums could part from the votes they are of. */

TEST(a_voter_has_one_vote_that_can_change_and_be_taken_back)
{
    struct room r;
    struct vote_sums s = { 0 };
    room_open(&r);
    int64_t id = room_said(&r, 1, 0, "hello");
    expect(room_vote(&r, id, "ann", 1, &s) == OK && s.up == 1 && s.down == 0 && s.score == 1);
    expect(room_vote(&r, id, "ann", 1, &s) == OK && s.up == 1 && s.value == 1);
    expect(room_vote(&r, id, "ann", -1, &s) == OK && s.up == 0 && s.down == 1 && s.score == -1);
    expect(room_vote(&r, id, "ben", 1, &s) == OK && s.up == 1 && s.down == 1 && s.score == 0);
    expect(room_vote(&r, id, "ann", 0, &s) == OK && s.up == 1 && s.down == 0 && s.value == 0);
    expect(room_vote(&r, id, "ann", 0, &s) == OK && s.score == 1);
    struct comment c = room_comment(&r, id);
    expect(c.up == 1 && c.down == 0 && c.score == 1);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(votes_go_to_published_comments_of_others_only)
{
    struct room r;
    struct vote_sums s = { 0 };
    struct comment_added added = { 0 };
    room_open(&r);
    expect(room_vote(&r, 99, "ann", 1, &s) == VOTE_NO_COMMENT);
    expect(room_vote(&r, -1, "ann", 1, &s) == VOTE_NO_COMMENT);
    struct said said = { .report = 1, .visitor = "ann", .body = "x", .hold = COMMENT_HOLD_ALL };
    expect(room_say(&r, &said, &added) == OK);
    expect(room_vote(&r, added.id, "ben", 1, &s) == VOTE_NOT_PUBLISHED);
    expect(room_state(&r, added.id, COMMENT_STATE_PUBLISHED) == OK);
    expect(room_vote(&r, added.id, "ann", 1, &s) == VOTE_OWN);
    expect(room_vote(&r, added.id, "ben", 1, &s) == OK);
    for (int to = COMMENT_STATE_HIDDEN; to <= COMMENT_STATE_DELETED; to++) {
        expect(room_state(&r, added.id, (enum comment_state)to) == OK);
        expect(room_vote(&r, added.id, "cid", 1, &s) == VOTE_NOT_PUBLISHED);
    }
    expect(room_comment(&r, added.id).score == 1);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(a_voters_own_votes_are_found)
{
    struct room r;
    struct vote_sums s = { 0 };
    int64_t ids[3] = { 0 };
    int64_t values[3] = { 7, 7, 7 };
    room_open(&r);
    for (int i = 0; i < 3; i++)
        ids[i] = room_said(&r, 1, 0, "hello");
    expect(room_vote(&r, ids[0], "ann", 1, &s) == OK && room_vote(&r, ids[2], "ann", -1, &s) == OK);
    expect(room_vote(&r, ids[1], "ben", 1, &s) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r.store, &tx) == OK);
    expect(vote_mine(&tx, room_visitor(&r, "ann"), ids, 3, values) == OK);
    expect(values[0] == 1 && values[1] == 0 && values[2] == -1);
    tx_end(&tx);
    room_close(&r);
}

QUERY(test_break_sum, "update comment set up = up + 1 where id = $1");
QUERY(test_break_count, "update discussion set published = 7 where report = $1");
QUERY(test_break_visible, "update comment set visible = 0 where id = $1");

struct harm {
    const struct query *query;
};

static err do_harm(struct tx *tx, void *arg)
{
    const struct harm *h = arg;
    struct stmt *s = query_start(tx, h->query);
    bind_int(s, 1, 1);
    return query_run(s, NULL);
}

TEST(counters_that_went_wrong_are_found_by_the_check)
{
    static const struct query *const breaks[] = { &test_break_sum, &test_break_count,
                                                  &test_break_visible };
    for (size_t i = 0; i < COUNT(breaks); i++) {
        struct room r;
        room_open(&r);
        expect(room_said(&r, 1, 0, "hello") == 1);
        expect(room_findings(&r) == 0);
        struct harm harm = { breaks[i] };
        expect(store_write(r.store, do_harm, &harm) == OK);
        expect(room_findings(&r) >= 1);
        room_close(&r);
    }
}

struct crowd {
    struct room *room;
    int64_t comment;
    int first;
};

static err crowd_vote(struct tx *tx, void *arg)
{
    struct vote_sums sums = { 0 };
    return vote_set(tx, arg, &sums);
}

static void *vote_often(void *arg)
{
    const struct crowd *c = arg;
    for (int i = 0; i < 100; i++) {
        char voter[17];
        snprintf(voter, sizeof voter, "%016d", c->first + i % 10);
        struct vote v = {
            .comment = c->comment, .value = i < 90 ? i % 3 - 1 : 1, .voter = { voter, 16 }, .now = 1
        };
        expect(store_write(c->room->store, crowd_vote, &v) == OK);
    }
    return NULL;
}

TEST(many_voters_at_once_lose_no_vote_and_count_none_twice)
{
    enum { THREADS = 16 };
    struct room r;
    pthread_t threads[THREADS];
    struct crowd crowds[THREADS];
    room_open(&r);
    int64_t id = room_said(&r, 1, 0, "hello");
    for (int i = 0; i < THREADS; i++) {
        crowds[i] = (struct crowd){ &r, id, i / 2 * 10 }; /* each voter votes from two places */
        expect(pthread_create(&threads[i], NULL, vote_often, &crowds[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    struct comment c = room_comment(&r, id);
    expect(c.up == THREADS / 2 * 10 && c.down == 0 && c.score == c.up);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

static err vote_work_of(struct tx *tx, void *arg)
{
    struct vote_sums sums = { 0 };
    return vote_set(tx, arg, &sums);
}

TEST(of_a_burst_one_vote_counts_and_the_sums_can_be_recounted)
{
    struct room r;
    struct vote_sums s = { 0 };
    room_open(&r);
    int64_t id = room_said(&r, 1, 0, "hello");
    expect(room_vote(&r, id, "far", -1, &s) == OK);
    expect(room_vote(&r, id, "ann", 1, &s) == OK && room_vote(&r, id, "ben", 1, &s) == OK);
    expect(s.up == 2 && s.down == 1);
    struct vote v = { .comment = id,
                      .value = 1,
                      .voter = room_visitor(&r, "cid"),
                      .prefix = S("1234567890123456"),
                      .now = r.now,
                      .burst = true,
                      .uncount = { room_visitor(&r, "ben") },
                      .uncount_n = 1 };
    expect(store_write(r.store, vote_work_of, &v) == OK);
    struct comment c = room_comment(&r, id);
    expect(c.up == 1 && c.down == 1 && c.score == 0); /* ann's, and who is from far */
    expect(room_findings(&r) == 0);
    v.value = -1; /* it may change, and still does not count */
    expect(store_write(r.store, vote_work_of, &v) == OK);
    v.value = 0;
    expect(store_write(r.store, vote_work_of, &v) == OK);
    expect(room_vote(&r, id, "ben", -1, &s) == OK && s.up == 1 && s.down == 1);
    expect(room_vote(&r, id, "ann", 0, &s) == OK && s.up == 0 && s.down == 1);
    expect(room_findings(&r) == 0);
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct vote_burst *bursts = NULL;
    size_t n = 0;
    expect(store_read(r.store, &tx) == OK && vote_bursts(&tx, &r.arena, &bursts, &n) == OK);
    expect(n == 1 && bursts[0].comment == id && bursts[0].report == 1 && bursts[0].votes == 2);
    tx_end(&tx);
    room_close(&r);
}

/* ---- random votes beside a model that counts by heart */

enum { MODEL_VOTERS = 9, MODEL_COMMENTS = 4, MODEL_STEPS = 3000 };

struct ballot {
    int value;
    bool counted; /* while value is not 0 */
};
struct model {
    struct room room;
    uint64_t dice;
    int64_t comments[MODEL_COMMENTS];
    bool shown[MODEL_COMMENTS];
    struct ballot ballots[MODEL_COMMENTS][MODEL_VOTERS];
    struct str voters[MODEL_VOTERS];
};

static size_t roll(struct model *m, size_t sides)
{
    m->dice ^= m->dice << 13;
    m->dice ^= m->dice >> 7;
    m->dice ^= m->dice << 17;
    return (size_t)(m->dice >> 20) % sides;
}

static void expect_counted(struct model *m, size_t c)
{
    struct comment there = room_comment(&m->room, m->comments[c]);
    int64_t up = 0;
    int64_t down = 0;
    for (size_t i = 0; i < MODEL_VOTERS; i++) {
        const struct ballot *b = &m->ballots[c][i];
        up += b->counted && b->value > 0;
        down += b->counted && b->value < 0;
    }
    expect(there.up == up && there.down == down && there.score == up - down);
}

static void cast(struct model *m)
{
    size_t c = roll(m, MODEL_COMMENTS);
    size_t who = roll(m, MODEL_VOTERS);
    struct vote v = { .comment = m->comments[c],
                      .value = (int)roll(m, 3) - 1,
                      .voter = m->voters[who],
                      .prefix = S("1234567890123456"),
                      .now = m->room.now,
                      .burst = roll(m, 5) == 0 };
    size_t others[] = { roll(m, MODEL_VOTERS), roll(m, MODEL_VOTERS) };
    for (size_t i = 0; v.burst && i < COUNT(others); i++)
        v.uncount[v.uncount_n++] = m->voters[others[i]];
    err e = store_write(m->room.store, vote_work_of, &v);
    expect(e == (m->shown[c] ? OK : VOTE_NOT_PUBLISHED));
    if (e)
        return;
    for (size_t i = 0; v.burst && i < COUNT(others); i++)
        if (others[i] != who)
            m->ballots[c][others[i]].counted = false;
    struct ballot *own = &m->ballots[c][who];
    own->counted = v.value && (own->value ? own->counted : !v.burst);
    own->value = v.value;
    expect_counted(m, c);
}

/* What is hidden takes no votes and keeps those it has. */
static void show_or_hide(struct model *m)
{
    size_t c = roll(m, MODEL_COMMENTS);
    m->shown[c] = !m->shown[c];
    expect(room_state(&m->room, m->comments[c],
                      m->shown[c] ? COMMENT_STATE_PUBLISHED : COMMENT_STATE_HIDDEN) == OK);
    expect_counted(m, c);
}

TEST(whatever_is_voted_a_recount_gives_the_sums_that_are_shown)
{
    static const char *const names[MODEL_VOTERS] = { "ann", "ben", "cid", "dan", "eve",
                                                     "fay", "gus", "hal", "ida" };
    static struct model m = { .dice = UINT64_C(0x9E3779B97F4A7C15) };
    room_open(&m.room);
    for (size_t c = 0; c < MODEL_COMMENTS; c++) {
        m.comments[c] = room_said(&m.room, 1, 0, "hello");
        m.shown[c] = true;
    }
    for (size_t i = 0; i < MODEL_VOTERS; i++)
        m.voters[i] = room_visitor(&m.room, names[i]);
    for (size_t step = 1; step <= MODEL_STEPS; step++) {
        if (roll(&m, 40) == 0)
            show_or_hide(&m);
        else
            cast(&m);
        if (step % 100 == 0)
            expect(room_findings(&m.room) == 0);
    }
    room_close(&m.room);
}
