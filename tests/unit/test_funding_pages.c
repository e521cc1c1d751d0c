#include "base/json.h"
#include "funding/daily_head.h"
#include "funding/funding_api.h"
#include "funding/funding_http.h"
#include "funding/giver.h"
#include "funding/goal_close.h"
#include "funding/receipt.h"
#include "unit/fund_room.h"
#include "unit/http_client.h"
#include "unit/test.h"

/* Without these what outsiders hold us to could be missing from the pages that promise it. */

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
static const char config[] = "[site]\nurl = https://river.test\ntitle = River\n";
#define JUNE (INT64_C(1527811200) * SECOND) /* 2018-06-01T00:00:00Z */

struct room {
    struct fund_room inner;
    struct site site;
};

static void room_start(struct room *o)
{
    fund_room_start(&o->inner, config);
    fund_room_at(&o->inner, FUND_NOW);
}

/* The server begins once everything is in the ledger: its clock stands where the room's does. */
static void room_serve(struct room *o)
{
    o->site.app = o->inner.app;
    o->site.setup = o->inner.setup;
    site_start(&o->site, routes, COUNT(routes), config);
}

static void room_end(struct room *o)
{
    site_stop(&o->site);
    fund_room_end(&o->inner);
}

static struct str get(struct room *o, const char *path, int status)
{
    struct reply_seen seen = client_get(&o->site, path, "");
    if (seen.status != status)
        printf("# %s: %d\n# " STR_FMT "\n", path, seen.status, STR_ARG(seen.body));
    expect(seen.status == status);
    return seen.body;
}

static bool has(struct str text, const char *part)
{
    size_t at = 0;
    return str_find(text, str_from_z(part), &at);
}

static void expect_all(struct str text, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!has(text, parts[i]))
            printf("# not there: %s\n", parts[i]);
        expect(has(text, parts[i]));
    }
}

struct giving {
    struct room *room;
    struct giver giver;
    const char *amount;
    bool frozen, pending;
    int64_t id;
};

static err give_work(struct tx *tx, void *arg)
{
    struct giving *g = arg;
    struct fund *f = &g->room->inner.fund;
    struct contribution_draft d = fund_draft(f, "bank", g->amount, "2018-05-03");
    d.pending = g->pending;
    err e = giver_add(tx, &g->giver, &d.giver);
    if (!e)
        e = contribution_add(tx, &d, &f->arena, &g->id);
    if (!e && g->frozen)
        e = contribution_freeze(tx, &(struct contribution_freezing){ .id = g->id,
                                                                     .frozen = true,
                                                                     .reason = S("a look"),
                                                                     .by = ACTOR_CLI,
                                                                     .now = f->now });
    return e;
}

static int64_t give(struct room *o, struct giving g)
{
    g.room = o;
    g.giver.channel = S("bank");
    g.giver.created_at = FUND_NOW;
    expect(store_write(o->inner.app.store, give_work, &g) == OK);
    return g.id;
}

static err erase_work(struct tx *tx, void *arg)
{
    const int64_t *id = arg;
    return giver_erase(tx, *id, ACTOR_CLI, FUND_NOW);
}

static int64_t sample(struct room *o)
{
    struct fund *f = &o->inner.fund;
    int64_t goal = 0;
    expect(fund_goal(f, "5000 USD", "2018-05", &goal) == OK);
    fund_rate(f, "BTC", "60000");
    fund_paid(f, LEDGER_BY_PROVIDER, "ch_1", "50.00 USD", "2018-05-04");
    fund_event(f, PAYMENT_FEE, "fee_1", "ch_1", "1.50 USD");
    fund_paid(f, LEDGER_BY_CHAIN, "aa:0", "0.001 BTC", "2018-05-04");
    return goal;
}

static void close_goal(struct room *o, int64_t goal)
{
    fund_room_at(&o->inner, JUNE);
    struct goal_close_order order = {
        .app = &o->inner.app, .setup = &o->inner.setup, .goal = goal, .by = ACTOR_CLI, .now = JUNE
    };
    expect(goal_close(&order, &o->inner.fund.arena) == OK);
}

TEST(the_funding_page_tells_parts_fees_value_closing_heads_and_what_cannot_be_proved)
{
    struct room o = { 0 };
    room_start(&o);
    int64_t goal = sample(&o);
    close_goal(&o, goal);
    fund_event(&o.inner.fund, PAYMENT_REFUND, "re_1", "ch_1", "20.00 USD");
    expect(daily_head_job(&o.inner.app, &o.inner.setup) == OK);
    room_serve(&o);
    static const char *const parts[] = {
        "$60 of it provable on a public chain",
        "$30 of it attested by payment providers and banks",
        "$88.50 after fees of $1.50",
        "<title>May 2018: $90 of $5,000 raised, 1%</title>",
        "class=\"meter-provable\"",
        "closed on June 1, 2018",
        "$110 when it was closed; later adjustments: -$20",
        "<td>provable</td>",
        "<td>attested</td>",
        "<bdi>0.001\u00a0BTC</bdi><br><bdi class=\"quiet\">$60</bdi>",
        "$20 of it went back",
        "2018-05-31 10 ",
        "What none of this can prove",
    };
    expect_all(get(&o, "/funding", 200), parts, COUNT(parts));
    room_end(&o);
}

