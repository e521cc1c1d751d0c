#include "funding/contribution_note.h"
#include "funding/giver.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

/* Without these a gift that is set aside for a look could be changed, or nobody would know why and
 * by whom something was done by hand. */

QUERY(note_audits, "select count(*) from audit where action = $1");
QUERY(note_deletes, "delete from contribution_note");
QUERY(note_changes, "update contribution_note set body = 'another'");

static int64_t audits(struct fund *f, const char *action)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(f->store, &tx) == OK);
    struct stmt *s = query_start(&tx, &note_audits);
    bind_str(s, 1, str_from_z(action));
    expect(query_step(s, &row) == OK && row);
    int64_t n = column_int(s, 0);
    query_end(s);
    return n;
}

static size_t notes_of(struct fund *f, int64_t id, const struct contribution_note **ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(f->store, &tx) == OK);
    expect(contribution_notes(&tx, id, &f->arena, ret, &n) == OK);
    return n;
}

static err freeze_work(struct tx *tx, void *arg)
{
    return contribution_freeze(tx, arg);
}

static err freeze(struct fund *f, int64_t id, bool frozen, const char *reason)
{
    struct contribution_freezing z = {
        .id = id, .frozen = frozen, .reason = str_from_z(reason), .by = ACTOR_CLI, .now = f->now
    };
    return store_write(f->store, freeze_work, &z);
}

static err note_work(struct tx *tx, void *arg)
{
    return contribution_note_add(tx, arg);
}

static err add_note(struct fund *f, int64_t id, struct str body)
{
    struct contribution_note_draft d = {
        .contribution = id, .body = body, .by = ACTOR_CLI, .now = f->now
    };
    return store_write(f->store, note_work, &d);
}

struct parting {
    struct contribution_part part;
    struct fund *f;
};

static err part_work(struct tx *tx, void *arg)
{
    struct parting *p = arg;
    int64_t transaction = 0;
    return contribution_take_back(tx, &p->part, &p->f->arena, &transaction);
}

static err refund(struct fund *f, int64_t id, const char *amount, bool told)
{
    struct parting p = { .part = { .id = id,
                                   .kind = LEDGER_REFUND,
                                   .amount = fund_amount(amount),
                                   .reason = S("asked for it"),
                                   .told = told,
                                   .by = ACTOR_CLI,
                                   .now = f->now },
                         .f = f };
    return store_write(f->store, part_work, &p);
}

TEST(a_refund_by_the_command_line_is_audited_and_does_not_pass_a_freeze)
{
    struct fund f = fund_start();
    int64_t id = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    expect(freeze(&f, id, true, "a look") == OK);
    expect(refund(&f, id, "5.00 USD", false) == CONTRIBUTION_IS_FROZEN);
    expect(audits(&f, "contribution.take-back") == 0);
    expect(refund(&f, id, "5.00 USD", true) == OK); // a provider's word is a fact
    expect(audits(&f, "contribution.take-back") == 0);
    expect(freeze(&f, id, false, "all is well") == OK);
    expect(refund(&f, id, "6.00 USD", false) == OK);
    expect(audits(&f, "contribution.take-back") == 1);
    const struct contribution_note *notes = NULL;
    expect(notes_of(&f, id, &notes) == 3);
    expect(notes[0].kind == CONTRIBUTION_NOTE_TAKE_BACK);
    expect_str(notes[0].body, S("asked for it"));
    fund_expect_sound(&f);
    fund_end(&f);
}

