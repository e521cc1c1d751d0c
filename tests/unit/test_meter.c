#include "base/embedded.h"
#include "funding/display.h"
#include "funding/ledger_verify.h"
#include "funding/meter.h"
#include "funding/support.h"
#include "render/format.h"
#include "render/theme.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <string.h>

/* Without these the figure that everybody sees could be wrong, or unreadable for some of them. */

static struct meter meter_on(struct fund *f, const char *day)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct meter m = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(meter_for_day(&tx, date_from_days(fund_day(day)), &f->arena, &m) == OK);
    return m;
}

TEST(meter_sums_settled_by_hand_and_pending_of_its_period_and_currency)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    int64_t wrong = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    fund_add(&f, "bank", "50 USD", "2018-05-01");
    struct contribution_draft d = fund_draft(&f, "paypal", "2500 USD", "2018-05-03");
    d.source = LEDGER_BY_PROVIDER;
    expect(fund_try(&f, &d, &wrong) == OK);
    expect(fund_try(&f, &d, &wrong) == OK);
    expect(fund_reverse(&f, wrong) == OK);
    fund_promise(&f, "stripe", "100 USD", "2018-05-04");
    fund_add(&f, "bank", "999 USD", "2018-04-30"); // another month
    fund_add(&f, "bank", "10 EUR", "2018-05-02");
    fund_promise(&f, "bitcoin", "0.5 BTC", "2018-05-02");
    expect(fund_reverse(&f, fund_add(&f, "bank", "7 GBP", "2018-05-02")) == OK);
    struct meter m = meter_on(&f, "2018-05-31");
    expect(m.goal.id == goal);
    expect(m.settled == 255000 && m.by_hand == 5000 && m.pending == 10000);
    expect(m.percent == 51);
    expect(m.unvalued_count == 2);
    expect_str(amount_print(&f.arena, m.unvalued[0]), S("10.00"));
    expect_str(amount_print(&f.arena, m.unvalued[1]), S("0.50000000"));
    expect(meter_on(&f, "2018-06-01").goal.id == 0);
    fund_end(&f);
}

/* Every three capitals that money.c knows, and the coins. */
static size_t add_all_assets(struct fund *f)
{
    size_t n = 0;
    char text[] = "1 AAA";
    for (text[2] = 'A'; text[2] <= 'Z'; text[2]++)
        for (text[3] = 'A'; text[3] <= 'Z'; text[3]++)
            for (text[4] = 'A'; text[4] <= 'Z'; text[4]++) {
                struct asset asset = { 0 };
                if (!asset_parse(str_from_z(text + 2), &asset))
                    continue;
                fund_add(f, "bank", text, "2018-05-02");
                n++;
            }
    return n;
}

TEST(meter_and_ledger_take_a_gift_in_every_asset_there_is)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "5000 USD", "2018-05", &goal) == OK);
    size_t n = add_all_assets(&f);
    expect(n > 150);
    expect(meter_on(&f, "2018-05-31").unvalued_count == n - 1);
    struct ledger_verifier *v = ledger_verify_start(&f.arena);
    expect(ledger_verify_put(v, fund_csv(&f)));
    expect(ledger_verify_end(v).good);
    fund_end(&f);
}

TEST(meter_counts_a_late_reversal_on_the_day_of_its_gift)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "100 USD", "2018-05", &goal) == OK);
    int64_t gift = fund_add(&f, "bank", "50 USD", "2018-05-01");
    expect(meter_on(&f, "2018-05-01").percent == 50);
    f.now += 60 * DAY;
    expect(fund_reverse(&f, gift) == OK);
    expect(meter_on(&f, "2018-05-01").settled == 0);
    fund_end(&f);
}

TEST(meter_percent_is_rounded_down_and_bounded)
{
    struct fund f = fund_start();
    int64_t goal = 0;
    expect(fund_goal(&f, "3 USD", "2018-05", &goal) == OK);
    expect(fund_goal(&f, "0.01 USD", "2018-04", &goal) == OK);
    fund_add(&f, "bank", "2.99 USD", "2018-05-01");
    expect(meter_on(&f, "2018-05-01").percent == 99);
    fund_add(&f, "bank", "0.01 USD", "2018-05-01");
    expect(meter_on(&f, "2018-05-01").percent == 100);
    fund_add(&f, "bank", "100000000000 USD", "2018-04-01");
    expect(meter_on(&f, "2018-04-01").percent == METER_PERCENT_MAX);
    fund_end(&f);
}

