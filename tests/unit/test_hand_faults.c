#include "funding/accounts_export.h"
#include "funding/contribution_note.h"
#include "funding/hand_entry.h"
#include "funding/ledger_csv.h"
#include "people/person.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/* Without these a database that cannot be read or written could leave half of what a treasurer did:
 * an approval without its gift, a freeze without its reason. */

#define BROKEN " as select * from gone where abs(-9223372036854775807 - 1) > 0"
QUERY(hand_gone_entry, "alter table hand_entry rename to gone");
QUERY(hand_broken_entry, "create view if not exists hand_entry" BROKEN);
QUERY(hand_gone_note, "alter table contribution_note rename to gone");
QUERY(hand_broken_note, "create view if not exists contribution_note" BROKEN);
QUERY(hand_gone_gift, "alter table contribution rename to gone");
QUERY(hand_broken_gift, "create view if not exists contribution" BROKEN);
QUERY(hand_gone_goal, "alter table goal rename to gone");
QUERY(hand_broken_goal, "create view if not exists goal" BROKEN);
QUERY(hand_gone_transaction, "alter table ledger_transaction rename to gone");
QUERY(hand_broken_transaction, "create view if not exists ledger_transaction" BROKEN);
QUERY(hand_gone_ledger, "alter table ledger_entry rename to gone");
QUERY(hand_broken_ledger, "create view if not exists ledger_entry" BROKEN);
#define SHUT " begin select raise(abort, 'no'); end"
QUERY(hand_shut_insert, "create trigger hand_shut before insert on hand_entry" SHUT);
QUERY(hand_shut_update, "create trigger hand_shut before update on hand_entry" SHUT);
QUERY(hand_shut_note, "create trigger hand_shut before insert on contribution_note" SHUT);
QUERY(hand_shut_notes, "create trigger hand_shut before update on contribution_note" SHUT);
QUERY(hand_shut_gift, "create trigger hand_shut before insert on contribution" SHUT);
QUERY(hand_shut_change, "create trigger hand_shut before update on contribution" SHUT);
QUERY(hand_shut_ledger, "create trigger hand_shut before insert on ledger_entry" SHUT);
QUERY(hand_shut_audit, "create trigger hand_shut before insert on audit" SHUT);

/* A way to break the store, and the deeds (below) that meet it: those that read a table before they
 * would write it, or write it. Each has a newsroom of its own. */
struct fault_case {
    const struct query *first, *second;
    unsigned deeds; /* bits */
};
#define D(n) (1U << (n))
static const struct fault_case unreadable[] = {
    { &hand_gone_entry, &hand_broken_entry, D(0) | D(4) | D(6) | D(8) },
    { &hand_gone_note, &hand_broken_note, D(0) },
    { &hand_gone_gift, &hand_broken_gift, D(2) | D(3) | D(4) | D(7) | D(8) | D(9) | D(11) | D(14) },
    { &hand_gone_goal, &hand_broken_goal, D(1) | D(3) | D(4) | D(5) | D(7) | D(8) },
    { &hand_gone_transaction, &hand_broken_transaction, D(0) },
    { &hand_gone_ledger, &hand_broken_ledger, D(14) },
};
static const struct fault_case unwritable[] = {
    { &hand_shut_insert, NULL, D(0) | D(2) | D(4) },
    { &hand_shut_update, NULL, D(5) | D(6) | D(8) | D(13) },
    { &hand_shut_note, NULL, D(3) | D(7) | D(9) | D(10) | D(11) },
    { &hand_shut_notes, NULL, D(13) },
    { &hand_shut_gift, NULL, D(1) | D(3) | D(5) | D(7) },
    { &hand_shut_change, NULL, D(3) | D(8) | D(9) | D(11) | D(12) | D(13) | D(14) },
    { &hand_shut_ledger, NULL, D(1) | D(3) | D(5) | D(8) | D(11) | D(14) },
    { &hand_shut_audit, NULL, D(0) | D(1) | D(5) | D(6) | D(9) | D(12) | D(13) },
};

#define BY    ((struct actor){ .person = 1, .name = S("somebody") })
#define OTHER ((struct actor){ .person = 2, .name = S("another") })
enum { PLAIN = 1, COIN, FROZEN, PAID /* gifts */, ADDED = 1, CORRECTED, VALUED /* entries */ };

