#include "funding/hand_entry.h"
#include "people/person.h"
#include "unit/fund_room.h"
#include "unit/test.h"

QUERY(hand_damage_asset,
      "insert into hand_entry (kind, channel, asset, minor, fine, day, pending, reference, note,"
      " reason, price, price_source, by_staff, at, state, why) values ('add', 'bank', 'nope', 1, "
      "0, 1,"
      " 0, '', '', '', '', '', 1, 1, 'waiting', '')");

/* Without these one person could enter any amount by hand, or approve what they entered themself.
 */

#define PERSON(n) ((struct actor){ .person = (n), .name = S("somebody") })

static err people_work(struct tx *tx, UNUSED void *arg)
{
    static const struct str addresses[] = { { "a@river.test", 12 },
                                            { "b@river.test", 12 },
                                            { "c@river.test", 12 } };
    err e = OK;
    for (size_t i = 0; !e && i < COUNT(addresses); i++) {
        int64_t id = 0;
        e = person_add(tx, ACTOR_CLI,
                       &(struct person_draft){ .name = S("Somebody"),
                                               .email = addresses[i],
                                               .role = ROLE_TREASURER,
                                               .now = FUND_NOW },
                       &id);
        expect(e || id == (int64_t)i + 1);
    }
    return e;
}

static struct fund start(void)
{
    struct fund f = fund_start();
    expect(store_write(f.store, people_work, NULL) == OK);
    return f;
}

static struct hand_rule rule_of(const char *text)
{
    struct arena a;
    struct config *c = NULL;
    struct str why = { 0 };
    arena_init(&a, 1 << 20);
    struct str file = str_print(&a, "[funding]\nsecond_person_above = %s\n", text);
    expect(config_parse(S("f.ini"), file, &a, &c, &why) == OK);
    expect(hand_rule_check(c, S("f.ini"), &a, &why) == OK);
    struct hand_rule rule = hand_rule_of(c);
    config_free(c);
    arena_free(&a);
    return rule;
}

TEST(a_hand_rule_asks_above_its_amounts_and_for_what_it_does_not_name)
{
    struct hand_rule none = rule_of("");
    struct hand_rule rule = rule_of("1000 USD,0.02 BTC,");
    expect(none.n == 0 && !hand_rule_asks(&none, fund_amount("99999.00 USD")));
    expect(rule.n == 2);
    expect(!hand_rule_asks(&rule, fund_amount("1000.00 USD")));
    expect(hand_rule_asks(&rule, fund_amount("1000.01 USD")));
    expect(!hand_rule_asks(&rule, fund_amount("0.02 BTC")));
    expect(hand_rule_asks(&rule, fund_amount("0.02000001 BTC")));
    expect(hand_rule_asks(&rule, fund_amount("0.01 EUR")));
}

TEST(a_hand_rule_that_cannot_be_read_is_refused_with_its_line)
{
    static const char seventeen[] = "1 USD,1 EUR,1 GBP,1 CHF,1 JPY,1 SEK,1 NOK,1 DKK,1 PLN,1 CZK,1 "
                                    "HUF,1 BTC,1 BCH,1 ETH,1 CAD,1 AUD,1 NZD";
    static const char *const wrong[] = {
        "1000",    "USD 1000", "1000 XXX",    ",",       "1 USD, 2 USD",
        "1e3 USD", "-1 USD",   "1 USD 2 EUR", seventeen,
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct arena a;
        struct config *c = NULL;
        struct str why = { 0 };
        arena_init(&a, 1 << 20);
        struct str file = str_print(&a, "[funding]\nsecond_person_above = %s\n", wrong[i]);
        expect(config_parse(S("f.ini"), file, &a, &c, &why) == OK);
        expect(hand_rule_check(c, S("f.ini"), &a, &why) == HAND_RULE_WRONG);
        expect(str_starts(why, S("f.ini:2: funding.second_person_above: ")));
        config_free(c);
        arena_free(&a);
    }
}

TEST(hand_refusals_have_a_sentence_and_a_word_each)
{
    for (err e = 1; e < HAND_REFUSALS; e++) {
        expect(str_from_z(hand_refusal(e)).n > 10);
        expect(str_starts(str_from_z(hand_refusal_word(e)), S("funding_")));
    }
}

struct entering {
    struct fund *f;
    struct hand_wish wish;
    struct hand_done done;
    struct hand_decision decision;
    int64_t contribution;
};

static err enter_work(struct tx *tx, void *arg)
{
    struct entering *n = arg;
    struct hand_rule rule = { .above = { fund_amount("100.00 USD") }, .n = 1 };
    return hand_enter(tx, &rule, &n->wish, &n->f->arena, &n->done);
}

static err decide_work(struct tx *tx, void *arg)
{
    struct entering *n = arg;
    return hand_decide(tx, &n->decision, &n->f->arena, &n->contribution);
}

