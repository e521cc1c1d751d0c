#include "base/buf.h"
#include "base/clock.h"
#include "funding/collective_page.h"
#include "unit/test.h"

/* Without these a contribution could count twice, an expense as a gift, or a fee of one as
 * another's. The pages are made from Open Collective's documents, not recorded from the service. */

#define AT          "2018-05-03T10:00:00.123Z"
#define MONEY(c, k) "\"amount\":{\"valueInCents\":" c ",\"currency\":\"" k "\"}"
#define WHO         "\"fromAccount\":{\"name\":\"Reed Warbler\",\"isIncognito\":false}"
#define NODE(id, group, type, kind, refund, rest)                                                  \
    "{\"id\":\"" id "\",\"group\":\"" group "\",\"type\":\"" type "\",\"kind\":\"" kind            \
    "\",\"createdAt\":\"" AT "\",\"isRefund\":" refund "," rest "}"
#define GIFT(id, group, cents)                                                                     \
    NODE(id, group, "CREDIT", "CONTRIBUTION", "false", MONEY(cents, "USD") "," WHO)
#define PAGE(nodes) "{\"data\":{\"account\":{\"transactions\":{\"nodes\":[" nodes "]}}}}"

static struct arena begin(void)
{
    struct arena a;
    arena_init(&a, 16 * 1024 * 1024);
    return a;
}

static struct collective_page read_page(struct arena *a, const char *text)
{
    struct collective_page page = { 0 };
    expect(collective_page_read(str_from_z(text), a, &page) == OK);
    return page;
}

TEST(collective_a_contribution_its_fees_and_its_refund_belong_together)
{
    struct arena a = begin();
    struct collective_page p = read_page(
        &a,
        PAGE(GIFT("t1", "g1", "2500") "," NODE(
            "t2", "g1", "DEBIT", "PAYMENT_PROCESSOR_FEE", "false",
            MONEY(
                "-103",
                "USD")) "," NODE("t3", "g1", "DEBIT", "HOST_FEE", "false",
                                 MONEY(
                                     "-250",
                                     "USD")) "," NODE("t4", "g2", "DEBIT", "CONTRIBUTION", "true",
                                                      MONEY(
                                                          "-2500",
                                                          "USD") ",\"refundTransaction\":{"
                                                                 "\"group\":\"g1\"}") "," NODE("t5",
                                                                                               "g2",
                                                                                               "CRE"
                                                                                               "DI"
                                                                                               "T",
                                                                                               "HOS"
                                                                                               "T_"
                                                                                               "FE"
                                                                                               "E",
                                                                                               "tru"
                                                                                               "e",
                                                                                               MONEY(
                                                                                                   "250",
                                                                                                   "USD"))));
    expect(p.n == 4 && p.nodes == 5 && !p.skipped);
    int64_t at = 0;
    expect(time_parse(S(AT), &at) && p.newest == at);
    static const struct {
        enum payment_kind kind;
        const char *object, *of;
        int units;
    } want[] = { { PAYMENT_RECEIVED, "g1", "", 2500 },
                 { PAYMENT_FEE, "g1/t2", "g1", 103 },
                 { PAYMENT_FEE, "g1/t3", "g1", 250 },
                 { PAYMENT_REFUND, "g2", "g1", 2500 } };
    for (size_t i = 0; i < COUNT(want); i++) {
        expect(p.moves[i].kind == want[i].kind && p.moves[i].amount.units == want[i].units);
        expect_str(p.moves[i].object, str_from_z(want[i].object));
        expect_str(p.moves[i].of, str_from_z(want[i].of));
    }
    expect_str(p.moves[0].name, S("Reed Warbler"));
    expect(!p.moves[3].name.n);
    arena_free(&a);
}

