#include "base/check.h"
#include "base/crypto.h"
#include "funding/payment_inside.h"
#include "funding/paypal_report.h"

/* Any bytes as a page of PayPal's transactions: refused, or events within their bounds. */
enum { LONGEST = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct paypal_report r = { 0 };
    if (size > LONGEST)
        return 0;
    arena_init(&a, 32 * 1024 * 1024);
    err e = paypal_report_read(bytes_str(data, size), &a, &r);
    check(e == OK || e == PAYPAL_REPORT_NONSENSE);
    check(e || (r.n <= PAYPAL_REPORT_PAGE && r.pages >= 0));
    for (size_t i = 0; !e && i < r.n; i++) {
        const struct payment_event *m = &r.events[i];
        check(m->object.n > 0 && m->object.n <= PAYMENT_OBJECT_MAX);
        check(m->amount.units > 0 && m->fee.units >= 0 && m->fee.units < m->amount.units);
        check(m->kind == PAYMENT_REFUND ? m->of.n > 0 : m->kind == PAYMENT_RECEIVED && !m->of.n);
    }
    arena_free(&a);
    return 0;
}
