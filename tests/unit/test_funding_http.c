/* Without these the public pages of the money could be missing what they promise, or break. */
#include "base/json.h"
#include "funding/funding_api.h"
#include "funding/funding_http.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_verify.h"
#include "render/format.h"
#include "render/theme.h"
#include "unit/funding.h"
#include "unit/http_client.h"
#include "unit/test.h"

static const struct route routes[] = {
    { .method = HTTP_GET, .pattern = "/funding", .run = funding_page_get, .query = "after goals" },
    { .method = HTTP_GET, .pattern = "/funding/ledger.csv", .run = funding_ledger_get },
    { .method = HTTP_GET, .pattern = "/embed/meter", .run = funding_embed_get, .query = "goal" },
    { .method = HTTP_GET,
      .pattern = "/api/v1/funding",
      .run = funding_api_get,
      .query = "goal",
      .api = true },
    { .method = HTTP_GET,
      .pattern = "/api/v1/contributions",
      .run = funding_api_contributions,
      .query = "after",
      .api = true },
};
static const char config[] = "[site]\nurl = https://river.test\ntitle = River\n"
                             "[channel.paypal]\nurl = https://paypal.me/river\n"
                             "[channel.bitcoin]\n"
                             "address = bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\n";

/* A served newsroom with gifts in it. */
struct room {
    struct fund fund;
    struct site site;
    struct theme *theme;
    struct formats *formats;
    struct channels *channels;
};

static void room_start(struct room *o)
{
    struct str why = { 0 };
    struct config *c = NULL;
    o->fund = fund_start();
    struct arena *a = &o->fund.arena;
    expect(config_parse(S("d.ini"), str_from_z(config), a, &c, &why) == OK);
    expect(theme_load(NULL, S("en"), a, &o->theme, &why) == OK);
    expect(formats_make(S("en"), S("UTC"), S("locale"), &o->formats) == OK);
    expect(channels_make(c, S("d.ini"), a, &o->channels, &why) == OK);
    config_free(c);
    o->site.app.store = o->fund.store;
    o->site.app.clock = (struct clock){ .fixed = FUND_NOW };
    o->site.setup =
        (struct setup){ .theme = o->theme, .formats = o->formats, .channels = o->channels };
    site_start(&o->site, routes, COUNT(routes), config);
}

static void room_end(struct room *o)
{
    site_stop(&o->site);
    theme_free(o->theme);
    formats_free(o->formats);
    channels_free(o->channels);
    fund_end(&o->fund);
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

static void add_sample(struct room *o)
{
    int64_t goal = 0;
    expect(fund_goal(&o->fund, "5000 USD", "2018-05", &goal) == OK);
    expect(fund_goal(&o->fund, "4000 USD", "2018-04", &goal) == OK);
    fund_add(&o->fund, "bank", "2550 USD", "2018-05-03");
    fund_promise(&o->fund, "paypal", "100 USD", "2018-05-03");
    fund_add(&o->fund, "bitcoin", "0.0015 BTC", "2018-05-02");
    expect(fund_reverse(&o->fund, fund_add(&o->fund, "bank", "7 USD", "2018-05-01")) == OK);
}

TEST(funding_page_shows_goals_channels_contributions_ledger_and_ways_to_give)
{
    struct room o = { 0 };
    room_start(&o);
    add_sample(&o);
    struct str html = get(&o, "/funding", 200);
    static const char *const parts[] = {
        "role=\"meter\"",
        "$2,550 of $5,000 raised, 51%",
        "May 2018",
        "April 2018",
        "0.0015\u00a0BTC",
        "not counted: another currency",
        "class=\"reversed\"",
        "reversed",
        "pending",
        "by hand",
        "href=\"/funding/ledger.csv\"",
        "It has 10 entries.",
        "paypal.me/river",
        "<link rel=\"canonical\" href=\"https://river.test/funding\">",
    };
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (!has(html, parts[i]))
            printf("# %s\n", parts[i]);
        expect(has(html, parts[i]));
    }
    room_end(&o);
}

TEST(funding_page_of_an_empty_newsroom_says_so)
{
    struct room o = { 0 };
    room_start(&o);
    struct str html = get(&o, "/funding", 200);
    expect(has(html, "No goal has been set yet.") && has(html, "There are no contributions yet."));
    expect(has(html, "It has no entries yet."));
    expect(has(get(&o, "/embed/meter", 200), "No goal has been set yet."));
    room_end(&o);
}

TEST(funding_lists_are_continued_by_cursors_and_made_up_ones_are_refused)
{
    struct room o = { 0 };
    room_start(&o);
    add_sample(&o);
    for (int i = 0; i < CONTRIBUTION_PAGE; i++)
        fund_add(&o.fund, "bank", "1 USD", "2018-05-04");
    struct str html = get(&o, "/funding", 200);
    size_t at = 0;
    expect(str_find(html, S("/funding?after=2018-05-04."), &at));
    html = get(&o, "/funding?after=2018-05-04.1", 200);
    expect(has(html, "$2,550") && !has(html, "role=\"meter\"") && has(html, "Newest"));
    html = get(&o, "/funding?goals=2018-05-01", 200);
    expect(has(html, "April 2018") && !has(html, "May 2018</th>"));
    (void)get(&o, "/funding?after=x", 400);
    (void)get(&o, "/funding?goals=2018-02-30", 400);
    (void)get(&o, "/api/v1/contributions?after=2018-05-04.0", 400);
    room_end(&o);
}

