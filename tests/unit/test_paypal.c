/* Without these PayPal's words, which anybody may send us, could be believed when they are not
 * PayPal's, not ours, or not of this amount. */
#include "funding/paypal_api.h"
#include "funding/paypal_ipn.h"
#include "funding/told_amount.h"
#include "unit/test.h"

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
