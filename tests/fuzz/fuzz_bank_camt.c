/* Any bytes as CAMT.053: each line has a verdict, what is counted is above zero and of a day that
 * can be booked, and its own bytes are a piece of the file. */
#include "base/check.h"
#include "funding/bank_statement.h"

enum { NOW_DAYS = 17655 /* 2018-05-04 */ };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct arena a CLEANUP(arena_free);
    struct bank_statement s = { 0 };
    arena_init(&a, 64 << 20);
    struct bank_file f = { .bytes = { p, n }, .now = NOW_DAYS * DAY };
    bank_statement_read(&f, &a, &s);
    for (size_t i = 0; i < s.n; i++) {
        const struct bank_line *l = &s.lines[i];
        check((l->verdict == BANK_WRONG) == (l->fault != BANK_FAULT_NONE));
        if (l->verdict != BANK_GIFT && l->verdict != BANK_REFUND)
            continue;
        check(l->amount.units > 0 && l->amount.units <= CONTRIBUTION_MINOR_MAX);
        check(l->day >= CONTRIBUTION_FIRST_DAY && l->day <= NOW_DAYS + 1);
        check(l->refund == (l->verdict == BANK_REFUND));
        check(l->object.n > 0 && l->object.n <= 200);
        check(l->raw.n > 0 && l->raw.s >= f.bytes.s && l->raw.s + l->raw.n <= f.bytes.s + n);
    }
    return 0;
}
