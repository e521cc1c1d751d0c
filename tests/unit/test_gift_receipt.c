#include "funding/gift_receipt.h"
#include "funding/giver.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/* Without these a giver could get no receipt, two, or one for a gift of long ago. */

QUERY(receipt_state, "select state from gift_receipt where contribution = $1");
QUERY(receipt_mails, "select count(*) from mail where kind = 'gift-receipt'");

struct giving {
    struct fund *f;
    const char *email, *day;
    bool pending;
    int64_t id, giver;
};

static err give_work(struct tx *tx, void *arg)
{
    struct giving *g = arg;
    struct contribution_draft d = fund_draft(g->f, "bank", "25.00 USD", g->day);
    struct giver who = { .channel = S("bank"),
                         .name = S("Reed Warbler"),
                         .email = str_from_z(g->email),
                         .created_at = FUND_NOW };
    d.pending = g->pending;
    err e = giver_add(tx, &who, &d.giver);
    g->giver = d.giver;
    return e ? e : contribution_add(tx, &d, &g->f->arena, &g->id);
}

static int64_t give(struct fund *f, const char *email, const char *day)
{
    struct giving g = { .f = f, .email = email, .day = day };
    expect(store_write(f->store, give_work, &g) == OK);
    return g.id;
}

struct ordering {
    struct receipt_round round;
    bool more;
};

static err order_work(struct tx *tx, void *arg)
{
    struct ordering *o = arg;
    return gift_receipts_order(tx, &o->round, &o->more);
}

/* Of the day 2018-05-10. */
static bool order(struct fund *f, bool send)
{
    struct ordering o = { .round = { .send = send,
                                     .today = date_to_days((struct date){ 2018, 5, 10 }),
                                     .now = FUND_NOW,
                                     .arena = &f->arena } };
    expect(store_write(f->store, order_work, &o) == OK);
    return o.more;
}

static struct str state_of(struct fund *f, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    struct str state = S("-");
    expect(store_read(f->store, &tx) == OK);
    struct stmt *s = query_start(&tx, &receipt_state);
    bind_int(s, 1, id);
    expect(query_step(s, &row) == OK);
    if (!row)
        return state;
    state = column_str(s, 0, &f->arena);
    query_end(s);
    return state;
}

static int64_t mails(struct fund *f)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(f->store, &tx) == OK);
    struct stmt *s = query_start(&tx, &receipt_mails);
    expect(query_step(s, &row) == OK && row);
    int64_t n = column_int(s, 0);
    query_end(s);
    return n;
}

TEST(a_gift_of_somebody_known_is_due_when_it_arrives_and_ordered_once)
{
    struct fund f = fund_start();
    struct giving g = {
        .f = &f, .email = "reed@example.net", .day = "2018-05-03", .pending = true
    };
    expect(store_write(f.store, give_work, &g) == OK);
    expect_str(state_of(&f, g.id), S("-")); // it is not ours yet
    expect(fund_settle(&f, g.id) == OK);
    expect_str(state_of(&f, g.id), S("due"));
    expect_str(state_of(&f, fund_paid(&f, LEDGER_BY_PROVIDER, "ch_1", "20.00 USD", "2018-05-04")),
               S("-")); // nobody is known
    for (int i = 0; i < 2; i++)
        expect(!order(&f, true));
    expect_str(state_of(&f, g.id), S("ordered"));
    expect(mails(&f) == 1);
    fund_end(&f);
}

TEST(a_receipt_is_for_gifts_of_the_last_seven_days)
{
    struct fund f = fund_start();
    int64_t last = give(&f, "reed@example.net", "2018-05-03");
    int64_t before = give(&f, "reed@example.net", "2018-05-02");
    expect(!order(&f, true));
    expect_str(state_of(&f, last), S("ordered"));
    expect_str(state_of(&f, before), S("none"));
    expect(mails(&f) == 1);
    fund_end(&f);
}

TEST(no_receipt_without_the_wish_or_an_address)
{
    struct fund f = fund_start();
    int64_t bad = give(&f, "reed at example", "2018-05-04");
    int64_t none = give(&f, "", "2018-05-04");
    expect(!order(&f, true));
    expect_str(state_of(&f, bad), S("none"));
    expect_str(state_of(&f, none), S("none"));
    int64_t unwanted = give(&f, "reed@example.net", "2018-05-04");
    expect(!order(&f, false));
    expect(!order(&f, true)); // what was decided is not taken up again
    expect_str(state_of(&f, unwanted), S("none"));
    expect(mails(&f) == 0);
    fund_end(&f);
}

TEST(receipts_are_ordered_so_many_at_a_time)
{
    struct fund f = fund_start();
    for (int i = 0; i < RECEIPT_BATCH; i++)
        (void)give(&f, "reed@example.net", "2018-05-04"); // its number is not needed
    expect(order(&f, true));
    expect(!order(&f, true));
    for (int i = 0; i < RECEIPT_BATCH + 1; i++)
        (void)give(&f, "reed@example.net", "2018-05-04"); // as above
    expect(order(&f, true));
    expect(mails(&f) == 2 * RECEIPT_BATCH);
    expect(!order(&f, true));
    expect(mails(&f) == 2 * RECEIPT_BATCH + 1);
    fund_end(&f);
}
