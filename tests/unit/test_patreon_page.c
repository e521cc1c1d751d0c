#include "base/buf.h"
#include "base/clock.h"
#include "funding/patreon_page.h"
#include "unit/test.h"

#include <string.h>

/* Without these a charge could count twice, for another currency's worth, or as money that a bank
 * took back. The pages are made from Patreon's documents, not recorded from the service. */

#define MEMBER(id, history)                                                                        \
    "{\"type\":\"member\",\"id\":\"" id "\",\"attributes\":{\"full_name\":\"Reed Warbler\"},"      \
    "\"relationships\":{\"pledge_history\":{\"data\":[" history "]}}}"
#define REF(id) "{\"type\":\"pledge-event\",\"id\":\"" id "\"}"
#define EVENT(id, status, cents, code, date)                                                       \
    "{\"type\":\"pledge-event\",\"id\":\"" id "\",\"attributes\":{\"payment_status\":" status      \
    ",\"amount_cents\":" cents ",\"currency_code\":\"" code "\",\"date\":\"" date "\"}}"
#define PAID(id, cents, date) EVENT(id, "\"Paid\"", cents, "USD", date)
#define PAGE(members, included)                                                                    \
    "{\"data\":[" members "],\"included\":[" included "],\"meta\":{\"pagination\":{\"cursors\":{"  \
    "\"next\":null}}}}"
#define AT "2018-05-03T10:00:00.000+00:00"

static struct patreon_page read_page(struct arena *a, const char *text)
{
    struct patreon_page page = { 0 };
    expect(patreon_page_read(str_from_z(text), a, &page) == OK);
    return page;
}

static struct arena begin(void)
{
    struct arena a;
    arena_init(&a, 16 * 1024 * 1024);
    return a;
}

TEST(patreon_a_charge_is_named_by_its_member_and_moment)
{
    struct arena a = begin();
    struct patreon_page p = read_page(
        &a,
        PAGE(MEMBER("m-1", REF("subscription:2") "," REF("pledge_start:1")) "," MEMBER("m-2", ""),
             PAID("pledge_start:1", "500", AT) "," PAID("subscription:2", "700",
                                                        "2018-06-01T00:00:00Z")));
    expect(p.n == 2 && !p.skipped && !p.next.n);
    expect_str(p.charges[0].object, S("m-1/2018-06-01T00:00:00Z"));
    expect_str(p.charges[1].object, S("m-1/2018-05-03T10:00:00Z"));
    expect(p.charges[1].amount.units == 500 && p.charges[1].status == PATREON_PAID);
    expect_str(p.charges[1].name, S("Reed Warbler"));
    arena_free(&a);
}

TEST(patreon_two_records_of_one_charge_are_one)
{
    struct arena a = begin();
    struct patreon_page p =
        read_page(&a, PAGE(MEMBER("m", REF("pledge_start:1") "," REF("subscription:2")),
                           PAID("pledge_start:1", "500",
                                AT) "," EVENT("subscription:2", "\"Refunded\"", "500", "USD", AT)));
    expect(p.n == 1 && p.charges[0].status == PATREON_REFUNDED && !p.skipped);
    p = read_page(&a, PAGE(MEMBER("m", REF("a") "," REF("b")),
                           EVENT("a", "\"Fraud\"", "500", "USD", AT) "," PAID("b", "500", AT)));
    expect(p.n == 1 && p.charges[0].status == PATREON_FRAUD && !p.skipped);
    p = read_page(&a, PAGE(MEMBER("m", REF("a") "," REF("b")),
                           PAID("a", "500", AT) "," PAID("b", "501", AT)));
    expect(p.n == 1 && p.skipped == 1); // a person must look
    p = read_page(&a, PAGE(MEMBER("m", REF("a")) "," MEMBER("n", REF("b")),
                           PAID("a", "500", AT) "," PAID("b", "500", AT)));
    expect(p.n == 2);
    arena_free(&a);
}

TEST(patreon_only_money_that_came_counts)
{
    static const char *const others[] = { "\"Pending\"", "\"Declined\"",  "\"Deleted\"",
                                          "\"Other\"",   "\"paid\"",      "null",
                                          "7",           "\"Free Trial\"" };
    struct arena a = begin();
    for (size_t i = 0; i < COUNT(others); i++) {
        struct str text = str_print(
            &a, PAGE(MEMBER("m", REF("a")), EVENT("a", "%s", "500", "USD", AT)), others[i]);
        struct patreon_page p = read_page(&a, str_z(&a, text));
        expect(p.n == 0 && !p.skipped);
    }
    struct patreon_page p =
        read_page(&a, PAGE(MEMBER("m", REF("a") "," REF("gone")),
                           EVENT("a", "\"Partially Refunded\"", "500", "USD", AT)));
    expect(p.n == 1 && p.charges[0].status == PATREON_PARTLY);
    p = read_page(&a, PAGE(MEMBER("m", REF("a")), PAID("a", "0", AT)));
    expect(p.n == 0 && !p.skipped); // a free month
    arena_free(&a);
}