TEST(a_freeze_has_a_reason_and_says_so_once)
{
    struct fund f = fund_start();
    int64_t id = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    expect(freeze(&f, id, true, "") == CONTRIBUTION_REASON_MISSING);
    expect(freeze(&f, id, true, "bell\x07") == CONTRIBUTION_NOTE_WRONG);
    expect(freeze(&f, 99, true, "a look") == CONTRIBUTION_MISSING);
    expect(freeze(&f, id, false, "a look") == CONTRIBUTION_IS_FREE);
    expect(freeze(&f, id, true, "a look") == OK);
    expect(fund_get(&f, id).frozen);
    expect(freeze(&f, id, true, "another look") == CONTRIBUTION_IS_FROZEN);
    expect(audits(&f, "contribution.freeze") == 1);
    expect(freeze(&f, id, false, "all is well") == OK);
    expect(!fund_get(&f, id).frozen && audits(&f, "contribution.free") == 1);
    const struct contribution_note *notes = NULL;
    expect(notes_of(&f, id, &notes) == 2);
    expect(notes[0].kind == CONTRIBUTION_NOTE_FREE && notes[1].kind == CONTRIBUTION_NOTE_FREEZE);
    expect_str(notes[1].body, S("a look"));
    expect(notes[1].at == f.now && notes[1].by == 0);
    fund_end(&f);
}

TEST(notes_are_bounded_kept_and_only_ever_emptied)
{
    struct fund f = fund_start();
    char text[CONTRIBUTION_NOTE_MAX + 1];
    memset(text, 'n', sizeof text);
    int64_t id = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    expect(add_note(&f, id, S("")) == CONTRIBUTION_REASON_MISSING);
    expect(add_note(&f, id, (struct str){ text, sizeof text }) == CONTRIBUTION_NOTE_WRONG);
    expect(add_note(&f, 99, S("hm")) == CONTRIBUTION_MISSING);
    expect(add_note(&f, id, (struct str){ text, sizeof text - 1 }) == OK);
    for (int i = 1; i < CONTRIBUTION_NOTES_MAX; i++)
        expect(add_note(&f, id, S("hm")) == OK);
    expect(add_note(&f, id, S("hm")) == CONTRIBUTION_NOTES_MANY);
    expect(audits(&f, "contribution.note") == CONTRIBUTION_NOTES_MAX);
    fund_end(&f);
}

static err erase_work(struct tx *tx, void *arg)
{
    return contribution_erase(tx, *(const int64_t *)arg, ACTOR_CLI, FUND_NOW);
}

static err delete_work(struct tx *tx, UNUSED void *arg)
{
    return query_run(query_start(tx, &note_deletes), NULL);
}

static err change_work(struct tx *tx, UNUSED void *arg)
{
    return query_run(query_start(tx, &note_changes), NULL);
}

TEST(erasing_a_gift_empties_its_notes_and_nothing_deletes_them)
{
    struct fund f = fund_start();
    const struct contribution_note *notes = NULL;
    int64_t id = fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    expect(add_note(&f, id, S("the miller's daughter")) == OK);
    expect(store_write(f.store, erase_work, &id) == OK);
    expect(notes_of(&f, id, &notes) == 1);
    expect(notes[0].body.n == 0 && notes[0].at == f.now);
    expect(add_note(&f, id, S("hm")) == OK);
    expect(store_write(f.store, delete_work, NULL) == ERR_DATA);
    expect(store_write(f.store, change_work, NULL) == ERR_DATA);
    fund_end(&f);
}

struct correcting {
    struct contribution_correction correction;
    struct fund *f;
    int64_t id;
};

static err correct_work(struct tx *tx, void *arg)
{
    struct correcting *c = arg;
    return contribution_correct(tx, &c->correction, &c->f->arena, &c->id);
}

TEST(a_correction_reverses_enters_anew_and_links_both)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "bank", "25.00 USD", "2018-05-03");
    int64_t id = 0;
    d.reference = S("R-1");
    expect(fund_try(&f, &d, &id) == OK);
    struct correcting c = { .correction = { .id = id, .draft = d }, .f = &f };
    c.correction.draft.amount = fund_amount("52.00 USD");
    expect(store_write(f.store, correct_work, &c) == CONTRIBUTION_REASON_MISSING);
    c.correction.reason = S("digits swapped");
    c.correction.draft.amount.units = 0;
    expect(store_write(f.store, correct_work, &c) == CONTRIBUTION_AMOUNT_ZERO);
    expect(fund_get(&f, id).state == CONTRIBUTION_SETTLED); // nothing of it was done
    c.correction.draft.amount = fund_amount("52.00 USD");
    expect(store_write(f.store, correct_work, &c) == OK);
    expect(fund_get(&f, id).state == CONTRIBUTION_REVERSED);
    expect_str(fund_get(&f, c.id).reference, S("R-1"));
    const struct contribution_note *notes = NULL;
    expect(notes_of(&f, id, &notes) == 2 && notes[0].kind == CONTRIBUTION_NOTE_CORRECTED);
    expect(notes[0].other == c.id);
    expect(notes_of(&f, c.id, &notes) == 1 && notes[0].kind == CONTRIBUTION_NOTE_CORRECTS);
    expect(notes[0].other == id);
    expect(store_write(f.store, correct_work, &c) == CONTRIBUTION_IS_REVERSED);
    fund_expect_sound(&f);
    fund_end(&f);
}