TEST(names_stand_beside_gifts_only_of_who_asked_for_it_and_only_beside_money_that_is_there)
{
    struct room o = { 0 };
    room_start(&o);
    int64_t goal = 0;
    expect(fund_goal(&o.inner.fund, "5000 USD", "2018-05", &goal) == OK);
    give(&o,
         (struct giving){ .giver = { .name = S("Tove <b>"), .named = true }, .amount = "5 USD" });
    give(&o, (struct giving){ .giver = { .name = S("Quiet One") }, .amount = "6 USD" });
    give(&o, (struct giving){ .giver = { .name = S("Frozen One"), .named = true },
                              .amount = "7 USD",
                              .frozen = true });
    give(&o, (struct giving){ .giver = { .name = S("Soon"), .named = true },
                              .amount = "8 USD",
                              .pending = true });
    give(&o,
         (struct giving){ .giver = { .name = S("Gone One"), .named = true }, .amount = "9 USD" });
    expect(store_write(o.inner.app.store, erase_work, &(int64_t){ 5 }) == OK);
    room_serve(&o);
    struct str html = get(&o, "/funding", 200);
    expect(has(html, "<bdi class=\"giver\">Tove &lt;b&gt;</bdi>"));
    expect(!has(html, "Quiet One") && !has(html, "Frozen One") && !has(html, "Soon") &&
           !has(html, "Gone One"));
    room_end(&o);
}

TEST(a_goals_own_page_has_its_channels_and_after_closing_statement_and_adjustments)
{
    struct room o = { 0 };
    room_start(&o);
    int64_t goal = sample(&o);
    int64_t open = 0;
    expect(fund_goal(&o.inner.fund, "10 USD", "2018-06", &open) == OK);
    close_goal(&o, goal);
    fund_event(&o.inner.fund, PAYMENT_REFUND, "re_1", "ch_1", "20.00 USD");
    fund_event(&o.inner.fund, PAYMENT_FEE, "fee_2", "ch_1", "0.50 USD");
    room_serve(&o);
    static const char *const parts[] = {
        "Goal: May 2018",
        "This period was closed on June 1, 2018 with $110, $108.50 after fees, at entry 8",
        "refund</td><td class=\"number\"><bdi>-$20</bdi>",
        "fee · Fees</td><td class=\"number\"><bdi>-$0.50</bdi>",
        "Together they change what came in by -$20.",
        "diurnal period closed, version 1\nsite https://river.test\n",
        "href=\"/funding/goals/1/statement.txt\"",
    };
    expect_all(get(&o, "/funding/goals/1", 200), parts, COUNT(parts));
    struct str html = get(&o, "/funding/goals/2", 200);
    expect(has(html, "Goal: June 2018") && !has(html, "id=\"closed\""));
    get(&o, "/funding/goals/3", 404);
    get(&o, "/funding/goals/0", 404);
    get(&o, "/funding/goals/x", 404);
    expect(str_starts(get(&o, "/funding/goals/1/statement.txt", 200), S("diurnal period closed")));
    expect(get(&o, "/funding/goals/1/statement.sig", 200).n == ED25519_SIGNATURE_BYTES);
    for (size_t i = 0; i < 2; i++) {
        const char *const none[] = { "/funding/goals/2/statement.txt",
                                     "/funding/goals/x/statement.txt",
                                     "/funding/goals/2/statement.sig",
                                     "/funding/goals/x/statement.sig" };
        get(&o, none[i], 404);
        get(&o, none[i + 2], 404);
    }
    expect(str_starts(get(&o, "/funding/key.pem", 200), S("-----BEGIN PUBLIC KEY-----")));
    room_end(&o);
}

TEST(a_closed_period_with_more_adjustments_than_a_page_holds_says_so)
{
    struct room o = { 0 };
    room_start(&o);
    int64_t goal = sample(&o);
    close_goal(&o, goal);
    for (int i = 0; i <= GOAL_ADJUSTMENTS_MAX; i++)
        fund_add(&o.inner.fund, "bank", "1 USD", "2018-05-02");
    room_serve(&o);
    expect(
        has(get(&o, "/funding/goals/1", 200), "There are more; all of them stand in the ledger."));
    room_end(&o);
}

