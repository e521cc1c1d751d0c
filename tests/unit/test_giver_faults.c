#include "funding/gift_receipt.h"
#include "funding/giver_wish.h"
#include "funding/giver_year.h"
#include "funding/givers_export.h"
#include "store/job.h"
#include "unit/fund_room.h"
#include "unit/test.h"

/* Without these a giver could be half erased, or told that all is well, on a database that cannot
 * be read or written; and a receipt could be made for what went back. */

#define BROKEN(table)                                                                              \
    "create view if not exists " table " as select * from gone"                                    \
    " where abs(-9223372036854775807 - 1) > 0"
#define SHUT(what) " before " what " begin select raise(abort, 'no'); end"
QUERY(giver_gone, "alter table giver rename to gone");
QUERY(giver_broken, BROKEN("giver"));
QUERY(gift_gone, "alter table contribution rename to gone");
QUERY(gift_broken, BROKEN("contribution"));
QUERY(giver_shut_add, "create trigger t_a" SHUT("insert on giver"));
QUERY(giver_shut_set, "create trigger t_b" SHUT("update on giver"));
QUERY(gift_shut_set, "create trigger t_c" SHUT("update on contribution"));
QUERY(receipt_shut_add, "create trigger t_d" SHUT("insert on gift_receipt"));
QUERY(receipt_shut_set, "create trigger t_e" SHUT("update on gift_receipt"));
QUERY(mail_shut_add, "create trigger t_f" SHUT("insert on mail"));
QUERY(job_shut_add, "create trigger t_g" SHUT("insert on job"));
QUERY(audit_shut_add, "create trigger t_h" SHUT("insert on audit"));

static const char config[] = "[site]\nurl = https://river.test\ntitle = River\n"
                             "[mail]\nserver = smtp://127.0.0.1:9\nfrom = news@river.test\n";

/* ---- what is done with givers, one function each */

enum {
    GIFT_ONE = 1,
    GIFT_TWO,
    GIFT_BARE
}; /* gifts; the first two are of givers of the same number */

static err give_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    int64_t id = 0;
    struct contribution_draft d = fund_draft(&o->fund, "bank", "25.00 USD", "2018-05-03");
    struct giver who = { .channel = S("bank"),
                         .name = S("Reed"),
                         .email = S("reed@example.net"),
                         .created_at = FUND_NOW };
    err e = giver_add(tx, &who, &d.giver);
    return e ? e : contribution_add(tx, &d, &o->fund.arena, &id);
}

static err set_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    return giver_set(tx,
                     &(struct giver_word){ .contribution = GIFT_BARE,
                                           .name = S("Sedge"),
                                           .email = S("sedge@example.net"),
                                           .by = ACTOR_CLI,
                                           .now = FUND_NOW },
                     &o->fund.arena);
}

static err order_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    struct receipt_round r = {
        .send = true, .today = fund_day("2018-05-04"), .now = FUND_NOW, .arena = &o->fund.arena
    };
    bool more = false;
    return gift_receipts_order(tx, &r, &more);
}

static err send_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    return gift_receipt_send(tx, GIFT_ONE, ACTOR_CLI, FUND_NOW, &o->fund.arena);
}

static err came_back_work(struct tx *tx, UNUSED void *arg)
{
    return gift_receipt_failed(tx, &(struct mail_order){ .subject = GIFT_ONE }, FUND_NOW);
}

static err wish_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    struct giver_wish w = { .giver = GIFT_TWO, .named = true, .by = ACTOR_CLI, .now = FUND_NOW };
    return giver_wish_named(tx, &w, &o->fund.arena);
}

static err year_send_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    return giver_year_send(tx, GIFT_TWO, 2018, ACTOR_CLI, FUND_NOW, &o->fund.arena);
}

static err send_all_work(struct tx *tx, UNUSED void *arg)
{
    return giver_year_send_all(tx, 2018, ACTOR_CLI, FUND_NOW);
}

static err forget_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    return giver_forget_all(tx, GIFT_TWO, ACTOR_CLI, FUND_NOW, &o->fund.arena);
}

static err find_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    struct giver_found found = { 0 };
    err e = giver_find(tx, S(""), INT64_MAX, &o->fund.arena, &found);
    if (!e)
        e = giver_find(tx, S("Reed"), 0, &o->fund.arena, &found);
    return e ? e : giver_find(tx, S("reed@example.net"), 0, &o->fund.arena, &found);
}