static struct entering entering(struct fund *f, const char *amount)
{
    struct entering n = { .f = f };
    n.wish.entry.draft = fund_draft(f, "bank", amount, "2018-05-03");
    n.wish.entry.draft.by = PERSON(1);
    return n;
}

static err decide(struct entering *n, bool approve, struct actor by, const char *why)
{
    n->decision = (struct hand_decision){ .id = n->done.waiting,
                                          .approve = approve,
                                          .why = str_from_z(why),
                                          .by = by,
                                          .now = n->f->now + 1 };
    return store_write(n->f->store, decide_work, n);
}

TEST(what_waits_is_booked_by_another_person_only)
{
    struct fund f = start();
    struct entering n = entering(&f, "100.01 USD");
    expect(store_write(f.store, enter_work, &n) == OK);
    expect(n.done.waiting == 1 && n.done.contribution == 0);
    expect(decide(&n, true, PERSON(1), "") == HAND_OWN);
    expect(decide(&n, true, ACTOR_CLI, "") == HAND_OWN);
    expect(decide(&n, true, PERSON(2), "") == OK && n.contribution == 1);
    expect(decide(&n, true, PERSON(3), "") == HAND_DECIDED);
    expect(decide(&n, false, PERSON(1), "no") == HAND_DECIDED);
    expect(fund_get(&f, 1).by == 2);
    n.done.waiting = 99;
    expect(decide(&n, true, PERSON(2), "") == HAND_MISSING);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(what_is_not_above_the_amount_is_booked_at_once)
{
    struct fund f = start();
    struct entering n = entering(&f, "100.00 USD");
    expect(store_write(f.store, enter_work, &n) == OK);
    expect(n.done.waiting == 0 && n.done.contribution == 1);
    fund_end(&f);
}

TEST(what_the_command_line_entered_a_person_approves)
{
    struct fund f = start();
    struct entering n = entering(&f, "500.00 USD");
    n.wish.entry.draft.by = ACTOR_CLI;
    expect(store_write(f.store, enter_work, &n) == OK);
    expect(decide(&n, true, ACTOR_CLI, "") == HAND_OWN);
    expect(decide(&n, true, PERSON(1), "") == OK);
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(an_entry_is_refused_with_a_reason_and_its_words_go)
{
    struct fund f = start();
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct hand_entry *list = NULL;
    size_t count = 0;
    struct entering n = entering(&f, "500.00 USD");
    struct entering own = entering(&f, "600.00 USD");
    n.wish.entry.draft.note = S("the miller's daughter");
    expect(store_write(f.store, enter_work, &n) == OK);
    expect(store_write(f.store, enter_work, &own) == OK);
    expect(decide(&n, false, PERSON(2), "") == CONTRIBUTION_REASON_MISSING);
    expect(decide(&n, false, PERSON(2), "bell\x07") == CONTRIBUTION_NOTE_WRONG);
    expect(decide(&n, false, PERSON(2), "no paper") == OK);
    expect(decide(&own, false, PERSON(1), "a slip") == OK);
    expect(store_read(f.store, &tx) == OK);
    expect(hand_list(&tx, &f.arena, &list, &count) == OK && count == 2);
    expect(list[0].state == HAND_WITHDRAWN && list[1].state == HAND_REFUSED);
    expect(list[1].note.n == 0 && list[1].decided_by == 2 && list[1].contribution == 0);
    expect_str(list[1].why, S("no paper"));
    tx_end(&tx);
    fund_end(&f);
}

TEST(at_most_200_entries_wait)
{
    struct fund f = start();
    for (int i = 0; i < HAND_WAITING_MAX; i++) {
        struct entering n = entering(&f, "500.00 USD");
        expect(store_write(f.store, enter_work, &n) == OK);
    }
    struct entering n = entering(&f, "500.00 USD");
    expect(store_write(f.store, enter_work, &n) == HAND_MANY);
    n.done.waiting = 1;
    expect(decide(&n, true, PERSON(2), "") == OK);
    expect(store_write(f.store, enter_work, &n) == OK);
    fund_end(&f);
}

TEST(a_correction_or_value_that_could_not_be_booked_does_not_wait)
{
    struct fund f = start();
    int64_t id = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    struct entering n = entering(&f, "500.00 USD");
    n.wish.kind = HAND_CORRECT;
    n.wish.entry.id = id;
    expect(store_write(f.store, enter_work, &n) == CONTRIBUTION_REASON_MISSING);
    n.wish.entry.reason = S("digits swapped");
    n.wish.entry.id = 99;
    expect(store_write(f.store, enter_work, &n) == CONTRIBUTION_MISSING);
    n.wish.entry.id = id;
    n.wish.entry.draft.occurred_on.year = 1999;
    expect(store_write(f.store, enter_work, &n) == CONTRIBUTION_DAY_EARLY);
    n.wish.entry.draft.occurred_on.year = 2018;
    expect(store_write(f.store, enter_work, &n) == OK);
    expect(decide(&n, true, PERSON(2), "") == OK && n.contribution == 2);
    expect(fund_get(&f, id).state == CONTRIBUTION_REVERSED);
    expect(store_write(f.store, enter_work, &n) == CONTRIBUTION_IS_REVERSED);
    struct entering v = { .f = &f };
    v.wish.kind = HAND_VALUE;
    v.wish.price = (struct contribution_price){
        .id = 2, .price = S("5.00"), .source = S("a paper"), .by = PERSON(1), .now = f.now
    };
    expect(store_write(f.store, enter_work, &v) == CONTRIBUTION_VALUE_WRONG);
    fund_expect_sound(&f);
    fund_end(&f);
}

static err freeze_work(struct tx *tx, void *arg)
{
    struct contribution_freezing z = { .id = *(const int64_t *)arg,
                                       .frozen = true,
                                       .reason = S("a look"),
                                       .by = PERSON(1),
                                       .now = 1 };
    return contribution_freeze(tx, &z);
}

static err erase_work(struct tx *tx, UNUSED void *arg)
{
    return contribution_erase(tx, 1, ACTOR_CLI, FUND_NOW);
}

TEST(erasing_a_gift_empties_what_waits_about_it)
{
    struct fund f = start();
    int64_t id = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    struct entering n = entering(&f, "500.00 USD");
    n.wish.kind = HAND_CORRECT;
    n.wish.entry.id = id;
    n.wish.entry.reason = S("the miller's daughter gave more");
    expect(store_write(f.store, enter_work, &n) == OK);
    expect(store_write(f.store, erase_work, NULL) == OK);
    expect(decide(&n, true, PERSON(2), "") == CONTRIBUTION_REASON_MISSING);
    expect(decide(&n, false, PERSON(2), "its reason is gone") == OK);
    fund_end(&f);
}

static err value_work(struct tx *tx, void *arg)
{
    struct entering *n = arg;
    struct hand_rule rule = { .above = { fund_amount("100.00 USD") }, .n = 1 };
    return hand_enter(tx, &rule, &n->wish, &n->f->arena, &n->done);
}

TEST(a_value_above_the_amount_waits_and_one_below_is_fixed_at_once)
{
    struct fund f = start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    for (int i = 0; i < 2; i++) {
        struct entering n = { .f = &f };
        int64_t id = fund_add(&f, "bank", "0.01 BTC", "2018-05-03");
        n.wish.kind = HAND_VALUE;
        n.wish.price = (struct contribution_price){ .id = id,
                                                    .price = i ? S("9000") : S("10001"),
                                                    .source = S("a paper"),
                                                    .by = PERSON(1),
                                                    .now = f.now };
        expect(store_write(f.store, value_work, &n) == OK);
        expect((n.done.waiting == 0) == (i == 1) && (n.done.contribution == id) == (i == 1));
        expect((fund_get(&f, id).value.units == 0) == (i == 0));
        if (i == 0)
            expect(decide(&n, true, PERSON(2), "") == OK && n.contribution == id);
        expect(fund_get(&f, id).value.units > 0);
    }
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(what_is_frozen_or_told_by_a_provider_is_not_even_entered_as_a_correction)
{
    struct fund f = start();
    struct entering n = entering(&f, "500.00 USD");
    n.wish.kind = HAND_CORRECT;
    n.wish.entry.reason = S("digits swapped");
    n.wish.entry.id = fund_paid(&f, LEDGER_BY_PROVIDER, "ch_1", "20.00 USD", "2018-05-03");
    expect(store_write(f.store, enter_work, &n) == CONTRIBUTION_NOT_BY_HAND);
    n.wish.entry.id = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    expect(store_write(f.store, freeze_work, &n.wish.entry.id) == OK);
    expect(store_write(f.store, enter_work, &n) == CONTRIBUTION_IS_FROZEN);
    fund_end(&f);
}

static err damage_work(struct tx *tx, UNUSED void *arg)
{
    return query_run(query_start(tx, &hand_damage_asset), NULL);
}

TEST(a_damaged_entry_is_a_fault_and_never_booked)
{
    struct fund f = start();
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct hand_entry *list = NULL;
    size_t count = 0;
    struct entering n = entering(&f, "500.00 USD");
    n.done.waiting = 1;
    expect(store_write(f.store, damage_work, NULL) == OK);
    expect(decide(&n, true, PERSON(2), "") == ERR_DATA);
    expect(store_read(f.store, &tx) == OK);
    expect(hand_list(&tx, &f.arena, &list, &count) == ERR_DATA);
    tx_end(&tx);
    fund_end(&f);
}