/* A setup with the program's own theme, and a page of the test that shows the parts. */
struct stage {
    struct arena arena;
    struct setup setup;
    struct formats *formats;
    struct theme *theme;
    struct channels *channels;
    struct config *config;
};
struct stage_view {
    struct meter_view meter;
    struct support_view above, below;
};
static const struct field stage_fields[] = {
    FIELD_VIEW(struct stage_view, meter, &meter_view),
    FIELD_VIEW(struct stage_view, above, &support_view),
    FIELD_VIEW(struct stage_view, below, &support_view),
};
static const struct view stage_view = VIEW(struct stage_view, stage_fields);
static const struct template stage_page = { "pages/stage.html", &stage_view, TEMPLATE_HTML };
static const char stage_html[] =
    "<!doctype html>\n<html lang=\"{{theme.language}}\" dir=\"{{theme.direction}}\">\n"
    "<head><meta charset=\"utf-8\"><title>Stage</title></head>\n<body><main><h1>Stage</h1>\n"
    "{{#meter}}{{>parts/meter.html}}{{/meter}}\n{{#above}}{{>parts/support.html}}{{/above}}\n"
    "{{#below}}{{>parts/support.html}}{{/below}}\n</main></body></html>\n";

static struct theme *stage_theme(struct arena *a)
{
    size_t n = 0;
    struct theme *theme = NULL;
    struct str why = { 0 };
    while (embedded_files[n].path)
        n++;
    struct embedded *files = arena_new(a, struct embedded, n + 2);
    memcpy(files, embedded_files, n * sizeof *files);
    files[n] = (struct embedded){ "theme/pages/stage.html", stage_html,
                                  stage_html + sizeof stage_html - 1 };
    struct theme_input in = {
        .files = files,
        .pages = &stage_page,
        .n = 1,
        .language = S("en"),
    };
    if (theme_load_from(&in, a, &theme, &why) != OK)
        printf("# " STR_FMT "\n", STR_ARG(why));
    expect(theme);
    return theme;
}

static void stage_start(struct stage *st, const char *config)
{
    struct str why = { 0 };
    arena_init(&st->arena, 16 << 20);
    expect(config_parse(S("d.ini"), str_from_z(config), &st->arena, &st->config, &why) == OK);
    expect(formats_make(S("en"), S("UTC"), S("locale"), &st->formats) == OK);
    expect(channels_make(st->config, S("d.ini"), &st->arena, &st->channels, &why) == OK);
    st->theme = stage_theme(&st->arena);
    st->setup = (struct setup){
        .config = st->config, .theme = st->theme, .formats = st->formats, .channels = st->channels
    };
}

static void stage_end(struct stage *st)
{
    theme_free(st->theme);
    formats_free(st->formats);
    channels_free(st->channels);
    config_free(st->config);
    arena_free(&st->arena);
}

static struct meter meter_of(int64_t goal, int64_t settled, int64_t by_hand, int64_t pending)
{
    struct meter m = {
        .goal = { .id = 1, .first_day = fund_day("2018-05-01"), .end_day = fund_day("2018-06-01") },
        .settled = settled,
        .attested = settled - by_hand,
        .by_hand = by_hand,
        .pending = pending,
        .percent = settled * 100 / goal,
    };
    m.goal.amount.minor = goal;
    expect(currency_parse(S("USD"), &m.goal.amount.cur));
    return m;
}