static err gifts_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    const int64_t *ids = NULL;
    size_t n = 0;
    return giver_gifts(tx, GIFT_ONE, &o->fund.arena, &ids, &n);
}

static err years_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    const int *years = NULL;
    size_t n = 0;
    return giver_years(tx, GIFT_ONE, &o->fund.arena, &years, &n);
}

static err export_work(struct tx *tx, void *arg)
{
    struct fund_room *o = arg;
    struct givers_export x = { .year = 2018 };
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    err e = givers_export_start(tx, &x);
    return e ? e : givers_export_piece(tx, &x, &o->fund.arena, &out);
}

/* In their order: whoever was erased cannot be named. */
enum work {
    GIVE,
    SET,
    ORDER,
    SEND,
    CAME_BACK,
    WISH,
    YEAR_SEND,
    SEND_ALL,
    FIND,
    GIFTS,
    YEARS,
    EXPORT,
    FORGET,
    WORKS_IN_TX,
    RECEIPT_COMPOSE = WORKS_IN_TX,
    YEAR_COMPOSE,
    RECEIPT_JOB,
    YEAR_JOB,
    RECEIPT_PROMISE,
    WORKS
};
static err (*const works[WORKS_IN_TX])(struct tx *tx, void *arg) = {
    [GIVE] = give_work,           [SET] = set_work,
    [ORDER] = order_work,         [SEND] = send_work,
    [CAME_BACK] = came_back_work, [WISH] = wish_work,
    [YEAR_SEND] = year_send_work, [SEND_ALL] = send_all_work,
    [FIND] = find_work,           [GIFTS] = gifts_work,
    [YEARS] = years_work,         [EXPORT] = export_work,
    [FORGET] = forget_work,
};

static err do_work(struct fund_room *o, enum work w)
{
    struct mail m = { 0 };
    struct mail_order order = { .subject = GIFT_ONE, .detail = 2018 };
    struct job job = { .subject = 2018 };
    if (w == RECEIPT_COMPOSE)
        return gift_receipt_compose(&o->app, &o->setup, &order, &o->fund.arena, &m);
    if (w == YEAR_COMPOSE)
        return giver_year_compose(&o->app, &o->setup, &order, &o->fund.arena, &m);
    if (w == RECEIPT_JOB)
        return gift_receipt_job(&o->app, &o->setup);
    if (w == RECEIPT_PROMISE)
        return gift_receipt_promise(&o->app);
    if (w == YEAR_JOB)
        return giver_year_job(&o->app, &job);
    return store_write(o->app.store, works[w], o);
}

static void sample(struct fund_room *o)
{
    fund_room_start(o, config);
    expect(do_work(o, GIVE) == OK && do_work(o, GIVE) == OK);
    expect(fund_add(&o->fund, "bank", "3.00 USD", "2018-05-03") == GIFT_BARE);
}

TEST(each_thing_done_with_givers_works_on_what_these_tests_break)
{
    for (int w = 0; w < WORKS; w++) {
        struct fund_room o = { 0 };
        sample(&o);
        err e = do_work(&o, (enum work)w);
        if (e)
            printf("# work %d: %d\n", w, (int)e);
        expect(e == OK);
        fund_expect_sound(&o.fund);
        fund_room_end(&o);
    }
}

/* ---- faults, and what must fail of them */

#define W(x) (1u << (x))
#define READERS                                                                                    \
    (W(ORDER) | W(SEND) | W(YEAR_SEND) | W(GIFTS) | W(YEARS) | W(EXPORT) | W(RECEIPT_COMPOSE) |    \
     W(YEAR_COMPOSE) | W(RECEIPT_JOB) | W(YEAR_JOB))