/* One thing a treasurer does or looks at. */
struct deed {
    struct fund *f;
    int which;
};
enum { DEEDS = 15 };

static err enter(struct tx *tx, struct fund *f, enum hand_kind kind, const char *amount)
{
    struct hand_rule rule = { .above = { fund_amount("100.00 USD") }, .n = 1 };
    struct hand_done done = { 0 };
    struct hand_wish w = { .kind = kind,
                           .entry = { .draft = fund_draft(f, "bank", amount, "2018-05-03") },
                           .price = { .id = COIN,
                                      .price = S("90000"),
                                      .source = S("a paper"),
                                      .by = BY,
                                      .now = f->now } };
    w.entry.draft.by = BY;
    if (kind == HAND_CORRECT) {
        w.entry.id = PLAIN;
        w.entry.reason = S("digits swapped");
    }
    return hand_enter(tx, &rule, &w, &f->arena, &done);
}

static err decide(struct tx *tx, struct fund *f, int64_t id, bool approve)
{
    int64_t contribution = 0;
    struct hand_decision d = {
        .id = id, .approve = approve, .why = S("no paper"), .by = OTHER, .now = f->now
    };
    return hand_decide(tx, &d, &f->arena, &contribution);
}

static err freeze(struct tx *tx, struct fund *f, int64_t id, bool frozen)
{
    struct contribution_freezing z = {
        .id = id, .frozen = frozen, .reason = S("a look"), .by = BY, .now = f->now
    };
    return contribution_freeze(tx, &z);
}

static err refund(struct tx *tx, struct fund *f)
{
    int64_t transaction = 0;
    struct contribution_part p = { .id = PLAIN,
                                   .kind = LEDGER_REFUND,
                                   .amount = fund_amount("1.00 USD"),
                                   .reason = S("asked for it"),
                                   .by = BY,
                                   .now = f->now };
    return contribution_take_back(tx, &p, &f->arena, &transaction);
}

static err put_back(struct tx *tx, struct fund *f)
{
    int64_t transaction = 0;
    struct contribution_undo u = {
        .id = PAID, .transaction = 6, .kind = LEDGER_REFUND_FAILED, .by = BY, .now = f->now
    };
    return contribution_put_back(tx, &u, &f->arena, &transaction);
}

static err deed_work(struct tx *tx, void *arg)
{
    const struct deed *d = arg;
    struct fund *f = d->f;
    static const char hash[] = "0123456789abcdef0123456789abcdef";
    switch (d->which) {
    case 0: return enter(tx, f, HAND_ADD, "500.00 USD");
    case 1: return enter(tx, f, HAND_ADD, "5.00 USD");
    case 2: return enter(tx, f, HAND_CORRECT, "500.00 USD");
    case 3: return enter(tx, f, HAND_CORRECT, "5.00 USD");
    case 4: return enter(tx, f, HAND_VALUE, "1.00 USD");
    case 5: return decide(tx, f, ADDED, true);
    case 6: return decide(tx, f, ADDED, false);
    case 7: return decide(tx, f, CORRECTED, true);
    case 8: return decide(tx, f, VALUED, true);
    case 9: return freeze(tx, f, PLAIN, true);
    case 10: return freeze(tx, f, FROZEN, false);
    case 11: return refund(tx, f);
    case 12: return contribution_set_evidence(tx, PLAIN, (struct str){ hash, 32 }, BY, f->now);
    case 13: return contribution_erase(tx, PLAIN, BY, f->now);
    default: return put_back(tx, f);
    }
}

static err note_work(struct tx *tx, void *arg)
{
    const struct fund *f = arg;
    struct contribution_note_draft d = {
        .contribution = PLAIN, .body = S("hm"), .by = BY, .now = f->now
    };
    return contribution_note_add(tx, &d);
}