struct giving {
    struct fund *f;
    int64_t id, giver;
};

static err give_work(struct tx *tx, void *arg)
{
    struct giving *g = arg;
    struct contribution_draft d = fund_draft(g->f, "bank", "25.00 USD", "2018-05-03");
    err e = giver_add(
        tx, &(struct giver){ .channel = S("bank"), .name = S("Ada"), .created_at = FUND_NOW },
        &d.giver);
    g->giver = d.giver;
    return e ? e : contribution_add(tx, &d, &g->f->arena, &g->id);
}

static err erase_giver_work(struct tx *tx, void *arg)
{
    return giver_erase(tx, *(const int64_t *)arg, ACTOR_CLI, FUND_NOW);
}

TEST(a_giver_with_a_frozen_gift_is_not_erased)
{
    struct fund f = fund_start();
    struct giving g = { .f = &f };
    expect(store_write(f.store, give_work, &g) == OK);
    expect(freeze(&f, g.id, true, "a look") == OK);
    expect(store_write(f.store, erase_giver_work, &g.giver) == GIVER_IS_FROZEN);
    expect(freeze(&f, g.id, false, "all is well") == OK);
    expect(store_write(f.store, erase_giver_work, &g.giver) == OK);
    fund_end(&f);
}

TEST(a_correction_keeps_the_giver_and_is_only_of_what_was_entered_by_hand)
{
    struct fund f = fund_start();
    struct giving g = { .f = &f };
    expect(store_write(f.store, give_work, &g) == OK);
    struct correcting c = { .correction = { .id = g.id,
                                            .reason = S("digits swapped"),
                                            .draft =
                                                fund_draft(&f, "bank", "52.00 USD", "2018-05-03") },
                            .f = &f };
    expect(store_write(f.store, correct_work, &c) == OK);
    expect(fund_get(&f, c.id).giver == g.giver);
    c.correction.id = fund_paid(&f, LEDGER_BY_PROVIDER, "ch_1", "20.00 USD", "2018-05-03");
    expect(store_write(f.store, correct_work, &c) == CONTRIBUTION_NOT_BY_HAND);
    fund_end(&f);
}

TEST(a_price_by_hand_has_the_noon_of_its_day_and_never_what_is_to_come)
{
    static const struct {
        struct date day;
        err refusal;
        int64_t at;
    } days[] = {
        { { 1999, 12, 31 }, CONTRIBUTION_DAY_EARLY, 0 },
        { { 2018, 5, 6 }, CONTRIBUTION_DAY_FUTURE, 0 },
        { { 2018, 5, 3 }, OK, INT64_C(1525348800000000) },
        { { 2018, 5, 4 }, OK, FUND_NOW }, // it is ten in the morning
        { { 0, 0, 0 }, OK, FUND_NOW },
    };
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    for (size_t i = 0; i < COUNT(days); i++) {
        int64_t id = fund_add(&f, "bank", "0.5 BTC", "2018-05-03");
        struct contribution_price p = { .id = id,
                                        .price = S("9000"),
                                        .source = S("a paper"),
                                        .day = days[i].day,
                                        .by = ACTOR_CLI,
                                        .now = f.now };
        expect(fund_value(&f, &p) == days[i].refusal);
        expect(fund_get(&f, id).rate_at == days[i].at);
    }
    fund_end(&f);
}
