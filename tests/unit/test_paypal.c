#include "base/buf.h"
/* Without these PayPal's words, which anybody may send us, could be believed when they are not
 * PayPal's, not ours, or not of this amount. */
#include "funding/paypal_api.h"
#include "funding/paypal_ipn.h"
#include "funding/told_amount.h"
#include "unit/test.h"

#include <string.h>

#define NOW INT64_C(1525428000000000) /* 2018-05-04T10:00:00Z */

static struct arena begin(void)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    return a;
}

TEST(the_crc_is_that_of_zlib)
{
    expect(paypal_crc32(S("123456789")) == 0xcbf43926); // the check value of ISO 3309's CRC-32
    expect(paypal_crc32(S("")) == 0);
}

TEST(paypal_certificates_come_from_its_own_hosts_alone)
{
    static const char *const good[] = { "https://api.paypal.com/v1/notifications/certs/CERT-1a-2b",
                                        "https://api-m.paypal.com/v1/notifications/certs/C" };
    static const char *const bad[] = {
        "http://api.paypal.com/v1/notifications/certs/C",
        "https://api.paypal.com.example.org/v1/notifications/certs/C",
        "https://api.paypal.com@example.org/v1/notifications/certs/C",
        "https://api.paypal.com:444/v1/notifications/certs/C",
        "https://example.org/v1/notifications/certs/C",
        "https://api.paypal.com/v1/notifications/certs/../x",
        "https://api.paypal.com/v1/notifications/certs/C?x",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.sandbox.paypal.com/v1/notifications/certs/C",
        "https://API.paypal.com/v1/notifications/certs/C",
        "",
    };
    for (size_t i = 0; i < COUNT(good); i++)
        expect(paypal_certificate_good(str_from_z(good[i]), S(PAYPAL_API)));
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(!paypal_certificate_good(str_from_z(bad[i]), S(PAYPAL_API)));
    expect(paypal_certificate_good(S("https://api.sandbox.paypal.com/v1/notifications/certs/C"),
                                   S(PAYPAL_API_SANDBOX)));
    expect(!paypal_certificate_good(str_from_z(good[0]), S(PAYPAL_API_SANDBOX)));
}

static err headers_at(struct arena *a, int64_t at)
{
    struct paypal_headers h = {
        .id = S("69cd13f0-d67a-11e5-baa3-778b53f4ae55"),
        .time = time_print(a, at),
        .signature = S("AAEC"),
        .certificate_url = S("https://api.paypal.com/v1/notifications/certs/C"),
        .algorithm = S("SHA256withRSA"),
    };
    return paypal_headers_check(&h, S(PAYPAL_API), NOW, a);
}

TEST(a_transmission_is_fresh_both_ways)
{
    struct arena a = begin();
    expect(headers_at(&a, NOW) == OK);
    expect(headers_at(&a, NOW - PAYPAL_AGE_MAX) == OK);
    expect(headers_at(&a, NOW - PAYPAL_AGE_MAX - SECOND) == PAYPAL_NOT_FRESH);
    expect(headers_at(&a, NOW + PAYPAL_FUTURE_MAX) == OK);
    expect(headers_at(&a, NOW + PAYPAL_FUTURE_MAX + SECOND) == PAYPAL_NOT_FRESH);
    arena_free(&a);
}

#define CAPTURE(payee)                                                                             \
    "{\"id\":\"27M47624FP291604U\",\"status\":\"COMPLETED\",\"amount\":{\"currency_code\":"        \
    "\"EUR\",\"value\":\"5.00\"},\"payee\":{\"merchant_id\":\"" payee "\"},"                       \
    "\"seller_receivable_breakdown\":{\"paypal_fee\":{\"currency_code\":\"EUR\",\"value\":"        \
    "\"0.52\"}},\"create_time\":\"2018-05-04T09:00:00Z\"}"