static int look(struct fund *f)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    struct accounts_export x = { .end_day = LEDGER_END_DAY };
    const struct hand_entry *entries = NULL;
    const struct contribution_note *notes = NULL;
    const struct ledger_row *rows = NULL;
    int64_t count = 0;
    size_t n = 0;
    expect(store_read(f->store, &tx) == OK);
    const err got[] = {
        hand_list(&tx, &f->arena, &entries, &n),
        hand_waiting_count(&tx, &count),
        contribution_notes(&tx, PLAIN, &f->arena, &notes, &n),
        ledger_rows_of(&tx, PLAIN, &f->arena, &rows, &n),
        accounts_export_start(&tx, &x),
        accounts_export_piece(&tx, &x, &f->arena, &out),
    };
    x = (struct accounts_export){ .end_day = LEDGER_END_DAY, .last = 5 };
    int failed = accounts_export_piece(&tx, &x, &f->arena, &out) < 0;
    for (size_t i = 0; i < COUNT(got); i++)
        failed += got[i] < 0;
    return failed;
}

static err run_query(struct tx *tx, void *arg)
{
    const struct query *const *q = arg;
    return query_run(query_start(tx, *q), NULL);
}

static void run(struct fund *f, const struct query *q)
{
    expect(store_write(f->store, run_query, &q) == OK);
}

static err people_work(struct tx *tx, UNUSED void *arg)
{
    int64_t id = 0;
    struct person_draft d = {
        .name = S("Somebody"), .email = S("a@river.test"), .role = ROLE_TREASURER, .now = FUND_NOW
    };
    err e = person_add(tx, ACTOR_CLI, &d, &id);
    d.email = S("b@river.test");
    return e ? e : person_add(tx, ACTOR_CLI, &d, &id);
}

static void do_deed(struct fund *f, int which, err wanted)
{
    struct deed d = { f, which };
    expect(store_write(f->store, deed_work, &d) == wanted);
}

/* Gifts of every sort, and entries of every kind that wait. */
static struct fund sample(void)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(store_write(f.store, people_work, NULL) == OK);
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    expect(fund_add(&f, "bank", "25.00 USD", "2018-05-03") == PLAIN);
    expect(fund_add(&f, "bank", "0.5 BTC", "2018-05-03") == COIN);
    expect(fund_add(&f, "bank", "3.00 USD", "2018-05-03") == FROZEN);
    expect(fund_paid(&f, LEDGER_BY_PROVIDER, "ch_1", "20.00 USD", "2018-05-03") == PAID);
    fund_event(&f, PAYMENT_REFUND, "re_1", "ch_1", "2.00 USD");
    fund_event(&f, PAYMENT_REFUND, "re_2", "ch_1", "1.00 USD"); // the sixth transaction
    expect(store_write(f.store, note_work, &f) == OK);
    do_deed(&f, 0, OK);
    do_deed(&f, 2, OK);
    do_deed(&f, 4, OK);
    return f;
}

static err freeze_work(struct tx *tx, void *arg)
{
    return freeze(tx, arg, FROZEN, true);
}

/* How much of what meets the fault failed. */
static int do_all(const struct fault_case *c, bool sound)
{
    int failed = 0;
    for (int i = 0; i < DEEDS; i++) {
        if (!(c->deeds & D(i)))
            continue;
        struct fund f = sample();
        struct deed d = { &f, i };
        expect(store_write(f.store, freeze_work, &f) == OK);
        run(&f, c->first);
        if (c->second)
            run(&f, c->second);
        failed += store_write(f.store, deed_work, &d) < 0;
        failed += store_write(f.store, note_work, &f) < 0;
        failed += look(&f);
        if (sound)
            fund_expect_sound(&f);
        fund_end(&f);
    }
    if (!failed)
        printf("# %s: nothing failed\n", c->first->name);
    return failed;
}

TEST(whatever_table_cannot_be_read_what_a_treasurer_does_fails_and_says_so)
{
    for (size_t i = 0; i < COUNT(unreadable); i++)
        expect(do_all(&unreadable[i], false) > 0);
}

TEST(whatever_table_cannot_be_written_nothing_is_done_by_half)
{
    for (size_t i = 0; i < COUNT(unwritable); i++)
        expect(do_all(&unwritable[i], true) > 0);
}

TEST(each_thing_a_treasurer_does_works_on_what_these_tests_break)
{
    for (int i = 0; i < DEEDS; i++) {
        struct fund f = sample();
        expect(store_write(f.store, freeze_work, &f) == OK);
        do_deed(&f, i, OK);
        expect(look(&f) == 0);
        fund_expect_sound(&f);
        fund_end(&f);
    }
}
