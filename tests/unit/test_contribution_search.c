#include "base/buf.h"
#include "funding/contribution_search.h"
#include "funding/contribution_search_sql.h"
#include "funding/giver.h"
#include "unit/fund_room.h"
#include "unit/test.h"

#include <string.h>

/* Without these the treasurer could not find a gift, or every search would read all of them. */

QUERY(plan_day, "explain query plan " SEARCH_BY_DAY);
QUERY(plan_channel, "explain query plan " SEARCH_BY_CHANNEL);
QUERY(plan_state, "explain query plan " SEARCH_BY_STATE);
QUERY(plan_frozen, "explain query plan " SEARCH_BY_FROZEN);
QUERY(plan_out, "explain query plan " SEARCH_BY_OUT);
QUERY(plan_amount, "explain query plan " SEARCH_BY_AMOUNT);
QUERY(plan_giver, "explain query plan " SEARCH_BY_GIVER);
QUERY(plan_reference, "explain query plan " SEARCH_BY_REFERENCE);
QUERY(plan_givers, "explain query plan " SEARCH_COUNT_GIVERS);
QUERY(plan_references, "explain query plan " SEARCH_COUNT_REFERENCES);
QUERY(many_gifts,
      "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)"
      " insert into contribution (channel, asset, minor, fine, day, state, source,"
      " note, reason, by_staff, created_at) select 'bank', 'USD', i, 0, 17000, 'settled',"
      " 'hand', '', '', 0, 0 from n");

static err search(struct fund *f, const struct contribution_search *q,
                  struct contribution_cursor after, struct contribution_page *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f->store, &tx) == OK);
    struct contribution_search all = *q;
    if (!all.first_day && !all.last_day) {
        all.first_day = INT64_MIN;
        all.last_day = INT64_MAX;
    }
    return contribution_search(&tx, &all, after, &f->arena, ret);
}

/* The numbers that are found, as text: "3 1". */
static struct str found(struct fund *f, struct contribution_search q)
{
    struct contribution_page page = { 0 };
    struct buf b CLEANUP(buf_free) = buf_make(1000);
    expect(search(f, &q, CONTRIBUTION_BEGIN, &page) == OK);
    for (size_t i = 0; i < page.n; i++)
        buf_print(&b, "%s%lld", i ? " " : "", (long long)page.items[i].id);
    expect(!page.more);
    return buf_copy(&b, &f->arena);
}

static void expect_plan(struct tx *tx, const struct query *q, int parameters, struct arena *a)
{
    bool row = false;
    struct stmt *s = query_start(tx, q);
    for (int i = 1; i <= parameters; i++)
        bind_int(s, i, 0);
    expect(query_step(s, &row) == OK && row);
    while (row) {
        struct str detail = column_str(s, 3, a);
        size_t at = 0;
        const char *const scans[] = { "SCAN contribution", "SCAN giver", "SCAN ledger_transaction",
                                      "SCAN payment_event", "SCAN goal" };
        for (size_t i = 0; i < COUNT(scans); i++)
            expect(!str_find(detail, str_from_z(scans[i]), &at));
        expect(query_step(s, &row) == OK);
    }
}

TEST(contribution_search_scans_no_table_whatever_leads_it)
{
    struct fund f = fund_start();
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(f.store, &tx) == OK);
    const struct query *const plans[] = { &plan_day, &plan_channel, &plan_state, &plan_frozen,
                                          &plan_out, &plan_amount,  &plan_giver };
    for (size_t i = 0; i < COUNT(plans); i++)
        expect_plan(&tx, plans[i], 11, &f.arena);
    expect_plan(&tx, &plan_reference, 14, &f.arena);
    expect_plan(&tx, &plan_givers, 3, &f.arena);
    expect_plan(&tx, &plan_references, 3, &f.arena);
    tx_end(&tx);
    fund_end(&f);
}

static err many_work(struct tx *tx, void *arg)
{
    struct stmt *s = query_start(tx, &many_gifts);
    bind_int(s, 1, *(const int64_t *)arg);
    return query_run(s, NULL);
}

TEST(contribution_search_looks_at_a_bounded_number_of_rows_and_goes_on_from_there)
{
    struct fund f = fund_start();
    struct contribution_search q = { .channel = S("bank"), .state = SEARCH_UNVALUED };
    struct contribution_page page = { 0 };
    int64_t n = SEARCH_WALK + 1;
    expect(store_write(f.store, many_work, &n) == OK);
    expect(search(&f, &q, CONTRIBUTION_BEGIN, &page) == OK);
    expect(page.n == 0 && page.more && page.next.id == 2);
    expect(search(&f, &q, page.next, &page) == OK);
    expect(page.n == 0 && !page.more);
    fund_end(&f);
}