TEST(a_capture_is_ours_or_nobodys)
{
    struct arena a = begin();
    struct paypal_fact f = { 0 };
    struct payment_event e[1];
    expect(paypal_fact_read(S(CAPTURE("OTHER")), PAYPAL_CAPTURE, S("OURS"), &a, &f) ==
           PAYPAL_API_STRANGER);
    expect(paypal_fact_read(S("{}"), PAYPAL_CAPTURE, S("OURS"), &a, &f) == PAYPAL_API_NONSENSE);
    expect(paypal_fact_read(S(CAPTURE("OURS")), PAYPAL_CAPTURE, S("OURS"), &a, &f) == OK);
    expect(paypal_fact_events(&f, e) == 1 && e[0].kind == PAYMENT_RECEIVED);
    expect(e[0].amount.units == 500 && e[0].fee.units == 52);
    expect_str(e[0].object, S("27M47624FP291604U"));
    arena_free(&a);
}

#define IPN                                                                                        \
    "txn_id=61E67681CH3238416&receiver_id=OURS&mc_currency=EUR&"                                   \
    "payment_date=20%3A12%3A59+Jan+13%2C+2018+PST&"

static err ipn(struct arena *a, const char *rest, struct paypal_ipn *ret)
{
    struct paypal_receiver us = { .merchant_id = S("OURS"), .email = S("gifts@example.org") };
    return paypal_ipn_read(str_print(a, "%s%s", IPN, rest), &us, a, ret);
}

TEST(ipn_says_what_happened_in_its_own_character_set)
{
    struct arena a = begin();
    struct paypal_ipn n = { 0 };
    expect(ipn(&a, "payment_status=Completed&mc_gross=5.00&mc_fee=0.52&first_name=Ren%E9e&x=%zz",
               &n) == OK);
    expect(n.event.kind == PAYMENT_RECEIVED && n.event.amount.units == 500);
    expect(n.event.fee.units == 52);
    expect_str(n.event.payer.name, S("Ren\xc3\xa9"
                                     "e"));
    expect_str(time_print(&a, n.event.occurred_at), S("2018-01-14T04:12:59Z"));
    expect(ipn(&a, "payment_status=Refunded&mc_gross=-5.00&parent_txn_id=P1", &n) == OK);
    expect(n.event.kind == PAYMENT_REFUND);
    expect_str(n.event.of, S("P1"));
    expect(ipn(&a, "payment_status=Canceled_Reversal&mc_gross=5.00&parent_txn_id=P1", &n) == OK);
    expect(n.undoes);
    arena_free(&a);
}

TEST(ipn_that_is_not_ours_or_not_whole_is_refused)
{
    struct arena a = begin();
    struct paypal_ipn n = { 0 };
    expect(ipn(&a, "payment_status=Completed&mc_gross=5.00&test_ipn=1", &n) == PAYPAL_IPN_STRANGER);
    expect(ipn(&a, "payment_status=Completed&mc_gross=5.00&mc_gross=5000.00", &n) ==
           PAYPAL_IPN_BROKEN);
    expect(ipn(&a, "payment_status=Completed&mc_gross=5%2", &n) == PAYPAL_IPN_BROKEN);
    expect(ipn(&a, "payment_status=Completed&mc_gross=5e3", &n) == PAYPAL_IPN_BROKEN);
    expect(ipn(&a, "payment_status=Completed&mc_gross=-5.00", &n) == PAYPAL_IPN_BROKEN);
    expect(ipn(&a, "payment_status=Refunded&mc_gross=-5.00", &n) == PAYPAL_IPN_BROKEN);
    expect(ipn(&a, "payment_status=Created&mc_gross=5.00", &n) == PAYPAL_IPN_IDLE);
    struct paypal_receiver other = { .merchant_id = S("OTHER"), .email = S("gifts@example.org") };
    expect(paypal_ipn_read(S(IPN "payment_status=Completed&mc_gross=5.00&"
                                 "receiver_email=gifts%40example.org"),
                           &other, &a, &n) == PAYPAL_IPN_STRANGER);
    int64_t at = 0;
    expect(!paypal_ipn_time(S("20:12:59 Feb 30, 2018 PST"), &at));
    expect(!paypal_ipn_time(S("20:12:59 Jan 13, 2018 CET"), &at));
    arena_free(&a);
}