TEST(collective_what_is_no_gift_to_us_does_not_count)
{
    static const char *const others[] = {
        NODE("t", "g", "DEBIT", "CONTRIBUTION", "false",
             MONEY("-2500", "USD")), // to another collective
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "true",
             MONEY("2500", "USD")), // which gave it back
        NODE("t", "g", "DEBIT", "EXPENSE", "false", MONEY("-2500", "USD")),
        NODE("t", "g", "CREDIT", "BALANCE_TRANSFER", "false", MONEY("2500", "USD")),
        NODE("t", "g", "DEBIT", "PLATFORM_TIP", "false", MONEY("-2500", "USD")),
        NODE("t", "g", "CREDIT", "PAYMENT_PROCESSOR_FEE", "false", MONEY("100", "USD")),
        NODE("t", "g", "CREDIT", "contribution", "false", MONEY("2500", "USD")),
    };
    struct arena a = begin();
    for (size_t i = 0; i < COUNT(others); i++) {
        struct str text = str_print(&a, PAGE("%s"), others[i]);
        struct collective_page p = read_page(&a, str_z(&a, text));
        expect(p.n == 0 && p.nodes == 1 && !p.skipped && p.newest);
    }
    struct collective_page p = read_page(
        &a, PAGE(NODE("t", "g", "CREDIT", "ADDED_FUNDS", "false",
                      MONEY("50000",
                            "JPY") ",\"fromAccount\":{\"name\":\"Reed\",\"isIncognito\":true}")));
    expect(p.n == 1 && p.moves[0].amount.units == 500 && !p.moves[0].name.n);
    arena_free(&a);
}

TEST(collective_what_is_not_understood_is_left_out_and_said)
{
    static const char *const nodes[] = {
        "7",
        "{}",
        "{\"createdAt\":\"yesterday\"}",
        NODE("t", "", "CREDIT", "CONTRIBUTION", "false", MONEY("2500", "USD")),
        NODE("t", "g 1", "CREDIT", "CONTRIBUTION", "false", MONEY("2500", "USD")),
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "false", MONEY("-2500", "USD")),
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "false", MONEY("0", "USD")),
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "false", MONEY("25.00", "USD")),
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "false", MONEY("-9223372036854775808", "USD")),
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "false", MONEY("2500", "XXQ")),
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "false", MONEY("50001", "JPY")),
        NODE("t", "g", "CREDIT", "CONTRIBUTION", "false", "\"amount\":null"),
        NODE("", "g", "DEBIT", "HOST_FEE", "false", MONEY("-100", "USD")),
        NODE("t", "g", "DEBIT", "HOST_FEE", "false", MONEY("100", "USD")),
        NODE("t", "g", "DEBIT", "CONTRIBUTION", "true", MONEY("-2500", "USD")),
        NODE("t", "g", "DEBIT", "CONTRIBUTION", "true",
             MONEY("-2500", "USD") ",\"refundTransaction\":null"),
    };
    struct arena a = begin();
    for (size_t i = 0; i < COUNT(nodes); i++) {
        struct str text = str_print(&a, PAGE("%s"), nodes[i]);
        struct collective_page p = read_page(&a, str_z(&a, text));
        expect(p.n == 0 && p.skipped == 1 && p.nodes == 1);
    }
    arena_free(&a);
}

TEST(collective_no_account_is_told_apart_from_no_page)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"data\":null}",
        "{\"data\":{\"account\":{}}}",
        "{\"data\":{\"account\":{\"transactions\":{\"nodes\":{}}}}}",
        "{\"errors\":[],\"data\":{\"account\":{\"transactions\":{\"nodes\":[]}}}}",
        "{\"data\":{},\"data\":{}}",
    };
    struct arena a = begin();
    struct collective_page p = { 0 };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(collective_page_read(str_from_z(wrong[i]), &a, &p) == COLLECTIVE_NOT_A_PAGE);
    expect(collective_page_read(
               S("{\"errors\":[{\"message\":\"No account\"}],\"data\":{\"account\":null}}"), &a,
               &p) == COLLECTIVE_UNKNOWN);
    p = read_page(&a, PAGE(""));
    expect(!p.n && !p.nodes && !p.newest);
    arena_free(&a);
}

static err try_nodes(struct arena *a, size_t n)
{
    struct collective_page p = { 0 };
    struct buf b = buf_make(1024 * 1024);
    buf_put(&b, S("{\"data\":{\"account\":{\"transactions\":{\"nodes\":["));
    for (size_t i = 0; i < n; i++)
        buf_print(&b, "%s{}", i ? "," : "");
    buf_put(&b, S("]}}}}"));
    err e = collective_page_read(buf_str(&b), a, &p);
    expect(e || p.skipped == n);
    buf_free(&b);
    return e;
}

TEST(collective_a_page_has_at_most_so_many_transactions)
{
    struct arena a = begin();
    expect(try_nodes(&a, COLLECTIVE_NODES_MAX) == OK);
    expect(try_nodes(&a, COLLECTIVE_NODES_MAX + 1) == COLLECTIVE_NOT_A_PAGE);
    arena_free(&a);
}