TEST(patreon_what_is_not_understood_is_left_out_and_said)
{
    static const char *const events[] = {
        EVENT("a", "\"Paid\"", "500", "JPY", AT),
        EVENT("a", "\"Paid\"", "500", "KWD", AT),
        EVENT("a", "\"Paid\"", "500", "BTC", AT),
        EVENT("a", "\"Paid\"", "500", "XXQ", AT),
        EVENT("a", "\"Paid\"", "5.00", "USD", AT),
        EVENT("a", "\"Paid\"", "5e2", "USD", AT),
        EVENT("a", "\"Paid\"", "-500", "USD", AT),
        EVENT("a", "\"Paid\"", "\"500\"", "USD", AT),
        EVENT("a", "\"Paid\"", "500", "USD", "3 May 2018"),
        EVENT("a", "\"Paid\"", "500", "USD", "1960-01-01T00:00:00Z"),
    };
    static const char *const members[] = { MEMBER("", REF("a")),
                                           MEMBER("m 1", REF("a")),
                                           MEMBER("m/1", REF("a")),
                                           "{\"id\":\"m\"}",
                                           "7",
                                           "{\"id\":7}" };
    struct arena a = begin();
    for (size_t i = 0; i < COUNT(events); i++) {
        struct str text = str_print(&a, PAGE(MEMBER("m", REF("a")), "%s"), events[i]);
        struct patreon_page p = read_page(&a, str_z(&a, text));
        expect(p.n == 0 && p.skipped == 1);
    }
    for (size_t i = 0; i < COUNT(members); i++) {
        struct str text = str_print(&a, PAGE("%s", PAID("a", "500", AT)), members[i]);
        struct patreon_page p = read_page(&a, str_z(&a, text));
        expect(p.n == 0 && p.skipped == 1);
    }
    arena_free(&a);
}

TEST(patreon_the_next_page_is_where_it_says)
{
    struct arena a = begin();
    struct patreon_page p = { 0 };
    static const char *const last[] = {
        "{\"data\":[]}", "{\"data\":[],\"meta\":{}}",
        "{\"data\":[],\"meta\":{\"pagination\":{\"cursors\":{\"next\":null}}}}"
    };
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"data\":{}}",
        "{\"data\":[],\"data\":[]}",
        "{\"data\":[],\"meta\":{\"pagination\":{\"cursors\":{\"next\":7}}}}",
        "{\"data\":[],\"meta\":{\"pagination\":{\"cursors\":{\"next\":\"\"}}}}",
        "{\"data\":[],\"meta\":{\"pagination\":{\"cursors\":{\"next\":\"a&b=c\"}}}}",
    };
    for (size_t i = 0; i < COUNT(last); i++)
        expect(!read_page(&a, last[i]).next.n);
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(patreon_page_read(str_from_z(wrong[i]), &a, &p) == PATREON_NOT_A_PAGE);
    p = read_page(
        &a, "{\"data\":[],\"meta\":{\"pagination\":{\"cursors\":{\"next\":\"02Yd345R-_\"}}}}");
    expect_str(p.next, S("02Yd345R-_"));
    arena_free(&a);
}

static err try_members(struct arena *a, size_t n)
{
    struct patreon_page p = { 0 };
    struct buf b = buf_make(1024 * 1024);
    buf_put(&b, S("{\"data\":["));
    for (size_t i = 0; i < n; i++)
        buf_print(&b, "%s{}", i ? "," : "");
    buf_put(&b, S("]}"));
    err e = patreon_page_read(buf_str(&b), a, &p);
    expect(e || p.skipped == n);
    buf_free(&b);
    return e;
}

TEST(patreon_a_page_has_at_most_so_many_members)
{
    struct arena a = begin();
    expect(try_members(&a, PATREON_MEMBERS_MAX) == OK);
    expect(try_members(&a, PATREON_MEMBERS_MAX + 1) == PATREON_NOT_A_PAGE);
    arena_free(&a);
}