TEST(contribution_search_pages_lose_and_repeat_nothing)
{
    struct fund f = fund_start();
    struct contribution_search q = { .channel = S("bank") };
    struct contribution_cursor at = CONTRIBUTION_BEGIN;
    struct contribution_page page = { .more = true };
    int64_t n = 2 * CONTRIBUTION_PAGE + 1;
    int64_t next = n;
    expect(store_write(f.store, many_work, &n) == OK);
    for (; page.more; at = page.next) {
        expect(search(&f, &q, at, &page) == OK);
        for (size_t i = 0; i < page.n; i++)
            expect(page.items[i].id == next--);
    }
    expect(next == 0);
    fund_end(&f);
}

struct freezing {
    int64_t id;
};

static err freeze_work(struct tx *tx, void *arg)
{
    const struct freezing *z = arg;
    return contribution_freeze(
        tx,
        &(struct contribution_freezing){
            .id = z->id, .frozen = true, .reason = S("a look"), .by = ACTOR_CLI, .now = FUND_NOW });
}

TEST(contribution_search_finds_by_channel_state_day_and_amount)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    int64_t bank = fund_add(&f, "bank", "25.00 USD", "2018-05-01");
    int64_t paypal = fund_promise(&f, "paypal", "25.00 USD", "2018-05-02");
    int64_t coin = fund_add(&f, "bitcoin", "0.5 BTC", "2018-05-03");
    int64_t gone = fund_add(&f, "bank", "7.00 USD", "2018-05-03");
    expect(bank == 1 && paypal == 2 && coin == 3 && gone == 4);
    expect(fund_reverse(&f, gone) == OK);
    expect(store_write(f.store, freeze_work, &(struct freezing){ bank }) == OK);
    expect_str(found(&f, (struct contribution_search){ 0 }), S("4 3 2 1"));
    expect_str(found(&f, (struct contribution_search){ .channel = S("bank") }), S("4 1"));
    expect_str(found(&f, (struct contribution_search){ .state = SEARCH_PENDING }), S("2"));
    expect_str(found(&f, (struct contribution_search){ .state = SEARCH_SETTLED }), S("3 1"));
    expect_str(found(&f, (struct contribution_search){ .state = SEARCH_UNVALUED }), S("3"));
    expect_str(found(&f, (struct contribution_search){ .state = SEARCH_FROZEN }), S("1"));
    expect_str(found(&f, (struct contribution_search){ .state = SEARCH_REFUNDED }), S("4"));
    expect_str(found(&f, (struct contribution_search){ .state = SEARCH_REVERSED }), S("4"));
    expect_str(found(&f, (struct contribution_search){ .amount = fund_amount("25.00 USD") }),
               S("2 1"));
    expect_str(found(&f, (struct contribution_search){ .amount = fund_amount("25.00 USD"),
                                                       .channel = S("bank") }),
               S("1"));
    expect_str(found(&f, (struct contribution_search){ .amount = fund_amount("0.5 BTC"),
                                                       .state = SEARCH_PENDING }),
               S(""));
    expect_str(found(&f, (struct contribution_search){ .first_day = fund_day("2018-05-02"),
                                                       .last_day = fund_day("2018-05-02") }),
               S("2"));
    expect_str(found(&f, (struct contribution_search){ .first_day = fund_day("2018-05-02"),
                                                       .last_day = INT64_MAX }),
               S("4 3 2"));
    expect_str(found(&f, (struct contribution_search){ .first_day = INT64_MIN,
                                                       .last_day = fund_day("2018-05-02") }),
               S("2 1"));
    fund_end(&f);
}

struct paying {
    struct payment_event event;
    struct fund *f;
};

static err pay_work(struct tx *tx, void *arg)
{
    struct paying *p = arg;
    struct payment_result got = { 0 };
    return payment_take(tx, &p->event, p->f->now, &p->f->arena, &got);
}

static void pay(struct fund *f, const char *object, const char *reference, struct payer payer)
{
    struct paying p = {
        .event = { .channel = S("stripe"),
                   .kind = PAYMENT_RECEIVED,
                   .object = str_from_z(object),
                   .amount = fund_amount("5.00 USD"),
                   .occurred_at = f->now,
                   .day = fund_day("2018-05-03"),
                   .source = *reference ? LEDGER_BY_CHAIN : LEDGER_BY_PROVIDER,
                   .reference = str_from_z(reference),
                   .payer = payer },
        .f = f,
    };
    expect(store_write(f->store, pay_work, &p) == OK);
}