/* No byte of it can be another, or be missing, and the time still be one. */
TEST(ipn_times_are_read_whole_or_not_at_all)
{
    static const char good[] = "20:12:59 Jan 13, 2018 PST";
    char text[sizeof good];
    int64_t at = 0;
    for (size_t i = 0; i < sizeof good - 1; i++) {
        memcpy(text, good, sizeof good);
        text[i] = '#';
        expect(!paypal_ipn_time(str_from_z(text), &at));
        expect(!paypal_ipn_time((struct str){ good, i }, &at));
    }
    static const char *const wrong[] = {
        "24:00:00 Jan 13, 2018 PST", "20:60:00 Jan 13, 2018 PST",  "20:00:61 Jan 13, 2018 PST",
        "20:00:00 Jan 00, 2018 PST", "20:00:00 Jan 32, 2018 PST",  "20:00:00 Jan 13, 1999 PST",
        "20:00:00 Foo 13, 2018 PST", "20:00:00 Jan 13, 2018 PSTx",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(!paypal_ipn_time(str_from_z(wrong[i]), &at));
    expect(paypal_ipn_time(S("23:59:60 Dec 31, 2018 PDT"), &at));
}

TEST(ipn_escapes_and_character_sets_are_read_or_refused)
{
    struct arena a = begin();
    struct paypal_ipn n = { 0 };
    for (int c = 1; c < 256; c++) {
        char rest[] = "payment_status=Completed&mc_gross=5.00&memo=%4?&charset=windows-1252";
        *strchr(rest, '?') = (char)c;
        bool hex = strchr("0123456789abcdefABCDEF", c) != NULL;
        expect((ipn(&a, rest, &n) == OK) == hex);
    }
    static const struct {
        const char *fields, *message;
    } sets[] = {
        { "charset=windows-1252&memo=%80%7f%e9", "\xe2\x82\xac\x7f\xc3\xa9" },
        { "charset=windows-1252&memo=a%81b", "ab" }, // nothing is there
        { "charset=windows-1252&memo=%9f%a0", "\xc5\xb8\xc2\xa0" },
        { "charset=ISO-8859-1&memo=%e9", "\xc3\xa9" },
        { "charset=UTF-8&memo=%c3%a9", "\xc3\xa9" },
        { "charset=KOI8-R&memo=%e9", "" },
        { "memo=%e9&charset", "\xc3\xa9" },
    };
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct str rest =
            str_print(&a, "payment_status=Completed&mc_gross=5.00&%s", sets[i].fields);
        expect(ipn(&a, str_z(&a, rest), &n) == OK);
        expect_str(n.event.payer.message, str_from_z(sets[i].message));
    }
    expect(ipn(&a, "payment_status=Completed&mc_gross=5.00&memo=a%00b", &n) == PAYPAL_IPN_BROKEN);
    arena_free(&a);
}

TEST(ipn_is_ours_by_number_or_by_address_and_by_no_other)
{
    struct arena a = begin();
    struct paypal_ipn n = { 0 };
    static const struct {
        const char *id, *email, *fields;
        err e;
    } receivers[] = {
        { "OURS", "", "receiver_id=OURS", OK },
        { "OURS", "", "receiver_email=gifts%40example.org", PAYPAL_IPN_STRANGER },
        { "", "gifts@example.org", "receiver_email=Gifts%40Example.org", OK },
        { "", "gifts@example.org", "receiver_email=x%40example.org", PAYPAL_IPN_STRANGER },
        { "", "gifts@example.org", "receiver_id=OURS", PAYPAL_IPN_STRANGER },
        { "OURS", "gifts@example.org", "receiver_email=gifts%40example.org", OK },
        { "OURS", "gifts@example.org", "receiver_id=X&receiver_email=gifts%40example.org",
          PAYPAL_IPN_STRANGER },
    };
    for (size_t i = 0; i < COUNT(receivers); i++) {
        struct paypal_receiver us = { .merchant_id = str_from_z(receivers[i].id),
                                      .email = str_from_z(receivers[i].email) };
        struct str body = str_print(&a,
                                    "txn_id=61E67681CH3238416&mc_currency=EUR&payment_status="
                                    "Completed&mc_gross=5.00&payment_date=20%%3A12%%3A59+Jan+13%%2C"
                                    "+2018+PST&%s",
                                    receivers[i].fields);
        expect(paypal_ipn_read(body, &us, &a, &n) == receivers[i].e);
    }
    arena_free(&a);
}

