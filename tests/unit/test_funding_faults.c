#include "funding/daily_head.h"
#include "funding/funding_api.h"
#include "funding/funding_http.h"
#include "funding/giver.h"
#include "funding/goal_close.h"
#include "funding/goal_mark.h"
#include "funding/ledger_export.h"
#include "funding/receipt.h"
#include "unit/fund_room.h"
#include "unit/http_client.h"
#include "unit/test.h"

/* Without these a database that cannot be read could end the program, or leave half a change
 * behind, or be taken for an empty ledger. Each table is taken away in turn, and everything is
 * asked. */

QUERY(test_gone_head, "alter table ledger_head rename to gone");
QUERY(test_broken_head, "create view if not exists ledger_head as select * from gone where "
                        "abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_entry, "alter table ledger_entry rename to gone");
QUERY(test_broken_entry, "create view if not exists ledger_entry as select * from gone where "
                         "abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_transaction, "alter table ledger_transaction rename to gone");
QUERY(test_broken_transaction, "create view if not exists ledger_transaction as select * from gone "
                               "where abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_day, "alter table ledger_day rename to gone");
QUERY(test_broken_day, "create view if not exists ledger_day as select * from gone where "
                       "abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_goal, "alter table goal rename to gone");
QUERY(
    test_broken_goal,
    "create view if not exists goal as select * from gone where abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_close, "alter table goal_close rename to gone");
QUERY(test_broken_close, "create view if not exists goal_close as select * from gone where "
                         "abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_mark, "alter table goal_mark rename to gone");
QUERY(test_broken_mark, "create view if not exists goal_mark as select * from gone where "
                        "abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_contribution, "alter table contribution rename to gone");
QUERY(test_broken_contribution, "create view if not exists contribution as select * from gone "
                                "where abs(-9223372036854775807 - 1) > 0");
QUERY(test_gone_giver, "alter table giver rename to gone");
QUERY(test_broken_giver, "create view if not exists giver as select * from gone where "
                         "abs(-9223372036854775807 - 1) > 0");
QUERY(test_shut_head, "create trigger test_shut_head before insert on ledger_head begin select "
                      "raise(abort, 'no'); end");
QUERY(test_shut_close, "create trigger test_shut_close before insert on goal_close begin select "
                       "raise(abort, 'no'); end");
QUERY(test_shut_mark, "create trigger test_shut_mark before insert on goal_mark begin select "
                      "raise(abort, 'no'); end");
QUERY(test_shut_unmark, "create trigger test_shut_unmark before delete on goal_mark begin select "
                        "raise(abort, 'no'); end");
QUERY(test_shut_mail,
      "create trigger test_shut_mail before insert on mail begin select raise(abort, 'no'); end");
QUERY(test_shut_job,
      "create trigger test_shut_job before insert on job begin select raise(abort, 'no'); end");
QUERY(test_shut_audit,
      "create trigger test_shut_audit before insert on audit begin select raise(abort, 'no'); end");
static const struct query *const unreadable[][2] = {
    { &test_gone_head, &test_broken_head },
    { &test_gone_entry, &test_broken_entry },
    { &test_gone_transaction, &test_broken_transaction },
    { &test_gone_day, &test_broken_day },
    { &test_gone_goal, &test_broken_goal },
    { &test_gone_close, &test_broken_close },
    { &test_gone_mark, &test_broken_mark },
    { &test_gone_contribution, &test_broken_contribution },
    { &test_gone_giver, &test_broken_giver },
};
static const struct query *const unwritable[] = {
    &test_shut_head, &test_shut_close, &test_shut_mark,  &test_shut_unmark,
    &test_shut_mail, &test_shut_job,   &test_shut_audit,
};

static const struct route routes[] = {
    { .method = HTTP_GET, .pattern = "/funding", .run = funding_page_get, .query = "after goals" },
    { .method = HTTP_GET,
      .pattern = "/funding/ledger",
      .run = funding_ledger_page,
      .query = "before" },
    { .method = HTTP_GET, .pattern = "/funding/ledger.json", .run = funding_export_get },
    { .method = HTTP_GET, .pattern = "/funding/ledger.beancount", .run = funding_export_get },
    { .method = HTTP_GET, .pattern = "/funding/ledger.ledger", .run = funding_export_get },
    { .method = HTTP_GET, .pattern = "/funding/heads.atom", .run = funding_heads_get },
    { .method = HTTP_GET, .pattern = "/funding/goals/{id}", .run = funding_goal_get },
    { .method = HTTP_GET,
      .pattern = "/funding/goals/{id}/statement.txt",
      .run = funding_statement_get },
    { .method = HTTP_GET,
      .pattern = "/funding/goals/{id}/statement.sig",
      .run = funding_signature_get },
    { .method = HTTP_GET, .pattern = "/funding/key.pem", .run = funding_key_get },
    { .method = HTTP_GET, .pattern = "/funding/receipt", .run = receipt_show },
    { .method = HTTP_POST,
      .pattern = "/funding/receipt",
      .run = receipt_post,
      .guard = GUARD_FORM,
      .body = BODY_FORM },
    { .method = HTTP_GET,
      .pattern = "/embed/meter.svg",
      .run = funding_embed_svg,
      .query = "goal" },
    { .method = HTTP_GET,
      .pattern = "/embed/meter.json",
      .run = funding_embed_json,
      .query = "goal" },
    { .method = HTTP_GET,
      .pattern = "/api/v1/contributions",
      .run = funding_api_contributions,
      .query = "after",
      .api = true },
};

static const char config[] = "[site]\nurl = https://river.test\ntitle = River\n"
                             "[mail]\nserver = smtp://127.0.0.1:1\ntls = no\n"
                             "from = news@example.org\n"
                             "[funding]\nwitnesses = ann@example.net\n";
#define JUNE (INT64_C(1527811200) * SECOND) /* 2018-06-01T00:00:00Z */
#define FORM                                                                                       \
    "Origin: https://river.test\r\nSec-Fetch-Site: same-origin\r\n"                                \
    "Content-Type: application/x-www-form-urlencoded\r\n"

static err run_query(struct tx *tx, void *arg)
{
    const struct query *const *q = arg;
    return query_run(query_start(tx, *q), NULL);
}

static err close_goal(struct fund_room *o, int64_t goal)
{
    struct goal_close_order order = {
        .app = &o->app, .setup = &o->setup, .goal = goal, .by = ACTOR_CLI, .now = o->fund.now
    };
    return goal_close(&order, &o->fund.arena);
}

struct marking {
    struct goal_mark_draft draft;
    struct arena *a;
    bool drop;
};

static err mark_work(struct tx *tx, void *arg)
{
    struct marking *m = arg;
    return m->drop ? goal_mark_drop(tx, &m->draft, m->a) : goal_mark_set(tx, &m->draft, m->a);
}

static err mark(struct fund_room *o, int64_t goal, int64_t minor, bool drop)
{
    struct marking m = { .draft = { .goal = goal, .minor = minor, .now = o->fund.now },
                         .a = &o->fund.arena,
                         .drop = drop };
    return store_write(o->app.store, mark_work, &m);
}

static err give_work(struct tx *tx, void *arg)
{
    struct fund *f = arg;
    int64_t id = 0;
    struct contribution_draft d = fund_draft(f, "bank", "2 USD", "2018-05-01");
    struct giver g = { .channel = S("bank"), .name = S("Tove"), .named = true, .created_at = 1 };
    err e = giver_add(tx, &g, &d.giver);
    return e ? e : contribution_add(tx, &d, &f->arena, &id);
}

/* A closed goal with later adjustments, one to be closed, one that runs; marks, heads, mails. */
static void sample(struct fund_room *o)
{
    int64_t goal = 0;
    struct fund *f = &o->fund;
    expect(fund_goal(f, "5000 USD", "2018-05", &goal) == OK);
    expect(fund_goal(f, "50 USD", "2018-04", &goal) == OK);
    expect(fund_goal(f, "500 USD", "2018-06", &goal) == OK);
    fund_rate(f, "BTC", "60000");
    fund_paid(f, LEDGER_BY_PROVIDER, "ch_1", "50.00 USD", "2018-05-04");
    fund_event(f, PAYMENT_FEE, "fee_1", "ch_1", "1.50 USD");
    fund_paid(f, LEDGER_BY_CHAIN, "aa:0", "0.001 BTC", "2018-05-04");
    expect(mark(o, 1, 600000, false) == OK && mark(o, 3, 600000, false) == OK);
    expect(store_write(o->app.store, give_work, f) == OK);
    fund_room_at(o, JUNE);
    expect(close_goal(o, 1) == OK);
    fund_event(f, PAYMENT_REFUND, "re_1", "ch_1", "20.00 USD");
    expect(daily_head_job(&o->app, &o->setup) == OK);
    fund_add(f, "bank", "5 USD", "2018-06-01");
}

static int ask_pages(struct site *site, const struct fund_room *o)
{
    static const char *const paths[] = {
        "/funding",
        "/funding?after=2018-05-04.9",
        "/funding?goals=2018-06-01",
        "/funding/ledger",
        "/funding/heads.atom",
        "/funding/goals/1",
        "/funding/goals/2",
        "/funding/goals/1/statement.txt",
        "/funding/goals/1/statement.sig",
        "/funding/key.pem",
        "/funding/receipt",
        "/embed/meter.svg",
        "/embed/meter.json",
        "/embed/meter.json?goal=2018-05",
        "/api/v1/contributions",
        "/funding/ledger.json",
    };
    int failed = 0;
    for (size_t i = 0; i < COUNT(paths); i++) {
        int status = client_get(site, paths[i], "").status;
        expect(status == 0 || status == 200 || status == 404 || status == 500 || status == 503);
        failed += status == 500 || status == 503 || status == 0;
    }
    struct arena a;
    arena_init(&a, 1 << 16);
    struct str body = str_print(&a, "code=" STR_FMT, STR_ARG(receipt_code(o->app.keys, 1, &a)));
    int status = client_post(site, "/funding/receipt", FORM, body).status;
    expect(status == 200 || status == 500 || status == 503);
    failed += status != 200;
    arena_free(&a);
    return failed;
}

/* How many of them failed; none may be a refusal that says something untrue of the ledger. */
static int ask_work(struct fund_room *o)
{
    struct mail m = { 0 };
    struct mail_order order = { .subject = JUNE / DAY - 1 };
    fund_room_at(o, JUNE + DAY);
    const err got[] = {
        daily_head_job(&o->app, &o->setup),
        daily_head_promise(&o->app),
        daily_head_compose(&o->app, &o->setup, &order, &o->fund.arena, &m),
        close_goal(o, 2),
        mark(o, 3, 700000, false),
        mark(o, 3, 600000, true),
        goal_close_promise(&o->app),
    };
    int failed = 0;
    for (size_t i = 0; i < COUNT(got); i++)
        failed += got[i] < 0;
    fund_room_at(o, JUNE + 90 * DAY);
    failed += goal_close_job(&o->app, &o->setup) < 0;
    return failed;
}

static int ask_export(struct fund_room *o)
{
    int failed = 0;
    for (int form = LEDGER_FORM_JSON; form <= (int)LEDGER_FORM_LEDGER; form++) {
        struct buf out CLEANUP(buf_free) = buf_make(1 << 20);
        struct tx tx CLEANUP(tx_end) = { 0 };
        struct ledger_export x = { .form = (enum ledger_form)form, .head = { .seq = 10 } };
        expect(store_read(o->app.store, &tx) == OK);
        err e = OK;
        while (!e && !x.ended)
            e = ledger_export_piece(&tx, &x, &o->fund.arena, &out);
        failed += e < 0;
    }
    return failed;
}

static void run(struct fund_room *o, const struct query *q)
{
    expect(store_write(o->app.store, run_query, &q) == OK);
}

TEST(whatever_table_cannot_be_read_the_moneys_pages_say_that_they_failed)
{
    for (size_t i = 0; i < COUNT(unreadable); i++) {
        struct fund_room o = { 0 };
        struct site site = { 0 };
        struct mail m = { 0 };
        struct mail_order order = { .subject = JUNE / DAY - 1 };
        fund_room_start(&o, config);
        sample(&o);
        run(&o, unreadable[i][0]);
        run(&o, unreadable[i][1]);
        int failed = ask_export(&o);
        failed += daily_head_compose(&o.app, &o.setup, &order, &o.fund.arena, &m) < 0;
        failed += close_goal(&o, 2) < 0;
        failed += mark(&o, 3, 700000, false) < 0;
        fund_room_at(&o, JUNE + 90 * DAY);
        failed += goal_close_job(&o.app, &o.setup) < 0;
        site.app = o.app;
        site.setup = o.setup;
        site_start(&site, routes, COUNT(routes), config);
        failed += ask_pages(&site, &o);
        site_stop(&site);
        if (!failed)
            printf("# %s: nothing failed\n", unreadable[i][0]->name);
        expect(failed > 0);
        fund_room_end(&o);
    }
}

TEST(whatever_table_cannot_be_written_the_moneys_jobs_say_that_they_failed)
{
    for (size_t i = 0; i < COUNT(unwritable); i++) {
        struct fund_room o = { 0 };
        fund_room_start(&o, config);
        sample(&o);
        run(&o, unwritable[i]);
        int failed = ask_work(&o);
        if (!failed)
            printf("# %s: nothing failed\n", unwritable[i]->name);
        expect(failed > 0);
        fund_room_end(&o);
    }
}