TEST(meter_view_says_the_scale_and_where_the_goal_stands)
{
    struct stage st;
    stage_start(&st, "");
    struct date today = { 2018, 5, 4 };
    struct meter m = meter_of(500000, 255000, 5000, 10000);
    struct meter_view v = meter_show(&m, &st.setup, today, &st.arena);
    expect_str(v.start, S("$0"));
    expect_str(v.middle, S("$2,500"));
    expect_str(v.goal, S("$5,000"));
    expect_str(v.settled, S("$2,550"));
    expect_str(v.sentence, S("$2,550 of $5,000 raised, 51%"));
    expect_str(v.title, S("May 2018"));
    expect(v.period.n == 0 && v.now == 51 && !v.over && !v.ended && !v.future);
    expect(v.provided_width == 500 && v.hand_at == 500 && v.hand_width == 10);
    expect(v.pending_at == 510 && v.pending_width == 20);
    expect(v.hand_sentence.n && v.pending_sentence.n && !v.over_sentence.n);
    m.goal.label = S("A boat");
    v = meter_show(&m, &st.setup, (struct date){ 2018, 6, 1 }, &st.arena);
    expect(v.ended && !v.future);
    expect_str(v.title, S("A boat"));
    expect_str(v.period, S("May 2018"));
    v = meter_show(&m, &st.setup, (struct date){ 2018, 4, 30 }, &st.arena);
    expect(!v.ended && v.future);
    m.goal.end_day++;
    v = meter_show(&m, &st.setup, (struct date){ 2018, 6, 1 }, &st.arena);
    expect(!v.ended);
    expect_str(v.period, S("May 1, 2018 – June 1, 2018"));
    stage_end(&st);
}

TEST(meter_bar_is_full_beyond_the_goal_and_its_parts_never_overflow_it)
{
    struct stage st;
    stage_start(&st, "");
    static const int64_t cases[][4] = {
        { 100, 250, 50, 100 },
        { 100, 100, 100, 100 },
        { 100, 0, 0, 0 },
        { 100, 0, 0, 1000 },
        { 100, -5, -5, 0 },
        { GOAL_MINOR_MAX, INT64_MAX / 100, 3, INT64_MAX },
        { 1, INT64_MAX / 100, INT64_MAX / 100, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const int64_t *c = cases[i];
        struct meter m = meter_of(c[0], c[1], c[2], c[3]);
        struct meter_view v = meter_show(&m, &st.setup, (struct date){ 2018, 5, 4 }, &st.arena);
        expect(v.provided_width >= 0 && v.hand_width >= 0 && v.pending_width >= 0);
        expect(v.pending_at + v.pending_width <= 1000);
        expect(v.now >= -5 && v.now <= 100);
        if (c[1] > c[0])
            expect(v.over && v.pending_at == 1000 && v.now == 100);
    }
    stage_end(&st);
}

static struct str render(struct stage *st, const struct stage_view *v)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 20);
    expect(theme_render(st->theme, &stage_page, v, &out) == OK);
    return buf_copy(&out, &st->arena);
}

static bool has(struct str text, const char *part)
{
    size_t at = 0;
    return str_find(text, str_from_z(part), &at);
}

static size_t occurrences(struct str text, const char *part)
{
    size_t n = 0, at = 0;
    while (str_find(text, str_from_z(part), &at)) {
        text = str_sub(text, at + 1, text.n);
        n++;
    }
    return n;
}

TEST(meter_part_has_a_text_alternative_and_no_style_or_script)
{
    struct stage st;
    stage_start(&st, "");
    struct meter m = meter_of(500000, 750000, 0, 10000);
    m.unvalued = (struct amount[]){ fund_amount("0.0015 BTC") };
    m.unvalued_count = 1;
    struct stage_view v = {
        .meter = meter_show(&m, &st.setup, (struct date){ 2018, 5, 4 }, &st.arena),
    };
    struct str html = render(&st, &v);
    expect(has(html, "role=\"meter\""));
    expect(has(html, "aria-valuetext=\"$7,500 of $5,000 raised, 150%\""));
    expect(has(html, "aria-valuenow=\"100\""));
    expect(has(html, "150% of it came in"));
    expect(has(html, "$100 more pending"));
    expect(has(html, "0.0015\u00a0BTC"));
    expect(has(html, "href=\"/funding\""));
    expect(!has(html, "style=") && !has(html, "<script"));
    v.meter = meter_show(&(struct meter){ 0 }, &st.setup, (struct date){ 2018, 5, 4 }, &st.arena);
    expect(!has(render(&st, &v), "meter"));
    stage_end(&st);
}

