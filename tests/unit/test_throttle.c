#include "base/clock.h"
#include "people/throttle.h"
#include "people/turn.h"
#include "unit/test.h"

#include <pthread.h>

/* Without these passwords could be guessed by the thousand, or an owner locked out for good. */

static struct guess at_pair(const char *name)
{
    struct guess g = { .counts[THROTTLE_PAIR] = true };
    g.name[THROTTLE_PAIR] = str_from_z(name);
    return g;
}

TEST(waits_double_from_a_second_to_their_longest)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct throttle *t = throttle_make(&a);
    struct guess g = at_pair("192.0.2.1 ada");
    int64_t now = HOUR;
    for (int i = 0; i < throttle_rule_of(THROTTLE_PAIR).free + 1; i++)
        expect(throttle_take(t, &g, now) == 0);
    for (int64_t want = SECOND; want < 15 * MINUTE; want *= 2) {
        expect(throttle_take(t, &g, now) == want);
        expect(throttle_take(t, &g, now + want - 1) == 1); /* knocking does not lengthen it */
        now += want;
        expect(throttle_take(t, &g, now) == 0);
    }
    for (int i = 0; i < 40; i++) {
        expect(throttle_take(t, &g, now) == 15 * MINUTE);
        now += 15 * MINUTE;
        expect(throttle_take(t, &g, now) == 0);
    }
    expect(throttle_take(t, &g, now - 10 * HOUR) == 15 * MINUTE); /* the clock went back */
    struct guess other = at_pair("192.0.2.1 bo");
    expect(throttle_take(t, &other, now) == 0);
    throttle_end(t);
}

TEST(guesses_are_forgotten_after_an_hour_or_when_one_was_right)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct throttle *t = throttle_make(&a);
    struct guess g = at_pair("x");
    for (int i = 0; i < 5; i++)
        expect(throttle_take(t, &g, HOUR) == 0);
    expect(throttle_take(t, &g, HOUR) > 0 && throttle_take(t, &g, 2 * HOUR + 1) == 0);
    for (int i = 1; i < 5; i++)
        expect(throttle_take(t, &g, 2 * HOUR + 1) == 0);
    expect(throttle_take(t, &g, 2 * HOUR + 1) > 0);
    throttle_forgive(t, &g);
    for (int i = 0; i < 5; i++)
        expect(throttle_take(t, &g, 2 * HOUR + 1) == 0);
    throttle_take_back(t, &g);
    expect(throttle_take(t, &g, 2 * HOUR + 1) == 0 && throttle_take(t, &g, 2 * HOUR + 1) > 0);
    throttle_end(t);
}

TEST(a_right_guess_of_one_account_does_not_pardon_the_client)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct throttle *t = throttle_make(&a);
    struct guess bad = { .counts[THROTTLE_CLIENT] = true, .name[THROTTLE_CLIENT] = S("c") };
    struct guess own = { .counts = { true, true, true }, .name = { S("c own"), S("c"), S("own") } };
    int let = 0;
    for (int i = 0; i < 100; i++) { /* guesses at others, with own successes in between */
        let += throttle_take(t, &bad, HOUR) == 0;
        if (throttle_take(t, &own, HOUR) == 0)
            throttle_forgive(t, &own);
    }
    expect(let <= throttle_rule_of(THROTTLE_CLIENT).free + 1);
    throttle_end(t);
}

TEST(an_account_alone_never_waits_longer_than_half_a_minute)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct throttle *t = throttle_make(&a);
    int64_t now = HOUR;
    int64_t wait = 0;
    for (int i = 0; i < 1000; i++, now += wait) { /* from a thousand clients */
        char name[32];
        snprintf(name, sizeof name, "client %d", i);
        struct guess g = { .counts = { true, true, true } };
        g.name[THROTTLE_PAIR] = g.name[THROTTLE_CLIENT] = str_from_z(name);
        g.name[THROTTLE_ACCOUNT] = S("ada@example.org");
        wait = throttle_take(t, &g, now);
        expect(wait <= 30 * SECOND);
    }
    throttle_end(t);
}

TEST(a_full_table_forgets_what_was_not_touched_for_longest)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct throttle *t = throttle_make(&a);
    struct guess g = at_pair("kept");
    for (int i = 0; i < 100 * THROTTLE_SLOTS; i++) {
        char name[32];
        snprintf(name, sizeof name, "n%d", i);
        struct guess other = at_pair(name);
        expect(throttle_take(t, &other, HOUR + i) == 0);
        if (i < 5)
            expect(throttle_take(t, &g, HOUR + i) == 0);
        else if (i % 100 == 0) /* used now and then */
            (void)throttle_take(t, &g, HOUR + i);
    }
    throttle_end(t);
}

struct crowd {
    struct turn turn;
    pthread_barrier_t start;
    pthread_mutex_t lock;
    int inside, most, served, busy;
};

static void *one_of_the_crowd(void *arg)
{
    struct crowd *c = arg;
    pthread_barrier_wait(&c->start);
    err e = turn_take(&c->turn);
    pthread_mutex_lock(&c->lock);
    c->busy += e != OK;
    if (!e) {
        c->inside++;
        c->served++;
        c->most = c->inside > c->most ? c->inside : c->most;
    }
    pthread_mutex_unlock(&c->lock);
    if (e)
        return NULL;
    pthread_mutex_lock(&c->lock);
    c->inside--;
    pthread_mutex_unlock(&c->lock);
    turn_give(&c->turn);
    return NULL;
}

TEST(a_turn_is_had_by_one_at_a_time)
{
    enum { CROWD = 16 };
    struct crowd c = { .lock = PTHREAD_MUTEX_INITIALIZER };
    pthread_t threads[CROWD];
    turn_init(&c.turn, 8, 5 * SECOND);
    expect(pthread_barrier_init(&c.start, NULL, CROWD) == 0);
    for (int i = 0; i < CROWD; i++)
        expect(pthread_create(&threads[i], NULL, one_of_the_crowd, &c) == 0);
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    expect(c.most == 1 && c.served + c.busy == CROWD && c.served >= 9);
    pthread_barrier_destroy(&c.start);
    turn_free(&c.turn);
}

TEST(who_waits_for_a_turn_too_long_or_behind_too_many_is_sent_away)
{
    struct turn t;
    turn_init(&t, 1, 2000);
    expect(turn_take(&t) == OK);
    int64_t before = clock_monotonic();
    expect(turn_take(&t) == ERR_BUSY && clock_monotonic() - before >= 2000);
    t.waiting = 1; /* as if one waited */
    before = clock_monotonic();
    t.wait = 100 * SECOND;
    expect(turn_take(&t) == ERR_BUSY && clock_monotonic() - before < 10 * SECOND);
    t.waiting = 0;
    turn_give(&t);
    expect(turn_take(&t) == OK);
    turn_give(&t);
    turn_free(&t);
}