TEST(the_ledger_is_read_by_page_and_its_other_forms_are_downloads)
{
    struct room o = { 0 };
    room_start(&o);
    for (int i = 0; i < 30; i++)
        fund_add(&o.inner.fund, "bank", "1 USD", "2018-05-02");
    room_serve(&o);
    struct str html = get(&o, "/funding/ledger", 200);
    expect(has(html, "id=\"entry-60\"") && has(html, "id=\"entry-11\"") &&
           !has(html, "id=\"entry-10\""));
    expect(has(html, "href=\"/funding/ledger?before=11\""));
    html = get(&o, "/funding/ledger?before=11", 200);
    expect(has(html, "id=\"entry-10\"") && has(html, "id=\"entry-1\"") && !has(html, "?before=0"));
    get(&o, "/funding/ledger?before=1", 400);
    get(&o, "/funding/ledger?before=x", 400);
    get(&o, "/funding/ledger?before=999", 200);
    expect(has(get(&o, "/funding/ledger.json", 200), "\"format\":\"diurnal-ledger-1\""));
    expect(has(get(&o, "/funding/ledger.beancount", 200), "open Assets:Bank:Hand"));
    expect(has(get(&o, "/funding/ledger.ledger", 200), "; transaction: 30"));
    room_end(&o);
}

TEST(an_empty_ledger_has_pages_and_files_too)
{
    struct room o = { 0 };
    room_start(&o);
    room_serve(&o);
    expect(has(get(&o, "/funding/ledger", 200), "There are no contributions yet."));
    expect(has(get(&o, "/funding/ledger.beancount", 200), "; 0 entries, head "));
    expect(!has(get(&o, "/funding/heads.atom", 200), "<entry>"));
    expect(has(get(&o, "/embed/meter.svg", 200), "No goal has been set yet."));
    expect_str(get(&o, "/embed/meter.json", 200), S("{\"goal\":null,\"meter\":null}"));
    get(&o, "/embed/meter.svg?goal=2018-05", 404);
    get(&o, "/embed/meter.json?goal=2018-05", 404);
    room_end(&o);
}

TEST(heads_stand_in_the_feed_latest_first)
{
    struct room o = { 0 };
    room_start(&o);
    for (int i = 1; i <= DAILY_HEADS_MAX + 1; i++) {
        fund_room_at(&o.inner, FUND_NOW + i * DAY);
        expect(daily_head_job(&o.inner.app, &o.inner.setup) == OK);
    }
    room_serve(&o);
    struct str xml = get(&o, "/funding/heads.atom", 200);
    expect(has(xml, "https://river.test/funding/heads.atom#2018-05-05") &&
           !has(xml, "heads.atom#2018-05-04"));
    expect(has(xml, "The ledger at the end of July 3, 2018 (UTC)"));
    room_end(&o);
}

#define FORM                                                                                       \
    "Origin: https://river.test\r\nSec-Fetch-Site: same-origin\r\n"                                \
    "Content-Type: application/x-www-form-urlencoded\r\n"

TEST(a_receipt_code_shows_its_gift_and_any_other_text_shows_the_form_again)
{
    struct room o = { 0 };
    room_start(&o);
    sample(&o);
    int64_t other = fund_add(&o.inner.fund, "bank", "3 USD", "2018-04-05");
    room_serve(&o);
    struct arena *a = &o.inner.fund.arena;
    expect(has(get(&o, "/funding/receipt", 200), "name=\"code\""));
    struct str body = str_print(a, "code=" STR_FMT, STR_ARG(receipt_code(o.inner.app.keys, 1, a)));
    struct reply_seen seen = client_post(&o.site, "/funding/receipt", FORM, body);
    expect(seen.status == 200 && has(seen.body, "This is your gift:") && has(seen.body, "$50"));
    expect(has(seen.body, "href=\"/funding/goals/1\"") && has(seen.body, "-1.50 USD"));
    body = str_print(a, "code=" STR_FMT, STR_ARG(receipt_code(o.inner.app.keys, other, a)));
    seen = client_post(&o.site, "/funding/receipt", FORM, body);
    expect(seen.status == 200 && !has(seen.body, "/funding/goals/"));
    body = str_print(a, "code=" STR_FMT, STR_ARG(receipt_code(o.inner.app.keys, 99, a)));
    expect(client_post(&o.site, "/funding/receipt", FORM, body).status == 422);
    seen = client_post(&o.site, "/funding/receipt", FORM, S("code=%3Cb%3E"));
    expect(seen.status == 422 && has(seen.body, "value=\"&lt;b&gt;\""));
    expect(client_post(&o.site, "/funding/receipt", FORM, S("x=y")).status == 422);
    room_end(&o);
}

TEST(the_meter_as_a_picture_and_as_figures_has_all_parts)
{
    struct room o = { 0 };
    room_start(&o);
    sample(&o);
    room_serve(&o);
    struct str svg = get(&o, "/embed/meter.svg", 200);
    expect(has(svg, "$60 of it provable on a public chain") && has(svg, "$110"));
    struct str json = get(&o, "/embed/meter.json?goal=2018-05", 200);
    expect(has(json, "\"settled\":\"110.00\",\"provable\":\"60.00\",\"attested\":\"50.00\","
                     "\"by_hand\":\"0.00\",\"fees\":\"1.50\",\"net\":\"108.50\""));
    expect(
        has(get(&o, "/api/v1/contributions", 200), "\"value_asset\":\"USD\",\"value\":\"60.00\""));
    room_end(&o);
}
