#include "base/check.h"
#include "base/crypto.h"
#include "funding/patreon_page.h"
#include "funding/payment.h"

/* Any bytes as a page of Patreon's members: refused, or charges within their bounds. */
enum { LONGEST = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct patreon_page p = { 0 };
    if (size > LONGEST)
        return 0;
    arena_init(&a, 32 * 1024 * 1024);
    err e = patreon_page_read(bytes_str(data, size), &a, &p);
    check(e == OK || e == PATREON_NOT_A_PAGE);
    for (size_t i = 0; !e && i < p.n; i++) {
        const struct patreon_charge *c = &p.charges[i];
        check(c->object.n <= PAYMENT_OBJECT_MAX && c->amount.units > 0 && c->at > 0);
        check(asset_decimals(c->amount.asset) == 2 && c->status != PATREON_OTHER);
    }
    check(e || p.next.n <= PATREON_CURSOR_MAX);
    arena_free(&a);
    return 0;
}