TEST(support_part_shows_every_channel_twice_on_one_page_and_where_its_codes_are)
{
    struct stage st;
    stage_start(&st, "[channel.paypal]\nurl = https://paypal.me/river?a=b&c=d\n"
                     "[channel.shop]\nkind = link\nurl = https://shop.example.org/\n"
                     "[channel.bank]\nholder = River <News>\niban = DE89370400440532013000\n"
                     "[channel.bitcoin]\n"
                     "address = bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\nnote = Boat\n"
                     "[channel.bitcoincash]\n"
                     "address = bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a\n"
                     "[channel.ethereum]\n"
                     "address = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
                     "node_url = http://127.0.0.1:1/\ntokens = "
                     "USDC 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, "
                     "DAI 0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n");
    struct request r = { .setup = &st.setup, .arena = &st.arena };
    struct stage_view v = { 0 };
    expect(support_show(&r, SUPPORT_ABOVE, &v.above) == OK);
    expect(support_show(&r, SUPPORT_BELOW_AGAIN, &v.below) == OK);
    expect(v.above.links.n == 2 && v.above.banks.n == 1 && v.above.wallets.n == 3);
    struct str html = render(&st, &v);
    expect(has(html, "href=\"https://paypal.me/river?a=b&amp;c=d\""));
    expect(has(html, ">shop.example.org</a>"));
    expect(has(html, "River &lt;News&gt;"));
    expect(has(html, "DE89 3704 0044 0532 0130 00"));
    expect(has(html, "<strong>bc1qw5</strong>08d6qejxtdg4y5r3zarvary0c5xw7<strong>kv8f3t4") ||
           has(html, "<strong>bc1qw5</strong>08d6qejxtdg4y5r3zarvary0c5xw7k<strong>v8f3t4"));
    expect(has(html, "bitcoincash:<strong>qpm2qs</strong>"));
    expect(has(html, "0x<strong>5aAeb6</strong>"));
    expect(has(html, "href=\"bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\""));
    expect(has(html, "href=\"ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@1\""));
    expect(has(html, "data-copy=\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\""));
    expect(has(html, "<a href=\"ethereum:0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266@1/transfer?"
                     "address=0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"><bdi>USDC</bdi></a>"));
    expect(has(html, "<bdi>DAI</bdi></a></p>"));
    expect(has(html, " hidden>Copy"));
    expect(has(html, "aria-label=\"Ways to give, before the text\""));
    expect(has(html, "aria-label=\"Ways to give, after the text\""));
    static const char *const codes[] = {
        "/funding/qr/bitcoin/bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "/funding/qr/bitcoincash/bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
        "/funding/qr/ethereum/0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        char src[120];
        (void)snprintf(src, sizeof src, " src=\"%s\"", codes[i]);
        expect(occurrences(html, src) == 2);
    }
    expect(!has(html, " id=") && !has(html, "style="));
    stage_end(&st);
}

TEST(support_part_is_not_there_without_channels)
{
    struct stage st;
    stage_start(&st, "");
    struct request r = { .setup = &st.setup, .arena = &st.arena };
    struct stage_view v = { 0 };
    expect(support_show(&r, SUPPORT_ABOVE, &v.above) == OK);
    expect(!has(render(&st, &v), "support"));
    stage_end(&st);
}

TEST(display_says_channels_by_title_kind_or_name)
{
    struct stage st;
    stage_start(&st, "[channel.bank]\ntitle = Savings bank\nholder = R\n"
                     "iban = DE89370400440532013000\n");
    expect_str(display_channel(&st.setup, S("bank")), S("Savings bank"));
    expect_str(display_channel(&st.setup, S("paypal")), S("PayPal")); // no longer configured
    expect_str(display_channel(&st.setup, S("old-one")), S("old-one"));
    const struct str *kinds = NULL;
    size_t n = channel_kind_names(&st.arena, &kinds);
    for (size_t i = 0; i < n; i++)
        expect(!str_eq(display_kind(&st.setup, kinds[i]), kinds[i]));
    expect_str(display_amount(&st.setup, &st.arena, fund_amount("500 JPY")), S("¥500"));
    expect_str(display_amount(&st.setup, &st.arena, fund_amount("25.50 USD")), S("$25.50"));
    stage_end(&st);
}