TEST(ipn_at_its_limits_is_read_and_one_past_is_not)
{
    struct arena a = begin();
    struct paypal_receiver us = { .merchant_id = S("OURS") };
    struct paypal_ipn n = { 0 };
    struct buf b CLEANUP(buf_free) = buf_make(PAYPAL_IPN_MAX + 10);
    buf_put(&b, S(IPN "payment_status=Completed&mc_gross=5.00&mc_fee=-1.00"));
    for (int fields = 7; fields < PAYPAL_IPN_FIELDS_MAX; fields++)
        buf_put(&b, S("&x"));
    expect(paypal_ipn_read(buf_str(&b), &us, &a, &n) == OK && n.event.fee.units == 0);
    size_t kept = b.n;
    buf_put(&b, S("&x"));
    expect(paypal_ipn_read(buf_str(&b), &us, &a, &n) == PAYPAL_IPN_BROKEN);
    b.n = kept;
    while (b.n < PAYPAL_IPN_MAX)
        buf_put_char(&b, 'x');
    expect(paypal_ipn_read(buf_str(&b), &us, &a, &n) == OK);
    buf_put_char(&b, 'x');
    expect(paypal_ipn_read(buf_str(&b), &us, &a, &n) == PAYPAL_IPN_BROKEN);
    expect(paypal_ipn_read(S(""), &us, &a, &n) == PAYPAL_IPN_BROKEN);
    arena_free(&a);
}

TEST(ipn_that_failed_names_its_own_payment_and_a_fee_above_the_gift_is_none)
{
    struct arena a = begin();
    struct paypal_ipn n = { 0 };
    static const char *const failed[] = { "Denied", "Failed", "Expired", "Voided" };
    for (size_t i = 0; i < COUNT(failed); i++) {
        struct str rest = str_print(&a, "payment_status=%s&mc_gross=5.00", failed[i]);
        expect(ipn(&a, str_z(&a, rest), &n) == OK && n.event.kind == PAYMENT_FAILED);
        expect_str(n.event.of, n.event.object);
    }
    expect(ipn(&a, "payment_status=Pending&mc_gross=5.00&mc_fee=1.00", &n) == OK);
    expect(n.event.kind == PAYMENT_PENDING && n.event.fee.units == 0);
    expect(ipn(&a, "payment_status=Completed&mc_gross=5.00&mc_fee=5.00", &n) == OK);
    expect(n.event.fee.units == 0);
    expect(ipn(&a, "payment_status=Canceled_Reversal&mc_gross=5.00", &n) == PAYPAL_IPN_BROKEN);
    arena_free(&a);
}

TEST(what_goes_back_to_paypal_is_what_came)
{
    struct arena a = begin();
    expect_str(paypal_ipn_question(S("a=%E9&b=\0c"), &a), S("cmd=_notify-validate&a=%E9&b=\0c"));
    arena_free(&a);
}

TEST(told_amounts_are_exact_in_every_currency)
{
    struct amount m = { 0 };
    bool minus = false;
    expect(told_amount(S("500.00"), S("JPY"), &m, &minus) && m.units == 500 && !minus);
    expect(!told_amount(S("500.50"), S("JPY"), &m, &minus));
    expect(told_amount(S("-1.250"), S("KWD"), &m, &minus) && m.units == 1250 && minus);
    expect(!told_amount(S("1.0001"), S("KWD"), &m, &minus));
    expect(!told_amount(S("1"), S("BTC"), &m, &minus));
    expect(told_hundredths(50000, S("JPY"), &m) && m.units == 500);
    expect(!told_hundredths(50001, S("JPY"), &m) && !told_hundredths(-1, S("EUR"), &m));
    expect(told_hundredths(125, S("KWD"), &m) && m.units == 1250);
}
