#include "base/check.h"
#include "base/crypto.h"
#include "funding/collective_page.h"

/* Any bytes as a page of Open Collective's transactions: refused, or moves within their bounds. */
enum { LONGEST = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct collective_page p = { 0 };
    if (size > LONGEST)
        return 0;
    arena_init(&a, 32 * 1024 * 1024);
    err e = collective_page_read(bytes_str(data, size), &a, &p);
    check(e == OK || e == COLLECTIVE_NOT_A_PAGE || e == COLLECTIVE_UNKNOWN);
    for (size_t i = 0; !e && i < p.n; i++) {
        const struct collective_move *m = &p.moves[i];
        check(m->object.n > 0 && m->object.n <= PAYMENT_OBJECT_MAX &&
              m->of.n <= PAYMENT_OBJECT_MAX);
        check(m->amount.units > 0 && m->at > 0 && m->at <= p.newest);
        check((m->kind == PAYMENT_RECEIVED) == !m->of.n);
    }
    check(e || p.n + p.skipped <= p.nodes);
    arena_free(&a);
    return 0;
}
