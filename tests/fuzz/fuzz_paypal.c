#include "base/check.h"
#include "funding/paypal_api.h"
#include "funding/paypal_ipn.h"

/*
 * Any bytes as what PayPal sends or answers: a notification, a webhook's body, an object of its API
 * and a certificate. Refused, or values within their bounds.
 */
enum { LONGEST = 64 * 1024 };

static void try_ipn(struct str s, struct arena *a)
{
    const struct paypal_receiver us = { .merchant_id = S("M1"), .email = S("a@example.org") };
    struct paypal_ipn ipn = { 0 };
    err e = paypal_ipn_read(s, &us, a, &ipn);
    check(e >= 0 && e <= PAYPAL_IPN_IDLE);
    if (e == OK)
        check(paypal_id_good(ipn.event.object) && ipn.event.amount.units >= 0 &&
              ipn.event.fee.units >= 0);
}

static void try_hint(struct str s, struct arena *a)
{
    struct paypal_hint h = { 0 };
    err e = paypal_hint_read(s, a, &h);
    check(e == OK || e == PAYPAL_NOT_AN_EVENT);
    if (e == OK && h.object != PAYPAL_NOTHING)
        check(paypal_id_good(h.id));
}

static void try_fact(struct str s, enum paypal_object object, struct arena *a)
{
    struct paypal_fact f = { 0 };
    struct payment_event event;
    err e = paypal_fact_read(s, object, S("M1"), a, &f);
    check(e >= 0 && e <= PAYPAL_API_DOWN);
    if (e)
        return;
    check(paypal_id_good(f.id) && f.amount.units >= 0);
    check(paypal_fact_events(&f, &event) <= 1);
}

static void try_certificate(struct str s, struct arena *a)
{
    const struct certificate_check c = { .pem = s, .domain = S("paypal.com"), .now = 1 };
    check(certificate_check(&c, a) > 0); // none of 1970 is trusted
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct str s = bytes_str(data, size);
    if (size > LONGEST)
        return 0;
    arena_init(&a, 16 * 1024 * 1024);
    try_ipn(s, &a);
    try_hint(s, &a);
    for (int object = PAYPAL_CAPTURE; object <= PAYPAL_SALE_REFUND; object++)
        try_fact(s, (enum paypal_object)object, &a);
    try_certificate(s, &a);
    arena_free(&a);
    return 0;
}
