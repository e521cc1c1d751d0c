#include "funding/giver.h"
#include "unit/fault_sweep.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <string.h>

/* Without these a name could stand beside a gift whose giver did not ask for it, or somebody's
 * words be lost with a statement that failed. */

struct word {
    struct fund *f;
    struct giver_word word;
    struct giver giver; /* for learn() */
    int64_t id;
    err (*run)(struct tx *tx, struct word *w);
};

static err set_work(struct tx *tx, struct word *w)
{
    return giver_set(tx, &w->word, &w->f->arena);
}

static err learn_work(struct tx *tx, struct word *w)
{
    return giver_learn(tx, w->word.contribution, &w->giver, &w->id);
}

static err add_work(struct tx *tx, struct word *w)
{
    return giver_add(tx, &w->giver, &w->id);
}

static err run(struct tx *tx, void *arg)
{
    struct word *w = arg;
    return w->run(tx, w);
}

static err attempt(void *arg)
{
    struct word *w = arg;
    return store_write(w->f->store, run, w);
}

static err set(struct fund *f, int64_t gift, const char *name, const char *email, bool named)
{
    struct word w = { .f = f,
                      .word = { .contribution = gift,
                                .name = str_from_z(name),
                                .email = str_from_z(email),
                                .named = named,
                                .by = ACTOR_CLI,
                                .now = f->now },
                      .run = set_work };
    return fault_each(attempt, &w);
}

static int64_t learn(struct fund *f, int64_t gift, const char *name, const char *email)
{
    struct word w = { .f = f,
                      .word = { .contribution = gift },
                      .giver = { .channel = S("shop"),
                                 .name = str_from_z(name),
                                 .email = str_from_z(email),
                                 .created_at = f->now },
                      .run = learn_work };
    expect(fault_each(attempt, &w) == OK);
    return w.id;
}

static struct giver of(struct fund *f, int64_t gift)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct giver g = { 0 };
    int64_t id = fund_get(f, gift).giver;
    expect(store_read(f->store, &tx) == OK);
    if (id)
        expect(giver_get(&tx, id, &f->arena, &g) == OK);
    return g;
}

TEST_AND_FAULTS(giver_of_a_gift_is_said_by_the_treasurer_and_may_be_said_again)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "bank", "5.00 USD", "2018-05-03");
    int64_t waits = fund_promise(&f, "bank", "5.00 USD", "2018-05-03");
    expect(set(&f, 999, "Ada", "", true) == GIVER_NO_GIFT);
    expect(set(&f, gift, "", "", true) == GIVER_NOBODY);
    expect(set(&f, gift, " ", "", false) == GIVER_NOBODY); // of blanks nothing is kept
    expect(of(&f, gift).id == 0);
    expect(set(&f, gift, "Ada", "", true) == OK);
    expect_str(of(&f, gift).name, S("Ada"));
    expect(of(&f, gift).named);
    expect(set(&f, gift, "", "ada@example.org", true) == OK);
    expect(of(&f, gift).name.n == 0 && !of(&f, gift).named); // nobody can be named without a name
    expect(set(&f, gift, "Ada", "ada@example.org", false) == OK);
    expect(!of(&f, gift).named);
    expect(set(&f, waits, "Bo", "bo@example.org", true) == OK);
    expect_str(of(&f, waits).email, S("bo@example.org"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST_AND_FAULTS(giver_that_is_learned_later_is_added_once_and_stays)
{
    struct fund f = fund_start();
    int64_t gift = fund_add(&f, "bank", "5.00 USD", "2018-05-03");
    int64_t waits = fund_promise(&f, "bank", "5.00 USD", "2018-05-03");
    expect(learn(&f, gift, "", "") == 0 && learn(&f, gift, " ", "\x01") == 0);
    int64_t id = learn(&f, gift, "Ada", "ada@example.org");
    expect(id > 0 && learn(&f, gift, "Bo", "bo@example.org") == id);
    expect_str(of(&f, gift).name, S("Ada"));
    expect(set(&f, gift, "Bo", "bo@example.org", true) == GIVER_TOLD);
    expect(learn(&f, waits, "Cy", "") > id);
    expect_str(of(&f, waits).name, S("Cy"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(giver_texts_are_kept_up_to_their_bounds)
{
    struct fund f = fund_start();
    struct word w = { .f = &f, .giver = { .channel = S("shop"), .named = true }, .run = add_work };
    for (size_t more = 0; more < 2; more++) {
        char *email = arena_new(&f.arena, char, GIVER_EMAIL_MAX + 1);
        memset(email, 'a', GIVER_EMAIL_MAX + 1);
        w.giver.email = (struct str){ email, GIVER_EMAIL_MAX + more };
        expect(attempt(&w) == OK && (w.id > 0) == !more); // cut it would be another's
    }
    char *name = arena_new(&f.arena, char, GIVER_NAME_MAX + 1);
    memset(name, 'n', GIVER_NAME_MAX + 1);
    w.giver.name = (struct str){ name, GIVER_NAME_MAX + 1 };
    w.giver.message = S("\xff"); // no text
    expect(attempt(&w) == OK && w.id > 0);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct giver g = { 0 };
    expect(store_read(f.store, &tx) == OK && giver_get(&tx, w.id, &f.arena, &g) == OK);
    expect(g.name.n == GIVER_NAME_MAX && g.email.n == 0 && g.message.n == 0 && g.named);
    expect(giver_get(&tx, w.id + 1, &f.arena, &g) == GIVER_MISSING);
    tx_end(&tx);
    fund_end(&f);
}