TEST(embedded_meter_may_be_framed_and_sets_no_cookie)
{
    struct room o = { 0 };
    room_start(&o);
    add_sample(&o);
    struct reply_seen seen = client_get(&o.site, "/embed/meter", "");
    expect(seen.status == 200);
    expect(has(seen_header(seen, "Content-Security-Policy"), "frame-ancestors *"));
    expect(!seen_header(seen, "Set-Cookie").s);
    expect(has(seen.body, "51%") && has(seen.body, "target=\"_top\"") &&
           !has(seen.body, "<script"));
    expect(has(get(&o, "/embed/meter?goal=2018-04", 200), "$4,000"));
    (void)get(&o, "/embed/meter?goal=2018-03", 404);
    (void)get(&o, "/embed/meter?goal=2018-05-01..2018-05-09", 404);
    (void)get(&o, "/embed/meter?goal=soon", 404);
    room_end(&o);
}

static const struct json *get_json(struct room *o, const char *path)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    struct str body = get(o, path, 200);
    expect(json_parse(body, body.n, &o->fund.arena, &j, &why) == OK);
    return j;
}

static struct str text_of(const struct json *j, const char *name)
{
    struct str s = S("(missing)");
    (void)json_get_str(j, name, &s);
    return s;
}

TEST(funding_api_says_goal_meter_channels_and_ledger_exactly)
{
    struct room o = { 0 };
    room_start(&o);
    const struct json *j = get_json(&o, "/api/v1/funding");
    expect(json_get(j, "goal")->kind == JSON_KIND_NULL);
    add_sample(&o);
    j = get_json(&o, "/api/v1/funding?goal=2018-05");
    expect_str(text_of(json_get(j, "goal"), "period"), S("2018-05"));
    expect_str(text_of(json_get(j, "goal"), "to"), S("2018-06-01"));
    expect_str(text_of(json_get(j, "goal"), "amount"), S("5000.00"));
    const struct json *meter = json_get(j, "meter");
    expect_str(text_of(meter, "settled"), S("2550.00"));
    expect_str(text_of(meter, "pending"), S("100.00"));
    expect_str(text_of(&json_get(meter, "unvalued")->items[0], "amount"), S("0.00150000"));
    expect(json_get(j, "channels")->n == 2);
    expect_str(text_of(json_get(j, "ledger"), "url"), S("https://river.test/funding/ledger.csv"));
    expect(text_of(json_get(j, "ledger"), "head").n == 64);
    (void)get(&o, "/api/v1/funding?goal=2018-03", 404);
    room_end(&o);
}

TEST(funding_api_lists_contributions_without_anything_private)
{
    struct room o = { 0 };
    room_start(&o);
    struct contribution_draft d = fund_draft(&o.fund, "bank", "1 USD", "2018-05-03");
    int64_t id = 0;
    d.note = S("the miller");
    d.reference = S("order 5");
    expect(fund_try(&o.fund, &d, &id) == OK);
    struct str body = get(&o, "/api/v1/contributions", 200);
    expect(!has(body, "miller") && !has(body, "order 5"));
    const struct json *j = get_json(&o, "/api/v1/contributions");
    const struct json *c = &json_get(j, "contributions")->items[0];
    expect_str(text_of(c, "day"), S("2018-05-03"));
    expect_str(text_of(c, "state"), S("settled"));
    expect_str(text_of(c, "source"), S("hand"));
    expect(!json_get(j, "after"));
    for (int i = 0; i < CONTRIBUTION_PAGE; i++)
        fund_add(&o.fund, "bank", "1 USD", "2018-05-04");
    j = get_json(&o, "/api/v1/contributions?after=2018-05-05.1");
    expect(json_get(j, "contributions")->n == CONTRIBUTION_PAGE);
    expect_str(text_of(j, "after"), S("2018-05-04.2"));
    j = get_json(&o, "/api/v1/contributions?after=2018-05-04.2");
    expect(json_get(j, "contributions")->n == 1 && !json_get(j, "after"));
    room_end(&o);
}

TEST(ledger_csv_is_served_whole_in_pieces_and_verifies)
{
    struct room o = { 0 };
    room_start(&o);
    add_sample(&o);
    for (int i = 0; i < LEDGER_CSV_PIECE_ROWS; i++) // two entries each: three pieces
        fund_add(&o.fund, "bank", "1 USD", "2018-05-04");
    struct reply_seen seen = client_get(&o.site, "/funding/ledger.csv", "");
    expect(seen.status == 200);
    expect(has(seen_header(seen, "Content-Type"), "text/csv"));
    expect(has(seen_header(seen, "Content-Disposition"), "ledger.csv"));
    expect_str(seen.body, fund_csv(&o.fund));
    struct ledger_verifier *v = ledger_verify_start(&o.fund.arena);
    expect(ledger_verify_put(v, seen.body) && ledger_verify_end(v).good);
    room_end(&o);
}