TEST(contribution_search_finds_by_giver_and_by_what_a_reference_begins_with)
{
    struct fund f = fund_start();
    struct contribution_draft d = fund_draft(&f, "bank", "9 USD", "2018-05-01");
    int64_t id = 0;
    d.reference = S("R-17");
    expect(fund_try(&f, &d, &id) == OK);
    pay(&f, "ch_1", "", (struct payer){ .name = S("Ada Reed"), .email = S("Ada@river.test") });
    pay(&f, "ch_2", "", (struct payer){ .name = S("Adam"), .email = S("adam@river.test") });
    pay(&f, "aa11:0", "aa11:0", (struct payer){ .name = S("Ole") });
    pay(&f, "aa11:1", "aa11:1", (struct payer){ 0 });
    expect_str(found(&f, (struct contribution_search){ .giver = S("ada") }), S("3 2"));
    expect_str(found(&f, (struct contribution_search){ .giver = S("ADA R") }), S("2"));
    expect_str(found(&f, (struct contribution_search){ .giver = S("ada@RIVER.test") }), S("2"));
    expect_str(found(&f, (struct contribution_search){ .giver = S("reed") }), S(""));
    expect_str(found(&f, (struct contribution_search){ .giver = S("ada"),
                                                       .amount = fund_amount("6 USD") }),
               S(""));
    expect_str(found(&f, (struct contribution_search){ .reference = S("aa11") }), S("5 4"));
    expect_str(found(&f, (struct contribution_search){ .reference = S("aa11:1") }), S("5"));
    expect_str(found(&f, (struct contribution_search){ .reference = S("ch_") }), S("3 2"));
    expect_str(found(&f, (struct contribution_search){ .reference = S("R-17") }), S("1"));
    expect_str(found(&f, (struct contribution_search){ .reference = S("ch_"), .giver = S("adam") }),
               S("3"));
    expect_str(found(&f, (struct contribution_search){ .reference = S("%") }), S(""));
    fund_end(&f);
}

QUERY(many_givers, "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)"
                   " insert into giver (channel, name, email, message, named, created_at)"
                   " select 'bank', 'Ada', '', '', 0, 0 from n");

static err givers_work(struct tx *tx, void *arg)
{
    struct stmt *s = query_start(tx, &many_givers);
    bind_int(s, 1, *(const int64_t *)arg);
    return query_run(s, NULL);
}

QUERY(many_references,
      "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)"
      " insert into contribution (channel, asset, minor, fine, day, state, source, reference,"
      " note, reason, by_staff, created_at) select 'bank', 'USD', i, 0, 17000, 'settled',"
      " 'hand', 'r' || i, '', '', 0, 0 from n");

static err references_work(struct tx *tx, void *arg)
{
    struct stmt *s = query_start(tx, &many_references);
    bind_int(s, 1, *(const int64_t *)arg);
    return query_run(s, NULL);
}

TEST(contribution_search_asks_for_more_where_too_many_begin_so)
{
    struct fund f = fund_start();
    struct contribution_search by_giver = { .giver = S("a") };
    struct contribution_search by_reference = { .reference = S("r") };
    struct contribution_page page = { 0 };
    int64_t n = SEARCH_GIVERS_MAX;
    int64_t one = 1;
    expect(store_write(f.store, givers_work, &n) == OK);
    expect(search(&f, &by_giver, CONTRIBUTION_BEGIN, &page) == OK);
    expect(store_write(f.store, givers_work, &one) == OK);
    expect(search(&f, &by_giver, CONTRIBUTION_BEGIN, &page) == SEARCH_GIVERS_MANY);
    n = SEARCH_REFERENCES_MAX + 1;
    expect(store_write(f.store, references_work, &n) == OK);
    expect(search(&f, &by_reference, CONTRIBUTION_BEGIN, &page) == SEARCH_REFERENCES_MANY);
    fund_end(&f);
}

TEST(contribution_search_states_have_names)
{
    for (int i = 0; i < SEARCH_STATES; i++) {
        enum search_state s = SEARCH_ANY;
        expect(search_state_parse(search_state_name((enum search_state)i), &s) && (int)s == i);
    }
    enum search_state s = SEARCH_ANY;
    expect(!search_state_parse(S("lost"), &s));
}