static const struct fault_case {
    const struct query *broken[2];
    unsigned fails;
} cases[] = {
    { { &giver_gone, &giver_broken }, READERS | W(FIND) },
    { { &gift_gone, &gift_broken }, READERS | W(CAME_BACK) | W(FORGET) },
    { { &giver_shut_add }, W(GIVE) | W(SET) },
    { { &giver_shut_set }, W(CAME_BACK) | W(WISH) | W(FORGET) },
    { { &gift_shut_set }, W(SET) },
    { { &receipt_shut_add }, W(GIVE) | W(SET) | W(SEND) },
    { { &receipt_shut_set }, W(ORDER) | W(SEND) | W(RECEIPT_JOB) },
    { { &mail_shut_add }, W(ORDER) | W(SEND) | W(YEAR_SEND) | W(RECEIPT_JOB) | W(YEAR_JOB) },
    { { &job_shut_add }, W(SEND_ALL) | W(RECEIPT_JOB) | W(RECEIPT_PROMISE) },
    { { &audit_shut_add },
      W(GIVE) | W(SET) | W(SEND) | W(WISH) | W(YEAR_SEND) | W(SEND_ALL) | W(FORGET) },
};

static err run_query(struct tx *tx, void *arg)
{
    const struct query *const *q = arg;
    return query_run(query_start(tx, *q), NULL);
}

/* What fails is undone, so one newsroom does for all that does. */
TEST(whatever_cannot_be_read_or_written_of_givers_fails_and_says_so)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fund_room o = { 0 };
        unsigned failed = 0;
        sample(&o);
        for (int k = 0; k < 2 && cases[i].broken[k]; k++) {
            const struct query *q = cases[i].broken[k];
            expect(store_write(o.app.store, run_query, &q) == OK);
        }
        for (int w = 0; w < WORKS; w++)
            if ((cases[i].fails & W(w)) && do_work(&o, (enum work)w) < 0)
                failed |= W(w);
        if (failed != cases[i].fails)
            printf("# %s: %x\n", cases[i].broken[0]->name, failed);
        expect(failed == cases[i].fails);
        fund_room_end(&o);
    }
}

/* ---- what changed between the order of a mail and its turn */

static err freeze_work(struct tx *tx, UNUSED void *arg)
{
    return contribution_freeze(tx, &(struct contribution_freezing){ .id = GIFT_ONE,
                                                                    .frozen = true,
                                                                    .reason = S("a look"),
                                                                    .by = ACTOR_CLI,
                                                                    .now = FUND_NOW });
}

static err erase_work(struct tx *tx, UNUSED void *arg)
{
    return giver_erase(tx, GIFT_ONE, ACTOR_CLI, FUND_NOW);
}

TEST(no_receipt_is_made_of_what_was_set_aside_went_back_or_is_nobodys)
{
    struct fund_room o = { 0 };
    struct mail m = { 0 };
    struct mail_order gone = { .subject = 99 };
    struct mail_order bare = { .subject = GIFT_BARE };
    sample(&o);
    expect(gift_receipt_compose(&o.app, &o.setup, &bare, &o.fund.arena, &m) == MAIL_DROP);
    expect(gift_receipt_compose(&o.app, &o.setup, &gone, &o.fund.arena, &m) == MAIL_DROP);
    expect(giver_year_compose(&o.app, &o.setup, &gone, &o.fund.arena, &m) == MAIL_DROP);
    expect(do_work(&o, RECEIPT_COMPOSE) == OK);
    expect(store_write(o.app.store, freeze_work, NULL) == OK);
    expect(do_work(&o, RECEIPT_COMPOSE) == MAIL_DROP && do_work(&o, SEND) == RECEIPT_FROZEN);
    expect(do_work(&o, YEAR_COMPOSE) == OK); // it is counted
    expect(store_write(o.app.store, erase_work, NULL) == GIVER_IS_FROZEN);
    fund_room_end(&o);
    sample(&o);
    expect(store_write(o.app.store, erase_work, NULL) == OK);
    expect(do_work(&o, RECEIPT_COMPOSE) == MAIL_DROP && do_work(&o, SEND) == RECEIPT_NOBODY);
    expect(do_work(&o, YEAR_COMPOSE) == MAIL_DROP);
    fund_room_end(&o);
    sample(&o);
    expect(fund_reverse(&o.fund, GIFT_ONE) == OK);
    expect(do_work(&o, RECEIPT_COMPOSE) == MAIL_DROP && do_work(&o, SEND) == RECEIPT_NOT_SETTLED);
    expect(fund_reverse(&o.fund, GIFT_TWO) == OK);
    expect(do_work(&o, YEAR_COMPOSE) == MAIL_DROP); // nothing is left of that year
    fund_room_end(&o);
}
